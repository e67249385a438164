"""Iterated and Markov games on the logits of tables: values and gradients in closed form.

`nash_conv` is how far tables are from equilibrium, where best responses may use all of the history.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.learning.shaping.games.protocol import DifferentiableGame, Parameters
from gtlearn.learning.table_values import TensorGame, joint_probabilities, tensor_game, values

_SMALL = 32  # states up to which a batch is inverted entry by entry


class Dynamics:
    """Payoffs and discounted moves of an endless game, once where they are the same in all states.

    In an iterated game the state only remembers, so that one matrix serves all states. Operations
    on small matrices are fastest where the batch is contiguous, so that it is the last axis here.
    """

    def __init__(self, tensors: TensorGame) -> None:
        game = tensors.game
        payoffs = tensors.payoffs.flatten(1, -2)  # (states, joint actions, players)
        moves = float(game.discount) * tensors.moves.flatten(1, -2)  # (states, joint, states)
        both = torch.cat([payoffs, moves], dim=-1)
        same = bool((both == both[:1]).all())
        kept = slice(0, 1 if same else None)
        self._payoffs, self._moves = payoffs[kept], moves[kept]
        self._both = both.mT.contiguous()  # (states, players + states, joint actions)
        self._scale = float(game.scale)
        self._players = game.num_players
        self._actions: tuple[int, ...] = tuple(game.shape)
        self._start = tensors.start[:, None, None]
        self._one = torch.eye(game.num_states, dtype=both.dtype, device=both.device)[..., None]

    def values(self, tables: Sequence[Tensor]) -> Tensor:
        """The values of the players, shape (players, batch).

        Args:
            tables: one a player, of shape (states, actions, batch).
        """
        system, rewards = self._process(tables)
        visits = self._visits(system, _inverse(system.detach()))
        return (visits * rewards).sum(0) * self._scale

    def values_and_slopes(self, tables: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """The values (players, batch), and each player's gradient of its own in its logits.

        Args:
            tables: one a player, of shape (states, actions, batch).

        Returns:
            Gradients of the shapes of the tables.
        """
        system, rewards = self._process(tables)
        inverse = _inverse(system.detach())
        visits = self._visits(system, inverse) * self._scale
        totals = (visits * rewards).sum(0)
        joint = self._joint_values(_Solve.apply(system, inverse, rewards))  # type: ignore[no-untyped-call]
        slopes = []
        for player, (table, own) in enumerate(zip(tables, joint.unbind(2), strict=True)):
            share = table * self._worth(own, tables, player)
            mean = share.sum(1, keepdim=True)
            slopes.append(visits * torch.addcmul(share, table, mean, value=-1))
        return totals, slopes

    def _process(self, tables: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """I - gamma P, shape (states, states, batch), and rewards, (states, players, batch)."""
        weights = tables[0]
        for table in tables[1:]:
            weights = (weights[:, :, None] * table[:, None]).flatten(1, 2)
        rewards, moves = (self._both @ weights).tensor_split([self._players], dim=1)
        return self._one - moves, rewards

    def _visits(self, system: Tensor, inverse: Tensor) -> Tensor:
        """Discounted visits of the states, shape (states, 1, batch)."""
        start = self._start.expand(-1, -1, system.shape[-1])
        solved: Tensor = _Solve.apply(system.transpose(0, 1), inverse.transpose(0, 1), start)  # type: ignore[no-untyped-call]
        return solved

    def _joint_values(self, state_values: Tensor) -> Tensor:
        """The value of joint actions, (states or 1, joint actions, players, batch).

        Args:
            state_values: shape (states, players, batch).
        """
        later = self._moves.flatten(0, 1) @ state_values.flatten(1)
        later = later.unflatten(1, state_values.shape[1:])
        values: Tensor = later.unflatten(0, self._payoffs.shape[:2])
        return self._payoffs[..., None] + values

    def _worth(self, joint: Tensor, tables: Sequence[Tensor], player: int) -> Tensor:
        """What each action of a player is worth against the others, (states, actions, batch).

        Args:
            joint: the player's values of joint actions, (states or 1, joint actions, batch).
        """
        chances: Tensor = joint.unflatten(1, self._actions)
        axis = 1  # of the player's actions, once those of players before it are summed over
        for other, table in enumerate(tables):
            if other == player:
                axis = 2
                continue
            shape = [table.shape[0], *[1] * (chances.ndim - 2), table.shape[-1]]
            shape[axis] = table.shape[1]
            chances = (chances * table.reshape(shape)).sum(axis)
        return chances


class _Solve(torch.autograd.Function):
    """A x = b for many A of shape (states, states, batch), b of shape (states, k, batch).

    The inverses are given and taken as constants. The derivative solves with A transposed, by this
    function again, so that derivatives of all orders are right.
    """

    @staticmethod
    def forward(context: Any, system: Tensor, inverse: Tensor, right: Tensor) -> Tensor:
        solved = (inverse[:, :, None] * right).sum(1)
        context.save_for_backward(system, inverse, solved)
        return solved

    @staticmethod
    def backward(context: Any, slope: Tensor) -> tuple[Tensor | None, None, Tensor]:
        system, inverse, solved = context.saved_tensors
        back: Tensor = _Solve.apply(system.transpose(0, 1), inverse.transpose(0, 1), slope)  # type: ignore[no-untyped-call]
        outer = (back[:, None] * -solved).sum(2) if context.needs_input_grad[0] else None
        return outer, None, back


def _inverse(matrices: Tensor) -> Tensor:
    """The inverses of row diagonally dominant matrices, shape (states, states, batch).

    Gauss-Jordan elimination without pivots, which is stable for them (Higham 2002, Accuracy and
    Stability of Numerical Algorithms, sections 9.5 and 14.4).
    """
    size = len(matrices)
    if size > _SMALL:
        inverse: Tensor = torch.linalg.inv(matrices.permute(2, 0, 1)).permute(1, 2, 0)
        return inverse
    matrices = matrices.clone()
    for k in range(size):
        column = matrices[:, k].clone()
        matrices[:, k] = 0.0
        matrices[k, k] = 1.0
        row = matrices[k] / column[k]
        matrices.addcmul_(column[:, None], row, value=-1)
        matrices[k] = row
    return matrices


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
        batch = super().expanded(parameters)
        held, given = self.tensors.start, batch[0]
        if (given.dtype, given.device) != (held.dtype, held.device):
            raise InputError(
                f"the tensors of {self.name} are {held.dtype} on {held.device}, the parameters "
                f"{given.dtype} on {given.device}; make both the same"
            )
        return batch

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
        worth, slopes = self._dynamics.values_and_slopes(_batch_last(parameters))
        return worth.mT.reshape(*batch, -1), tuple(
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


def nash_conv(game: TableGame, parameters: Parameters) -> Tensor:
    """The sum over players of what a best response gains, for many profiles, in floats.

    Against tables the state (and with a horizon the step) is all of the history that matters, so
    that policy iteration, or backward induction with a horizon, finds the best of all responses
    (Puterman 1994, Markov Decision Processes, sections 4.3 and 6.4).

    Args:
        game: what is played.
        parameters: logits, one tensor a player of shape (*batch, states, actions); those along a
            chain, for instance.

    Returns:
        Shape (*batch,), in the game's unit.

    Raises:
        InputError: if a shape does not fit.

    >>> from gtlearn import games
    >>> from gtlearn.learning.shaping.games import table_game
    >>> dilemma = table_game(games.iterated("ipd_meta_mapg", discount="24/25"))
    >>> nash_conv(dilemma, [torch.zeros(5, 2).double()] * 2).round(decimals=9)
    tensor(25., dtype=torch.float64)
    """
    parameters = [p.detach() for p in game.expanded(parameters)]
    tables, values = game.tables(parameters), game.values(parameters)
    best = [_best_response(game, tables, player) for player in range(game.num_players)]
    return (torch.stack(best, dim=-1) - values).sum(-1)


def _best_response(game: TableGame, tables: Sequence[Tensor], player: int) -> Tensor:
    """The value of a player's best response to the others' tables, shape (*batch,)."""
    rewards, moves = _faced(game, tables, player)
    markov = game.tensors.game
    values = torch.zeros_like(rewards[..., 0])
    if markov.horizon is not None:
        for _ in range(markov.horizon):
            values = (rewards + _expected(moves, values)).amax(-1)
    else:
        values = _policy_iteration(rewards, moves)
    return (values * game.tensors.start).sum(-1) * float(markov.scale)


def _policy_iteration(rewards: Tensor, moves: Tensor) -> Tensor:
    """The optimal values of many decision problems, shape (*batch, states)."""
    one = torch.eye(rewards.shape[-2], dtype=rewards.dtype, device=rewards.device)
    choice = rewards.argmax(-1, keepdim=True)
    while True:
        step = moves.gather(-2, choice[..., None].expand(*choice.shape, moves.shape[-1]))
        earned = rewards.gather(-1, choice)
        values: Tensor = torch.linalg.solve(one - step.squeeze(-2), earned).squeeze(-1)
        worth = rewards + _expected(moves, values)
        best = worth.argmax(-1, keepdim=True)
        slack = 1e3 * torch.finfo(worth.dtype).eps * worth.abs().amax()
        better = worth.gather(-1, best) > worth.gather(-1, choice) + slack
        if not better.any():
            return values
        choice = torch.where(better, best, choice)


def _faced(game: TableGame, tables: Sequence[Tensor], player: int) -> tuple[Tensor, Tensor]:
    """What a player alone faces: rewards (*batch, states, own actions), and discounted moves."""
    held = game.tensors
    rewards = held.payoffs[..., player]
    moves = held.moves * float(held.game.discount)
    rewards, moves = rewards.movedim(player + 1, 1), moves.movedim(player + 1, 1)
    weights = joint_probabilities([t for other, t in enumerate(tables) if other != player])
    return (
        torch.einsum("...sj,saj->...sa", weights, rewards.flatten(2)),
        torch.einsum("...sj,sajt->...sat", weights, moves.flatten(2, -2)),
    )


def _expected(moves: Tensor, values: Tensor) -> Tensor:
    """The discounted value of where each action leads, shape (*batch, states, actions)."""
    return torch.einsum("...sat,...t->...sa", moves, values)
