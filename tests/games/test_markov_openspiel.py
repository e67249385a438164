"""`gtlearn_markov` in OpenSpiel: its own tests, its algorithms, and exact values beside it."""

import copy
import json
import pickle
import subprocess
import sys
import unittest
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pyspiel
import pytest
from hypothesis import given
from hypothesis import strategies as st
from open_spiel.integration_tests import api_test
from open_spiel.python.algorithms import cfr, exploitability
from open_spiel.python.algorithms.best_response import BestResponsePolicy
from open_spiel.python.algorithms.expected_game_score import policy_value
from open_spiel.python.observation import make_observation
from open_spiel.python.policy import Policy, TabularPolicy, UniformRandomPolicy
from open_spiel.python.tests import games_sim_test

from gtlearn import games, solvers
from gtlearn.errors import InputError
from gtlearn.games import testing
from gtlearn.games.kinds.markov.game import difference
from gtlearn.games.openspiel.markov import MarkovOpenSpielGame
from gtlearn.solvers._markov.evaluation import evaluate
from gtlearn.solvers._markov.response import optimal_response

MARKET = {
    "payoffs": {"boom": "4,4 1,5; 5,1 2,2", "bust": "2,2 0,3; 3,0 1,1", "over": 0},
    "transitions": {
        "boom": {"high": "boom", "*": {"*": {"boom": "1/3", "bust": "2/3"}}},
        "bust": {"*": {"high": {"boom": "1/2", "over": "1/2"}, "low": "over"}},
        "over": "over",
    },
    "states": ["boom", "bust", "over"],
    "actions": [["high", "low"], ["high", "low"]],
    "legal": {"bust": {"Row": ["low"]}, "over": {"Row": ["high"], "Column": ["low"]}},
    "start": {"boom": "1/4", "bust": "3/4"},
}


def market(**changes):
    """A market whose start is random, with states in which not everything is legal."""
    return games.load(json.dumps({**MARKET, **changes}))


def form(**changes):
    return market(**changes).openspiel


def repeated_prisoners():
    """One state, so that OpenSpiel's repeated game is the same game."""
    return games.markov_game(
        [[[[3, 0], [5, 1]]], [[[3, 5], [0, 1]]]], [[[[1]] * 2] * 2], horizon=4
    ).openspiel


GAMES = {
    "gtlearn_markov(game=big_match)": pyspiel.load_game,
    "gtlearn_markov(arguments=discount:1/2;c:2,game=stochastic_dilemma)": pyspiel.load_game,
    "gtlearn_markov(game=stochastic_dilemma,max_length=3,recall=perfect)": pyspiel.load_game,
    "a random start and a horizon": lambda _: form(horizon=3),
    "a random start and a discount": lambda _: form(discount="1/2"),
    "one step": lambda _: form(horizon=1),
    "no step counts but the first": lambda _: form(discount="0"),
    "no chance": lambda _: repeated_prisoners(),
    "payoffs that are all the same": lambda _: form(horizon=2, payoffs=[[[[1] * 2] * 2] * 3] * 2),
    "three players": lambda _: games.iterated("public_goods", horizon=2).markov.openspiel,
}


@pytest.fixture(params=GAMES, ids=str)
def game(request):
    return GAMES[request.param](request.param)


def test_openspiels_own_tests_of_games(game, capfd):
    pyspiel.random_sim_test(game, num_sims=3, serialize=True, verbose=False)
    games_sim_test.GamesSimTest().sim_game(game)
    api_test_of(game, api_test.EnforceAPIOnPartialTreeBase)
    capfd.readouterr()


