"""What `solve` finds, played in OpenSpiel: its own NashConv and expected scores agree with us."""

import re
from fractions import Fraction

import pyspiel
import pytest
from open_spiel.python.algorithms.expected_game_score import policy_value
from open_spiel.python.algorithms.exploitability import nash_conv

from gtlearn import games, solvers
from gtlearn.errors import InputError
from gtlearn.games.openspiel.iterated import IteratedOpenSpielGame
from gtlearn.games.openspiel.markov import MarkovOpenSpielGame

ROUNDED = 1e-12  # a few hundred additions of doubles near 1

MARKET = """{"payoffs": {"boom": "4,4 1,5; 5,1 2,2", "bust": "2,2 0,3; 3,0 1,1"},
 "actions": [["high", "low"], ["high", "low"]], "start": {"boom": "1/2", "bust": "1/2"},
 "transitions": {"boom": {"high": {"high": "boom", "low": {"boom": "1/2", "bust": "1/2"}},
                          "low": "bust"},
                 "bust": {"low": "bust", "high": "boom"}},
 "legal": {"bust": {"Row": ["low"]}}, "horizon": 3}"""

FINITE = [
    "gtlearn_iterated(stage=chicken,horizon=3)",
    "gtlearn_iterated(stage=rock_paper_scissors,horizon=2)",
    "gtlearn_iterated(stage=prisoners_dilemma,horizon=3,discount=1/2)",
    "gtlearn_iterated(stage=prisoners_dilemma,discount=1/1000)",  # what is cut is below 2^-53
    MARKET,
    MARKET.replace('"horizon": 3', '"horizon": 3, "discount": "1/2"'),
]


def sums(found, index=0):
    """What is stated, as sums of rewards, which are OpenSpiel's returns."""
    game = found.game.markov if isinstance(found.game, games.IteratedGame) else found.game
    return [float(payoff / game.scale) for payoff in found[index].payoffs]


@pytest.mark.parametrize("text", FINITE)
def test_equilibria_of_games_of_many_steps(text):
    game = games.load(text)
    found = solvers.solve(game)
    policy = found.to_openspiel()
    for played in (game.openspiel, pyspiel.load_game(str(game.openspiel))):
        assert nash_conv(played, policy) == pytest.approx(0, abs=ROUNDED)
        value = policy_value(played.new_initial_state(), policy)
        assert value == pytest.approx(sums(found), abs=ROUNDED)


def test_a_profile_that_is_no_equilibrium():
    """Always cooperating in the dilemma 3 1/4 2 for 3 steps: each would gain 1 in each step."""
    game = games.iterated("prisoners_dilemma", horizon=3)
    found = solvers.solve(game, "stackelberg", policy="deterministic", follower="stationary")
    policy = found.to_openspiel()
    policy.action_probability_array[:] = [1, 0]
    assert nash_conv(game.openspiel, policy) == pytest.approx(6)


def test_the_value_of_a_stationary_commitment():
    game = games.iterated("prisoners_dilemma", horizon=4)
    found = solvers.solve(game, "stackelberg", policy="deterministic", follower="stationary")
    value = policy_value(game.openspiel.new_initial_state(), found.to_openspiel())
    assert value == pytest.approx(sums(found), abs=ROUNDED)


@pytest.mark.parametrize(
    "game",
    [
        "battle_of_the_sexes",
        "matrix_rps",
        games.load("kuhn_poker").reduced(),
        games.normal_form([[[1, 0]], [[0, 2]]], [[[1, 1]], [[0, 0]]], [[[0, 1]], [[1, 0]]]),
    ],
)
def test_equilibria_in_one_shot(game):
    found = solvers.solve(game)
    played = found.game.openspiel
    for index in range(len(found)):
        policy = found.to_openspiel(index)
        assert nash_conv(played, policy) == pytest.approx(0, abs=ROUNDED)
        value = policy_value(played.new_initial_state(), policy)
        assert value == pytest.approx([float(p) for p in found[index].payoffs], abs=ROUNDED)


@pytest.mark.parametrize(
    "game",
    [
        games.iterated("prisoners_dilemma", discount="1/2"),
        games.iterated("prisoners_dilemma", discount="24/25"),
        games.load("big_match"),
    ],
)
def test_where_there_is_no_end_openspiels_walks_are_refused(game):
    found = solvers.solve(game)
    policy = found.to_openspiel()
    played = game.openspiel
    said = f"{re.escape(game.name)} goes on for ever.*give max_length or a horizon, or use"
    with pytest.raises(InputError, match=said):
        nash_conv(played, policy)
    with pytest.raises(InputError, match=said):
        policy_value(played.new_initial_state(), policy)
    state = played.new_initial_state()  # but it is played
    for _ in range(played.max_game_length() - 1):
        state.apply_actions([0] * game.num_players)
        if state.is_chance_node():
            state.apply_action(state.legal_actions()[0])
    assert not state.is_terminal() and policy.action_probabilities(state, 0)
    form = MarkovOpenSpielGame if isinstance(game, games.MarkovGame) else IteratedOpenSpielGame
    short = form(game, max_length=2)
    assert len(policy_value(short.new_initial_state(), policy)) == game.num_players


def test_a_bayesian_game_has_no_openspiel_form():
    stage = games.load("chicken")
    game = games.BayesianGame("two types", ("a", "b"), (Fraction(1, 2),) * 2, (stage, stage))
    with pytest.raises(InputError, match="a Bayesian game has no OpenSpiel form"):
        solvers.solve(game, "stackelberg").to_openspiel()
