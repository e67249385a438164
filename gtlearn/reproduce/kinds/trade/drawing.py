"""The picture of a trade: the seller's and the buyer's reward a bullet over environment steps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gtlearn.environments.trade.battlefield import ROLES
from gtlearn.reproduce.engine import Reproduction
from gtlearn.reproduce.figure import Panel
from gtlearn.reproduce.kinds.panels import panel_grid
from gtlearn.runs.canvas import COLOURS, finish, style
from gtlearn.runs.pictures import mean_interval, on_common_steps

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw(found: Reproduction, picture: Path) -> Path:
    """Writes the picture; the format is that of the file's name.

    Raises:
        InputError: if matplotlib is missing, or the file cannot be written.
    """
    figure, grid = panel_grid(found)
    for axes, panel in zip(grid, found.figure.panels, strict=True):
        _draw_panel(axes, found, panel)
    handles, labels = grid[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2, fontsize=9)
    figure.supylabel("reward a bullet", fontsize=10)
    return finish(figure, picture, caption(found), "environment steps, everything counted")


def caption(found: Reproduction) -> str:
    """What was drawn: how many seeds, what the lines and bands are, what was left out."""
    figure = found.figure
    count = len(figure.seeds)
    band = "; band: its 95 % interval (Student's t)" if count > 1 else ""
    short = f" Quick version: {'; '.join(figure.reduced)}." if figure.reduced else ""
    return (
        f"{figure.source}, run again: what seller and buyer earn while the leader learns, after "
        f"its follower was trained; mean over n = {count} seeds{band}. Dashed: both in the exact "
        f"Stackelberg equilibrium of the trade with the measured hits.{short}"
    )


def _draw_panel(axes: Axes, found: Reproduction, panel: Panel) -> None:
    runs = found.of(panel, found.figure.methods[0])
    exact = np.mean([run.exact for run in runs], axis=0)
    for player, (role, colour) in enumerate(zip(ROLES, COLOURS, strict=False)):
        steps, values = on_common_steps([(run.steps, run.rewards[player]) for run in runs])
        mean, low, high = mean_interval(values)
        axes.plot(steps, mean, color=colour, lw=1.8, label=role)
        axes.fill_between(steps, low, high, color=colour, alpha=0.2, lw=0)
        axes.axhline(exact[player], color=colour, ls="--", lw=1, label=f"{role}, exact")
    axes.set_title(panel.name.replace("_", " "), fontsize=10)
    axes.locator_params(axis="x", nbins=4)
    style(axes)
