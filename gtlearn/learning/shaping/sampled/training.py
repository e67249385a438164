"""Ascent on sampled meta-gradients: a start that does well against peers that learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import torch
from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.learning.optimisers import load_optimiser_state, optimiser_state
from gtlearn.learning.shaping.sampled.chain import adapt, check_player
from gtlearn.learning.shaping.sampled.credit import Baseline, returns_credit, value_credit
from gtlearn.learning.shaping.sampled.critic import values_and_gradient
from gtlearn.learning.shaping.sampled.gradients import clip_each, project_conflicts
from gtlearn.learning.shaping.sampled.meta import MetaGradient, meta_mapg, meta_pg
from gtlearn.learning.shaping.sampled.policies.protocol import Policy
from gtlearn.learning.shaping.sampled.policies.recurrent import Network
from gtlearn.learning.shaping.sampled.program import StateProgram
from gtlearn.learning.shaping.sampled.trajectories import Trajectories, rollout

METHODS = {"meta-mapg": meta_mapg, "meta-pg": meta_pg}


@dataclass(frozen=True)
class Sampling:
    """What is played, and how it is judged; Kim et al. (2021), Appendix F, for the dilemma.

    Attributes:
        trajectories: K, of each joint policy.
        horizon: H, the steps of a trajectory.
        baseline: of inner updates; see `returns_credit`.
        decay: lambda of the advantages in the outer loop, where there is a value network.
        weighted: whether step t counts discount ** t; False is the published estimator, which is
            several times too long and points elsewhere.
    """

    trajectories: int = 64
    horizon: int = 150
    baseline: Baseline = "linear"
    decay: float = 0.95
    weighted: bool = True


class SampledAscent:
    """Adam on the mean over chains of meta-gradients, each clipped alone.

    Attributes:
        start: the meta-agent's phi_0, of the shape of its policy.
        rates: inner rates, shape (L, players).
        values: the value network's parameters; empty where there is none.
    """

    def __init__(
        self,
        program: StateProgram,
        policies: Sequence[Policy],
        personas: Sequence[Tensor],
        start: Tensor,
        rates: Tensor,
        *,
        generator: torch.Generator,
        sampling: Sampling = Sampling(),
        method: Literal["meta-mapg", "meta-pg"] = "meta-mapg",
        chains: int = 5,
        groups: Tensor | None = None,
        critic: Network | None = None,
        outer_rate: float = 1e-4,
        critic_rate: float = 1.5e-4,
        clip: float = 1.0,
        learn_rates: bool = True,
        player: int = 0,
    ) -> None:
        """An ascent that has not begun.

        Args:
            program: the game.
            policies: one a player.
            personas: initial parameters of the other players, in their order, each of shape
                (personas, *shape of its policy).
            start: phi_0 of the meta-agent, of the shape of its policy.
            rates: inner rates, shape (L, players).
            generator: draws everything.
            sampling: what is played.
            method: "meta-mapg" or "meta-pg".
            chains: how many an iteration plays, each against a persona drawn anew.
            groups: the group of each persona, shape (personas); gradients of different groups
                that conflict are projected (PCGrad). None: they are not.
            critic: a network with one output, for generalised advantages in the outer loop; None:
                the linear baseline serves there, too.
            outer_rate: Adam's rate for the start and the inner rates.
            critic_rate: Adam's rate for the value network.
            clip: the longest gradient of one chain.
            learn_rates: whether the meta-agent learns its own inner rates.
            player: who the meta-agent is.

        Raises:
            InputError: if an option cannot be used.
        """
        check_player(player, policies)
        if method not in METHODS:
            raise InputError(f"there is no method {method!r}; choose {' or '.join(METHODS)}")
        if len(personas) != len(policies) - 1 or not all(len(given) for given in personas):
            raise InputError(
                f"personas of {len(personas)} player(s) are given; give at least one persona of "
                f"each of the {len(policies) - 1} peers"
            )
        if chains < 1:
            raise InputError(f"{chains} chains an iteration; play 1 or more")
        self.start, self.rates = start.detach().clone(), rates.detach().clone()
        self.values = torch.empty(0)
        self._program, self._policies, self._personas = program, policies, personas
        self._generator, self._sampling, self._method = generator, sampling, METHODS[method]
        self._chains, self._groups, self._critic, self._clip = chains, groups, critic, clip
        self._learn_rates, self._player = learn_rates, player
        learned = [self.start, self.rates] if learn_rates else [self.start]
        self._optimiser = torch.optim.Adam(learned, lr=outer_rate, maximize=True)
        if critic is not None:
            self.values = critic.initial(1, generator)[0]
            self._critic_optimiser = torch.optim.Adam([self.values], lr=critic_rate)

    def step(self) -> MetaGradient:
        """One iteration: the meta-gradients of all chains, one step of each Adam."""
        drawn = torch.randint(
            len(self._personas[0]),
            (self._chains,),
            generator=self._generator,
            device=self.start.device,
        )
        of_values: list[Tensor] = []
        found = self._method(
            self._policies,
            self._initial(self.start, [given[drawn] for given in self._personas]),
            self.rates,
            self._sample,
            self._credit,
            partial(self._judge, of_values=of_values),
            player=self._player,
        )
        clipped = clip_each(found.parameters, self._clip)
        if self._groups is None:
            self.start.grad = clipped.mean(0)
        else:
            self.start.grad = project_conflicts(clipped, self._groups[drawn], self._generator)
        if self._learn_rates:
            own = torch.zeros_like(self.rates)
            own[:, self._player] = clip_each(found.rates[..., self._player], self._clip).mean(0)
            self.rates.grad = own
        self._optimiser.step()
        if of_values:
            self.values.grad = torch.stack(of_values).mean(0)
            self._critic_optimiser.step()
        return found

    def adapted(self, personas: Sequence[Tensor], generator: torch.Generator) -> Tensor:
        """Mean rewards a step of phi_0, ..., phi_L against peers that learn (Algorithm 2).

        Args:
            personas: as in training; one chain each.
            generator: draws what is played, so that a test leaves training as it is.

        Returns:
            Shape (L + 1, players, personas).
        """
        return adapt(
            self._policies,
            self._initial(self.start, personas),
            self.rates,
            partial(self._sample, generator=generator),
            self._credit,
        )

    def state_dict(self) -> dict[str, Any]:
        """All that changes: parameters, rates, optimisers, the generator."""
        return {
            "start": self.start.clone(),
            "rates": self.rates.clone(),
            "values": self.values.clone(),
            "optimiser": optimiser_state(self._optimiser),
            "critic": optimiser_state(self._critic_optimiser) if self._critic else None,
            "generator": self._generator.get_state(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on from a state, to the same bits."""
        self.start.copy_(state["start"])
        self.rates.copy_(state["rates"])
        self.values.copy_(state["values"])
        load_optimiser_state(self._optimiser, state["optimiser"])
        if self._critic is not None:
            load_optimiser_state(self._critic_optimiser, state["critic"])
        self._generator.set_state(state["generator"])

    def _initial(self, start: Tensor, personas: Sequence[Tensor]) -> list[Tensor]:
        """phi_0 of everyone, one chain a persona."""
        chosen = list(personas)
        chosen.insert(self._player, start.expand(len(chosen[0]), *start.shape))
        return chosen

    def _sample(
        self, parameters: Sequence[Tensor], generator: torch.Generator | None = None
    ) -> Trajectories:
        return rollout(
            self._program,
            self._policies,
            parameters,
            trajectories=self._sampling.trajectories,
            horizon=self._sampling.horizon,
            generator=generator or self._generator,
        )

    def _credit(self, played: Trajectories) -> Tensor:
        options = self._sampling
        return returns_credit(
            played, self._program.discount, baseline=options.baseline, weighted=options.weighted
        )

    def _judge(self, played: Trajectories, of_values: list[Tensor]) -> Tensor:
        """The meta-agent's advantages; the value network's gradient is added to a list."""
        if self._critic is None:
            return self._credit(played)[self._player]
        discount, options = self._program.discount, self._sampling
        values, gradient = values_and_gradient(
            self._critic, self.values, played, discount, player=self._player
        )
        of_values.append(gradient)
        return value_credit(
            played,
            values,
            discount,
            player=self._player,
            decay=options.decay,
            weighted=options.weighted,
        )
