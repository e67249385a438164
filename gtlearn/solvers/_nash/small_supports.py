"""Equilibria with two actions a player, by upper hulls in exact integers.

Random games almost always have an equilibrium with supports of size one or two (McLennan & Berg
2005; Porter, Nudelman & Shoham 2008), so this test comes before any path following.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits

SAFE = 2**30  # products of two differences stay below 2**62


def two_by_two_supports(
    row_payoffs: NDArray[Any], column_payoffs: NDArray[Any]
) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Supports (two rows, two columns) of an equilibrium, or None if there is none.

    For each column j the upper hulls of the row payoffs against the pairs (j, k), k > j, are
    walked for all k at once; a hull edge is a pair of rows that are best responses to one mixture
    of j and k. The same test for the other player decides.

    Args:
        row_payoffs: player 0's payoffs, int64, shape (m, n); differences below 2**30.
        column_payoffs: player 1's, same shape.
    """
    m, n = row_payoffs.shape
    if m < 2 or n < 2 or max(np.ptp(row_payoffs), np.ptp(column_payoffs)) >= SAFE:
        return None
    shifted = column_payoffs - column_payoffs.min()
    for j in range(n - 1):
        for k, lower, upper in _hull_edges(row_payoffs, j):
            hit = _answers(shifted, j, k, lower, upper)
            if hit is not None:
                rows = np.array([lower[hit], upper[hit]])
                return np.sort(rows), np.array([j, k[hit]])
    return None


def _hull_edges(
    payoffs: NDArray[Any], j: int
) -> Iterator[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]]:
    """Edges of the upper hulls against (j, k), one a live k at a time: (k, first row, next row).

    The walk starts at the row that is best against j alone and turns towards k.
    """
    k = np.arange(j + 1, payoffs.shape[1])
    at_j = payoffs[:, j]
    best = np.flatnonzero(at_j == at_j.max())
    current = best[payoffs[np.ix_(best, k)].argmax(axis=0)]
    while len(k):
        limits.check()
        gain = payoffs[:, k] - payoffs[current, k]
        loss = at_j[current][None, :] - at_j[:, None]
        # the next vertex is the first row to overtake: least loss a unit of gain
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where((gain > 0) & (loss > 0), loss / gain, np.inf)
        following = ratio.argmin(axis=0)
        live = np.isfinite(ratio[following, np.arange(len(k))])
        k, current, following = k[live], current[live], following[live]
        if len(k):
            yield k, current, following
        current = following


def _answers(
    payoffs: NDArray[Any],
    j: int,
    k: NDArray[Any],
    lower: NDArray[Any],
    upper: NDArray[Any],
) -> int | None:
    """The first place where player 1 is indifferent between j and k, which are its best
    responses, for some mixture of the rows `lower` and `upper`."""
    first = payoffs[lower, j] - payoffs[lower, k]
    second = payoffs[upper, k] - payoffs[upper, j]
    places = np.flatnonzero(np.sign(first) * np.sign(second) > 0)
    if len(places) == 0:
        return None
    # weights on `lower` and `upper` that make j and k equal
    weight_lower = np.abs(second[places])[:, None]
    weight_upper = np.abs(first[places])[:, None]
    values = weight_lower * payoffs[lower[places]] + weight_upper * payoffs[upper[places]]
    best = values.max(axis=1) == values[:, j]
    hits = places[best]
    return int(hits[0]) if len(hits) else None
