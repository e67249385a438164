"""Games from one matrix (symmetric or zero-sum, as the user says), or from nested payoffs.

Which axis of nested payoffs counts the players may be the first or the last. `[[[3, 0], [5, 1]],
[[3, 5], [0, 1]]]` is one matrix a player, and `[[(3, 3), (0, 5)], [(5, 0), (1, 1)]]` one pair a
cell, as everyone writes a bimatrix. What is written decides:

- nested lists, and a list of arrays, hold one array a player;
- where the innermost level, and no other, is a tuple, each tuple holds one payoff a player;
- one array, and nests of tuples that could mean either, are read as what fits; where both do,
  `players_axis` must say which is meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gtlearn.errors import InputError, option, quoted
from gtlearn.games.arrays import is_array, plain_array
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


def game_of_cells(
    rows: Sequence[Sequence[Sequence[Any]]],
    *,
    symmetric: bool = False,
    zero_sum: bool = False,
    **labels: Any,
) -> NormalFormGame:
    """A two-player game from the cells of its matrix, all of one payoff, or all of two.

    Raises:
        InputError: as `single_matrix_game`; if a flag is given where all cells hold two payoffs.
    """
    one, *other = ([[cell[k] for cell in row] for row in rows] for k in range(len(rows[0][0])))
    if not other:
        return single_matrix_game(one, symmetric=symmetric, zero_sum=zero_sum, **labels)
    refuse_flags(symmetric, zero_sum, "both players' payoffs are given")
    return normal_form(one, *other, **labels)


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
            `gtlearn.games.formats.matrices`); or one matrix.
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


FIRST, LAST = "first", "last"
TOO_DEEP = "the payoffs are nested too deeply; give one axis a player"

_MAX_DEPTH = 40  # beyond any array; ends lists that hold themselves
_ARRAY, _LIST, _TUPLE = "array", "list", "tuple"


def is_nested(value: Any) -> bool:
    """Whether `value` is an array or a sequence, not a text or a scalar."""
    if is_array(value):
        return len(getattr(value, "shape", ())) > 0
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def nesting(values: Any) -> tuple[int, ...]:
    """The sizes of the axes of nested sequences and arrays, judged by their first entries.

    Raises:
        InputError: if there are more than any array has.
    """
    sizes: list[int] = []
    while is_nested(values):
        if len(sizes) > _MAX_DEPTH:
            raise InputError(TOO_DEEP)
        if is_array(values):
            sizes += map(int, values.shape)
            if str(getattr(values, "dtype", "")) != "object" or 0 in values.shape:
                break
            values = np.asarray(values).flat[0]
        else:
            sizes.append(len(values))
            if not sizes[-1]:
                break
            values = values[0]
    return tuple(sizes)


def one_array_a_player(
    arrays: Any, *, players_axis: str | None = None, rationalise: bool = False
) -> Sequence[Any]:
    """The payoffs as one array a player, from a nest of at least three levels.

    Args:
        arrays: nested sequences, a numpy array, or sequences of arrays.
        players_axis: "first" or "last", which then holds; None to judge by what is given.
        rationalise: read a float as the shortest decimal that prints as it.

    Raises:
        InputError: if both axes could count the players and nothing says which does, or the
            payoffs are no numbers.

    >>> pairs = [[(3, 3), (0, 5)], [(5, 0), (1, 1)]]
    >>> one_array_a_player(pairs)[1].fractions().tolist()[0]
    [Fraction(3, 1), Fraction(5, 1)]
    """
    if players_axis not in (None, FIRST, LAST):
        raise InputError(f'players_axis is {quoted(players_axis)}; give "first" or "last"')
    sizes = nesting(arrays)
    if (players_axis or _axis(arrays, sizes)) == FIRST:
        return list(arrays)
    if sizes[-1] != len(sizes) - 1:
        raise InputError(
            f"payoffs of shape {list(sizes)} with the players on the last axis: "
            f"{len(sizes) - 1} axes of actions need {len(sizes) - 1} payoffs an entry, not "
            f"{sizes[-1]}"
        )
    if isinstance(arrays, np.ndarray) and arrays.dtype == object:  # its entries may be tuples
        arrays = arrays.tolist()
    array = exact_array(arrays, rationalise=rationalise, what="the payoffs")
    return [ExactArray(array.numerators[..., k], array.denominator) for k in range(array.shape[-1])]


def _axis(arrays: Any, sizes: tuple[int, ...]) -> str:
    """The axis that counts the players."""
    if not is_array(arrays) and all(_is_one_array(value, len(sizes) - 1) for value in arrays):
        return FIRST
    kinds = _kinds(arrays, len(sizes))
    pairs = kinds[-1] == {_TUPLE}
    outer = [kind for level in kinds[:-1] for kind in level]
    players = len(sizes) - 1
    first, last = sizes[0] == players, sizes[-1] == players
    if first and last and not (pairs and len(set(outer)) == 1 and _TUPLE not in outer):
        raise InputError(_two_readings(sizes))
    return LAST if last else FIRST


def _is_one_array(value: Any, depth: int) -> bool:
    """Whether an entry of a list is an array, or lists that end in lists: one player's payoffs."""
    kinds = _kinds(value, depth)
    return kinds[-1:] == [{_LIST}] or all(level == {_ARRAY} for level in kinds)


