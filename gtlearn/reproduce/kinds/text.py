"""What every report of a figure says around its tables, in text and in JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gtlearn.reproduce.engine import Reproduction

SCHEMA = "gtlearn/reproduction/1"


def numbered(
    found: Reproduction, numbers: Callable[[Sequence[Any]], dict[str, Any]]
) -> dict[str, Any]:
    """The numbers of all curves, as JSON values.

    Args:
        found: a figure whose runs are finished.
        numbers: those of the runs of one curve.
    """
    figure = found.figure
    return {
        "schema": SCHEMA,
        "figure": figure.name,
        "source": figure.source,
        "seeds": list(figure.seeds),
        "left_out": list(figure.reduced),
        "rows": [
            {"panel": panel.name, "method": method.name, **numbers(found.of(panel, method))}
            for panel in figure.panels
            for method in figure.methods
        ],
    }


def around(found: Reproduction, tables: Sequence[Any]) -> str:
    """The title, what is left out, what the paper says, the tables, and what differs.

    Args:
        found: a figure whose runs are finished.
        tables: rich tables and paragraphs.
    """
    from gtlearn.solvers.output.pieces import to_text

    figure = found.figure
    quick = f"Quick version: {'; '.join(figure.reduced)}." if figure.reduced else ""
    said = "\n".join(f"  {s.text} ({s.where})" for s in figure.statements)
    blocks: list[Any] = [f"{figure.title}\n{figure.source}", quick]
    blocks += [f"The paper says:\n{said}" if said else "", *tables]
    if figure.differences:
        blocks.append("\n".join(["What differs:", *(f"  {text}" for text in figure.differences)]))
    return to_text(blocks)
