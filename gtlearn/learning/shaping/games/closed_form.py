"""Values and policy gradients of many tables at once, with the batch as the last axis.

Operations on small matrices are fastest where the batch is contiguous: shapes here are (states,
actions, batch) and the like.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from gtlearn.learning.table_values import TensorGame

_SMALL = 32  # states up to which a batch is inverted entry by entry


class Dynamics:
    """Payoffs and discounted moves of an endless game, once where they are the same in all states.

    In an iterated game the state only remembers, so that one matrix serves all states.
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
        found = (visits * rewards).sum(0)
        joint = self._joint_values(_Solve.apply(system, inverse, rewards))  # type: ignore[no-untyped-call]
        slopes = []
        for player, (table, own) in enumerate(zip(tables, joint.unbind(2), strict=True)):
            share = table * self._worth(own, tables, player)
            mean = share.sum(1, keepdim=True)
            slopes.append(visits * torch.addcmul(share, table, mean, value=-1))
        return found, slopes

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
        found: Tensor = _Solve.apply(system.transpose(0, 1), inverse.transpose(0, 1), start)  # type: ignore[no-untyped-call]
        return found

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
        found: Tensor = joint.unflatten(1, self._actions)
        axis = 1  # of the player's actions, once those of players before it are summed over
        for other, table in enumerate(tables):
            if other == player:
                axis = 2
                continue
            shape = [table.shape[0], *[1] * (found.ndim - 2), table.shape[-1]]
            shape[axis] = table.shape[1]
            found = (found * table.reshape(shape)).sum(axis)
        return found


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
        found: Tensor = torch.linalg.inv(matrices.permute(2, 0, 1)).permute(1, 2, 0)
        return found
    matrices = matrices.clone()
    for k in range(size):
        column = matrices[:, k].clone()
        matrices[:, k] = 0.0
        matrices[k, k] = 1.0
        row = matrices[k] / column[k]
        matrices.addcmul_(column[:, None], row, value=-1)
        matrices[k] = row
    return matrices
