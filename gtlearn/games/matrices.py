"""Games from one matrix (symmetric or zero-sum, as the user says) or from two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games.normal_form import NormalFormGame, normal_form, number_note
from gtlearn.games.numbers import ExactArray, exact_array

_MAX_DEPTH = 40  # beyond any array; ends lists that hold themselves


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
            "one of symmetric=True (--symmetric) and zero_sum=True (--zero-sum), or give two "
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
        raise InputError(f"{flag} is for a single payoff matrix, but {why}; leave it out")


def game_from_arrays(
    arrays: Any,
    *,
    symmetric: bool = False,
    zero_sum: bool = False,
    name: str = "game",
    rationalise: bool = False,
    number_note: str = "",
    **labels: Any,
) -> NormalFormGame:
    """A game from one payoff array a player, or from a single matrix with a flag.

    Args:
        arrays: a sequence of arrays, one a player, each with one axis a player; or one matrix.
        symmetric: the matrix is the row player's payoffs of a symmetric game.
        zero_sum: the matrix is the row player's payoffs of a zero-sum game.
        name: what the game is called.
        rationalise: read a float as the shortest decimal that prints as it.
        number_note: how float payoffs were read before, if they were.
        **labels: players, actions and source, as for `normal_form`.

    Raises:
        InputError: if the arrays do not fit together, or a flag is missing or has no meaning.
    """
    if not is_nested(arrays):
        raise InputError("the payoffs must be nested lists or arrays, one a player")
    try:
        if nesting(arrays) == 2:
            game = single_matrix_game(
                arrays,
                symmetric=symmetric,
                zero_sum=zero_sum,
                name=name,
                rationalise=rationalise,
                **labels,
            )
        else:
            refuse_flags(symmetric, zero_sum, "one array a player is given")
            game = normal_form(*arrays, name=name, rationalise=rationalise, **labels)
    except RecursionError:
        raise InputError("the payoffs are nested too deeply; give one axis a player") from None
    return replace(game, number_note=number_note) if number_note else game


def is_nested(value: Any) -> bool:
    """Whether `value` is an array or a sequence, not a text or a scalar."""
    if hasattr(value, "__array__"):
        return len(getattr(value, "shape", ())) > 0
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def nesting(values: Any) -> int:
    """How many axes `values` has, judged by its first entries; a matrix has 2."""
    depth = 0
    while is_nested(values) and depth <= _MAX_DEPTH:
        if hasattr(values, "__array__"):
            return depth + len(values.shape)
        depth += 1
        if len(values) == 0:
            break
        values = values[0]
    return depth
