"""A verification as a table: what is false first, then what is on trust, then what is proven."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gtlearn.solvers.output.pieces import add_row, new_table, to_text

if TYPE_CHECKING:
    from gtlearn.solvers.verify.report import Report

_MAX_ROWS = 30  # of one part
_NO_PLACE = ""


def render(report: Report) -> str:
    """The three parts of a report, and how many statements each has."""
    table = new_table("", "where", "statement")
    for word, sentences in (
        ("FALSE", report.false),
        ("on trust", report.on_trust),
        ("proven", report.proven),
    ):
        for place, sentence in map(_split, sentences[:_MAX_ROWS]):
            add_row(table, [word, place, sentence])
        if len(sentences) > _MAX_ROWS:
            add_row(table, [word, _NO_PLACE, f"and {len(sentences) - _MAX_ROWS} more"])
    blocks: list[Any] = [table] if table.row_count else []
    return to_text([*blocks, _summary(report)])


def _split(sentence: str) -> tuple[str, str]:
    """The place that a sentence begins with, and the rest."""
    place, colon, rest = sentence.partition(": ")
    named = colon and place.split(" ")[0] in ("solution", "subset", "component", "game", "reduced")
    return (place, rest) if named and len(place) < 20 else (_NO_PLACE, sentence)


def _summary(report: Report) -> str:
    if report.false:
        return f"{_counted(report.false)} false."
    rest = f"{_counted(report.proven)} proven from the game alone"
    if report.on_trust:
        return f"Nothing is false: {rest}, and {_counted(report.on_trust)} taken on trust."
    return f"Nothing is false and nothing is taken on trust: {rest}."


def _counted(sentences: Sequence[str]) -> str:
    return "1 statement is" if len(sentences) == 1 else f"{len(sentences)} statements are"
