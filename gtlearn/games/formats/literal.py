"""Games written in one line: rows end at `;`, cells are separated by spaces.

The two payoffs of a cell are written `3,5`, or in brackets, `(3,5)`; in a text whose cells are
separated by commas also `3 5`: "3 3, 0 5; 5 0, 1 1".
"""

from __future__ import annotations

import re
from fractions import Fraction

from gtlearn.errors import InputError, quoted
from gtlearn.games.formats.matrices import game_of_cells
from gtlearn.games.kinds.normal_form import LITERAL, NormalFormGame
from gtlearn.games.numbers import parse_entry

_BRACKETS = r"\([^()]*\)"
_CELL = re.compile(rf"{_BRACKETS}|[^\s,()]+(?:\s*,\s*[^\s,()]+)*|[,()]")
_PIECE = re.compile(rf"{_BRACKETS}|[^,()]+|[,()]")
_PAIR = re.compile(rf"\s*(?:{_BRACKETS}|[^\s,()]+\s+[^\s,()]+)\s*")
_NUMBER = re.compile(r"[^\s,()]+")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},0\d\d", flags=re.ASCII)


def parse_literal(
    text: str, *, symmetric: bool = False, zero_sum: bool = False, name: str = LITERAL
) -> NormalFormGame:
    """The game that a literal spells: `"3,3 0,5; 5,0 1,1"`, or one number a cell with a flag.

    Args:
        text: rows separated by `;` (or line ends), cells by spaces; a cell is one number
            (with `symmetric` or `zero_sum`) or two, `row payoff,column payoff`, in brackets if
            you like. Cells that are separated by commas hold two numbers with a space between
            them. Numbers are integers, decimals (read exactly) or ratios p/q.
        symmetric: the column player's payoffs are the transpose of the numbers given.
        zero_sum: the column player's payoffs are the negative of the numbers given.
        name: what the game is called.

    Raises:
        InputError: naming the column (and the line, if there are several) where it breaks.

    >>> parse_literal("3,3 0,5; 5,0 1,1").payoff(1, (0, 1))
    Fraction(5, 1)
    """
    return game_of_cells(_matrix(text), symmetric=symmetric, zero_sum=zero_sum, name=name)


def is_literal(text: str) -> bool:
    """Whether `parse_literal` can read every cell; flags may still be missing."""
    try:
        _matrix(text)
    except InputError:
        return False
    return True


def _matrix(text: str) -> list[list[list[int | Fraction]]]:
    """The cells of each row, all of one number or all of two."""
    rows = _rows(text)
    width = len(rows[0][1])
    for position, cells in rows:
        if len(cells) != width:
            raise InputError(
                f"the row at {position} has {len(cells)} cells, the first row {width}; "
                "make all rows equally long"
            )
    sizes = {len(cell) for _, cells in rows for cell in cells}
    if sizes not in ({1}, {2}):
        raise InputError(
            "the cells of the matrix hold "
            f"{' and '.join(map(str, sorted(sizes)))} numbers; write one number or two (like 3,5) "
            "in every cell, cells separated by spaces and rows by ';'"
        )
    return [cells for _, cells in rows]


def _rows(text: str) -> list[tuple[str, list[list[int | Fraction]]]]:
    """The rows that are not blank: where each starts, and its cells."""
    parts = []
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        start = 0
        for part in line.split(";"):
            if part.strip():
                where = f"line {number}, " if len(lines) > 1 else ""
                parts.append((part, start, where))
            start += len(part) + 1
    if not parts:
        raise InputError('the matrix is empty; write rows like "3,3 0,5; 5,0 1,1"')
    pairs = all(_has_comma_between_pairs(part) for part, _, _ in parts)
    split = _at_commas if pairs else _at_spaces
    rows = []
    for part, start, where in parts:
        column = start + len(part) - len(part.lstrip()) + 1
        cells = [_numbers(cell, start + place, where) for cell, place in split(part, start, where)]
        rows.append((f"{where}column {column}", cells))
    return rows


def _has_comma_between_pairs(part: str) -> bool:
    """Whether commas separate cells of two numbers each: "3 3, 0 5"."""
    head = part.partition(",")[0].strip()
    if not (head.startswith("(") or len(head.split()) == 2):  # as in most texts
        return False
    pieces = [piece for piece in _PIECE.findall(part) if piece.strip()]
    cells = [piece for piece in pieces[::2] if _PAIR.fullmatch(piece)]
    return len(pieces) > 1 and set(pieces[1::2]) == {","} and 2 * len(cells) == len(pieces) + 1


def _at_commas(part: str, start: int, where: str) -> list[tuple[str, int]]:
    """The cells of a row whose commas separate them, and where each begins."""
    pieces = _PIECE.finditer(part)
    return [(p.group(), p.start()) for p in pieces if p.group().strip() not in ("", ",")]


def _at_spaces(part: str, start: int, where: str) -> list[tuple[str, int]]:
    """The cells of a row in which spaces or brackets separate them, and where each begins."""
    cells = [(cell.group(), cell.start()) for cell in _CELL.finditer(part)]
    for cell, place in cells:
        if cell in ",()":
            wrong = (
                "a comma without a number on both sides; write the two payoffs of a cell as 3,5"
                if cell == ","
                else "a bracket without its other; write the two payoffs of a cell as (3,5)"
            )
            raise InputError(f"{where}column {start + place + 1}: {wrong}")
        if ",0" in cell and _THOUSANDS.fullmatch(cell):
            raise InputError(
                f"{where}column {start + place + 1}: {quoted(cell)} looks like one number with a "
                "thousands separator; write it without, or two payoffs without a leading zero"
            )
    return cells


def _numbers(cell: str, start: int, where: str) -> list[int | Fraction]:
    """The numbers of a cell that begins after `start` characters of its line."""
    numbers = []
    for token in _NUMBER.finditer(cell):
        try:
            numbers.append(parse_entry(token.group()))
        except InputError as error:
            raise InputError(f"{where}column {start + token.start() + 1}: {error}") from None
    if cell.lstrip().startswith("(") and (len(numbers) < 2 or cell.count(",") >= len(numbers)):
        raise InputError(
            f"{where}column {start + 1}: {quoted(cell.strip())} is no pair of payoffs; write (3,5)"
        )
    return numbers
