r"""Games as CSV: tables of payoffs (see `gtlearn.games.formats.payoff_table`) as text.

    Row,Column,payoff Row,payoff Column
    C,C,3,3
    C,D,0,5
    ...

    Row\Column,C,D
    C,3 3,0 5
    D,5 0,1 1

Cells are separated by commas, tabs, or semicolons, which is how spreadsheets write CSV where the
comma is the decimal sign; a first line `sep=;` says so. The comma of a pair in brackets, `(3,5)`,
separates no cells. Blank lines are skipped.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError, about
from gtlearn.games.formats import payoff_table
from gtlearn.games.formats.payoff_table import Line
from gtlearn.games.kinds.normal_form import NormalFormGame

_COMMA = {
    ",": payoff_table.PAYOFFS,
    ";": payoff_table.DECIMALS,
    "\t": payoff_table.UNKNOWN,
}  # in a cell, by what separates cells
_QUOTED = re.compile(r'"(?:[^"]|"")*+"')
_NUMBER = r"[ ]*[-+./\deE]+[ ]*"
_PAIR = re.compile(rf"{_QUOTED.pattern}|\(({_NUMBER}),({_NUMBER})\)", flags=re.ASCII)
_SEPARATOR = re.compile(r"sep=([,;\t])[ \t]*(?:\r?\n|\Z)", flags=re.IGNORECASE)


def parse_csv(text: str, *, what: str = "the CSV text", **how: Any) -> NormalFormGame:
    """The game of a CSV text.

    Args:
        text: the content of the file.
        what: what the text is called in error messages.
        **how: name, source, symmetric and zero_sum, as of `game_of_table`.

    Raises:
        InputError: naming the line and the column of the table where it breaks; if it could be
            meant in two ways.

    >>> parse_csv("3 3,0 5\\n5 0,1 1").payoff(1, (0, 1))
    Fraction(5, 1)
    """
    with about(what):
        lines, comma = _table(text.removeprefix("\ufeff"))
        return payoff_table.game_of_table(lines, comma=comma, **how)


def is_csv(text: str) -> bool:
    """Whether `parse_csv` can read every cell; flags may still be missing."""
    try:
        return payoff_table.is_readable(*_table(text.removeprefix("\ufeff")))
    except InputError:
        return False


def _table(text: str) -> tuple[list[Line], str]:
    """The lines, and what a comma in a cell is between.

    Raises:
        InputError: if they are no CSV, or cells could be separated by commas or by semicolons.
    """
    text = _PAIR.sub(lambda pair: f"({pair[1]} {pair[2]})" if pair[1] else pair[0], text)
    said = _SEPARATOR.match(text)
    if said:
        return _lines(text[said.end() :], said[1], first=2), _COMMA[said[1]]
    bare = _QUOTED.sub("", text)
    if "\t" in bare:
        return _lines(text, "\t"), payoff_table.UNKNOWN
    if not ("," in bare and ";" in bare):
        separator = ";" if ";" in bare else ","
        return _lines(text, separator), _COMMA[separator]
    readable = [mark for mark in ",;" if payoff_table.is_readable(_lines(text, mark), _COMMA[mark])]
    if len(readable) == 2:
        raise InputError(
            "its cells could be separated by commas, with two payoffs in each, or by semicolons, "
            "with decimal commas; separate the payoffs of a cell by a space, or say sep=, or "
            "sep=; in the first line"
        )
    mark = readable[0] if readable else ","
    lines = _lines(text, mark)
    if mark == ";" and len(lines) == 1:
        raise InputError(
            "its one line of commas and semicolons could be a literal, whose rows end with "
            "semicolons; write a line for each row, or say sep=; in the first line"
        )
    return lines, _COMMA[mark]


def _lines(text: str, separator: str, first: int = 1) -> list[Line]:
    """The lines that are not blank, with their numbers, of which the first one is `first`."""
    stream = io.StringIO(text, newline="")
    reader = csv.reader(stream, delimiter=separator, skipinitialspace=True, strict=True)
    lines: list[Line] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append((reader.line_num + first - 1, cells))
    except csv.Error as error:
        raise InputError(f"line {max(reader.line_num, 1) + first - 1}: {error}") from None
    return lines


def dump_csv(game: NormalFormGame) -> str:
    """The game as CSV, exact, with its labels: a labelled matrix, or long where that is needed.

    The long form is written for more than two players, and where a label could be misread.

    Raises:
        InputError: if a player's label could be taken for a payoff column.
    """
    texts = [tensor.texts() for tensor in game.payoffs]
    lines: list[list[str]]
    if game.num_players == 2 and _fits_matrix(game, texts):
        lines = [["\\".join(game.players), *game.actions[1]]]
        for i, label in enumerate(game.actions[0]):
            pairs = zip(texts[0][i].tolist(), texts[1][i].tolist(), strict=True)
            lines.append([label, *(f"{a} {b}" for a, b in pairs)])
    else:
        lines = [[*game.players, *(f"payoff {player}" for player in game.players)]]
        if not payoff_table.is_long(lines[0]):
            raise InputError(
                "a player whose label starts with 'payoff' cannot be written as csv; rename it, "
                "or use json"
            )
        for profile in np.ndindex(*game.shape):
            chosen = [game.actions[k][a] for k, a in enumerate(profile)]
            lines.append([*chosen, *(str(text[profile]) for text in texts)])
    return "".join(",".join(map(_cell, line)) + "\n" for line in lines)


def _fits_matrix(game: NormalFormGame, texts: Sequence[NDArray[Any]]) -> bool:
    """Whether a labelled matrix with these payoffs is read as what it is."""
    corner = "\\".join(game.players)
    header = [corner, *game.actions[1]]
    cells = (f"{a} {b}" for a, b in zip(*(text.flat for text in texts), strict=True))
    return (
        corner.count("\\") == 1
        and all(map(str.strip, game.players))
        and not payoff_table.is_long(header)
        and not payoff_table.is_ambiguous(cells)
    )


def _cell(text: str) -> str:
    """A cell, quoted where it must be."""
    if re.search(r'[,;"\t\r\n]', text) or text != text.strip() or not text:
        return '"' + text.replace('"', '""') + '"'
    return text
