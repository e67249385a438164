"""Exact planning in a Markov decision process, ties broken by a second objective."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.solvers._markov.process import Integers, Process, plan_values, product


def best_actions(keys: Integers, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of the allowed actions have the largest key in their state; (states, actions)."""
    held = np.where(allowed, keys, keys.min() - 1)
    chosen: NDArray[np.bool_] = held == held.max(axis=1, keepdims=True)
    return chosen


def dynamic_programming(
    faced: Process, player: int, sign: int, favoured: int
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """The plan (steps, states), and which actions are optimal (steps, states, actions).

    Raises:
        LimitReached: at a limit.
    """
    keep, grow = faced.decay
    horizon, size = faced.game.horizon or 0, faced.game.num_states
    limits.require(horizon * (8 * size + faced.legal.size))
    plan = np.zeros((horizon, size), dtype=int)
    choices = np.zeros((horizon, *faced.legal.shape), dtype=bool)
    values: Integers = np.zeros((size, faced.game.num_players), dtype=object)
    unit = 1
    for step in reversed(range(horizon)):
        limits.check()
        rewards, moves = faced.at(step)
        worth = rewards * unit + keep * product(moves, values)
        choices[step] = best_actions(worth[..., player], faced.legal)
        plan[step] = best_actions(sign * worth[..., favoured], choices[step]).argmax(axis=1)
        values = worth[np.arange(size), plan[step]]
        unit *= grow
    return plan, choices


def policy_iteration(
    faced: Process, player: int, sign: int, favoured: int
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """As `dynamic_programming`, without a horizon: one step stands for all."""
    choices = _improved(faced, player, 1, faced.legal)
    preferred = _improved(faced, favoured, sign, choices) if sign else choices
    return preferred.argmax(axis=1)[None], choices[None]


def _improved(
    faced: Process, player: int, sign: int, allowed: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which allowed actions are optimal for the player's value times the sign."""
    keep, grow = faced.decay
    rewards, moves = faced.at(0)
    plan = best_actions(sign * rewards[..., player], allowed).argmax(axis=1)
    everywhere = np.arange(len(plan))
    while True:
        values, unit = plan_values(faced, plan[None])
        worth = sign * (
            grow * unit * rewards[..., player] + keep * product(moves, values[:, player])
        )
        best = best_actions(worth, allowed)
        stays = best[everywhere, plan]
        if stays.all():
            return best
        plan = np.where(stays, plan, best.argmax(axis=1))


def reached_rows(faced: Process, plan: NDArray[Any]) -> NDArray[np.bool_]:
    """Which rows of the plan are reached with positive probability, (steps, states)."""
    game = faced.game
    here = np.array([p > 0 for p in game.start])
    everywhere = np.arange(game.num_states)
    out = np.zeros(plan.shape, dtype=bool)
    if game.horizon is None:
        linked = faced.moves[0, everywhere, plan[0]] > 0
        while not (here == out[0]).all():
            out[0] = here
            here = here | linked[here].any(axis=0)
        return out
    for step in range(game.horizon):
        row = step if len(plan) > 1 else 0
        out[row] |= here
        here = (faced.at(step)[1][everywhere, plan[row]] > 0)[here].any(axis=0)
    return out
