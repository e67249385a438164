r"""Games in pandas DataFrames, with the labels that they carry.

A frame is a matrix: its index labels the row player's actions, its columns the column player's,
and their names, where both have one, the players. A cell holds one number, a pair (a tuple or
list), or a text such as "3 5". Where the index or the columns are pandas' own numbering, nothing
is labelled. A frame whose columns name the players and then, as often, start with "payoff", holds
one profile a line. A list of frames holds one matrix a player, all with the same labels.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gtlearn.errors import InputError, quoted
from gtlearn.games.formats import payoff_table
from gtlearn.games.formats.matrices import game_of_cells, refuse_flags, single_matrix_game
from gtlearn.games.kinds.normal_form import NormalFormGame, normal_form
from gtlearn.games.labels import label_of, numbered_labels


def is_frames(value: Any) -> bool:
    """Whether `value` is a pandas DataFrame, or a list of them."""
    listed = isinstance(value, list | tuple) and len(value) > 0
    return _is_frame(value) or (listed and all(map(_is_frame, value)))


def _is_frame(value: Any) -> bool:
    return type(value).__module__.partition(".")[0] == "pandas" and hasattr(value, "columns")


def game_of_frames(
    frames: Any, *, symmetric: bool = False, zero_sum: bool = False, rationalise: bool = False
) -> NormalFormGame:
    """The game of a DataFrame, or of one DataFrame a player.

    Args:
        frames: what `is_frames` accepts.
        symmetric: single numbers are the row player's payoffs of a symmetric game.
        zero_sum: single numbers are the row player's payoffs of a zero-sum game.
        rationalise: read a float as the shortest decimal that prints as it.

    Raises:
        InputError: if an entry is no number or is missing, labels differ between frames, or there
            are several levels of labels.
    """
    if not _is_frame(frames):
        refuse_flags(symmetric, zero_sum, "one frame a player is given")
        labels = [_labels(frame) for frame in frames]
        for k, other in enumerate(labels):
            if other != labels[0]:
                raise InputError(
                    f"the labels of frame {k + 1} are not those of frame 1; give the payoffs of "
                    "all players with the same index and columns, in the same order"
                )
        return normal_form(*map(_values, frames), **labels[0], rationalise=rationalise)
    columns = [label for label in frames.columns if isinstance(label, str)]
    if len(columns) == frames.shape[1] and payoff_table.is_long(columns):
        refuse_flags(symmetric, zero_sum, "the frame has payoff columns for each player")
        payoff_table.require_order(columns)
        return _long(frames, columns, rationalise)
    _require_first_line(frames, columns)
    values = _values(frames)
    how = {**_labels(frames), "rationalise": rationalise}
    if values.dtype != object:
        return single_matrix_game(values, symmetric=symmetric, zero_sum=zero_sum, **how)
    cells = [[_entries(cell) for cell in row] for row in values.tolist()]
    sizes = {len(cell) for row in cells for cell in row}
    if sizes not in ({1}, {2}):
        raise InputError("a cell of the frame must hold one payoff, or two in every cell")
    if sizes == {2} and payoff_table.is_ambiguous(
        cell for cell in values.flat if isinstance(cell, str)
    ):
        raise InputError(payoff_table.COULD_BE_ONE)
    return game_of_cells(cells, symmetric=symmetric, zero_sum=zero_sum, **how)


def _require_first_line(frame: Any, columns: list[str]) -> None:
    """Refuses a frame whose columns pandas has labelled by a first line of payoffs.

    Raises:
        InputError: if the texts that label all columns are payoffs, and nothing labels the rows.
    """
    unlabelled = len(columns) == frame.shape[1] > 0 and _is_numbering(frame.index)
    if unlabelled and all(map(payoff_table.payoff_count, columns)):
        raise InputError(
            f"the columns' labels, such as {quoted(columns[0])}, may be a first line of payoffs; "
            "read the file by header=None, or label the rows, too"
        )


def _values(frame: Any) -> Any:
    """The entries as a numpy array, of numbers where all columns hold one kind of them."""
    kinds = set(frame.dtypes.tolist())
    if len(kinds) == 1 and isinstance(next(iter(kinds)), np.dtype):
        return frame.to_numpy()
    columns = [list(frame.iloc[:, j].to_numpy()) for j in range(frame.shape[1])]
    out = np.empty(frame.shape, dtype=object)  # each entry as it is, not as a common kind
    for j, column in enumerate(columns):
        for i, entry in enumerate(column):
            out[i, j] = entry
    return out


def _entries(cell: Any) -> list[Any]:
    """The payoffs in one cell."""
    if isinstance(cell, str):
        return list(payoff_table.payoffs_in(cell))
    return list(cell) if isinstance(cell, tuple | list) else [cell]


def _labels(frame: Any) -> dict[str, Any]:
    """The labels of actions and players, where the frame has some."""
    out: dict[str, Any] = {}
    axes = (frame.index, frame.columns)
    if any(axis.nlevels > 1 for axis in axes):
        raise InputError(
            "the frame has several levels of labels, which no matrix has; give one frame a player, "
            "or one with a line a profile and columns that start with 'payoff'"
        )
    if not all(map(_is_numbering, axes)):
        out["actions"] = [
            numbered_labels(len(axis))
            if _is_numbering(axis)
            else [label_of(label) for label in axis]
            for axis in axes
        ]
    if all(axis.name is not None for axis in axes):
        out["players"] = [label_of(axis.name) for axis in axes]
    return out


def _is_numbering(axis: Any) -> bool:
    """Whether an index is the one that pandas gives where nobody says otherwise."""
    return type(axis).__name__ == "RangeIndex" and axis.start == 0 and axis.step == 1


def _long(frame: Any, columns: list[str], rationalise: bool) -> NormalFormGame:
    half = len(columns) // 2
    rows = _values(frame).tolist()
    profiles = [
        (f"line {i}", [label_of(label) for label in row[:half]], row[half:])
        for i, row in enumerate(rows)
    ]
    return payoff_table.game_of_profiles(columns[:half], profiles, rationalise=rationalise)
