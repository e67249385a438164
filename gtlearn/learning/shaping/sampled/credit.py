"""How much each action is credited with: returns to go, less a baseline, weighted."""

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
from gtlearn.learning.shaping.sampled.trajectories import Trajectories

Baseline = Literal["linear", "split", "none"]
Credit = Callable[[Trajectories], Tensor]  # every player's weighted advantages
Judge = Callable[[Trajectories], Tensor]  # those of one player alone

RIDGE = 1e-5  # Duan et al. (2016)
CENTURY = 100.0  # steps in the unit of time of their features


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


def linear_baseline(states: Tensor, returns: Tensor, fitted_on: Tensor | None = None) -> Tensor:
    """The linear feature baseline of Duan et al. (2016), Benchmarking Deep RL, fitted per chain.

    Its features are the state (one-hot), t, t^2, t^3 (t in hundreds of steps) and a constant,
    which the one-hot state already holds; least squares with a ridge of 1e-5. A step has few
    different features, one row a state, so that it is a regression on their counts and sums.

    Args:
        states: shape (chains, steps, trajectories).
        returns: what is predicted, shape (players, chains, steps, trajectories).
        fitted_on: which trajectories it is fitted to, boolean, shape (trajectories); all.

    Returns:
        The predictions, of the shape of `returns`.
    """
    size = int(states.max()) + 1
    features = _features(states.shape[1], size, returns)
    one_hot = embedding(states, features[0, :, :size])
    seen = one_hot if fitted_on is None else one_hot * fitted_on[:, None]
    counts = seen.sum(2).flatten(1)  # (chains, steps * size)
    sums = (returns.permute(1, 2, 0, 3) @ seen).mT.flatten(1, 2)  # (chains, steps * size, players)
    rows = features.flatten(0, 1)
    one = torch.eye(rows.shape[-1], dtype=rows.dtype, device=rows.device)
    weights = torch.linalg.solve(rows.mT * counts[:, None] @ rows + RIDGE * one, rows.mT @ sums)
    predicted = (rows @ weights).unflatten(1, (-1, size)).permute(3, 0, 1, 2)
    return predicted.gather(-1, states.expand(returns.shape))


def split_baseline(states: Tensor, returns: Tensor) -> Tensor:
    """`linear_baseline` of each half of the trajectories, fitted to the other half.

    Raises:
        InputError: if there is one trajectory only.
    """
    count = states.shape[-1]
    if count < 2:
        raise InputError("one trajectory has no other half; use baseline 'linear' or 'none'")
    first = torch.arange(count, device=states.device) < count // 2
    for_first = linear_baseline(states, returns, ~first)
    return torch.where(first, for_first, linear_baseline(states, returns, first))


def _features(horizon: int, size: int, like: Tensor) -> Tensor:
    """Those of each state at each step, shape (horizon, size, size + 3)."""
    one_hot = torch.eye(size, dtype=like.dtype, device=like.device)
    time = torch.arange(horizon, dtype=like.dtype, device=like.device) / CENTURY
    powers = torch.stack([time, time**2, time**3], dim=-1)[:, None]
    return torch.cat([one_hot.expand(horizon, -1, -1), powers.expand(-1, size, -1)], dim=-1)


def _weighted(advantages: Tensor, discount: float, weighted: bool) -> Tensor:
    """With or without discount ** t."""
    if not weighted:
        return advantages
    return advantages * discounts(advantages.shape[-2], discount, advantages)
