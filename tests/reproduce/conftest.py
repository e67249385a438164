"""A figure that is trained in a moment, and runs that were never trained."""

import tomllib

import numpy as np
import pytest

from gtlearn.reproduce.figure import Reproduction, parse_figure
from gtlearn.reproduce.kinds.kind import FinishedRun

SMALL = """
title = "A small figure"
source = "Nobody (2001), Figure 7"
algorithm = "contextual-stackelberg"
seeds = "0..1"
values = [1, 4]

[options]
horizon = 2
posttraining = 1

[run]
tensorboard = false

[[panels]]
name = "chicken"
options = { game = "chicken" }

[[panels]]
name = "deadlock"
options = { game = "deadlock" }

[[methods]]
name = "planner"
label = "bandit + planner"
options = { follower = "planning", leader = "bandit", pretraining = 4, iterations = 5 }
paper = { steps = "about 50,000", reached = "all" }

[[statements]]
text = "It converges."
where = "Section 4"

[quick]
panels = ["chicken"]
seeds = "0"

[quick.options.planner]
iterations = 3
"""


@pytest.fixture
def small_text():
    """The small figure's file."""
    return SMALL


@pytest.fixture
def held():
    """What it holds."""
    return tomllib.loads(SMALL)


@pytest.fixture
def small(held):
    return parse_figure("small", held)


@pytest.fixture
def made_up():
    """Runs from their numbers: a Reproduction of a figure, all of whose curves are these."""

    def make(figure, runs, folder):
        cells = {(p.name, m.name): runs for p in figure.panels for m in figure.methods}
        return Reproduction(figure, cells, folder)

    return make


@pytest.fixture
def run_of():
    """A run whose commitment was worth these values at steps 100, 200, ..."""

    def make(seed, values, exact=4.0, follower_class="optimal"):
        result = {
            "seed": seed,
            "true_value": values[-1],
            "exact_value": exact,
            "follower_class": follower_class,
            "follower_regret": 0.5,
            "env_steps": 100 * len(values),
        }
        metrics = {
            "env_steps": 100.0 * (1 + np.arange(len(values))),
            "true_value": np.array(values),
            "leader_value": np.array(values) - 1,
        }
        return FinishedRun(result, metrics)

    return make
