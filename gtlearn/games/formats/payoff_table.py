r"""Games as tables of cells: what CSV and spreadsheets have in common.

Three forms are read, told apart by the table itself:

- *Long*: the header names the players and then, as often, columns that start with `payoff`; every
  other line is one profile. Any number of players; each profile comes exactly once. Payoff columns
  that name players name them in their order.
- *Matrix with labels*: the top left cell names the players as `Row\Column`, or is no payoff,
  empty for instance, while some of the cells around it are none either. (Where all of them are, it
  may be a lost payoff.) The rest of the first line labels the columns, the first cell of every
  other line labels its row.
- *Bare matrix*: payoff cells only.

A cell holds one number, or the payoffs of both players: `3 5`, `3;5`, `(3, 5)`, or `3,5`. A matrix
whose cells hold one number each needs to be called symmetric or zero-sum. Numbers are integers,
decimals (read exactly) or ratios p/q. What could be meant in two ways is refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, TypeVar

import numpy as np

from gtlearn.errors import InputError, quoted
from gtlearn.games.formats.matrices import game_of_cells, refuse_flags
from gtlearn.games.kinds.normal_form import NormalFormGame, normal_form
from gtlearn.games.numbers import objects, parse_entry

T = TypeVar("T")

Line = tuple[int, Sequence[str]]  # the line's number in the source, and its cells

PAYOFFS, DECIMALS, UNKNOWN = "payoffs", "decimals", "unknown"  # what a comma in a cell is between

COULD_BE_ONE = (
    "cells such as '1,500' or '1 500' may be one number with a thousands separator, or two "
    "payoffs; write one number without it, or two payoffs in brackets, (1, 500)"
)

_PAYOFF = "payoff"  # how the header of a column of payoffs starts
_LONG = "where each line is a profile and its payoffs, head their columns payoff Row, payoff Column"
_ERRORS = re.compile(r"#(?:N/A|REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|[A-Z_]+[!?])", re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}[\s,;][0-9]{3}(?:\.[0-9]*)?")
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3}|,\d{3})+", flags=re.ASCII)
_COMMA_PAIR = re.compile(r"[+-]?\d+,\d+", flags=re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?", flags=re.ASCII)


_Cells = list[list[list[int | Fraction]]]  # of a matrix, one or two numbers in each


def game_of_table(
    lines: Sequence[Line],
    *,
    comma: str = PAYOFFS,
    name: str = "game",
    source: str = "",
    symmetric: bool = False,
    zero_sum: bool = False,
) -> NormalFormGame:
    """The game of a table, in one of the forms that this module's docstring shows.

    Args:
        lines: the lines that are not blank, with their numbers.
        comma: what a comma inside a cell separates: PAYOFFS, DECIMALS, or UNKNOWN, when a cell
            that has one is refused.
        name: what the game is called.
        source: where it comes from.
        symmetric: single numbers are the row player's payoffs of a symmetric game.
        zero_sum: single numbers are the row player's payoffs of a zero-sum game.

    Raises:
        InputError: naming the line and the column of the table where it breaks.
    """
    _require_rectangle(lines)
    if is_long(lines[0][1]):
        refuse_flags(symmetric, zero_sum, "the table has payoff columns for each player")
        require_order(lines[0][1])
        return _long(lines, comma, name, source)
    try:
        cells, labels, note = _read_matrix(lines, comma)
    except InputError as error:
        if not _may_be_long(lines, comma):
            raise
        raise InputError(f"{error}; {_LONG}") from None
    flags = {"symmetric": symmetric, "zero_sum": zero_sum}
    game = game_of_cells(cells, name=name, source=source, **flags, **labels)
    return replace(game, number_note=note) if note else game


def is_readable(lines: Sequence[Line], comma: str) -> bool:
    """Whether `game_of_table` can read every cell."""
    try:
        _require_rectangle(lines)
        if is_long(lines[0][1]):
            _long(lines, comma, "", "")
        else:
            _read_matrix(lines, comma)
    except InputError:
        return False
    return True


def is_long(header: Sequence[str]) -> bool:
    """Whether a first line heads a table of one profile a line."""
    half = len(header) // 2
    payoffs = [cell.strip().lower().startswith(_PAYOFF) for cell in header]
    return half >= 2 and 2 * half == len(header) and payoffs == [False] * half + [True] * half


def _may_be_long(lines: Sequence[Line], comma: str) -> bool:
    """Whether all lines but the first are as many actions, not all of them numbers, as payoffs."""
    half = len(lines[0][1]) // 2
    if half < 2 or 2 * half != len(lines[0][1]) or len(lines) < 2:
        return False
    counts = [[payoff_count(cell, comma) for cell in cells] for _, cells in lines[1:]]
    payoffs = all(count == 1 for row in counts for count in row[half:])
    return payoffs and any(count == 0 for row in counts for count in row[:half])


def require_order(header: Sequence[str]) -> None:
    """Refuses a table of one profile a line whose payoff columns name the players in another order.

    Raises:
        InputError: if one names another player than the one in its place.
    """
    half = len(header) // 2
    players = [_folded(player) for player in header[:half]]
    for place, column in enumerate(header[half:]):
        named = _folded(column.strip()[len(_PAYOFF) :])
        if named in players and named != players[place]:
            raise InputError(
                f"the column {quoted(column.strip())} stands where the payoff of "
                f"{quoted(header[place])} belongs; order the payoff columns as the players"
            )


def _folded(label: str) -> str:
    return label.strip(" _:()").casefold()


def is_ambiguous(cells: Iterable[str]) -> bool:
    """Whether a pair of payoffs is, or all could be, one number with a thousands separator."""
    ambiguous = False
    for cell in map(str.strip, cells):
        if _THOUSANDS.fullmatch(cell):
            if re.search(r"[\s,;]0", cell):  # no payoff is written with a leading zero
                return True
            ambiguous = True
        elif not cell.startswith("(") and len(_parts(cell, PAYOFFS)) > 1:
            return False
    return ambiguous


def _parts(text: str, comma: str) -> list[str]:
    """The texts of a cell's numbers."""
    text = text.replace(";", " ")
    if comma == PAYOFFS:
        text = text.replace(",", " ")
    return text.split()


