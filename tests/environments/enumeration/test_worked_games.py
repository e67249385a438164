"""Whole games found out by playing: a pursuit, PettingZoo's own, and ours there and back."""

from fractions import Fraction

import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete
from pettingzoo import ParallelEnv
from pettingzoo.utils.conversions import aec_to_parallel
from scipy.optimize import linprog

from gtlearn import games
from gtlearn.environments.enumeration import markov_game_of
from gtlearn.environments.openspiel import parallel_environment
from gtlearn.solvers import solve

RING, MOVES = 4, {"pursuer": (0, 1, -1), "evader": (1, -1)}


class Pursuit(ParallelEnv):
    """A pursuer and an evader on a ring of four cells; the pursuer may stay, the evader may not."""

    metadata = {"name": "pursuit"}  # noqa: RUF012 - as in the base class
    possible_agents = ("pursuer", "evader")

    def observation_space(self, agent):
        return Box(0, RING - 1, (2,), np.int64)

    def action_space(self, agent):
        return Discrete(len(MOVES[agent]))

    def reset(self, seed=None, options=None):
        self.agents = list(self.possible_agents)
        self.cells = np.array([0, 2])
        return self._seen(), {agent: {} for agent in self.agents}

    def step(self, actions):
        self.cells = (self.cells + [MOVES[a][actions[a]] for a in MOVES]) % RING
        caught = self.cells[0] == self.cells[1]
        rewards = {"pursuer": float(caught), "evader": -float(caught)}
        observations, done = self._seen(), dict.fromkeys(self.agents, bool(caught))
        self.agents = [] if caught else self.agents
        return observations, rewards, done, dict.fromkeys(done, False), {a: {} for a in done}

    def _seen(self):
        return {agent: self.cells.copy() for agent in self.agents}


def matrix_value(matrix):
    """What the row player gets in a zero-sum game, by linear programming."""
    rows, columns = matrix.shape
    result = linprog(
        [0] * rows + [-1],
        A_ub=np.hstack([-matrix.T, np.ones((columns, 1))]),
        b_ub=[0] * columns,
        A_eq=[[1] * rows + [0]],
        b_eq=[1],
        bounds=[(0, None)] * rows + [(None, None)],
    )
    return -result.fun


def pursuit_value(discount, start):
    """The value by Shapley's iteration on the distance, written from the rules."""
    values = np.zeros(RING)
    for _ in range(200):
        new = np.zeros(RING)
        for distance in range(1, RING):
            pursuer, evader = MOVES.values()
            ahead = [[(distance + e - p) % RING for e in evader] for p in pursuer]
            new[distance] = matrix_value(
                np.array([[1.0 if d == 0 else discount * values[d] for d in row] for row in ahead])
            )
        if np.abs(new - values).max() < 1e-12:
            break
        values = new
    return values[start]


def distance(environment, observations):
    """How far the evader is ahead."""
    return int((environment.cells[1] - environment.cells[0]) % RING)


@pytest.mark.parametrize(("state", "size"), [(None, 13), (distance, 4)])
def test_pursuit_is_worth_what_brute_force_says(state, size):
    game = markov_game_of(Pursuit(), discount="3/4", state=state)
    assert game.num_states == size and game.is_zero_sum
    value = float(solve(game)[0].payoffs[0])
    # by hand, two cells apart: the pursuer goes one way or the other and meets the evader with
    # probability 1/2, else they are two cells apart again: v = 1/2 + 1/2 * 3/4 * v
    # 1e-9: the iterations stop at 1e-12, and discount 3/4 leaves four times that
    assert value == pytest.approx(4 / 5, abs=1e-9)
    assert value == pytest.approx(pursuit_value(0.75, 2), abs=1e-9)


def test_states_are_called_what_the_function_says():
    game = markov_game_of(Pursuit(), discount="3/4", state=distance)
    assert set(game.states) == {"1", "2", "3", "over"}
    start = game.start.index(1)
    assert game.states[start] == "2"
    assert game.transitions[start, 1, 1, game.states.index("over")] == 1  # they meet half way


# --- games of ours, played by others' rules


@pytest.mark.parametrize(
    "given", [{"discount": Fraction(24, 25)}, {"horizon": 10}, {"horizon": 10, "discount": "1/2"}]
)
def test_the_environment_of_an_iterated_game_gives_back_its_markov_game(given):
    pytest.importorskip("torch", reason="the learning layer needs torch")
    from gtlearn.learning.stackelberg.environments import PairEnvironment
    from gtlearn.learning.stackelberg.game import leader_game

    iterated = games.iterated("prisoners_dilemma", **given)

    def remembered(environment, observations):
        return iterated.states[int(np.argmax(observations["leader"]))]

    environment = PairEnvironment(leader_game(iterated))
    averaged = iterated.markov.averaged
    game = markov_game_of(environment, state=remembered, averaged=averaged, **given)
    _check_same(game, iterated.markov)
    for concept in ("nash", "stackelberg"):
        found, expected = solve(game, concept), solve(iterated.markov, concept)
        assert found[0].payoffs == expected[0].payoffs


def _check_same(game, other):
    """Equal payoffs and transitions, whatever the order of the states."""
    assert set(game.states) == set(other.states)
    order = [game.states.index(label) for label in other.states]
    for found, expected in zip(game.payoffs, other.payoffs, strict=True):
        assert (found.fractions()[order] == expected.fractions()).all()
    moves = game.transitions.fractions()[order][..., order]
    assert (moves == other.transitions.fractions()).all()


@pytest.mark.parametrize("stage", ["chicken", "rock_paper_scissors", "battle_of_the_sexes"])
def test_there_and_back_through_pettingzoo(stage):
    iterated = games.iterated(stage, horizon=4)
    game = markov_game_of(parallel_environment(iterated), horizon=4, averaged=True)
    assert game.num_states == iterated.num_states
    assert solve(game)[0].payoffs == solve(iterated.markov)[0].payoffs


@pytest.mark.parametrize(
    ("name", "horizon"),
    [("nim(pile_sizes=1;2)", 3), ("goofspiel(num_cards=3,points_order=descending)", 2)],
)
def test_masks_and_waiting_agents(name, horizon):
    game = markov_game_of(parallel_environment(name), horizon=horizon)
    walked = games.markov_game_of(name)
    assert not all(mask.all() for mask in game.legal)
    assert solve(game)[0].payoffs == solve(walked)[0].payoffs


def test_rock_paper_scissors_of_pettingzoo():
    rps = pytest.importorskip("pettingzoo.classic.rps.rps", reason="it needs pygame")
    game = markov_game_of(aec_to_parallel(rps.env(max_cycles=5)), discount="9/10")
    assert game.num_states == 1 + 9  # each sees what the other did last
    assert game.is_zero_sum and game.number_note == ""
    values = {game.payoffs[0][s, 0, 2] for s in range(10)}
    assert values == {1}  # rock beats scissors
    assert solve(game)[0].payoffs == (0, 0)
