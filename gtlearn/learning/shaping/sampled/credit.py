"""How much each action is credited with: returns to go, less a baseline, weighted.

The linear feature baseline is that of Duan et al. (2016), Benchmarking Deep Reinforcement Learning:
returns are predicted from the state, t, t^2, t^3 (t in hundreds of steps) and a constant, by least
squares with a ridge, in each chain alone. A state that is an index counts as one-hot; of a vector,
the numbers and their squares are features. In the outer loop a value network may judge instead.

Axes: (..., steps, trajectories), where the leading ones are players or chains or both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import embedding

from gtlearn.errors import InputError
from gtlearn.learning.shaping.sampled.policies.network import Network, shared_values
from gtlearn.learning.shaping.sampled.trajectories import Trajectories


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


_RIDGE = 1e-5
_CENTURY = 100.0  # steps in the unit of time
_LARGEST = 10.0  # a state's numbers are clipped, as theirs

Baseline = Literal["linear", "split", "none"]
Credit = Callable[[Trajectories], Tensor]  # every player's weighted advantages
Valuer = Callable[[Trajectories], Tensor]  # those of one player alone


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
    advantages = generalised_advantages(played.rewards[player], values, discount, decay)
    return _weighted(advantages, discount, weighted)


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
