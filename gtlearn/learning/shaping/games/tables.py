"""Iterated and Markov games on the logits of tables: values and gradients in closed form."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.learning.shaping.games.protocol import DifferentiableGame, Parameters
from gtlearn.learning.values import TensorGame, tensor_game, values


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
        self._actions: tuple[int, ...] = tuple(game.shape)
        self._dynamics = _Dynamics(tensors) if game.horizon is None else None

    def tables(self, parameters: Parameters) -> list[Tensor]:
        """The probabilities of actions, one tensor a player of shape (*batch, states, actions)."""
        return [torch.softmax(logits, dim=-1) for logits in parameters]

    def values(self, parameters: Parameters) -> Tensor:
        """The values of the players, of shape (*batch, players); see `DifferentiableGame`."""
        self.batch_shape(parameters)
        tables = self.tables(parameters)
        if self._dynamics is None:
            return values(self.tensors, tables)
        visits, rewards, _ = self._dynamics.occupancy(tables)
        return (visits[..., None] * rewards).sum(-2) * float(self.tensors.game.scale)

    def values_and_gradients(self, parameters: Parameters) -> tuple[Tensor, tuple[Tensor, ...]]:
        """The values, and each player's gradient of its own value, by the policy gradient theorem.

        With x the discounted visits of states and Q the value of joint actions, the gradient in
        the logits of player i at state s and action a is

            x(s) pi_i(a | s) (u_i(s, a) - sum_b pi_i(b | s) u_i(s, b)),
            u_i(s, a) = sum over the others' actions of their probability * Q_i(s, joint action)

        (Sutton et al. 2000, Policy Gradient Methods for Reinforcement Learning with Function
        Approximation, theorem 1). These are operations forward, so that one more derivative costs
        one pass backward instead of two.
        """
        if self._dynamics is None:
            return super().values_and_gradients(parameters)
        parameters = self.expanded(parameters)
        tables = self.tables(parameters)
        visits, rewards, inverse = self._dynamics.occupancy(tables)
        scale = float(self.tensors.game.scale)
        found = (visits[..., None] * rewards).sum(-2) * scale
        joint = self._dynamics.joint_values(inverse @ rewards)
        slopes = []
        for player, table in enumerate(tables):
            worth = self._worth(joint[..., player], tables, player)
            mean = (table * worth).sum(-1, keepdim=True)
            slopes.append((visits[..., None] * scale) * table * (worth - mean))
        return found, tuple(slopes)

    def _worth(self, joint: Tensor, tables: Sequence[Tensor], player: int) -> Tensor:
        """What each action of a player is worth against the others, (*batch, states, actions).

        Args:
            joint: its value of joint actions, shape (*batch, states or 1, joint actions).
            tables: of all players.
            player: who acts.
        """
        size = joint.ndim - 1
        cube = joint.unflatten(-1, self._actions).movedim(size + player, size).flatten(size + 1)
        others = joint_probabilities([t for k, t in enumerate(tables) if k != player])
        if joint.shape[-2] == 1:  # the same in every state: one product of matrices a game
            return others @ cube.squeeze(-3).mT
        return (cube @ others[..., None]).squeeze(-1)


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


def joint_probabilities(tables: Sequence[Tensor]) -> Tensor:
    """The probability of each joint action, flat: shape (*batch, states, joint actions)."""
    weights = tables[0]
    for table in tables[1:]:
        weights = (weights[..., :, None] * table[..., None, :]).flatten(-2)
    return weights


class _Dynamics:
    """Rewards and discounted transitions of an endless game, in one matrix where all states agree.

    In an iterated game the state only remembers, so payoffs and moves are the same in every state.
    """

    def __init__(self, tensors: TensorGame) -> None:
        game = tensors.game
        discount = float(game.discount)
        payoffs = tensors.payoffs.flatten(1, -2)  # (states, joint actions, players)
        moves = discount * tensors.moves.flatten(1, -2)  # (states, joint actions, states)
        both = torch.cat([payoffs, moves], dim=-1)
        self._same = bool((both == both[:1]).all())
        self._both = both[0] if self._same else both
        self._players = game.num_players
        self._start = tensors.start
        self._one = torch.eye(game.num_states, dtype=both.dtype, device=both.device)

    def occupancy(self, tables: Sequence[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """Discounted visits, rewards, and (I - gamma P)^-1.

        Shapes: (*batch, states), (*batch, states, players), (*batch, states, states).
        """
        weights = joint_probabilities(tables)
        if self._same:
            expected = weights @ self._both
        else:
            expected = torch.einsum("...sa,sax->...sx", weights, self._both)
        rewards, moves = expected[..., : self._players], expected[..., self._players :]
        inverse = torch.linalg.inv(self._one - moves)
        return (self._start @ inverse), rewards, inverse

    def joint_values(self, state_values: Tensor) -> Tensor:
        """The value of joint actions, (*batch, states or 1, joint actions, players).

        Args:
            state_values: shape (*batch, states, players).
        """
        payoffs, moves = self._both[..., : self._players], self._both[..., self._players :]
        if self._same:
            return (payoffs + moves @ state_values)[..., None, :, :]
        return payoffs + moves @ state_values[..., None, :, :]
