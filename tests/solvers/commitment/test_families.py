"""Larger and awkward games: degenerate, ill-scaled, huge, and structured ones."""

from fractions import Fraction

import numpy as np
import pytest

from gtlearn.games import BayesianGame, normal_form
from gtlearn.solvers._commitment import stackelberg
from gtlearn.solvers._commitment.mixed import MINIMAX, MULTIPLE_LPS
from gtlearn.solvers.verify.commitment import commitment


def certified(game, **options):
    solution = stackelberg(game, **options)
    assert solution[0].gap == 0
    assert solution.arithmetic == "rational"
    assert commitment(game, solution[0]) == ()
    return solution


def covariant(rng, size, rho):
    first, noise = rng.standard_normal((2, size, size))
    second = rho * first + np.sqrt(1 - rho * rho) * noise
    return (first * 1000).astype(int), (second * 1000).astype(int)


@pytest.mark.parametrize("ties", ["strong", "weak"])
@pytest.mark.parametrize("rho", [-0.9, -0.5, 0.0, 0.5])
def test_covariant_games(rho, ties):
    rng = np.random.default_rng(7)
    certified(normal_form(*covariant(rng, 30, rho)), ties=ties)


@pytest.mark.parametrize("ties", ["strong", "weak"])
@pytest.mark.parametrize("shape", [(1, 1), (1, 6), (6, 1), (3, 40), (40, 3), (25, 25)])
def test_shapes(shape, ties):
    rng = np.random.default_rng(3)
    certified(normal_form(rng.integers(0, 100, shape), rng.integers(0, 100, shape)), ties=ties)


@pytest.mark.parametrize("ties", ["strong", "weak"])
@pytest.mark.parametrize("seed", range(4))
def test_many_ties(seed, ties):
    rng = np.random.default_rng(seed)
    certified(normal_form(rng.integers(0, 3, (20, 20)), rng.integers(0, 3, (20, 20))), ties=ties)


@pytest.mark.parametrize("ties", ["strong", "weak"])
def test_all_zero(ties):
    outcome = certified(normal_form(np.zeros((5, 4)), np.zeros((5, 4))), ties=ties)[0]
    assert outcome.payoffs == (0, 0)
    assert outcome.attained


def test_indifferent_follower():
    rng = np.random.default_rng(0)
    table = rng.integers(0, 50, (8, 8))
    assert certified(normal_form(table, np.zeros((8, 8))))[0].payoffs[0] == table.max()
    weak = certified(normal_form(table, np.zeros((8, 8))), ties="weak")[0]
    minimax = certified(normal_form(table, -table))[0]
    assert weak.payoffs[0] == minimax.payoffs[0]  # an adversary in all but name


@pytest.mark.parametrize("ties", ["strong", "weak"])
@pytest.mark.parametrize("seed", range(3))
def test_ill_scaled_floats(seed, ties):
    rng = np.random.default_rng(seed)
    tables = rng.standard_normal((2, 12, 12)) * 10.0 ** rng.integers(-9, 10, (2, 12, 12))
    solution = certified(normal_form(*tables), ties=ties)
    assert any("floats" in note or "binary" in note for note in solution.notes)


@pytest.mark.parametrize("ties", ["strong", "weak"])
def test_floats_of_ordinary_size(ties):
    tables = np.random.default_rng(0).standard_normal((2, 60, 60))
    certified(normal_form(*tables), ties=ties, time_limit=20)


@pytest.mark.parametrize("limit", [1e-9, 0.02, 0.2])
@pytest.mark.parametrize("ties", ["strong", "weak"])
def test_what_was_found_in_time_is_what_it_says(ties, limit):
    # Interests opposed but for the rounding of doubles, over 18 orders of magnitude: at whatever
    # mix the search stops, several responses are best, and the one that is claimed must be right.
    rng = np.random.default_rng(5)
    table = rng.standard_normal((20, 20)) * 10.0 ** rng.integers(-9, 10, (20, 20))
    game = normal_form(table, -table + 1e-9 * rng.standard_normal((20, 20)))
    outcome = stackelberg(game, ties=ties, time_limit=limit)[0]
    assert commitment(game, outcome) == ()


