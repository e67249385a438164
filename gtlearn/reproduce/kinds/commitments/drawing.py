"""The picture of a figure: curves over environment steps, and the exact optimum as a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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

_WIDEST, _NARROWEST = 5.0, 1.8  # points
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
        f"against the exact best response, from the dot on, mean over n = {count} seeds{band}; "
        "the later in the list, the narrower, so that curves on one another show as stripes. Thin: "
        "the reward that it earned in training. Dashed: the exact optimum against each class of "
        "followers."
        f"{short}"
    )


def _draw_panel(axes: Axes, found: Reproduction, panel: Panel) -> None:
    for place, method in enumerate(found.figure.methods):
        look = Look(COLOURS[place % len(COLOURS)], widths(len(found.figure.methods))[place])
        _draw_curve(axes, found.of(panel, method), method.label, look)
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


@dataclass(frozen=True)
class Look:
    """How a method's curve is drawn.

    Attributes:
        colour: its own among all methods.
        width: in points; curves that lie on one another show as stripes, the later the narrower.
    """

    colour: str
    width: float


def widths(count: int) -> list[float]:
    """Falling line widths in points, one a method, so that no curve hides another.

    >>> widths(3)
    [5.0, 3.4, 1.8]
    """
    if count == 1:
        return [_NARROWEST]
    step = (_WIDEST - _NARROWEST) / (count - 1)
    return [round(_WIDEST - place * step, 3) for place in range(count)]


def _draw_curve(axes: Axes, runs: Sequence[Run], label: str, look: Look) -> None:
    steps, values = on_common_steps([(run.steps, run.true_values) for run in runs])
    mean, low, high = mean_interval(values)
    axes.plot(
        steps, mean, color=look.colour, lw=look.width, label=label, solid_capstyle="butt", zorder=2
    )
    axes.plot(steps[:1], mean[:1], "o", color=look.colour, ms=look.width + 2.5, zorder=2.5)
    axes.fill_between(steps, low, high, color=look.colour, alpha=0.2, lw=0)
    steps, values = on_common_steps([(run.steps, run.rewards) for run in runs])
    axes.plot(steps, values.mean(axis=0), color=look.colour, lw=0.7, alpha=0.7, zorder=1.5)


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
