"""What the rechecks of a solution's JSON share: doubts, exact numbers, small linear algebra, and a
game in one shot as its leader sees it.

All is written as the definitions have it, in Fractions and over all cases, for small games.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import flint

from gtlearn.games import NormalFormGame
from gtlearn.solvers.testing.mutation import as_number, places

Vector = list[Fraction]

ROUNDING = Fraction(1, 10**9)  # what floats may be off by, relative to the largest payoff
MOST = 100  # roundings by which a response in floats may be worse than a best one

Matrix = list[list[Fraction]]


@dataclass(frozen=True)
class Doubt:
    """A statement that does not hold.

    Attributes:
        statement: which one.
        on_trust: whether nothing can prove or refute it, or it may be taken on trust.
    """

    statement: str
    on_trust: bool = False


Doubts = Iterator[Doubt]


class Unreadable(Exception):
    """A part of a certificate is not what the proof needs."""


def number(value: Any) -> Fraction:
    """A JSON number, exactly.

    Raises:
        Unreadable: if it is none.
    """
    exact = as_number(value)
    if exact is None:
        raise Unreadable(f"{value!r:.40} is no number")
    return exact


def numbers(values: Any, size: int | None = None) -> Vector:
    """A list of JSON numbers, of a size if one is given.

    Raises:
        Unreadable: if it is none.
    """
    return [number(value) for value in listed(values, size)]


def place(value: Any, size: int) -> int:
    """An index among `size`.

    Raises:
        Unreadable: if it is none.
    """
    if type(value) is not int or not 0 <= value < size:
        raise Unreadable(f"{value!r:.40} is no index among {size}")
    return value


def listed(values: Any, size: int | None = None) -> list[Any]:
    """A list, of a size if one is given.

    Raises:
        Unreadable: if it is none.
    """
    if not isinstance(values, list) or size not in (None, len(values)):
        raise Unreadable(f"{values!r:.40} is no list of {size}")
    return values


def keyed(entries: Any, size: int) -> dict[int, Any]:
    """A list of pairs of an index among `size` and what belongs to it.

    Raises:
        Unreadable: if it is none, or an index comes twice.
    """
    pairs = [listed(entry, 2) for entry in listed(entries)]
    out = {place(key, size): value for key, value in pairs}
    if len(out) < len(pairs):
        raise Unreadable("an action is named twice")
    return out


def is_distribution(values: Iterable[Fraction]) -> bool:
    """Whether probabilities are nonnegative and sum to one."""
    listing = list(values)
    return all(p >= 0 for p in listing) and sum(listing) == 1


def holds_float(value: Any) -> bool:
    """Whether a JSON value is or holds a float."""
    return any(isinstance(part, float) for _, part in places([value]))


def same(true: Fraction, stated: Fraction, exact: bool) -> bool:
    """Whether a number is as stated, up to a float's rounding where it is not exact."""
    return true == stated if exact else float(true) == float(stated)


def gap_doubts(outcome: Mapping[str, Any], bayesian: bool, exact: bool) -> Doubts:
    """Whether the gap is what the bound leaves above the value.

    Args:
        outcome: the JSON of a commitment or a correlated equilibrium.
        bayesian: whether the leader's payoff stands first.
        exact: whether it says that its numbers are exact.
    """
    bound = outcome["certificate"].get("upper_bound", outcome["certificate"].get("bound"))
    value = outcome.get("value")
    if "leader" in outcome:
        value = outcome["payoffs"][0 if bayesian else outcome["leader"]]
    if bound is None or value is None:
        yield Doubt("there is a bound for the gap")
    elif not same(number(bound) - number(value), number(outcome["gap"]), exact):
        yield Doubt("the gap")


def payoff(game: NormalFormGame, player: int, profile: Sequence[int]) -> Fraction:
    """What a player gets in a pure profile."""
    return Fraction(game.payoff(player, tuple(profile)))


def expected(game: NormalFormGame, strategies: Sequence[Vector]) -> Vector:
    """The expected payoff of each player, as the sum over all profiles."""
    totals = [Fraction(0)] * game.num_players
    for profile in product(*map(range, game.shape)):
        weight = Fraction(1)
        for strategy, action in zip(strategies, profile, strict=True):
            weight *= strategy[action]
        if weight:
            for player in range(game.num_players):
                totals[player] += weight * payoff(game, player, profile)
    return totals


def deviations(game: NormalFormGame, strategies: Sequence[Vector], player: int) -> Vector:
    """What each action of a player earns it against the others' strategies."""
    out = []
    for action in range(game.shape[player]):
        changed = list(strategies)
        changed[player] = unit(game.shape[player], action)
        out.append(expected(game, changed)[player])
    return out


