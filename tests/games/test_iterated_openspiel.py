"""`gtlearn_iterated` in OpenSpiel: its own tests, its algorithms, and its C++ repeated game."""

import copy
import itertools
import pickle
import random
import subprocess
import sys
import unittest
from fractions import Fraction

import numpy as np
import pyspiel
import pytest
from open_spiel.integration_tests import api_test
from open_spiel.python.algorithms import cfr, expected_game_score, exploitability
from open_spiel.python.algorithms.best_response import BestResponsePolicy
from open_spiel.python.observation import make_observation
from open_spiel.python.policy import TabularPolicy, UniformRandomPolicy
from open_spiel.python.tests import games_sim_test

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games.openspiel.iterated import IteratedOpenSpielGame
from gtlearn.games.openspiel.steps import default_max_length

TEXTS = [
    "gtlearn_iterated(horizon=10,stage=stag_hunt)",
    "gtlearn_iterated(discount=1/2,horizon=3,stage=rps_meta_mapg)",
    "gtlearn_iterated(discount=24/25,stage=ipd_meta_mapg)",
    "gtlearn_iterated(discount=24/25,max_length=7,stage=ipd_meta_mapg)",
    "gtlearn_iterated(horizon=2,memory=2,stage=public_goods)",
    "gtlearn_iterated(arguments=cost:1/2;maximum:3,horizon=3,recall=perfect,stage=cournot)",
    "gtlearn_iterated(horizon=2,stage=3:3 0:1/2; 5:0 1:1)",
    "gtlearn_iterated(horizon=2,stage=matrix_pd)",
    "gtlearn_iterated(discount=0/1,stage=chicken)",
]


@pytest.mark.parametrize("text", TEXTS)
def test_openspiels_own_tests_of_games(text, capfd):
    game = pyspiel.load_game(text)
    pyspiel.random_sim_test(game, num_sims=3, serialize=True, verbose=False)
    games_sim_test.GamesSimTest().sim_game(game)
    api_test_of(game, api_test.EnforceAPIOnPartialTreeBase)
    capfd.readouterr()


def test_openspiels_own_test_of_the_full_tree(monkeypatch, capfd):
    """Perfect recall, constant sums, and information sets that belong to one player."""
    game = turn_based("gtlearn_iterated(stage=matching_pennies,horizon=3,recall=perfect)")
    nodes = (0, 3 * (1 + 4 + 16), 64)  # of chance, of players (1 + 2 a step), and the ends
    monkeypatch.setitem(api_test.TOTAL_NUM_STATES, str(game), nodes)
    monkeypatch.setitem(api_test.PERFECT_RECALL_NUM_STATES, str(game), 2 * (1 + 4 + 16))
    api_test_of(game, api_test.EnforceAPIOnFullTreeBase)
    capfd.readouterr()


def api_test_of(game, base):
    case = type("Case", (base,), {"game": game, "game_name": str(game)})
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    assert result.testsRun > 4
    assert result.wasSuccessful(), [report for _, report in result.errors + result.failures]


def test_the_game_needs_a_duration_so_openspiel_does_not_load_it_by_itself():
    types = {kind.short_name: kind for kind in pyspiel.registered_games()}
    assert not types["gtlearn_iterated"].default_loadable
    assert types["gtlearn_normal_form"].default_loadable


@pytest.mark.parametrize("text", TEXTS)
def test_a_game_is_loaded_again_from_its_text(text):
    game = pyspiel.load_game(text)
    assert str(game) == text
    for again in (pickle.loads(pickle.dumps(game)), copy.deepcopy(game), games.load(game)):
        theirs = again if isinstance(again, IteratedOpenSpielGame) else again.openspiel
        assert theirs.iterated.stage.payoffs == game.iterated.stage.payoffs
        assert theirs.iterated.markov.states == game.iterated.markov.states
    assert games.load(game) is game.iterated
    assert games.load(text).name == game.iterated.name


def test_a_users_own_stage_survives_openspiels_text():
    stage = games.normal_form(
        [["1/3", 0], [5, 10**30]],
        [[3, 5], [0, 1]],
        name="a, (b) = c",
        actions=[["x", "100%2C"], ["it's", '"y=']],
    )
    game = games.iterated(stage, horizon=4)
    again = games.load(pyspiel.load_game(str(game.openspiel))).stage
    assert (again.name, again.actions) == (stage.name, stage.actions)
    assert again.payoffs == stage.payoffs
    mistaken = games.normal_form([[1, 2]], [[3, 4]], name="chicken")
    same = games.load(str(games.iterated(mistaken, horizon=4).openspiel))
    assert same.stage.payoffs == mistaken.payoffs