def test_openspiels_own_test_of_the_full_tree(monkeypatch, capfd):
    """Perfect recall, chance that sums to one, and information sets that belong to one player."""
    simultaneous = MarkovOpenSpielGame(market(horizon=2), recall="perfect")
    game = pyspiel.convert_to_turn_based(simultaneous)
    # boom has 4 joint actions, of which 2 lead to boom and 2 to a draw between boom and bust;
    # bust has 2, of which one leads to a draw between boom and over, and one to over
    booms, busts, overs = 2 + 2 + 1, 2, 1 + 1  # histories of the second step
    ends = 4 * booms + 2 * busts + overs
    chance = 1 + 2 + 1
    # a node of the first player, and one of the second for each action of the first
    nodes = (1 + 2) + (1 + 1) + booms * 3 + busts * 2 + overs * 2
    sets = 2 * (2 + booms + busts + overs)
    monkeypatch.setitem(api_test.TOTAL_NUM_STATES, str(game), (chance, nodes, ends))
    monkeypatch.setitem(api_test.PERFECT_RECALL_NUM_STATES, str(game), sets)
    api_test_of(game, api_test.EnforceAPIOnFullTreeBase)
    capfd.readouterr()


def api_test_of(game, base):
    case = type("Case", (base,), {"game": game, "game_name": str(game)})
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    assert result.testsRun > 4
    assert result.wasSuccessful(), [report for _, report in result.errors + result.failures]


def test_a_game_is_loaded_again_from_its_text(game):
    again = pyspiel.load_game(str(game))
    assert str(again) == str(game)
    for copied in (again, pickle.loads(pickle.dumps(game)), copy.deepcopy(game)):
        assert (copied.recall, copied.steps) == (game.recall, game.steps)
        assert difference(games.load(copied), game.markov) == ""
    assert games.load(game) is game.markov
    assert difference(games.load(str(game)), game.markov) == ""
    assert games.load(str(game)).name == game.markov.name


def test_a_name_is_used_only_where_it_is_true():
    big = games.load("big_match")
    assert str(big.openspiel) == "gtlearn_markov(game=big_match)"
    assert str(games.load("big_match(discount=1/2)").openspiel) == (
        "gtlearn_markov(arguments=discount:1/2,game=big_match)"
    )
    mistaken = replace(big, discount=Fraction(1, 2))
    assert str(mistaken.openspiel).startswith('gtlearn_markov(game={"schema"')
    assert games.load(mistaken.openspiel.__reduce__()[1][0]).discount == Fraction(1, 2)
    iterated = games.iterated("chicken", horizon=3).markov
    text = "gtlearn_markov(game=gtlearn_iterated%28stage%3Dchicken%2Chorizon%3D3%29)"
    assert str(iterated.openspiel) == text
    assert difference(games.load(text), iterated) == ""


@given(testing.markov_games(max_states=3, max_actions=2))
def test_drawn_games_survive_openspiels_text(drawn):
    labels = [f"a, (b) = {s}%2C\n" for s in range(drawn.num_states)]
    drawn = replace(drawn, name="it's; x", states=tuple(labels))
    again = games.load(pyspiel.load_game(str(drawn.openspiel)))
    assert (again.name, difference(again, drawn)) == (drawn.name, "")


def test_the_walk_of_an_openspiel_game_gives_the_markov_game_itself():
    game = form(horizon=3)
    assert games.markov_game_of(game) is game.markov
    assert games.markov_game_of("gtlearn_markov(game=big_match)").states == ("open", "lost", "won")


def test_states_labels_and_legal_actions():
    game = MarkovOpenSpielGame(market(horizon=3), recall="memory")
    state = game.new_initial_state()
    assert str(state) == "start (chance)"
    assert state.chance_outcomes() == [(0, 0.25), (1, 0.75)]
    assert state.action_to_string(1) == "to bust"
    state.apply_action(1)
    assert state.information_state_string(1) == "p1 bust"
    assert state.observation_string(0) == "bust"
    assert state.information_state_tensor(0) == [0, 1, 0]
    assert (state.legal_actions(0), state.legal_actions(1)) == ([1], [0, 1])
    assert state.action_to_string(0, 1) == "low"
    state.apply_actions([1, 0])
    assert state.rewards() == [3, 0]
    assert str(state) == "bust low,high (chance)"
    assert state.chance_outcomes() == [(0, 0.5), (2, 0.5)]
    state.apply_action(2)
    state.apply_actions([0, 1])  # who has one action moves all the same
    assert not state.is_terminal()  # 'over' is a state like any other
    assert str(state) == "bust low,high over high,low over"


