"""LookAhead: each player answers what the others will play after their next naive step."""

from __future__ import annotations

from torch import Tensor

from gtlearn.learning.shaping.games.derivatives import with_gradients
from gtlearn.learning.shaping.games.protocol import Parameters, ValueFunction
from gtlearn.learning.shaping.updates.derivatives import Point, Rates, point, stepping


@with_gradients
def direction(
    values: ValueFunction,
    parameters: Parameters,
    look_ahead: Rates,
    *,
    create_graph: bool = False,
) -> tuple[Tensor, ...]:
    """The gradient after the others' step, to first order: g + G_o (alpha g).

    With g_i = grad_i V^i and G_o the mixed second derivatives, entry (i, j) grad_j g_i for i != j
    and zero for i = j. The others' steps are constants, so that nothing is shaped (Zhang & Lesser
    2010, Multi-Agent Learning with Policy Prediction; Letcher et al. 2019, Stable Opponent
    Shaping, section 2.3, where losses are minimised: (I - alpha H_o) xi).

    Args:
        values: takes one tensor a player, (*batch, *its shape), and gives (*batch, players).
        parameters: one tensor a player, all with the same axes of the batch.
        look_ahead: alpha, the rate of the others' step, one for all or one a player.
        create_graph: whether the result can be differentiated again.

    Raises:
        InputError: if values and parameters do not fit together, or cannot be differentiated.
    """
    at = point(values, parameters, create_graph=create_graph)
    return at.finished(looked_ahead(at, look_ahead))


def looked_ahead(
    at: Point, look_ahead: Rates, slopes: list[tuple[Tensor, ...]] | None = None
) -> list[Tensor]:
    """g + G_o (alpha g), from all first derivatives at a point."""
    slopes = slopes or at.slopes()
    own = [slopes[player][player] for player in at.players]
    steps = at.scaled(look_ahead, own)
    answers = at.transported(slopes, [steps for _ in at.players])
    return [g + answer for g, answer in zip(own, answers, strict=True)]


update = stepping(looked_ahead)
