"""The picture of learning paths."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill

from gtlearn.errors import InputError
from gtlearn.reproduce.engine import Reproduction
from gtlearn.runs.optional import optional

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")


def draw(found: Reproduction, picture: Path) -> Path:
    """Writes the picture; the format is that of the file's name.

    Raises:
        InputError: if matplotlib is missing, or the file cannot be written.
    """
    optional("matplotlib", "plots")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    panels = found.figure.panels
    width = max(6.0, 4.5 * len(panels))
    figure = Figure(figsize=(width, 6.0), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(1, len(panels), squeeze=False)
    for axes, panel in zip(grid[0], panels, strict=True):
        for method, colour in zip(found.figure.methods, COLOURS, strict=False):
            for run in found.of(panel, method):
                label = method.label if run.seed == found.figure.seeds[0] else None
                axes.plot(*run.path.T, color=colour, lw=0.9, alpha=0.8, label=label)
                axes.plot(*run.path[-1], color=colour, marker="o", ms=4)
        axes.set_title(panel.name.replace("_", " "), fontsize=10)
        axes.set_xlabel("player i's number", fontsize=9)
        axes.set_ylabel("player j's number", fontsize=9)
        axes.set_aspect("equal", adjustable="datalim")
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
    handles, labels = grid[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2, fontsize=9)
    figure.supxlabel(fill(caption(found), int(width * 15)), fontsize=9, color="0.35")
    try:
        figure.savefig(picture, dpi=150)
    except (OSError, ValueError) as error:
        raise InputError(f"{picture} cannot be written: {error}; try a name in .png") from None
    return picture


def caption(found: Reproduction) -> str:
    """What was drawn: how many paths, and what was left out."""
    figure = found.figure
    short = f" Quick version: {'; '.join(figure.reduced)}." if figure.reduced else ""
    return (
        f"{figure.source}, run again. A line a seed, n = {len(figure.seeds)}, without an interval; "
        f"dots: where it ends.{short}"
    )
