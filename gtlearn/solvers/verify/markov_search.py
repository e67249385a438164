"""Tables of a leader that are tried, to refute that none earns more than an upper bound.

All deterministic tables, where they are few enough; and stochastic ones from a simple family: the
same row in every state, rows that play some actions equally often, and then whatever change of one
row improves the best so far. That finds most bounds that are too low; that there is nothing to find
is proven of deterministic tables alone.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import chain, combinations, islice, product
from math import prod
from typing import Any

import numpy as np

from gtlearn.games import MarkovGame
from gtlearn.limits import check
from gtlearn.solvers.outcomes import DETERMINISTIC, Commitment
from gtlearn.solvers.verify.markov_values import Rows, response_to

_MAX_TABLES = 3_000  # deterministic tables that are all tried
_MAX_PURE_ROWS = 500_000  # of all of them together, over states and steps
_MAX_PROFILES = 80_000  # in all states and steps of all stochastic tables that are tried
_SHORT = 10  # steps, in which simple tables are compared where a game is longer
_KEPT = 8  # of these
_MAX_ACTIONS = 5  # of which rows are mixed
_OFF = Fraction(1, 1024)  # how far off a table its neighbours are, where ties are weak
_ROUNDS = (4, 16)  # shares of a row that improve a table

_Row = tuple[Fraction, ...]
PureTable = tuple[int, ...]  # an action a state
_Worth = tuple[Fraction, Rows]  # what a table earns the leader, and the table
_Budget = Iterator[int]  # an entry for each table that may still be tried


@dataclass(frozen=True)
class CommitmentKind:
    """Against whom tables are tried, and how.

    Attributes:
        leader: who commits.
        follower: the follower's class.
        ties: how the follower breaks ties.
    """

    leader: int
    follower: str
    ties: str

    @classmethod
    def of(cls, outcome: Commitment) -> CommitmentKind:
        """That of a commitment."""
        return cls(outcome.leader, outcome.follower, outcome.ties)


@dataclass
class Tried:
    """What tables of a game earn their leader; each kind is tried once.

    Attributes:
        game: the game.
    """

    game: MarkovGame
    _pure: dict[CommitmentKind, dict[PureTable, Fraction]] = field(default_factory=dict)
    _mixed: dict[CommitmentKind, _Worth] = field(default_factory=dict)

    def deterministic(self, kind: CommitmentKind) -> dict[PureTable, Fraction] | None:
        """What every deterministic table earns; None where they are too many.

        In states that cannot be reached only the first legal action is tried: it changes nothing.
        """
        if kind not in self._pure:
            legal = _legal(self.game, kind.leader)
            count = np.prod([float(len(actions)) for actions in legal])
            steps = self.game.num_states * (self.game.horizon or 1)
            if count > _MAX_TABLES or count * steps > _MAX_PURE_ROWS:
                return None
            self._pure[kind] = {
                plan: self.value(pure_table(plan, self.game.shape[kind.leader]), kind)
                for plan in product(*legal)
            }
        return self._pure[kind]

    def best(self, outcome: Commitment) -> _Worth:
        """The best table that was tried, of those that the commitment might be."""
        kind = CommitmentKind.of(outcome)
        if outcome.policy == DETERMINISTIC:
            return self._best_pure(kind)
        if kind not in self._mixed:
            self._mixed[kind] = max(self._climbed(kind, outcome.commitment), key=_value)
        return self._mixed[kind]

    def value(self, table: Rows, kind: CommitmentKind) -> Fraction:
        """What a table earns the leader."""
        check()
        return response_to(self.game, table, kind.leader, kind.follower, kind.ties).other

    def _best_pure(self, kind: CommitmentKind) -> _Worth:
        values = self.deterministic(kind)
        size = self.game.shape[kind.leader]
        if values is None:
            first = tuple(actions[0] for actions in _legal(self.game, kind.leader))
            return self.value(pure_table(first, size), kind), pure_table(first, size)
        plan = max(values, key=lambda plan: values[plan])
        return values[plan], pure_table(plan, size)

    def _climbed(self, kind: CommitmentKind, start: Sequence[Sequence[Any]]) -> list[_Worth]:
        """The best tables from three starts: deterministic, simple, and the stated one."""
        strong = CommitmentKind(kind.leader, kind.follower, "strong")
        budget = self._budget()
        given: Rows = tuple(tuple(Fraction(p) for p in row) for row in start)
        simple = self._worths(_within(budget, self._simple(strong)), strong)
        best = max([*self._worths([given], strong), self._best_pure(strong), *simple], key=_value)
        for share in _ROUNDS:
            best = self._improved(best, share, strong, budget)
        if kind == strong:
            return [best]
        near = _within(self._budget(), _near(self.game, kind.leader, best[1]))
        return self._worths([best[1], given, *near], kind)

    def _simple(self, kind: CommitmentKind) -> Iterator[Rows]:
        """Simple tables; of a long game those that are best in a shorter one."""
        if (self.game.horizon or 1) <= _SHORT:
            equal = product(*_rows(self.game, kind.leader, 2))  # rows that play some equally often
            return chain(_constant(self.game, kind.leader), equal)
        short = Tried(replace(self.game, horizon=_SHORT))
        worths = short._worths(_within(short._budget(), short._simple(kind)), kind)
        return (table for _, table in heapq.nlargest(_KEPT, worths, key=_value))

    def _worths(self, tables: Iterable[Rows], kind: CommitmentKind) -> list[_Worth]:
        return [(self.value(table, kind), table) for table in tables]

    def _budget(self) -> _Budget:
        steps = self.game.num_states * (self.game.horizon or 1)
        return iter(range(_MAX_PROFILES // (steps * prod(self.game.shape))))

    def _improved(self, best: _Worth, parts: int, kind: CommitmentKind, budget: _Budget) -> _Worth:
        """The table with one row after the other replaced by a better one."""
        rows = _rows(self.game, kind.leader, parts)
        for state in np.flatnonzero(self.game.reachable).tolist():
            table = best[1]
            changed = ((*table[:state], row, *table[state + 1 :]) for row in rows[state])
            best = max([best, *self._worths(_within(budget, changed), kind)], key=_value)
        return best


def _within(budget: _Budget, tables: Iterator[Rows]) -> Iterator[Rows]:
    """As many of the tables as may still be tried."""
    return (table for table, _ in zip(tables, budget, strict=False))


def _value(pair: _Worth) -> Fraction:
    return pair[0]


def _legal(game: MarkovGame, leader: int) -> list[list[int]]:
    """The legal actions in each state; the first one where play cannot be."""
    return [
        np.flatnonzero(row).tolist()[: None if reached else 1]
        for row, reached in zip(game.legal[leader], game.reachable, strict=True)
    ]


def _constant(game: MarkovGame, leader: int) -> Iterator[Rows]:
    """Tables with the same row in every state."""
    first, *others = _rows(game, leader, max(_ROUNDS))
    for row in first:
        if all(row in rows for rows in others):
            yield (row,) * game.num_states


def _rows(game: MarkovGame, leader: int, parts: int) -> list[list[_Row]]:
    """For each state rows that play some legal actions equally often, or two of them in shares of
    a number of parts."""
    size = game.shape[leader]
    out = []
    for actions in _legal(game, leader):
        few = actions[:_MAX_ACTIONS]
        rows = [
            _mixed(size, dict.fromkeys(played, Fraction(1, count)))
            for count in range(1, len(few) + 1)
            for played in combinations(few, count)
        ]
        for a, b in combinations(few, 2):
            rows += [
                _mixed(size, {a: Fraction(k, parts), b: Fraction(parts - k, parts)})
                for k in range(1, parts)
                if 2 * k != parts
            ]
        out.append(rows)
    return out


def _near(game: MarkovGame, leader: int, table: Rows) -> Iterator[Rows]:
    """Tables just off another one, towards tables some of whose rows are pure."""
    size = game.shape[leader]
    options = []
    for row, actions in zip(table, _legal(game, leader), strict=True):
        targets = [_mixed(size, {a: Fraction(1)}) for a in actions]
        moved = [
            tuple(p + _OFF * (q - p) for p, q in zip(row, target, strict=True))
            for target in targets
        ]
        options.append([tuple(row), *moved])
    return islice(product(*options), 1, None)


def _mixed(size: int, shares: dict[int, Fraction]) -> _Row:
    return tuple(shares.get(a, Fraction(0)) for a in range(size))


def pure_table(plan: PureTable, size: int) -> Rows:
    """The table of `size` actions that plays one action in each state."""
    return tuple(_mixed(size, {action: Fraction(1)}) for action in plan)
