"""Games written in one line: rows end at `;`, cells are separated by spaces."""

from __future__ import annotations

import re
from fractions import Fraction

from gtlearn.errors import InputError
from gtlearn.games.labels import default_players, numbered_labels
from gtlearn.games.matrices import bimatrix_game, single_matrix_game
from gtlearn.games.normal_form import NormalFormGame
from gtlearn.games.numbers import parse_entry

LITERAL = "literal"  # what a game is called whose text gives no name

_CELL = re.compile(r"[^\s,]+(?:\s*,\s*[^\s,]+)*|,")
_NUMBER = re.compile(r"[^\s,]+")


def parse_literal(
    text: str, *, symmetric: bool = False, zero_sum: bool = False, name: str = LITERAL
) -> NormalFormGame:
    """The game that a literal spells: `"3,3 0,5; 5,0 1,1"`, or one number a cell with a flag.

    Args:
        text: rows separated by `;` (or line ends), cells by spaces; a cell is one number
            (with `symmetric` or `zero_sum`) or two, `row payoff,column payoff`. Numbers are
            integers, decimals (read exactly) or ratios p/q.
        symmetric: the column player's payoffs are the transpose of the numbers given.
        zero_sum: the column player's payoffs are the negative of the numbers given.
        name: what the game is called.

    Raises:
        InputError: naming the column (and the line, if there are several) where it breaks.

    >>> parse_literal("3,3 0,5; 5,0 1,1").payoff(1, (0, 1))
    Fraction(5, 1)
    """
    rows = _rows(text)
    width = len(rows[0][1])
    for position, cells in rows:
        if len(cells) != width:
            raise InputError(
                f"the row at {position} has {len(cells)} cells, the first row {width}; "
                "make all rows equally long"
            )
    sizes = {len(cell) for _, cells in rows for cell in cells}
    matrix = [cells for _, cells in rows]
    if sizes == {1}:
        values = [[cell[0] for cell in cells] for cells in matrix]
        return single_matrix_game(values, symmetric=symmetric, zero_sum=zero_sum, name=name)
    if sizes == {2}:
        row, column = ([[cell[k] for cell in cells] for cells in matrix] for k in (0, 1))
        return bimatrix_game(row, column, symmetric=symmetric, zero_sum=zero_sum, name=name)
    raise InputError(
        "the cells of the matrix hold "
        f"{' and '.join(map(str, sorted(sizes)))} numbers; write one number or two (like 3,5) "
        "in every cell, cells separated by spaces and rows by ';'"
    )


def literal_text(game: NormalFormGame) -> str:
    """The literal that `parse_literal` reads as this game, "" where it would lose labels.

    >>> literal_text(parse_literal("3 0; 5 1", symmetric=True))
    '3,3 0,5; 5,0 1,1'
    """
    numbered = tuple(tuple(numbered_labels(size)) for size in game.shape)
    if game.players != tuple(default_players(2)) or game.actions != numbered:
        return ""
    row, column = (array.texts().tolist() for array in game.payoffs)
    lines = (zip(*pair, strict=True) for pair in zip(row, column, strict=True))
    return "; ".join(" ".join(f"{a},{b}" for a, b in line) for line in lines)


def _rows(text: str) -> list[tuple[str, list[list[int | Fraction]]]]:
    """The rows that are not blank: where each starts, and its cells."""
    rows = []
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        start = 0
        for part in line.split(";"):
            if part.strip():
                where = f"line {number}, " if len(lines) > 1 else ""
                column = start + len(part) - len(part.lstrip()) + 1
                rows.append((f"{where}column {column}", _cells(part, start, where)))
            start += len(part) + 1
    if not rows:
        raise InputError('the matrix is empty; write rows like "3,3 0,5; 5,0 1,1"')
    return rows


def _cells(part: str, start: int, where: str) -> list[list[int | Fraction]]:
    cells = []
    for cell in _CELL.finditer(part):
        numbers = []
        if cell.group() == ",":
            raise InputError(
                f"{where}column {start + cell.start() + 1}: a comma without a number on both "
                "sides; write the two payoffs of a cell as 3,5"
            )
        for token in _NUMBER.finditer(cell.group()):
            try:
                numbers.append(parse_entry(token.group()))
            except InputError as error:
                column = start + cell.start() + token.start() + 1
                raise InputError(f"{where}column {column}: {error}") from None
        cells.append(numbers)
    return cells
