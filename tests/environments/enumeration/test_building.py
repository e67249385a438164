"""Markov games found out by playing: hand-written environments, PettingZoo's, and our own."""

import itertools
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete
from pettingzoo import AECEnv, ParallelEnv
from pettingzoo.utils.conversions import turn_based_aec_to_parallel

from gtlearn.environments.enumeration import markov_game_of
from gtlearn.environments.openspiel import parallel_environment
from gtlearn.errors import InputError
from gtlearn.games.testing.checks import check_markov
from gtlearn.solvers import solve


class Small(ParallelEnv):
    """Two agents with two actions each, who see a number; what happens is said by `rule`.

    `rule(memory, joint, generator)` changes the memory and returns the rewards, and the agents
    that terminate and are truncated.
    """

    metadata = {"name": "small"}  # noqa: RUF012 - as in the base class
    possible_agents = ("a", "b")
    space = Discrete(2)

    def __init__(self, rule, **memory):
        self.rule = rule
        self.first = memory

    def observation_space(self, agent):
        return Discrete(100)

    def action_space(self, agent):
        return self.space

    def reset(self, seed=None, options=None):
        self.agents = list(self.possible_agents)
        self.generator = np.random.default_rng(seed)
        self.memory = SimpleNamespace(seen=0, time=0, mask=None, **self.first)
        return self._seen()

    def step(self, actions):
        self.memory.time += 1
        paid, done, cut = self.rule(self.memory, tuple(actions[a] for a in "ab"), self.generator)
        ended, cut = ({a: a in who for a in self.possible_agents} for who in (done, cut))
        rewards = dict(zip(self.possible_agents, paid, strict=True))
        observations, infos = self._seen()
        self.agents = [a for a in self.agents if not (ended[a] or cut[a])]
        return observations, rewards, ended, cut, infos

    def _seen(self):
        info = {} if self.memory.mask is None else {"action_mask": np.array(self.memory.mask)}
        return dict.fromkeys("ab", self.memory.seen), dict.fromkeys("ab", info)


def coordination(memory, joint, generator):
    """One shot: 1 each where both do the same, and more where it is action 1."""
    return ((1 + joint[0],) * 2 if joint[0] == joint[1] else (0, 0)), "ab", ""


def alternating(memory, joint, generator):
    """Two states that joint action (1, 1) exchanges; the second pays 1."""
    memory.seen ^= joint == (1, 1)
    return (memory.seen, memory.seen), "", ""


# --- values


def test_a_game_in_one_shot():
    game = markov_game_of(Small(coordination), horizon=1)
    assert (game.states, game.players, game.source) == (("0", "over"), ("a", "b"), "PettingZoo")
    assert [game.payoffs[0][0, i, j] for i in (0, 1) for j in (0, 1)] == [1, 0, 0, 2]
    assert max(solution.payoffs for solution in solve(game, find="all")) == (2, 2)
    check_markov(game)


def test_a_termination_within_the_horizon_pays_nothing_afterwards():
    game = markov_game_of(Small(coordination), horizon=5)
    assert game.transitions[0, 1, 1, 1] == game.transitions[1, 0, 0, 1] == 1
    assert game.legal[0].tolist() == [[True, True], [True, False]]
    assert max(solution.payoffs for solution in solve(game, find="all")) == (2, 2)


def test_values_are_sums_or_means():
    sums = markov_game_of(Small(alternating), horizon=4)
    means = markov_game_of(Small(alternating), horizon=4, averaged=True)
    assert (sums.unit, means.unit) == ("sum of rewards", "mean reward a step")


def test_states_beyond_the_horizon_are_not_looked_for():
    def counting(memory, joint, generator):
        memory.seen = memory.time
        return (1, -1), "", ""

    game = markov_game_of(Small(counting), horizon=3)
    assert game.states == ("0", "1", "2", "over")
    with pytest.raises(InputError, match="more than 40 states; raise max_states"):
        markov_game_of(Small(counting), discount="1/2", max_states=40)


# --- how rewards are read


def test_rewards_are_exact_or_rationalised():
    def tenth(memory, joint, generator):
        return (0.1, np.float32(0.1)), "ab", ""

    game = markov_game_of(Small(tenth), horizon=1)
    assert game.payoffs[0][0, 0, 0] == Fraction(0.1) != Fraction(1, 10)
    assert game.payoffs[1][0, 0, 0] == Fraction(float(np.float32(0.1)))
    assert "binary values" in game.number_note
    game = markov_game_of(Small(tenth), horizon=1, rationalise=True)
    assert game.payoffs[0][0, 0, 0] == game.payoffs[1][0, 0, 0] == Fraction(1, 10)


