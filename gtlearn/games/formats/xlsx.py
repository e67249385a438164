"""Games in .xlsx workbooks: one sheet that holds a table of payoffs (see `payoff_table`).

Numbers are those that the file spells, as decimals; of formulas the values that the spreadsheet
stored. What a person who looks at the sheet does not see is not read: with hidden sheets, rows or
columns, several filled sheets, or a formula without a stored value, a workbook is refused.
"""

from __future__ import annotations

import io
import warnings
from typing import Any

from gtlearn.errors import InputError, about, first_line, quoted
from gtlearn.games.formats.npz import unpacked
from gtlearn.games.formats.payoff_table import Line, game_of_table
from gtlearn.games.kinds.normal_form import NormalFormGame

MAX_CELLS = 2_000_000  # of the rectangle around all filled cells


def is_workbook(data: bytes, what: str) -> bool:
    """Whether an archive is an .xlsx workbook."""
    return "xl/workbook.xml" in unpacked(data, what)


def parse_xlsx(data: bytes, *, what: str = "the workbook", **how: Any) -> NormalFormGame:
    """The game of an .xlsx file.

    Args:
        data: the content of the file.
        what: what the file is called in error messages.
        **how: name, source, symmetric and zero_sum, as of `game_of_table`.

    Raises:
        InputError: if openpyxl is missing; if it is no workbook, hides something, or its table is
            no game; it names line and column.
    """
    formulas, values = _books(data, what)
    with about(what):
        written = _only_sheet(formulas)
        lines, corner = _lines(written, values[written.title])
    with about(what if corner == "A1" else f"{what}, counted from cell {corner}"):
        return game_of_table(lines, **how)


def _books(data: bytes, what: str) -> tuple[Any, Any]:
    """The workbook with its formulas, and with the values that were stored of them."""
    from gtlearn.optional import optional

    unpacked(data, what)  # refuses what would unpack to too much
    openpyxl = optional("openpyxl", "excel")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that it does not know
            formulas = openpyxl.load_workbook(io.BytesIO(data))
            return formulas, openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    except Exception as error:  # openpyxl raises what its parsers do
        raise InputError(f"{what} is no workbook that can be read: {first_line(error)}") from None


def _only_sheet(book: Any) -> Any:
    """The one worksheet that holds anything."""
    filled = [sheet for sheet in book.worksheets if any(c.value is not None for c in _cells(sheet))]
    if len(filled) != 1:
        names = ", ".join(quoted(sheet.title, 30) for sheet in filled[:4]) or "none"
        raise InputError(
            f"{len(filled)} sheets hold something ({names}); keep one with the payoffs"
        )
    return filled[0]


def _cells(sheet: Any) -> Any:
    if sheet.max_row * sheet.max_column > MAX_CELLS:
        raise InputError(
            f"the sheet spans {sheet.max_row} x {sheet.max_column} cells, more than {MAX_CELLS}"
        )
    return (cell for row in sheet.iter_rows() for cell in row)


def _lines(written: Any, sheet: Any) -> tuple[list[Line], str]:
    """The lines between the first and the last filled cell of each direction; their first cell.

    Args:
        written: the sheet with its formulas.
        sheet: the same with their values.
    """
    filled = [cell for cell in _cells(written) if cell.value is not None]
    for cell in filled:
        if sheet.cell(cell.row, cell.column).value is None:
            raise InputError(
                f"cell {cell.coordinate} holds a formula without a stored value; save the file "
                "in a spreadsheet program, or write the value"
            )
    rows, columns = [cell.row for cell in filled], [cell.column for cell in filled]
    top, bottom, left, right = min(rows), max(rows), min(columns), max(columns)
    _require_shown(sheet, range(top, bottom + 1), range(left, right + 1))
    lines: list[Line] = []
    table = sheet.iter_rows(min_row=top, max_row=bottom, min_col=left, max_col=right)
    for number, row in enumerate(table, start=1):
        cells = [_text(cell) for cell in row]
        if any(cells):
            lines.append((number, cells))
    return lines, sheet.cell(top, left).coordinate


def _require_shown(sheet: Any, rows: range, columns: range) -> None:
    """Refuses a table of which a part cannot be seen."""
    hidden = (
        sheet.sheet_state != "visible"
        or any(line.hidden and line.index in rows for line in sheet.row_dimensions.values())
        or any(
            line.hidden and line.min <= columns[-1] and line.max >= columns[0]
            for line in sheet.column_dimensions.values()
        )
    )
    if hidden:
        raise InputError("the sheet, or a row or column of it, is hidden; show it, or delete it")
    if sheet.merged_cells.ranges:
        raise InputError("the sheet has merged cells; split them, so that each holds its payoffs")


def _text(cell: Any) -> str:
    """The text of a cell's value."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        what = type(value).__name__
        raise InputError(f"cell {cell.coordinate}: {quoted(str(value))} is a {what}, not a number")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    return str(value)
