"""Any PettingZoo environment of vectors: many copies of it, and what sampled learners play."""

from functools import partial

import numpy as np
import pytest
import torch
from gymnasium.spaces import Box, Discrete
from pettingzoo import ParallelEnv

from gtlearn.environments.side_by_side import SideBySide
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


def test_copies_are_those_environments():
    copies = SideBySide(Tug, 2)
    begun = copies.reset([3, 4])
    assert begun[:, 0].tolist() == [np.random.default_rng(seed).uniform() for seed in (3, 4)]
    states, rewards = copies.step([[[0.5], [0.25]], [[0.0], [1.0]]])
    assert states[:, 0].tolist() == [begun[0, 0] - 0.25, begun[1, 0] + 1]
    assert rewards.tolist() == [[-s, s] for s in states[:, 0].tolist()]


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
    with pytest.raises(InputError, match="vectors of one length; theirs have the shapes"):
        SideBySide(partial(Tug, space=Discrete(2)), 1)
    copies = SideBySide(partial(Tug, steps=1), 1)
    with pytest.raises(InputError, match="2 seeds for 1 environments"):
        copies.reset([1, 2])
    copies.reset([1])
    copies.step([[[0.0], [0.0]]])
    with pytest.raises(InputError, match="left, right cannot act any more; play shorter"):
        copies.step([[[0.0], [0.0]]])
    broken = SideBySide(partial(Tug, flaw=float("nan")), 1)
    broken.reset([1])
    with pytest.raises(DivergenceError, match="environment 0 came to a state or a reward"):
        broken.step([[[0.0], [0.0]]])
