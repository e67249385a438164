"""The picture of learning paths."""

from __future__ import annotations

from pathlib import Path

from gtlearn.reproduce.engine import Reproduction
from gtlearn.runs.canvas import COLOURS, finish, new_canvas, style


def draw(found: Reproduction, picture: Path) -> Path:
    """Writes the picture; the format is that of the file's name.

    Raises:
        InputError: if matplotlib is missing, or the file cannot be written.
    """
    panels = found.figure.panels
    figure, grid = new_canvas(1, len(panels), (max(6.0, 4.5 * len(panels)), 6.0))
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
        style(axes)
    handles, labels = grid[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2, fontsize=9)
    return finish(figure, picture, caption(found))


def caption(found: Reproduction) -> str:
    """What was drawn: how many paths, and what was left out."""
    figure = found.figure
    short = f" Quick version: {'; '.join(figure.reduced)}." if figure.reduced else ""
    return (
        f"{figure.source}, run again. A line a seed, n = {len(figure.seeds)}, without an interval; "
        f"dots: where it ends.{short}"
    )
