"""The table of a figure of learning paths: whether they come near an equilibrium."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gtlearn.reproduce.engine import Reproduction
from gtlearn.reproduce.kinds.paths.measures import Run
from gtlearn.reproduce.kinds.text import around, numbered

_NOTES = (
    "ratio: the distance from the nearest equilibrium after the last update over that after the "
    "first, its smallest and largest over the seeds; below 1 a path comes nearer."
)


def report(found: Reproduction) -> str:
    """All that is printed: the paper's statements, the table, what differs, what is left out."""
    return around(found, [_table(found), _NOTES])


def to_json(found: Reproduction) -> dict[str, Any]:
    """The numbers of the table, as JSON values."""
    return numbered(found, _numbers)


def _numbers(runs: Sequence[Run]) -> dict[str, Any]:
    ratios = np.array([run.ratio for run in runs])
    return {
        "seeds": len(runs),
        "updates": len(runs[0].distance),
        "ratio": [float(ratios.min()), float(ratios.max())],
        "nearer": int((ratios < 1).sum()),
    }


def _table(found: Reproduction) -> Any:
    from gtlearn.solvers.output.pieces import add_row, new_table

    heads = ("game", "method", "paper", "nearer", "ratio", "updates")
    table = new_table(*heads, right=heads[-1:])
    for panel in found.figure.panels:
        for place, method in enumerate(found.figure.methods):
            numbers = _numbers(found.of(panel, method))
            low, high = numbers["ratio"]
            cells = [
                "" if place else panel.name,
                method.name,
                method.paper.get("path", "-"),
                f"{numbers['nearer']} of {numbers['seeds']}",
                f"{low:.4g} to {high:.4g}",
                str(numbers["updates"]),
            ]
            add_row(table, cells)
    return table
