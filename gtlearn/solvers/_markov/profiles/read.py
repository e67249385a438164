"""What a source says about play in an iterated or Markov game: one exact table a player."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gtlearn.errors import InputError, option, quoted
from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.games.arrays import is_array, plain_array
from gtlearn.games.labels import label_of
from gtlearn.games.numbers import Number
from gtlearn.solvers._markov.profiles.files import SHAPE, read_source
from gtlearn.solvers._markov.profiles.policies import tables_of_callable, tables_of_policy
from gtlearn.solvers._markov.profiles.rows import Rows, is_list, is_table, read_response, read_table
from gtlearn.solvers._markov.solution import (
    DETERMINISTIC,
    OPTIMAL,
    STATIONARY,
    STOCHASTIC,
    MarkovEquilibrium,
    MarkovSolution,
    TableCommitment,
)
from gtlearn.solvers._markov.tables import as_markov

_SHOWN = ("shown", "context")  # keys of what a follower was told
_BESIDE = (*_SHOWN, "timed", "states")  # keys beside tables under the players' labels


@dataclass(frozen=True)
class TableProfile:
    """What a source says about play, exactly.

    Attributes:
        tables: one table a player, states x actions or, where it depends on the time,
            (states x horizon) x actions; None for a player of whom nothing is said.
        leader: whose commitment it is, None where the source does not say.
        shown: the leader's table that the follower was told, where the source says so.
        follower: the follower's class that the source was made for, None where it does not say.
        policy: what the leader could commit to there, None where it does not say.
        notes: what was renormalised.
    """

    tables: tuple[Rows | None, ...]
    leader: int | None = None
    shown: Rows | None = None
    follower: str | None = None
    policy: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Played:
    """The game that tables are played in, and what their sums may miss one by."""

    game: MarkovGame
    tolerance: Number

    def table(self, values: Any, player: int, timed: bool | None) -> tuple[Rows, tuple[str, ...]]:
        return read_table(values, self.game, player, timed=timed, tolerance=self.tolerance)

    def profile(self, tables: list[Any], timed: bool | None = None) -> TableProfile:
        """The tables of all players; None for a player of whom nothing is said."""
        exact: list[Rows | None] = []
        notes: tuple[str, ...] = ()
        for player, table in enumerate(tables):
            if table is None:
                exact.append(None)
                continue
            rows, more = self.table(table, player, timed)
            exact.append(rows)
            notes += more
        return TableProfile(tuple(exact), notes=notes)


def load_tables(
    source: Any,
    game: MarkovGame | IteratedGame,
    *,
    tolerance: Number = 0,
    index: int = 0,
    leader: int | None = None,
) -> TableProfile:
    """The tables that a source holds.

    Args:
        source: a path, a text, or what it would hold:
            - {"strategies": [TABLE, TABLE]}, or a table under each player's label; with "timed":
              true where row `t * states + s` is for state s at step t;
            - {"commitment": TABLE}, with "leader" where that is not player 0, with "response",
              the follower's table or its action in each state, and with "shown" (or "context"),
              the table that the follower was told, where that is another one; "states" may list
              the states' labels, which must then be the game's, in its order;
            - a JSON object of schema gtlearn/solution/1, a MarkovSolution, or one of its outcomes;
            - the folder of a finished run, whose result.json holds "commitment";
            - an .npz file with the arrays strategies_0, strategies_1, ..., or commitment (and
              shown), or one array a player's label;
            - a list of tables, one a player; or one table, which is the leader's;
            - an OpenSpiel policy of the game's OpenSpiel form, tabular or not;
            - a callable from a player's index and a state's label to a row.
            A TABLE is a list of rows, or a mapping from the states' labels to rows; see
            `rows.read_table`.
        game: the game that it is played in.
        tolerance: the sum of a row may miss one by so much; see `probabilities.vector`.
        index: which solution of a list is meant.
        leader: whose table a single one is, where the source does not say; by default player 0's.

    Raises:
        InputError: in one sentence: what was wrong, where, and what to do.
    """
    if isinstance(source, str | Path):
        source = read_source(source)
    if isinstance(source, TableProfile):
        return source
    played = _Played(as_markov(game), tolerance)
    if isinstance(source, MarkovSolution):
        _require_index(index, len(source))
        source = source[index]
    if isinstance(source, MarkovEquilibrium):
        return played.profile(list(source.tables))
    if isinstance(source, TableCommitment):
        source = {
            "commitment": source.commitment,
            "leader": source.leader,
            "response": list(source.response),
            "follower": source.follower,
            "policy": source.policy,
        }
    if isinstance(source, Mapping):
        return _from_mapping(source, played, index, leader)
    if is_array(source):
        source = plain_array(source, "the tables")
    if is_list(source):
        return _from_list(source, played, leader)
    if hasattr(source, "action_probabilities"):
        return played.profile(tables_of_policy(source, game))
    if callable(source):
        return played.profile(tables_of_callable(source, played.game))
    raise InputError(f"a {type(source).__name__} is no profile; write {SHAPE}")


def _from_mapping(
    source: Mapping[Any, Any], played: _Played, index: int, leader: int | None
) -> TableProfile:
    if "solutions" in source:
        solutions = source["solutions"]
        if not isinstance(solutions, Sequence) or isinstance(solutions, str):
            raise InputError('"solutions" is no list of solutions')
        _require_index(index, len(solutions))
        if not isinstance(solutions[index], Mapping) or "solutions" in solutions[index]:
            raise InputError(f"solution {index} is no profile; write {SHAPE}")
        above = {key: source[key] for key in ("follower", "policy", "states") if key in source}
        return _from_mapping({**above, **solutions[index]}, played, 0, leader)
    game = played.game
    _require_states(source.get("states"), game)
    timed = source.get("timed")
    if not isinstance(timed, bool | None):
        raise InputError(f'"timed" is {quoted(timed)}; write true or false')
    if "commitment" in source:
        return _from_commitment(source, played, leader)
    if "strategies" in source:
        found = _of_players(source["strategies"], played, timed)
    elif any(f"strategies_{k}" in source for k in range(game.num_players)):
        tables = [source.get(f"strategies_{k}") for k in range(game.num_players)]
        found = played.profile(tables, timed)
    elif source and all(key in game.players for key in source if key not in _BESIDE):
        found = _of_players({k: source[k] for k in source if k in game.players}, played, timed)
    else:
        shown = ", ".join(quoted(key, 20) for key in list(source)[:4]) or "nothing"
        raise InputError(f"the profile holds {shown} but no tables; write {SHAPE}")
    told = [source[key] for key in _SHOWN if key in source]
    if not told:
        return found
    whose = _player(source.get("leader", 0 if leader is None else leader), game)
    shown_table, notes = played.table(told[0], whose, False)
    return TableProfile(found.tables, whose, shown_table, notes=(*found.notes, *notes))


def _from_commitment(
    source: Mapping[str, Any], played: _Played, leader: int | None
) -> TableProfile:
    game = played.game
    named = source.get("leader")
    whose = _player(named if named is not None else 0 if leader is None else leader, game)
    if leader is not None and named is not None and whose != leader:
        raise InputError(
            f"the commitment is that of {game.players[whose]!r}, player {whose}; check it with "
            f"{option('leader', whose)}"
        )
    own, notes = played.table(source["commitment"], whose, False)
    tables: list[Rows | None] = [None] * game.num_players
    tables[whose] = own
    if source.get("response") is not None and game.num_players == 2:
        response, other = source["response"], 1 - whose
        tables[other], more = read_response(response, game, other, played.tolerance)
        notes += more
    told = [source[key] for key in _SHOWN if key in source]
    shown = None
    if told:
        shown, more = played.table(told[0], whose, False)
        notes += more
    return TableProfile(
        tuple(tables),
        whose,
        shown,
        _word(source, ("follower", "follower_class"), (STATIONARY, OPTIMAL)),
        _word(source, ("policy",), (DETERMINISTIC, STOCHASTIC)),
        notes,
    )


def _from_list(source: Any, played: _Played, leader: int | None) -> TableProfile:
    """A list of tables, one a player, or a single table, which is the leader's."""
    if len(source) == 0 or any(map(is_table, source)):
        return _of_players(source, played, None)
    tables: list[Any] = [None] * played.game.num_players
    tables[leader or 0] = source
    return played.profile(tables)


