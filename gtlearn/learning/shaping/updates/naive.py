"""Naive learning: each player follows the gradient of its own value, as if alone.

>>> import torch
>>> update(lambda p: torch.stack([p[0] * p[1], -p[0] * p[1]], -1), torch.ones(2, 1), 0.5)
(tensor([1.5000]), tensor([0.5000]))
"""

from __future__ import annotations

from torch import Tensor

from gtlearn.learning.shaping.games.derivatives import own_gradients, with_gradients
from gtlearn.learning.shaping.games.protocol import Parameters, ValueFunction
from gtlearn.learning.shaping.updates.derivatives import Point, point, stepping


@with_gradients
def direction(
    values: ValueFunction, parameters: Parameters, *, create_graph: bool = False
) -> tuple[Tensor, ...]:
    """The simultaneous gradient, g_i = grad_i V^i.

    The inner loop of Meta-PG and Meta-MAPG (Kim et al. 2021, equation 4) takes steps along it.

    Args:
        values: takes one tensor a player, (*batch, *its shape), and gives (*batch, players).
        parameters: one tensor a player, all with the same axes of the batch.
        create_graph: whether the result can be differentiated again.

    Raises:
        InputError: if values and parameters do not fit together, or cannot be differentiated.
    """
    at = point(values, parameters, create_graph=create_graph)
    return _climbed(at)


def _climbed(at: Point) -> tuple[Tensor, ...]:
    return own_gradients(at.values, at.parameters, create_graph=at.create_graph)


update = stepping(_climbed, foresees=False)
