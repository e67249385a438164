"""A two-player game seen from its leader, in integers: the linear programs of its regions, the mix
whose least payoff is largest, and the best pure commitment."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.games import NormalFormGame
from gtlearn.games.numbers import ExactArray, integer_array
from gtlearn.solvers._linear.program import LinearProgram, solve

_LARGE = 2**53  # beyond it, an int64 may not be a double
_ROOMY = 2**59
_PART = 2**20  # entries that are looked at at once


@dataclass(frozen=True, eq=False)
class LeaderPayoffs:
    """Integer payoffs with the leader's actions as rows: m of them against n of the follower.

    The true payoffs are `leader / leader_scale` and `follower / follower_scale`. The solvers work
    on the integers, and turn multipliers into those of the true payoffs at the end (`ratio`).
    """

    leader: NDArray[Any]
    follower: NDArray[Any]
    leader_scale: int
    follower_scale: int

    @classmethod
    def of(cls, game: NormalFormGame, leader: int) -> LeaderPayoffs:
        """The game seen from player `leader`."""
        own, other = game.payoffs[leader], game.payoffs[1 - leader]
        if leader == 1:
            own, other = own.transpose(), other.transpose()
        return cls(
            _roomy(own.numerators), _roomy(other.numerators), own.denominator, other.denominator
        )

    @property
    def shape(self) -> tuple[int, int]:
        """How many actions the leader and the follower have."""
        m, n = self.leader.shape
        return int(m), int(n)

    @property
    def ratio(self) -> Fraction:
        """What a multiplier of the integers is worth on the true payoffs."""
        return Fraction(self.follower_scale, self.leader_scale)

    def exported(self, row: list[int], denominator: int) -> ExactArray:
        """Multipliers of the integers as those of the true payoffs."""
        numerators = [v * self.ratio.numerator for v in row]
        return integer_array(numerators, (len(row),), denominator * self.ratio.denominator)

    @cached_property
    def incentives(self) -> NDArray[Any]:
        """The follower's payoffs less those of its first action: only differences matter to it."""
        out: NDArray[Any] = self.follower - self.follower[:, :1]
        return out

    @cached_property
    def least(self) -> int:
        """The leader's smallest integer, which its floats leave out."""
        return int(self.leader.min())

    @cached_property
    def leader_exponent(self) -> int:
        """2 to this power is above the leader's largest integer less `least`."""
        return (int(self.leader.max()) - self.least).bit_length()

    @cached_property
    def follower_exponent(self) -> int:
        """2 to this power bounds the size of `incentives`."""
        return largest(self.incentives).bit_length()

    @cached_property
    def leader_floats(self) -> NDArray[np.float64]:
        """The leader's integers less `least`, divided by 2 ** leader_exponent, rounded."""
        return scaled_floats(self.leader - self.least, self.leader_exponent)

    def leader_float(self, value: Fraction | int) -> float:
        """One of the leader's integer payoffs on the scale of `leader_floats`."""
        return float(Fraction(value - self.least) / (1 << self.leader_exponent))

    @cached_property
    def follower_floats(self) -> NDArray[np.float64]:
        """`incentives` divided by 2 ** follower_exponent, rounded."""
        return scaled_floats(self.incentives, self.follower_exponent)

    @cached_property
    def classes(self) -> list[list[int]]:
        """The follower's actions grouped by equal follower payoffs, in order of first members."""
        buckets: dict[int, list[int]] = {}
        for k, column in enumerate(self.follower.T):
            key = tuple(column.tolist()) if column.dtype == object else column.tobytes()
            buckets.setdefault(hash(key), []).append(k)  # the keys themselves take much memory
        return sorted(group for bucket in buckets.values() for group in self._alike(bucket))

    def _alike(self, bucket: list[int]) -> list[list[int]]:
        """Some of the follower's actions grouped by equal payoffs."""
        groups: list[list[int]] = []
        while bucket:
            same = [
                k
                for k in bucket
                if k == bucket[0]
                or np.array_equal(self.follower[:, k], self.follower[:, bucket[0]])
            ]
            groups.append(same)
            bucket = [k for k in bucket if k not in same]
        return groups

    def disobedience(self, j: int) -> NDArray[Any]:
        """Rows k: what the follower gains by playing k instead of j, shape (n, m)."""
        out: NDArray[Any] = (self.incentives - self.incentives[:, j : j + 1]).T
        return out


