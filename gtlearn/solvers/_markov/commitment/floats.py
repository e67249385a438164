"""What many tables of a leader are worth, in floating point and all at once: to guess with."""

from __future__ import annotations

from fractions import Fraction
from math import prod

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.games.numbers import nearest_double
from gtlearn.solvers._markov.batch import chain_values
from gtlearn.solvers._markov.commitment.view import LeaderView
from gtlearn.solvers.outcomes import Table
from gtlearn.solvers.profiles.tables import all_tables

Floats = NDArray[np.float64]

STILL = 1e-12  # a relative gain no larger than rounding, which ends policy iteration
TIE = 1e-9  # payoffs this near, relative to their size, count as equal
_MAX_REPLIES = 1024  # tables of the follower that are tried again and again
PATIENT = 1 - 2.0**-30  # the largest discount that floats are used with
_BEYOND = 2.0**40  # more than any value in floats
COARSE = 2.0**-3  # a value in floats that may be wrong by more than this, of a payoff, says nothing
_CHUNK = 2**21  # entries of the transitions of the tables that are evaluated at once
_MAX_PAIRS = 1_000_000  # (leader's table, follower's table, state) triples evaluated at once


def leader_values(view: LeaderView, tables: Floats, *, strong: bool, tie: float = TIE) -> Floats:
    """The leader's value from each of many tables, against the follower's class.

    Args:
        view: the game, its leader and the follower's class.
        tables: probabilities, batch x states x leader's actions.
        strong: whether ties are broken for the leader, or against it.
        tie: payoffs of the follower this near count as equal.

    Returns:
        One value a table, in the game's unit; strong ones are never too low by more than
        `rounding`, if that is not COARSE.

    Raises:
        LimitReached: at a limit.
    """
    size = max(1, _CHUNK // (view.responses * view.game.num_states**2))
    parts = [
        _values(view, tables[first : first + size], 1.0 if strong else -1.0, tie)
        for first in range(0, len(tables), size)
    ]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _values(view: LeaderView, tables: Floats, sign: float, tie: float) -> Floats:
    limits.check()
    in_steps = _by_time if view.sees_time else _stationary
    value = _discounted if view.game.horizon is None else in_steps
    return sign * value(view, tables, sign, tie)


def rounding(view: LeaderView) -> float:
    """By how much a value may be wrong in floats, where payoffs lie between zero and one.

    Each step, or the solution of a system whose condition is at most twice the steps, adds the
    rounding of some 3 S operations and of the numbers themselves (Higham 2002, section 9.3), and
    what policy iteration leaves, for each payoff that a value is worth.
    """
    lost = Fraction(3 * view.game.num_states + view.actions + 8, 2**50)
    if view.game.horizon is None:
        lost += 2 * Fraction(STILL)
    return nearest_double(lost * view.steps * (view.steps + 1))


def float_table(table: Table) -> Floats:
    """An exact table, rounded."""
    limits.check()
    return np.array([[float(p) for p in row] for row in table])


def follower_tables(view: LeaderView) -> NDArray[np.int64]:
    """All deterministic tables of the follower, tables x states, of action indices."""
    return all_tables(~view.barred)


def count_replies(view: LeaderView) -> int:
    """How many deterministic tables the follower has."""
    return prod((~view.barred).sum(axis=1).tolist())


def few_replies(view: LeaderView) -> bool:
    """Whether the follower's tables, where its class is that, can be tried again and again."""
    enumerated = view.game.horizon is not None and not view.sees_time
    return not enumerated or count_replies(view) <= _MAX_REPLIES


def _one_step(view: LeaderView, tables: Floats) -> tuple[Floats, Floats, Floats]:
    """The leader's and the follower's expected payoffs (batch, states, responses) and the
    transitions (batch, states, responses, states) under each table."""
    ours, theirs = view.pay_floats
    return (
        np.einsum("bsl,sla->bsa", tables, ours),
        np.where(view.barred, -np.inf, np.einsum("bsl,sla->bsa", tables, theirs)),
        np.einsum("bsl,slat->bsat", tables, view.moves_floats),
    )


def _choose(
    view: LeaderView, mine: Floats, theirs: Floats, tie: float
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """The best of the follower's payoffs over the last axis, ties by the largest of `mine`."""
    best = theirs.max(axis=-1, keepdims=True)
    favoured = np.where(theirs >= _least_near(view, best, tie), mine, -np.inf)
    choice = favoured.argmax(axis=-1)
    return favoured.max(axis=-1), best[..., 0], choice


def _least_near(view: LeaderView, best: Floats, tie: float) -> Floats:
    """From where payoffs of the follower count as equal to the best ones."""
    lost = min(rounding(view), _BEYOND)
    out: Floats = best - tie * (1 + np.abs(best)) - lost
    return out


def _by_time(view: LeaderView, tables: Floats, sign: float, tie: float) -> Floats:
    """Backward induction."""
    ours, theirs, moves = _one_step(view, tables)
    ours = sign * ours
    later_ours = np.zeros(tables.shape[:2])
    later_theirs = np.zeros(tables.shape[:2])
    assert view.game.horizon is not None
    discount = float(view.game.discount)
    for _ in range(view.game.horizon):
        limits.check()
        mine = ours + discount * np.einsum("bsat,bt->bsa", moves, later_ours)
        other = theirs + discount * np.einsum("bsat,bt->bsa", moves, later_theirs)
        later_ours, later_theirs, _ = _choose(view, mine, other, tie)
    return float(view.game.scale) * (later_ours @ view.start_floats)


def _stationary(view: LeaderView, tables: Floats, sign: float, tie: float) -> Floats:
    """Every table of the follower, evaluated forward in time."""
    replies = follower_tables(view)
    chunk = max(1, _MAX_PAIRS // (len(replies) * view.game.num_states))
    parts = []
    for begin in range(0, len(tables), chunk):
        mine, other = pair_values(view, tables[begin : begin + chunk], replies)
        parts.append(_choose(view, sign * mine, other, tie)[0])
    return np.concatenate(parts)


def pair_values(
    view: LeaderView, tables: Floats, replies: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """The leader's and the follower's values (batch, replies) for every pair of tables."""
    states = np.arange(view.game.num_states)
    ours, theirs, moves = (array[:, states, replies] for array in _one_step(view, tables))
    rewards = np.stack([ours, theirs], axis=-1).reshape(1, -1, len(states), 2)
    chains = moves.reshape(1, -1, len(states), len(states))
    values, _ = chain_values(view.game, view.start_floats, rewards, chains)
    mine, other = float(view.game.scale) * values.T.reshape(2, *ours.shape[:2])
    return mine, other


def _discounted(view: LeaderView, tables: Floats, sign: float, tie: float) -> Floats:
    """Policy iteration for the follower, then for the leader among the follower's best actions."""
    ours, theirs, moves = _one_step(view, tables)
    best, choice = _iterate(view, theirs, moves, theirs.argmax(axis=-1))
    other = theirs + _patience(view) * np.einsum("bsat,bt->bsa", moves, best)
    top = other.max(axis=-1, keepdims=True)
    allowed = np.where(other >= _least_near(view, top, tie), sign * ours, -np.inf)
    mine, _ = _iterate(view, allowed, moves, choice)
    out: Floats = mine @ view.start_floats
    return out


def _patience(view: LeaderView) -> float:
    """The discount, at most one with which values differ in floats; then they are COARSE."""
    return min(float(view.game.discount), PATIENT)


def _iterate(
    view: LeaderView, pay: Floats, moves: Floats, choice: NDArray[np.int64]
) -> tuple[Floats, NDArray[np.int64]]:
    """Policy iteration (Howard 1960) on many one-player problems at once: the values and actions
    (batch, states). Where `pay` is -inf an action is not allowed; `choice` is where it begins."""
    discount = _patience(view)
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
