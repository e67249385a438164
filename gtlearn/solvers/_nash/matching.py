"""Equilibria from the vertices of both polytopes, any degeneracy allowed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.solvers._nash.labels import Matches, VertexSet, index_sign, strategy_of

_PART = 64  # pairs that are given together


def match_vertices(rows: VertexSet, columns: VertexSet, matches: Matches) -> Iterator[None]:
    """Adds all pairs of nonzero vertices that together carry every label, some at a time.

    Args:
        rows: player 0's vertices; its polytope's matrix has shape (n, m).
        columns: player 1's vertices; its matrix has shape (m, n).
        matches: what is found is added to it.

    Raises:
        LimitReached: at a limit; what was found by then stays.
    """
    n, m = rows.matrix.shape
    everything, own, other = (1 << (m + n)) - 1, (1 << m) - 1, ((1 << n) - 1) << m
    if rows.full.size == 0 or columns.full.size == 0:  # cut short before one player had a vertex
        return
    row_masks, row_basis = np.unique(rows.full, return_index=True)
    column_masks, column_basis = np.unique(columns.full, return_index=True)
    pairs = _complementary(rows, columns, row_masks, column_masks, everything)
    for count, (p, q) in enumerate(pairs, start=1):
        limits.check()
        key = (int(row_masks[p]), int(column_masks[q]))
        if key[0] & own == own or key[1] & other == other:
            continue  # the origin, which is no strategy
        if key[0] not in matches.rows:
            matches.rows[key[0]] = strategy_of(rows, int(row_basis[p]))
        if key[1] not in matches.columns:
            matches.columns[key[1]] = strategy_of(columns, int(column_basis[q]))
        matches.add(key)
        if count % _PART == 0:
            yield
    for key, index in _indices(rows, columns, everything).items():
        if key in matches.pairs:
            matches.pairs[key] = index
    yield


def _complementary(
    rows: VertexSet,
    columns: VertexSet,
    row_masks: NDArray[Any],
    column_masks: NDArray[Any],
    everything: int,
) -> Iterator[tuple[int, int]]:
    """Positions in the two sorted lists of masks whose labels together are all labels."""
    full = row_masks.dtype.type(everything) if row_masks.dtype != object else everything
    wanted = row_masks ^ full
    place = np.searchsorted(column_masks, wanted)
    place[place == len(column_masks)] = 0
    exact = np.flatnonzero(column_masks[place] == wanted)
    yield from ((int(p), int(place[p])) for p in exact)
    # a pair of two degenerate vertices, or of one that is exact, comes more than once
    for p in _degenerate(rows, row_masks):
        limits.check()
        yield from ((p, int(q)) for q in np.flatnonzero((column_masks | row_masks[p]) == full))
    for q in _degenerate(columns, column_masks):
        limits.check()
        yield from ((int(p), q) for p in np.flatnonzero((row_masks | column_masks[q]) == full))


def _degenerate(labelled: VertexSet, masks: NDArray[Any]) -> list[int]:
    """Which of the sorted masks belong to vertices with more labels than dimensions."""
    extra = np.unique(labelled.full[sorted(labelled.vertices.extra)])
    places: list[int] = np.searchsorted(masks, extra).tolist()
    return places


def _indices(rows: VertexSet, columns: VertexSet, everything: int) -> dict[tuple[int, int], int]:
    """The index of each equilibrium of the perturbed game, added up by the pair it converges to.

    A pair of complementary bases is an equilibrium of the game whose payoffs are divided by the
    perturbed right-hand sides, positive numbers that change no determinant's sign.
    """
    m = rows.matrix.shape[1]
    full = rows.bases.dtype.type(everything) if rows.bases.dtype != object else everything
    order = np.argsort(columns.bases)
    wanted = rows.bases ^ full
    place = np.searchsorted(columns.bases[order], wanted)
    place[place == len(order)] = 0
    totals: dict[tuple[int, int], int] = {}
    for p in np.flatnonzero(columns.bases[order[place]] == wanted).tolist():
        limits.check()
        tight = rows.vertices.tight[p]
        played = np.setdiff1d(np.arange(m), tight[tight < m])
        if len(played) == 0:
            continue
        answers = tight[tight >= m] - m
        key = (int(rows.full[p]), int(columns.full[order[place[p]]]))
        sign = index_sign(
            columns.matrix[np.ix_(played, answers)], rows.matrix[np.ix_(answers, played)]
        )
        totals[key] = totals.get(key, 0) + sign
    return totals
