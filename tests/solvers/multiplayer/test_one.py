"""One equilibrium of three players and more, by each method."""

from fractions import Fraction

import numpy as np
import pytest

from gtlearn import games, solvers
from gtlearn.errors import InputError


def covariant(seed, shape, correlation):
    """Payoffs of a profile are normal, with this correlation between any two players."""
    players = len(shape)
    random = np.random.default_rng(seed)
    matrix = np.full((players, players), correlation) + (1 - correlation) * np.eye(players)
    drawn = random.multivariate_normal(np.zeros(players), matrix, shape, method="cholesky")
    return games.normal_form(*(np.rint(drawn[..., k] * 10**4).astype(int) for k in range(players)))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    ("shape", "correlation"), [((3, 3, 3), -0.45), ((6, 6, 6), -0.45), ((3, 3, 3, 3), -0.3)]
)
def test_every_game_has_one(shape, correlation, seed):
    """Nash (1951), Theorem 1; what is found is verified."""
    game = covariant(seed, shape, correlation)
    solution = solvers.solve(game)
    assert len(solution) == 1 and solution[0].certificate.verified
    assert not solvers.verify.solution(game, solution).false


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("method", ["logit", "supports"])
def test_it_is_in_the_list_of_all(method, seed):
    game = covariant(seed, (2, 2, 2), -0.45)
    every = solvers.solve(game, find="all")
    (one,) = solvers.solve(game, method=method)
    played = np.concatenate([list(map(float, s)) for s in one.strategies])
    listed = [np.concatenate([list(map(float, s)) for s in e.strategies]) for e in every]
    assert min(np.abs(played - other).max() for other in listed) < 1e-12


def test_the_best_of_all():
    game = covariant(1, (2, 2, 3), 0.3)
    every = solvers.solve(game, find="all")
    (best,) = solvers.solve(game, select="welfare")
    assert sum(map(float, best.payoffs)) == max(sum(map(float, e.payoffs)) for e in every)
    (fair,) = solvers.solve(game, select="fairness")
    assert min(map(float, fair.payoffs)) == max(min(map(float, e.payoffs)) for e in every)


def test_bad_input():
    game = covariant(0, (2, 2, 2), 0)
    with pytest.raises(InputError, match="no method where more than two players choose; use pure"):
        solvers.solve(game, method="lemke-howson")
    with pytest.raises(InputError, match="no method for all equilibria"):
        solvers.solve(game, find="all", method="logit")
    with pytest.raises(InputError, match="two players who choose"):
        solvers.solve(game, select="entropy")
    long = games.normal_form(*(np.array(p.numerators, dtype=object) * 2**60 for p in game.payoffs))
    with pytest.raises(InputError, match="more than 53 bits"):
        solvers.solve(long, find="all")


def test_the_nearest_equilibrium():
    """Of Gambit's 2x2x2.nfg, (2/5, 1/2, 1/3) is at most 1/6 from even odds in each coordinate."""
    text = "9 8 12 0 0 0 0 0 0 9 8 2 0 0 0 3 4 6 3 4 6 0 0 0"
    game = games.loads(f'NFG 1 R "" {{ "1" "2" "3" }} {{ 2 2 2 }}\n\n{text}\n', "nfg")
    nearest = solvers.check([["1/2", "1/2"]] * 3, game).nearest
    assert nearest.distance == Fraction(1, 6)
    assert [s[0] for s in nearest.strategies] == [Fraction(2, 5), Fraction(1, 2), Fraction(1, 3)]
    exact = solvers.check(solvers.solve(game), game)
    assert exact.holds and exact.nearest.distance == 0
