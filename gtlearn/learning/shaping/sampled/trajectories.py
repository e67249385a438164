"""Trajectories of many chains at once, played without autograd.

Axes throughout: (players, chains, steps, trajectories); a tensor of one player lacks the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from torch import Tensor

from gtlearn.errors import DivergenceError, InputError
from gtlearn.learning.shaping.sampled.policies.protocol import Actor, Policy
from gtlearn.learning.shaping.sampled.policies.tables import TablePolicy
from gtlearn.learning.shaping.sampled.program import StateProgram

_BITS = 31  # of a draw of a joint action: no probability is off by more than 2 ** -32

Generators: TypeAlias = torch.Generator | Sequence[torch.Generator]  # one for all, or one a chain


@dataclass(frozen=True, eq=False)
class Trajectories:
    """What was played.

    Attributes:
        states: the state of each step, shape (chains, steps, trajectories).
        actions: shape (players, chains, steps, trajectories).
        rewards: shape (players, chains, steps, trajectories).
        memories: what each player's policy noted while it played, None where it noted nothing;
            it spares the same computation in `Policy.log_probs`.
    """

    states: Tensor
    actions: Tensor
    rewards: Tensor
    memories: tuple[Any, ...]

    @property
    def mean_rewards(self) -> Tensor:
        """The mean reward a step, shape (players, chains)."""
        return self.rewards.mean(dim=(-2, -1))


def rollout(
    program: StateProgram,
    policies: Sequence[Policy],
    parameters: Sequence[Tensor],
    *,
    trajectories: int,
    horizon: int,
    generator: Generators,
) -> Trajectories:
    """Plays `trajectories` trajectories of `horizon` steps in each chain.

    An action is the largest of the logits plus Gumbel noise, which is a draw from their softmax.
    Where everyone plays tables, one draw a step takes the joint action by its cumulative
    probabilities.

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
    for player, given in enumerate(parameters):
        if not given.isfinite().all():
            raise DivergenceError(
                f"the parameters of {program.game.players[player]!r} are not finite, so that they "
                "cannot be played; lower the learning rates"
            )
    with torch.no_grad():
        return _played(program, policies, parameters, trajectories, horizon, generator)


def check_players(
    program: StateProgram, policies: Sequence[Policy], parameters: Sequence[Tensor]
) -> None:
    """Refuses policies and parameters that do not fit the game.

    Raises:
        InputError: naming the player and what its shape should be.
    """
    if not len(policies) == len(parameters) == program.num_players:
        raise InputError(
            f"{len(policies)} policies and {len(parameters)} parameter tensors given for the "
            f"{program.num_players} players of {program.game.name}; give one of each a player"
        )
    chains = parameters[0].shape[:1]
    for player, (policy, given) in enumerate(zip(policies, parameters, strict=True)):
        who = f"of {program.game.players[player]!r}"
        if (policy.states, policy.actions) != (program.num_states, program.actions[player]):
            raise InputError(
                f"the policy {who} is for {policy.states} states and {policy.actions} actions; "
                f"{program.game.name} has {program.num_states} and {program.actions[player]}"
            )
        if given.shape != (*chains, *policy.shape) or not chains:
            raise InputError(
                f"the parameters {who} have shape {list(given.shape)}; they must have "
                f"{[*chains, *policy.shape]}: chains first, as many for every player"
            )


def _played(
    program: StateProgram,
    policies: Sequence[Policy],
    parameters: Sequence[Tensor],
    trajectories: int,
    horizon: int,
    generator: Generators,
) -> Trajectories:
    """Trajectories from the rows of the program that were played."""
    memories: tuple[Any, ...] = (None,) * program.num_players
    if all(isinstance(policy, TablePolicy) for policy in policies):
        rows = _rows_of_tables(program, parameters, trajectories, horizon, generator)
    else:
        actors = [
            policy.actor(given, trajectories, horizon)
            for policy, given in zip(policies, parameters, strict=True)
        ]
        rows = _rows_of_actors(program, actors, parameters[0], trajectories, horizon, generator)
        memories = tuple(actor.memory for actor in actors)
    states, actions = program.unrow(rows)
    return Trajectories(states, actions, program.rewards[:, rows], memories)


