"""The picture of a figure: curves over environment steps, and the exact optimum as a line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gtlearn.reproduce.engine import Reproduction
from gtlearn.reproduce.figure import Panel
from gtlearn.reproduce.kinds.commitments.measures import Run
from gtlearn.reproduce.kinds.panels import panel_grid
from gtlearn.runs.canvas import COLOURS, finish, style
from gtlearn.runs.pictures import mean_interval, on_common_steps

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_DASHES = {"optimal": (0, (5, 2)), "stationary": (0, (1.5, 1.5))}


def draw(found: Reproduction, picture: Path) -> Path:
    """Writes the picture; the format is that of the file's name.

    Raises:
        InputError: if matplotlib is missing, or the file cannot be written.
    """
    figure, grid = panel_grid(found)
    for axes, panel in zip(grid, found.figure.panels, strict=True):
        _draw_panel(axes, found, panel)
    handles = _handles(grid)
    figure.legend(
        list(handles.values()), list(handles), loc="outside upper center", ncols=2, fontsize=9
    )
    figure.supylabel("reward a step", fontsize=10)
    return finish(figure, picture, caption(found), "environment steps, everything counted")


def caption(found: Reproduction) -> str:
    """What was drawn: how many seeds, what the lines and bands are, what was left out."""
    figure = found.figure
    count = len(figure.seeds)
    band = "; band: its 95 % interval (Student's t)" if count > 1 else ""
    short = f" Quick version: {'; '.join(figure.reduced)}." if figure.reduced else ""
    return (
        f"{figure.source}, run again. Thick: what the leader's table of that moment is truly worth "
        f"against the exact best response, mean over n = {count} seeds{band}. Thin: the reward "
        "that it earned in training. Dashed: the exact optimum against each class of followers."
        f"{short}"
    )


def _draw_panel(axes: Axes, found: Reproduction, panel: Panel) -> None:
    for method, colour in zip(found.figure.methods, COLOURS, strict=False):
        _draw_curve(axes, found.of(panel, method), method.label, colour)
    everyone = [run for method in found.figure.methods for run in found.of(panel, method)]
    for follower_class, exact in exact_lines(everyone).items():
        label = f"exact optimum, {follower_class} follower"
        dashes = _DASHES.get(follower_class, "--")
        axes.axhline(exact, color="0.15", ls=dashes, lw=1, label=label, zorder=1)
    axes.set_title(panel.name.replace("_", " "), fontsize=10)
    style(axes)
    if found.figure.values is not None:
        low, high = found.figure.values
        margin = 0.05 * (high - low)
        axes.set_ylim(low - margin, high + margin)
    if found.figure.log_steps:
        axes.set_xscale("log")


def _draw_curve(axes: Axes, runs: Sequence[Run], label: str, colour: str) -> None:
    steps, values = on_common_steps([(run.steps, run.true_values) for run in runs])
    mean, low, high = mean_interval(values)
    axes.plot(steps, mean, color=colour, lw=1.8, label=label)
    axes.fill_between(steps, low, high, color=colour, alpha=0.2, lw=0)
    steps, values = on_common_steps([(run.steps, run.rewards) for run in runs])
    axes.plot(steps, values.mean(axis=0), color=colour, lw=0.7, alpha=0.7)


def exact_lines(runs: Sequence[Run]) -> dict[str, float]:
    """The exact optimum against each class of followers that was met."""
    return {str(run.result["follower_class"]): run.exact for run in runs}


def _handles(grid: Sequence[Axes]) -> dict[str, Artist]:
    """What the legend lists, each label once."""
    found: dict[str, Artist] = {}
    for axes in grid:
        handles, labels = axes.get_legend_handles_labels()
        found |= dict(zip(labels, handles, strict=True))
    return found