def _kinds(values: Any, depth: int) -> list[set[str]]:
    """What each level is made of: arrays, lists or tuples."""
    kinds: list[set[str]] = []
    level = [values]
    while level and len(kinds) < depth:
        if all(map(is_array, level)):
            if not level[0].shape:  # a scalar, which holds itself
                break
            kinds += [{_ARRAY}] * len(level[0].shape)
            if len(kinds) < depth:  # arrays of objects
                level = [entry for array in level for entry in np.asarray(array).flat]
            continue
        kinds.append({_kind(value) for value in level})
        if len(kinds) < depth:
            level = [entry for value in level if is_nested(value) for entry in value]
    return kinds[:depth]


def _kind(value: Any) -> str:
    return _ARRAY if is_array(value) else _TUPLE if isinstance(value, tuple) else _LIST


def _two_readings(sizes: tuple[int, ...]) -> str:
    players = len(sizes) - 1
    first, last = (" x ".join(map(str, shape)) for shape in (sizes[1:], sizes[:-1]))
    return (
        f"payoffs of shape {list(sizes)} can be read in two ways: a {first} game whose first axis "
        f"counts its {players} players, or a {last} game whose last axis does; say which by "
        f"{option('players_axis', ['first', 'last'])}, or give a list of one array a player"
    )


def refuse_axis(players_axis: str | None, why: str) -> None:
    """Raises an InputError if `players_axis` is given where it has no meaning."""
    if players_axis is not None:
        name = option("players_axis")
        raise InputError(f"{name} is for arrays of payoffs, but {why}; leave it out")


def players_of_records(array: Any) -> tuple[list[Any], list[str] | None] | None:
    """The arrays and labels of the players of a numpy array of records, None where it is none.

    A record holds the payoffs of one profile, one field a player, so the array has as many axes as
    fields. Fields that numpy named itself (f0, f1, ...) give no labels.

    Raises:
        InputError: if the number of fields is another.
    """
    dtype = getattr(array, "dtype", None)
    names = getattr(dtype, "names", None)
    if not names or not isinstance(array, np.ndarray):
        return None
    if len(names) != array.ndim:
        raise InputError(
            f"an array of records with {len(names)} fields and {array.ndim} axes is no game; give "
            "one field a player and one axis a player"
        )
    numbered = list(names) == [f"f{k}" for k in range(len(names))]
    what = "the payoffs"
    return [plain_array(array[name], what) for name in names], None if numbered else list(names)
