"""Games without states: quadratic ones of the literature, and matrix games on logits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame
from gtlearn.learning.shaping.games.protocol import DifferentiableGame, Parameters
from gtlearn.learning.table_values import joint_probabilities


class QuadraticGame(DifferentiableGame):
    """V^i(theta) = theta^T Q^i theta / 2 + b^i . theta + c^i, theta all parameters side by side.

    Each player's parameters are a vector. Only the symmetric part of Q^i counts.

    Attributes:
        quadratic: Q, shape (players, n, n) with n the number of all parameters.
        linear: b, shape (players, n).
        constant: c, shape (players,).
    """

    def __init__(
        self,
        quadratic: Any,
        linear: Any = 0.0,
        constant: Any = 0.0,
        *,
        sizes: Sequence[int] | None = None,
        name: str = "a quadratic game",
    ) -> None:
        """A game from its coefficients, which broadcast.

        Args:
            quadratic: Q, shape (players, n, n).
            linear: b, shape (players, n), or anything that broadcasts to it.
            constant: c, shape (players,), or one number.
            sizes: how many parameters each player has; as many for each by default.
            name: what reports call it.

        Raises:
            InputError: if the shapes do not fit.
        """
        held = torch.as_tensor(quadratic, dtype=torch.float64)
        players = held.shape[0] if held.ndim == 3 else 0
        total = held.shape[-1] if held.ndim == 3 else 0
        if not players or held.shape[1] != total:
            raise InputError(
                f"the quadratic part of {name} has shape {list(held.shape)}; give one square "
                "matrix a player"
            )
        parts = tuple(sizes) if sizes is not None else (total // players,) * players
        if len(parts) != players or sum(parts) != total:
            raise InputError(
                f"the {players} players of {name} have {list(parts)} parameters, its matrices "
                f"{total} rows; give sizes that add up"
            )
        self.name = name
        self.shapes = tuple((size,) for size in parts)
        self.quadratic = (held + held.mT) / 2
        self.linear = torch.as_tensor(linear, dtype=torch.float64).expand(players, total)
        self.constant = torch.as_tensor(constant, dtype=torch.float64).expand(players)

    def values(self, parameters: Parameters) -> Tensor:
        """The values of the players, of shape (*batch, players); see `DifferentiableGame`."""
        theta = torch.cat(self.expanded(parameters), dim=-1)
        quadratic, linear = self.quadratic.to(theta), self.linear.to(theta)
        bent = torch.einsum("...m,kmn,...n->...k", theta, quadratic, theta)
        return bent / 2 + theta @ linear.mT + self.constant.to(theta)


def bilinear(*matrices: Any, name: str = "a bilinear game") -> QuadraticGame:
    """V^1 = x^T A y and V^2 = x^T B y, for vectors x and y.

    Args:
        matrices: A and B, of one shape (size of x, size of y); B = -A where it is left out.
        name: what reports call it.

    Raises:
        InputError: if there are not one or two matrices of one shape.

    >>> game = bilinear([[1.0]])
    >>> game.values([torch.tensor([2.0]).double(), torch.tensor([3.0]).double()])
    tensor([ 6., -6.], dtype=torch.float64)
    """
    held = [torch.as_tensor(matrix, dtype=torch.float64) for matrix in matrices]
    if len(held) == 1:
        held = [held[0], -held[0]]
    if len(held) != 2 or held[0].ndim != 2 or held[0].shape != held[1].shape:
        shown = " and ".join(str(list(matrix.shape)) for matrix in held) or "none"
        raise InputError(f"{name} has matrices of shapes {shown}; give one or two of one shape")
    rows, columns = held[0].shape
    quadratic = torch.zeros(2, rows + columns, rows + columns, dtype=torch.float64)
    for player, matrix in enumerate(held):
        quadratic[player, :rows, rows:] = matrix
        quadratic[player, rows:, :rows] = matrix.mT
    return QuadraticGame(quadratic, sizes=(rows, columns), name=name)


def zero_sum_product() -> QuadraticGame:
    """Example 1 of Kim et al. (2021): V^i = phi^i phi^j, V^j = -phi^i phi^j, in real numbers.

    The only equilibrium is the origin. Each player's parameters have shape (1,).
    """
    return bilinear([[1.0]], name="the zero-sum product")


def tandem() -> QuadraticGame:
    """The tandem game of Letcher et al. (2019): losses (x + y)^2 - 2 x and (x + y)^2 - 2 y.

    Two cyclists share the effort; values are minus the losses. All points with x + y = 1 are
    equilibria, where both lose as little as they can together on the line x = y.
    """
    both = [[-2.0, -2.0], [-2.0, -2.0]]
    return QuadraticGame([both, both], [[2.0, 0.0], [0.0, 2.0]], name="the tandem game")


class MatrixGame(DifferentiableGame):
    """A normal-form game played once; each player's parameters are the logits of its actions.

    Attributes:
        payoffs: shape (*actions, players).
    """

    def __init__(self, game: NormalFormGame) -> None:
        """The differentiable game of a normal-form game, with any number of players."""
        payoffs = [torch.as_tensor(array.floats(), dtype=torch.float64) for array in game.payoffs]
        self.name = game.name
        self.shapes = tuple((actions,) for actions in game.shape)
        self.payoffs = torch.stack(payoffs, dim=-1)

    def values(self, parameters: Parameters) -> Tensor:
        """The values of the players, of shape (*batch, players); see `DifferentiableGame`."""
        strategies = [torch.softmax(logits, dim=-1) for logits in self.expanded(parameters)]
        return joint_probabilities(strategies) @ self.payoffs.flatten(0, -2).to(strategies[0])
