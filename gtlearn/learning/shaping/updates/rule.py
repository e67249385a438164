"""What an update rule is: a direction at values of tracked parameters, and a step along it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.learning.shaping.games.protocol import Parameters, ValueFunction, gradients

Rates: TypeAlias = float | Tensor | Sequence[float | Tensor]  # for all, or one a player


@dataclass(frozen=True, eq=False)
class ValuesAt:
    """Values at some parameters, ready to be differentiated.

    Attributes:
        parameters: one tensor a player, each needing gradients.
        values: shape (*batch, players).
        create_graph: whether what is derived here can be differentiated again.
        function: what the values are of the parameters.
    """

    parameters: tuple[Tensor, ...]
    values: Tensor
    create_graph: bool
    function: ValueFunction

    @property
    def players(self) -> range:
        """The players' numbers."""
        return range(len(self.parameters))

    @property
    def batch(self) -> int:
        """The number of axes of the batch."""
        return int(self.values.ndim) - 1

    def slopes(self) -> list[tuple[Tensor, ...]]:
        """All first derivatives: entry [i][j] is the gradient of V^i in the parameters of j."""
        return [
            gradients(self.values[..., player], self.parameters, create_graph=True)
            for player in self.players
        ]

    def rates(self, rates: Rates) -> tuple[float | Tensor, ...]:
        """One rate a player, shaped so that it multiplies the player's parameters.

        Args:
            rates: a number, or one number or tensor of shape (*batch) a player.

        Raises:
            InputError: if there is not one rate a player.
        """
        if isinstance(rates, int | float) or (isinstance(rates, Tensor) and rates.ndim == 0):
            return (rates,) * len(self.parameters)
        if len(rates) != len(self.parameters):
            raise InputError(
                f"{len(rates)} rate(s) given for {len(self.parameters)} players; give one for "
                "all, or one a player"
            )
        return tuple(
            self.beside(rate, player) if isinstance(rate, Tensor) and rate.ndim else rate
            for player, rate in enumerate(rates)
        )

    def scaled(self, rates: Rates, tensors: Sequence[Tensor]) -> list[Tensor]:
        """Each player's tensor, shaped as its parameters, times its rate."""
        return [rate * t for rate, t in zip(self.rates(rates), tensors, strict=True)]

    def transported(
        self, slopes: Sequence[Sequence[Tensor]], weights: Sequence[Sequence[Tensor]]
    ) -> list[Tensor]:
        """For each player i, the sum over the others j of (d slopes_ij / d theta_i)^T weights_ij.

        Args:
            slopes: entry [i][j] is shaped as the parameters of j.
            weights: entry [i][j] is shaped so too; held constant in this derivative.
        """
        totals = []
        for player, own in enumerate(self.parameters):
            total = torch.zeros_like(own)
            for other in self.players:
                if other != player:
                    total = (
                        total
                        + gradients(
                            slopes[player][other],
                            [own],
                            weights=weights[player][other],
                            create_graph=self.create_graph,
                        )[0]
                    )
            totals.append(total)
        return totals

    def inner(self, first: Sequence[Tensor], second: Sequence[Tensor]) -> Tensor:
        """The inner product over all players' parameters, of shape (*batch)."""
        products = [
            (a * b).reshape(*self.values.shape[:-1], -1) for a, b in zip(first, second, strict=True)
        ]
        return torch.cat(products, dim=-1).sum(-1)

    def beside(self, numbers: Tensor, player: int) -> Tensor:
        """Numbers of shape (*batch), so that they multiply a player's parameters."""
        axes = self.parameters[player].ndim - self.batch
        return numbers.reshape(*numbers.shape, *[1] * axes)

    def finished(self, tensors: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """The tensors, cut off the graph unless it is wanted."""
        return tuple(t if self.create_graph else t.detach() for t in tensors)

    def moved(self, directions: Sequence[Tensor], rates: Rates) -> tuple[Tensor, ...]:
        """One step upwards for each player: parameters + rate * direction."""
        steps = self.scaled(rates, directions)
        return self.finished([own + step for own, step in zip(self.parameters, steps, strict=True)])


def point(values: ValueFunction, parameters: Parameters, *, create_graph: bool) -> ValuesAt:
    """The values at some parameters.

    Args:
        values: takes one tensor a player, (*batch, *its shape), and gives (*batch, players).
        parameters: one tensor a player, all with the same axes of the batch.
        create_graph: whether what is derived can be differentiated again.

    Raises:
        InputError: if values and parameters do not fit together, or cannot be differentiated.
    """
    if not all(p.is_floating_point() for p in parameters):
        raise InputError("parameters must be real floating-point tensors; convert them by double()")
    tracked = tuple(
        p if create_graph and p.requires_grad else p.detach().requires_grad_() for p in parameters
    )
    worth = values(tracked)
    if worth.ndim < 1 or worth.shape[-1] != len(tracked):
        raise InputError(
            f"the values of {len(tracked)} players have shape {list(worth.shape)}; the last axis "
            "must be the players"
        )
    if not worth.requires_grad:
        raise InputError(
            "the values cannot be differentiated in the parameters; compute them by operations of "
            "torch, without detach() or item()"
        )
    batch = worth.shape[:-1]
    for player, tensor in enumerate(tracked):
        if tensor.shape[: len(batch)] != batch:
            raise InputError(
                f"the parameters of player {player} have shape {list(tensor.shape)}, the values "
                f"{list(worth.shape)}; give every player the batch axes {list(batch)}"
            )
    return ValuesAt(tracked, worth, create_graph, values)


@dataclass(frozen=True, eq=False)
class Rule:
    """An update rule, which all players follow at once.

    Attributes:
        climb: the direction at some values, one tensor a player, by the options of the rule.
        foresees: whether the first of these is `look_ahead`, the rate of a step that is foreseen.
        has_rates: whether it is `rates`, and the direction the whole step.
    """

    climb: Callable[..., Sequence[Tensor]]
    foresees: bool = True
    has_rates: bool = False

    @torch.enable_grad()
    def direction(
        self,
        values: ValueFunction,
        parameters: Parameters,
        *options: Any,
        create_graph: bool = False,
        **named: Any,
    ) -> tuple[Tensor, ...]:
        """Where the rule leads from here, one tensor a player; arguments and errors of `point`.

        Args:
            values: as of `point`.
            parameters: as of `point`.
            options: of the rule, in their order.
            create_graph: whether the result can be differentiated again.
            named: options of the rule by their names.
        """
        at = point(values, parameters, create_graph=create_graph)
        return at.finished(self.climb(at, *options, **named))

    @torch.enable_grad()
    def update(
        self,
        values: ValueFunction,
        parameters: Parameters,
        rates: Rates,
        *,
        look_ahead: Rates | None = None,
        create_graph: bool = False,
        **options: Any,
    ) -> tuple[Tensor, ...]:
        """New parameters after one step along `direction`; the given ones are not changed.

        Args:
            values: as of `point`.
            parameters: as of `point`.
            rates: one learning rate for all players, or one a player.
            look_ahead: the rate of the step that is foreseen; the learning rates by default.
            create_graph: whether the result can be differentiated in the parameters.
            options: the others of the rule.

        Raises:
            InputError: as `direction`, if there is not one rate a player, or `look_ahead` is given
                to a rule that foresees no step.
        """
        at = point(values, parameters, create_graph=create_graph)
        if self.foresees:
            options["look_ahead"] = rates if look_ahead is None else look_ahead
        elif look_ahead is not None:
            raise InputError("this rule foresees no step; leave look_ahead out")
        if self.has_rates:
            return at.moved(self.climb(at, rates, **options), 1.0)
        return at.moved(self.climb(at, **options), rates)
