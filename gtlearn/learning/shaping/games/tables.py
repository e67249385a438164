"""Iterated and Markov games on the logits of tables: values and gradients in closed form."""

from __future__ import annotations

import torch
from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.learning.shaping.games.closed_form import Dynamics
from gtlearn.learning.shaping.games.protocol import DifferentiableGame, Parameters
from gtlearn.learning.table_values import TensorGame, tensor_game, values


class TableGame(DifferentiableGame):
    """A game in which each player's parameters are the logits of a table, (states, actions).

    Values are those of `gtlearn.learning.values`, in the game's unit: discounted sums from the
    first step on where there is a discount.

    Attributes:
        tensors: the exact game as tensors.
    """

    def __init__(self, tensors: TensorGame) -> None:
        game = tensors.game
        if not game.legal_profiles.all():
            raise InputError(
                f"not every action of {game.name} is legal in every state; tables of "
                "logits need that"
            )
        self.tensors = tensors
        self.name = game.name
        self.shapes = tuple((game.num_states, actions) for actions in game.shape)
        self._dynamics = Dynamics(tensors) if game.horizon is None else None

    def expanded(self, parameters: Parameters) -> list[Tensor]:
        """The same parameters with all axes of the batch; see `DifferentiableGame`."""
        found = super().expanded(parameters)
        held, given = self.tensors.start, found[0]
        if (given.dtype, given.device) != (held.dtype, held.device):
            raise InputError(
                f"the tensors of {self.name} are {held.dtype} on {held.device}, the parameters "
                f"{given.dtype} on {given.device}; make both the same"
            )
        return found

    def tables(self, parameters: Parameters) -> list[Tensor]:
        """The probabilities of actions, one tensor a player of shape (*batch, states, actions)."""
        return [torch.softmax(logits, dim=-1) for logits in parameters]

    def values(self, parameters: Parameters) -> Tensor:
        """The values of the players, of shape (*batch, players); see `DifferentiableGame`."""
        parameters = self.expanded(parameters)
        if self._dynamics is None:
            return values(self.tensors, self.tables(parameters))
        batch = parameters[0].shape[:-2]
        return self._dynamics.values(_batch_last(parameters)).mT.reshape(*batch, -1)

    def values_and_gradients(self, parameters: Parameters) -> tuple[Tensor, tuple[Tensor, ...]]:
        """The values, and each player's gradient of its own value, by the policy gradient theorem.

        With x the discounted visits of states and Q the value of joint actions, the gradient in
        the logits of player i at state s and action a is

            x(s) pi_i(a | s) (u_i(s, a) - sum_b pi_i(b | s) u_i(s, b)),
            u_i(s, a) = sum over the others' actions of their probability * Q_i(s, joint action)

        (Sutton et al. 2000, Policy Gradient Methods for Reinforcement Learning with Function
        Approximation, theorem 1). These are operations forward, so that one more derivative costs
        one pass backward instead of two. With a horizon it is done by differentiation.
        """
        if self._dynamics is None:
            return super().values_and_gradients(parameters)
        parameters = self.expanded(parameters)
        batch = parameters[0].shape[:-2]
        found, slopes = self._dynamics.values_and_slopes(_batch_last(parameters))
        return found.mT.reshape(*batch, -1), tuple(
            slope.permute(2, 0, 1).reshape(own.shape)
            for slope, own in zip(slopes, parameters, strict=True)
        )


def table_game(
    game: IteratedGame | MarkovGame,
    *,
    dtype: torch.dtype = torch.float64,
    device: torch.device | str = "cpu",
) -> TableGame:
    """The differentiable game on logits of an iterated or a Markov game, with any payoffs.

    Raises:
        InputError: if it is no such game, or an action is not legal in every state.

    >>> from gtlearn import games
    >>> dilemma = table_game(games.iterated("ipd_meta_mapg", discount="24/25"))
    >>> dilemma.values([torch.zeros(5, 2, dtype=torch.float64)] * 2).round(decimals=9)
    tensor([0., 0.], dtype=torch.float64)
    """
    return TableGame(tensor_game(game, dtype=dtype, device=device))


def _batch_last(parameters: Parameters) -> list[Tensor]:
    """The probabilities of actions, one tensor a player of shape (states, actions, batch)."""
    return [
        torch.softmax(logits.flatten(0, -3).permute(1, 2, 0), dim=1)
        if logits.ndim > 2
        else torch.softmax(logits, dim=-1)[..., None]
        for logits in parameters
    ]
