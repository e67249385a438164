"""A policy that sees a part of the state, as a player of a partially observed game does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.learning.shaping.sampled.noise import Generators
from gtlearn.learning.shaping.sampled.policies.protocol import Actor, Numbers, Policy, Space


@dataclass(frozen=True)
class PartialPolicy:
    """A policy of vectors that is shown some of the numbers of a state.

    Attributes:
        policy: of these numbers.
        first: the index of the first of them; the others follow it.
        states: how many numbers a state has.

    Raises:
        InputError: if the policy reads no numbers, or some that a state does not have.
    """

    policy: Policy
    first: int
    states: int

    def __post_init__(self) -> None:
        seen = self.policy.observes
        if not isinstance(seen, Numbers) or not 0 <= self.first <= self.states - seen.count:
            raise InputError(
                f"a policy for {seen.of('states')} cannot be shown a part, from number "
                f"{self.first} on, of {self.observes.of('states')}; give one that reads as many "
                "numbers as there are, or fewer"
            )

    @property
    def observes(self) -> Numbers:
        """The whole states."""
        return Numbers(self.states)

    @property
    def acts(self) -> Space:
        """The actions."""
        return self.policy.acts

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of its parameters, after the axis of chains."""
        return self.policy.shape

    def initial(self, chains: int, generator: torch.Generator) -> Tensor:
        """Random parameters, shape (chains, *shape)."""
        return self.policy.initial(chains, generator)

    def actor(self, parameters: Tensor, trajectories: int, horizon: int) -> Actor:
        """Who plays at what is seen."""
        actor = self.policy.actor(parameters, trajectories, horizon)
        return Actor(
            lambda step, states, noise: actor.act(step, self.seen(states), noise), actor.memory
        )

    def noise(self, shape: Sequence[int], like: Tensor, generator: Generators) -> Tensor:
        """All that an actor draws; see `Policy.noise`."""
        return self.policy.noise(shape, like, generator)

    def log_probs(
        self, parameters: Tensor, states: Tensor, actions: Tensor, memory: Any = None
    ) -> Tensor:
        """The log-probabilities of what was played; see `Policy.log_probs`."""
        return self.policy.log_probs(parameters, self.seen(states), actions, memory)

    def seen(self, states: Tensor) -> Tensor:
        """The part of states (..., numbers) that is seen; shape (..., its numbers)."""
        return states[..., self.first : self.first + self.policy.observes.count]
