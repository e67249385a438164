"""All vertices of a best-response polytope, found in floats and proven in interval bounds.

The polytope {z >= 0, M z <= 1} with M > 0 (von Stengel 2002) has labels 0..d-1 for z_i = 0 and
d..d+e-1 for the tight rows of M. Its right-hand side is perturbed to b = 1 + delta r, with r
random, so that every vertex lies on exactly d facets; each vertex of the polytope itself is then
the limit of at least one basis of the perturbed one.

Proof of completeness. The graph of a simple polytope is connected (Balinski 1961) and a vertex
has exactly one neighbour a dropped facet, so a nonempty set of vertices that holds all
neighbours of its members holds all vertices. Every basis found is shown to be strictly feasible
at b, and feasible at 1: being feasible at both ends it is so in between, so the set stays closed
for every smaller perturbation, and its limits are all vertices of the polytope itself. A basis
that float bounds do not settle is settled in rationals.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.limits import LimitReached, MemoryLimitReached
from gtlearn.solvers._linear.algebra import multiply, solve_integer_system
from gtlearn.solvers._nash.dictionaries import Dictionaries, Seen, Vertices, batches, together
from gtlearn.solvers._nash.exact_polytope import enumerate_exactly

EPSILON = np.finfo(np.float64).eps
PERTURBATIONS = (2.0**-18, 2.0**-26, 2.0**-34)
PROOF_BYTES = 2**23  # of dictionaries that are kept to be proven together
CHUNK_BYTES = 2**25  # of dictionaries that are worked on together where nothing is limited
SMALL_CHUNK_BYTES = 2**22  # where a limit may end the work in between
_BLOCK = 2**14  # entries of a matrix that are read between two looks at the limits
LEVEL_BYTES = 2**31  # of dictionaries beyond which the enumeration stops
MAX_BASES = 20_000_000
FULL = "the enumeration has come to hold all that it takes, 2 GiB or 20 million bases"
_PROOF_SHARE = 0.1  # of what is left of a limit, for the bases that are then not proven yet


class _Undecided(Exception):
    """A basis is not feasible: the perturbation was too large or rounding too coarse."""


def enumerate_vertices(matrix: NDArray[Any]) -> Iterator[Vertices]:
    """All vertices of {z >= 0, matrix z <= 1}, degenerate polytopes included, part by part.

    Args:
        matrix: positive integers, shape (e, d).

    Raises:
        LimitReached: at a limit, once what is proven by then was given.
    """
    again = False
    for delta in PERTURBATIONS:
        try:
            for part in _Search(matrix, delta).run():
                yield replace(part, again=again)
                again = False
            return
        except _Undecided:
            again = True
    for part in enumerate_exactly(matrix):
        yield replace(part, again=again)
        again = False


def direction(rows: int) -> tuple[NDArray[np.int64], float]:
    """The vector along which the right-hand side is perturbed: random integers, and their bound."""
    spread = 2.0 ** max(16, (4 * rows).bit_length())
    return np.random.default_rng(2024).choice(int(spread), size=(rows,), replace=False), spread


def vertex(matrix: NDArray[Any], tight: NDArray[np.int16]) -> tuple[list[int], list[int], int]:
    """The vertex of a basis, exactly: nonzero places, their numerators, and the denominator."""
    d = matrix.shape[1]
    zero = np.zeros(d, dtype=bool)
    zero[tight[tight < d]] = True
    places = np.flatnonzero(~zero)
    rows = tight[tight >= d] - d
    solved = solve_integer_system(matrix[np.ix_(rows, places)], np.ones(len(rows), dtype=np.int64))
    if solved is None:
        raise _Undecided
    return places.tolist(), *solved


def in_doubles(matrix: NDArray[Any]) -> tuple[NDArray[np.float64], float]:
    """Positive integers as doubles, scaled to at most one where they are not all exact.

    Returns:
        The doubles, and the largest relative error of an entry.
    """
    limits.require(8 * matrix.size)
    largest = int(matrix.max())
    exact = largest < 2**53
    floats = np.empty(matrix.shape)
    step = max(1, _BLOCK // matrix.shape[1])
    for start in range(0, len(matrix), step):
        limits.check()
        part = matrix[start : start + step]
        if exact:
            floats[start : start + step] = part
        else:
            floats[start : start + step] = [[int(v) / largest for v in row] for row in part]
    return floats, 0.0 if exact else EPSILON


class _Search:
    """Breadth-first pivoting over all bases of the perturbed polytope, many at a time."""

    def __init__(self, matrix: NDArray[Any], delta: float) -> None:
        self.exact = matrix
        self.rows, self.dimension = matrix.shape
        self.matrix, self.relative = in_doubles(matrix)
        steps, spread = direction(self.rows)
        offsets = delta * steps / spread
        self.perturbed = np.asarray(1.0 + offsets, dtype=np.float64)
        self.numerators = [int(p * 2**52) for p in self.perturbed.tolist()]
        self.right = np.stack([self.perturbed, np.ones(self.rows)], axis=1)
        labels = self.rows + self.dimension
        if labels <= 64:
            self.bits: NDArray[Any] = np.uint64(1) << np.arange(labels, dtype=np.uint64)
        else:
            self.bits = np.array([1 << k for k in range(labels)], dtype=object)
        self.seen = Seen(self.bits.dtype)
        self.waiting: deque[Dictionaries] = deque()  # whose neighbours were not looked for yet
        self.held = 0  # bytes of these
        self.unproven: list[Dictionaries] = []
        self.chunk = CHUNK_BYTES if limits.patience() == math.inf else SMALL_CHUNK_BYTES

    def run(self) -> Iterator[Vertices]:
        """Enumerates; raises _Undecided where a basis turns out not to be feasible."""
        self._keep(self._origin())
        while self.waiting or self.unproven:
            reached: LimitReached | None = None
            try:
                with limits.keeping(0.0, _PROOF_SHARE):
                    self._explore()
            except LimitReached as limit:
                reached = limit
            vertices, late = self._proven()
            yield vertices
            reached = reached or late
            if reached is not None:
                raise reached

    def _explore(self) -> None:
        """Finds more bases, until there are enough to be proven together."""
        while self.waiting:
            limits.check()
            for part in self._taken().parts(self.chunk):
                for fresh in self._neighbours(part):
                    self._keep(fresh)
            if sum(some.table.nbytes for some in self.unproven) > PROOF_BYTES:
                return

    def _keep(self, some: Dictionaries) -> None:
        """Notes new bases, whose neighbours are to be looked for, and which are to be proven."""
        self.waiting.append(some)
        self.unproven.append(some)
        self.held += some.table.nbytes
        if self.held > LEVEL_BYTES or len(self.seen) > MAX_BASES:
            raise MemoryLimitReached(FULL, "take a smaller game")

    def _taken(self) -> Dictionaries:
        """The bases that wait longest, small parts of them joined."""
        taken = [self.waiting.popleft()]
        size = taken[0].table.nbytes
        while self.waiting and size + self.waiting[0].table.nbytes <= self.chunk:
            taken.append(self.waiting.popleft())
            size += taken[-1].table.nbytes
        self.held -= size
        return together(taken)

    def _origin(self) -> Dictionaries:
        d, e = self.dimension, self.rows
        limits.require(2 * 8 * e * (d + 2))
        table = np.empty((1, e, d + 2))
        table[0, :, :d], table[0, :, d], table[0, :, d + 1] = self.matrix, self.perturbed, 1.0
        nonbasic = np.arange(d, dtype=np.int16)[None, :]
        basic = np.arange(d, d + e, dtype=np.int16)[None, :]
        keys = np.array([self.bits[:d].sum()], dtype=self.bits.dtype)
        self.seen.add(keys)
        return Dictionaries(table, basic, nonbasic, keys)

    def _neighbours(self, some: Dictionaries) -> Iterator[Dictionaries]:
        """The bases one pivot away from some others that were not seen before."""
        limits.check()
        d = self.dimension
        # the smallest ratio value/slope over positive slopes is the largest slope/value: values
        # at b are positive, and the polytope's boundedness makes some slope positive
        limits.require(some.table.nbytes)
        ratios = some.table[:, :, :d] / some.table[:, :, d, None]
        limits.check()
        leaving = ratios.argmax(axis=1)
        limits.check()
        labels = np.take_along_axis(some.basic, leaving, axis=1)
        keys = (some.keys[:, None] ^ self.bits[some.nonbasic] ^ self.bits[labels]).ravel()
        fresh, first = np.unique(keys, return_index=True)
        new = self.seen.missing(fresh)
        fresh, first = fresh[new], first[new]
        self.seen.add(fresh)
        count = max(1, self.chunk // some.table[0].nbytes)
        for start in range(0, len(fresh), count):
            limits.check()
            now = slice(start, start + count)
            parent, column = np.divmod(first[now], d)
            limits.require(2 * len(parent) * some.table[0].nbytes)
            row = leaving[parent, column]
            limits.check()
            yield self._pivot(some, parent, row, column, fresh[now])

    @staticmethod
    def _pivot(
        some: Dictionaries,
        parent: NDArray[np.int64],
        row: NDArray[np.int64],
        column: NDArray[np.int64],
        keys: NDArray[Any],
    ) -> Dictionaries:
        table = some.table[parent]
        each = np.arange(len(parent))
        pivot = table[each, row, column]
        pivot_row = table[each, row] / pivot[:, None]
        pivot_column = table[each, :, column]
        limits.check()
        table -= pivot_column[:, :, None] * pivot_row[:, None, :]
        table[each, row] = pivot_row
        table[each, :, column] = -pivot_column / pivot[:, None]
        table[each, row, column] = 1 / pivot
        basic, nonbasic = some.basic[parent], some.nonbasic[parent]
        entering = nonbasic[each, column].copy()
        nonbasic[each, column] = basic[each, row]
        basic[each, row] = entering
        return Dictionaries(table, basic, nonbasic, keys)

    def _proven(self) -> tuple[Vertices, LimitReached | None]:
        """Shows each basis feasible at b (strictly) and at 1, notes its labels, drops the tables.

        Bases with equally many nonzero z are handled together. At a limit, which is returned,
        those that are not proven yet are left out.
        """
        reached: LimitReached | None = None
        parts, self.unproven = self.unproven, []
        tight = [np.empty((0, self.dimension), dtype=np.int16)]
        extra: dict[int, tuple[int, ...]] = {}
        count = 0
        try:
            for some in batches(parts, PROOF_BYTES):
                nonzero = (some.basic < self.dimension).sum(axis=1)
                for k in np.unique(nonzero).tolist():
                    limits.check()
                    group = np.flatnonzero(nonzero == k)
                    labels = self._prove(some, group, k)
                    extra |= {count + j: beyond for j, beyond in labels.items()}
                    tight.append(np.sort(some.nonbasic[group], axis=1))
                    count += len(group)
        except LimitReached as limit:
            reached = limit
        return Vertices(np.concatenate(tight), extra), reached

    def _prove(
        self, some: Dictionaries, group: NDArray[np.int64], k: int
    ) -> dict[int, tuple[int, ...]]:
        """Proves the bases of a group, each with k nonzero z; returns what else is tight."""
        tight = some.nonbasic[group]
        sure = self._settled(some.table[group], some.basic[group], tight, k)
        extra: dict[int, tuple[int, ...]] = {}
        for j in np.flatnonzero(~sure).tolist():
            limits.check()
            labels = self._prove_exactly(tight[j])
            if labels:
                extra[j] = labels
        return extra

    def _settled(
        self,
        table: NDArray[np.float64],
        basic: NDArray[np.int16],
        nonbasic: NDArray[np.int16],
        k: int,
    ) -> NDArray[np.bool_]:
        """Which bases, each with k nonzero z, are surely feasible and nondegenerate.

        The nonzero z solve S z = b on the tight rows. For any approximate inverse R of S,
        |z - z~| <= |R| |b - S z~| / (1 - |I - R S|) in the maximum norm (Rump 2010, section
        10); the rounding errors of evaluating the right-hand side are added on top.
        """
        count, d = len(table), self.dimension
        if k == 0:
            return np.ones(count, dtype=bool)  # the origin: z = 0, slacks b > 0
        is_z, is_slack = basic < d, nonbasic >= d
        each = np.arange(count)[:, None]
        row, column = (np.nonzero(mask)[1].reshape(count, k) for mask in (is_z, is_slack))
        places = basic[is_z].reshape(count, k)
        tight = nonbasic[is_slack].reshape(count, k) - d
        inverse = table[each[:, :, None], row[:, :, None], column[:, None, :]]
        square = self.matrix[tight[:, :, None], places[:, None, :]]
        z = table[each, row, d:]
        gamma = (2 * d + 8) * (EPSILON + self.relative)
        size_inverse = np.abs(inverse).sum(axis=2).max(axis=1)
        size_square = square.sum(axis=2).max(axis=1)
        defect = np.abs(np.matmul(inverse, square) - np.eye(k)).sum(axis=2).max(axis=1)
        defect += gamma * (1 + size_inverse * size_square)
        residual = np.abs(self.right[tight] - np.matmul(square, z)).max(axis=(1, 2))
        residual += gamma * (1 + size_square * np.abs(z).max(axis=(1, 2)))
        error = size_inverse * residual / np.maximum(1 - defect, 0.25)
        slack_error = error[:, None] * self.matrix.sum(axis=1) + 4 * gamma
        scattered = np.zeros((2, count, d))
        scattered[:, each, places] = z.transpose(2, 0, 1)
        used = (scattered.reshape(2 * count, d) @ self.matrix.T).reshape(2, count, self.rows)
        slacks = self.right.T[:, None, :] - used
        slacks = np.where(slacks > slack_error, 1.0, -1.0).min(axis=0)
        slacks[each, tight] = 1.0
        positive = (z.min(axis=(1, 2)) > error) & (slacks.min(axis=1) > 0)
        settled: NDArray[np.bool_] = positive & (defect < 0.5)
        return settled

    def _prove_exactly(self, tight: NDArray[np.int16]) -> tuple[int, ...]:
        """Settles one basis in rationals; returns its extra tight labels at 1."""
        d = self.dimension
        zero = np.zeros(d, dtype=bool)
        zero[tight[tight < d]] = True
        places = np.flatnonzero(~zero)
        rows = tight[tight >= d] - d
        loose = np.setdiff1d(np.arange(self.rows), rows)
        square = self.exact[np.ix_(rows, places)]
        extra: list[int] = []
        ones = [2**52] * self.rows
        for right, strict in ((self.numerators, True), (ones, False)):
            solved = solve_integer_system(square, np.array([right[r] for r in rows], dtype=object))
            if solved is None:
                raise _Undecided
            z, denominator = solved
            used = multiply(self.exact[np.ix_(loose, places)], z)
            slack = [right[r] * denominator - u for r, u in zip(loose, used, strict=True)]
            if min([*z, *slack], default=1) < strict:
                raise _Undecided
            if not strict:
                extra = [int(p) for p, v in zip(places, z, strict=True) if v == 0]
                extra += [d + int(r) for r, s in zip(loose, slack, strict=True) if s == 0]
        return tuple(sorted(extra))
