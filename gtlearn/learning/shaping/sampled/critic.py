"""A value network for the outer loop: its values, and how it is to learn from them."""

from __future__ import annotations

import torch
from torch import Tensor

from gtlearn.learning.shaping.sampled.estimators import returns_to_go
from gtlearn.learning.shaping.sampled.policies.network import Network, shared_values
from gtlearn.learning.shaping.sampled.trajectories import Trajectories


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
