"""The picture of populations: personas along their first two principal components."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gtlearn.reproduce.engine import Reproduction
from gtlearn.reproduce.kinds.populations.measures import Population, population
from gtlearn.runs.canvas import COLOURS, finish, new_canvas, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKS = {"train": (".", 0.35, 18), "validation": ("+", 0.9, 32), "test": ("s", 0.9, 16)}
_ORDINALS = ("first", "second")


def draw(found: Reproduction, picture: Path) -> Path:
    """Writes the picture; the format is that of the file's name.

    Raises:
        InputError: if matplotlib is missing, or the file cannot be written.
    """
    panels = found.figure.panels
    drawn = [population(found.figure, panel) for panel in panels]
    figure, grid = new_canvas(1, len(panels), (max(6.5, 5.0 * len(panels)), 5.4))
    for axes, panel, people in zip(grid[0], panels, drawn, strict=True):
        axes.set_title(panel.name.replace("_", " "), fontsize=10)
        _draw_panel(axes, people)
    handles, labels = grid[0][0].get_legend_handles_labels()
    columns = len(drawn[0].groups)
    figure.legend(handles, labels, loc="outside upper center", ncols=columns, fontsize=8)
    return finish(figure, picture, caption(found))


def caption(found: Reproduction) -> str:
    """What was drawn: how many personas of each split."""
    people = population(found.figure, found.figure.panels[0])
    counts = ", ".join(f"{len(held)} {split}" for split, held in people.splits.items())
    return (
        f"{found.figure.source}, drawn again. A point a persona, along the principal components of "
        f"all together: {counts}."
    )


def _draw_panel(axes: Axes, people: Population) -> None:
    for group, name in enumerate(people.groups):
        for split, (mark, opacity, size) in _MARKS.items():
            across, along = people.places[split][people.members(split, group)].T
            axes.scatter(
                across,
                along,
                s=size,
                marker=mark,
                color=COLOURS[group],
                alpha=opacity,
                edgecolors="black" if mark == "s" else None,
                linewidths=0.5 if mark == "s" else None,
                label=f"prefers {name}, {split}",
            )
    for which, (ordinal, share) in enumerate(zip(_ORDINALS, people.explained, strict=True)):
        label = f"{ordinal} component ({share:.0%} of the variance)"
        (axes.set_ylabel if which else axes.set_xlabel)(label, fontsize=9)
    style(axes)
