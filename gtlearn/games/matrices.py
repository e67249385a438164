"""Games from one matrix (symmetric or zero-sum, as the user says) or from two."""

from __future__ import annotations

from typing import Any

from gtlearn.errors import InputError
from gtlearn.games.normal_form import NormalFormGame, normal_form
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
    if symmetric == zero_sum:
        raise InputError(
            "one payoff matrix can be meant as symmetric or as zero-sum; say which with exactly "
            "one of symmetric=True (--symmetric) and zero_sum=True (--zero-sum), or give two "
            'payoffs a cell, like "3,3 0,5; 5,0 1,1"'
        )
    row = exact_array(values, rationalise=rationalise, what="the payoffs")
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
    return with_note(game, values, rationalise)


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


def with_note(game: NormalFormGame, values: Any, rationalise: bool) -> NormalFormGame:
    """`game` with the note that `normal_form` writes when it sees the floats themselves."""
    from dataclasses import replace

    from gtlearn.games.normal_form import number_note

    return replace(game, number_note=number_note([values], list(game.payoffs), rationalise))
