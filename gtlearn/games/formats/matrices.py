"""Games from one matrix (symmetric or zero-sum, as the user says) or from two."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gtlearn.errors import InputError, option
from gtlearn.games.arrays import is_array, plain_array
from gtlearn.games.formats.axes import (
    TOO_DEEP,
    is_nested,
    nesting,
    one_array_a_player,
    players_of_records,
    refuse_axis,
)
from gtlearn.games.kinds.normal_form import NormalFormGame, normal_form, number_note
from gtlearn.games.numbers import ExactArray, exact_array


def single_matrix_game(
    values: Any,
    *,
    symmetric: bool,
    zero_sum: bool,
    name: str = "game",
    rationalise: bool = False,
    **labels: Any,
) -> NormalFormGame:
    """A two-player game from the row player's payoffs alone, of shape (rows, columns).

    Args:
        values: the row player's payoffs.
        symmetric: the column player's payoffs are the transpose (values must be square).
        zero_sum: the column player's payoffs are the negative.
        name: what the game is called.
        rationalise: read a float as the shortest decimal that prints as it.
        **labels: players, actions and source, as for `normal_form`.

    Raises:
        InputError: if not exactly one of the flags is given, or `values` does not fit it.
    """
    row = exact_array(values, rationalise=rationalise, what="the payoffs")
    if symmetric == zero_sum:
        raise InputError(
            "one payoff matrix can be meant as symmetric or as zero-sum; say which with exactly "
            f"one of {option('symmetric', True)} and {option('zero_sum', True)}, or give two "
            'payoffs a cell, like "3,3 0,5; 5,0 1,1"'
        )
    if len(row.shape) != 2:
        raise InputError(
            f"the payoffs have {len(row.shape)} dimension(s); a matrix of rows and columns is "
            "needed, or one array a player"
        )
    if symmetric and row.shape[0] != row.shape[1]:
        raise InputError(
            f"a symmetric game needs a square matrix, not {row.shape[0]}x{row.shape[1]}; "
            "give the other player's payoffs as well"
        )
    other = row.transpose() if symmetric else ExactArray(-row.numerators, row.denominator)
    game = normal_form(row, other, name=name, **labels)
    note = number_note([values], game.payoffs, rationalise)
    return replace(game, number_note=note)


def bimatrix_game(
    row: Any,
    column: Any,
    *,
    symmetric: bool = False,
    zero_sum: bool = False,
    name: str = "game",
    **labels: Any,
) -> NormalFormGame:
    """A two-player game from both players' payoffs, each of shape (rows, columns).

    Raises:
        InputError: if a flag is given that is for single matrices only, or the arrays do not fit.
    """
    refuse_flags(symmetric, zero_sum, "both players' payoffs are given")
    return normal_form(row, column, name=name, **labels)


def refuse_flags(symmetric: bool, zero_sum: bool, why: str) -> None:
    """Raises an InputError if a flag for single matrices is set where it has no meaning."""
    if symmetric or zero_sum:
        flag = "symmetric" if symmetric else "zero_sum"
        raise InputError(f"{option(flag)} is for a single payoff matrix, but {why}; leave it out")


def game_from_arrays(
    arrays: Any,
    *,
    symmetric: bool = False,
    zero_sum: bool = False,
    players_axis: str | None = None,
    name: str = "game",
    rationalise: bool = False,
    number_note: str = "",
    **labels: Any,
) -> NormalFormGame:
    """A game from payoffs for each player, or from a single matrix with a flag.

    Args:
        arrays: a sequence of arrays, one a player, each with one axis a player; or nested
            sequences or one array that hold one payoff a player at each profile (see
            `gtlearn.games.formats.axes`); or one matrix.
        symmetric: the matrix is the row player's payoffs of a symmetric game.
        zero_sum: the matrix is the row player's payoffs of a zero-sum game.
        players_axis: "first" or "last" where the first or last axis counts the players.
        name: what the game is called.
        rationalise: read a float as the shortest decimal that prints as it.
        number_note: how float payoffs were read before, if they were.
        **labels: players, actions and source, as for `normal_form`.

    Raises:
        InputError: if the arrays do not fit together, a flag is missing or has no meaning, or
            nothing says which axis counts the players.
    """
    if not is_nested(arrays):
        raise InputError("the payoffs must be nested lists or arrays, one a player")
    how: dict[str, Any] = {"name": name, "rationalise": rationalise, **labels}
    flags: dict[str, Any] = {"symmetric": symmetric, "zero_sum": zero_sum}
    try:
        records = players_of_records(arrays)
        if records is not None:
            refuse_flags(**flags, why="every player's payoffs are given")
            arrays, players = records
            game = normal_form(*arrays, **{"players": players, **how})
        else:
            game = _of_nest(arrays, how, flags, players_axis)
    except RecursionError:
        raise InputError(TOO_DEEP) from None
    return replace(game, number_note=number_note) if number_note else game


def _of_nest(
    arrays: Any, how: dict[str, Any], flags: dict[str, Any], players_axis: str | None
) -> NormalFormGame:
    if is_array(arrays):
        arrays = plain_array(arrays, "the payoffs")
    axes = len(nesting(arrays))
    if axes == 2:
        refuse_axis(players_axis, "one matrix is given")
        return single_matrix_game(arrays, **flags, **how)
    refuse_flags(**flags, why="every player's payoffs are given")
    if axes < 3:
        return normal_form(*arrays, **how)
    rationalise = how["rationalise"]
    payoffs = one_array_a_player(arrays, players_axis=players_axis, rationalise=rationalise)
    game = normal_form(*payoffs, **how)
    return replace(game, number_note=number_note([arrays], game.payoffs, rationalise))
