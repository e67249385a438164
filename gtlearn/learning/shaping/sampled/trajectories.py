"""Trajectories of many chains at once, played without autograd.

Axes throughout: (players, chains, steps, trajectories); a tensor of one player lacks the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from gtlearn.errors import DivergenceError, InputError
from gtlearn.learning.shaping.sampled.policies.protocol import Generators, Policy, Space


@dataclass(frozen=True, eq=False)
class Trajectories:
    """What was played.

    Attributes:
        states: the state of each step, shape (chains, steps, trajectories), and an axis more where
            it is a vector.
        actions: shape (players, chains, steps, trajectories), likewise; a tuple of one tensor a
            player where the players' actions are not of one kind.
        rewards: shape (players, chains, steps, trajectories).
        memories: what each player's policy noted while it played, None where it noted nothing;
            it spares the same computation in `Policy.log_probs`.
    """

    states: Tensor
    actions: Tensor | Sequence[Tensor]
    rewards: Tensor
    memories: tuple[Any, ...]

    @property
    def mean_rewards(self) -> Tensor:
        """The mean reward a step, shape (players, chains)."""
        return self.rewards.mean(dim=(-2, -1))


class Program(Protocol):
    """What is played: a game, or an environment."""

    @property
    def name(self) -> str:
        """What it is called in messages."""

    @property
    def players(self) -> Sequence[str]:
        """Who plays."""

    @property
    def discount(self) -> float:
        """What a reward one step later is worth."""

    @property
    def observes(self) -> Space:
        """The states, which all policies are given."""

    @property
    def acts(self) -> Sequence[Space]:
        """The actions of each player."""

    def play(
        self,
        policies: Sequence[Policy],
        parameters: Sequence[Tensor],
        trajectories: int,
        horizon: int,
        generator: Generators,
    ) -> Trajectories:
        """Plays what `rollout` has checked."""


def rollout(
    program: Program,
    policies: Sequence[Policy],
    parameters: Sequence[Tensor],
    *,
    trajectories: int,
    horizon: int,
    generator: Generators,
) -> Trajectories:
    """Plays `trajectories` trajectories of `horizon` steps in each chain.

    Args:
        program: the game.
        policies: one a player.
        parameters: one tensor a player, of shape (chains, *policy.shape).
        trajectories: K of the paper, in each chain.
        horizon: H of the paper.
        generator: on the device of the parameters. With one a chain, what a chain plays does not
            depend on the chains that are played beside it.

    Raises:
        InputError: if K or H is below one, or the policies, parameters or generators do not fit.
        DivergenceError: if a parameter is not finite.
    """
    check_players(program, policies, parameters)
    if not isinstance(generator, torch.Generator) and len(generator) != len(parameters[0]):
        raise InputError(
            f"{len(generator)} generators for {len(parameters[0])} chains; give one of each a "
            "chain, or one for all"
        )
    if trajectories < 1 or horizon < 1:
        raise InputError(
            f"{trajectories} trajectories of {horizon} steps cannot be learned from; ask for at "
            "least one of at least one step"
        )
    for who, given in zip(program.players, parameters, strict=True):
        if not given.isfinite().all():
            raise DivergenceError(
                f"the parameters of {who!r} are not finite, so that they cannot be played; lower "
                "the learning rates"
            )
    with torch.no_grad():
        return program.play(policies, parameters, trajectories, horizon, generator)


def check_players(
    program: Program, policies: Sequence[Policy], parameters: Sequence[Tensor]
) -> None:
    """Refuses policies and parameters that do not fit the game.

    Raises:
        InputError: naming the player and what its shape should be.
    """
    count = len(program.players)
    if not len(policies) == len(parameters) == count:
        raise InputError(
            f"{len(policies)} policies and {len(parameters)} parameter tensors given for the "
            f"{count} players of {program.name}; give one of each a player"
        )
    chains = parameters[0].shape[:1]
    for who, acts, policy, given in zip(
        program.players, program.acts, policies, parameters, strict=True
    ):
        if (policy.observes, policy.acts) != (program.observes, acts):
            raise InputError(
                f"the policy of {who!r} is for {policy.observes.of('states')} and "
                f"{policy.acts.of('actions')}; {program.name} has "
                f"{program.observes.of('states')} and {acts.of('actions')}"
            )
        if given.shape != (*chains, *policy.shape) or not chains:
            raise InputError(
                f"the parameters of {who!r} have shape {list(given.shape)}; they must have "
                f"{[*chains, *policy.shape]}: chains first, as many for every player"
            )
