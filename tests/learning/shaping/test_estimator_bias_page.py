"""The table of biases in docs/opponent-shaping.md: all rows, and some of them recomputed."""

import importlib.util
import re
from math import hypot
from pathlib import Path

import pytest
import torch

from gtlearn.learning.registry import find_algorithm
from gtlearn.learning.shaping.ascents import Sampling

DOCS = Path(__file__).parents[3] / "docs"
TEXT = (DOCS / "opponent-shaping.md").read_text()
CHAINS, SEED = 60, 1  # other chains than those of the page

# How many standard errors two means of chains may lie apart. Of a mean with as few as 4 effective
# coordinates that is exceeded once in 20 000 times.
LIKELY = 2.5

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location(
        "estimator_bias", DOCS / "tables" / "estimator_bias.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def shown(script):
    """The numbers of the page, by row and L: length, its deviation, cosine, error, its own, s/n."""
    block = TEXT.split(script.BEGIN)[1].split(script.END)[0]
    found = {}
    for line in block.splitlines()[2:]:
        row, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        for k, length in enumerate(script.CHAINS):
            part = " ".join(cells[4 * k : 4 * k + 4])
            found[row, length] = [float(number) for number in re.findall(r"[\d.]+", part)]
    return found


def test_the_page_speaks_of_the_defaults(script):
    config = find_algorithm("meta-mapg").config_type()()
    assert (config.decay, config.inner_rate, Sampling().baseline) == (0.95, 1.0, "linear")
    assert (config.trajectories, config.horizon) == (script.TRAJECTORIES, script.HORIZON)


def test_the_table_is_whole(script, shown):
    rows = (script.CUT, *script.ROWS, *script.LARGE)
    assert list(shown) == [(row, length) for row in rows for length in (1, 3)]
    assert all(len(numbers) == 3 + 3 * (row != script.CUT) for (row, _), numbers in shown.items())
    assert f"at rates of {script.RATE}" in TEXT
    for length, chains in script.CHAINS.items():
        assert re.search(rf"{chains} (chains )?for L = {length}\b", TEXT)


@pytest.mark.parametrize(("length", "percent"), [(1, 15), (3, 28)])
def test_the_inner_updates_count(script, length, percent):
    without = script.exact(length, 1e-9).expand(2, -1, -1, -1)
    found = script.compared(without, script.exact(length))
    assert 100 * found["error"] == pytest.approx(percent, abs=0.5)


@pytest.mark.parametrize("length", [1, 3])
def test_what_truncation_leaves(script, shown, length):
    cut = script.exact(length, game=script.Truncated()).expand(2, -1, -1, -1)
    found = script.compared(cut, script.exact(length))
    ratio, cosine, error = shown[script.CUT, length]
    assert found["length"] == pytest.approx(ratio, abs=0.0006)
    assert found["cosine"] == pytest.approx(cosine, abs=0.00006)
    assert found["error"] == pytest.approx(error / 100, abs=0.0006)


ROWS = {
    "split linear baseline": (0.0, 0.1),  # the errors that the page speaks of lie between
    "values of zero, λ = 0.5": (0.05, 0.2),
    "`--published`, linear baseline": (5.0, 12.0),
}


def test_rows_are_what_comes_out(script, shown):
    wanted = script.exact(1)
    for row, gradients in script.sampled(1, CHAINS, tuple(ROWS), seed=SEED).items():
        ratio, of_ratio, cosine, error, of_error, signal = shown[row, 1]
        found = script.compared(gradients, wanted)
        apart = LIKELY * hypot(found["of error"], of_error / 100)
        assert found["error"] == pytest.approx(error / 100, abs=apart + 0.0006)
        assert found["length"] == pytest.approx(
            ratio, abs=LIKELY * 2 * hypot(found["of length"], of_ratio)
        )
        assert found["s/n"] == pytest.approx(signal, rel=0.2)
        assert found["cosine"] == pytest.approx(cosine, abs=0.02)
        low, high = ROWS[row]
        assert low <= found["error"] <= high
