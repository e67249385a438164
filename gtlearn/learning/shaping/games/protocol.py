"""A differentiable game: values as a function of one tensor of parameters a player; derivatives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

import torch
from torch import Tensor

from gtlearn.learning.table_values import batch_axes

# One tensor a player, of shape (*batch, *shape of that player).
Parameters: TypeAlias = Sequence[Tensor]
ValueFunction: TypeAlias = Callable[[Parameters], Tensor]  # values of shape (*batch, players)
Climb: TypeAlias = Callable[[Parameters, Tensor], Tensor]  # of all parameters, and their rates
NAIVE: Mapping[int, Climb] = MappingProxyType({})  # everyone follows its own gradient


class DifferentiableGame(ABC):
    """A game whose values can be differentiated, twice and more, in the players' parameters.

    The items of a batch are independent games: no value depends on the parameters of another item.

    Attributes:
        name: what reports call it.
        shapes: the shape of each player's parameters, without the axes of the batch.
    """

    name: str
    shapes: tuple[tuple[int, ...], ...]

    @property
    def num_players(self) -> int:
        """The number of players."""
        return len(self.shapes)

    @abstractmethod
    def values(self, parameters: Parameters) -> Tensor:
        """The values of the players, which they maximise.

        Args:
            parameters: one tensor a player, of shape (*batch, *its shape); axes of the batch
                broadcast.

        Returns:
            Values of shape (*batch, players).

        Raises:
            InputError: if a shape does not fit.
        """

    def values_and_gradients(self, parameters: Parameters) -> tuple[Tensor, tuple[Tensor, ...]]:
        """The values, and each player's gradient of its own value.

        Both are differentiable where the parameters need gradients; a game may know a closed form.

        Returns:
            Values of shape (*batch, players), and one tensor a player of shape (*batch, *its
            shape), with all axes of the batch.
        """
        parameters = self.expanded(parameters)
        keep = torch.is_grad_enabled() and any(p.requires_grad for p in parameters)
        with torch.enable_grad():
            tracked = [p if p.requires_grad and keep else p.detach() for p in parameters]
            tracked = [p if p.requires_grad else p.requires_grad_() for p in tracked]
            values = self.values(tracked)
            gradients = own_gradients(values, tracked, create_graph=keep)
        return (values if keep else values.detach()), gradients

    def expanded(self, parameters: Parameters) -> list[Tensor]:
        """The same parameters with all axes of the batch, as views.

        Raises:
            InputError: if there is not one tensor a player, a shape does not fit, or they are not
                floating-point tensors of one type on one device.
        """
        batch = batch_axes(self.name, parameters, self.shapes, "parameter")
        return [p.expand(*batch, *s) for p, s in zip(parameters, self.shapes, strict=True)]


def gradients(
    output: Tensor,
    inputs: Sequence[Tensor],
    *,
    weights: Tensor | None = None,
    create_graph: bool = False,
) -> tuple[Tensor, ...]:
    """The gradient of a tensor's (weighted) sum, zero where it does not depend on an input.

    Summing over a batch of independent games gives each game its own gradient.

    Args:
        output: any tensor.
        inputs: what is differentiated in.
        weights: of the shape of the output; ones by default.
        create_graph: whether the result can be differentiated again.
    """
    if not output.requires_grad:
        return tuple(torch.zeros_like(tensor) for tensor in inputs)
    return torch.autograd.grad(
        output,
        inputs,
        grad_outputs=torch.ones_like(output) if weights is None else weights,
        create_graph=create_graph,
        retain_graph=True,
        allow_unused=True,
        materialize_grads=True,
    )


@torch.enable_grad()
def own_gradients(
    values: Tensor, parameters: Sequence[Tensor], *, create_graph: bool = False
) -> tuple[Tensor, ...]:
    """Each player's gradient of its own value.

    Args:
        values: shape (*batch, players), computed from the parameters.
        parameters: one tensor a player, of shape (*batch, *its shape).
        create_graph: whether the result can be differentiated again.
    """
    return tuple(
        gradients(values[..., player], [own], create_graph=create_graph)[0]
        for player, own in enumerate(parameters)
    )