def region_program(game: LeaderPayoffs, j: int, objective: NDArray[Any]) -> LinearProgram:
    """Maximise a payoff (m,) over the mixes to which j is a best response.

    Row k < n says that k is no better than j; row n that probabilities sum to one.
    """
    m, n = game.shape
    gains = game.disobedience(j)
    matrix = np.vstack([gains, np.ones((1, m), dtype=gains.dtype)])
    bounds = np.zeros(n + 1, dtype=np.int64)
    bounds[n] = 1
    return LinearProgram(objective, matrix, bounds, (n,))


def support_program(
    game: LeaderPayoffs, j: int, tied: Sequence[int], value: tuple[int, int], others: Sequence[int]
) -> LinearProgram:
    """Find which of `others` can be worse for the follower than j where `tied` all earn `value`.

    Over the cone of weights y >= 0 with y (B_j - B_k) >= 0 for all k and y (A_t - value) >= 0 for
    the tied t, maximise the sum of min(1, y (B_j - B_k) / unit) over k in `others`, the unit being
    as large as the payoffs: at the optimum each term is 1 or 0. Columns: y, then the terms. Rows:
    the follower's (n), the tied ones, then the terms' two bounds each.

    Raises:
        LimitReached: at a limit on memory.
    """
    m, n = game.shape
    count, unit = len(others), 1 << game.follower_exponent
    gains = narrowed(game.disobedience(j))
    earned = narrowed(value[0] - value[1] * game.leader[:, tied].T.astype(object))
    machine = object not in (gains.dtype, earned.dtype) and unit < _ROOMY
    size = n + len(tied) + 2 * count, m + count
    limits.require((8 if machine else 40) * math.prod(size))
    matrix = np.zeros(size, dtype=np.int64 if machine else object)
    matrix[:n, :m], matrix[n : n + len(tied), :m] = gains, earned
    matrix[-2 * count : -count, :m] = gains[list(others)]
    term = np.arange(count)
    matrix[size[0] - 2 * count + term, m + term] = unit
    matrix[size[0] - count + term, m + term] = 1
    bounds = np.concatenate([np.zeros(size[0] - count), np.ones(count)]).astype(np.int64)
    objective = np.concatenate([np.zeros(m), np.ones(count)]).astype(np.int64)
    return LinearProgram(objective, matrix, bounds)


def narrowed(numbers: NDArray[Any]) -> NDArray[Any]:
    """An integer array as int64 where its entries leave room to add, else as Python ints."""
    return numbers.astype(np.int64) if largest(numbers) < _ROOMY else numbers.astype(object)


def scaled_floats(numbers: NDArray[Any], exponent: int) -> NDArray[np.float64]:
    """Integers divided by 2 ** exponent and rounded to doubles."""
    if numbers.dtype != object and largest(numbers) < _LARGE:
        return np.ldexp(numbers.astype(np.float64), -exponent)
    unit = 1 << exponent
    flat = [int(v) / unit for v in numbers.ravel().tolist()]
    return np.array(flat, dtype=np.float64).reshape(numbers.shape)


def largest(numbers: NDArray[Any]) -> int:
    """The largest absolute value of an integer array, as a Python int."""
    return max(abs(int(numbers.max())), abs(int(numbers.min()))) if numbers.size else 0


def _roomy(numbers: NDArray[Any]) -> NDArray[Any]:
    """Python ints where sums of a few int64 entries might overflow."""
    return numbers.astype(object) if largest(numbers) >= _ROOMY else numbers


