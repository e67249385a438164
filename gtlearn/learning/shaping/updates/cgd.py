"""Competitive gradient descent: the equilibrium of the game's local bilinear approximation."""

from __future__ import annotations

import torch
from torch import Tensor

from gtlearn.learning.shaping.games.protocol import (
    Parameters,
    ValueFunction,
    gradients,
    own_gradients,
)
from gtlearn.learning.shaping.updates.rule import Rates, ValuesAt, point


@torch.enable_grad()
def steps(
    values: ValueFunction, parameters: Parameters, rates: Rates, *, create_graph: bool = False
) -> tuple[Tensor, ...]:
    """The steps x of all players that are best against each other: (I - eta G_o) x = eta g.

    Player i maximises x_i . g_i + sum over j of x_i . (grad_j g_i) x_j - |x_i|^2 / (2 eta_i), with
    g_i = grad_i V^i and G_o the mixed second derivatives between different players. For two
    players that is x = eta (I - eta^2 D_xy V^1 D_yx V^2)^-1 (grad_x V^1 + eta D_xy V^1 grad_y V^2)
    (Schaefer & Anandkumar 2019, Competitive Gradient Descent, theorem 2.2, where losses are
    minimised); for more, Ma et al. (2021), Polymatrix Competitive Gradient Descent. To first order
    in eta it is LookAhead. The system is solved densely.

    Args:
        values: as of `rule.point`.
        parameters: as of `rule.point`.
        rates: eta, one for all players or one a player.
        create_graph: whether the result can be differentiated again.

    Raises:
        InputError: as `rule.point`, or if there is not one rate a player.
    """
    at = point(values, parameters, create_graph=create_graph)
    return at.finished(_equilibrium(at, rates))


@torch.enable_grad()
def update(
    values: ValueFunction, parameters: Parameters, rates: Rates, *, create_graph: bool = False
) -> tuple[Tensor, ...]:
    """New parameters: the given ones, plus `steps`, whose arguments and errors these are."""
    at = point(values, parameters, create_graph=create_graph)
    return at.moved(_equilibrium(at, rates), 1.0)


def _equilibrium(at: ValuesAt, rates: Rates) -> list[Tensor]:
    own = own_gradients(at.values, at.parameters, create_graph=True)
    batch = at.values.shape[:-1]
    sizes = [g[(0,) * at.batch].numel() for g in own]
    eta = torch.cat(
        [
            (torch.ones_like(g) * rate).reshape(*batch, size)
            for g, rate, size in zip(own, at.rates(rates), sizes, strict=True)
        ],
        dim=-1,
    )
    flat = torch.cat([g.reshape(*batch, n) for g, n in zip(own, sizes, strict=True)], dim=-1)
    one = torch.eye(sum(sizes), dtype=flat.dtype, device=flat.device)
    solved = torch.linalg.solve(one - eta[..., None] * _mixed(at, own, sizes), eta * flat)
    parts = solved.split(sizes, dim=-1)
    return [part.reshape(g.shape) for part, g in zip(parts, own, strict=True)]


def _mixed(at: ValuesAt, own: tuple[Tensor, ...], sizes: list[int]) -> Tensor:
    """G_o: row k is the gradient of entry k of all players' g in the parameters of the others."""
    batch = at.values.shape[:-1]
    rows = []
    for player, (slope, size) in enumerate(zip(own, sizes, strict=True)):
        for entry in slope.reshape(*batch, size).unbind(-1):
            row = list(gradients(entry, at.parameters, create_graph=at.create_graph))
            row[player] = torch.zeros_like(row[player])
            flat = [part.reshape(*batch, n) for part, n in zip(row, sizes, strict=True)]
            rows.append(torch.cat(flat, dim=-1))
    return torch.stack(rows, dim=-2)
