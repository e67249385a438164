"""An iterated game as a program of state indices, for many trajectories at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.games.kinds.markov.game import check_for_floats
from gtlearn.learning.shaping.sampled.policies.builtin import TablePolicy
from gtlearn.learning.shaping.sampled.policies.protocol import (
    Actor,
    Choices,
    Generators,
    Policy,
    integers,
)
from gtlearn.learning.shaping.sampled.trajectories import Trajectories
from gtlearn.learning.table_values import joint_probabilities

_BITS = 31  # of a draw of a joint action: no probability is off by more than 2 ** -32


@dataclass(frozen=True, eq=False)
class StateProgram:
    """A Markov game without chance moves, as tables that are looked up.

    A row of a table is a pair of a state and a joint action: row `state * joints + joint`, where
    the last player's action changes fastest in `joint`. Where everyone plays tables, one draw a
    step takes the joint action by its cumulative probabilities; otherwise each acts on its own.
    See `trajectories.Program`.

    Attributes:
        name: the game's.
        players: the game's.
        discount: what a reward one step later is worth.
        observes: the states.
        acts: the actions of each player.
        start: the first state.
        moves: the next state, shape (states * joints).
        rewards: what each player is paid, shape (players, states * joints).
    """

    name: str
    players: tuple[str, ...]
    discount: float
    observes: Choices
    acts: tuple[Choices, ...]
    start: int
    moves: Tensor
    rewards: Tensor

    def unrow(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """The states of rows, and the actions with a leading axis of players."""
        actions = []
        for acts in reversed(self.acts):
            actions.append(rows % acts.count)
            rows = rows // acts.count
        return rows, torch.stack(actions[::-1])

    def play(
        self,
        policies: Sequence[Policy],
        parameters: Sequence[Tensor],
        trajectories: int,
        horizon: int,
        generator: Generators,
    ) -> Trajectories:
        """Trajectories from the rows of the program that were played; see `rollout`."""
        memories: tuple[Any, ...] = (None,) * len(policies)
        if all(isinstance(policy, TablePolicy) for policy in policies):
            rows = _rows_of_tables(self, parameters, trajectories, horizon, generator)
        else:
            shape = len(parameters[0]), horizon, trajectories
            actors = [
                policy.actor(given, trajectories, horizon)
                for policy, given in zip(policies, parameters, strict=True)
            ]
            noise = [policy.noise(shape, parameters[0], generator) for policy in policies]
            rows = _rows_of_actors(self, actors, noise)
            memories = tuple(actor.memory for actor in actors)
        states, actions = self.unrow(rows)
        return Trajectories(states, actions, self.rewards[:, rows], memories)


def state_program(
    game: MarkovGame | IteratedGame,
    *,
    dtype: torch.dtype = torch.float32,
    device: torch.device | str = "cpu",
) -> StateProgram:
    """The tables of a game in which nothing but the players' actions is random.

    Args:
        game: an iterated game, or a Markov game whose moves and start are certain.
        dtype: the type of the rewards.
        device: where the tensors live.

    Raises:
        InputError: if it is no such game, or has chance moves or actions that are not legal, or
            its discount is too near one for floats.
    """
    markov = as_markov(game)
    check_for_floats(markov.name, markov.horizon, markov.discount)
    certain = markov.transitions.numerators == markov.transitions.denominator
    if not (certain.any(axis=-1)[markov.legal_profiles].all() and 1 in markov.start):
        raise InputError(
            f"{markov.name} has chance moves, which a state program does not hold; give an "
            "iterated game, or a Markov game whose start and transitions are certain"
        )
    if not markov.legal_profiles.all():
        raise InputError(
            f"in {markov.name} some actions are not legal everywhere, which the policies here "
            "do not respect; give a game whose actions are the same in every state"
        )
    rewards = np.stack([array.floats().ravel() for array in markov.payoffs])
    return StateProgram(
        name=markov.name,
        players=tuple(markov.players),
        discount=float(markov.discount),
        observes=Choices(markov.num_states),
        acts=tuple(map(Choices, markov.shape)),
        start=markov.start.index(1),
        moves=torch.as_tensor(certain.reshape(-1, markov.num_states).argmax(-1), device=device),
        rewards=torch.as_tensor(rewards * float(markov.scale), dtype=dtype, device=device),
    )


def _rows_of_actors(
    program: StateProgram, actors: Sequence[Actor], noise: Sequence[Tensor]
) -> Tensor:
    """Each acts on its own, in its turn; shape (chains, steps, trajectories)."""
    chains, horizon, trajectories, _ = noise[0].shape
    device = noise[0].device
    rows = torch.empty((chains, horizon, trajectories), dtype=torch.long, device=device)
    here = torch.full((chains, trajectories), program.start, device=device)
    for step in range(horizon):
        row = here
        for actor, acts, drawn in zip(actors, program.acts, noise, strict=True):
            row = row * acts.count + actor.act(step, here, drawn[:, step])
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
    first = torch.arange(0, cells, program.observes.count, device=device)[:, None]  # of each chain
    following = ((first + program.moves) << _BITS).flatten()
    draws = integers((len(first), horizon, trajectories), 2**_BITS, device, generator)
    rows = torch.empty((horizon, len(first), trajectories), dtype=torch.long, device=device)
    here = (first + program.start) << _BITS
    for row, drawn in zip(rows, draws.transpose(0, 1).contiguous(), strict=True):
        torch.bucketize(here + drawn, bounds, right=True, out=row)
        here = following.take(row)
    return (rows - first * joints).transpose(0, 1).contiguous()


def _bounds(parameters: Sequence[Tensor]) -> Tensor:
    """Where each joint action's share of 2 ** _BITS ends, shape (chains * states, joints)."""
    joint = joint_probabilities([given.double().softmax(-1) for given in parameters])
    bounds: Tensor = (joint.flatten(0, 1).cumsum(-1) * 2**_BITS).round().long()
    bounds[:, -1] = 2**_BITS
    return bounds
