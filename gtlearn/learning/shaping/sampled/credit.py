"""How much each action is credited with: returns to go, less a baseline, weighted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.learning.shaping.sampled.baselines import linear_baseline, split_baseline
from gtlearn.learning.shaping.sampled.estimators import (
    discounts,
    generalised_advantages,
    returns_to_go,
)
from gtlearn.learning.shaping.sampled.trajectories import Trajectories

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


def _weighted(advantages: Tensor, discount: float, weighted: bool) -> Tensor:
    """With or without discount ** t."""
    if not weighted:
        return advantages
    return advantages * discounts(advantages.shape[-2], discount, advantages)
