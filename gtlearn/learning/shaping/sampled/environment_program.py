"""An environment whose states are vectors, many of which are stepped at once, as a program.

Of a PettingZoo environment it is what the sampled learners play, with a policy for each agent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import inf, prod
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gtlearn.errors import DivergenceError
from gtlearn.learning.shaping.sampled.policies.builtin import (
    CategoricalPolicy,
    GaussianPolicy,
    MaskedPolicy,
)
from gtlearn.learning.shaping.sampled.policies.module import MakeModule, ModulePolicy
from gtlearn.learning.shaping.sampled.policies.protocol import (
    Choices,
    Generators,
    Numbers,
    PartialPolicy,
    Policy,
    Space,
    integers,
)
from gtlearn.learning.shaping.sampled.trajectories import Trajectories

_LARGEST_SEED = 2**31


class Simulator(Protocol):
    """So many environments, side by side."""

    def reset(self, seeds: Sequence[int]) -> NDArray[np.float64]:
        """Begins an episode in each; states, shape (count, numbers)."""

    def step(self, actions: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Takes a step in each.

        Args:
            actions: shape (count, players, numbers of an action). A choice is held by one number,
                its index; where a player's action has fewer numbers than another's, zeros follow.

        Returns:
            States (count, numbers), and rewards: one for all (count), or one each
            (count, players).
        """


@dataclass(frozen=True, eq=False)
class EnvironmentProgram:
    """Players who see the state, or parts of it by a `PartialPolicy`; see `trajectories.Program`.

    Attributes:
        name: of the environment.
        players: who plays.
        discount: what a reward one step later is worth.
        observes: the states.
        acts: the actions of each player.
        simulator: makes so many environments; can be pickled.
        limit: numbers of actions are clipped to plus or minus this; choices are not.
        unit: in which rewards are counted, by learners too.
    """

    name: str
    players: tuple[str, ...]
    discount: float
    observes: Numbers
    acts: tuple[Space, ...]
    simulator: Callable[[int], Simulator]
    limit: float = 1.0
    unit: float = 1.0
    _made: dict[int, Simulator] = field(default_factory=dict, init=False, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        """Without the environments, which each process makes for itself."""
        return {**self.__dict__, "_made": {}}

    def play(
        self,
        policies: Sequence[Policy],
        parameters: Sequence[Tensor],
        trajectories: int,
        horizon: int,
        generator: Generators,
    ) -> Trajectories:
        """Steps all environments of all chains together; see `rollout`.

        Raises:
            DivergenceError: if an action, a state or a reward is not finite; it names the step.
        """
        like = parameters[0]
        shape = len(like), horizon, trajectories
        noise = [policy.noise(shape, like, generator) for policy in policies]
        seeds = integers(shape[::2], _LARGEST_SEED, like.device, generator)
        actors = [
            policy.actor(given, trajectories, horizon)
            for policy, given in zip(policies, parameters, strict=True)
        ]
        states = like.new_empty((*shape, self.observes.count))
        widest = max(acts.width for acts in self.acts)
        numbers = like.new_zeros((len(policies), *shape, widest))
        rooms = [_room(acts, held) for acts, held in zip(self.acts, numbers, strict=True)]
        limits = [inf if isinstance(acts, Choices) else self.limit for acts in self.acts]
        bounds = like.new_tensor(limits)[:, None]
        rewards = like.new_empty((len(policies), *shape))
        count = len(like) * trajectories
        if count not in self._made:
            self._made[count] = self.simulator(count)
        environments = self._made[count]
        here = environments.reset(seeds.flatten().tolist())
        for step in range(horizon):
            states[:, step] = _tensor(here, like).unflatten(0, shape[::2])
            for room, actor, drawn in zip(rooms, actors, noise, strict=True):
                room[:, step] = actor.act(step, states[:, step], drawn[:, step])
            here, earned = environments.step(self._clipped(numbers[:, :, step], bounds, step))
            each = _tensor(earned, like).unflatten(0, shape[::2])
            rewards[:, :, step] = each if each.ndim == 2 else each.movedim(-1, 0)
        if not (states.isfinite().all() and rewards.isfinite().all()):
            raise DivergenceError(
                f"{self.name} came to a state or a reward that is not finite; lower the learning "
                "rates"
            )
        memories = tuple(actor.memory for actor in actors)
        return Trajectories(states, self._actions(numbers), rewards / self.unit, memories)

    def _actions(self, numbers: Tensor) -> Tensor | Sequence[Tensor]:
        """Actions as policies know them, from the numbers that hold them."""
        if len(set(self.acts)) == 1:
            return _actions(self.acts[0], numbers)
        return tuple(_actions(acts, held) for acts, held in zip(self.acts, numbers, strict=True))

    def _clipped(self, actions: Tensor, bounds: Tensor, step: int) -> NDArray[np.float64]:
        """Actions (players, chains, trajectories, numbers) as (count, players, numbers)."""
        if not actions.isfinite().all():
            raise DivergenceError(
                f"an action at step {step} of {self.name} is not finite; lower the learning rates"
            )
        joint = actions.flatten(1, 2).transpose(0, 1).clamp(-bounds, bounds)
        return joint.double().cpu().numpy()


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


def _room(acts: Space, numbers: Tensor) -> Tensor:
    """Where actions are written among the numbers (..., widest) that hold them."""
    return numbers[..., 0] if isinstance(acts, Choices) else numbers[..., : acts.count]


def _actions(acts: Space, numbers: Tensor) -> Tensor:
    """Actions as a policy knows them, from the numbers (..., widest) that hold them."""
    room = _room(acts, numbers)
    return room.long() if isinstance(acts, Choices) else room


def _tensor(array: NDArray[np.float64], like: Tensor) -> Tensor:
    """In the type and on the device of a tensor."""
    return torch.as_tensor(array, dtype=like.dtype, device=like.device)
