"""What all kinds of figures share: how runs are read, printed and drawn."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from gtlearn.errors import InputError
from gtlearn.reproduce.figure import Panel, Reproduction
from gtlearn.runs.canvas import finish, new_canvas, style
from gtlearn.runs.folder import RunFolder
from gtlearn.runs.metrics import read_rows
from gtlearn.runs.pictures import Array, mean_interval
from gtlearn.runs.result import require

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas
    from rich.table import Table

_SCHEMA = "gtlearn/reproduction/1"
_STEPS = "environment steps, everything counted"
Measures = dict[str, Any]
Cells = Mapping[str, str]  # of a row of a table, by head


@dataclass(frozen=True, eq=False)
class FinishedRun:
    """One finished run.

    Attributes:
        result: what its result.json holds.
        metrics: the columns that its kind reads of its metrics, each of shape (T,).
    """

    result: Mapping[str, Any]
    metrics: Mapping[str, Array]


@dataclass(frozen=True)
class FigureKind:
    """One kind of figures.

    Attributes:
        name: as figures have it.
        rows: the numbers of the tables as JSON values, one object a row.
        tables: rich tables and paragraphs.
        drawn: the picture, and what its horizontal axis is ("" where axes say it themselves).
        shown: the caption, from "figure 1 of ..." on.
        run: what a run of it is, such as "run of a leader"; empty where nothing is trained.
        keys: what its result.json must hold.
        columns: what its metrics must hold; rows that lack one are left out.
        is_whole: whether a result that has these keys can be used.
        repeated: fields of the figure that stand in the JSON object.
    """

    name: str
    rows: Callable[[Reproduction], list[Measures]]
    tables: Callable[[Reproduction], Sequence[Table | str]]
    drawn: Callable[[Reproduction], tuple[Canvas, str]]
    shown: Callable[[Reproduction], str]
    run: str = ""
    keys: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    is_whole: Callable[[Mapping[str, Any]], bool] = bool
    repeated: tuple[str, ...] = ()

    def read_run(self, path: Path) -> FinishedRun:
        """A finished run.

        Raises:
            InputError: if it is not finished or of something else, or figures have no runs.
        """
        if not self.run:
            raise InputError(
                f"{path}: figures of {self.name} have no runs; leave methods and seeds out"
            )
        refusal = f"{path} is no finished {self.run}; go on by `gtlearn resume {path}`"
        folder = RunFolder(path)
        result = require(folder.result(), self.keys, refusal)
        rows = []
        if self.columns:
            metrics = read_rows(folder.metrics_file)
            rows = [row for row in metrics if all(name in row for name in self.columns)]
        if not self.is_whole(result) or (self.columns and not rows):
            raise InputError(refusal)
        return FinishedRun(
            result, {name: np.array([row[name] for row in rows]) for name in self.columns}
        )

    def report(self, reproduction: Reproduction) -> str:
        """All that is printed: what the paper says, the tables, what differs, what is left out."""
        from gtlearn.solvers.output.pieces import to_text

        figure = reproduction.figure
        said = [f"{statement.text} ({statement.where})" for statement in figure.statements]
        return to_text(
            [
                f"{figure.title}\n{figure.source}",
                _quick(reproduction),
                _listed("The paper says:", said),
                *self.tables(reproduction),
                _listed("What differs:", figure.differences),
            ]
        )

    def to_json(self, reproduction: Reproduction) -> Measures:
        """The numbers of the tables, as JSON values."""
        figure = reproduction.figure
        return {
            "schema": _SCHEMA,
            "figure": figure.name,
            "source": figure.source,
            "seeds": list(figure.seeds),
            "left_out": list(figure.reduced),
            "rows": self.rows(reproduction),
            **{name: getattr(figure, name) for name in self.repeated},
        }

    def caption(self, reproduction: Reproduction) -> str:
        """What is drawn: how many seeds, what lines and bands are, what is left out."""
        whole = f"{reproduction.figure.source}{self.shown(reproduction)} {_quick(reproduction)}"
        return whole.rstrip()

    def draw(self, reproduction: Reproduction, picture: Path) -> Path:
        """Writes the picture; the format is that of the file's name.

        Raises:
            InputError: if matplotlib is missing, or the file cannot be written.
        """
        canvas, below = self.drawn(reproduction)
        return finish(canvas, picture, self.caption(reproduction), below)


def _listed(heading: str, lines: Sequence[str]) -> str:
    """A heading with lines below; nothing where there are none."""
    return "\n  ".join([heading, *lines]) if lines else ""


def _quick(reproduction: Reproduction) -> str:
    """What is left out, in a sentence."""
    reduced = reproduction.figure.reduced
    return f"Quick version: {'; '.join(reduced)}." if reduced else ""


def rows_of(
    reproduction: Reproduction, numbers: Callable[[Sequence[FinishedRun]], Measures]
) -> list[Measures]:
    """A row for each panel and method, with the numbers of their runs."""
    return [
        {"panel": panel.name, "method": method.name, **numbers(runs)}
        for panel, method, runs in reproduction.curves()
    ]


def table_of(rows: Iterable[Cells], right: Sequence[str] = ()) -> Table:
    """A table of rows with the same heads; a first cell equal to the one above is left empty."""
    from gtlearn.solvers.output.pieces import add_row, new_table

    rows = list(rows)
    table, above = new_table(*(rows[0] if rows else ()), right=right), None
    for row in rows:
        first, *others = row.values()
        add_row(table, ["" if first == above else first, *others])
        above = first
    return table


def interval_of(samples: Sequence[float]) -> list[float]:
    """Mean, lower and upper end of its 95 % interval over seeds."""
    return [float(part) for part in mean_interval(np.array(samples))]


def interval_cell(interval: Sequence[float], digits: int) -> str:
    """The mean with its interval, where that shows."""
    mean, low, high = (f"{number:.{digits}g}" for number in interval)
    return mean if mean == low == high else f"{mean} [{low}, {high}]"


def over_seeds(reproduction: Reproduction) -> str:
    """Over how many seeds a mean is, and what its band is, for captions."""
    count = len(reproduction.figure.seeds)
    band = "; band: its 95 % interval (Student's t)" if count > 1 else ""
    return f"mean over n = {count} seeds{band}"


def draw_panels(
    reproduction: Reproduction,
    draw_panel: Callable[[Axes, Reproduction, Panel], None],
    columns: int,
    size: tuple[float, float],
    legend: int = 2,
) -> Canvas:
    """A canvas with axes for each panel, and a legend above.

    Args:
        reproduction: what is drawn.
        draw_panel: draws one.
        columns: of the grid.
        size: width and height in inches.
        legend: its columns.

    Raises:
        InputError: if matplotlib is missing.
    """
    panels = reproduction.figure.panels
    canvas, grid = new_canvas(math.ceil(len(panels) / columns), columns, size)
    for axes, panel in zip_longest(grid.flat, panels):
        axes.set_visible(panel is not None)
        if panel is not None:
            style(axes)
            axes.set_title(panel.title, fontsize=10)
            draw_panel(axes, reproduction, panel)
    add_legend(canvas, grid.flat, legend)
    return canvas


def draw_over_steps(
    reproduction: Reproduction,
    draw_panel: Callable[[Axes, Reproduction, Panel], None],
    along: str,
) -> tuple[Canvas, str]:
    """A grid in the figure's number of columns, whose axes are environment steps and `along`."""
    columns = reproduction.figure.columns
    rows = math.ceil(len(reproduction.figure.panels) / columns)
    size = max(7.0, 3.3 * columns), 1.9 + 2.5 * rows
    canvas = draw_panels(reproduction, draw_panel, columns, size)
    canvas.supylabel(along, fontsize=10)
    return canvas, _STEPS


def add_legend(canvas: Canvas, grid: Iterable[Axes], columns: int) -> None:
    """What the axes label, each label once, above them."""
    handles: dict[str, Any] = {}
    for axes in grid:
        artists, labels = axes.get_legend_handles_labels()
        handles |= dict(zip(labels, artists, strict=True))
    canvas.legend(
        list(handles.values()), list(handles), loc="outside upper center", ncols=columns, fontsize=9
    )


def draw_mean(axes: Axes, along: ArrayLike, samples: Array, colour: str, **line: Any) -> None:
    """The mean of samples, shape (seeds, T), as a line, and its 95 % interval as a band."""
    mean, low, high = mean_interval(samples)
    axes.plot(along, mean, **{"color": colour, "lw": 1.8, **line})
    axes.fill_between(along, low, high, color=colour, alpha=0.2, lw=0)
