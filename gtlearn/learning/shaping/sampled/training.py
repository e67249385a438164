"""Ascent on sampled gradients: a start that does well against peers that learn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.learning.optimisers import adam_groups, load_optimiser_state, optimiser_state
from gtlearn.learning.shaping.sampled.batch import Chains, Estimator, Gradients
from gtlearn.learning.shaping.sampled.chain import Adapted
from gtlearn.learning.shaping.sampled.gradients import clip_each, project_conflicts

Estimate = Callable[[Chains], Gradients]
LARGEST_SEED = 2**62


class SampledAscent:
    """Adam on the mean over chains of gradients, each clipped alone.

    Attributes:
        start: the learner's phi_0, of the shape of its policy.
        rates: inner rates, shape (L, players).
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
        learn_rates: bool = True,
        rates_rate: float | None = None,
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
            learn_rates: whether the learner's own inner rates are learned, too.
            rates_rate: Adam's rate for them; None: as for the start.

        Raises:
            InputError: if an option cannot be used.
        """
        peers = len(estimator.policies) - 1
        if len(personas) != peers or not all(len(given) for given in personas):
            raise InputError(
                f"personas of {len(personas)} player(s) are given; give at least one persona of "
                f"each of the {peers} peers"
            )
        if chains < 1:
            raise InputError(f"{chains} chains an iteration; play 1 or more")
        self.start, self.rates = start.detach().clone(), rates.detach().clone()
        self.values = torch.empty(0, device=start.device)
        self.estimate: Estimate = estimator
        self._estimator, self._personas, self._generator = estimator, tuple(personas), generator
        self._chains, self._groups, self._clip = chains, groups, clip
        self._learn_rates, self._player = learn_rates, estimator.player
        learned = adam_groups(self.start, self.rates if learn_rates else None, rates_rate)
        self._optimiser = torch.optim.Adam(learned, lr=outer_rate, maximize=True)
        if estimator.critic is not None:
            self.values = estimator.critic.initial(1, generator)[0]
            self._critic_optimiser = torch.optim.Adam([self.values], lr=critic_rate)

    def step(self) -> Gradients:
        """One iteration: the gradients of all chains, one step of each Adam."""
        drawn = self._drawn(len(self._personas[0]))
        peers = tuple(given[drawn] for given in self._personas)
        seeds = self._drawn(LARGEST_SEED)
        found = self.estimate(Chains(self.start, self.rates, self.values, peers, seeds))
        clipped = clip_each(found.parameters, self._clip)
        if self._groups is None:
            self.start.grad = clipped.mean(0)
        else:
            self.start.grad = project_conflicts(clipped, self._groups[drawn], self._generator)
        if self._learn_rates:
            own = torch.zeros_like(self.rates)
            own[:, self._player] = clip_each(found.rates, self._clip).mean(0)
            self.rates.grad = own
        self._optimiser.step()
        if self._estimator.critic is not None:
            self.values.grad = found.values
            self._critic_optimiser.step()
        return found

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
        """All that changes: parameters, rates, optimisers, the generator."""
        critic = self._estimator.critic is not None
        return {
            "start": self.start.clone(),
            "rates": self.rates.clone(),
            "values": self.values.clone(),
            "optimiser": optimiser_state(self._optimiser),
            "critic": optimiser_state(self._critic_optimiser) if critic else None,
            "generator": self._generator.get_state(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on from a state, to the same bits."""
        self.start.copy_(state["start"])
        self.rates.copy_(state["rates"])
        self.values.copy_(state["values"])
        load_optimiser_state(self._optimiser, state["optimiser"])
        if self._estimator.critic is not None:
            load_optimiser_state(self._critic_optimiser, state["critic"])
        self._generator.set_state(state["generator"])

    def _drawn(self, below: int) -> Tensor:
        """One number a chain, below a limit."""
        device = self._generator.device
        return torch.randint(below, (self._chains,), generator=self._generator, device=device)
