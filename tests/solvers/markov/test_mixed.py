"""Logarithmic tracing: mixed stationary equilibria, as exact as they are said to be."""

from fractions import Fraction as F

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games.testing import bimatrix_games, markov_games
from gtlearn.solvers import verify
from gtlearn.solvers._markov.certified import decimal
from gtlearn.solvers._markov.nash import solve_nash
from gtlearn.solvers._markov.tracing import FINEST, FloatGame, traced
from gtlearn.solvers.enclosures import Enclosure

few = settings(max_examples=40, deadline=None)
SMALL = st.integers(-3, 3)
TWO = markov_games(finite=False, payoffs=SMALL)
THREE = markov_games(num_players=3, finite=False, max_states=2, max_actions=2, payoffs=SMALL)


def solved(game):
    """The outcome, re-checked by the code that shares nothing with the solver."""
    solution = solve_nash(game, method="tracing")
    assert verify.solution(game, solution).false == ()
    (outcome,) = solution
    exact = not any(outcome.certificate.evidence["regrets"])
    assert outcome.certificate.verified == exact
    assert bool(solution.notes) != exact  # an approximation is called one
    return outcome


def ends(number):
    """Between which rationals a number lies."""
    return (number.lower, number.upper) if isinstance(number, Enclosure) else (number, number)


@few
@given(st.one_of(TWO, THREE))
def test_an_equilibrium_of_every_game(game):
    """Fink (1964): there is one in stationary strategies."""
    regrets = solved(game).certificate.evidence["regrets"]
    for array, regret in zip(game.payoffs, regrets, strict=True):
        legal = array.fractions()[game.legal_profiles]
        assert 0 <= regret <= (legal.max() - legal.min()) / (1 - game.discount) / 10**9


@few
@given(bimatrix_games(max_rows=3, max_columns=3, payoffs=SMALL), st.fractions(0, F(9, 10)))
def test_one_state_has_an_equilibrium_of_the_stage_game(stage, discount):
    """With two players it is rational, and found exactly where it is isolated."""
    game = games.markov_game(
        [array.fractions()[None] for array in stage.payoffs],
        np.ones((1, *stage.shape, 1), dtype=int),
        discount=discount,
    )
    outcome = solved(game)
    if outcome.certificate.arithmetic == "rational" and outcome.certificate.verified:
        assert verify.is_nash(stage, [table[0] for table in outcome.strategies])


@few
@given(markov_games(zero_sum=True, finite=False, payoffs=SMALL))
def test_zero_sum_games_have_one_value(game):
    outcome = solved(game)
    evidence = solve_nash(game)[0].certificate.evidence
    first, second = outcome.certificate.evidence["regrets"]
    low, high = ends(outcome.payoffs[0])
    assert max(evidence["lower"], low - second) <= min(evidence["upper"], high + first)


def test_exact_where_the_equilibrium_is_rational():
    battle = games.iterated("battle_of_the_sexes", discount="1/2").markov
    outcome = solved(battle)
    assert outcome.certificate.verified
    pennies = games.iterated("matching_pennies", discount="9/10").markov
    assert solved(pennies).strategies == (((F(1, 2), F(1, 2)),) * 5,) * 2


def test_three_players_with_an_irrational_equilibrium():
    """Each player is paid 1 if its bit differs from the next one's, and 1/2 if all bits are 1.

    Where all play 1 with probability q, a 0 earns q and a 1 earns 1 - q + q^2 / 2, so that
    q^2 - 4 q + 2 = 0 and q = 2 - sqrt(2).
    """
    payoffs = [np.zeros((1, 2, 2, 2), dtype=object) for _ in range(3)]
    for bits in np.ndindex(2, 2, 2):
        for k in range(3):
            all_ones = F(1, 2) if bits == (1, 1, 1) else 0
            payoffs[k][(0, *bits)] = int(bits[k] != bits[(k + 1) % 3]) + all_ones
    game = games.markov_game(payoffs, np.ones((1, 2, 2, 2, 1), dtype=int), discount="1/2")
    outcome = solved(game)
    assert outcome.certificate.arithmetic == "enclosure"
    for table in outcome.strategies:
        lower, upper = ends(table[0][1])
        assert lower**2 - 4 * lower + 2 > 0 > upper**2 - 4 * upper + 2
        assert upper - lower < F(1, 10**30)


@few
@given(TWO, st.integers(0, 2**32 - 1))
def test_paths_end_near_an_equilibrium(game, seed):
    floats = FloatGame.of(game)
    weights = np.random.default_rng(seed).exponential(size=floats.entries) + 0.01
    end = traced(floats, weights / (floats.owners @ (floats.owners.T @ weights)))
    if end is not None:
        x, values = end
        np.testing.assert_allclose(floats.owners.T @ x, 1, atol=1e-9)  # rounding of doubles
        assert x.min() >= 0
        # x (v + mu - q) = mu w holds up to 1e-3 of mu w, and mu is at most FINEST
        assert (x * floats.slack(x, values, 0.0)).max() <= 2 * FINEST


@few
@given(markov_games(finite=False, payoffs=SMALL), st.integers(0, 2**32 - 1))
def test_slopes_are_those_of_finite_differences(game, seed):
    floats = FloatGame.of(game)
    generator = np.random.default_rng(seed)
    x, values, mu = generator.random(floats.entries), generator.random(floats.equations), 0.3
    by_x, by_values, by_mu = floats.slack_slopes(x, values, mu)
    change = [generator.random(floats.entries), generator.random(floats.equations), 1.0]
    step = 1e-6
    ends = [
        floats.slack(x + s * change[0], values + s * change[1], mu + s * change[2])
        for s in (step, -step)
    ]
    slope = by_x @ change[0] + by_values @ change[1] + by_mu * change[2]
    # central differences err by step^2 and by rounding / step
    np.testing.assert_allclose((ends[0] - ends[1]) / (2 * step), slope, atol=1e-7)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=5).filter(any), st.integers(1, 20))
def test_rounded_rows_stay_probabilities(weights, digits):
    exact = [F(w, sum(weights)) for w in weights]
    short = decimal(exact, digits)
    assert sum(short) == 1
    assert all((p * 10**digits).denominator == 1 for p in short)
    assert all(abs(p - q) < F(1, 10**digits) for p, q in zip(exact, short, strict=True))


def test_not_with_a_horizon_nor_to_select():
    with pytest.raises(InputError, match="has a horizon"):
        solve_nash(games.iterated("battle", horizon=3), method="tracing")
    with pytest.raises(InputError, match="finds one equilibrium"):
        solve_nash(games.iterated("battle", discount="1/2"), method="tracing", select="welfare")


def test_the_time_limit():
    game = games.iterated("battle", discount="1/2")
    solution = solve_nash(game, method="tracing", time_limit=1e-9)
    assert (solution.status, len(solution)) == ("time_limit", 0)
