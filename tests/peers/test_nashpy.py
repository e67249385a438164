"""Nashpy: agreement where it is right, and games where it is wrong."""

import importlib.metadata
import signal
import subprocess
import sys
import warnings
from fractions import Fraction as F

import numpy as np
import pytest

from gtlearn.errors import InputError
from gtlearn.games import families, normal_form
from gtlearn.solvers import all_equilibria, one_equilibrium, verify

nashpy = pytest.importorskip("nashpy", reason="nashpy is missing; pip install -e '.[peers]'")

VERSION = importlib.metadata.version("nashpy")
pinned = pytest.mark.skipif(
    VERSION != "0.0.43", reason=f"measured on nashpy 0.0.43, and {VERSION} is installed"
)


def theirs(game):
    return nashpy.Game(*(game.floats(player) for player in (0, 1)))


def listed(equilibria):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return list(equilibria)


def near(strategies, found):
    flat = np.concatenate([np.array([float(p) for p in s]) for s in strategies])
    return any(np.allclose(flat, np.concatenate(other), atol=1e-8) for other in found)


@pytest.mark.parametrize("seed", range(40))
def test_vertex_enumeration_of_nondegenerate_games(seed):
    game = families.uniform(2 + seed % 3, 2 + seed % 4, high=10**4, seed=seed)
    ours, found = all_equilibria(game), listed(theirs(game).vertex_enumeration())
    assert len(ours) == len(found)
    assert all(near(e.strategies, found) for e in ours)


@pytest.mark.parametrize("seed", range(40))
def test_support_enumeration_finds_nothing_else(seed):
    game = families.uniform(2 + seed % 3, 2 + seed % 4, high=10**4, seed=seed)
    ours = [[np.array(s, dtype=float) for s in e.strategies] for e in all_equilibria(game)]
    for equilibrium in listed(theirs(game).support_enumeration()):
        assert near(equilibrium, ours)


@pytest.mark.parametrize("seed", range(20))
def test_lemke_howson_on_tiny_games(seed):
    game = families.uniform(3, 3, high=10**4, seed=seed)
    ours = [[np.array(s, dtype=float) for s in e.strategies] for e in all_equilibria(game)]
    for label in range(6):
        assert near(theirs(game).lemke_howson(initial_dropped_label=label), ours)


@pinned
class TestWrong:
    def test_support_enumeration_finds_no_equilibrium_of_a_nondegenerate_game(self):
        game = normal_form(
            [[30, 56, 87], [95, 24, 63], [20, 61, 84]], [[98, 14, 28], [30, 37, 13], [77, 52, 97]]
        )
        assert listed(theirs(game).support_enumeration()) == []
        solution = all_equilibria(game)
        assert [e.strategies for e in solution] == [
            ((0, F(25, 32), F(7, 32)), (F(37, 112), F(75, 112), 0))
        ]
        assert verify.is_nash(game, solution[0].strategies)
        assert solution[0].index == 1

    def test_support_enumeration_misses_equilibria_of_many_nondegenerate_games(self):
        missed = 0
        for seed in range(60):
            game = families.uniform(4, 4, seed=seed)
            ours = all_equilibria(game)
            if all(e.index for e in ours):
                missed += len(listed(theirs(game).support_enumeration())) < len(ours)
        assert missed >= 5

    def test_degenerate_games_of_its_own_documentation(self):
        # "Handle degenerate games": every path ends at one end of a segment
        rows = [[0, -1, 1], [-1, 0, 1], [-1, 0, 1]]
        game = normal_form(rows, [[-v for v in row] for row in rows])
        ends = {tuple(x) for x, _ in listed(theirs(game).lemke_howson_enumeration())}
        assert len(ends) == 1
        assert all_equilibria(game).components == ((0, 1),)
        # and another, where the segment's second end is missing
        game = normal_form([[4, 9, 9], [9, 1, 6], [9, 2, 3]], [[2, 2, 5], [7, 4, 4], [1, 6, 4]])
        end = ((0, F(5, 8), F(3, 8)), (1, 0, 0))
        assert end in {e.strategies for e in all_equilibria(game)}
        assert not near(end, listed(theirs(game).support_enumeration()))

    def test_nan_payoffs_have_no_equilibria(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert listed(nashpy.Game(np.array([[np.nan, 1], [1, 0]])).support_enumeration()) == []
        with pytest.raises(InputError, match="not a finite number"):
            normal_form([[np.nan, 1], [1, 0]], [[1, 0], [0, 1]])

    def test_lemke_howson_hangs_on_twenty_actions(self):
        game = families.uniform(20, 20, seed=0)
        assert verify.is_nash(game, one_equilibrium(game, method="lemke-howson")[0].strategies)
        seconds = 5  # of processor time, after the imports; it takes a hundredth where it ends
        code = (
            "import signal, nashpy\n"
            "from gtlearn.games import families\n"
            "game = families.uniform(20, 20, seed=0)\n"
            f"signal.setitimer(signal.ITIMER_PROF, {seconds})\n"
            "nashpy.Game(game.floats(0), game.floats(1)).lemke_howson(initial_dropped_label=0)\n"
        )
        result = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
        assert result.returncode == -signal.SIGPROF