# --- chance


def slipping(memory, joint, generator):
    """A step to the right with probability 1/4 where both try, which pays 1."""
    slipped = joint == (1, 1) and generator.random() < 0.25
    memory.seen += int(slipped)
    return (int(slipped), 0), ("ab" if memory.seen == 2 else ""), ""


def test_chance_is_refused():
    with pytest.raises(InputError, match=r"small draws by chance \(.*pass samples=n"):
        markov_game_of(Small(slipping), discount="1/2")


def test_chance_is_estimated_where_that_is_wanted():
    game = markov_game_of(Small(slipping), discount="1/2", samples=400)
    assert game.states == ("0", "1", "over")
    assert game.number_note == "estimated from 400 sample(s) of each joint action in each state"
    shares = [game.transitions[s, 1, 1, s + 1] for s in (0, 1)]
    for s, share in enumerate(shares):
        assert (share * 400).denominator == 1
        # Hoeffding: off by 0.1 with probability 2 exp(-2 * 400 * 0.01) < 0.001; the seed is fixed
        assert abs(share - Fraction(1, 4)) < Fraction(1, 10)
        assert game.payoffs[0][s, 1, 1] == share
        assert game.transitions[s, 0, 1, s] == 1
    again = markov_game_of(Small(slipping), discount="1/2", samples=400)
    other = markov_game_of(Small(slipping), discount="1/2", samples=400, seed=1000)
    assert again.transitions == game.transitions != other.transitions


def test_an_estimate_of_what_is_certain_is_exact():
    game = markov_game_of(Small(alternating), discount="1/2", samples=2)
    certain = markov_game_of(Small(alternating), discount="1/2")
    assert (game.payoffs, game.transitions) == (certain.payoffs, certain.transitions)


def test_a_random_start_is_refused_or_estimated():
    class Random(Small):
        def reset(self, seed=None, options=None):
            super().reset(seed)
            self.memory.seen = int(self.generator.integers(2))
            return self._seen()

    with pytest.raises(InputError, match="does not begin in the same state every time"):
        markov_game_of(Random(alternating), discount="1/2")
    game = markov_game_of(Random(alternating), discount="1/2", samples=50)
    assert sum(game.start) == 1 and all(0 < p < 1 for p in game.start)


def test_chance_that_no_seed_fixes_is_chance():
    flips = itertools.count()

    def unseeded(memory, joint, generator):
        return (next(flips) % 2, 0), "ab", ""

    with pytest.raises(InputError, match="draws by chance"):
        markov_game_of(Small(unseeded), horizon=1)


def test_discounted_games_of_ours_stop_by_chance():
    environment = parallel_environment("gtlearn_iterated(stage=chicken,discount=4/5)")
    with pytest.raises(InputError, match="draws by chance"):
        markov_game_of(environment, horizon=3)


def test_a_state_that_is_hardly_ever_reached():
    class Once(Small):
        def reset(self, seed=None, options=None):
            self.first = {"lucky": seed == 0}
            return super().reset(seed)

    def rule(memory, joint, generator):
        done = "ab" if memory.seen or not memory.lucky else ""
        memory.seen = int(memory.lucky)
        return (0, 0), done, ""

    with pytest.raises(InputError, match="not everything has been seen in state 1; ask for fewer"):
        markov_game_of(Once(rule), discount="1/2", samples=2)


# --- states that leave something out


def remembering(memory, joint, generator):
    """Pays what was done in the last step, which nobody sees."""
    paid = getattr(memory, "last", 0)
    memory.last = joint[0]
    return (paid, 0), "", ""


def test_rewards_that_depend_on_more_than_the_state():
    with pytest.raises(
        InputError, match=r"in state 0 paid \(0, 0\) and \(1, 0\).*the states do not say all"
    ):
        markov_game_of(Small(remembering), discount="1/2")
    game = markov_game_of(
        Small(remembering, last=0), discount="1/2", state=lambda e, _: f"did {e.memory.last}"
    )
    assert game.states == ("did 0", "did 1")
    assert game.payoffs[0][1, 0, 0] == 1 and game.payoffs[0][0, 1, 0] == 0


def test_the_environments_own_state_comes_before_observations():
    class Telling(Small):
        def state(self):
            return np.array([self.memory.last])

    game = markov_game_of(Telling(remembering, last=0), discount="1/2")
    assert game.states == ("0", "1")
    assert game.payoffs[0][1, 0, 0] == 1


