"""One player's vertices with their labels, and the shared parts of both ways to match them.

Labels 0..m-1 are player 0's actions and m..m+n-1 player 1's. A vertex carries the label of an
action that it leaves unplayed (its owner's) or that is a best response to it (the other's). Two
vertices that together carry all labels are an equilibrium (Lemke & Howson 1964).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.limits import LimitReached
from gtlearn.solvers.linear.algebra import determinant_sign
from gtlearn.solvers.nash.certified import from_support
from gtlearn.solvers.nash.polytope import Vertices, enumerate_vertices, vertex
from gtlearn.solvers.solution import Strategy

BLOCK = 2**14  # bases whose labels are put together at a time


@dataclass(frozen=True)
class Side:
    """One player's vertices.

    Attributes:
        matrix: the polytope {z >= 0, matrix z <= 1}: positive integers.
        vertices: what was enumerated.
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
        stopped: the limit that ended the search, None where every vertex was matched against every
            possible partner.
    """

    rows: dict[int, Strategy] = field(default_factory=dict)
    columns: dict[int, Strategy] = field(default_factory=dict)
    pairs: dict[tuple[int, int], int] = field(default_factory=dict)
    stopped: LimitReached | None = None

    def add(self, others: Matches) -> None:
        """Takes up the equilibria of another search, and its word on whether they are all."""
        self.rows |= others.rows
        self.columns |= others.columns
        self.pairs |= others.pairs
        self.stopped = others.stopped

    def swapped(self) -> Matches:
        """The same equilibria with the players exchanged."""
        pairs = {(column, row): index for (row, column), index in self.pairs.items()}
        return Matches(self.columns, self.rows, pairs, self.stopped)


def positive_payoffs(numerators: NDArray[Any]) -> NDArray[Any]:
    """The same payoffs, shifted so that all are positive and of like size."""
    lowest, highest = int(numerators.min()), int(numerators.max())
    shift = max(1, (highest - lowest) // 100) - lowest
    if numerators.dtype != object and max(abs(shift), abs(highest)) >= 2**61:
        numerators = numerators.astype(object)
    return numerators + shift


def enumerate_side(matrix: NDArray[Any], names: list[int], *, keep: float = 0.2) -> Side:
    """Enumerates one polytope, whose label k is the game's label `names[k]`.

    Args:
        matrix: the polytope {z >= 0, matrix z <= 1}.
        names: the game's labels.
        keep: the share of the time left that is not used, but for what is done with the vertices.

    Raises:
        LimitReached: if not even the vertices found can be labelled in time.
    """
    with limits.keeping(0.0, keep):
        vertices = enumerate_vertices(matrix)
    kind = np.uint64 if max(names) < 64 else object
    bits = np.array([1 << name for name in names], dtype=kind)
    bases = np.empty(len(vertices.tight), dtype=kind)
    for start in range(0, len(bases), BLOCK):
        limits.check()
        part = slice(start, start + BLOCK)
        bases[part] = np.bitwise_or.reduce(bits[vertices.tight[part]], axis=1)
    full = bases.copy()
    for k, extra in vertices.extra.items():
        for label in extra:
            full[k] |= bits[label]
    return Side(matrix, vertices, bases, full)


def strategy_of(side: Side, basis: int) -> Strategy:
    """The mixed strategy of a basis's vertex, exactly."""
    places, numerators, _ = vertex(side.matrix, side.vertices.tight[basis])
    return from_support(side.matrix.shape[1], places, numerators, sum(numerators))


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
