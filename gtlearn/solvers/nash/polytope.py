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

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.solvers.linear.algebra import multiply, solve_integer_system

ROUNDING = np.finfo(np.float64).eps
PERTURBATIONS = (2.0**-18, 2.0**-26, 2.0**-34)
PROOF_BYTES = 2**23  # of dictionaries that are kept to be proven together
CHUNK_BYTES = 2**25  # of dictionaries whose neighbours are looked for together
LEVEL_BYTES = 2**31  # of dictionaries beyond which the enumeration stops
MAX_BASES = 20_000_000


@dataclass(frozen=True)
class Vertices:
    """The bases found, one a row, and what is proven of them.

    Attributes:
        tight: labels of the d facets of each basis, shape (N, d), sorted.
        extra: labels beyond `tight` that are tight at the vertex of basis k (degenerate ones).
        complete: whether every vertex of the polytope is the vertex of some basis.
        stopped: why the enumeration ended early, empty where it did not.
    """

    tight: NDArray[np.int16]
    extra: dict[int, tuple[int, ...]]
    complete: bool
    stopped: str = ""


class _Undecided(Exception):
    """A basis is not feasible: the perturbation was too large or rounding too coarse."""


def enumerate_vertices(matrix: NDArray[Any], *, deadline: float | None = None) -> Vertices:
    """All vertices of {z >= 0, matrix z <= 1}, degenerate polytopes included.

    Args:
        matrix: positive integers, shape (e, d).
        deadline: a `time.monotonic()` moment to stop at.
    """
    from gtlearn.solvers.nash.exact_polytope import enumerate_exactly

    for delta in PERTURBATIONS:
        try:
            return _Search(matrix, delta).run(deadline)
        except _Undecided:
            continue
    return enumerate_exactly(matrix, deadline=deadline)


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
    largest = int(matrix.max())
    if largest < 2**53:
        return matrix.astype(np.float64), 0.0
    floats = np.array([[int(v) / largest for v in row] for row in matrix], dtype=np.float64)
    return floats, ROUNDING


@dataclass
class _Level:
    """The dictionaries of the bases at one distance from the origin.

    Row r of `table[k]` says basic[k, r] = table[k, r, d:] - table[k, r, :d] @ nonbasic[k], the
    last two columns being the values at b and at 1.
    """

    table: NDArray[np.float64]
    basic: NDArray[np.int16]
    nonbasic: NDArray[np.int16]
    keys: NDArray[Any]

    def part(self, start: int, stop: int) -> _Level:
        rows = slice(start, stop)
        return _Level(self.table[rows], self.basic[rows], self.nonbasic[rows], self.keys[rows])


def _joined(parts: list[_Level]) -> _Level:
    if len(parts) == 1:
        return parts[0]
    return _Level(
        np.concatenate([part.table for part in parts]),
        np.concatenate([part.basic for part in parts]),
        np.concatenate([part.nonbasic for part in parts]),
        np.concatenate([part.keys for part in parts]),
    )


