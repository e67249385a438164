"""What a policy is here: functions of a parameter tensor, which the policy does not hold."""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch import Tensor


class Actor(Protocol):
    """A policy while it plays, without autograd."""

    def __call__(self, step: int, states: Tensor) -> Tensor:
        """Logits (chains, trajectories, actions) at states (chains, trajectories).

        Steps are called in order, from 0.
        """
        ...

    @property
    def memory(self) -> Any:
        """What spares `Policy.log_probs` the same computation; None if nothing does."""
        ...


class Policy(Protocol):
    """A stochastic policy that is twice differentiable in its parameters."""

    @property
    def states(self) -> int:
        """The number of states that it can see."""
        ...

    @property
    def actions(self) -> int:
        """The number of actions that it can take."""
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

    def log_probs(
        self, parameters: Tensor, states: Tensor, actions: Tensor, memory: Any = None
    ) -> Tensor:
        """The log-probabilities of what was played, differentiable twice.

        Args:
            parameters: shape (chains, *shape).
            states: shape (chains, steps, trajectories).
            actions: shape (chains, steps, trajectories).
            memory: what the actor with these very parameters noted, or None.

        Returns:
            Shape (chains, steps, trajectories).
        """
        ...
