"""What many tables of a leader are worth, in floating point and all at once: to guess with."""

from __future__ import annotations

from math import prod

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.solvers.markov.commitment.sides import Sides, start_floats
from gtlearn.solvers.markov.tables import all_tables

Floats = NDArray[np.float64]

STILL = 1e-12  # a relative gain no larger than rounding, which ends policy iteration
TIE = 1e-9  # payoffs this near, relative to their size, count as equal
MAX_REPLIES = 1024  # tables of the follower that are tried again and again
CHUNK = 2**21  # entries of the transitions of the tables that are evaluated at once
MAX_PAIRS = 1_000_000  # (leader's table, follower's table, state) triples evaluated at once


def leader_values(sides: Sides, tables: Floats, *, strong: bool, tie: float = TIE) -> Floats:
    """The leader's value from each of many tables, against the follower's class.

    Args:
        sides: the game, its leader and the follower's class.
        tables: probabilities, batch x states x leader's actions.
        strong: whether ties are broken for the leader, or against it.
        tie: payoffs of the follower this near count as equal.

    Returns:
        One value a table, in the game's unit; strong ones are never too low by more than
        rounding.

    Raises:
        LimitReached: at a limit.
    """
    size = max(1, CHUNK // (sides.responses * sides.game.num_states**2))
    parts = [
        _values(sides, tables[first : first + size], 1.0 if strong else -1.0, tie)
        for first in range(0, len(tables), size)
    ]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _values(sides: Sides, tables: Floats, sign: float, tie: float) -> Floats:
    limits.check()
    if sides.game.horizon is None:
        return sign * _discounted(sides, tables, sign, tie)
    if sides.sees_time:
        return sign * _by_time(sides, tables, sign, tie)
    return sign * _stationary(sides, tables, sign, tie)


def follower_tables(sides: Sides) -> NDArray[np.int64]:
    """All deterministic tables of the follower, tables x states, of action indices."""
    return all_tables(~sides.barred)


def count_replies(sides: Sides) -> int:
    """How many deterministic tables the follower has."""
    return prod((~sides.barred).sum(axis=1).tolist())


def few_replies(sides: Sides) -> bool:
    """Whether the follower's tables, where its class is that, can be tried again and again."""
    enumerated = sides.game.horizon is not None and not sides.sees_time
    return not enumerated or count_replies(sides) <= MAX_REPLIES


def _one_step(sides: Sides, tables: Floats) -> tuple[Floats, Floats, Floats]:
    """The leader's and the follower's expected payoffs (batch, states, responses) and the
    transitions (batch, states, responses, states) under each table."""
    ours, theirs = sides.pay_floats
    return (
        np.einsum("bsl,sla->bsa", tables, ours),
        np.where(sides.barred, -np.inf, np.einsum("bsl,sla->bsa", tables, theirs)),
        np.einsum("bsl,slat->bsat", tables, sides.moves_floats),
    )


def _choose(mine: Floats, theirs: Floats, tie: float) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """The best of the follower's payoffs over the last axis, ties by the largest of `mine`."""
    best = theirs.max(axis=-1, keepdims=True)
    near = theirs >= best - tie * (1 + np.abs(best))
    favoured = np.where(near, mine, -np.inf)
    choice = favoured.argmax(axis=-1)
    return favoured.max(axis=-1), best[..., 0], choice


def _by_time(sides: Sides, tables: Floats, sign: float, tie: float) -> Floats:
    """Backward induction."""
    ours, theirs, moves = _one_step(sides, tables)
    ours = sign * ours
    later_ours = np.zeros(tables.shape[:2])
    later_theirs = np.zeros(tables.shape[:2])
    assert sides.game.horizon is not None
    discount = float(sides.game.discount)
    for _ in range(sides.game.horizon):
        limits.check()
        mine = ours + discount * np.einsum("bsat,bt->bsa", moves, later_ours)
        other = theirs + discount * np.einsum("bsat,bt->bsa", moves, later_theirs)
        later_ours, later_theirs, _ = _choose(mine, other, tie)
    return float(sides.game.scale) * (later_ours @ start_floats(sides.game))


def _stationary(sides: Sides, tables: Floats, sign: float, tie: float) -> Floats:
    """Every table of the follower, evaluated forward in time."""
    replies = follower_tables(sides)
    chunk = max(1, MAX_PAIRS // (len(replies) * sides.game.num_states))
    parts = []
    for begin in range(0, len(tables), chunk):
        mine, other = pair_values(sides, tables[begin : begin + chunk], replies)
        parts.append(_choose(sign * mine, other, tie)[0])
    return np.concatenate(parts)


def pair_values(sides: Sides, tables: Floats, replies: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """The leader's and the follower's values (batch, replies) for every pair of tables."""
    ours, theirs, moves = _one_step(sides, tables)
    states = np.arange(sides.game.num_states)
    ours, theirs = ours[:, states, replies], theirs[:, states, replies]
    moves = moves[:, states, replies]
    here = np.broadcast_to(start_floats(sides.game), ours.shape)
    mine, other = np.zeros(ours.shape[:2]), np.zeros(ours.shape[:2])
    for weight in sides.weights:
        limits.check()
        mine += weight * (here * ours).sum(axis=-1)
        other += weight * (here * theirs).sum(axis=-1)
        here = np.matmul(here[..., None, :], moves)[..., 0, :]
    return mine, other


def _discounted(sides: Sides, tables: Floats, sign: float, tie: float) -> Floats:
    """Policy iteration for the follower, then for the leader among the follower's best actions."""
    ours, theirs, moves = _one_step(sides, tables)
    best, choice = _iterate(sides, theirs, moves, theirs.argmax(axis=-1))
    other = theirs + float(sides.game.discount) * np.einsum("bsat,bt->bsa", moves, best)
    top = other.max(axis=-1, keepdims=True)
    allowed = np.where(other >= top - tie * (1 + np.abs(top)), sign * ours, -np.inf)
    mine, _ = _iterate(sides, allowed, moves, choice)
    out: Floats = mine @ start_floats(sides.game)
    return out


def _iterate(
    sides: Sides, pay: Floats, moves: Floats, choice: NDArray[np.int64]
) -> tuple[Floats, NDArray[np.int64]]:
    """Policy iteration (Howard 1960) on many one-player problems at once: the values and actions
    (batch, states). Where `pay` is -inf an action is not allowed; `choice` is where it begins."""
    discount = float(sides.game.discount)
    while True:
        limits.check()
        kept = np.take_along_axis(moves, choice[..., None, None], axis=2)[:, :, 0]
        rewards = np.take_along_axis(pay, choice[..., None], axis=2)
        system = np.eye(kept.shape[-1]) - discount * kept
        values = np.linalg.solve(system, rewards)[..., 0].astype(np.float64)
        worth = pay + discount * np.einsum("bsat,bt->bsa", moves, values)
        now = np.take_along_axis(worth, choice[..., None], axis=2)[..., 0]
        gain = worth.max(axis=-1) > now + STILL * (1 + np.abs(now))
        if not gain.any():
            return values, choice
        choice = np.where(gain, worth.argmax(axis=-1), choice)
