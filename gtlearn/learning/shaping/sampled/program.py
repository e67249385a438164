"""An iterated game as a program of state indices, for many trajectories at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.solvers.markov.tables import as_markov


@dataclass(frozen=True, eq=False)
class StateProgram:
    """A Markov game without chance moves, as tables that are looked up.

    A row of a table is a pair of a state and a joint action: row `state * joints + joint`, where
    the last player's action changes fastest in `joint`.

    Attributes:
        game: the exact game.
        start: the first state.
        moves: the next state, shape (states * joints).
        rewards: what each player is paid, shape (players, states * joints).
        discount: what a reward one step later is worth.
    """

    game: MarkovGame
    start: int
    moves: Tensor
    rewards: Tensor
    discount: float

    @property
    def num_players(self) -> int:
        """The number of players."""
        return self.game.num_players

    @property
    def num_states(self) -> int:
        """The number of states."""
        return self.game.num_states

    @property
    def actions(self) -> tuple[int, ...]:
        """The number of actions of each player."""
        return self.game.shape

    def row(self, states: Tensor, actions: list[Tensor]) -> Tensor:
        """The rows of states and of one action a player, all of one shape."""
        row = states
        for size, action in zip(self.actions, actions, strict=True):
            row = row * size + action
        return row

    def unrow(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """The states of rows, and the actions with a leading axis of players."""
        actions = []
        for size in reversed(self.actions):
            actions.append(rows % size)
            rows = rows // size
        return rows, torch.stack(actions[::-1])


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
        InputError: if it is no such game, or has chance moves or actions that are not legal.
    """
    markov = as_markov(game)
    chances = markov.transitions.floats().reshape(-1, markov.num_states)
    start = np.array([float(p) for p in markov.start])
    if not (np.isin(chances, (0, 1)).all() and np.isin(start, (0, 1)).all()):
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
        game=markov,
        start=int(start.argmax()),
        moves=torch.as_tensor(chances.argmax(-1), device=device),
        rewards=torch.as_tensor(rewards * float(markov.scale), dtype=dtype, device=device),
        discount=float(markov.discount),
    )
