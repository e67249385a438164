"""Consensus optimisation: naive learning that also makes all gradients small."""

from __future__ import annotations

from torch import Tensor

from gtlearn.learning.shaping.games.derivatives import gradients, own_gradients, with_gradients
from gtlearn.learning.shaping.games.protocol import Parameters, ValueFunction
from gtlearn.learning.shaping.updates.derivatives import Point, point, stepping


@with_gradients
def direction(
    values: ValueFunction,
    parameters: Parameters,
    strength: float,
    *,
    create_graph: bool = False,
) -> tuple[Tensor, ...]:
    """g - strength * grad |g|^2 / 2, with g_i = grad_i V^i.

    Mescheder, Nowozin & Geiger (2017), The Numerics of GANs, section 4. Where it comes to rest, g
    is zero or the regulariser holds it, so that minima can attract as well as maxima.

    Args:
        values: takes one tensor a player, (*batch, *its shape), and gives (*batch, players).
        parameters: one tensor a player, all with the same axes of the batch.
        strength: gamma, the regulariser's weight.
        create_graph: whether the result can be differentiated again.

    Raises:
        InputError: if values and parameters do not fit together, or cannot be differentiated.
    """
    at = point(values, parameters, create_graph=create_graph)
    return at.finished(_climbed(at, strength))


def _climbed(at: Point, strength: float = 1.0) -> list[Tensor]:
    own = own_gradients(at.values, at.parameters, create_graph=True)
    length = at.inner(own, own) / 2
    pulls = gradients(length, at.parameters, create_graph=at.create_graph)
    return [g - strength * pull for g, pull in zip(own, pulls, strict=True)]


update = stepping(_climbed, foresees=False)