def test_certain_moves_need_no_chance():
    """Mutual cooperation in the good state leads back to it, anything else to the poor one."""
    game = replace(games.load("stochastic_dilemma"), horizon=4).openspiel
    assert game.get_type().chance_mode == pyspiel.GameType.ChanceMode.DETERMINISTIC
    assert (game.max_chance_outcomes(), game.max_chance_nodes_in_history()) == (0, 0)
    state = game.new_initial_state()
    seen = []
    for joint in [(0, 0), (1, 0), (0, 0), (1, 1)]:
        seen.append(state.observation_string(0))
        state.apply_actions(list(joint))
    assert seen == ["1", "1", "2", "1"]
    assert state.is_terminal()


def test_without_a_horizon_the_same_chance_move_may_stop_the_game():
    game = form(discount="3/4")
    assert game.max_chance_outcomes() == 4
    state = game.new_initial_state()
    state.apply_action(0)
    state.apply_actions([1, 1])
    assert state.chance_outcomes() == [(0, 0.25), (1, 0.5), (3, 0.25)]
    assert [state.action_to_string(a) for a in (0, 3)] == ["to boom", "stop"]
    stopped = state.child(3)
    assert (stopped.is_terminal(), stopped.returns()) == (True, [2, 2])
    state.apply_action(1)
    assert state.observation_string(0) == "bust"


def test_perfect_recall_by_the_game_or_by_the_observer():
    exact = market(horizon=2)
    kind = pyspiel.IIGObservationType(perfect_recall=True)
    for game, params in [
        (MarkovOpenSpielGame(exact, recall="perfect"), {}),
        (MarkovOpenSpielGame(exact, recall="memory"), {"recall": "perfect"}),
    ]:
        state = game.new_initial_state()
        observer = make_observation(game, kind, params)
        observer.set_from(state, 0)
        assert observer.tensor.sum() == 0
        state.apply_action(1)
        state.apply_actions([1, 1])
        observer.set_from(state, 0)
        assert observer.string_from(state, 0) == "p0 bust low,low over"
        assert observer.dict["history"].tolist() == [[0, 1, 0, 0, 0, 0, 1], [0, 0, 1, 0, 0, 0, 0]]
    assert state.information_state_string(0) == "p0 over"


def test_labels_that_would_be_ambiguous_in_a_history_are_numbered():
    exact = games.markov_game(
        [[[[0]]] * 2] * 2,
        [[[[0, 1]]], [[[1, 0]]]],
        horizon=2,
        states=["a b", "c"],
        actions=[["x,y"], ["z"]],
    )
    state = MarkovOpenSpielGame(exact, recall="perfect").new_initial_state()
    assert state.observation_string(0) == "a b"
    state.apply_actions([0, 0])
    assert state.information_state_string(1) == "p1 0 1,1 1"


@pytest.mark.parametrize(
    ("changes", "utility", "total"),
    [
        ({"horizon": 2}, "GENERAL_SUM", None),
        ({"horizon": 2, "payoffs": 1}, "CONSTANT_SUM", 4),
        ({"horizon": 2, "discount": "1/2", "payoffs": 1}, "CONSTANT_SUM", 3),
        ({"discount": "1/2", "payoffs": 1}, "IDENTICAL", None),
        ({"discount": "1/2", "payoffs": [1, -1]}, "ZERO_SUM", 0),
    ],
)
def test_utilities_are_declared(changes, utility, total):
    if "payoffs" in changes:  # the same in every state
        changes = {**changes, "payoffs": dict.fromkeys(MARKET["states"], changes["payoffs"])}
    game = form(**changes)
    assert game.get_type().utility.name == utility
    assert game.utility_sum() == total


def test_what_is_paid_where_an_action_is_not_legal_does_not_count():
    game = form(horizon=2, payoffs={"boom": 0, "bust": "9,9 9,9; 1,-1 0,0", "over": 0})
    assert game.get_type().utility == pyspiel.GameType.Utility.ZERO_SUM
    assert (game.min_utility(), game.max_utility()) == (-2, 2)