def _rows_of_actors(
    program: StateProgram,
    actors: Sequence[Actor],
    like: Tensor,
    trajectories: int,
    horizon: int,
    generator: Generators,
) -> Tensor:
    """Each acts on its own, in its turn; shape (chains, steps, trajectories)."""
    chains, device = len(like), like.device
    noise = [
        _gumbel((chains, horizon, trajectories, size), like, generator) for size in program.actions
    ]
    rows = torch.empty((chains, horizon, trajectories), dtype=torch.long, device=device)
    here = torch.full((chains, trajectories), program.start, device=device)
    for step in range(horizon):
        row = here
        for actor, size, drawn in zip(actors, program.actions, noise, strict=True):
            row = row * size + (actor(step, here) + drawn[:, step]).argmax(-1)
        rows[:, step] = row
        here = program.moves.take(row)
    return rows


def _rows_of_tables(
    program: StateProgram,
    parameters: Sequence[Tensor],
    trajectories: int,
    horizon: int,
    generator: Generators,
) -> Tensor:
    """All tables act as one; shape (chains, steps, trajectories).

    A cell, which is a state of a chain, owns the 2 ** _BITS integers from cell << _BITS on; its
    joint actions share them by their probabilities. One search finds the row of a draw.
    """
    bounds = _bounds(parameters)
    cells, joints = bounds.shape
    device = bounds.device
    bounds = (bounds + (torch.arange(cells, device=device) << _BITS)[:, None]).flatten()
    first = torch.arange(0, cells, program.num_states, device=device)[:, None]  # of each chain
    following = ((first + program.moves) << _BITS).flatten()
    draws = _draws((len(first), horizon, trajectories), device, generator)
    rows = torch.empty((horizon, len(first), trajectories), dtype=torch.long, device=device)
    here = (first + program.start) << _BITS
    for row, drawn in zip(rows, draws.transpose(0, 1).contiguous(), strict=True):
        torch.bucketize(here + drawn, bounds, right=True, out=row)
        here = following.take(row)
    return (rows - first * joints).transpose(0, 1).contiguous()


def _bounds(parameters: Sequence[Tensor]) -> Tensor:
    """Where each joint action's share of 2 ** _BITS ends, shape (chains * states, joints)."""
    joint = torch.softmax(parameters[0].double(), dim=-1)
    for given in parameters[1:]:
        own = torch.softmax(given.double(), dim=-1)
        joint = (joint[..., :, None] * own[..., None, :]).flatten(-2)
    bounds = (joint.flatten(0, 1).cumsum(-1) * 2**_BITS).round().long()
    bounds[:, -1] = 2**_BITS
    return bounds


def _draws(shape: Sequence[int], device: torch.device, generator: Generators) -> Tensor:
    """Uniform integers below 2 ** _BITS; the first axis is that of chains."""
    drawn = torch.empty(shape, dtype=torch.long, device=device)
    if isinstance(generator, torch.Generator):
        return drawn.random_(2**_BITS, generator=generator)
    for chain, own in zip(drawn, generator, strict=True):
        chain.random_(2**_BITS, generator=own)
    return drawn


def _gumbel(shape: Sequence[int], like: Tensor, generator: Generators) -> Tensor:
    """Standard Gumbel noise; the first axis is that of chains."""
    drawn = torch.empty(shape, dtype=like.dtype, device=like.device)
    if isinstance(generator, torch.Generator):
        drawn.exponential_(generator=generator)
    else:
        for chain, own in zip(drawn, generator, strict=True):
            chain.exponential_(generator=own)
    return drawn.log_().neg_()
