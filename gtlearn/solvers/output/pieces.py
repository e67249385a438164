"""The pieces that every table is made of: numbers and mixed strategies."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from gtlearn.solvers.enclosures import Enclosure, Real
from gtlearn.solvers.output.json import exact_text

if TYPE_CHECKING:
    from rich.table import Table

MAX_PARTS = 12  # actions shown of one mixed strategy
MAX_LENGTH = 17  # characters of a ratio; a longer one is shown as a decimal with "~"
MAX_GLUED = 20  # characters of an action's name that stays on one line with its probability
APPROXIMATE = "~"
NO_BREAK = "\ue000"  # keeps a probability on its action's line: rich breaks at "\u00a0" too
_SHORT = re.compile(rf"(?<!\S)(\S{{1,{MAX_GLUED}}}): (?=[-~]?\d)")


def to_text(blocks: Iterable[str | Table], width: int | None = None) -> str:
    """Paragraphs and rich tables as plain text, wrapped to `width` columns."""
    from rich.console import Console
    from rich.text import Text

    stream = io.StringIO()
    columns = width or max(40, shutil.get_terminal_size((100, 24)).columns)
    console = Console(file=stream, width=columns, color_system=None, force_terminal=False)
    for block in blocks:
        if block:
            console.print(Text(_glued(block)) if isinstance(block, str) else block)
    lines = (line.rstrip() for line in stream.getvalue().splitlines())
    return "\n".join(lines).replace(NO_BREAK, " ")


def new_table(*columns: str, right: Sequence[str] = ()) -> Table:
    """An empty rich table in the one style of gtlearn; `right` names right-aligned columns."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE, pad_edge=False)
    for column in columns:
        table.add_column(
            Text(column), justify="right" if column in right else "left", overflow="fold"
        )
    return table


def add_row(table: Table, cells: Sequence[str]) -> None:
    """Appends a row whose cells are taken literally, brackets included."""
    from rich.text import Text

    table.add_row(*(Text(_glued(cell)) for cell in cells))


def _glued(text: str) -> str:
    """The text, with each short name kept on one line with the number that follows it."""
    return _SHORT.sub(rf"\1:{NO_BREAK}", text)


def short_number(value: Real) -> str:
    """A number for people: ratios that would not fit become decimals, marked by "~".

    >>> short_number(Fraction(2, 3)), short_number(Fraction(1, 3**40)), short_number(0.25)
    ('2/3', '~8.22526e-20', '0.25')
    """
    if isinstance(value, Enclosure):
        return str(value)
    if not isinstance(value, Fraction):
        return f"{value:.6g}"
    if abs(value.numerator) < 10**MAX_LENGTH and value.denominator < 10**MAX_LENGTH:
        text = exact_text(value)
        if len(text) <= MAX_LENGTH:
            return text
    return APPROXIMATE + decimal(value)


def decimal(value: Fraction) -> str:
    """Six significant digits of a ratio, also where it is beyond a double's range."""
    try:
        approximation = float(value)
    except OverflowError:
        approximation = 0.0
    if approximation == 0 and value != 0:
        from decimal import Decimal, localcontext

        with localcontext(prec=12):
            return f"{Decimal(value.numerator) / Decimal(value.denominator):.5e}"
    return f"{approximation:.6g}"


def mix(labels: Sequence[str], strategy: Sequence[Real], separator: str = ", ") -> str:
    """The actions that a strategy plays, with their probabilities.

    >>> mix(["C", "D"], (Fraction(1, 2), Fraction(1, 2)))
    'C: 1/2, D: 1/2'
    >>> mix(["C", "D"], (Fraction(0), Fraction(1)))
    'D'
    """
    parts = [(label, p) for label, p in zip(labels, strategy, strict=True) if p != 0]
    if len(parts) == 1 and parts[0][1] == 1:
        return parts[0][0]
    shown = [f"{label}: {short_number(p)}" for label, p in parts[:MAX_PARTS]]
    if len(parts) > MAX_PARTS:
        shown.append(f"and {len(parts) - MAX_PARTS} more")
    return separator.join(shown)


def mix_cell(labels: Sequence[str], strategy: Sequence[Real]) -> str:
    """As `mix`, with one action a line where their names are long."""
    played = (label for label, p in zip(labels, strategy, strict=True) if p != 0)
    return mix(labels, strategy, "\n" if max(map(len, played)) > MAX_GLUED else ", ")


def exactly(value: Real) -> str:
    """The exact number, and what it is about where that is not plain.

    >>> exactly(Fraction(67, 20)), exactly(Fraction(3))
    ('67/20 (~3.35)', '3')
    """
    text = short_number(value)
    if isinstance(value, float | Enclosure) or text.startswith("~") or value.denominator < 10:
        return text
    return f"{text} (~{decimal(value)})"
