"""Learning paths of two numbers: where two players go, and whether that is near an equilibrium."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gtlearn.games.drawing import COLOURS
from gtlearn.reproduce.figure import Panel, Reproduction
from gtlearn.reproduce.kinds.kind import (
    FigureKind,
    FinishedRun,
    Measures,
    draw_panels,
    rows_of,
    table_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas
    from rich.table import Table

_NUMBERS, _DISTANCE = ("parameter_0", "parameter_1"), "distance"  # from the nearest equilibrium
_NOTES = (
    "ratio: the distance from the nearest equilibrium after the last update over that after the "
    "first, its smallest and largest over the seeds; below 1 a path comes nearer."
)


def numbers_of(runs: Sequence[FinishedRun]) -> Measures:
    """Whether the paths of one curve come nearer to an equilibrium."""
    ratios = [float(run.metrics[_DISTANCE][-1] / run.metrics[_DISTANCE][0]) for run in runs]
    return {
        "seeds": len(runs),
        "updates": len(runs[0].metrics[_DISTANCE]),
        "ratio": [min(ratios), max(ratios)],
        "nearer": sum(ratio < 1 for ratio in ratios),
    }


def _tables(reproduction: Reproduction) -> list[Table | str]:
    rows = []
    for panel, method, runs in reproduction.curves():
        numbers = numbers_of(runs)
        low, high = numbers["ratio"]
        cells = {
            "game": panel.name,
            "method": method.name,
            "paper": method.paper.get("path", "-"),
            "nearer": f"{numbers['nearer']} of {numbers['seeds']}",
            "ratio": f"{low:.4g} to {high:.4g}",
            "updates": str(numbers["updates"]),
        }
        rows.append(cells)
    return [table_of(rows, right=["updates"]), _NOTES]


def _drawn(reproduction: Reproduction) -> tuple[Canvas, str]:
    count = len(reproduction.figure.panels)
    return draw_panels(reproduction, _draw_panel, count, (max(6.0, 4.5 * count), 6.0)), ""


def _draw_panel(axes: Axes, reproduction: Reproduction, panel: Panel) -> None:
    for method, colour in zip(reproduction.figure.methods, COLOURS, strict=False):
        for place, run in enumerate(reproduction.of(panel, method)):
            path = np.array([run.metrics[name] for name in _NUMBERS])
            label = None if place else method.label
            axes.plot(*path, color=colour, lw=0.9, alpha=0.8, label=label)
            axes.plot(*path[:, -1], color=colour, marker="o", ms=4)
    axes.set_xlabel("player i's number", fontsize=9)
    axes.set_ylabel("player j's number", fontsize=9)
    axes.set_aspect("equal", adjustable="datalim")


def _shown(reproduction: Reproduction) -> str:
    return (
        f", run again. A line a seed, n = {len(reproduction.figure.seeds)}, without an interval; "
        "dots: where it ends."
    )


PATHS = FigureKind(
    name="paths",
    rows=lambda reproduction: rows_of(reproduction, numbers_of),
    tables=_tables,
    drawn=_drawn,
    shown=_shown,
    run="run in a game of two numbers",
    columns=(*_NUMBERS, _DISTANCE),
)
