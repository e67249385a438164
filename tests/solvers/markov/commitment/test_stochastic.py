"""Stochastic commitments: the 12 games exactly, closed forms, and what theory says of values."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games.catalogue.classics import SYMMETRIC_2X2
from gtlearn.solvers import verify
from gtlearn.solvers._markov.commitment import stackelberg
from gtlearn.solvers._markov.commitment.floats import leader_values
from gtlearn.solvers._markov.commitment.view import LeaderView
from gtlearn.solvers._markov.response import stationary_response

TWELVE = [entry.name for entry in SYMMETRIC_2X2]
BEST = {"deadlock": 3, "prisoners_delight": 3}  # the others but the dilemma: 4
FOLLOWERS = ("optimal", "stationary")


@pytest.mark.parametrize("name", [name for name in TWELVE if name != "prisoners_dilemma"])
@pytest.mark.parametrize("follower", FOLLOWERS)
@pytest.mark.parametrize("ties", ["strong", "weak"])
def test_eleven_games_are_worth_their_folk_bound(name, follower, ties):
    solution = stackelberg(games.iterated(name, horizon=10), follower=follower, ties=ties)
    best = solution[0]
    assert (best.value, best.gap, best.attained) == (BEST.get(name, 4), 0, True)
    assert not solution.complete  # other tables may earn as much


@pytest.mark.parametrize(
    ("follower", "value"), [("optimal", Fraction(67, 20)), ("stationary", Fraction(7, 2))]
)
def test_the_dilemma_is_solved_to_its_bound(follower, value):
    game = games.iterated("prisoners_dilemma", horizon=10)
    strong = stackelberg(game, follower=follower)[0]
    assert (strong.value, strong.gap, strong.attained) == (value, 0, True)
    assert strong.payoffs[1] == 2  # the follower is held to its minmax
    weak = stackelberg(game, follower=follower, ties="weak")
    assert (weak[0].value, weak[0].gap, weak[0].attained) == (value, 0, False)
    assert verify.solution(game, weak).false == ()
    assert verify.solution(game, weak.to_json()).false == ()
    assert all(0 < value - kept <= distance for distance, kept in weak.robustness)


@pytest.mark.parametrize("leader", [0, 1])
def test_the_discounted_dilemma_by_an_equalizer(leader):
    # Press & Dyson (2012) and, discounted, Hilbe, Traulsen & Sigmund (2015): the leader can hold
    # the follower to the payoff of mutual defection whatever it does; one that cooperates all the
    # same gives the leader the folk bound, (1/2 + 1/2) / (1 - 24/25) = 25.
    game = games.iterated("ipd_meta_mapg", discount="24/25")
    best = stackelberg(game, leader=leader)[0]
    assert (best.value, best.gap, best.attained) == (25, 0, True)
    assert best.payoffs[1 - leader] == Fraction(-25, 2)


def test_rock_paper_scissors_is_worth_nothing():
    for kind in ({"horizon": 10}, {"discount": "24/25"}):
        for ties in ("strong", "weak"):
            best = stackelberg(games.iterated("rps_meta_mapg", **kind), ties=ties)[0]
            assert (best.value, best.gap, best.attained) == (0, 0, True)
    blind = stackelberg(games.iterated("rps_meta_mapg", horizon=10), follower="stationary")[0]
    assert (blind.value, blind.gap) == (0, 0)


@pytest.mark.parametrize("horizon", [1, 2, 5, 30])
def test_the_dilemma_of_any_length(horizon):
    # What a leader of unlimited memory gets (see the test of its bound), one step suffices for.
    best = stackelberg(games.iterated("prisoners_dilemma", horizon=horizon))[0]
    assert best.value * horizon == 2 * horizon + Fraction(3, 2) * (horizon - 1)
    assert best.gap == 0


PAYOFFS = st.lists(st.integers(0, 6), min_size=8, max_size=8)


def stage_of(payoffs, factor=1, shift=0):
    row, column = np.array(payoffs).reshape(2, 2, 2) * factor + shift
    return games.normal_form(row, column)


@given(PAYOFFS, st.sampled_from(FOLLOWERS), st.sampled_from([{"horizon": 3}, {"discount": "1/2"}]))
@settings(max_examples=10, deadline=None)
def test_order_of_the_values(payoffs, follower, kind):
    game = games.iterated(stage_of(payoffs), **kind)
    values = {
        (policy, ties): stackelberg(game, follower=follower, policy=policy, ties=ties)[0]
        for policy in ("deterministic", "stochastic")
        for ties in ("strong", "weak")
    }
    for ties in ("strong", "weak"):
        assert values["stochastic", ties].value >= values["deterministic", ties].value
        assert values["stochastic", ties].upper_bound >= values["stochastic", "strong"].value
    for policy in ("deterministic", "stochastic"):
        assert values[policy, "strong"].value >= values[policy, "weak"].value


@given(PAYOFFS, st.sampled_from(FOLLOWERS))
@settings(max_examples=10, deadline=None)
def test_no_random_table_exceeds_the_bound(payoffs, follower):
    game = games.iterated(stage_of(payoffs), horizon=3)
    best = stackelberg(game, follower=follower)[0]
    tables = np.random.default_rng(0).dirichlet([0.5, 0.5], size=(500, 5))
    values = leader_values(LeaderView.of(game.markov, 0, follower), tables, strong=True)
    # Near-ties of the floats count as ties, which can only gain what such a tie is worth.
    assert values.max() <= float(best.upper_bound) + 1e-6


@given(PAYOFFS)
@settings(max_examples=8, deadline=None)
def test_units_do_not_matter(payoffs):
    # Positive affine payoffs, here 3 u - 2, are the same game in other units.
    game = games.iterated(stage_of(payoffs), horizon=2)
    other = games.iterated(stage_of(payoffs, 3, -2), horizon=2)
    one, two = (stackelberg(g, policy="deterministic")[0].value for g in (game, other))
    assert two == 3 * one - 2
    first, second = (stackelberg(g)[0] for g in (game, other))
    if first.gap == second.gap == 0:
        assert second.value == 3 * first.value - 2


def test_bad_options_are_named():
    game = games.iterated("chicken", horizon=2)
    with pytest.raises(InputError, match="'clever' is no follower; use stationary or optimal"):
        stackelberg(game, follower="clever")
    three = games.normal_form(*np.zeros((3, 2, 2, 2), dtype=int))
    with pytest.raises(InputError, match="3 players"):
        stackelberg(games.iterated(three, horizon=2))
    with pytest.raises(InputError, match=r"use policy=.deterministic"):
        stackelberg(game.markov, policy="stochastic")


@pytest.mark.parametrize("factor", [Fraction(1, 10**12), Fraction(10**12)])
def test_scale_does_not_matter(factor):
    payoffs = [[3, 0], [5, 1]], [[3, 5], [0, 1]]
    scaled = [[[factor * u for u in row] for row in matrix] for matrix in payoffs]
    one, two = (
        stackelberg(games.iterated(games.normal_form(*matrices), horizon=10))[0]
        for matrices in (payoffs, scaled)
    )
    assert (two.value, two.upper_bound) == (factor * one.value, factor * one.upper_bound)
    assert two.commitment == one.commitment
    assert one.gap <= Fraction(5, 1000)  # a thousandth of the range


def test_a_follower_of_many_tables_is_still_searched():
    # What is best against an optimal follower is tried against a stationary one, too.
    game = games.iterated(games.load("3,1 0,2 1,0; 5,0 1,1 2,3"), horizon=4)
    optimal = stackelberg(game)[0]
    blind = stackelberg(game, follower="stationary")[0]
    tables = [optimal.commitment, None]
    assert blind.value >= stationary_response(game, tables, 1, ties="strong").payoffs[0]


def test_the_last_step_is_the_stage_commitment():
    for follower in FOLLOWERS:
        for ties in ("strong", "weak"):
            game = games.iterated("prisoners_dilemma", horizon=1)
            best = stackelberg(game, follower=follower, ties=ties)[0]
            assert (best.value, best.gap, best.attained) == (2, 0, True)
