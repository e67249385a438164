"""What tables earn in a Markov game, what a follower responds, and what commitments to tables are
worth, by trying everything.

A table has a row a state, or, where it sees the time, a row a step and state: row
`t * states + s` is for state s at step t.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any

from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.solvers.testing.claims import (
    ROUNDING,
    Unreadable,
    Vector,
    is_distribution,
    listed,
    numbers,
    solved,
    total,
    unit,
)

Rows = Sequence[Sequence[Fraction]]
_Plan = tuple[int, ...]  # an action a state
_Step = tuple[Vector, dict[int, Fraction]]  # payoffs, and the next states' probabilities
_Worth = tuple[Fraction, Fraction]  # what the follower and the leader get

Class = tuple[int, str, str]  # the leader, the follower's class, and how ties are broken

_SHARES = (Fraction(0), Fraction(1, 2), Fraction(1))  # of two actions, that are all tried
_MOST_TABLES = 300  # stochastic tables that are tried


class SmallGame:
    """A Markov game whose numbers are spelt out, for small games."""

    def __init__(self, game: MarkovGame | IteratedGame) -> None:
        self.game = as_markov(game)
        self.states = range(self.game.num_states)
        self.steps = self.game.horizon or 1
        self.discount = Fraction(self.game.discount)
        self.scale = Fraction(self.game.scale)
        self._answers: dict[tuple[Any, ...], _Worth] = {}

    @cached_property
    def legal(self) -> list[list[list[int]]]:
        """The legal actions of each player in each state."""
        return [
            [[a for a, allowed in enumerate(row) if allowed] for row in mask.tolist()]
            for mask in self.game.legal
        ]

    @cached_property
    def _profiles(self) -> list[list[tuple[int, ...]]]:
        return [list(product(*(legal[s] for legal in self.legal))) for s in self.states]

    @cached_property
    def _paid(self) -> dict[tuple[int, ...], list[Fraction]]:
        return {
            (s, *profile): [Fraction(array[(s, *profile)]) for array in self.game.payoffs]
            for s in self.states
            for profile in self._profiles[s]
        }

    @cached_property
    def _moves(self) -> dict[tuple[int, ...], list[tuple[int, Fraction]]]:
        out = {}
        for s in self.states:
            for profile in self._profiles[s]:
                row = [(t, Fraction(self.game.transitions[(s, *profile, t)])) for t in self.states]
                out[s, *profile] = [(t, p) for t, p in row if p]
        return out

    def step(self, rows: Rows, s: int) -> _Step:
        """The expected payoffs of a step in a state, and the next states' probabilities."""
        earned = [Fraction(0)] * self.game.num_players
        following: dict[int, Fraction] = {}
        for profile in self._profiles[s]:
            weight = Fraction(1)
            for row, action in zip(rows, profile, strict=True):
                weight *= row[action]
            if weight:
                for player, paid in enumerate(self._paid[s, *profile]):
                    earned[player] += weight * paid
                for to, p in self._moves[s, *profile]:
                    following[to] = following.get(to, Fraction(0)) + weight * p
        return earned, following

    def values(self, tables: Sequence[Rows]) -> list[list[Vector]]:
        """What each player gets from each step and state on: [step][state][player]."""
        everywhere = [
            [self.step([self._row(table, t, s) for table in tables], s) for s in self.states]
            for t in range(self.steps)
        ]
        if self.game.horizon is None:
            return [self._for_ever(everywhere[0])]
        later = [[Fraction(0)] * self.game.num_players for _ in self.states]
        out = []
        for steps in reversed(everywhere):
            later = [
                [
                    self.scale * earned[k]
                    + self.discount * total(p * later[to][k] for to, p in following.items())
                    for k in range(self.game.num_players)
                ]
                for earned, following in steps
            ]
            out.append(later)
        return out[::-1]

    def _for_ever(self, steps: Sequence[_Step]) -> list[Vector]:
        matrix = [
            [
                Fraction(int(s == to)) - self.discount * following.get(to, Fraction(0))
                for to in self.states
            ]
            for s, (_, following) in enumerate(steps)
        ]
        columns = []
        for k in range(self.game.num_players):
            column = solved(matrix, [earned[k] for earned, _ in steps])
            assert column is not None  # a discounted chain has values
            columns.append(column)
        return [list(row) for row in zip(*columns, strict=True)]

    def payoffs(self, tables: Sequence[Rows]) -> Vector:
        """What each player gets from the start."""
        first = self.values(tables)[0]
        return [
            total(p * first[s][k] for s, p in enumerate(self.game.start))
            for k in range(self.game.num_players)
        ]

    def best_from(self, tables: Sequence[Rows], player: int) -> list[list[Fraction]]:
        """The most that a player can get from each step and state on, by any deviation."""
        if self.game.horizon is None:
            plans = product(*self.legal[player])
            tried = [self.values(self._with(tables, player, plan))[0] for plan in plans]
            return [[max(values[s][player] for values in tried) for s in self.states]]
        steps = self._best_in_time(tables, player, player, 1)
        return [[own for own, _ in worths] for worths in steps]

    def best(self, tables: Sequence[Rows], player: int) -> Fraction:
        """The most that a player can get from the start, by any deviation."""
        first = self.best_from(tables, player)[0]
        return total(p * first[s] for s, p in enumerate(self.game.start))

    def plans(self, player: int) -> Iterator[_Plan]:
        """All deterministic tables of a player that do not see the time.

        In states that are never reached only the first legal action is tried.
        """
        options = [
            legal if reached else legal[:1]
            for legal, reached in zip(self.legal[player], self.game.reachable, strict=True)
        ]
        return product(*options)

    def table(self, plan: Sequence[int], player: int) -> Rows:
        """The table that plays one action a row."""
        return [unit(self.game.shape[player], action) for action in plan]

    def answered(self, table: Rows, leader: int, follower: str, ties: str) -> _Worth:
        """What the follower and the leader get where the follower responds to the leader's table.

        Args:
            table: the leader's, which does not see the time.
            leader: who plays it.
            follower: "optimal" or "stationary".
            ties: how the follower breaks ties for the leader: "strong" or "weak".
        """
        key = (tuple(map(tuple, table)), leader, follower, ties)
        if key not in self._answers:
            self._answers[key] = self._best_answer(table, leader, follower, ties)
        return self._answers[key]

    def _best_answer(self, table: Rows, leader: int, follower: str, ties: str) -> _Worth:
        sign = 1 if ties == "strong" else -1
        tables: list[Rows] = [table, table]
        if self.game.horizon is not None and follower == "optimal":
            first = self._best_in_time(tables, 1 - leader, leader, sign)[0]
            start = list(enumerate(self.game.start))
            own, other = (total(p * first[s][k] for s, p in start) for k in (0, 1))
            return own, sign * other
        worths = []
        for plan in self.plans(1 - leader):
            earned = self.payoffs(self._with(tables, 1 - leader, plan))
            worths.append((earned[1 - leader], sign * earned[leader]))
        own, other = max(worths)
        return own, sign * other

    def _best_in_time(
        self, tables: Sequence[Rows], player: int, other: int, sign: int
    ) -> list[list[_Worth]]:
        """Backward induction from each step and state on, lexicographic in what a player gets and
        what another one does, times a sign."""
        later = [(Fraction(0), Fraction(0)) for _ in self.states]
        out = []
        for t in reversed(range(self.steps)):
            here = []
            for s in self.states:
                worths = []
                for action in self.legal[player][s]:
                    rows = [self._row(table, t, s) for table in tables]
                    rows[player] = unit(self.game.shape[player], action)
                    earned, following = self.step(rows, s)
                    own, theirs = (
                        self.scale * now
                        + self.discount * total(p * later[to][k] for to, p in following.items())
                        for k, now in enumerate((earned[player], sign * earned[other]))
                    )
                    worths.append((own, theirs))
                here.append(max(worths))
            later = here
            out.append(here)
        return out[::-1]

    def _row(self, table: Rows, t: int, s: int) -> Sequence[Fraction]:
        return table[s] if len(table) == len(self.states) else table[t * len(self.states) + s]

    def _with(self, tables: Sequence[Rows], player: int, plan: _Plan) -> list[Rows]:
        changed = list(tables)
        changed[player] = self.table(plan, player)
        return changed


class Tables:
    """A Markov game, and what commitments to tables are worth in it."""

    def __init__(self, game: MarkovGame | IteratedGame) -> None:
        self.process = SmallGame(game)
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

    def where_played(self, table: Rows) -> Any:
        """The rows of a table in the states where play can be."""
        return tuple(
            tuple(row) for row, reached in zip(table, self.game.reachable, strict=True) if reached
        )

    def _tried(self, kind: Class, policy: str) -> list[Rows]:
        """All deterministic tables, and where it is quick many stochastic ones."""
        leader, follower, _ = kind
        pure = [self.process.table(plan, leader) for plan in self.process.plans(leader)]
        slow = self.game.horizon is None or follower == "stationary"
        many = len(_SHARES) ** self.game.num_states > _MOST_TABLES
        if policy == "deterministic" or self.game.shape[leader] != 2 or slow or many:
            return pure
        return [
            [(share, 1 - share) for share in shares]
            for shares in product(_SHARES, repeat=self.game.num_states)
        ]


def rows_of(game: MarkovGame, rows: Any, player: int, count: int, exact: bool = True) -> Rows:
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
