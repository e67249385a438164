"""Policies of other tools, measured exactly against the tree."""

from fractions import Fraction

import pyspiel
import pytest
from open_spiel.python.algorithms import cfr
from open_spiel.python.algorithms.exploitability import nash_conv
from open_spiel.python.policy import UniformRandomPolicy

from gtlearn import games, solvers
from gtlearn.errors import InputError

ROUNDED = 1e-9  # OpenSpiel sums some ten thousand doubles


@pytest.mark.parametrize(
    "name", ["kuhn_poker", "leduc_poker", "liars_dice(numdice=1,dice_sides=3)"]
)
def test_nash_conv_is_openspiels(name):
    game, theirs = games.load(name), pyspiel.load_game(name)
    learner = cfr.CFRSolver(theirs)
    for _ in range(3):
        learner.evaluate_and_update_policy()
    for policy in (UniformRandomPolicy(theirs), learner.average_policy()):
        report = solvers.check(policy, game)
        assert float(report.nash_conv) == pytest.approx(nash_conv(theirs, policy), abs=ROUNDED)
    in_cpp = pyspiel.CFRSolver(theirs)
    in_cpp.evaluate_and_update_policy()
    policy = in_cpp.average_policy()
    report = solvers.check(policy, game)
    assert float(report.nash_conv) == pytest.approx(pyspiel.nash_conv(theirs, policy), abs=ROUNDED)


def test_uniform_play_of_kuhn_poker():
    """By hand: 11/24 a player on average, as OpenSpiel's examples print."""
    game = games.load("kuhn_poker")
    uniform = [[["1/2", "1/2"]] * 6] * 2
    report = solvers.check(uniform, game)
    assert report.nash_conv == Fraction(11, 12)
    assert report.payoffs == (Fraction(1, 8), Fraction(-1, 8))


def test_a_profile_by_labels():
    game = games.load("kuhn_poker")
    solution = solvers.solve(game)
    strategies = solution.to_json()["solutions"][0]["strategies"]
    assert solvers.check({"strategies": strategies}, game).holds
    del strategies[0]["1pb"]
    with pytest.raises(InputError, match="lacks the information set '1pb'"):
        solvers.check({"strategies": strategies}, game)


def test_a_policy_of_another_game():
    policy = UniformRandomPolicy(pyspiel.load_game("leduc_poker"))
    with pytest.raises(InputError, match="give a policy of the same game"):
        solvers.check(policy, games.load("kuhn_poker"))