def play(game, joints):
    state = game.new_initial_state()
    for joint in joints:
        state.apply_actions(list(joint))
        if state.is_chance_node():
            state.apply_action(0)
    return state


def test_information_states_are_what_a_policy_of_that_memory_sees():
    game = pyspiel.load_game("gtlearn_iterated(stage=prisoners_dilemma,horizon=4,recall=memory)")
    state = game.new_initial_state()
    assert state.information_state_string(0) == "p0 init"
    assert state.information_state_tensor(0) == [1, 0, 0, 0, 0]
    state = play(game, [(0, 0), (1, 0)])
    assert state.information_state_string(1) == "p1 DC"
    assert state.observation_string(1) == "DC"
    assert state.observation_tensor(1) == [0, 0, 0, 1, 0]
    assert str(state) == "CC DC"
    assert game.information_state_tensor_shape() == [5]


def test_perfect_recall_by_the_game_or_by_the_observer():
    kind = pyspiel.IIGObservationType(perfect_recall=True)
    for text, params in [("", {"recall": "perfect"}), (",recall=perfect", {})]:
        game = pyspiel.load_game(f"gtlearn_iterated(stage=prisoners_dilemma,horizon=3{text})")
        observer = make_observation(game, kind, params)
        state = play(game, [(0, 0), (1, 0)])
        observer.set_from(state, 0)
        assert observer.string_from(state, 0) == "p0 CC DC"
        expected = [[1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]
        assert observer.dict["history"].tolist() == expected
    assert state.information_state_string(0) == "p0 CC DC"
    assert state.observation_string(0) == "DC"
    written = pyspiel._Observation(game, game.make_observer(kind, {"recall": "perfect"}))
    assert written.string_from(state, 0) == "p0 CC DC"  # the same through C++
    forgetful = make_observation(game, kind, {"recall": "memory"})
    assert forgetful.string_from(state, 0) == "p0 DC"


def test_observers_refuse_what_they_do_not_know():
    game = pyspiel.load_game("gtlearn_iterated(stage=chicken,horizon=3)")
    with pytest.raises(InputError, match="an observer has no parameter 'memory'; give recall"):
        game.make_py_observer(None, {"memory": 2})
    with pytest.raises(InputError, match="the recall is 'none'"):
        game.make_py_observer(None, {"recall": "none"})
    assert game.make_py_observer({"recall": "perfect"}).dict["history"].shape == (3, 4)
    blind = pyspiel.IIGObservationType(public_info=False, perfect_recall=False)
    observer = game.make_py_observer(blind)
    observer.set_from(game.new_initial_state(), 0)
    assert (observer.string_from(game.new_initial_state(), 0), observer.tensor.sum()) == ("", 0)


def test_a_tabular_policy_has_one_row_a_state_and_player():
    game = pyspiel.load_game("gtlearn_iterated(stage=stag_hunt,horizon=3,recall=memory)")
    policy = TabularPolicy(game)
    states = ("init", "CC", "CD", "DC", "DD")
    assert policy.states_per_player == [[f"p{k} {label}" for label in states] for k in (0, 1)]
    assert policy.action_probability_array.shape == (10, 2)


@pytest.mark.parametrize("stage", ["matrix_pd", "matrix_rps", "matrix_sh", "matrix_shapleys_game"])
def test_it_agrees_with_openspiels_repeated_game(stage):
    theirs = pyspiel.load_game(f"repeated_game(stage_game={stage}(),num_repetitions=6)")
    ours = pyspiel.load_game(f"gtlearn_iterated(stage={stage},horizon=6)")
    assert ours.max_game_length() == theirs.max_game_length()
    assert (ours.min_utility(), ours.max_utility()) == (theirs.min_utility(), theirs.max_utility())
    assert ours.utility_sum() == theirs.utility_sum()
    assert ours.get_type().utility == theirs.get_type().utility
    rng = random.Random(1)
    for _ in range(10):
        one, other = ours.new_initial_state(), theirs.new_initial_state()
        while not other.is_terminal():
            assert not one.is_terminal()
            joint = [rng.choice(other.legal_actions(k)) for k in (0, 1)]
            assert one.legal_actions(0) == other.legal_actions(0)
            for state in (one, other):
                state.apply_actions(joint)
            assert one.rewards() == other.rewards()
            assert one.returns() == other.returns()
        assert one.is_terminal()


def test_rewards_with_a_horizon_and_a_discount():
    game = pyspiel.load_game("gtlearn_iterated(stage=prisoners_dilemma,horizon=3,discount=1/2)")
    state = play(game, [(0, 1)])
    assert state.rewards() == [1, 4]
    state = play(game, [(0, 1), (1, 1), (0, 0)])
    assert state.rewards() == [0.75, 0.75]
    assert state.returns() == [1 + 1 + 0.75, 4 + 1 + 0.75]
    assert state.is_terminal()


def test_without_a_horizon_chance_decides_whether_it_goes_on():
    game = pyspiel.load_game("gtlearn_iterated(stage=prisoners_dilemma,discount=3/4)")
    assert game.max_chance_outcomes() == 2
    state = game.new_initial_state()
    state.apply_actions([0, 0])
    assert state.chance_outcomes() == [(0, 0.75), (1, 0.25)]
    assert [state.action_to_string(a) for a in (0, 1)] == ["continue", "stop"]
    stopped = state.child(1)
    assert (stopped.is_terminal(), stopped.rewards(), stopped.returns()) == (True, [3, 3], [3, 3])
    state.apply_action(0)
    assert state.information_state_string(0) == "p0 CC"
    state.apply_actions([1, 0])
    assert (state.rewards(), state.returns()) == ([4, 1], [7, 4])


def test_the_expected_return_is_the_discounted_sum():
    """Cut after n steps it is (1 - discount^n)/(1 - discount) for a payoff of 1 a step."""
    text = "gtlearn_iterated(stage=1:1 1:1; 1:1 1:1,discount=1/2,max_length=5)"
    game = pyspiel.load_game(text)
    uniform = UniformRandomPolicy(game)
    score = expected_game_score.policy_value(game.new_initial_state(), uniform)
    assert list(score) == [2 - 2**-4] * 2


@pytest.mark.parametrize("discount", [Fraction(1, 2), Fraction(24, 25), Fraction(999, 1000)])
def test_what_is_cut_is_lost_in_rounding_anyway(discount):
    steps = default_max_length(games.iterated("chicken", discount=discount))
    assert float(discount) ** steps <= 2.0**-53 < float(discount) ** (steps - 1)


def test_a_game_that_hardly_ends_needs_a_length():
    patient = games.iterated("chicken", discount=1 - Fraction(1, 10**12))
    with pytest.raises(InputError, match="steps; give max_length"):
        _ = patient.openspiel
    assert IteratedOpenSpielGame(patient, max_length=5).max_game_length() == 5
    with pytest.raises(InputError, match="ends at its horizon; leave max_length out"):
        IteratedOpenSpielGame(games.iterated("chicken", horizon=3), max_length=5)
    with pytest.raises(InputError, match="max_length is 0"):
        IteratedOpenSpielGame(patient, max_length=0)


@pytest.mark.parametrize(
    ("stage", "duration", "utility", "total"),
    [
        ("matching_pennies", "horizon=3", "ZERO_SUM", 0),
        ("matching_pennies", "discount=1/2", "ZERO_SUM", 0),
        ("1:1 2:0; 0:2 1:1", "horizon=3", "CONSTANT_SUM", 6),
        ("1:1 2:0; 0:2 1:1", "horizon=2,discount=1/2", "CONSTANT_SUM", 3),
        ("1:1 2:0; 0:2 1:1", "discount=1/2", "GENERAL_SUM", None),
        ("1:1 0:0; 0:0 1:1", "horizon=3", "IDENTICAL", None),
        ("chicken", "horizon=3", "GENERAL_SUM", None),
    ],
)
def test_utilities_are_declared(stage, duration, utility, total):
    game = pyspiel.load_game(f"gtlearn_iterated(stage={stage},{duration})")
    assert game.get_type().utility.name == utility
    assert game.utility_sum() == total


def turn_based(text):
    return pyspiel.convert_to_turn_based(pyspiel.load_game(text))


def test_exploitability_of_uniform_play():
    """Rock-paper-scissors at random cannot be exploited; always defecting is an equilibrium."""
    game = turn_based("gtlearn_iterated(stage=rock_paper_scissors,horizon=2,recall=perfect)")
    assert exploitability.exploitability(game, UniformRandomPolicy(game)) == pytest.approx(0)
    dilemma = turn_based("gtlearn_iterated(stage=prisoners_dilemma,horizon=3,recall=perfect)")
    defect = TabularPolicy(dilemma)
    assert exploitability.nash_conv(dilemma, defect) == pytest.approx(3)  # 1/2 a step and player
    defect.action_probability_array[:] = [0, 1]
    assert exploitability.nash_conv(dilemma, defect) == pytest.approx(0)


def test_best_response_to_tit_for_tat():
    """Axelrod (1984): cooperate with it until the last step, and defect then."""
    game = turn_based("gtlearn_iterated(stage=prisoners_dilemma,horizon=4,recall=perfect)")
    policy = TabularPolicy(game)
    for key, row in policy.state_lookup.items():
        history = key.split("Observer: 0")[-1].split()
        last = next((part for part in reversed(history) if part in ("CC", "CD", "DC", "DD")), "CC")
        policy.action_probability_array[row] = [1, 0] if last[1] == "C" else [0, 1]
    response = BestResponsePolicy(game, 1, policy)
    assert response.value(game.new_initial_state()) == 3 * 3 + 4


def test_counterfactual_regret_minimisation_solves_a_zero_sum_game():
    game = turn_based("gtlearn_iterated(stage=3:-3 -1:1; -2:2 1:-1,horizon=2,recall=perfect)")
    solver = cfr.CFRPlusSolver(game)
    for _ in range(100):
        solver.evaluate_and_update_policy()
    # CFR+ has an error of order 1/iterations times the payoffs' range
    assert exploitability.exploitability(game, solver.average_policy()) < 0.05


def test_the_normal_form_of_memory_one_is_that_of_tables():
    """Every pair of the 2^5 pure tables earns what some pair of reduced strategies earns."""
    game = games.iterated("prisoners_dilemma", horizon=3)
    forgetful = IteratedOpenSpielGame(game, recall="memory")
    theirs = games.load(pyspiel.convert_to_turn_based(forgetful)).reduced()
    form = {
        tuple(theirs.payoff(k, profile) for k in (0, 1)) for profile in np.ndindex(*theirs.shape)
    }
    tables = list(itertools.product((0, 1), repeat=5))
    sums = set()
    for row, column in itertools.product(tables, repeat=2):
        place, total = 0, [Fraction(0)] * 2
        for _ in range(3):
            joint = (row[place], column[place])
            total = [total[k] + game.stage.payoff(k, joint) for k in (0, 1)]
            place = game.state([joint])
        sums.add(tuple(total))
    assert theirs.shape == (26, 26)
    assert form == sums


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("stage=chickn,horizon=2", "did you mean chicken"),
        ("stage=chicken,horizon=0", "the horizon .* is 0; give a positive number of steps"),
        ("stage=chicken,horizon=-1", "is -1; give a positive number"),
        ("stage=chicken", "needs a horizon"),
        ("stage=chicken,discount=1/1", r"is 1; give one in \[0, 1\), or a horizon"),
        ("stage=chicken,discount=one", "'one' is not a number"),
        ("stage=chicken,horizon=2,memory=-1", "the memory is -1"),
        ("stage=chicken,horizon=2,recall=all", "the recall is 'all'"),
        ("stage=chicken,discount=1/2,max_length=-2", "max_length is -2"),
        ("stage=security_bayesian,horizon=2", "is no normal-form game"),
    ],
)
def test_openspiel_refuses_in_our_words(text, message):
    with pytest.raises(InputError, match=message):
        pyspiel.load_game(f"gtlearn_iterated({text})")


def test_openspiel_itself_refuses_the_rest(capfd):
    for text, message in [
        ("stage=chicken,discount=0.96", "discount. Expected type: kString, got kDouble"),
        ("stage=chicken,horizn=2", "Unknown parameter 'horizn'"),
    ]:
        with pytest.raises(pyspiel.SpielError, match=message):
            pyspiel.load_game(f"gtlearn_iterated({text})")
    capfd.readouterr()
    exact = pyspiel.load_game("gtlearn_iterated", {"stage": "chicken", "discount": "0.96"})
    assert exact.iterated.discount == Fraction(24, 25)


def test_the_process_ends_cleanly():
    code = (
        "import pyspiel, gtlearn.games\n"
        "game = pyspiel.load_game('gtlearn_iterated(stage=chicken,horizon=3)')\n"
        "state = game.new_initial_state()\n"
        "state.information_state_string(0)\n"
        "kept = [game, state.clone(), pyspiel.convert_to_turn_based(game)]\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
