"""Local search for a stochastic table that does not see the time."""

from __future__ import annotations

import numpy as np

from gtlearn import limits
from gtlearn.solvers._markov.boxes import FloatProcess, Floats

ROUNDS = 200


def climb(process: FloatProcess, rows: Floats) -> tuple[Floats, Floats]:
    """Tables that growth transformations lead to, and their values.

    With payoffs that are not negative the value is a polynomial with coefficients that are not;
    p(a | s) <- p(a | s) dV/dp(a | s), divided by the sum over a, then never lowers it.

    Args:
        process: the process.
        rows: where to start, shape (batch, live, actions); each row is made to sum to one.

    Raises:
        LimitReached: at a limit.
    """
    lifted = np.where(process.legal, process.rewards - process.rewards.min(), 0.0)
    rows = rows / rows.sum(axis=-1, keepdims=True)
    for _ in range(ROUNDS):
        slopes, _ = _slopes(process, lifted, rows)
        grown = rows * slopes
        total = grown.sum(axis=-1, keepdims=True)
        rows = np.where(total > 0, grown / np.where(total > 0, total, 1.0), rows)
    return rows, _slopes(process, process.rewards, rows)[1]


def _slopes(process: FloatProcess, rewards: Floats, rows: Floats) -> tuple[Floats, Floats]:
    """dV/dp(a | s), shape (batch, live, actions), and the values V (batch,)."""
    timed = len(rewards) > 1
    here = np.broadcast_to(process.start, rows.shape[:2])
    visits = []
    for step in range(process.horizon):
        limits.check()
        visits.append(here)
        moves = process.moves[step if timed else 0]
        here = process.discount * np.einsum("bs,bsa,sat->bt", here, rows, moves, optimize=True)
    slopes, later = np.zeros(rows.shape), np.zeros(rows.shape[:2])
    for step in reversed(range(process.horizon)):
        limits.check()
        now = step if timed else 0
        worth = rewards[now] + process.discount * np.einsum(
            "sat,bt->bsa", process.moves[now], later
        )
        slopes += visits[step][..., None] * worth
        later = np.einsum("bsa,bsa->bs", rows, worth)
    return slopes, later @ process.start
