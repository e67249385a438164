"""The linear feature baseline of Duan et al. (2016), Benchmarking Deep Reinforcement Learning.

Returns are predicted from the state, t, t^2, t^3 (t in hundreds of steps) and a constant, by least
squares with a ridge, in each chain alone. A state that is an index counts as one-hot; of a vector,
the numbers and their squares are features.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import embedding

from gtlearn.errors import InputError

RIDGE = 1e-5
CENTURY = 100.0  # steps in the unit of time
LARGEST = 10.0  # a state's numbers are clipped, as theirs


def linear_baseline(states: Tensor, returns: Tensor, fitted_on: Tensor | None = None) -> Tensor:
    """Predictions of the returns.

    Args:
        states: shape (chains, steps, trajectories), or (chains, steps, trajectories, numbers).
        returns: what is predicted, shape (players, chains, steps, trajectories).
        fitted_on: which trajectories it is fitted to, boolean, shape (trajectories); all.

    Returns:
        The predictions, of the shape of `returns`.
    """
    if states.is_floating_point():
        return _of_vectors(states, returns, fitted_on)
    return _of_indices(states, returns, fitted_on)


def split_baseline(states: Tensor, returns: Tensor) -> Tensor:
    """`linear_baseline` of each half of the trajectories, fitted to the other half.

    Raises:
        InputError: if there is one trajectory only.
    """
    count = returns.shape[-1]
    if count < 2:
        raise InputError("one trajectory has no other half; use baseline 'linear' or 'none'")
    first = torch.arange(count, device=states.device) < count // 2
    for_first = linear_baseline(states, returns, ~first)
    return torch.where(first, for_first, linear_baseline(states, returns, first))


def _of_indices(states: Tensor, returns: Tensor, fitted_on: Tensor | None) -> Tensor:
    """A step has few different features, one row a state: a regression on their counts and sums.

    The one-hot state holds the constant.
    """
    size = int(states.max()) + 1
    one_hot = torch.eye(size, dtype=returns.dtype, device=returns.device)
    powers = _powers(states.shape[1], returns)[:, None]
    rows = torch.cat(
        [one_hot.expand(len(powers), -1, -1), powers.expand(-1, size, -1)], dim=-1
    ).flatten(0, 1)  # (steps * size, size + 3)
    seen = embedding(states, one_hot)
    if fitted_on is not None:
        seen = seen * fitted_on[:, None]
    counts = seen.sum(2).flatten(1)  # (chains, steps * size)
    sums = (returns.permute(1, 2, 0, 3) @ seen).mT.flatten(1, 2)  # (chains, steps * size, players)
    weights = _solved(rows.mT * counts[:, None] @ rows, rows.mT @ sums)
    predicted: Tensor = (rows @ weights).unflatten(1, (-1, size)).permute(3, 0, 1, 2)
    return predicted.gather(-1, states.expand(returns.shape))


def _of_vectors(states: Tensor, returns: Tensor, fitted_on: Tensor | None) -> Tensor:
    """In double precision: squares of velocities and their products differ by many orders."""
    chains, horizon, count, _ = states.shape
    clipped = states.double().clamp(-LARGEST, LARGEST)
    powers = _powers(horizon, clipped)[None, :, None].expand(chains, -1, count, -1)
    one = torch.ones_like(powers[..., :1])
    rows = torch.cat([clipped, clipped.square(), powers, one], dim=-1)
    targets = returns.permute(1, 2, 3, 0).double()  # (chains, steps, trajectories, players)
    fitted = rows if fitted_on is None else rows * fitted_on[:, None]
    flat = fitted.flatten(1, 2)
    weights = _solved(flat.mT @ flat, flat.mT @ targets.flatten(1, 2))
    predicted = rows @ weights[:, None]
    return predicted.permute(3, 0, 1, 2).to(returns.dtype)


def _powers(horizon: int, like: Tensor) -> Tensor:
    """t, t^2 and t^3, shape (horizon, 3)."""
    time = torch.arange(horizon, dtype=like.dtype, device=like.device) / CENTURY
    return torch.stack([time, time**2, time**3], dim=-1)


def _solved(squares: Tensor, products: Tensor) -> Tensor:
    """The weights of a least-squares fit with the ridge."""
    one = torch.eye(squares.shape[-1], dtype=squares.dtype, device=squares.device)
    weights: Tensor = torch.linalg.solve(squares + RIDGE * one, products)
    return weights
