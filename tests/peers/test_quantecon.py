"""QuantEcon: agreement on nondegenerate games, and games where it is wrong."""

import importlib.metadata

import numpy as np
import pytest

from gtlearn.games import families, load
from gtlearn.solvers import all_equilibria, zero_sum
from gtlearn.solvers._nash.lemke_howson import path_equilibrium

theory = pytest.importorskip(
    "quantecon.game_theory", reason="quantecon is missing; pip install -e '.[peers]'"
)

VERSION = importlib.metadata.version("quantecon")
pinned = pytest.mark.skipif(
    VERSION != "0.11.4", reason=f"measured on quantecon 0.11.4, and {VERSION} is installed"
)


def theirs(game):
    return theory.NormalFormGame(
        (theory.Player(game.floats(0)), theory.Player(game.floats(1).T.copy()))
    )


def rounded(profiles):
    return {
        tuple(tuple(round(float(p), 6) + 0.0 for p in s) for s in profile) for profile in profiles
    }


@pytest.mark.parametrize("seed", range(40))
def test_all_equilibria_of_nondegenerate_games(seed):
    game = families.uniform(2 + seed % 4, 2 + seed % 5, high=10**4, seed=seed)
    ours = rounded(e.strategies for e in all_equilibria(game))
    assert rounded(theory.vertex_enumeration(theirs(game))) == ours
    if game.shape[0] == game.shape[1]:
        assert rounded(theory.support_enumeration(theirs(game))) == ours


@pytest.mark.parametrize("seed", range(3))
def test_ten_by_ten(seed):
    game = families.uniform(10, 10, high=10**4, seed=seed)
    ours = rounded(e.strategies for e in all_equilibria(game))
    assert rounded(theory.vertex_enumeration(theirs(game))) == ours


@pytest.mark.parametrize("seed", range(20))
def test_every_lemke_howson_path_ends_where_ours_does(seed):
    game = families.uniform(5, 4, high=10**4, seed=seed)
    for label in range(9):
        end = theory.lemke_howson(theirs(game), init_pivot=label)
        assert rounded([end]) == rounded([path_equilibrium(game, label).strategies])


@pytest.mark.parametrize("seed", range(10))
def test_zero_sum(seed):
    from quantecon.optimize import minmax

    game = families.zero_sum(20, 15, high=1000, seed=seed)
    value, x, y = minmax(game.floats(0))
    ours = zero_sum(game)[0]
    assert value == pytest.approx(float(ours.payoffs[0]), abs=1e-8)
    assert np.allclose(x, [float(p) for p in ours.strategies[0]], atol=1e-6)
    assert np.allclose(y, [float(p) for p in ours.strategies[1]], atol=1e-6)


@pinned
class TestWrong:
    @pytest.mark.parametrize("kind", families.DEGENERATE_KINDS)
    def test_vertex_enumeration_misses_equilibria_of_degenerate_games(self, kind):
        fewer = 0
        for seed in range(6):
            game = families.degenerate(3, 3, kind=kind, seed=seed)
            ours = rounded(e.strategies for e in all_equilibria(game))
            found = rounded(theory.vertex_enumeration(theirs(game)))
            fewer += len(found & ours) < len(ours)
        assert fewer >= 5

    def test_one_of_the_nine_equilibria_of_the_zero_game(self):
        game = families.degenerate(3, 3, kind="zero")
        assert len(theory.vertex_enumeration(theirs(game))) == 1
        assert len(all_equilibria(game)) == 9

    def test_support_enumeration_misses_the_end_of_a_segment(self):
        game = load("von_stengel_degenerate")
        found = rounded(theory.support_enumeration(theirs(game)))
        assert len(all_equilibria(game)) == 3
        assert len(found & rounded(e.strategies for e in all_equilibria(game))) == 2