def test_tiny_differences_decide():
    # In doubles the two columns look alike; exactly, the second one is best for the follower.
    small = Fraction(1, 10**30)
    game = normal_form([[1, 0], [1, 0]], [[1, 1 + small], [1, 1 + small]])
    assert certified(game)[0].response == 1
    assert certified(game)[0].payoffs[0] == 0


@pytest.mark.parametrize("ties", ["strong", "weak"])
def test_integers_beyond_64_bits(ties):
    rng = np.random.default_rng(1)
    small = rng.integers(0, 100, (2, 8, 8))
    huge = small.astype(object) * 10**40 + 1
    plain = certified(normal_form(*small), ties=ties)[0]
    large = certified(normal_form(*huge), ties=ties)[0]
    assert large.payoffs[0] == plain.payoffs[0] * 10**40 + 1
    assert large.attained == plain.attained


def test_numbers_near_the_edge_of_64_bits():
    rng = np.random.default_rng(2)
    small = rng.integers(0, 1000, (2, 9, 9))
    edge = small * (2**61 // 1000)
    scale = 2**61 // 1000
    for ties in ("strong", "weak"):
        plain = certified(normal_form(*small), ties=ties)[0]
        assert certified(normal_form(*edge), ties=ties)[0].payoffs[0] == plain.payoffs[0] * scale


def test_the_method_follows_the_game():
    rng = np.random.default_rng(4)
    table = rng.integers(0, 100, (15, 15))
    other = rng.integers(0, 100, (15, 15))
    assert certified(normal_form(table, -table)).method == MINIMAX
    assert certified(normal_form(table, 7 - 2 * table)).method == MINIMAX
    assert certified(normal_form(table, other)).method == MULTIPLE_LPS


def bayesian(seed, types, shape, high=100, leader=0):
    rng = np.random.default_rng(seed)
    members = []
    for _ in range(types):
        own, other = rng.integers(0, high, (2, *shape))
        members.append(normal_form(own, other) if leader == 0 else normal_form(other.T, own.T))
    weights = rng.integers(1, 10, types)
    prior = tuple(Fraction(int(w), int(weights.sum())) for w in weights)
    return BayesianGame("b", tuple(map(str, range(types))), prior, tuple(members), leader)


@pytest.mark.parametrize("seed", range(12))
def test_dobss_agrees_with_harsanyi(seed):
    shape, high = (2 + seed % 4, 2 + seed % 3), (3, 10, 100)[seed % 3]
    game = bayesian(seed, 1 + seed % 4, shape, high, leader=seed % 2)
    exact = certified(game, method="harsanyi")
    integer = certified(game, method="dobss")
    assert integer[0].payoffs[0] == exact[0].payoffs[0]
    bound = integer[0].certificate.evidence["float_bound"]
    assert bound == pytest.approx(float(exact[0].payoffs[0]), abs=1e-5)


def test_many_types():
    game = bayesian(5, 7, (6, 5))
    solution = certified(game)
    assert len(solution[0].response) == 7
    assert len(solution[0].strategies) == len(solution[0].payoffs) == 8


def test_types_with_huge_and_fractional_payoffs():
    game = bayesian(2, 3, (3, 3), 10)
    members = tuple(
        normal_form(
            g.payoffs[0].numerators.astype(object) * 10**30 + Fraction(1, 3),
            g.payoffs[1].numerators.astype(object) * Fraction(1, 10**20),
        )
        for g in game.games
    )
    scaled = BayesianGame("scaled", game.types, game.prior, members)
    before, after = certified(game)[0], certified(scaled)[0]
    assert after.payoffs[0] == before.payoffs[0] * 10**30 + Fraction(1, 3)
