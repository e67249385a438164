"""Tables: what a player does in each state, as exact probabilities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.errors import InputError
from gtlearn.games import MarkovGame
from gtlearn.games.numbers import Number, format_number
from gtlearn.solvers.profiles.probabilities import FEW, vector

ExactTable = tuple[tuple[Fraction, ...], ...]  # an exact table: one probability vector a state

_SIMPLE = 10**6  # the largest denominator of what was learned in floats


def exact_table(
    values: Any, game: MarkovGame, player: int, *, timed: bool | None = False
) -> ExactTable:
    """A player's table, read exactly: one probability vector a state.

    Args:
        values: states x actions, of numbers of any kind; a row of floats may miss a sum of one by
            1e-9 (of 32-bit floats, by 1e-6) and is then divided by its sum.
        game: the game that it is played in.
        player: whose table it is.
        timed: whether row `t * states + s` is what is played in state s at step t; None takes
            both kinds.

    Raises:
        InputError: if the shape does not fit, a row is no probability vector, or an action that
            is not legal has a positive probability; it names the state.

    >>> from gtlearn import games
    >>> game = games.iterated("prisoners_dilemma", horizon=10).markov
    >>> exact_table([[1, 0]] * 4 + [["1/3", "2/3"]], game, 0)[4]
    (Fraction(1, 3), Fraction(2, 3))
    """
    whose = f"the table of {game.players[player]!r}"
    rows = list(values) if getattr(values, "ndim", 0) > 1 else values  # the rows keep their dtype
    if isinstance(rows, str | bytes) or not isinstance(rows, Sequence):
        raise InputError(f"{whose} is no table; give one row of probabilities a state")
    wanted = {None: _sizes(game), False: _sizes(game)[:1], True: _sizes(game)[1:]}[timed]
    if len(rows) not in wanted:
        raise InputError(
            f"{whose} has {len(rows)} row(s); give one for each of the {game.num_states} states"
            + (f" at each of the {game.horizon} steps" if timed else "")
        )
    return tuple(_row(row, game, player, index, whose) for index, row in enumerate(rows))


def exact_tables(
    tables: Sequence[Any], game: MarkovGame, free: int | None = None
) -> list[ExactTable]:
    """One exact table a player, timed or not; that of the player `free` is left empty.

    Raises:
        InputError: as `exact_table`, or if there is not one table a player.
    """
    if len(tables) != game.num_players:
        raise InputError(
            f"{len(tables)} table(s) given for the {game.num_players} players of {game.name}; "
            "give one a player"
        )
    return [
        () if player == free else exact_table(table, game, player, timed=None)
        for player, table in enumerate(tables)
    ]


def pure_table(game: MarkovGame, player: int, actions: Sequence[int]) -> ExactTable:
    """The table that plays one action a row: a row a state, or `t * states + s` for step t.

    Raises:
        InputError: if an action does not exist, or there are too few or too many.
    """
    size = game.shape[player]
    if len(actions) not in _sizes(game):
        raise InputError(
            f"{len(actions)} action(s) given for {game.players[player]!r}; give one for each of "
            f"the {game.num_states} states"
        )
    for action in actions:
        if not 0 <= action < size:
            raise InputError(f"{game.players[player]!r} has no action {action}; count from 0")
    return tuple(tuple(Fraction(int(a == action)) for a in range(size)) for action in actions)


def deterministic_tables(game: MarkovGame, player: int) -> Iterator[tuple[int, ...]]:
    """Every deterministic table, as one legal action a state; the last state's changes fastest.

    >>> from gtlearn import games
    >>> game = games.iterated("prisoners_dilemma", horizon=10).markov
    >>> list(deterministic_tables(game, 0))[:3]
    [(0, 0, 0, 0, 0), (0, 0, 0, 0, 1), (0, 0, 0, 1, 0)]
    """
    return product(*(np.flatnonzero(row).tolist() for row in game.legal[player]))


def all_tables(
    legal: NDArray[np.bool_], numbers: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """The same as an array (tables, states), of the player who may play what is `legal`.

    Args:
        legal: shape (states, actions).
        numbers: which of them, counted from 0; all by default.

    >>> from gtlearn import games
    >>> game = games.iterated("prisoners_dilemma", horizon=10).markov
    >>> all_tables(game.legal[0])[:3].tolist()
    [[0, 0, 0, 0, 0], [0, 0, 0, 0, 1], [0, 0, 0, 1, 0]]
    """
    options = [np.flatnonzero(row) for row in legal]
    rest = np.arange(prod(map(len, options))) if numbers is None else numbers
    columns = []
    for actions in reversed(options):
        rest, digit = np.divmod(rest, len(actions))
        columns.append(actions[digit])
    return np.stack(columns[::-1], axis=1)


def _sizes(game: MarkovGame) -> list[int]:
    """How many rows a table has: without the time, and with it."""
    if game.horizon is None:
        return [game.num_states]
    return [game.num_states, game.num_states * game.horizon]


def _row(row: Any, game: MarkovGame, player: int, index: int, whose: str) -> tuple[Fraction, ...]:
    if index % FEW == FEW - 1:
        limits.check()
    step, state = divmod(index, game.num_states)
    where = f"{whose} in state {game.states[state]!r}" + (f" at step {step}" if step else "")
    probabilities, _ = vector(row, where)
    if len(probabilities) != game.shape[player]:
        raise InputError(
            f"{where} has {len(probabilities)} probabilities; give one for each of the "
            f"{game.shape[player]} actions"
        )
    for action, p in enumerate(probabilities):
        if p and not game.legal[player][state, action]:
            raise InputError(
                f"{where} plays {game.actions[player][action]!r}, which is not legal there"
            )
    return probabilities


def exact_rows(table: NDArray[np.float64], limit: int) -> ExactTable:
    """The table with every row rounded to probabilities of denominators up to `limit`."""
    rows = []
    for row in table.tolist():
        near = [Fraction(p).limit_denominator(limit) for p in row]
        largest = max(range(len(near)), key=lambda a: near[a])
        near[largest] = 1 - (sum(near, Fraction(0)) - near[largest])
        if near[largest] < 0:  # as many halves rounded up
            near = [Fraction(int(a == largest)) for a in range(len(near))]
        rows.append(tuple(near))
    return tuple(rows)


def simple_rows(table: NDArray[np.float64]) -> ExactTable:
    """A table that was learned in floats, as ratios that readers and solvers can handle."""
    return exact_rows(table, _SIMPLE)


def written(table: Iterable[Iterable[Number]]) -> list[list[str]]:
    """A table as it stands in JSON: a text "p/q" for each probability."""
    return [[format_number(p) for p in row] for row in table]
