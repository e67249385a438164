"""What a policy is here: functions of a parameter tensor, which the policy does not hold.

States have the shape (chains, steps, trajectories) where they are indices, and one more axis where
they are numbers; so have actions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

from gtlearn.learning.shaping.sampled.noise import Generators
from gtlearn.learning.shaping.sampled.policies.spaces import Space


class Actor(Protocol):
    """A policy while it plays, without autograd."""

    def __call__(self, step: int, states: Tensor, noise: Tensor) -> Tensor:
        """Actions at states.

        Steps are called in order, from 0.

        Args:
            step: which.
            states: shape (chains, trajectories), or (chains, trajectories, numbers).
            noise: of this step, as `Policy.noise` draws it.
        """
        ...

    @property
    def memory(self) -> Any:
        """What spares `Policy.log_probs` the same computation; None if nothing does."""
        ...


class Policy(Protocol):
    """A stochastic policy that is twice differentiable in its parameters."""

    @property
    def observes(self) -> Space:
        """What states it can see."""
        ...

    @property
    def acts(self) -> Space:
        """What actions it can take."""
        ...

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of its parameters, after the axis of chains."""
        ...

    def initial(self, chains: int, generator: torch.Generator) -> Tensor:
        """Random parameters, shape (chains, *shape)."""
        ...

    def actor(self, parameters: Tensor, trajectories: int, horizon: int) -> Actor:
        """Who plays so many trajectories of so many steps in each chain."""
        ...

    def noise(self, shape: Sequence[int], like: Tensor, generator: Generators) -> Tensor:
        """All that an actor draws, in the type of `like`.

        Args:
            shape: (chains, steps, trajectories).
            like: a tensor of the wanted type and device.
            generator: one for all, or one a chain.

        Returns:
            Shape (*shape, numbers that an action takes).
        """
        ...

    def log_probs(
        self, parameters: Tensor, states: Tensor, actions: Tensor, memory: Any = None
    ) -> Tensor:
        """The log-probabilities of what was played, differentiable twice.

        Args:
            parameters: shape (chains, *shape).
            states: shape (chains, steps, trajectories, ...).
            actions: shape (chains, steps, trajectories, ...).
            memory: what the actor with these very parameters noted, or None.

        Returns:
            Shape (chains, steps, trajectories).
        """
        ...
