"""Exact products that the re-check of commitments needs; imports no solver."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame
from gtlearn.games.numbers import ExactArray, to_fraction
from gtlearn.limits import check
from gtlearn.solvers.verify.nash import SAFE, largest, product

_SMALLEST = Fraction(1, 2**1000)  # doubles below about 2^-1022 lose digits

_BLOCK = 2**18  # multipliers, or payoffs, that are looked at at once


@dataclass(frozen=True)
class TypePayoffs:
    """A two-player game seen from its leader: rows are the leader's actions.

    Attributes:
        leader: numerators of the leader's payoffs, shape (m, n).
        leader_denominator: their common denominator.
        follower: numerators of the follower's payoffs, shape (m, n).
        follower_denominator: their common denominator.
    """

    leader: NDArray[Any]
    leader_denominator: int
    follower: NDArray[Any]
    follower_denominator: int

    @property
    def size(self) -> tuple[int, int]:
        """How many actions the leader and the follower have."""
        m, n = self.leader.shape
        return int(m), int(n)

    def scale(self) -> Fraction:
        """The largest payoff by size, but no less than what doubles hold to full precision."""
        own = Fraction(largest(self.leader), self.leader_denominator)
        other = Fraction(largest(self.follower), self.follower_denominator)
        return max(_SMALLEST, own, other)

    @classmethod
    def of(cls, game: NormalFormGame, leader: int) -> TypePayoffs:
        """The game seen from `leader`."""
        if game.num_players != 2:
            raise InputError(
                f"game {game.name!r} has {game.num_players} players; a commitment needs two"
            )
        if leader not in (0, 1):
            raise InputError(f"leader {leader!r} is no player of a two-player game; use 0 or 1")
        own, other = game.payoffs[leader], game.payoffs[1 - leader]
        turn = leader == 1
        return cls(
            own.numerators.T if turn else own.numerators,
            own.denominator,
            other.numerators.T if turn else other.numerators,
            other.denominator,
        )


def rational(numbers: Sequence[Any]) -> list[Fraction]:
    """Every number as the exact Fraction that it is."""
    return [v if isinstance(v, Fraction) else to_fraction(v) for v in numbers]


def expected(table: NDArray[Any], denominator: int, weights: Sequence[Fraction]) -> list[Fraction]:
    """The exact payoff of each column against a mix of the rows."""
    common = math.lcm(*(p.denominator for p in weights))
    numerators = [p.numerator * (common // p.denominator) for p in weights]
    rows = [i for i, p in enumerate(numerators) if p]
    if not rows:
        return [Fraction(0)] * int(table.shape[1])
    left = np.array([[numerators[i] for i in rows]], dtype=object)
    totals = product(left, table[rows])[0].tolist()
    return [Fraction(int(t), common * denominator) for t in totals]


def class_of(payoffs: TypePayoffs, j: int) -> list[int]:
    """The follower's actions that pay it the same as j whatever the leader does."""
    same = (payoffs.follower == payoffs.follower[:, j : j + 1]).all(axis=0)
    return [int(k) for k in np.flatnonzero(same)]


def classes(payoffs: TypePayoffs) -> list[list[int]]:
    """The follower's actions, grouped by equal follower payoffs."""
    groups: list[list[int]] = []
    alike: dict[int, list[list[int]]] = {}  # those that may be the same one
    for k, column in enumerate(payoffs.follower.T):
        whole = column.dtype == object
        key = hash(tuple(column.tolist()) if whole else column.tobytes())
        for group in alike.setdefault(key, []):
            if np.array_equal(column, payoffs.follower[:, group[0]]):
                group.append(k)
                break
        else:
            groups.append([k])
            alike[key].append(groups[-1])
    return groups


