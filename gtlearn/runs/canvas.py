"""What all pictures share: their canvas, how they are written."""

from __future__ import annotations

import io
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

from gtlearn.errors import InputError
from gtlearn.files import write_whole
from gtlearn.optional import optional

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GREY = "0.35"
_WIDTH = 15  # characters of the caption an inch


def new_canvas(
    rows: int, columns: int, size: tuple[float, float], **options: Any
) -> tuple[Figure, Any]:
    """A figure and its grid of axes, an array of shape (rows, columns).

    Args:
        rows: of the grid.
        columns: of the grid.
        size: width and height in inches.
        options: of `Figure.subplots`.

    Raises:
        InputError: if matplotlib is missing.
    """
    optional("matplotlib", "plots")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def style(axes: Axes) -> None:
    """The look of all axes."""
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)


def finish(figure: Figure, picture: Path, caption: str, below: str = "") -> Path:
    """Puts the caption under the axes and writes the picture.

    Args:
        figure: what was drawn.
        picture: where; the format is that of the file's name.
        caption: what was drawn, in words.
        below: what the horizontal axis is, where all axes share it.

    Raises:
        InputError: if the file cannot be written.
    """
    text = fill(caption, int(figure.get_figwidth() * _WIDTH))
    figure.supxlabel(f"{below}\n\n{text}" if below else text, fontsize=9, color=GREY)
    held = io.BytesIO()
    try:
        figure.savefig(held, dpi=150, format=picture.suffix[1:] or "png")
        write_whole(picture, held.getvalue())
    except (OSError, ValueError) as error:
        raise InputError(f"{picture} cannot be written: {error}; try a name in .png") from None
    return picture
