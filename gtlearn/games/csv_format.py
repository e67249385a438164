r"""Games as CSV tables.

Three forms are read, told apart by the table itself:

- *Long*: the header names the players and then, as often, columns that start with `payoff`; every
  other line is one profile. Any number of players; each profile comes exactly once.

      Row,Column,payoff Row,payoff Column
      C,C,3,3
      C,D,0,5
      ...

- *Matrix with labels*: the top left cell is not a number. It may name the players as
  `Row\Column`; the rest of the first line labels the columns, the first cell of every other line
  labels its row, and each cell holds both payoffs, separated by a space, `;` or a quoted comma.

      Row\Column,C,D
      C,3 3,0 5
      D,5 0,1 1

- *Bare matrix*: payoff cells only.

A matrix whose cells hold one number each needs to be called symmetric or zero-sum. Numbers are
integers, decimals (read exactly) or ratios p/q. Blank lines are skipped.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games.matrices import bimatrix_game, refuse_flags, single_matrix_game
from gtlearn.games.normal_form import NormalFormGame, normal_form
from gtlearn.games.numbers import from_fractions, parse_entry, parse_number

_Line = tuple[int, list[str]]  # the line's number in the text, and its cells


def parse_csv(
    text: str,
    *,
    name: str = "game",
    source: str = "",
    what: str = "the CSV text",
    symmetric: bool = False,
    zero_sum: bool = False,
) -> NormalFormGame:
    """The game of a CSV text, in one of the forms that this module's docstring shows.

    Args:
        text: the content of the file.
        name: what the game is called.
        source: where it comes from.
        what: what the text is called in error messages.
        symmetric: single numbers are the row player's payoffs of a symmetric game.
        zero_sum: single numbers are the row player's payoffs of a zero-sum game.

    Raises:
        InputError: naming the line and the column of the table where it breaks.
    """
    try:
        lines = _lines(text)
        if not lines:
            raise InputError("the table is empty; write rows of payoffs")
        if _is_long(lines[0][1]):
            refuse_flags(symmetric, zero_sum, "the table has payoff columns for each player")
            return _long(lines, name, source)
        return _matrix(lines, name, source, symmetric, zero_sum)
    except InputError as error:
        raise InputError(f"{what}: {error}") from None


def _lines(text: str) -> list[_Line]:
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True, strict=True)
    lines = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append((reader.line_num, cells))
    except csv.Error as error:
        raise InputError(f"line {max(reader.line_num, 1)}: {error}") from None
    width = len(lines[0][1]) if lines else 0
    for number, cells in lines:
        if len(cells) != width:
            raise InputError(
                f"line {number} has {len(cells)} cells, the first line {width}; make all lines "
                "equally long"
            )
    return lines


def _is_long(header: Sequence[str]) -> bool:
    half = len(header) // 2
    payoffs = [cell.strip().lower().startswith("payoff") for cell in header]
    return half >= 2 and 2 * half == len(header) and payoffs == [False] * half + [True] * half


def _long(lines: list[_Line], name: str, source: str) -> NormalFormGame:
    players = lines[0][1][: len(lines[0][1]) // 2]
    n = len(players)
    labels: list[dict[str, int]] = [{} for _ in players]
    seen: dict[tuple[int, ...], int] = {}
    values = []
    for number, cells in lines[1:]:
        profile = tuple(
            known.setdefault(cell, len(known)) for known, cell in zip(labels, cells, strict=False)
        )
        if profile in seen:
            raise InputError(
                f"line {number} repeats the profile of line {seen[profile]}; keep one of them"
            )
        seen[profile] = number
        values.append([_number(cell, number, n + k + 1) for k, cell in enumerate(cells[n:])])
    shape = tuple(len(known) for known in labels)
    if len(values) != math.prod(shape) or not values:
        sizes = " x ".join(map(str, shape))
        raise InputError(f"{sizes} profiles are needed, but {len(values)} are listed")
    order = np.lexsort(np.array(list(seen)).T[::-1])
    payoffs = [from_fractions([values[i][k] for i in order], shape) for k in range(n)]
    actions = [list(known) for known in labels]
    return normal_form(*payoffs, name=name, players=players, actions=actions, source=source)


def _matrix(
    lines: list[_Line], name: str, source: str, symmetric: bool, zero_sum: bool
) -> NormalFormGame:
    labels: dict[str, Any] = {"name": name, "source": source}
    first = 0
    if not _is_number(lines[0][1][0]):
        first = 1
        labels["actions"] = ([cells[0] for _, cells in lines[1:]], lines[0][1][1:])
        corner = lines[0][1][0].split("\\")
        if len(corner) == 2 and all(corner):
            labels["players"] = corner
        if len(lines) == 1 or len(lines[0][1]) == 1:
            raise InputError(
                f"the top left cell {lines[0][1][0][:40]!r} makes the first line and column "
                "labels, but there are no payoffs beside them"
            )
    cells = [
        [_payoffs(cell, number, column) for column, cell in enumerate(row[first:], first + 1)]
        for number, row in lines[first:]
    ]
    sizes = {len(cell) for row in cells for cell in row}
    if sizes == {1}:
        values = [[cell[0] for cell in row] for row in cells]
        return single_matrix_game(values, symmetric=symmetric, zero_sum=zero_sum, **labels)
    if sizes == {2}:
        row, column = ([[cell[k] for cell in line] for line in cells] for k in (0, 1))
        return bimatrix_game(row, column, symmetric=symmetric, zero_sum=zero_sum, **labels)
    raise InputError("some cells hold one number and some two; write two payoffs in every cell")


def _is_number(cell: str) -> bool:
    try:
        parse_number(re.split(r"[\s;,]+", cell.strip())[0])
    except InputError:
        return False
    return True


def _payoffs(cell: str, line: int, column: int) -> list[int | Fraction]:
    parts = cell.replace(";", " ").replace(",", " ").split() or [""]
    if len(parts) > 2:
        raise InputError(
            f"line {line}, column {column}: {cell[:40]!r} holds {len(parts)} numbers; write the "
            "two payoffs as '3 5', or use one line a profile for more players"
        )
    return [_number(part, line, column) for part in parts]


def _number(text: str, line: int, column: int) -> int | Fraction:
    try:
        return parse_entry(text)
    except InputError as error:
        raise InputError(f"line {line}, column {column}: {error}") from None


def dump_csv(game: NormalFormGame) -> str:
    """The game as CSV, exact, with its labels: a labelled matrix, or long where that is needed.

    The long form is written for more than two players, and where a label could be misread.

    Raises:
        InputError: if a player's label could be taken for a payoff column.
    """
    texts = [tensor.texts() for tensor in game.payoffs]
    lines: list[list[str]]
    if game.num_players == 2 and _fits_matrix(game):
        lines = [["\\".join(game.players), *game.actions[1]]]
        for i, label in enumerate(game.actions[0]):
            pairs = zip(texts[0][i].tolist(), texts[1][i].tolist(), strict=True)
            lines.append([label, *(f"{a} {b}" for a, b in pairs)])
    else:
        lines = [[*game.players, *(f"payoff {player}" for player in game.players)]]
        if not _is_long(lines[0]):
            raise InputError(
                "a player whose label starts with 'payoff' cannot be written as csv; rename it, "
                "or use json"
            )
        for profile in np.ndindex(*game.shape):
            chosen = [game.actions[k][a] for k, a in enumerate(profile)]
            lines.append([*chosen, *(str(text[profile]) for text in texts)])
    return "".join(",".join(map(_cell, line)) + "\n" for line in lines)


def _fits_matrix(game: NormalFormGame) -> bool:
    corner = "\\".join(game.players)
    header = [corner, *game.actions[1]]
    return (
        corner.count("\\") == 1
        and all(game.players)
        and not _is_number(corner)
        and not _is_long(header)
    )


def _cell(text: str) -> str:
    """A cell, quoted where it must be."""
    if re.search(r'[,"\r\n]', text) or text != text.strip() or not text:
        return '"' + text.replace('"', '""') + '"'
    return text
