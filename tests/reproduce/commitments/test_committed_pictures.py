"""The pictures in the documentation tell all methods apart."""

from pathlib import Path

import numpy as np
import pytest

from gtlearn.games.drawing import COLOURS
from gtlearn.reproduce.figure import read_figure
from gtlearn.reproduce.kinds.commitments import widths

PICTURES = Path(__file__).parents[3] / "docs" / "pictures"
ENOUGH = 200  # pixels of a colour: the legend's line alone has fewer than a curve


@pytest.mark.parametrize("name", ["stackelberg-fig1", "stackelberg-fig3"])
def test_every_method_has_its_colour_in_the_picture(name):
    image = pytest.importorskip("matplotlib.image")
    pixels = np.round(image.imread(PICTURES / f"{name}.png")[..., :3] * 255).astype(int)
    for method, colour in zip(read_figure(name).methods, COLOURS, strict=False):
        wanted = [int(colour[k : k + 2], 16) for k in (1, 3, 5)]
        assert (pixels == wanted).all(axis=2).sum() > ENOUGH, method.name


@pytest.mark.parametrize("count", [1, 2, 4, 6])
def test_later_curves_are_narrower(count):
    falling = widths(count)
    assert len(falling) == count and falling == sorted(falling, reverse=True)
    assert len(set(falling)) == count
