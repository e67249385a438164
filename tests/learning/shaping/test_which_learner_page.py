"""The tables of docs/which-learner-when.md hold what the learners do: some cells, recomputed."""

import importlib.util
import re
from pathlib import Path

import pytest
import torch

from gtlearn.learning.registry import find_algorithm

DOCS = Path(__file__).parents[3] / "docs"
TEXT = (DOCS / "which-learner-when.md").read_text()

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location(
        "which_learner", DOCS / "tables" / "which_learner.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def shown(name):
    """The cells of a table of the page, by row and column."""
    block = re.search(rf"<!-- {name} -->\n(.*?)<!-- end of {name} -->", TEXT, re.S)[1]
    head, _, *rows = ([c.strip() for c in row.strip("|").split("|")] for row in block.splitlines())
    return {(row[0], column): c for row in rows for column, c in zip(head, row, strict=True)}


CELLS = [
    ("naive", "chicken"),
    ("lookahead", "battle"),
    ("lola", "prisoners_dilemma"),
    ("sos", "hero"),
    ("consensus", "prisoners_dilemma"),
    ("pola", "deadlock"),
]


@pytest.mark.parametrize(("method", "game"), CELLS)
def test_cells_are_what_comes_out(script, method, game):
    # Another machine rounds differently, which can send a start elsewhere: half the interval.
    welfare, regret, _ = script.measured(method, game)
    for found, name in ((welfare, "welfare"), (regret, "exploitability")):
        mean, half = map(float, shown(name)[game, method].split(" ± "))
        assert float(found.mean()) == pytest.approx(mean, abs=0.006 + half / 2)
    assert shown("welfare")[game, "most"] == script.most(game)
    assert float(welfare.max()) < float(script.most(game)) + 1e-9


def test_the_tables_are_whole(script):
    for name in ("welfare", "exploitability", "seconds"):
        cells = shown(name)
        assert {key[0] for key in cells} == set(script.GAMES)
        assert all(cells[game, method] for game in script.GAMES for method in script.METHODS)


def test_the_settings_are_the_defaults_of_train(script):
    for method, (steps, rate, options) in script.METHODS.items():
        config = find_algorithm(method).config_type()()
        assert (config.iterations, config.rate, config.deviation) == (steps, rate, 1.0)
        assert config.look_ahead == options.get("look_ahead")


def test_the_parametrisation_matters_to_lola_only(script):
    cells = shown("parametrisations")
    assert len({cells["pola", f"{scale:g} θ"] for scale in script.SCALES}) == 1
    for scale in (0.1, 1.0):
        share = float(cells["lola", f"{scale:g} θ"].rstrip(" %")) / 100
        assert script.cooperating("lola", scale) == pytest.approx(share, abs=0.08)
    ends = [script.cooperating("pola", scale, starts=8) for scale in (0.1, 1.0)]
    assert ends[0] == ends[1] > 0.3