def _of_players(tables: Any, played: _Played, timed: bool | None) -> TableProfile:
    """Tables of all players, by order or label."""
    game = played.game
    given: list[Any] = [None] * game.num_players
    if isinstance(tables, Mapping):
        for player, table in tables.items():
            given[_player(player, game)] = table
    elif is_list(tables):
        if len(tables) != game.num_players:
            raise InputError(
                f"the profile has {len(tables)} tables for {game.num_players} players; give one "
                "a player"
            )
        given = list(tables)
    else:
        raise InputError(f"the strategies are no list of tables; write {SHAPE}")
    return played.profile(given, timed)


def _player(player: Any, game: MarkovGame) -> int:
    """The place of a player given by label or index."""
    if str(player) in game.players:
        return game.players.index(str(player))
    whole = isinstance(player, int | np.integer) and not isinstance(player, bool)
    if whole and 0 <= player < game.num_players:
        return int(player)
    raise InputError(f"there is no player {quoted(player)}; they are {', '.join(game.players)}")


def _word(source: Mapping[str, Any], keys: Sequence[str], known: Sequence[str]) -> str | None:
    """The first of these keys' word, where it is one of those known."""
    return next((str(source[k]) for k in keys if source.get(k) in known), None)


def _require_states(labels: Any, game: MarkovGame) -> None:
    """Refuses tables of other states, and rows in another order than the game's."""
    if labels is None:
        return
    if not is_list(labels):
        raise InputError('"states" is no list of labels')
    given = [label_of(label) for label in labels]
    if given == list(game.states):
        return
    order = ", ".join(game.states[:12]) + (", ..." if game.num_states > 12 else "")
    if sorted(given) == sorted(game.states):
        raise InputError(
            f'"states" lists the states of {game.name} in another order; write the rows in the '
            f"order {order}, or each under its label"
        )
    first = next((label for label in given if label not in game.states), "")
    what = f"a state {quoted(first)}" if first else f"{len(given)} states"
    raise InputError(
        f'"states" lists {what}, so these are tables of another game than {game.name}, whose '
        f"states are {order}"
    )


def _require_index(index: int, count: int) -> None:
    if not -count <= index < count:
        raise InputError(f"there is no solution {index}: {count} given, counted from 0")
