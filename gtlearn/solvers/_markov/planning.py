"""Exact planning in a Markov decision process.

Over plans that see the time, ties broken by a second objective; and over all deterministic tables,
screened in floats and decided exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.errors import InputError
from gtlearn.solvers._markov.batch import (
    CHUNK,
    chain_values,
    integer_type,
    start_numerators,
)
from gtlearn.solvers._markov.process import (
    UNIT_ROUNDOFF,
    FloatProcess,
    Integers,
    Process,
    float_process,
    plan_values,
    product,
)
from gtlearn.solvers.profiles.tables import all_tables


def best_actions(keys: Integers, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of the allowed actions have the largest key in their state; (states, actions)."""
    held = np.where(allowed, keys, keys.min() - 1)
    chosen: NDArray[np.bool_] = held == held.max(axis=1, keepdims=True)
    return chosen


def optimal_plan(
    faced: Process, player: int, sign: int = 0, favoured: int = 0
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """A plan that is optimal for a player at every step and in every state.

    Args:
        faced: the process.
        player: whose value is optimised.
        sign: among optimal plans, 1 for one of the largest value of the player `favoured`, -1 for
            one of the smallest, 0 for any; then the first action is taken.
        favoured: see `sign`.

    Returns:
        The plan (steps, states), and which actions are optimal (steps, states, actions); without
        a horizon one step stands for all.

    Raises:
        LimitReached: at a limit.
    """
    if faced.game.horizon is None:
        choices = _improved(faced, player, 1, faced.legal)
        preferred = _improved(faced, favoured, sign, choices) if sign else choices
        return preferred.argmax(axis=1)[None], choices[None]
    return _dynamic_programming(faced, player, sign, favoured)


def _dynamic_programming(
    faced: Process, player: int, sign: int, favoured: int
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
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


def _improved(
    faced: Process, player: int, sign: int, allowed: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which allowed actions are optimal for the player's value times the sign, by policy iteration
    (Howard 1960)."""
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


@dataclass(frozen=True, eq=False)
class BestPlans:
    """The deterministic tables of largest value.

    Attributes:
        plans: one action a state, shape (plans, states), in the order of `deterministic_tables`;
            the first legal action in idle states.
        values: numerators of the value of every player, shape (plans, players); one denominator a
            player, which plays no role in comparisons.
        idle: which states are never reached, whatever is played; shape (states,).
    """

    plans: NDArray[np.int64]
    values: NDArray[Any]
    idle: NDArray[np.bool_]


def best_plans(faced: Process, player: int, limit: int) -> BestPlans:
    """The best deterministic tables of a process with a horizon.

    Raises:
        InputError: if there are more than `limit` to try.
        LimitReached: at a limit.
    """
    floats = float_process(faced, player)
    live, legal = floats.live, floats.legal
    count = prod(legal.sum(axis=1).tolist())
    if count > limit:
        raise InputError(
            f"{faced.game.players[player]!r} has {count} deterministic tables, more than the "
            f"limit of {limit}; raise it, or ask for the optimal response"
        )
    chunk = max(1, CHUNK // (len(faced.moves) * len(live) ** 2))
    limits.require(3 * 8 * count * len(live))
    parts = []
    for first in range(0, count, chunk):
        limits.check()
        parts.append(all_tables(legal, np.arange(first, min(first + chunk, count))))
    screened = np.concatenate([_float_values(floats, part) for part in parts])
    near = screened >= screened.max() - 2 * _error_bound(faced)
    plans = np.concatenate(parts)[near]
    pieces = [plans[first : first + chunk] for first in range(0, len(plans), chunk)]
    values = np.concatenate([_exact_values(faced, live, piece) for piece in pieces])
    best = values[:, player] == values[:, player].max()
    whole = np.tile(faced.legal.argmax(axis=1), (int(best.sum()), 1))
    whole[:, live] = plans[best]
    idle = np.ones(len(faced.legal), dtype=bool)
    idle[live] = False
    return BestPlans(whole, values[best], idle)


def _float_values(floats: FloatProcess, plans: NDArray[np.int64]) -> NDArray[np.float64]:
    """The player's values, its largest payoff counted as one."""
    limits.check()
    live = np.arange(len(floats.live))
    payoffs, moves = floats.rewards[:, live, plans], floats.moves[:, live, plans]
    values, _ = chain_values(floats.game, floats.start, payoffs[..., None], moves)
    return np.asarray(values[:, 0])


def _error_bound(faced: Process) -> float:
    """How far `_float_values` may be from the truth.

    The visits of a state are sums of products of numbers that are not negative, so their relative
    error is at most that of the number of roundings in a row, about states + 4 a step; payoffs are
    at most one (Higham 2002, Accuracy and Stability of Numerical Algorithms, section 3.1).
    """
    horizon, discount = faced.game.horizon or 1, float(faced.game.discount)
    roundings = (horizon + 2) * (faced.game.num_states + 6)
    total = sum(discount**step for step in range(horizon)) if discount < 1 else horizon
    return 2 * roundings * UNIT_ROUNDOFF * total


def _exact_values(
    faced: Process, live: NDArray[np.int64], plans: NDArray[np.int64]
) -> NDArray[Any]:
    """Numerators of the values of all players, shape (plans, players)."""
    limits.check()
    kind = integer_type(faced.game, faced.denominator // faced.game.transitions.denominator)
    start, _ = start_numerators(faced.game, kind)
    rewards: NDArray[Any] = faced.rewards.astype(kind)[:, live, plans]
    moves: NDArray[Any] = faced.moves.astype(kind)[..., live][:, live, plans]
    values, _ = chain_values(faced.game, start[live], rewards, moves, faced.denominator)
    return values.astype(object)
