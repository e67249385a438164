"""The equilibrium partners of player 0's vertices, by linear systems instead of vertices.

Where x is a nondegenerate vertex, with support I and best responses J (equally many), its partner
y must solve A_IJ y = 1. A dominance test on bit masks and interval bounds on the solution reject
nearly all vertices; what they leave is decided in rationals. The few vertices that are degenerate,
or whose system is singular, have a face of player 1's polytope as partners: its vertices are
enumerated.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.solvers._linear.algebra import multiply, solve_integer_system
from gtlearn.solvers._nash.certified import from_support
from gtlearn.solvers._nash.labels import Matches, VertexSet, index_sign, strategy_of, vertex_sets
from gtlearn.solvers._nash.polytope import EPSILON, in_doubles

MAX_FACES = 24  # with more to enumerate, matching both players' vertices is faster (square games)
_BATCH = 4096
WORK = 20_000_000  # multiplications of a batch of float systems


class Unsuited(Exception):
    """Too much of the game is degenerate: match vertices instead."""


class _Singular(Exception):
    """The system of a pair of supports has no unique solution."""


@dataclass
class _Answer:
    """A vertex y, exact, with its label mask and whether the perturbed y is feasible too."""

    numerators: list[int]
    mask: int
    perturbed: bool


class Partners:
    """The equilibria of player 0's vertices, part by part.

    Args:
        payoffs: player 0's payoffs, positive integers of shape (m, n).
        matches: what is found is added to it.
    """

    def __init__(self, payoffs: NDArray[Any], matches: Matches) -> None:
        self.exact = payoffs
        self.m, self.n = payoffs.shape
        self.payoffs, self.relative = in_doubles(payoffs)
        steps = np.random.default_rng(2025).choice(2**20, size=(self.m,), replace=False)
        self.steps = np.asarray(steps, dtype=np.int64)
        self.matches = matches
        self.faces = 0
        self.labelled: VertexSet
        self.singular: list[int] = []

    def find(self, labelled: VertexSet) -> None:
        """Adds all partners of some of player 0's vertices.

        Raises:
            Unsuited: where too much is degenerate.
            LimitReached: at a limit; what was found by then stays.
        """
        self.labelled, self.singular = labelled, []
        alive = self._undominated()
        sizes = (labelled.vertices.tight >= self.m).sum(axis=1)
        alive &= sizes > 0
        degenerate = np.zeros(len(sizes), dtype=bool)
        degenerate[list(labelled.vertices.extra)] = True
        self._enumerate_faces(np.flatnonzero(alive & degenerate))
        alive &= ~degenerate
        for k in np.unique(sizes[alive]).tolist():
            group = np.flatnonzero(alive & (sizes == k))
            batch = max(1, min(_BATCH, WORK // (k**3 + self.m * self.n)))
            for start in range(0, len(group), batch):
                self._decide(group[start : start + batch], k)
        self._enumerate_faces(np.array(self.singular, dtype=np.int64))

    def _undominated(self) -> NDArray[np.bool_]:
        """Vertices (by basis) no action of whose support is strictly dominated on its answers."""
        m, n = self.m, self.n
        if self.labelled.full.dtype == object:  # beyond 64 labels the masks are no machine words
            return np.ones(len(self.labelled.full), dtype=bool)
        own = np.uint64((1 << m) - 1)
        played = ~self.labelled.full & own
        answers = (self.labelled.full >> np.uint64(m)) & np.uint64((1 << n) - 1)
        bits = np.uint64(1) << np.arange(n, dtype=np.uint64)
        better = (self.exact[:, None, :] > self.exact[None, :, :]).astype(np.uint64) @ bits
        alive = np.arange(len(played))
        for i in range(m):
            limits.check()
            plays = (played[alive] >> np.uint64(i)) & np.uint64(1) == 1
            left = answers[alive, None] & ~better[None, :, i]
            alive = alive[~(plays & (left == 0).any(axis=1))]
        out = np.zeros(len(played), dtype=bool)
        out[alive] = True
        return out

    def _supports(
        self, group: NDArray[np.int64], k: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The played rows and the answers of bases with supports of size k, shapes (N, k)."""
        tight = self.labelled.vertices.tight[group].astype(np.int64)
        unplayed = np.zeros((len(group), self.m), dtype=bool)
        np.put_along_axis(unplayed, tight[:, : self.m - k], True, axis=1)
        played = np.nonzero(~unplayed)[1].reshape(len(group), k)
        return played, tight[:, self.m - k :] - self.m

    def _decide(self, group: NDArray[np.int64], k: int) -> None:
        """Finds the partners of nondegenerate vertices with supports of size k."""
        limits.check()
        played, answers = self._supports(group, k)
        for j in np.flatnonzero(~self._rejected(played, answers)).tolist():
            limits.check()
            try:
                answer = self._solve(played[j], answers[j])
            except _Singular:
                self.singular.append(int(group[j]))
                continue
            if answer is not None:
                if answer.mask not in self.matches.columns:
                    places, total = answers[j].tolist(), sum(answer.numerators)
                    strategy = from_support(self.n, places, answer.numerators, total)
                    self.matches.columns[answer.mask] = strategy
                key = self._add(int(group[j]), answer.mask)
                if answer.perturbed:
                    self._count_index(key, played[j], answers[j])

    def _enumerate_faces(self, bases: NDArray[np.int64]) -> None:
        """Finds the partners of the vertices of these bases by enumerating faces."""
        masks, first = np.unique(self.labelled.full[bases], return_index=True)
        self.faces += len(masks)
        if self.faces > MAX_FACES * max(1, self.n // self.m) ** 2:
            raise Unsuited
        for mask, basis in zip(masks.tolist(), bases[first].tolist(), strict=True):
            limits.check()
            self._enumerate_face(mask, basis)
        for basis in bases.tolist():
            limits.check()
            self._index_of_basis(basis)

    def _enumerate_face(self, mask: int, basis: int) -> None:
        """The vertices y that play only x's best responses and to which all of x's support is."""
        m, n = self.m, self.n
        played = sum(1 << i for i in range(m) if not mask >> i & 1)
        answers = [j for j in range(n) if mask >> (m + j) & 1]
        idle = sum(1 << (m + j) for j in range(n) if j not in answers)
        names = [m + j for j in answers] + list(range(m))
        for face in vertex_sets(self.exact[:, answers], names):
            masks, first = np.unique(face.full, return_index=True)
            for partner, k in zip(masks.tolist(), first.tolist(), strict=True):
                if played & ~partner:
                    continue
                limits.check()
                if partner | idle not in self.matches.columns:
                    on_face = strategy_of(face, k)
                    strategy = [Fraction(0)] * n
                    for j, probability in zip(answers, on_face, strict=True):
                        strategy[j] = Fraction(probability)
                    self.matches.columns[partner | idle] = tuple(strategy)
                self._add(basis, partner | idle)

    def _index_of_basis(self, basis: int) -> None:
        """Adds the index of the perturbed equilibrium at this basis, if there is one."""
        k = int((self.labelled.vertices.tight[basis] >= self.m).sum())
        played, answers = (part[0] for part in self._supports(np.array([basis]), k))
        try:
            answer = self._solve(played, answers)
        except _Singular:
            return
        if answer is not None and answer.perturbed:
            self._count_index((int(self.labelled.full[basis]), answer.mask), played, answers)

    def _rejected(self, played: NDArray[np.int64], answers: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which systems surely have a negative y or a better row; bounds as in `polytope`."""
        count, k = played.shape
        square = self.payoffs[played[:, :, None], answers[:, None, :]]
        inverse = _inverses(square)
        y = inverse.sum(axis=2)
        gamma = (2 * self.n + 8) * (EPSILON + self.relative)
        size_inverse = np.abs(inverse).sum(axis=2).max(axis=1)
        size_square = square.sum(axis=2).max(axis=1)
        defect = np.abs(np.matmul(inverse, square) - np.eye(k)).sum(axis=2).max(axis=1)
        defect += gamma * (1 + size_inverse * size_square)
        size_y = np.abs(y).max(axis=1)
        residual = np.abs(1 - np.matmul(square, y[:, :, None])[:, :, 0]).max(axis=1)
        residual += gamma * (1 + size_square * size_y)
        error = size_inverse * residual / np.maximum(1 - defect, 0.25)
        scattered = np.zeros((count, self.n))
        np.put_along_axis(scattered, answers, y, axis=1)
        slacks = 1 - scattered @ self.payoffs.T
        total = self.payoffs.sum(axis=1)
        slack_error = error[:, None] * total + gamma * (1 + size_y[:, None] * total)
        bad = (y < -error[:, None]).any(axis=1) | (slacks < -slack_error).any(axis=1)
        rejected: NDArray[np.bool_] = bad & (defect < 0.5)
        return rejected

    def _solve(self, played: NDArray[np.int64], answers: NDArray[np.int64]) -> _Answer | None:
        """The exact y, or None where it is no vertex of player 1's polytope."""
        square = self.exact[np.ix_(played, answers)]
        solved = solve_integer_system(square, np.ones(len(played), dtype=np.int64))
        if solved is None:
            raise _Singular
        y, denominator = solved
        if min(y) < 0:
            return None
        loose = np.setdiff1d(np.arange(self.m), played)
        used = multiply(self.exact[np.ix_(loose, answers)], y)
        slacks = [denominator - u for u in used]
        if min(slacks, default=0) < 0:
            return None
        zero = [int(j) for j, v in zip(answers, y, strict=True) if v == 0]
        equal = [int(i) for i, s in zip(loose, slacks, strict=True) if s == 0]
        unplayed = set(range(self.n)) - set(answers.tolist()) | set(zero)
        mask = sum(1 << (self.m + j) for j in unplayed)
        mask |= sum(1 << i for i in (*played.tolist(), *equal))
        perturbed = True
        if zero or equal:
            perturbed = self._stays_feasible(square, played, answers, zero, equal)
        return _Answer(y, mask, perturbed)

    def _stays_feasible(
        self,
        square: NDArray[Any],
        played: NDArray[np.int64],
        answers: NDArray[np.int64],
        zero: list[int],
        equal: list[int],
    ) -> bool:
        """Whether y's zeros grow when the right-hand side moves from 1 along generic steps."""
        moved = solve_integer_system(square, self.steps[played])
        if moved is None:
            raise Unsuited
        change, denominator = moved
        at = dict(zip(answers.tolist(), change, strict=True))
        growth = [at[j] for j in zero]
        used = multiply(self.exact[np.ix_(np.array(equal, dtype=np.int64), answers)], change)
        growth += [int(self.steps[i]) * denominator - u for i, u in zip(equal, used, strict=True)]
        if 0 in growth:
            raise Unsuited
        return bool(min(growth) > 0)

    def _add(self, basis: int, partner: int) -> tuple[int, int]:
        """Notes an equilibrium of the basis's vertex; returns its key."""
        mask = int(self.labelled.full[basis])
        if mask not in self.matches.rows:
            self.matches.rows[mask] = strategy_of(self.labelled, basis)
        self.matches.add((mask, partner))
        return mask, partner

    def _count_index(
        self, key: tuple[int, int], played: NDArray[np.int64], answers: NDArray[np.int64]
    ) -> None:
        self.matches.pairs[key] += index_sign(
            self.exact[np.ix_(played, answers)], self.labelled.matrix[np.ix_(answers, played)]
        )


def _inverses(squares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Approximate inverses of a stack of matrices; NaN for a singular one."""
    try:
        return np.asarray(np.linalg.inv(squares), dtype=np.float64)
    except np.linalg.LinAlgError:
        if len(squares) == 1:
            return np.full_like(squares, np.nan)
        half = len(squares) // 2
        return np.concatenate([_inverses(squares[:half]), _inverses(squares[half:])])
