"""A team that learns together: everyone follows its own policy gradient of the shared reward."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from gtlearn.learning.optimisers import load_optimiser_state, optimiser_state
from gtlearn.learning.shaping.sampled.chain import Players, play
from gtlearn.learning.shaping.sampled.credit import returns_credit, score_objective
from gtlearn.learning.shaping.sampled.policies.protocol import Policy
from gtlearn.learning.shaping.sampled.trajectories import Program, rollout


class TeamAscent:
    """Adam on the policy gradients of all players, from the same trajectories.

    Advantages are divided by their standard deviation, so that a rate means the same at all stages,
    and later steps count as much as the first: what is wanted is a good policy, not the gradient
    of a discounted sum.

    Attributes:
        parameters: one tensor a player, of the shape of its policy.
    """

    def __init__(
        self,
        program: Program,
        policies: Sequence[Policy],
        *,
        generator: torch.Generator,
        trajectories: int,
        horizon: int,
        rate: float,
        clip: float,
    ) -> None:
        """A team that has learned nothing yet.

        Args:
            program: what is played.
            policies: one a player.
            generator: draws the starts and all that is played.
            trajectories: K, of each iteration.
            horizon: H.
            rate: Adam's.
            clip: the longest gradient of a player.
        """
        drawn = [policy.initial(1, generator) for policy in policies]
        self._held = [given.requires_grad_() for given in drawn]
        self._generator, self._clip = generator, clip
        self._optimiser = torch.optim.Adam(self._held, lr=rate, maximize=True)
        credit = partial(returns_credit, discount=program.discount, weighted=False)
        sample = partial(
            rollout,
            program,
            policies,
            trajectories=trajectories,
            horizon=horizon,
            generator=generator,
        )
        self._players = Players(policies, sample, credit)

    @property
    def parameters(self) -> list[Tensor]:
        """One tensor a player, of the shape of its policy."""
        return [given.detach()[0] for given in self._held]

    def step(self) -> float:
        """One iteration.

        Returns:
            The first player's mean reward a step, before it.
        """
        link = play(self._players, self._held)
        earned = self._players.credit(link.played)
        earned = earned / earned.std().clamp(min=torch.finfo(earned.dtype).tiny)
        self._optimiser.zero_grad()
        score_objective(link.log_probs, earned).sum().backward()
        for given in self._held:
            torch.nn.utils.clip_grad_norm_([given], self._clip)
        self._optimiser.step()
        return float(link.played.rewards[0].mean())

    def state_dict(self) -> dict[str, Any]:
        """All that changes: parameters, the optimiser, the generator."""
        return {
            "parameters": [given.detach().clone() for given in self._held],
            "optimiser": optimiser_state(self._optimiser),
            "generator": self._generator.get_state(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on from a state, to the same bits."""
        for held, given in zip(self._held, state["parameters"], strict=True):
            held.data.copy_(given)
        load_optimiser_state(self._optimiser, state["optimiser"])
        self._generator.set_state(state["generator"])
