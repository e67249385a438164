"""A game in one shot as its leader sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

from gtlearn.games import NormalFormGame
from gtlearn.solvers.testing.claims import Vector, listed, payoff, place, solved, total, unit

Matrix = list[list[Fraction]]


@dataclass(frozen=True)
class Seen:
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
    def by(cls, game: NormalFormGame, leader: int) -> Seen:
        """The game seen by a leader."""
        place(leader, 2)
        sizes = (game.shape[leader], game.shape[1 - leader])
        tables = []
        for player in (leader, 1 - leader):
            tables.append(
                [
                    [
                        payoff(game, player, (i, j) if leader == 0 else (j, i))
                        for j in range(sizes[1])
                    ]
                    for i in range(sizes[0])
                ]
            )
        return cls(leader, tables[0], tables[1])

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


def strategies_of(seen: Seen, outcome: Mapping[str, Any]) -> tuple[Any, Any]:
    """The leader's and the follower's, as they are given."""
    first, second = listed(outcome["strategies"], 2)
    return (first, second) if seen.leader == 0 else (second, first)


def best_pure(seen: Seen, ties: str) -> Fraction:
    """What the best pure commitment earns the leader."""
    choose = max if ties == "strong" else min
    return max(
        choose(a for a, b in zip(own, other, strict=True) if b == max(other))
        for own, other in zip(seen.own, seen.other, strict=True)
    )


def best_strong(seen: Seen) -> Fraction:
    """The best value under strong ties, over the vertices of all best-response regions."""
    best = max(
        max(a for a, b in zip(o, t, strict=True) if b == max(t))
        for o, t in zip(seen.own, seen.other, strict=True)
    )
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
