"""The grid of panels that figures over environment steps share."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gtlearn.reproduce.engine import Reproduction
from gtlearn.runs.canvas import new_canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def panel_grid(found: Reproduction) -> tuple[Figure, list[Axes]]:
    """A canvas with the axes of each panel, in their order, in the figure's number of columns.

    Raises:
        InputError: if matplotlib is missing.
    """
    panels, columns = found.figure.panels, found.figure.columns
    rows = math.ceil(len(panels) / columns)
    figure, grid = new_canvas(rows, columns, (max(7.0, 3.3 * columns), 1.9 + 2.5 * rows))
    for axes in grid.flat[len(panels) :]:
        axes.set_visible(False)
    return figure, list(grid.flat[: len(panels)])
