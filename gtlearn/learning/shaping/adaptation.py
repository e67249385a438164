"""What a meta-learner earns while it and its peer go on learning, and how that is measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.games import IteratedGame
from gtlearn.learning.shaping.games import TableGame
from gtlearn.learning.shaping.games.protocol import NAIVE, Climb
from gtlearn.learning.shaping.games.tables import nash_conv
from gtlearn.learning.shaping.meta import InnerRates, unroll
from gtlearn.learning.shaping.personas import Personas, Population

LEAST_LOGIT = -30.0  # of an action that is never taken: its probability is below 1e-12


@dataclass(frozen=True, eq=False)
class Adaptation:
    """How a player fared against each persona of a split.

    Attributes:
        personas: against or with whom; where there are several peers, the first one's.
        rewards: its mean reward a step at phi_0 ... phi_L, shape (personas, L + 1).
        nash_conv: of the joint policies there, as mean rewards too, shape (personas, L + 1); None
            where a player's policy is no table.
        tables: the players' tables at phi_L, each of shape (personas, states, actions); None as
            before.
    """

    personas: Population
    rewards: NDArray[np.float64]
    nash_conv: NDArray[np.float64] | None = None
    tables: tuple[NDArray[np.float64], ...] | None = None

    @property
    def auc(self) -> NDArray[np.float64]:
        """The sum of the mean rewards at phi_1 ... phi_L, unshifted, shape (personas,).

        The area under the curve of Kim et al. (2021, question 2), which the paper shifts.
        """
        summed: NDArray[np.float64] = self.rewards[:, 1:].sum(axis=1)
        return summed

    def to_json(self) -> dict[str, Any]:
        """By group of personas and over all: AUC, rewards and NashConv along the chain."""
        out = {
            "auc": {name: float(self.auc[who].mean()) for name, who in self._groups.items()},
            "rewards": self._along(self.rewards),
        }
        return out if self.nash_conv is None else {**out, "nash_conv": self._along(self.nash_conv)}

    @property
    def _groups(self) -> dict[str, Any]:
        names = enumerate(self.personas.names)
        return {"all": slice(None), **{name: self.personas.group == index for index, name in names}}

    def _along(self, values: NDArray[np.float64]) -> dict[str, list[float]]:
        return {name: values[who].mean(axis=0).tolist() for name, who in self._groups.items()}


def adapt_exactly(
    game: TableGame,
    start: Tensor,
    rates: InnerRates,
    length: int,
    peers: Sequence[Personas],
    *,
    ascents: Mapping[int, Climb] = NAIVE,
) -> Adaptation:
    """Lets player 0 and each persona learn by exact updates, and measures player 0.

    Args:
        game: what is played, with a discount.
        start: phi_0 of player 0, shape (states, actions).
        rates: the inner rates, as `meta.unroll` takes them.
        length: L, the number of inner updates.
        peers: the other players' initial policies; those of one index meet.
        ascents: by player, what it ascends instead of its own gradient, as in `meta.unroll`.

    Raises:
        InputError: if shapes do not fit, or the chain is not finite.
    """
    with torch.no_grad():
        initial = [start, *(each.logits(start.dtype) for each in peers)]
        chain = unroll(game, initial, rates, length, ascents=ascents)
        scale = 1 - float(game.tensors.game.discount)  # a discounted sum as a mean reward
        return measured(game, peers[0], chain.values[..., 0] * scale, chain.parameters)


def measured(
    game: TableGame, personas: Population, rewards: Tensor, chain: Sequence[Sequence[Tensor]]
) -> Adaptation:
    """How a player fared, with the exact NashConv of the tables along the chain.

    Args:
        game: what is played, with a discount.
        personas: against whom.
        rewards: its mean reward a step, shape (personas, L + 1).
        chain: phi_0, ..., phi_L, each one tensor of logits a player.
    """
    chain = [game.expanded([p.to(game.tensors.start) for p in joint]) for joint in chain]
    joint = [torch.stack(policies, dim=-3) for policies in zip(*chain, strict=True)]
    conv = nash_conv(game, joint) * (1 - float(game.tensors.game.discount))
    return Adaptation(
        personas,
        rewards.double().numpy(),
        conv.numpy(),
        tuple(table.numpy() for table in game.tables(chain[-1])),
    )


def equilibrium_start(game: IteratedGame) -> Tensor:
    """Logits that play an equilibrium of the stage game in every state, (states, actions).

    In the dilemma this is always defecting, in rock-paper-scissors the uniform mixture: what a
    player earns who neither learns nor shapes.

    Raises:
        InputError: if there are three or more players and the stage game has no pure equilibrium.
    """
    with np.errstate(divide="ignore"):
        logits = np.log(_equilibrium(game)).clip(min=LEAST_LOGIT)
    return torch.as_tensor(logits).expand(game.num_states, -1).clone()


def _equilibrium(game: IteratedGame) -> NDArray[np.float64]:
    """The first player's probabilities in an equilibrium of the stage game."""
    from gtlearn import solvers
    from gtlearn.solvers._nash.pure import first_pure_equilibrium

    if game.num_players == 2:
        return solvers.solve(game.stage, concept="nash").to_numpy(0)[0]
    pure = first_pure_equilibrium(game.stage)
    if pure is None:
        raise InputError(
            f"the stage game of {game.name} has no pure equilibrium, and others are found for two "
            "players only; give a game that has one"
        )
    played: NDArray[np.float64] = np.eye(game.stage.shape[0])[pure[0]]
    return played
