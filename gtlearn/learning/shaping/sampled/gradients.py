"""From one gradient a chain to one step: clipping, and surgery between groups of chains."""

from __future__ import annotations

import torch
from torch import Tensor

from gtlearn.errors import InputError


def clip_each(gradients: Tensor, limit: float) -> Tensor:
    """Each chain's gradient, scaled down to a norm of `limit` where it is longer.

    Meta-gradients are heavy-tailed; one clip over the whole batch lets a single chain decide.

    Args:
        gradients: shape (chains, ...).
        limit: the longest norm.

    >>> clip_each(torch.tensor([[3.0, 4.0], [0.3, 0.4]]), 1.0)
    tensor([[0.6000, 0.8000],
            [0.3000, 0.4000]])
    """
    norms = gradients.flatten(1).norm(dim=1)
    scales: Tensor = (limit / norms.clamp(min=limit)).reshape(-1, *[1] * (gradients.dim() - 1))
    return gradients * scales


def project_conflicts(
    gradients: Tensor, groups: Tensor, generator: torch.Generator | None = None
) -> Tensor:
    """PCGrad: the mean over groups of gradients from which what conflicts is projected out.

    Yu et al. (2020), Gradient Surgery for Multi-Task Learning, algorithm 1, where a group (of
    cooperative personas, say) is a task, and its gradient the mean of its chains'.

    Args:
        gradients: shape (chains, ...).
        groups: the group of each chain, counted from 0, shape (chains).
        generator: draws the order of projections, which matters from three groups on.

    Returns:
        Shape (...).

    Raises:
        InputError: if a chain has no group, or three groups come without a generator.

    >>> project_conflicts(torch.tensor([[1.0, 0], [-1, 1]]), torch.tensor([0, 1]))
    tensor([0.2500, 0.7500])
    """
    if groups.shape != gradients.shape[:1] or groups.min() < 0:
        raise InputError(
            f"groups of shape {list(groups.shape)} do not fit the gradients of {len(gradients)} "
            "chains; give each chain's group, counted from 0"
        )
    flat = gradients.flatten(1)
    means = torch.stack([flat[groups == g].mean(0) for g in groups.unique()])
    if len(means) > 2 and generator is None:
        raise InputError("three groups and more are projected in random order; give a generator")
    projected = []
    for one, gradient in enumerate(means):
        for other in _order(len(means), generator, flat.device):
            inner = gradient @ means[other]
            if other != one and inner < 0:
                gradient = gradient - inner / means[other].square().sum() * means[other]
        projected.append(gradient)
    return torch.stack(projected).mean(0).reshape(gradients.shape[1:])


def _order(count: int, generator: torch.Generator | None, device: torch.device) -> list[int]:
    """The numbers below `count`, in random order where there is a generator."""
    if generator is None:
        return list(range(count))
    order: list[int] = torch.randperm(count, generator=generator, device=device).tolist()
    return order