def payoffs_in(cell: str, comma: str = PAYOFFS) -> list[int | Fraction]:
    """The numbers of one cell: one, or one for each of two players.

    Raises:
        InputError: if it holds another number of numbers, or what is none.
    """
    if "(" in cell and cell.strip()[0] == "(" and cell.strip()[-1] == ")":
        parts = _parts(cell.strip()[1:-1], PAYOFFS)
        if len(parts) == 1:
            raise InputError(f"{quoted(cell)} has one number in brackets; write it without them")
    else:
        parts = _parts(cell, comma)
    if len(parts) > 2:
        raise InputError(
            f"{quoted(cell)} holds {len(parts)} numbers; write the two payoffs as '3 5', or use "
            "one line a profile for more players"
        )
    if comma == PAYOFFS:
        return [parse_entry(part) for part in parts or [""]]
    return [_number(part, comma) for part in parts or [""]]


def _each(
    read: Callable[[str, str], T], lines: Sequence[Line], column: int, comma: str
) -> list[list[T]]:
    """What is read of the cells of lines, from a column on (counted from 0)."""
    out: list[list[T]] = [[] for _ in lines]
    for row, (number, cells) in zip(out, lines, strict=True):
        for place, cell in enumerate(cells[column:], column + 1):
            try:
                row.append(read(cell, comma))
            except InputError as error:
                raise InputError(f"line {number}, column {place}: {error}") from None
    return out


def _number(text: str, comma: str) -> int | Fraction:
    text = text.strip()
    if "," in text and comma == DECIMALS and _DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    elif "," in text and comma == UNKNOWN:
        raise InputError(
            f"{quoted(text)} may be two payoffs or one number with a decimal comma; write 3 5 or "
            "3.5"
        )
    return parse_entry(text)


def _read_matrix(lines: Sequence[Line], comma: str) -> tuple[_Cells, dict[str, Any], str]:
    """The payoffs, the labels beside them, and how commas were read where that is to be said."""
    labels: dict[str, Any] = {}
    first = int(_has_labels(lines, comma))
    if first:
        corner = lines[0][1][0].split("\\")
        labels["actions"] = ([cells[0] for _, cells in lines[1:]], list(lines[0][1][1:]))
        if len(corner) == 2 and all(corner):
            labels["players"] = corner
        if len(lines) == 1 or len(lines[0][1]) == 1:
            raise InputError(
                f"the top left cell {quoted(lines[0][1][0])} makes the first line and column "
                "labels, but there are no payoffs beside them"
            )
    texts = [cell for _, row in lines[first:] for cell in row[first:]]
    cells = _each(payoffs_in, lines[first:], first, comma)
    sizes = {len(cell) for row in cells for cell in row}
    if is_ambiguous(texts):
        raise InputError(COULD_BE_ONE)
    if comma != PAYOFFS:
        _refuse_thousands(texts)
    if len(sizes) > 1:
        raise InputError("some cells hold one number and some two; write two payoffs in every cell")
    return cells, labels, _comma_note(texts) if comma == PAYOFFS else ""