def bounds_by_multipliers(
    payoffs: TypePayoffs,
    rows: Sequence[ExactArray],
    weights: Mapping[int, Mapping[int, Fraction]],
    flat: frozenset[int],
) -> list[Fraction]:
    """For each follower action j, the bound max_i A_ij + sum_k l_jk (B_ij - B_ik).

    Args:
        payoffs: the game.
        rows: the multipliers of each j.
        weights: for some j, the weights that stand in for the leader's payoff A_ij.
        flat: the j whose bound leaves the leader's payoff out.
    """
    tops = payoffs.leader.max(axis=0).tolist()
    bounds = [Fraction(int(top), payoffs.leader_denominator) for top in tops]  # without multipliers
    zero = {id(row) for row in {id(row): row for row in rows}.values() if not row.numerators.any()}
    used = {j for j, row in enumerate(rows) if id(row) not in zero}
    places, step = sorted(used.union(weights, flat)), max(1, _BLOCK // max(payoffs.size))
    for start in range(0, len(places), step):
        check()
        part = places[start : start + step]
        gains = _disobedience(payoffs, part, np.stack([rows[j].numerators for j in part]))
        for place, j in enumerate(part):
            denominator = payoffs.follower_denominator * rows[j].denominator
            if j in flat:
                bounds[j] = Fraction(int(max(gains[:, place].tolist())), denominator)
                continue
            own, own_denominator = payoffs.leader[:, j], payoffs.leader_denominator
            if j in weights:
                own, own_denominator = _weighted(payoffs, weights[j])
            bounds[j] = _largest_sum(own, own_denominator, gains[:, place], denominator)
    return bounds


def _disobedience(payoffs: TypePayoffs, rows: list[int], multipliers: NDArray[Any]) -> NDArray[Any]:
    """sum_k l_jk (B_ij - B_ik) as integers, for the j of some rows; most l are zero."""
    used = np.flatnonzero(multipliers.any(axis=0))
    weights, own, others = (
        multipliers[:, used],
        payoffs.follower[:, rows],
        payoffs.follower[:, used],
    )
    if not used.size:
        return np.zeros(own.shape, dtype=np.int64)
    reach = max(largest(weights), 1) * max(largest(payoffs.follower), 1) * 2 * (used.size + 1)
    if reach >= SAFE:
        weights, own, others = (array.astype(object) for array in (weights, own, others))
    gains: NDArray[Any] = own * weights.sum(axis=1)
    gains -= product(others, np.ascontiguousarray(weights.T))
    return gains


def _largest_sum(
    left: NDArray[Any], left_denominator: int, right: NDArray[Any], right_denominator: int
) -> Fraction:
    """max_i left_i / left_denominator + right_i / right_denominator."""
    common = math.lcm(left_denominator, right_denominator)
    p, q = common // left_denominator, common // right_denominator
    if max(largest(left), 1) * p + max(largest(right), 1) * q < SAFE:
        top = int((left.astype(np.int64) * p + right.astype(np.int64) * q).max())
    else:
        pairs = zip(left.tolist(), right.tolist(), strict=True)
        top = max(int(a) * p + int(b) * q for a, b in pairs)
    return Fraction(top, common)


def _weighted(payoffs: TypePayoffs, weights: Mapping[int, Fraction]) -> tuple[NDArray[Any], int]:
    """sum_k w_k A_ik as integers over one denominator."""
    own = payoffs.leader[:, list(weights)]
    values = expected(own.T, payoffs.leader_denominator, list(weights.values()))
    common = math.lcm(*(v.denominator for v in values))
    out = np.empty(len(values), dtype=object)
    out[:] = [v.numerator * (common // v.denominator) for v in values]
    return out, common


def combination(
    payoffs: TypePayoffs,
    j: int,
    follower: ExactArray,
    leader: Mapping[int, Fraction],
    value: Fraction,
) -> list[Fraction]:
    """For each i: sum_k f_k (B_ij - B_ik) + sum_t w_t (A_it - value)."""
    numerators = [Fraction(int(v), follower.denominator) for v in follower.numerators.tolist()]
    total = sum(numerators, Fraction(0))
    numerators = [-v for v in numerators]
    numerators[j] += total
    gains = expected(payoffs.follower.T, payoffs.follower_denominator, numerators)
    vector = [Fraction(leader.get(k, 0)) for k in range(payoffs.size[1])]
    earned = expected(payoffs.leader.T, payoffs.leader_denominator, vector)
    shift = value * sum(vector, Fraction(0))
    return [gain + own - shift for gain, own in zip(gains, earned, strict=True)]


def best_responses(pays: Sequence[Fraction]) -> list[int]:
    """The responses that pay the follower most."""
    most = max(pays)
    return [k for k, pay in enumerate(pays) if pay == most]
