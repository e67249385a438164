"""What many tables of a leader are worth, in floating point and all at once: to guess with."""

from __future__ import annotations

from fractions import Fraction
from math import prod

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.games.numbers import nearest_double
from gtlearn.solvers._markov.commitment.sides import Sides, start_floats
from gtlearn.solvers._markov.tables import all_tables

Floats = NDArray[np.float64]

STILL = 1e-12  # a relative gain no larger than rounding, which ends policy iteration
TIE = 1e-9  # payoffs this near, relative to their size, count as equal
MAX_REPLIES = 1024  # tables of the follower that are tried again and again
PATIENT = 1 - 2.0**-30  # the largest discount that floats are used with
_BEYOND = 2.0**40  # more than any value in floats
COARSE = 2.0**-3  # a value in floats that may be wrong by more than this, of a payoff, says nothing
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
        `rounding`, if that is not COARSE.

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


def rounding(sides: Sides) -> float:
    """By how much a value may be wrong in floats, where payoffs lie between zero and one.

    Each step, or the solution of a system whose condition is at most twice the steps, adds the
    rounding of some 3 S operations and of the numbers themselves (Higham 2002, section 9.3), and
    what policy iteration leaves, for each payoff that a value is worth.
    """
    lost = Fraction(3 * sides.game.num_states + sides.actions + 8, 2**50)
    if sides.game.horizon is None:
        lost += 2 * Fraction(STILL)
    return nearest_double(lost * sides.steps * (sides.steps + 1))


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


def _choose(
    sides: Sides, mine: Floats, theirs: Floats, tie: float
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """The best of the follower's payoffs over the last axis, ties by the largest of `mine`."""
    best = theirs.max(axis=-1, keepdims=True)
    favoured = np.where(theirs >= _least_near(sides, best, tie), mine, -np.inf)
    choice = favoured.argmax(axis=-1)
    return favoured.max(axis=-1), best[..., 0], choice


def _least_near(sides: Sides, best: Floats, tie: float) -> Floats:
    """From where payoffs of the follower count as equal to the best ones."""
    lost = min(rounding(sides), _BEYOND)
    out: Floats = best - tie * (1 + np.abs(best)) - lost
    return out


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
        later_ours, later_theirs, _ = _choose(sides, mine, other, tie)
    return float(sides.game.scale) * (later_ours @ start_floats(sides.game))


def _stationary(sides: Sides, tables: Floats, sign: float, tie: float) -> Floats:
    """Every table of the follower, evaluated forward in time."""
    replies = follower_tables(sides)
    chunk = max(1, MAX_PAIRS // (len(replies) * sides.game.num_states))
    parts = []
    for begin in range(0, len(tables), chunk):
        mine, other = pair_values(sides, tables[begin : begin + chunk], replies)
        parts.append(_choose(sides, sign * mine, other, tie)[0])
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
    other = theirs + _patience(sides) * np.einsum("bsat,bt->bsa", moves, best)
    top = other.max(axis=-1, keepdims=True)
    allowed = np.where(other >= _least_near(sides, top, tie), sign * ours, -np.inf)
    mine, _ = _iterate(sides, allowed, moves, choice)
    out: Floats = mine @ start_floats(sides.game)
    return out


def _patience(sides: Sides) -> float:
    """The discount, at most one with which values differ in floats; then they are COARSE."""
    return min(float(sides.game.discount), PATIENT)


def _iterate(
    sides: Sides, pay: Floats, moves: Floats, choice: NDArray[np.int64]
) -> tuple[Floats, NDArray[np.int64]]:
    """Policy iteration (Howard 1960) on many one-player problems at once: the values and actions
    (batch, states). Where `pay` is -inf an action is not allowed; `choice` is where it begins."""
    discount = _patience(sides)
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
