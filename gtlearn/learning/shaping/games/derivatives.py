"""First and mixed derivatives of the values of independent games in one batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import ParamSpec, TypeVar

import torch
from torch import Tensor

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def with_gradients(function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """The same function, which differentiates even where gradients are switched off."""

    @wraps(function)
    def run(*args: _Arguments.args, **options: _Arguments.kwargs) -> _Result:
        with torch.enable_grad():
            return function(*args, **options)

    return run


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
    found: tuple[Tensor, ...] = torch.autograd.grad(
        output,
        inputs,
        grad_outputs=torch.ones_like(output) if weights is None else weights,
        create_graph=create_graph,
        retain_graph=True,
        allow_unused=True,
        materialize_grads=True,
    )
    return found


@with_gradients
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
