"""What a policy is here: functions of a parameter tensor, which the policy does not hold.

It sees, and does, one of so many things or so many numbers.

States have the shape (chains, steps, trajectories) where they are indices, and one more axis where
they are numbers; so have actions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import torch
from torch import Tensor

from gtlearn.learning.shaping.sampled.noise import Generators


@dataclass(frozen=True)
class Choices:
    """One of finitely many, as an index.

    Attributes:
        count: how many there are.
    """

    count: int

    @property
    def width(self) -> int:
        """How many numbers hold it: the index alone."""
        return 1

    def of(self, noun: str) -> str:
        """In words, such as "5 states"."""
        return f"{self.count} {noun}"


@dataclass(frozen=True)
class Numbers:
    """A vector.

    Attributes:
        count: its length.
    """

    count: int

    @property
    def width(self) -> int:
        """How many numbers hold it."""
        return self.count

    def of(self, noun: str) -> str:
        """In words, such as "states of 17 numbers"."""
        return f"{noun} of {self.count} numbers"


Space: TypeAlias = Choices | Numbers


@dataclass(frozen=True, eq=False)
class Actor:
    """A policy while it plays, without autograd.

    Attributes:
        act: actions, from the step (called in order, from 0), the states of shape (chains,
            trajectories) or (chains, trajectories, numbers), and the step's noise, as
            `Policy.noise` draws it.
        memory: what spares `Policy.log_probs` the same computation; None if nothing does.
    """

    act: Callable[[int, Tensor, Tensor], Tensor]
    memory: Any = None


class Policy(Protocol):
    """A stochastic policy that is twice differentiable in its parameters."""

    @property
    def observes(self) -> Space:
        """What states it can see."""

    @property
    def acts(self) -> Space:
        """What actions it can take."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of its parameters, after the axis of chains."""

    def initial(self, chains: int, generator: torch.Generator) -> Tensor:
        """Random parameters, shape (chains, *shape)."""

    def actor(self, parameters: Tensor, trajectories: int, horizon: int) -> Actor:
        """Who plays so many trajectories of so many steps in each chain."""

    def noise(self, shape: Sequence[int], like: Tensor, generator: Generators) -> Tensor:
        """All that an actor draws, in the type of `like`.

        Args:
            shape: (chains, steps, trajectories).
            like: a tensor of the wanted type and device.
            generator: one for all, or one a chain.

        Returns:
            Shape (*shape, numbers that an action takes).
        """

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