def _has_labels(lines: Sequence[Line], comma: str) -> bool:
    """Whether the first line and column are labels.

    Raises:
        InputError: if the top left cell is a damaged payoff.
    """
    number, header = lines[0]
    corner = header[0].strip()
    if corner.count("\\") == 1 and all(corner.split("\\")):
        return True
    if corner and _starts_with_number(corner):
        return False
    error = _ERRORS.fullmatch(corner)
    if not (error or _surrounded_by_payoffs(lines, comma)):
        return True
    what = "is a spreadsheet's error" if error else "is not a number, as all around it are"
    raise InputError(
        f"line {number}, column 1: {quoted(corner)} {what}; write a payoff, or, where the first "
        "line and column are labels, the players as Row\\Column"
    )


def _surrounded_by_payoffs(lines: Sequence[Line], comma: str) -> bool:
    """Whether the rest of the first line and column reads as payoffs, like the cells inside."""
    around = [*lines[0][1][1:], *(cells[0] for _, cells in lines[1:])]
    inside = [cell for _, cells in lines[1:] for cell in cells[1:]]
    sizes, within = ({payoff_count(cell, comma) for cell in cells} for cells in (around, inside))
    return bool(around) and 0 not in sizes and sizes >= within


def payoff_count(cell: str, comma: str = PAYOFFS) -> int:
    """How many numbers a cell holds; 0 where it does not hold numbers."""
    try:
        return len(payoffs_in(cell, comma))
    except InputError:
        return 0


def _starts_with_number(cell: str) -> bool:
    start = _parts(cell.removeprefix("("), PAYOFFS)[:1]
    return bool(start) and payoff_count(start[0].removesuffix(")"), PAYOFFS) == 1


def _refuse_thousands(texts: Sequence[str]) -> None:
    """Refuses a European table in which every dot, or comma, may stand before thousands."""
    parts = [part.strip("()") for cell in texts for part in _parts(cell, UNKNOWN)]
    for mark in ".,":
        marked = [part for part in parts if mark in part]
        if marked and all(map(_GROUPED.fullmatch, marked)):
            raise InputError(
                f"numbers such as {quoted(marked[0])} may have a thousands separator or three "
                "decimals; write 1000 or 1.0"
            )


def _comma_note(texts: Sequence[str]) -> str:
    """What to say where every cell could also be one number with a decimal comma."""
    if all(_COMMA_PAIR.fullmatch(cell.strip()) for cell in texts):
        return f"each cell, such as {quoted(texts[0].strip())}, read as two payoffs"
    return ""


def _require_rectangle(lines: Sequence[Line]) -> None:
    if not lines:
        raise InputError("the table is empty; write rows of payoffs")
    width = len(lines[0][1])
    for number, cells in lines:
        if len(cells) != width:
            raise InputError(
                f"line {number} has {len(cells)} cells, the first line {width}; make all lines "
                "equally long"
            )


def _long(lines: Sequence[Line], comma: str, name: str, source: str) -> NormalFormGame:
    n = len(lines[0][1]) // 2
    payoffs = _each(_number, lines[1:], n, comma)
    profiles = [
        (f"line {number}", cells[:n], paid)
        for (number, cells), paid in zip(lines[1:], payoffs, strict=True)
    ]
    if comma != PAYOFFS:
        _refuse_thousands([cell for _, cells in lines[1:] for cell in cells[n:]])
    return game_of_profiles(lines[0][1][:n], profiles, name=name, source=source)


def game_of_profiles(
    players: Sequence[str],
    profiles: Sequence[tuple[str, Sequence[str], Sequence[Any]]],
    *,
    name: str = "game",
    source: str = "",
    rationalise: bool = False,
) -> NormalFormGame:
    """The game whose profiles are listed one by one, in any order, each once.

    Args:
        players: one label a player.
        profiles: where each is listed, for error messages; one action's label a player; and one
            payoff a player.
        name: what the game is called.
        source: where it comes from.
        rationalise: read a float as the shortest decimal that prints as it.

    Raises:
        InputError: if a profile is missing or comes twice, or a payoff is no number.
    """
    labels: list[dict[str, int]] = [{} for _ in players]
    seen: dict[tuple[int, ...], int] = {}
    for place, (where, actions, _) in enumerate(profiles):
        pairs = zip(labels, actions, strict=True)
        profile = tuple(known.setdefault(label, len(known)) for known, label in pairs)
        if profile in seen:
            raise InputError(
                f"{where} repeats the profile of {profiles[seen[profile]][0]}; keep one of them"
            )
        seen[profile] = place
    shape = tuple(len(known) for known in labels)
    if len(profiles) != math.prod(shape) or not profiles:
        sizes = " x ".join(map(str, shape))
        raise InputError(f"{sizes} profiles are needed, but {len(profiles)} are listed")
    order = np.lexsort(np.array(list(seen)).T[::-1])
    count = range(len(players))
    payoffs = [objects([profiles[i][2][k] for i in order], shape) for k in count]
    how: dict[str, Any] = {"name": name, "source": source, "rationalise": rationalise}
    return normal_form(*payoffs, players=players, actions=list(map(list, labels)), **how)
