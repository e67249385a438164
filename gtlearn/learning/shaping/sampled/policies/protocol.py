"""What a policy is here: functions of a parameter tensor, which the policy does not hold.

It sees, and does, one of so many things or so many numbers.

States have the shape (chains, steps, trajectories) where they are indices, and one more axis where
they are numbers; so have actions.

All random draws have the axis of chains first. With one generator a chain, what a chain draws does
not depend on the chains beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import torch
from torch import Tensor

from gtlearn.errors import InputError

Generators: TypeAlias = torch.Generator | Sequence[torch.Generator]  # one for all, or one a chain


def gumbel(shape: Sequence[int], like: Tensor, generator: Generators) -> Tensor:
    """Standard Gumbel noise, in the type of `like`; logits plus it are largest at a draw."""
    drawn = torch.empty(shape, dtype=like.dtype, device=like.device)
    for part, own in _parts(drawn, generator):
        part.exponential_(generator=own)
    return drawn.log_().neg_()


def normal(shape: Sequence[int], like: Tensor, generator: Generators) -> Tensor:
    """Standard normal noise, in the type of `like`."""
    drawn = torch.empty(shape, dtype=like.dtype, device=like.device)
    for part, own in _parts(drawn, generator):
        part.normal_(generator=own)
    return drawn


def integers(
    shape: Sequence[int], below: int, device: torch.device, generator: Generators
) -> Tensor:
    """Uniform integers from 0 to `below` - 1."""
    drawn = torch.empty(shape, dtype=torch.long, device=device)
    for part, own in _parts(drawn, generator):
        part.random_(below, generator=own)
    return drawn


def _parts(drawn: Tensor, generator: Generators) -> Iterator[tuple[Tensor, torch.Generator]]:
    """What each generator fills."""
    if isinstance(generator, torch.Generator):
        return iter([(drawn, generator)])
    return zip(drawn, generator, strict=True)


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
