"""One player's vertices with their labels, and the shared parts of both ways to match them.

Labels 0..m-1 are player 0's actions and m..m+n-1 player 1's. A vertex carries the label of an
action that it leaves unplayed (its owner's) or that is a best response to it (the other's). Two
vertices that together carry all labels are an equilibrium (Lemke & Howson 1964).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.solvers._linear.algebra import determinant_sign
from gtlearn.solvers._nash.certified import from_support
from gtlearn.solvers._nash.dictionaries import Vertices
from gtlearn.solvers._nash.polytope import enumerate_vertices, vertex
from gtlearn.solvers.outcomes import Strategy

LabelPair = tuple[int, int]  # the label masks of two vertices

_BLOCK = 2**14  # bases whose labels are put together at a time


@dataclass(frozen=True)
class VertexSet:
    """Some or all of one player's vertices.

    Attributes:
        matrix: the polytope {z >= 0, matrix z <= 1}: positive integers.
        vertices: the bases.
        bases: the labels of each basis, as a bit mask (uint64, or Python ints beyond 64 labels).
        full: the labels of its vertex; equal for all bases of one vertex.
    """

    matrix: NDArray[Any]
    vertices: Vertices
    bases: NDArray[Any]
    full: NDArray[Any]


@dataclass
class Matches:
    """Equilibria as pairs of vertices, each vertex named by its label mask.

    Attributes:
        rows: player 0's strategy of each mask.
        columns: player 1's.
        pairs: the summed index of each pair of masks that is an equilibrium.
        fresh: the pairs that were added and not looked at yet, by whoever looks.
    """

    rows: dict[int, Strategy] = field(default_factory=dict)
    columns: dict[int, Strategy] = field(default_factory=dict)
    pairs: dict[LabelPair, int] = field(default_factory=dict)
    fresh: list[LabelPair] = field(default_factory=list)

    def add(self, key: LabelPair) -> None:
        """Adds an equilibrium, whose strategies are known, unless it is known, too."""
        if key not in self.pairs:
            self.pairs[key] = 0
            self.fresh.append(key)

    def swapped(self) -> Matches:
        """The same equilibria with the players exchanged."""
        pairs = {(column, row): index for (row, column), index in self.pairs.items()}
        return Matches(self.columns, self.rows, pairs)


def positive_payoffs(numerators: NDArray[Any]) -> NDArray[Any]:
    """The same payoffs, shifted so that all are positive and of like size."""
    limits.require(8 * numerators.size)
    limits.check()
    lowest, highest = int(numerators.min()), int(numerators.max())
    shift = max(1, (highest - lowest) // 100) - lowest
    if numerators.dtype != object and max(abs(shift), abs(highest)) >= 2**61:
        numerators = numerators.astype(object)
    return numerators + shift


def vertex_sets(matrix: NDArray[Any], names: list[int]) -> Iterator[VertexSet]:
    """Enumerates one polytope, whose label k is the game's label `names[k]`, part by part.

    Raises:
        LimitReached: at a limit, once what is proven by then was given.
    """
    kind = np.uint64 if max(names) < 64 else object
    bits = np.array([1 << name for name in names], dtype=kind)
    for vertices in enumerate_vertices(matrix):
        bases = np.empty(len(vertices.tight), dtype=kind)
        for start in range(0, len(bases), _BLOCK):
            limits.check()
            part = slice(start, start + _BLOCK)
            bases[part] = np.bitwise_or.reduce(bits[vertices.tight[part]], axis=1)
        full = bases.copy()
        for k, extra in vertices.extra.items():
            for label in extra:
                full[k] |= bits[label]
        yield VertexSet(matrix, vertices, bases, full)


def joined(parts: list[VertexSet]) -> VertexSet:
    """All vertices of some parts of one polytope; there is at least one."""
    if len(parts) == 1:
        return parts[0]
    extra: dict[int, tuple[int, ...]] = {}
    count = 0
    for labelled in parts:
        extra |= {count + k: labels for k, labels in labelled.vertices.extra.items()}
        count += len(labelled.bases)
    return VertexSet(
        parts[0].matrix,
        Vertices(np.concatenate([labelled.vertices.tight for labelled in parts]), extra),
        np.concatenate([labelled.bases for labelled in parts]),
        np.concatenate([labelled.full for labelled in parts]),
    )


def strategy_of(labelled: VertexSet, basis: int) -> Strategy:
    """The mixed strategy of a basis's vertex, exactly."""
    places, numerators, _ = vertex(labelled.matrix, labelled.vertices.tight[basis])
    return from_support(labelled.matrix.shape[1], places, numerators, sum(numerators))


def index_sign(row_square: NDArray[Any], column_square: NDArray[Any]) -> int:
    """Shapley's (1974) index of a nondegenerate equilibrium from its positive payoffs.

    Args:
        row_square: player 0's payoffs on the two supports, k x k, played rows first.
        column_square: player 1's, of the same or the transposed shape.

    Returns:
        (-1)^(k+1) sign(det A) sign(det B): +1 at every pure strict equilibrium.
    """
    sign = 1 if row_square.shape[0] % 2 else -1
    for square in (row_square, column_square):
        sign *= determinant_sign(square)
    return sign
