"""Exact gradients of learners without a chain of their own: REINFORCE and LOLA-DiCE.

Both improve one joint policy and leave out what the learner itself will learn; in expectation they
are what `gtlearn.learning.shaping.sampled.opponents` estimates.
"""

from __future__ import annotations

from torch import Tensor

from gtlearn.learning.shaping.games.derivatives import gradients, with_gradients
from gtlearn.learning.shaping.games.protocol import DifferentiableGame, Parameters
from gtlearn.learning.shaping.meta.chain import InnerRates, unroll
from gtlearn.learning.shaping.meta.gradient import MetaGradient, tracked_start


@with_gradients
def reinforce(game: DifferentiableGame, initial: Parameters, *, player: int = 0) -> MetaGradient:
    """The gradient of a player's value as things stand: what Williams (1992) estimates.

    Args:
        game: what is played.
        initial: one tensor a player of shape (*batch, *its shape); axes of the batch broadcast.
        player: i, who learns.

    Returns:
        Its objective is V^i; its values have shape (*batch, 1, players).

    Raises:
        InputError: if there is no such player, or a shape does not fit.
    """
    start = tracked_start(game, initial, player)
    return _found(game.values(start), start[player], player)


@with_gradients
def lola_dice(
    game: DifferentiableGame,
    initial: Parameters,
    rates: InnerRates,
    look_aheads: int = 1,
    *,
    player: int = 0,
) -> MetaGradient:
    """The gradient of a player's value after the others have taken steps, through these steps.

    Foerster et al. (2018), DiCE: The Infinitely Differentiable Monte Carlo Estimator, section 4.2.
    The player's own parameters stay as they are while the others step.

    Args:
        game: what is played.
        initial: one tensor a player of shape (*batch, *its shape); axes of the batch broadcast.
        rates: of the others' steps, as `unroll` takes them; the player's own do not matter.
        look_aheads: how many steps.
        player: i, who learns.

    Returns:
        Its objective is V^i after the steps; its values have shape (*batch, 1, players).

    Raises:
        InputError: as `unroll`, or if there is no such player.
    """
    start = tracked_start(game, initial, player)
    ahead = unroll(game, start, rates, look_aheads, still=[player])
    return _found(ahead.values[..., -1, :], start[player], player)


def _found(values: Tensor, own: Tensor, player: int) -> MetaGradient:
    objective = values[..., player]
    (gradient,) = gradients(objective, [own])
    return MetaGradient(
        gradient=gradient,
        rates=None,
        objective=objective.detach(),
        values=values.detach()[..., None, :],
    )
