"""Estimators of values, advantages and gradients, as pure functions of tensors.

Axes: (..., steps, trajectories), where the leading ones are players or chains or both.
"""

from __future__ import annotations

import torch
from torch import Tensor


def discounts(horizon: int, discount: float, like: Tensor) -> Tensor:
    """`discount ** t` at each step t, shape (horizon, 1), in the type and device of `like`."""
    steps = torch.arange(horizon, dtype=torch.float64, device=like.device)
    return (discount**steps).to(like.dtype)[:, None]


def returns_to_go(rewards: Tensor, discount: float) -> Tensor:
    """The discounted sum of the rewards from each step on, discounted to that step.

    Args:
        rewards: shape (..., steps, trajectories).
        discount: gamma; gamma * lambda where the rewards are errors of a value function.

    >>> returns_to_go(torch.tensor([[1.0], [2.0], [4.0]]), 0.5).flatten()
    tensor([3., 4., 4.])
    """
    powers = discounts(rewards.shape[-2], discount, rewards)[:, 0]
    padded = torch.cat([torch.zeros_like(powers[1:]), powers])
    kernel = padded.unfold(0, len(powers), 1).flip(0)  # discount ** (later - step), else zero
    return kernel @ rewards


def generalised_advantages(
    rewards: Tensor, values: Tensor, discount: float, decay: float
) -> Tensor:
    """GAE: the errors of a value function, summed with weights (discount * decay) ** t.

    Schulman et al. (2016), High-Dimensional Continuous Control Using Generalized Advantage
    Estimation, equation 16. Nothing is earned after the last step. Without bias for any value
    function where decay is 1, and for any decay where the values are exact.

    Args:
        rewards: shape (..., steps, trajectories).
        values: of the state at each step, of the same shape.
        discount: gamma.
        decay: lambda.
    """
    following = torch.cat([values[..., 1:, :], torch.zeros_like(values[..., :1, :])], dim=-2)
    return returns_to_go(rewards + discount * following - values, discount * decay)


def dice_objective(log_probs: Tensor, advantages: Tensor, dependence: float = 1.0) -> Tensor:
    """What has, at every order, the derivatives of the expected sum of what was earned.

    DiCE of Foerster et al. (2018), DiCE: The Infinitely Differentiable Monte Carlo Estimator, in
    the form of Farquhar et al. (2019), Loaded DiCE, equation 12: a step's advantage times the
    difference of the magic boxes with and without the step. With advantages that are weighted
    returns to go it equals DiCE; a baseline that does not depend on the step's actions adds no
    bias at any order. Its own value is zero.

    Most of the variance of second derivatives comes from products of scores of distant steps.
    Farquhar et al. (section 4) discount them: with `dependence` below 1 first derivatives are as
    before, higher ones are biased and less noisy. At 0 the second derivatives are those of the
    low-variance curvature estimator of Rothfuss et al. (2019), ProMP.

    Args:
        log_probs: of all players' actions together, shape (..., steps, trajectories).
        advantages: of the same shape, weighted with discount ** t where the derivatives of the
            discounted sum are wanted.
        dependence: what an action one step earlier counts, from 0 to 1.

    Returns:
        The mean over trajectories, shape (...).
    """
    until = _discounted_sums(log_probs, dependence)
    before = until - log_probs
    return ((_magic_box(until) - _magic_box(before)) * advantages).sum(-2).mean(-1)


def score_objective(log_probs: Tensor, advantages: Tensor) -> Tensor:
    """What has the first derivatives of the expected sum: Williams (1992), REINFORCE.

    Arguments and result are those of `dice_objective`.
    """
    return (log_probs * advantages).sum(-2).mean(-1)


def _discounted_sums(numbers: Tensor, discount: float) -> Tensor:
    """The sums up to each step, in which a number one step earlier counts `discount`."""
    if discount == 1:
        return numbers.cumsum(-2)
    return returns_to_go(numbers.flip(-2), discount).flip(-2)


def _magic_box(log_probs: Tensor) -> Tensor:
    """One, whose derivatives are those of the probability."""
    return torch.exp(log_probs - log_probs.detach())
