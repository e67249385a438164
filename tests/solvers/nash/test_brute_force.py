"""All extreme equilibria against brute force, degenerate games above all."""

from fractions import Fraction

import numpy as np
import pytest

from gtlearn.games import families
from gtlearn.solvers import all_equilibria
from gtlearn.solvers._nash import partners, polytope


def draw(seed, high, largest=4):
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(1, largest, 2, endpoint=True))
    return rng.integers(0, high, (2, *shape), endpoint=True).tolist()


@pytest.mark.parametrize("high", [1, 2, 3])
@pytest.mark.parametrize("block", range(4))
def test_small_integers_are_degenerate(high, block, check_all):
    for seed in range(10 * block, 10 * block + 10):
        check_all(*draw(seed, high))


@pytest.mark.parametrize("block", range(3))
def test_generic_payoffs_have_an_odd_number_of_isolated_equilibria(block, check_all):
    for seed in range(8 * block, 8 * block + 8):
        solution = check_all(*draw(1000 + seed, 10**6))
        assert len(solution) % 2 == 1
        assert all(len(component) == 1 for component in solution.components)
        assert {e.index for e in solution} <= {1, -1}


@pytest.mark.parametrize("kind", families.DEGENERATE_KINDS)
@pytest.mark.parametrize("shape", [(4, 4), (3, 4), (4, 2)])
def test_degenerate_families(kind, shape, check_all):
    for seed in range(3):
        game = families.degenerate(*shape, kind=kind, seed=seed)
        check_all(*(tensor.numerators.tolist() for tensor in game.payoffs))


def test_all_two_by_two_games_with_payoffs_zero_or_one(check_all):
    for bits in range(256):
        entries = [bits >> k & 1 for k in range(8)]
        check_all([entries[:2], entries[2:4]], [entries[4:6], entries[6:]])


@pytest.mark.parametrize("seed", range(10))
def test_fractions(seed, check_all):
    rng = np.random.default_rng(seed)
    above, below = rng.integers(-9, 9, (2, 3, 3)), rng.integers(1, 9, (2, 3, 3))
    ratios = np.vectorize(lambda p, q: Fraction(int(p), int(q)), otypes=[object])(above, below)
    check_all(*ratios.tolist())


GAMES = (
    *(families.degenerate(5, 5, kind=kind, seed=3) for kind in families.DEGENERATE_KINDS),
    *(families.uniform(6, 5, seed=seed) for seed in range(4)),
    families.uniform(3, 9, high=3, seed=1),
    families.uniform(9, 3, high=3, seed=2),
    families.covariant(5, 5, rho=-0.9, seed=2),
    families.ranking(5, seed=1),
    families.unit_vector(4, 6, high=4, seed=5),
    families.sgc(2),
)


def outcome(game):
    solution = all_equilibria(game)
    assert solution.complete
    indices = dict(zip(solution.components, solution.component_indices, strict=True))
    return (
        {e.strategies: e.index for e in solution},
        {frozenset(solution[k].strategies for k in c): i for c, i in indices.items()},
        {(frozenset(s.rows), frozenset(s.columns)) for s in solution.subsets},
    )


@pytest.mark.parametrize("game", GAMES, ids=lambda game: f"{game.name}-{game.shape}")
def test_every_path_of_the_code_finds_the_same(game, monkeypatch):
    usual = outcome(game)  # linear systems, where the game is not too degenerate
    monkeypatch.setattr(partners, "MAX_FACES", -1)  # vertices of both sides, matched
    assert outcome(game) == usual
    monkeypatch.setattr(polytope, "PERTURBATIONS", ())  # by exact pivots
    assert outcome(game) == usual
