"""OpenSpiel's JPSRO, which needs cvxpy: it agrees within its tolerance, but is not exact."""

import numpy as np
import pytest

from gtlearn import games
from gtlearn.solvers._correlated import coarse_correlated, correlated
from gtlearn.solvers.verify.correlated import largest_gain


@pytest.fixture(scope="module")
def jpsro():
    pytest.importorskip("cvxpy")
    pytest.importorskip("ecos")
    return pytest.importorskip("open_spiel.python.algorithms.jpsro", exc_type=ImportError)


def theirs(solver, game):
    payoffs = np.stack([game.floats(k) for k in range(game.num_players)])
    return np.asarray(solver(payoffs, [np.ones(size, dtype=int) for size in game.shape])[0])


@pytest.mark.parametrize("seed", range(3))
def test_welfare_agrees(jpsro, seed):
    game = games.normal_form(*np.random.default_rng(seed).integers(0, 100, (3, 4, 4, 4)))
    for own, peer in (
        (correlated, jpsro._mwce),
        (coarse_correlated, jpsro._mwcce),
    ):
        found = theirs(peer, game)
        welfare = sum(float((found * game.floats(k)).sum()) for k in range(3))
        assert welfare == pytest.approx(float(own(game)[0].value), abs=1e-3)


def test_their_answer_violates_constraints_that_ours_satisfies(jpsro):
    worst = 0
    for seed in range(3):
        game = games.normal_form(*np.random.default_rng(seed).integers(0, 100, (3, 10, 10, 10)))
        found = np.maximum(theirs(jpsro._mwce, game), 0)
        distribution = {s: float(p) for s, p in np.ndenumerate(found / found.sum()) if p > 0}
        worst = max(worst, largest_gain(game, distribution, coarse=False))
        assert largest_gain(game, correlated(game)[0].distribution, coarse=False) == 0
    assert worst > 0
