"""What commitments to tables of a Markov game are worth, by trying them."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any

from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.solvers.testing.claims import (
    ROUNDING,
    Unreadable,
    is_distribution,
    listed,
    numbers,
    total,
)
from gtlearn.solvers.testing.process_truth import Process, Table

Class = tuple[int, str, str]  # the leader, the follower's class, and how ties are broken

SHARES = (Fraction(0), Fraction(1, 2), Fraction(1))  # of two actions, that are all tried
MOST_TABLES = 300  # stochastic tables that are tried


class Tables:
    """A Markov game, and what commitments to tables are worth in it."""

    def __init__(self, game: MarkovGame | IteratedGame) -> None:
        self.process = Process(game)
        self.game = self.process.game
        self._best: dict[tuple[Class, str], Fraction] = {}
        self._optimal: dict[Class, set[Any]] = {}

    @cached_property
    def count(self) -> tuple[int, ...]:
        """How many deterministic tables each player has where play can be."""
        return tuple(len(list(self.process.plans(k))) for k in range(self.game.num_players))

    def best_known(self, kind: Class, policy: str) -> Fraction:
        """A value that some table of the leader has: the best of many, or of all deterministic."""
        if (kind, policy) not in self._best:
            leader, follower, ties = kind
            self._best[kind, policy] = max(
                self.process.answered(table, leader, follower, ties)[1]
                for table in self._tried(kind, policy)
            )
        return self._best[kind, policy]

    def optimal(self, kind: Class) -> set[Any]:
        """The deterministic tables that earn the leader most, where play can be."""
        leader, follower, ties = kind
        if kind not in self._optimal:
            tried = [self.process.table(plan, leader) for plan in self.process.plans(leader)]
            earned = [self.process.answered(table, leader, follower, ties)[1] for table in tried]
            self._optimal[kind] = {
                self.where_played(table)
                for table, value in zip(tried, earned, strict=True)
                if value == max(earned)
            }
        return self._optimal[kind]

    def where_played(self, table: Table) -> Any:
        """The rows of a table in the states where play can be."""
        return tuple(
            tuple(row) for row, reached in zip(table, self.game.reachable, strict=True) if reached
        )

    def _tried(self, kind: Class, policy: str) -> list[Table]:
        """All deterministic tables, and where it is quick many stochastic ones."""
        leader, follower, _ = kind
        pure = [self.process.table(plan, leader) for plan in self.process.plans(leader)]
        slow = self.game.horizon is None or follower == "stationary"
        many = len(SHARES) ** self.game.num_states > MOST_TABLES
        if policy == "deterministic" or self.game.shape[leader] != 2 or slow or many:
            return pure
        return [
            [(share, 1 - share) for share in shares]
            for shares in product(SHARES, repeat=self.game.num_states)
        ]


def rows_of(game: MarkovGame, rows: Any, player: int, count: int, exact: bool = True) -> Table:
    """A table, exactly.

    Raises:
        Unreadable: if a row is no distribution over what is legal.
    """
    out = []
    for k, row in enumerate(listed(rows, count)):
        values = numbers(row, game.shape[player])
        if not exact and min(values) >= 0 and abs(total(values) - 1) < ROUNDING:
            values = [p / total(values) for p in values]
        legal = game.legal[player][k % game.num_states]
        if not is_distribution(values) or any(p and not legal[a] for a, p in enumerate(values)):
            raise Unreadable("a row is no distribution over legal actions")
        out.append(values)
    return out
