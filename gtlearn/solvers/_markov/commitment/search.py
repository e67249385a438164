"""A seeded search for good tables of the leader: it proposes, exact arithmetic decides."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.limits import LimitReached
from gtlearn.solvers._markov.commitment.floats import leader_values
from gtlearn.solvers._markov.commitment.view import LeaderView

Floats = NDArray[np.float64]

POPULATION = 10  # tables that survive a round
OFFSPRING = 20  # variations of each
ROUNDS = 250
FIRST_STEP, SHRINK, LAST_STEP = 0.5, 0.95, 1e-6
SEED = 20231


def promising_tables(view: LeaderView, starts: Floats, *, strong: bool, target: float) -> Floats:
    """Tables of high value, the best first, found by varying the best so far at random.

    Args:
        view: the game, its leader and the follower's class.
        starts: tables to begin with, batch x states x leader's actions.
        strong: how the follower breaks ties.
        target: a proven upper bound; the search ends where it is met.

    Returns:
        What was found until the search was over, or half of the time that was left.
    """
    rng = np.random.default_rng(SEED)
    legal = view.game.legal[0]
    sizes = (20 * POPULATION, *legal.shape)
    pool = np.concatenate([starts, _normalised(rng.exponential(size=sizes), legal)])
    step = FIRST_STEP
    with suppress(LimitReached), limits.keeping(0.0, share=1 / 2):
        pool, values = _best(view, pool, strong)
        for _ in range(ROUNDS):
            if values[0] >= target - LAST_STEP * view.span:
                break
            changed = rng.random((len(pool) * OFFSPRING, legal.shape[0], 1)) < 0.5
            noise = step * rng.normal(size=(len(pool) * OFFSPRING, *legal.shape)) * changed
            parents = np.repeat(pool, OFFSPRING, axis=0)
            children = _normalised(np.clip(parents + noise, 0, 1), legal)
            pool, values = _best(view, np.concatenate([pool, children]), strong)
            step = max(step * SHRINK, LAST_STEP)
    return pool


def _best(view: LeaderView, tables: Floats, strong: bool) -> tuple[Floats, Floats]:
    values = leader_values(view, tables, strong=strong)
    order = np.argsort(-values, kind="stable")[:POPULATION]
    return tables[order], values[order]


def _normalised(tables: Floats, legal: NDArray[np.bool_]) -> Floats:
    """The tables with illegal actions at zero and rows that sum to one."""
    kept = np.where(legal, tables, 0.0)
    total = kept.sum(axis=-1, keepdims=True)
    even = legal / legal.sum(axis=-1, keepdims=True)
    return np.where(total > 0, kept / np.where(total > 0, total, 1.0), even)