def earned(mix: Sequence[Fraction], column: Iterable[Any], scale: int) -> Fraction:
    """The expected payoff of a mix against a column of integers over `scale`."""
    terms = (p * int(v) for p, v in zip(mix, column, strict=True) if p)
    return sum(terms, Fraction(0)) / scale


@dataclass(frozen=True)
class PureCommitment:
    """A leader's action as a mix, each type's response to it, and the leader's integer payoff."""

    mix: list[Fraction]
    responses: tuple[int, ...]
    value: Fraction


def best_pure(types: Sequence[LeaderPayoffs], ties: str) -> PureCommitment:
    """The pure commitment that earns the leader most (von Stackelberg 1934).

    Under strong ties the follower's best response that the leader likes best counts, under weak
    ties the one that it likes least; of equal commitments the first is returned.

    Args:
        types: the game against each type of the follower, the leader's payoffs over one scale.
        ties: "strong" or "weak".
    """
    replies = [pure_values(game, ties) for game in types]
    totals = np.sum([values.astype(object) for _, values in replies], axis=0)
    action = int(totals.argmax())
    responses = tuple(int(chosen[action]) for chosen, _ in replies)
    mix = [Fraction(int(i == action)) for i in range(len(totals))]
    return PureCommitment(mix, responses, Fraction(int(totals[action])))


def pure_values(game: LeaderPayoffs, ties: str) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """The response to each of the leader's actions, and what that earns the leader; both (m,)."""
    outside = int(game.leader.min()) - 1 if ties == "strong" else int(game.leader.max()) + 1
    step = max(1, _PART // game.shape[1])
    responses, values = [], []
    for first in range(0, game.shape[0], step):
        leader, follower = (table[first : first + step] for table in (game.leader, game.follower))
        best = follower == follower.max(axis=1, keepdims=True)
        masked = np.where(best, leader, outside)
        responses.append((masked.argmax if ties == "strong" else masked.argmin)(axis=1))
        values.append(masked[np.arange(len(masked)), responses[-1]])
    return np.concatenate(responses), np.concatenate(values)


@dataclass(frozen=True)
class Least:
    """An optimum of max_x min_t p_t x, with x in the simplex and r_k x <= 0 for all k.

    For every i, sum_t weights_t p_ti - sum_k multipliers_k r_ki <= value, where the weights sum
    to one; both are integers over `denominator`.
    """

    mix: list[Fraction]
    value: Fraction
    weights: list[int]
    multipliers: list[int]
    denominator: int


def maximise_least(payoffs: NDArray[Any], region: NDArray[Any] | None = None) -> Least:
    """Maximise the least of several payoffs over the mixes in a region.

    Args:
        payoffs: integers, one payoff a row, shape (t, m).
        region: integers, one constraint r x <= 0 a row, shape (k, m); the whole simplex if None.

    Raises:
        Infeasible: if the region is empty.
        LimitReached: at a limit.
    """
    t, m = payoffs.shape
    table = payoffs.astype(object)
    floor = int(table.min()) - 1  # every payoff is positive above it, and so is their minimum
    unit = 1 << largest(table - floor).bit_length()  # keeps the last column as large as the rest
    inside = np.zeros((0, m), dtype=object) if region is None else region.astype(object)
    rows = np.vstack([floor - table, inside, np.ones((1, m), dtype=object)])
    last = np.zeros((rows.shape[0], 1), dtype=object)
    last[:t] = unit
    objective = np.zeros(m + 1, dtype=np.int64)
    objective[m] = 1
    bounds = np.zeros(rows.shape[0], dtype=np.int64)
    bounds[-1] = 1
    program = LinearProgram(
        objective, narrowed(np.hstack([rows, last])), bounds, (rows.shape[0] - 1,)
    )
    optimum = solve(program)
    dual = [v * unit for v in optimum.dual[:-1]]
    return Least(
        [Fraction(v, optimum.primal_denominator) for v in optimum.primal[:m]],
        Fraction(*optimum.value(program)) * unit + floor,
        dual[:t],
        dual[t:],
        optimum.dual_denominator,
    )
