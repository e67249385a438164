"""The picture of adaptation: mean reward after each update of the chain, or AUC by an option."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gtlearn.reproduce.engine import Reproduction
from gtlearn.reproduce.figure import Panel
from gtlearn.reproduce.kinds.adaptation.measures import Run, samples
from gtlearn.runs.canvas import COLOURS, finish, new_canvas, style
from gtlearn.runs.pictures import mean_interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROWS = {"rewards": "mean reward a step", "nash_conv": "NashConv a step"}
_ENDS = (("equilibrium", ":"), ("ceiling", "--"))


def draw(found: Reproduction, picture: Path) -> Path:
    """Writes the picture; the format is that of the file's name.

    Raises:
        InputError: if matplotlib is missing, or the file cannot be written.
    """
    return _across(found, picture) if found.figure.across else _along(found, picture)


def _along(found: Reproduction, picture: Path) -> Path:
    """Rewards along the chain above, NashConv below where it is known."""
    panels = found.figure.panels
    width = max(6.5, 3.6 * len(panels))
    shown = [what for what in _ROWS if _known(found, what)]
    figure, grid = new_canvas(len(shown), len(panels), (width, 1.8 + 2.5 * len(shown)), sharex=True)
    for what, row in zip(shown, grid, strict=True):
        row[0].set_ylabel(_ROWS[what], fontsize=9)
        for axes, panel in zip(row, panels, strict=True):
            _draw_panel(axes, found, panel, what)
    for axes, panel in zip(grid[0], panels, strict=True):
        axes.set_title(panel.name.replace("_", " "), fontsize=10)
    handles, labels = grid[0][0].get_legend_handles_labels()
    columns = max(1, math.floor(width / 3.2))
    figure.legend(handles, labels, loc="outside upper center", ncols=columns, fontsize=9)
    return finish(figure, picture, caption(found), "updates of all players")


def _across(found: Reproduction, picture: Path) -> Path:
    """AUC against the option that differs from panel to panel, on a logarithmic axis."""
    option, panels = found.figure.across, found.figure.panels
    places = [panel.options[option] for panel in panels]
    figure, grid = new_canvas(1, 1, (6.5, 5.2))
    axes = grid[0][0]
    for method, colour in zip(found.figure.methods, COLOURS, strict=False):
        samples = [[run.auc(found.figure.group) for run in found.of(p, method)] for p in panels]
        mean, low, high = mean_interval(np.array(samples).T)
        axes.plot(places, mean, color=colour, lw=1.8, label=method.label, marker="o", ms=4)
        axes.fill_between(places, low, high, color=colour, alpha=0.2, lw=0)
    first = found.of(panels[0], found.figure.methods[0])[0].result
    for where, dashes in _ENDS:
        summed = sum(first[f"rewards_at_{where}"][found.figure.group][1:])
        axes.axhline(summed, color="0.15", ls=dashes, lw=1)
    axes.set_xscale("log", base=2)
    axes.set_xticks(places, [str(place) for place in places])
    axes.set_ylabel("AUC, unshifted", fontsize=9)
    style(axes)
    figure.legend(loc="outside upper center", ncols=2, fontsize=9)
    return finish(figure, picture, caption(found), option)


def caption(found: Reproduction) -> str:
    """What was drawn: against whom, how many seeds, what the bands are, what was left out."""
    figure = found.figure
    count = len(figure.seeds)
    band = "; band: its 95 % interval (Student's t)" if count > 1 else ""
    peers = f"the test personas {figure.group!r}"
    whom = "all peers of the test" if figure.group == "all" else peers
    short = f" Quick version: {'; '.join(figure.reduced)}." if figure.reduced else ""
    ends = (
        " Dotted: playing the stage game's equilibrium throughout; dashed: the ceiling, the best "
        "of many exactly trained tables."
    )
    below = " Below: what all players together could gain by deviating."
    return (
        f"{figure.source}, run again, among {whom}: mean over n = {count} seeds{band}."
        f"{ends if _known(found, 'rewards_at_ceiling') else ''}"
        f"{below if _known(found, 'nash_conv') and not figure.across else ''}{short}"
    )


def _known(found: Reproduction, what: str) -> bool:
    """Whether a run's result has it."""
    return any(what in run.result for runs in found.runs.values() for run in runs)


def _draw_panel(axes: Axes, found: Reproduction, panel: Panel, what: str) -> None:
    group = found.figure.group
    for method, colour in zip(found.figure.methods, COLOURS, strict=False):
        runs: Sequence[Run] = found.of(panel, method)
        values = samples(runs, what, group)
        if values is None:
            continue
        mean, low, high = mean_interval(values)
        updates = np.arange(len(mean))
        axes.plot(updates, mean, color=colour, lw=1.8, label=method.label, marker="o", ms=3)
        axes.fill_between(updates, low, high, color=colour, alpha=0.2, lw=0)
    if what == "rewards" and "rewards_at_ceiling" in runs[0].result:
        for where, dashes in _ENDS:
            along = runs[0].result[f"rewards_at_{where}"][group]
            axes.plot(range(len(along)), along, color="0.15", ls=dashes, lw=1)
    axes.locator_params(axis="x", integer=True)
    style(axes)
