"""Populations of peers that a meta-learner meets, split for training, validation and test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.games import IteratedGame

PersonaGroup: TypeAlias = Literal["in", "out"]
SPLITS = ("train", "validation", "test")
SIZES = (200, 20, 20)  # of a group: 400/40/40 in the dilemma, 600/60/60 in rock-paper-scissors
PREFERENCES = {  # how likely a persona takes the action that it prefers
    "in": {"train": (0.5, 1.0), "validation": (0.5, 1.0), "test": (0.5, 1.0)},
    "out": {"train": (0.5, 0.75), "validation": (0.5, 0.75), "test": (0.75, 1.0)},
}


class Population(Protocol):
    """Peers of one split."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of the groups; none where there is no telling them apart."""

    @property
    def group(self) -> NDArray[np.int64]:
        """Which group each belongs to, shape (peers,)."""

    def __len__(self) -> int: ...

    def parameters(self) -> Tensor:
        """Of their policies, as they are played, in 32 bits; shape (peers, *shape of a policy)."""


class OneGroup:
    """Peers of a `Population` by their weights, of which nothing tells one group from another."""

    weights: Tensor  # shape (peers, *shape of a policy)
    names = ()

    def __len__(self) -> int:
        return len(self.weights)

    @property
    def group(self) -> NDArray[np.int64]:
        """The group of each, which is the same."""
        return np.zeros(len(self), dtype=np.int64)

    def parameters(self) -> Tensor:
        """The weights."""
        return self.weights


@dataclass(frozen=True, eq=False)
class Personas:
    """The personas of one split.

    Attributes:
        names: of the groups; a group prefers one action, after which it is called.
        group: which group each persona belongs to, shape (personas,).
        tables: its probabilities, shape (personas, states, actions).
    """

    names: tuple[str, ...]
    group: NDArray[np.int64]
    tables: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.tables)

    def logits(self, dtype: torch.dtype = torch.float64) -> Tensor:
        """Their parameters on tables of logits, shape (personas, states, actions)."""
        smallest = np.finfo(np.float64).tiny
        return torch.as_tensor(np.log(self.tables.clip(min=smallest)), dtype=dtype)

    def parameters(self) -> Tensor:
        """The logits in 32 bits; see `Population`."""
        return self.logits(torch.float32)


def personas(
    game: IteratedGame, player: int, seed: int, distribution: PersonaGroup = "in"
) -> dict[str, Personas]:
    """A population of peers: for each action a group that prefers it, in every state anew.

    In every state a persona takes the action that its group prefers with a probability drawn
    uniformly from [0.5, 1]; what is left is shared by the other actions at random. In the dilemma
    these are the 480 cooperative and defective personas of Kim et al. (2021, section 5 and
    appendix D.1), 400 for meta-training, 40 for meta-validation and 40 for meta-test; in
    rock-paper-scissors the 720, split 600, 60 and 60 (appendix D.2).

    Out of distribution, the paper shows populations of little overlap without saying how they were
    drawn (Figure 3b). Here those of training and validation are half-hearted, with preferences in
    [0.5, 0.75], and those of the test are strict, with preferences in [0.75, 1].

    Args:
        game: what is played.
        player: whose tables they are.
        seed: of the population; from the third player on it is another for each.
        distribution: "in" or "out".

    Returns:
        The splits "train", "validation" and "test"; groups follow one another in equal numbers.

    Raises:
        InputError: if there is no such distribution.
    """
    if distribution not in PREFERENCES:
        raise InputError(f"there is no distribution {distribution!r} of personas; choose in or out")
    rng = np.random.default_rng([seed, player] if player > 1 else seed)
    groups = {}
    for split, size in zip(SPLITS, SIZES, strict=True):
        low, high = PREFERENCES[distribution][split]
        actions = game.stage.actions[player]
        shape = (size, game.num_states)
        tables = [_preferring(a, len(actions), low, high, shape, rng) for a in range(len(actions))]
        group = np.repeat(np.arange(len(actions)), size)
        groups[split] = Personas(tuple(actions), group, np.concatenate(tables))
    return groups


def peers(
    game: IteratedGame, seed: int, distribution: PersonaGroup = "in"
) -> dict[str, tuple[Personas, ...]]:
    """Populations of all players but the first; those of one index meet, and are of one group.

    Args:
        game: what is played.
        seed: of the populations.
        distribution: "in" or "out".

    Raises:
        InputError: if there is no such distribution, or the peers have different actions.
    """
    labels = {tuple(actions) for actions in game.stage.actions[1:]}
    if len(labels) > 1:
        raise InputError(
            f"the peers in {game.name} have different actions, so that they are of no common "
            "groups; give a game in which all players but the first have the same"
        )
    each = [personas(game, peer, seed, distribution) for peer in range(1, game.num_players)]
    return {split: tuple(one[split] for one in each) for split in SPLITS}


def _preferring(
    action: int,
    actions: int,
    low: float,
    high: float,
    shape: tuple[int, int],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Tables that prefer an action, shape (*shape, actions)."""
    preferred = rng.uniform(low, high, size=shape)
    shares = rng.dirichlet(np.ones(actions - 1), size=shape)
    rest: NDArray[np.float64] = (1 - preferred)[..., None] * shares
    return np.insert(rest, action, preferred, axis=-1)