def test_it_agrees_with_openspiels_repeated_game():
    ours = repeated_prisoners()
    theirs = pyspiel.load_game("repeated_game(stage_game=matrix_pd(),num_repetitions=4)")
    score = policy_value(theirs.new_initial_state(), UniformRandomPolicy(theirs))
    uniform = policy_value(ours.new_initial_state(), UniformRandomPolicy(ours))
    payoffs = pyspiel.load_matrix_game("matrix_pd").row_utilities()
    scale = np.mean(payoffs) / (9 / 4)  # the dilemmas differ in their payoffs
    assert np.allclose(score, np.asarray(uniform) * scale, rtol=1e-12)
    assert ours.max_game_length() == theirs.max_game_length()


class Tables(Policy):
    """Exact tables as an OpenSpiel policy: the row of the current state."""

    def __init__(self, game, tables):
        super().__init__(game, list(range(game.num_players())))
        self.tables = tables

    def action_probabilities(self, state, player_id=None):
        row = self.tables[player_id][state.place]
        return {a: float(row[a]) for a in state.legal_actions(player_id)}


@given(testing.markov_games(max_actions=2, max_horizon=3, finite=True), st.data())
def test_expected_returns_are_the_exact_values(exact, data):
    """The return is the sum, also where the exact value is the mean payoff a step."""
    tables = [data.draw(testing.tables(exact, k)) for k in range(2)]
    game = exact.openspiel
    found = policy_value(game.new_initial_state(), Tables(game, tables))
    values = [float(v / exact.scale) for v in evaluate(exact, tables).payoffs]
    size = max(np.abs(array).max() for array in game.payoffs)
    assert np.allclose(found, values, rtol=0, atol=1e-12 * (1 + size))  # a few hundred additions


@given(testing.markov_games(max_states=2, max_actions=2, finite=False), st.data())
def test_expected_returns_without_a_horizon(exact, data):
    """Cut after n steps, the return misses at most discount^n of what could still be paid."""
    tables = [data.draw(testing.tables(exact, k)) for k in range(2)]
    game = MarkovOpenSpielGame(exact, max_length=3)
    found = policy_value(game.new_initial_state(), Tables(game, tables))
    discount = float(exact.discount)
    size = max(np.abs(array).max() for array in game.payoffs)
    room = discount**3 * size / (1 - discount) + 1e-12 * (1 + size)
    values = [float(v) for v in evaluate(exact, tables).payoffs]
    assert np.allclose(found, values, rtol=0, atol=room)


@pytest.mark.parametrize("player", [0, 1])
def test_best_responses_agree(player):
    exact = market(horizon=3)
    tables = [
        [["1/3", "2/3"], [0, 1], [1, 0]],
        [["1/2", "1/2"], ["1/4", "3/4"], [0, 1]],
    ]
    tables = [[[Fraction(p) for p in row] for row in table] for table in tables]
    game = MarkovOpenSpielGame(exact, recall="perfect")
    best = BestResponsePolicy(game, player, Tables(game, tables))
    found = optimal_response(exact, tables, player).value / exact.scale
    # a dozen additions of payoffs below 10
    assert best.value(game.new_initial_state()) == pytest.approx(float(found), abs=1e-12)


def test_counterfactual_regret_minimisation_finds_the_value():
    """Two days of the Big Match: the exact value lies within what CFR+ leaves to exploit."""
    exact = replace(games.load("big_match"), horizon=2)
    game = pyspiel.convert_to_turn_based(MarkovOpenSpielGame(exact, recall="perfect"))
    solver = cfr.CFRPlusSolver(game)
    for _ in range(60):
        solver.evaluate_and_update_policy()
    policy = solver.average_policy()
    left = exploitability.nash_conv(game, policy)
    value = solvers.solve(exact)[0].payoffs[0] / exact.scale
    assert left < 0.1
    assert abs(policy_value(game.new_initial_state(), [policy] * 2)[0] - float(value)) <= left


