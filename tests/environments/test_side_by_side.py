"""Copies of a PettingZoo environment: they are those environments, in arrays; faults."""

from functools import partial

import numpy as np
import pytest
import torch
from gymnasium.spaces import Box, Dict, Discrete, MultiDiscrete
from pettingzoo import ParallelEnv
from pettingzoo.utils.conversions import parallel_to_aec

from gtlearn.environments.side_by_side import SideBySide, is_masked, length, vector
from gtlearn.errors import DivergenceError, InputError
from gtlearn.learning.shaping.sampled import (
    EnvironmentProgram,
    GaussianPolicy,
    Numbers,
    rollout,
)


class Tug(ParallelEnv):
    """Two agents pull a point, each to its own side; what one wins the other loses."""

    metadata = {"name": "tug_v0"}  # noqa: RUF012 - as PettingZoo's own
    render_mode = None

    def __init__(self, steps=10, flaw=None, space=None):
        self.possible_agents, self.agents = ["left", "right"], []
        self.steps, self.flaw = steps, flaw
        self.space = space or Box(-1.0, 1.0, (1,))

    def action_space(self, agent):
        return self.space

    def observation_space(self, agent):
        return Box(-np.inf, np.inf, (1,))

    def reset(self, seed=None, options=None):
        self.agents, self.time = list(self.possible_agents), 0
        self.point = np.array([np.random.default_rng(seed).uniform()])
        return self.seen(), {}

    def step(self, actions):
        self.point = self.point + actions["right"] - actions["left"]
        self.time += 1
        won = float(self.point[0]) if self.flaw is None else self.flaw
        rewards = {"left": -won, "right": won}
        seen = self.seen()
        if self.time == self.steps:
            self.agents = []
        over = dict.fromkeys(self.possible_agents, self.time == self.steps)
        return seen, rewards, dict.fromkeys(over, False), over, {}

    def seen(self):
        return dict.fromkeys(self.possible_agents, self.point)


class Counter(ParallelEnv):
    """Agents who count to their limits; each sees its own count, and is paid it."""

    metadata = {"name": "counter_v0"}  # noqa: RUF012 - as PettingZoo's own

    def __init__(self, limits=(3, 3), observes=None, flaw=0):
        self.possible_agents, self.limits, self.flaw = ["a", "b"], limits, flaw
        self.observes = observes

    def action_space(self, agent):
        return Discrete(2, start=10) if agent == "a" else Box(-1.0, np.inf, (2, 1), np.float32)

    def observation_space(self, agent):
        if self.observes is not None:
            return self.observes
        return Discrete(4, start=-1) if agent == "a" else Box(-9, 9, (1, 2), np.float32)

    def reset(self, seed=None, options=None):
        self.agents, self.counts, self.taken = list(self.possible_agents), [0, 0], []
        return self.seen(), {}

    def step(self, actions):
        self.taken.append(actions)
        self.counts = [count + 1 for count in self.counts]
        rewards = dict(zip("ab", map(float, self.counts), strict=True))
        over = {
            agent: self.counts[0] >= limit for agent, limit in zip("ab", self.limits, strict=True)
        }
        seen = self.seen()
        self.agents = [agent for agent in self.agents if not over[agent]]
        return seen, rewards, over, dict.fromkeys(over, False), {}

    def seen(self):
        first, second = self.counts
        return {"a": first - 1 + self.flaw, "b": [[second, -second]]}


def test_copies_are_those_environments():
    copies = SideBySide(Tug, 2)
    begun = copies.reset([3, 4])
    assert begun[:, 0].tolist() == [np.random.default_rng(seed).uniform() for seed in (3, 4)]
    states, rewards = copies.step([[[0.5], [0.25]], [[0.0], [1.0]]])
    assert states[:, 0].tolist() == [begun[0, 0] - 0.25, begun[1, 0] + 1]
    assert rewards.tolist() == [[-s, s] for s in states[:, 0].tolist()]


def test_what_each_agent_observes_is_its_part_of_a_state():
    """A choice one-hot from its start on, a box flattened."""
    copies = SideBySide(Counter, 1, shared=False)
    assert copies.views == (slice(0, 4), slice(4, 6))
    assert copies.reset([0]).tolist() == [[1, 0, 0, 0, 0, 0]]
    assert copies.step(np.zeros((1, 2, 2)))[0].tolist() == [[0, 1, 0, 0, 1, -1]]
    assert SideBySide(Counter, 1).reset([0]).tolist() == [[1, 0, 0, 0]]  # the first agent's


def test_actions_arrive_as_the_spaces_have_them():
    made = []

    def make():
        made.append(Counter())
        return made[-1]

    copies = SideBySide(make, 1)
    copies.reset([0])
    copies.step([[[1, 0], [-2.0, 5.0]]])
    (taken,) = made[0].taken
    assert taken["a"] == 11 and isinstance(taken["a"], int)
    assert taken["b"].tolist() == [[-1.0], [5.0]]  # clipped from below, and of the space's shape


