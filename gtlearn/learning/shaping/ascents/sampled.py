"""Ascent on sampled gradients, one a chain: a start that does well against peers that learn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.learning.optimisers import load_optimiser_state, optimiser_state
from gtlearn.learning.shaping.ascents.estimator import Chains, Estimator, Gradients
from gtlearn.learning.shaping.ascents.exact import Ascent, check_personas
from gtlearn.learning.shaping.sampled.chain import Adapted

Estimate = Callable[[Chains], Gradients]
_LARGEST_SEED = 2**62


class SampledAscent(Ascent):
    """Adam on the mean over chains of sampled gradients, each clipped alone.

    Attributes:
        start: the learner's phi_0 now, of the shape of its policy.
        rates: inner rates now, shape (L, players).
        values: the value network's parameters; empty where there is none.
        estimate: the estimator, or what has it do its work in parts, elsewhere.
    """

    def __init__(
        self,
        estimator: Estimator,
        personas: Sequence[Tensor],
        start: Tensor,
        rates: Tensor,
        *,
        generator: torch.Generator,
        chains: int = 5,
        groups: Tensor | None = None,
        outer_rate: float = 1e-4,
        critic_rate: float = 1.5e-4,
        clip: float = 1.0,
    ) -> None:
        """An ascent that has not begun.

        Args:
            estimator: of the gradients.
            personas: initial parameters of the other players, in their order, each of shape
                (personas, *shape of its policy). Those of one index meet in one chain.
            start: phi_0 of the learner, of the shape of its policy.
            rates: inner rates, shape (L, players).
            generator: draws the personas, and the seeds of the chains.
            chains: how many an iteration plays, each against personas drawn anew.
            groups: the group of each persona, shape (personas); gradients of different groups
                that conflict are projected (PCGrad). None: they are not.
            outer_rate: Adam's rate for the start.
            critic_rate: Adam's rate for the value network.
            clip: the longest gradient of one chain.

        Raises:
            InputError: if an option cannot be used.
        """
        check_personas(personas, len(estimator.policies) - 1)
        if chains < 1:
            raise InputError(f"{chains} chains an iteration; play 1 or more")
        super().__init__(start, rates, estimator.method, outer_rate, estimator.player, generator)
        self.values = torch.empty(0, device=start.device)
        self.estimate: Estimate = estimator
        self._estimator, self._personas, self._drawing = estimator, tuple(personas), generator
        self._chains, self._groups, self._clip = chains, groups, clip
        if estimator.critic is not None:
            self.values = estimator.critic.initial(1, generator)[0]
            self._critic_optimiser = torch.optim.Adam([self.values], lr=critic_rate)

    def step(self) -> Gradients:
        """One iteration: the gradients of all chains, one step of each Adam."""
        drawn = self._drawn(len(self._personas[0]))
        peers = tuple(given[drawn] for given in self._personas)
        seeds = self._drawn(_LARGEST_SEED)
        estimate = self.estimate(Chains(self.start, self.rates, self.values, peers, seeds))
        clipped = clip_each(estimate.parameters, self._clip)
        if self._groups is None:
            gradient = clipped.mean(0)
        else:
            gradient = project_conflicts(clipped, self._groups[drawn], self._drawing)
        self.climb(gradient, clip_each(estimate.rates, self._clip).mean(0))
        if self._estimator.critic is not None:
            self.values.grad = estimate.values
            self._critic_optimiser.step()
        return estimate

    def adapted(self, personas: Sequence[Tensor], generator: torch.Generator) -> Adapted:
        """How the present start and its peers go on learning (Algorithm 2).

        Args:
            personas: as in training; one chain each.
            generator: draws what is played, so that a test leaves training as it is.
        """
        nothing = torch.empty(len(personas[0]))
        chains = Chains(self.start, self.rates, self.values, tuple(personas), nothing)
        return self._estimator.adapted(chains, generator)

    def state_dict(self) -> dict[str, Any]:
        """What all ascents keep, and the value network with its optimiser."""
        critic = self._estimator.critic is not None
        return {
            **super().state_dict(),
            "values": self.values.clone(),
            "critic": optimiser_state(self._critic_optimiser) if critic else None,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on from a state, to the same bits."""
        super().load_state_dict(state)
        self.values.copy_(state["values"])
        if self._estimator.critic is not None:
            load_optimiser_state(self._critic_optimiser, state["critic"])

    def _drawn(self, below: int) -> Tensor:
        """One number a chain, below a limit."""
        device = self._drawing.device
        return torch.randint(below, (self._chains,), generator=self._drawing, device=device)


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
        order = torch.arange(len(means), device=flat.device)
        if generator is not None:
            order = torch.randperm(len(means), generator=generator, device=flat.device)
        for other in order.tolist():
            inner = gradient @ means[other]
            if other != one and inner < 0:
                gradient = gradient - inner / means[other].square().sum() * means[other]
        projected.append(gradient)
    return torch.stack(projected).mean(0).reshape(gradients.shape[1:])