class _Search:
    """Breadth-first pivoting over all bases of the perturbed polytope, a level at a time."""

    def __init__(self, matrix: NDArray[Any], delta: float) -> None:
        self.exact = matrix
        self.rows, self.dimension = matrix.shape
        self.matrix, self.relative = in_doubles(matrix)
        steps = np.random.default_rng(2024).choice(2**16, size=(self.rows,), replace=False)
        offsets = delta * steps / 2.0**16  # exact in doubles, as 1 + offsets is
        self.perturbed = np.asarray(1.0 + offsets, dtype=np.float64)
        self.numerators = [int(p * 2**52) for p in self.perturbed.tolist()]
        self.right = np.stack([self.perturbed, np.ones(self.rows)], axis=1)
        self.tight: list[NDArray[np.int16]] = []
        self.extra: dict[int, tuple[int, ...]] = {}
        self.count = 0
        labels = self.rows + self.dimension
        if labels <= 64:
            self.bits: NDArray[Any] = np.uint64(1) << np.arange(labels, dtype=np.uint64)
        else:
            self.bits = np.array([1 << k for k in range(labels)], dtype=object)

    def run(self, deadline: float | None) -> Vertices:
        """Enumerates; raises _Undecided where a basis turns out not to be feasible."""
        level = self._origin()
        seen = level.keys
        levels: list[_Level] = []
        size = 0
        stopped = ""
        while len(level.keys):
            levels.append(level)
            size += level.table.nbytes
            if size > PROOF_BYTES:
                self._prove(levels)
                size = 0
            if level.table.nbytes > LEVEL_BYTES or len(seen) > MAX_BASES:
                stopped = "the memory limit"
                break
            level, seen, late = self._next(level, seen, deadline)
            if late:
                stopped = "the time limit"
                break
        self._prove(levels)
        return Vertices(np.concatenate(self.tight), self.extra, not stopped, stopped)

    def _origin(self) -> _Level:
        d, e = self.dimension, self.rows
        table = np.empty((1, e, d + 2))
        table[0, :, :d], table[0, :, d], table[0, :, d + 1] = self.matrix, self.perturbed, 1.0
        nonbasic = np.arange(d, dtype=np.int16)[None, :]
        basic = np.arange(d, d + e, dtype=np.int16)[None, :]
        keys = np.array([self.bits[:d].sum()], dtype=self.bits.dtype)
        return _Level(table, basic, nonbasic, keys)

    def _next(
        self, level: _Level, seen: NDArray[Any], deadline: float | None
    ) -> tuple[_Level, NDArray[Any], bool]:
        """The bases one pivot away that were not seen before, all bases seen, and whether the
        deadline passed before all were found."""
        count = max(1, CHUNK_BYTES // level.table[0].nbytes)
        parts, late = [], False
        for start in range(0, len(level.keys), count):
            late = deadline is not None and time.monotonic() > deadline
            if late:
                break
            part = self._neighbours(level.part(start, start + count), seen)
            seen = np.sort(np.concatenate([seen, part.keys]))
            parts.append(part)
        return (_joined(parts) if parts else level.part(0, 0)), seen, late

    def _neighbours(self, level: _Level, seen: NDArray[Any]) -> _Level:
        d = self.dimension
        # the smallest ratio value/slope over positive slopes is the largest slope/value: values
        # at b are positive, and the polytope's boundedness makes some slope positive
        leaving = (level.table[:, :, :d] / level.table[:, :, d, None]).argmax(axis=1)
        labels = np.take_along_axis(level.basic, leaving, axis=1)
        keys = (level.keys[:, None] ^ self.bits[level.nonbasic] ^ self.bits[labels]).ravel()
        fresh, first = np.unique(keys, return_index=True)
        place = np.searchsorted(seen, fresh)
        place[place == len(seen)] = 0
        new = seen[place] != fresh
        parent, column = np.divmod(first[new], d)
        return self._pivot(level, parent, leaving[parent, column], column, fresh[new])

    @staticmethod
    def _pivot(
        level: _Level,
        parent: NDArray[np.int64],
        row: NDArray[np.int64],
        column: NDArray[np.int64],
        keys: NDArray[Any],
    ) -> _Level:
        table = level.table[parent]
        each = np.arange(len(parent))
        pivot = table[each, row, column]
        pivot_row = table[each, row] / pivot[:, None]
        pivot_column = table[each, :, column]
        table -= pivot_column[:, :, None] * pivot_row[:, None, :]
        table[each, row] = pivot_row
        table[each, :, column] = -pivot_column / pivot[:, None]
        table[each, row, column] = 1 / pivot
        basic, nonbasic = level.basic[parent], level.nonbasic[parent]
        entering = nonbasic[each, column].copy()
        nonbasic[each, column] = basic[each, row]
        basic[each, row] = entering
        return _Level(table, basic, nonbasic, keys)

    def _prove(self, levels: list[_Level]) -> None:
        """Shows each basis feasible at b (strictly) and at 1, notes its labels, drops the tables.

        Bases with equally many nonzero z are handled together.
        """
        if not levels:
            return
        all_levels = _joined(levels)
        table, basic, nonbasic = all_levels.table, all_levels.basic, all_levels.nonbasic
        levels.clear()
        nonzero = (basic < self.dimension).sum(axis=1)
        for k in np.unique(nonzero).tolist():
            group = np.flatnonzero(nonzero == k)
            tight = nonbasic[group]
            sure = self._settled(table[group], basic[group], tight, k)
            for j in np.flatnonzero(~sure).tolist():
                labels = self._prove_exactly(tight[j])
                if labels:
                    self.extra[self.count + j] = labels
            self.tight.append(np.sort(tight, axis=1))
            self.count += len(group)

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
        gamma = (2 * d + 8) * (ROUNDING + self.relative)
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