def total(values: Iterable[Fraction]) -> Fraction:
    """The sum, which is a Fraction where there is nothing to add, too."""
    return sum(values, Fraction(0))


def unit(size: int, action: int) -> Vector:
    """The pure strategy that plays one action."""
    return [Fraction(int(k == action)) for k in range(size)]


def determinant(rows: Sequence[Sequence[Fraction]]) -> Fraction:
    """The determinant of a square matrix."""
    return _fraction(_matrix(rows).det())


def solved(rows: Sequence[Sequence[Fraction]], right: Sequence[Fraction]) -> Vector | None:
    """The solution of a square linear system, None where it has not exactly one."""
    try:
        solution = _matrix(rows).solve(_matrix([[value] for value in right]))
    except ZeroDivisionError:
        return None
    return [_fraction(solution[k, 0]) for k in range(len(right))]


def _matrix(rows: Sequence[Sequence[Fraction]]) -> flint.fmpq_mat:
    return flint.fmpq_mat([[flint.fmpq(v.numerator, v.denominator) for v in row] for row in rows])


def _fraction(value: flint.fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))


@dataclass(frozen=True)
class LeaderMatrices:
    """A game as its leader sees it.

    Attributes:
        leader: the index of the leader.
        own: what the leader is paid.
        other: what the follower is paid.
    """

    leader: int
    own: Matrix
    other: Matrix

    @classmethod
    def by(cls, game: NormalFormGame, leader: int) -> LeaderMatrices:
        """The game seen by a leader."""
        place(leader, 2)
        tables = [game.payoffs[player].fractions() for player in (leader, 1 - leader)]
        own, other = (table if leader == 0 else table.T for table in tables)
        return cls(leader, own.tolist(), other.tolist())

    @property
    def rows(self) -> int:
        """How many actions the leader has."""
        return len(self.own)

    @property
    def columns(self) -> int:
        """How many actions the follower has."""
        return len(self.own[0])

    @property
    def largest(self) -> Fraction:
        """The largest payoff by size."""
        return max(
            Fraction(1, 2**1000), *(abs(v) for m in (self.own, self.other) for r in m for v in r)
        )

    def earned(self, matrix: Matrix, mix: Sequence[Fraction]) -> Vector:
        """What each action of the follower pays under a mix of the leader."""
        return [
            total(p * row[j] for p, row in zip(mix, matrix, strict=True))
            for j in range(self.columns)
        ]

    def gains(self, j: int, multipliers: Sequence[Fraction]) -> Vector:
        """For each i the sum over k of multiplier times (B_ij - B_ik)."""
        return [
            total(m * (row[j] - row[k]) for k, m in enumerate(multipliers)) for row in self.other
        ]

    def alike(self, j: int) -> list[int]:
        """The follower's actions that pay it the same as j, whatever the leader does."""
        return [k for k in range(self.columns) if all(row[k] == row[j] for row in self.other)]

    def kept(self, i: int, ties: str) -> Fraction:
        """What one action of the leader earns it, with ties broken for it or against it."""
        choose = max if ties == "strong" else min
        most = max(self.other[i])
        return choose(a for a, b in zip(self.own[i], self.other[i], strict=True) if b == most)


def strategies_of(seen: LeaderMatrices, outcome: Mapping[str, Any]) -> tuple[Any, Any]:
    """The leader's and the follower's, as they are given."""
    first, second = listed(outcome["strategies"], 2)
    return (first, second) if seen.leader == 0 else (second, first)


def best_pure(seen: LeaderMatrices, ties: str) -> Fraction:
    """What the best pure commitment earns the leader."""
    return max(seen.kept(i, ties) for i in range(seen.rows))


def best_strong(seen: LeaderMatrices) -> Fraction:
    """The best value under strong ties, over the vertices of all best-response regions."""
    best = best_pure(seen, "strong")
    for j in range(seen.columns):
        lines = [unit(seen.rows, i) for i in range(seen.rows)]
        lines += [[row[j] - row[k] for row in seen.other] for k in range(seen.columns) if k != j]
        for tight in combinations(range(len(lines)), seen.rows - 1):
            system = [[Fraction(1)] * seen.rows, *(lines[k] for k in tight)]
            mix = solved(system, [Fraction(1)] + [Fraction(0)] * (seen.rows - 1))
            if mix is None or any(
                sum(c * p for c, p in zip(line, mix, strict=True)) < 0 for line in lines
            ):
                continue
            best = max(best, seen.earned(seen.own, mix)[j])
    return best
