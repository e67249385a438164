"""The table of the 12 games in the documentation is what the solver says."""

import re
from fractions import Fraction
from pathlib import Path

import pytest

from gtlearn import games
from gtlearn.games.catalogue.classics import SYMMETRIC_2X2
from gtlearn.solvers._markov.commitment import stackelberg

PAGE = Path(__file__).parents[4] / "docs" / "what-a-commitment-is-worth.md"
ROWS = dict(re.findall(r"^\| (\w+) \| ([\d. |]+) \|$", PAGE.read_text(), re.MULTILINE))
COLUMNS = [(p, f) for p in ("deterministic", "stochastic") for f in ("optimal", "stationary")]


def test_all_games_are_listed():
    assert list(ROWS) == [entry.name for entry in SYMMETRIC_2X2]


@pytest.mark.parametrize("name", ROWS)
def test_values_are_the_solvers(name):
    *values, unlimited, folk = map(Fraction, ROWS[name].split(" | "))
    game = games.iterated(name, horizon=10)
    found = [stackelberg(game, policy=policy, follower=who) for policy, who in COLUMNS]
    assert [solution[0].value for solution in found] == values
    assert [solution[0].gap for solution in found] == [0] * 4
    assert found[0].bounds == {"folk": folk, "unlimited_memory": unlimited}
