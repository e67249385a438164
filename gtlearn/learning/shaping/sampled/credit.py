"""How much each action is credited with: returns to go, less a baseline, weighted.

The linear feature baseline is that of Duan et al. (2016), Benchmarking Deep Reinforcement Learning:
returns are predicted from the state, t, t^2, t^3 (t in hundreds of steps) and a constant, by least
squares with a ridge, in each chain alone. A state that is an index counts as one-hot; of a vector,
the numbers and their squares are features. In the outer loop a value network may judge instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import embedding

from gtlearn.errors import InputError
from gtlearn.learning.shaping.sampled.estimators import (
    discounts,
    generalised_advantages,
    returns_to_go,
)
from gtlearn.learning.shaping.sampled.policies.network import Network, shared_values
from gtlearn.learning.shaping.sampled.trajectories import Trajectories

_RIDGE = 1e-5
_CENTURY = 100.0  # steps in the unit of time
_LARGEST = 10.0  # a state's numbers are clipped, as theirs

Baseline = Literal["linear", "split", "none"]
Credit = Callable[[Trajectories], Tensor]  # every player's weighted advantages
Judge = Callable[[Trajectories], Tensor]  # those of one player alone


def returns_credit(
    played: Trajectories,
    discount: float,
    *,
    baseline: Baseline = "linear",
    weighted: bool = True,
) -> Tensor:
    """Every player's weighted returns to go, less a linear feature baseline.

    Args:
        played: the trajectories.
        discount: gamma.
        baseline: "linear" is fitted to the very trajectories, as published, which leaves a bias
            of order 1 / K; "split" is fitted to each half of them for the other half, without
            bias; "none".
        weighted: whether step t is weighted with discount ** t, without which nothing here
            estimates the derivative of the discounted sum. False is the published estimator.

    Returns:
        Shape (players, chains, steps, trajectories), without gradient.

    Raises:
        InputError: if the baseline is unknown, or "split" with a single trajectory.
    """
    returns = returns_to_go(played.rewards, discount)
    if baseline == "linear":
        returns = returns - linear_baseline(played.states, returns)
    elif baseline == "split":
        returns = returns - split_baseline(played.states, returns)
    elif baseline != "none":
        raise InputError(f"baseline {baseline!r} is unknown; use 'linear', 'split' or 'none'")
    return _weighted(returns, discount, weighted)


def value_credit(
    played: Trajectories,
    values: Tensor,
    discount: float,
    *,
    player: int = 0,
    decay: float = 0.95,
    weighted: bool = True,
) -> Tensor:
    """One player's weighted generalised advantages.

    Args:
        played: the trajectories.
        values: of a value function, shape (chains, steps, trajectories).
        discount: gamma.
        player: whose.
        decay: lambda; a bias comes with anything below 1 unless the values are exact.
        weighted: as in `returns_credit`.

    Returns:
        Shape (chains, steps, trajectories), without gradient where the values have none.
    """
    found = generalised_advantages(played.rewards[player], values, discount, decay)
    return _weighted(found, discount, weighted)


def values_and_gradient(
    network: Network,
    parameters: Tensor,
    played: Trajectories,
    discount: float,
    *,
    player: int = 0,
) -> tuple[Tensor, Tensor]:
    """The values of what was played, and the gradient of their mean squared error.

    One sweep for both. The errors are those to the discounted returns, which do not depend on
    the values.

    Args:
        network: with one output.
        parameters: shape (size), the same for all chains.
        played: trajectories of the player.
        discount: gamma.
        player: whose values.

    Returns:
        Values of shape (chains, steps, trajectories), and a gradient of shape (size), to descend.
    """
    with torch.enable_grad():
        leaf = parameters.detach().requires_grad_()
        values = shared_values(network, leaf, played.states)
        error = (values - returns_to_go(played.rewards[player], discount)).square().mean()
        (gradient,) = torch.autograd.grad(error, leaf)
    return values.detach(), gradient


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


def _weighted(advantages: Tensor, discount: float, weighted: bool) -> Tensor:
    """With or without discount ** t."""
    if not weighted:
        return advantages
    return advantages * discounts(advantages.shape[-2], discount, advantages)


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
    clipped = states.double().clamp(-_LARGEST, _LARGEST)
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
    time = torch.arange(horizon, dtype=like.dtype, device=like.device) / _CENTURY
    return torch.stack([time, time**2, time**3], dim=-1)


def _solved(squares: Tensor, products: Tensor) -> Tensor:
    """The weights of a least-squares fit with the ridge."""
    one = torch.eye(squares.shape[-1], dtype=squares.dtype, device=squares.device)
    weights: Tensor = torch.linalg.solve(squares + _RIDGE * one, products)
    return weights