def test_a_clock_that_ends_the_game_is_seen():
    def timed(memory, joint, generator):
        return (1, 0), ("ab" if memory.time == 500 else ""), ""

    with pytest.raises(InputError, match=r"led to state 0 and to the end.* and 500 step"):
        markov_game_of(Small(timed), discount="1/2")
    with pytest.raises(InputError, match="a horizon if the time ends the game"):
        markov_game_of(Small(timed), horizon=501)
    assert markov_game_of(Small(timed), horizon=500).num_states == 1


def test_masks_that_depend_on_more_than_the_state():
    def masked(memory, joint, generator):
        memory.mask = [1, memory.time < 2]
        return (0, 0), "", ""

    with pytest.raises(InputError, match="what is legal in state 0 changes"):
        markov_game_of(Small(masked), horizon=5)


def test_a_truncation_is_not_part_of_the_game():
    def cut(memory, joint, generator):
        memory.seen ^= joint == (1, 1)
        return (memory.seen, 0), "", ("ab" if memory.time == 3 else "")

    game = markov_game_of(Small(cut), discount="1/2")
    assert game.num_states == 2 and "over" not in game.states


def test_a_state_in_which_nothing_can_be_played():
    def cut(memory, joint, generator):
        memory.seen = memory.time
        return (0, 0), "", ("ab" if memory.time == 3 else "")

    with pytest.raises(InputError, match=r"cut episodes off in state 3.*go on for longer"):
        markov_game_of(Small(cut), discount="1/2")


# --- what cannot be a Markov game


def test_agents_that_end_at_different_times():
    with pytest.raises(
        InputError, match=r"only \['a'\] of the agents .* ended after 1 step.*to the end"
    ):
        markov_game_of(Small(lambda *_: ((0, 0), "a", "")), horizon=2)
    with pytest.raises(InputError, match=r"only \['b'\]"):
        markov_game_of(Small(lambda *_: ((0, 0), "", "b")), horizon=2)


def test_actions_that_cannot_be_listed():
    environment = Small(coordination)
    environment.space = Box(-1, 1, (2,))
    with pytest.raises(InputError, match="only Discrete ones can be listed"):
        markov_game_of(environment, horizon=1)


def test_actions_are_called_by_their_numbers():
    environment = Small(lambda memory, joint, _: ((joint[0], 0), "ab", ""))
    environment.space = Discrete(2, start=5)
    game = markov_game_of(environment, horizon=1)
    assert game.actions == (("5", "6"),) * 2
    assert [game.payoffs[0][0, i, 0] for i in (0, 1)] == [5, 6]


def test_agents_who_take_turns_must_be_wrapped():
    with pytest.raises(InputError, match="aec_to_parallel or turn_based_aec_to_parallel"):
        markov_game_of(AECEnv(), horizon=1)
    tictactoe = pytest.importorskip("pettingzoo.classic.tictactoe.tictactoe", reason="pygame")
    wrapped = turn_based_aec_to_parallel(tictactoe.env())
    with pytest.raises(InputError, match="more than 20 states"):
        markov_game_of(wrapped, horizon=9, max_states=20)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, r"the discount of small is 1; give one in \[0, 1\), or a horizon"),
        ({"discount": 1.5}, "the discount of small is 3/2"),
        ({"horizon": 0}, "the horizon of small is 0"),
        ({"horizon": 1, "samples": 0}, "samples is 0; give a positive integer"),
        ({"horizon": 1, "samples": 1.5}, "samples is 1.5"),
        ({"horizon": 1, "max_states": -1}, "max_states is -1"),
        ({"horizon": 1, "state": lambda *_: {1}}, "cannot be told apart by a set; let `state`"),
    ],
)
def test_options_that_cannot_be_used(options, message):
    with pytest.raises(InputError, match=message):
        markov_game_of(Small(coordination), **options)


@pytest.mark.parametrize("reward", [np.nan, np.inf, "much", None])
def test_rewards_that_are_no_numbers(reward):
    with pytest.raises(InputError, match=r"a reward of b in small: .* number"):
        markov_game_of(Small(lambda *_: ((0, reward), "ab", "")), horizon=1)


def test_something_else():
    with pytest.raises(InputError, match="has no list possible_agents; give a PettingZoo"):
        markov_game_of(object(), horizon=1)


def test_a_single_agent_plays_no_game():
    class Alone(Small):
        possible_agents = ("a",)

        def step(self, actions):
            return super().step({"a": 0, "b": 0})

    with pytest.raises(InputError, match=r"at least two|two or more"):
        markov_game_of(Alone(lambda *_: ((0,), "a", "")), horizon=1)