def test_a_tabular_policy_without_a_walk_through_all_histories():
    game = MarkovOpenSpielGame(market(horizon=3), recall="memory")
    quick, slow = TabularPolicy(game, states=game.decision_states()), TabularPolicy(game)
    assert quick.state_lookup.keys() == slow.state_lookup.keys()
    for key in slow.state_lookup:
        assert quick.policy_for_key(key).tolist() == slow.policy_for_key(key).tolist()
    long = pyspiel.load_game("gtlearn_iterated(stage=prisoners_dilemma,horizon=1000,recall=memory)")
    rows = TabularPolicy(long, states=long.decision_states()).states_per_player[1]
    assert rows == [f"p1 {label}" for label in ("init", "CC", "CD", "DC", "DD")]
    last = form(horizon=1).decision_states()
    assert [str(state) for state in last.values()] == ["boom", "bust"]  # over comes too late


def test_a_solution_is_played_in_openspiel():
    exact = market(horizon=4)
    found = solvers.solve(exact)
    game = exact.openspiel
    returns = policy_value(game.new_initial_state(), found.to_openspiel())
    expected = [float(p / exact.scale) for p in found[0].payoffs]
    assert returns == pytest.approx(expected, abs=1e-12)  # a few dozen additions


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"game": "big_mach"}, "the game of gtlearn_markov: .* did you mean big_match"),
        ({"game": "chicken"}, "'chicken' is no Markov game; use another"),
        ({"game": "big_match", "arguments": "discount:2"}, r"is 2; give one in \[0, 1\)"),
        ({"recall": "all"}, "the recall is 'all'"),
        ({"max_length": 0}, "max_length is 0"),
    ],
)
def test_openspiel_refuses_in_our_words(parameters, said):
    with pytest.raises(InputError, match=said):
        pyspiel.load_game("gtlearn_markov", parameters)


def test_refusals():
    with pytest.raises(InputError, match="ends at its horizon; leave max_length out"):
        MarkovOpenSpielGame(market(horizon=3), max_length=3)
    for nearly in ("999999999999/1000000000000", "0." + "9" * 400):
        with pytest.raises(InputError, match="steps; give max_length"):
            form(discount=nearly)
    assert form(discount="1e-400").max_game_length() == 1
    with pytest.raises(InputError, match=r"load gtlearn_markov\(game=big_match\)"):
        games.load("gtlearn_normal_form(game=big_match)")
    with pytest.raises(InputError, match="an observer has no parameter 'memory'"):
        form(horizon=2).make_py_observer(None, {"memory": 2})


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"horizon": 2}, "loaded again, has other horizon"),
        ({"horizon": 3, "start": "boom"}, "loaded again, has other start"),
    ],
)
def test_check_game_names_an_openspiel_game_of_another(other, said):
    exact = market(horizon=3)
    testing.check_game(exact)
    object.__setattr__(exact, "openspiel", form(**other))
    with pytest.raises(InputError, match=said):
        testing.check_game(exact)


@pytest.mark.parametrize(
    ("attribute", "value", "said"),
    [
        ("payoffs", [np.ones((3, 2, 2))] * 2, "pays"),
        ("steps", 2, "is over after 2 steps, not 3"),
        ("after", lambda place, joint: [(0, 0.5), (2, 0.5)], "draws from {0: 0.5, 2: 0.5}"),
    ],
)
def test_check_game_names_an_openspiel_game_that_strays(attribute, value, said):
    exact = market(horizon=3)
    setattr(exact.openspiel, attribute, value)
    with pytest.raises(InputError, match=said):
        testing.check_game(exact)


def test_the_process_ends_cleanly():
    code = (
        "import pyspiel, gtlearn.games\n"
        "game = pyspiel.load_game('gtlearn_markov(game=big_match)')\n"
        "state = game.new_initial_state()\n"
        "state.information_state_string(0)\n"
        "kept = [game, state.clone(), pyspiel.convert_to_turn_based(game)]\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
