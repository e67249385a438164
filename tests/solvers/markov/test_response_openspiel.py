"""Values and best responses as OpenSpiel computes them, by traversing the tree of histories."""

import numpy as np
import pyspiel
import pytest
from open_spiel.python.algorithms.best_response import BestResponsePolicy
from open_spiel.python.algorithms.expected_game_score import policy_value
from open_spiel.python.policy import Policy

from gtlearn import games
from gtlearn.solvers._markov.evaluation import evaluate
from gtlearn.solvers._markov.response import optimal_response, stationary_response

ROUNDING = 1e-12  # a few hundred additions of payoffs below 10 in doubles
STAGES = ["prisoners_dilemma", "stag_hunt", "chicken", "battle_of_the_sexes"]


class Tables(Policy):
    """Tables as an OpenSpiel policy: the row of what is remembered."""

    def __init__(self, game, states, tables):
        super().__init__(game, list(range(game.num_players())))
        self.states, self.tables = states, tables

    def action_probabilities(self, state, player_id=None):
        label = state.information_state_string(player_id).split()[-1]
        row = self.tables[player_id][self.states.index(label)]
        return {action: float(p) for action, p in enumerate(row)}


def loaded(stage, options, recall):
    name = f"gtlearn_iterated(stage={stage},{options},recall={recall})"
    return pyspiel.load_game(name)


def ours(stage, options):
    return games.load(f"gtlearn_iterated(stage={stage},{options})").markov


@pytest.mark.parametrize("options", ["horizon=4", "horizon=3,discount=9/10"])
@pytest.mark.parametrize("stage", STAGES)
def test_the_optimal_response(brute, stage, options):
    game = ours(stage, options)
    tables = [brute.random_table(game, k, 11 + k) for k in range(2)]
    theirs = loaded(stage, options, "perfect")
    policy = Tables(theirs, game.states, tables)
    for player in range(2):
        best = BestResponsePolicy(theirs, player, policy).value(theirs.new_initial_state())
        found = optimal_response(game, tables, player)
        assert float(found.value / game.scale) == pytest.approx(best, abs=ROUNDING)
        assert stationary_response(game, tables, player).value <= found.value


@pytest.mark.parametrize("options", ["horizon=5", "horizon=3,discount=9/10"])
@pytest.mark.parametrize("stage", STAGES)
def test_the_value(brute, stage, options):
    game = ours(stage, options)
    tables = [brute.random_table(game, k, 23 + k) for k in range(2)]
    theirs = loaded(stage, options, "memory")
    policy = Tables(theirs, game.states, tables)
    expected = policy_value(theirs.new_initial_state(), policy)
    found = [float(v / game.scale) for v in evaluate(game, tables).payoffs]
    assert np.allclose(found, expected, rtol=0, atol=ROUNDING)


def test_three_actions(brute):
    game = ours("rock_paper_scissors", "horizon=2")
    tables = [brute.random_table(game, k, 5 + k) for k in range(2)]
    theirs = loaded("rock_paper_scissors", "horizon=2", "perfect")
    policy = Tables(theirs, game.states, tables)
    best = BestResponsePolicy(theirs, 0, policy).value(theirs.new_initial_state())
    found = optimal_response(game, tables, 0).value
    assert float(found / game.scale) == pytest.approx(best, abs=ROUNDING)
