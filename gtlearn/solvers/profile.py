"""A profile: what each player plays, a vector of probabilities at each of its decision points."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError, option
from gtlearn.games import (
    BayesianGame,
    ExtensiveGame,
    Game,
    HarsanyiGame,
    MergedGame,
    NormalFormGame,
    SequentialGame,
    SymmetricGame,
)
from gtlearn.solvers.enclosures import exact_row
from gtlearn.solvers.outcomes import (
    Commitment,
    CorrelatedEquilibrium,
    Distribution,
    Outcome,
    Strategy,
    Table,
    pure,
)


@dataclass(frozen=True)
class Column:
    """Whose strategy it is: a player's, or that of one type or information set of a player.

    Attributes:
        heading: the label of the player, and of the decision point where there are columns of each.
        actions: the labels of the actions.
        player: the index of the player.
        point: the index of the type or information set, where there is a column for each.
    """

    heading: str
    actions: tuple[str, ...]
    player: int
    point: int | None = None


def one_strategy_hint(game: Game) -> str:
    """How a refusal of one player's strategy goes on, where that alone can be measured."""
    if not isinstance(game, NormalFormGame | ExtensiveGame | MergedGame):
        return ""
    if len(game.players) != 2 or not game.is_constant_sum:
        return ""
    return "; what one player's loses against a best response is its solvers.exploitability"


def columns_of(game: Game) -> list[Column]:
    """One column a player; in a Bayesian game the leader's, then one a type of the follower, or
    one a type; in a tree one an information set; in a symmetric game that of all players."""
    if isinstance(game, SymmetricGame):
        return [Column("every player", game.actions, 0)]
    if isinstance(game, SequentialGame | HarsanyiGame):
        return [
            Column(f"{name} ({point.label})", point.actions, player, place)
            for player, name in enumerate(game.players)
            for place, point in enumerate(game.points(player))
        ]
    if not isinstance(game, BayesianGame):
        labels = ((game.players[k], game.points(k)[0].actions) for k in range(len(game.players)))
        return [Column(*label, player) for player, label in enumerate(labels)]
    leader, follower = game.leader, game.follower
    name = game.players[follower]
    return [
        Column(game.players[leader], game.points(leader)[0].actions, leader),
        *(
            Column(f"{name} ({point.label})", point.actions, follower, place)
            for place, point in enumerate(game.points(follower))
        ),
    ]


@dataclass(frozen=True)
class Profile:
    """What is known of how a game is played.

    Attributes:
        game: the game that it is played in.
        tables: one table a player, in a symmetric game one that all play: a vector of probabilities
            at each of its decision points, or, where it depends on the time, at each step and
            point; None for a player of whom nothing is said.
        joint: a distribution over pure profiles, where there is one.
        leader: who commits, where that is said.
        shown: the leader's table that the follower was told, where that is another one.
        follower: the follower's class that a commitment was made for, where that is said.
        policy: what the leader could commit to there, where that is said.
        notes: what was renormalised.
    """

    game: Game
    tables: tuple[Table | None, ...]
    joint: Distribution | None = None
    leader: int | None = None
    shown: Table | None = None
    follower: str | None = None
    policy: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def strategies(self) -> tuple[Any, ...]:
        """One a player: a vector where players decide once, else a table; None where not known."""
        tabular = self.game.in_steps or isinstance(self.game, SequentialGame | HarsanyiGame)
        return tuple(table and (table if tabular else table[0]) for table in self.tables)

    def known(self) -> tuple[Any, ...]:
        """The strategies, of all players.

        Raises:
            InputError: if one is not known.
        """
        if None not in self.tables:
            return self.strategies
        if self.joint is not None:
            raise InputError(
                "the profile is a distribution over joint actions, without a strategy for each "
                "player; check it as a correlated or coarse-correlated equilibrium"
            )
        missing = self.game.players[self.tables.index(None)]
        alone = f", or check it as a commitment by {option('concept', 'stackelberg')}"
        raise InputError(
            f"the profile holds no {'table' if self.game.in_steps else 'strategy'} of {missing!r}; "
            f"give one a player{'' if isinstance(self.game, SequentialGame) else alone}"
            f"{one_strategy_hint(self.game)}"
        )

    @property
    def steps(self) -> int:
        """How many steps the tables tell apart: 1 where they do not depend on the time."""
        sizes = [(len(t), len(self.game.points(k))) for k, t in enumerate(self.tables) if t]
        return max((rows // points for rows, points in sizes), default=1)

    @property
    def is_timed(self) -> bool:
        """Whether a table depends on the step."""
        return self.steps > 1

    @cached_property
    def columns(self) -> list[tuple[Column, Table]]:
        """The strategies that are known, each a vector or, in a game of several steps, a row a
        state; where it depends on the time, row `t * states + s` is for state s at step t."""
        out: list[tuple[Column, Table]] = []
        for column in columns_of(self.game):
            table = self.tables[column.player]
            if table is not None:
                out.append((column, table if column.point is None else (table[column.point],)))
        return out

    def at(self, step: int, state: int) -> list[tuple[Column, Strategy]]:
        """What is played in a state at a step; in one shot both are 0."""
        states = len(self.game.points(0)) if self.game.in_steps else 1
        return [
            (column, table[step * states + state if len(table) > states else state])
            for column, table in self.columns
        ]

    def to_numpy(self) -> list[NDArray[np.float64]]:
        """One float array a column: a vector, or (states, actions), or (steps, states, actions).

        Of enclosed numbers it holds the midpoints.
        """
        return [self._array(table) for _, table in self.columns]

    def to_fractions(self) -> list[Any]:
        """One list of Fractions a column: a vector, or a list of rows.

        Raises:
            InputError: if numbers are enclosed, so that they may be irrational.
        """
        tables = [[exact_row(row) for row in table] for _, table in self.columns]
        return tables if self.game.in_steps else [table[0] for table in tables]

    def _array(self, table: Table) -> NDArray[np.float64]:
        rows = np.array([[float(p) for p in row] for row in table])
        if not self.game.in_steps:
            return rows.reshape(-1)
        states = len(self.game.points(0))
        return rows.reshape(-1, states, rows.shape[1]) if len(rows) > states else rows


def profile_of(game: Game, outcome: Outcome) -> Profile:
    """The strategies of an outcome at each decision point; a follower's are its response.

    Raises:
        InputError: if it is a distribution over joint actions, which no independent strategies
            describe.
    """
    if isinstance(outcome, CorrelatedEquilibrium):
        raise InputError(
            "a correlated equilibrium is a distribution over joint actions and has no strategy "
            "for each player alone; read its .distribution"
        )
    strategies = outcome.strategies
    if isinstance(game, BayesianGame):
        tables = ((strategies[0],), tuple(strategies[1:]))
        return Profile(game, tables if game.leader == 0 else tables[::-1])
    if isinstance(game, SequentialGame | HarsanyiGame):
        return Profile(game, strategies)
    if not game.in_steps:
        return Profile(game, tuple((strategy,) for strategy in strategies))
    if isinstance(outcome, Commitment):
        strategies = tuple(
            _response(game, player, outcome.response) if strategy is None else strategy
            for player, strategy in enumerate(strategies)
        )
    return Profile(game, strategies)


def _response(game: Game, player: int, actions: Any) -> Table:
    size = len(game.points(player)[0].actions)
    rows = [pure(size, action) for action in range(size)]
    return tuple(rows[action] for action in actions)
