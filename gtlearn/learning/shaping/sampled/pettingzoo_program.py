"""A PettingZoo environment as what the sampled learners play, with a policy for each agent."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import inf, prod
from typing import Any

import torch

from gtlearn.learning.shaping.sampled.environment_program import EnvironmentProgram
from gtlearn.learning.shaping.sampled.policies.gaussian import GaussianPolicy
from gtlearn.learning.shaping.sampled.policies.module import MakeModule, ModulePolicy
from gtlearn.learning.shaping.sampled.policies.partial import PartialPolicy
from gtlearn.learning.shaping.sampled.policies.protocol import Policy
from gtlearn.learning.shaping.sampled.policies.recurrent import CategoricalPolicy, MaskedPolicy
from gtlearn.learning.shaping.sampled.policies.spaces import Choices, Numbers


def pettingzoo_program(
    make: Callable[[], Any],
    *,
    discount: float,
    shared: bool = False,
    unit: float = 1.0,
    units: int = 64,
    dtype: torch.dtype = torch.float32,
    network: MakeModule | None = None,
) -> tuple[EnvironmentProgram, list[Policy]]:
    """A parallel environment as a program, and one policy an agent, in the order of its agents.

    Each agent sees what it observes itself: the program's states are all observations, one after
    another, and a policy reads its own part. A baseline and a value network read all of it. An
    agent with a `Discrete` space draws from a softmax, of what is legal where its observations have
    an "action_mask"; one with a `Box` from a Gaussian, which starts with means near 0 and
    deviations of 1, and is clipped to the box. Copies are stepped by `SideBySide`: one whose
    episode is over pays nothing until the horizon.

    Args:
        make: makes one copy. The program can be pickled where this can.
        discount: what a reward one step later is worth.
        shared: whether everyone sees the same numbers instead: the environment's `state()`, or
            what its first agent observes where it has none.
        unit: in which rewards are counted, by learners too.
        units: of the policies' input layers and LSTMs.
        dtype: the type of the policies' parameters.
        network: makes the network of the first agent's policy, see `ModulePolicy`; None: an LSTM.

    Raises:
        InputError: if a package is missing, or an agent's space cannot be used.
    """
    from gtlearn.environments.side_by_side import SideBySide

    simulator = partial(SideBySide, make, shared=shared)
    one = simulator(1)
    states = one.reset([0]).shape[1]
    policies: list[Policy] = []
    for space, view, masked in zip(one.action_spaces, one.views, one.masked, strict=True):
        seen = range(states)[view]
        own = None if policies else network
        policy = _policy(len(seen), space, masked, units, dtype, own)
        whole = len(seen) == states
        policies.append(policy if whole else PartialPolicy(policy, seen.start, states))
    program = EnvironmentProgram(
        name=one.name,
        players=one.agents,
        discount=discount,
        observes=Numbers(states),
        acts=tuple(policy.acts for policy in policies),
        simulator=simulator,
        limit=inf,  # the copies clip, each number to its own bounds
        unit=unit,
    )
    return program, policies


def _policy(
    seen: int,
    space: Any,
    masked: bool,
    units: int,
    dtype: torch.dtype,
    network: MakeModule | None,
) -> Policy:
    """What plays in a space of actions, and sees so many numbers."""
    count = getattr(space, "n", None)  # of a Discrete space
    if network is not None:
        acts = Numbers(prod(space.shape)) if count is None else Choices(int(count))
        return ModulePolicy(network, Numbers(seen), acts, masked=masked)
    if count is None:
        return GaussianPolicy(seen, prod(space.shape), units, dtype)
    kind = MaskedPolicy if masked else CategoricalPolicy
    return kind(seen, int(count), units, dtype)