def test_a_copy_whose_episode_is_over_stays_and_pays_nothing():
    """Beside it another goes on; a reset begins both again."""
    lengths = iter([1, 3])

    def make():
        return Counter(limits=(next(lengths),) * 2)

    copies = SideBySide(make, 2)
    for _ in range(2):
        begun = copies.reset([0, 0])
        assert np.array_equal(begun[0], begun[1])
        steps = [copies.step(np.zeros((2, 2, 2))) for _ in range(3)]
        assert [rewards[:, 0].tolist() for _, rewards in steps] == [[1, 1], [0, 2], [0, 3]]
        assert [states.argmax(1).tolist() for states, _ in steps] == [[1, 1], [1, 2], [1, 3]]


def test_the_sampled_learners_play_it():
    """Each player has its own reward, and the point is where the pulls have brought it."""
    program = EnvironmentProgram(
        "tug", ("left", "right"), 0.9, Numbers(1), (Numbers(1),) * 2, partial(SideBySide, Tug)
    )
    policies = [GaussianPolicy(1, 1, units=3, dtype=torch.float64)] * 2
    generator = torch.Generator().manual_seed(0)
    parameters = [policy.initial(2, generator) for policy in policies]
    played = rollout(program, policies, parameters, trajectories=3, horizon=5, generator=generator)
    left, right = played.actions.clamp(-1, 1)
    after = played.states + right - left
    assert torch.allclose(after[:, :-1], played.states[:, 1:])
    assert torch.allclose(played.rewards[1], after[..., 0])
    assert torch.equal(played.rewards[0], -played.rewards[1])


def test_what_cannot_be_used():
    with pytest.raises(InputError, match="0 is no number of environments"):
        SideBySide(Tug, 0)
    for space in (MultiDiscrete([2, 2]), Box(0, 5, (2,), np.int64)):
        with pytest.raises(InputError, match=r"the actions of left are .* no policy here can act"):
            SideBySide(partial(Tug, space=space), 1)
    with pytest.raises(InputError, match=r"a observes the mask Box.*; give a mask of one number"):
        mask = Dict({"action_mask": Box(0, 1, (5,), np.int8)})
        SideBySide(partial(Counter, observes=mask), 1, shared=False)
    for space, words in (
        (MultiDiscrete([2, 2]), "a observes MultiDiscrete"),
        (Dict({"seen": Box(0, 255, (8, 8), np.uint8)}), "a observes pictures, Box"),
        (Box(0, 255, (8, 8, 3), np.uint8), "a observes pictures, Box"),
    ):
        with pytest.raises(InputError, match=f"{words}.*; wrap the environment"):
            SideBySide(partial(Counter, observes=space), 1, shared=False)
    with pytest.raises(InputError, match="agents take turns; make it parallel by"):
        SideBySide(lambda: parallel_to_aec(Tug()), 1)
    copies = SideBySide(Tug, 1)
    with pytest.raises(InputError, match="2 seeds for 1 environments"):
        copies.reset([1, 2])
    with pytest.raises(InputError, match=r"the shape \(1, 2, 1\), after a reset"):
        copies.step([[[0.0], [0.0]]])
    copies.reset([1])
    with pytest.raises(InputError, match=r"actions of shape \(1, 2\) .* the shape \(1, 2, 1\)"):
        copies.step([[0.0, 0.0]])


def test_faults_of_environments():
    copies = SideBySide(partial(Counter, limits=(1, 3)), 1)
    copies.reset([0])
    copies.step(np.zeros((1, 2, 2)))
    with pytest.raises(InputError, match="a cannot act any more, and others can; play shorter"):
        copies.step(np.zeros((1, 2, 2)))
    for space, seen in ((None, "3"), (Box(-1, 1, (3,)), "3")):
        with pytest.raises(InputError, match=f"counter_v0 lets a observe {seen}, which is not in"):
            SideBySide(partial(Counter, observes=space, flaw=4), 1, shared=False).reset([0])
    broken = SideBySide(partial(Tug, flaw=float("nan")), 1)
    broken.reset([1])
    with pytest.raises(DivergenceError, match="environment 0 came to a state or a reward"):
        broken.step([[[0.0], [0.0]]])


def test_dictionaries_are_their_parts_and_the_mask_comes_last():
    """Bytes are fractions of 255, and a choice is one-hot."""
    space = Dict(
        {
            "action_mask": Box(0, 1, (2,), np.int8),
            "memory": Box(0, 255, (2,), np.uint8),
            "place": Discrete(3, start=1),
        }
    )
    seen = {"place": 3, "memory": np.array([0, 51], np.uint8), "action_mask": np.array([0, 1])}
    assert length("a", space) == 7
    assert vector(space, seen).tolist() == [0, 0.2, 0, 0, 1, 0, 1]
    assert is_masked("a", space, Discrete(2))
    assert vector(space, {**seen, "place": 0}) is None
    assert vector(space, {"place": 3}) is None
    assert vector(space, None) is None
