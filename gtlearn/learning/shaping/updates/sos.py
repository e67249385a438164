"""Stable Opponent Shaping: between LookAhead and LOLA, so that it converges."""

from __future__ import annotations

import torch
from torch import Tensor

from gtlearn.learning.shaping.games.derivatives import with_gradients
from gtlearn.learning.shaping.games.protocol import Parameters, ValueFunction
from gtlearn.learning.shaping.updates.derivatives import Point, Rates, point, stepping
from gtlearn.learning.shaping.updates.lola import shaping
from gtlearn.learning.shaping.updates.lookahead import looked_ahead


@with_gradients
def direction(
    values: ValueFunction,
    parameters: Parameters,
    look_ahead: Rates,
    *,
    a: float = 0.5,
    b: float = 0.1,
    create_graph: bool = False,
) -> tuple[Tensor, ...]:
    """LookAhead's direction and a share p of LOLA's shaping term: d_p = d_0 + p chi.

    Letcher et al. (2019), Stable Opponent Shaping in Differentiable Games, algorithm 1, for values
    that are maximised: d_0 = g + G_o (alpha g) is LookAhead's direction, chi LOLA's shaping term
    with its rate in it, p = min(p_1, p_2), over the parameters of all players together

        p_1 = 1 if <chi, d_0> >= 0, else min(1, -a |d_0|^2 / <chi, d_0>)
        p_2 = |g|^2 if |g| < b, else 1

    p_1 keeps the angle to d_0 acute, so that strict saddles are avoided; p_2 makes the rule
    LookAhead near fixed points, which are then those of the game.

    Args:
        values: takes one tensor a player, (*batch, *its shape), and gives (*batch, players).
        parameters: one tensor a player, all with the same axes of the batch.
        look_ahead: alpha, the rate of the others' step, one for all or one a player.
        a: how far from a right angle, in (0, 1).
        b: where a fixed point is near, in (0, 1).
        create_graph: whether the result can be differentiated again.

    Raises:
        InputError: if values and parameters do not fit together, or cannot be differentiated.
    """
    at = point(values, parameters, create_graph=create_graph)
    return at.finished(_climbed(at, look_ahead, a, b))


def share(
    at: Point, own: list[Tensor], ahead: list[Tensor], chi: list[Tensor], a: float, b: float
) -> Tensor:
    """SOS's p, of shape (*batch).

    Args:
        at: where.
        own: g, each player's gradient of its own value.
        ahead: d_0, LookAhead's direction.
        chi: LOLA's shaping term, with its rate.
        a, b: as for `direction`.
    """
    along, size = at.inner(chi, ahead), at.inner(ahead, ahead)
    against = along < 0
    bounded = -a * size / torch.where(against, along, -torch.ones_like(along))
    angle = torch.where(against, bounded.clamp(max=1.0), 1.0)
    square = at.inner(own, own)
    near = torch.where(square < b**2, square, 1.0)
    return torch.minimum(angle, near)


def _climbed(at: Point, look_ahead: Rates, a: float = 0.5, b: float = 0.1) -> list[Tensor]:
    slopes = at.slopes()
    own = [slopes[player][player] for player in at.players]
    ahead = looked_ahead(at, look_ahead, slopes)
    chi = shaping(at, slopes, look_ahead)
    p = share(at, own, ahead, chi, a, b)
    return [
        d + at.beside(p, player) * c for player, (d, c) in enumerate(zip(ahead, chi, strict=True))
    ]


update = stepping(_climbed)
