"""How a learner finds its gradient: from exact values, or from trajectories."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

import torch
from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.games import IteratedGame
from gtlearn.learning.policy_module import PolicyModule
from gtlearn.learning.shaping.adaptation import Adaptation, adapt_exactly, measured
from gtlearn.learning.shaping.algorithms.config import (
    CheetahLolaDiceConfig,
    CheetahMetaConfig,
    LolaDiceConfig,
    MetaConfig,
    PersonaConfig,
    SamplingOptions,
)
from gtlearn.learning.shaping.algorithms.settings import Setting
from gtlearn.learning.shaping.games import table_game
from gtlearn.learning.shaping.games.protocol import Parameters
from gtlearn.learning.shaping.meta import MetaAscent
from gtlearn.learning.shaping.meta.baselines import lola_dice
from gtlearn.learning.shaping.methods import Method
from gtlearn.learning.shaping.personas import Personas, Population
from gtlearn.learning.shaping.sampled import (
    Chains,
    Estimator,
    Gradients,
    SampledAscent,
    Sampling,
    TablePolicy,
)
from gtlearn.learning.shaping.sampled.memory import keep_freed_memory

Parallel: TypeAlias = Callable[[Callable[[Any], Any], Sequence[Any]], list[Any]]

DEVIATION = 0.1  # of the logits of a table at the start


@dataclass(frozen=True)
class Step:
    """One iteration.

    Attributes:
        objective: what the method improves, against the personas that it met; for meta-learners
            the AUC, for others the mean reward of one joint policy.
        norm: of the gradient, the mean over personas.
        env_steps: how many steps of the game were played.
    """

    objective: float
    norm: float
    env_steps: int


People_contra = TypeVar("People_contra", contravariant=True)


class Side(Protocol[People_contra]):
    """An ascent on the gradients of a method."""

    def step(self) -> Step:
        """One iteration."""

    def share(self, parallel: Parallel, parts: int) -> None:
        """Has an iteration's work done in parts; see `gtlearn.runs.learner.Shared`."""

    def adapted(self, people: Sequence[People_contra]) -> tuple[Adaptation, int]:
        """How the present start fares among peers, and the steps that were played for it.

        Args:
            people: of the players from the second on; those of one index meet.
        """

    @property
    def chosen(self) -> list[Tensor]:
        """The present start and inner rates, as copies."""

    def choose(self, chosen: list[Tensor]) -> None:
        """Goes back to a start and inner rates."""

    def table(self) -> Tensor | None:
        """The present start's probabilities, (states, actions); None where it is no table."""

    def state_dict(self) -> dict[str, Any]:
        """All that changes."""

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes back to what `state_dict` returned."""


Ascent = TypeVar("Ascent", MetaAscent, SampledAscent)


class _Ascending(Generic[Ascent]):
    """What both have: an ascent with a start and inner rates."""

    ascent: Ascent

    @property
    def chosen(self) -> list[Tensor]:
        """The present start and inner rates, as copies."""
        return [self.ascent.start.clone(), self.ascent.rates.clone()]

    def choose(self, chosen: list[Tensor]) -> None:
        """Goes back to a start and inner rates."""
        self.ascent.start.copy_(chosen[0])
        self.ascent.rates.copy_(chosen[1])


class ExactSide(_Ascending[MetaAscent]):
    """Exact values of tables; nothing is played.

    Args:
        config: the options.
        game: what is played.
        people: the personas of the training.
        method: whose gradient.
        seed: of the start, and of the batches of personas.
    """

    def __init__(
        self,
        config: PersonaConfig,
        game: IteratedGame,
        people: Sequence[Personas],
        method: Method,
        seed: int,
    ) -> None:
        self.game, self.length = table_game(game), config.chain
        self.per_step = 1 - float(game.discount)
        self.method, self.look_aheads = method, _look_aheads(config)
        generator = torch.Generator().manual_seed(seed)
        drawn = torch.randn((1, *self.game.shapes[0]), generator=generator, dtype=torch.float64)
        self.ascent = MetaAscent(
            self.game,
            [peer.logits() for peer in people],
            DEVIATION * drawn,
            rates=config.inner_rate,
            length=config.chain,
            method=method,
            look_aheads=self.look_aheads,
            outer_rate=config.outer_rate or 0.1,
            learn_rates=_learns_rates(config),
            rates_rate=_rates_rate(config),
            batch=config.batch,
            generator=generator,
        )

    def step(self) -> Step:
        """One iteration."""
        found = self.ascent.step()
        objective = float(found.objective.mean()) * self.per_step
        return Step(objective, float(found.gradient.mean(1).norm()), 0)

    def share(self, parallel: Parallel, parts: int) -> None:
        """Refuses: there is nothing to share.

        Raises:
            InputError: always.
        """
        raise InputError("exact values are computed in one process; leave ray_workers out")

    def adapted(self, people: Sequence[Personas]) -> tuple[Adaptation, int]:
        """How the present start fares against personas, exactly."""
        start, rates = self.ascent.start[0], self.ascent.rates[0]
        ascents = {0: self._foreseeing} if self.method == "lola-dice" else {}
        return adapt_exactly(self.game, start, rates, self.length, people, ascents=ascents), 0

    def _foreseeing(self, joint: Parameters, row: Tensor) -> Tensor:
        """LOLA-DiCE's own step in the chain, its peers foreseen at their inner rates."""
        ahead = row.expand(self.look_aheads, -1)
        return lola_dice(self.game, joint, ahead, self.look_aheads).gradient

    def table(self) -> Tensor | None:
        """The present start's probabilities, (states, actions)."""
        return self.ascent.start[0].softmax(-1)

    def state_dict(self) -> dict[str, Any]:
        """The ascent, with its generator."""
        return self.ascent.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes back to what `state_dict` returned."""
        self.ascent.load_state_dict(state)


class SampledSide(_Ascending[SampledAscent]):
    """Trajectories of tables or networks, as in the paper.

    Rewards are plain means over the steps of a trajectory. Validation and test are played too, and
    counted; their generator is seeded anew each time, so that starts are compared on the same
    draws.

    Args:
        config: the options.
        setting: what is played, and by whom.
        people: the peers of the training.
        groups: of the peers, whose conflicting gradients are projected; None: they are not.
        method: whose gradient.
        seed: of the start and of all that is played.
    """

    def __init__(
        self,
        config: SamplingOptions,
        setting: Setting,
        people: Sequence[Population],
        method: Method,
        seed: int,
        groups: Tensor | None = None,
    ) -> None:
        self.config, self.setting, self.seed = config, setting, seed
        self.estimator = _estimator(config, setting, method)
        device = setting.device
        generator = torch.Generator(device).manual_seed(seed)
        start = setting.policies[0].initial(1, generator)[0] * setting.deviation
        shape = config.chain, len(setting.policies)
        rates = torch.full(shape, config.inner_rate, device=device)
        recurrent = setting.tables is None
        self.ascent = SampledAscent(
            self.estimator,
            self._on_device(people),
            start,
            rates,
            generator=generator,
            chains=config.chains,
            groups=None if groups is None else groups.to(device),
            outer_rate=config.outer_rate or (1e-4 if recurrent else 0.1),
            critic_rate=config.critic_rate,
            clip=config.clip,
            learn_rates=_learns_rates(config),
            rates_rate=_rates_rate(config),
        )
        if recurrent:
            keep_freed_memory()

    def step(self) -> Step:
        """One iteration."""
        found = self.ascent.step()
        norm = float(found.parameters.flatten(1).norm(dim=1).mean())
        rollouts = self.config.chains * self.estimator.rollouts(self.config.chain)[0]
        objective = float(found.objective.mean()) * self.setting.unit
        return Step(objective, norm, self._played(rollouts))

    def share(self, parallel: Parallel, parts: int) -> None:
        """Has the chains of an iteration played in parts."""
        work = partial(_estimated, self.estimator)

        def estimate(chains: Chains) -> Gradients:
            return Gradients.joined(parallel(work, chains.parts(parts)))

        self.ascent.estimate = estimate

    def adapted(self, people: Sequence[Population]) -> tuple[Adaptation, int]:
        """How the present start fares among peers, in trajectories."""
        generator = torch.Generator(self.setting.device).manual_seed(self.seed)
        found = self.ascent.adapted(self._on_device(people), generator)
        played = self._played(len(people[0]) * self.estimator.rollouts(self.config.chain)[1])
        rewards = found.mean_rewards[:, 0].T.cpu() * self.setting.unit
        if self.setting.tables is None:
            return Adaptation(people[0], rewards.double().numpy()), played
        return measured(self.setting.tables, people[0], rewards, found.parameters), played

    def table(self) -> Tensor | None:
        """The present start's probabilities, (states, actions); None for networks."""
        if self.setting.tables is None:
            return None
        return self.ascent.start.cpu().double().softmax(-1)

    def module(self) -> PolicyModule:
        """The present start, as a module that plays."""
        return PolicyModule(self.setting.policies[0], self.ascent.start)

    def state_dict(self) -> dict[str, Any]:
        """The ascent, with its generator, and the seed of validations."""
        return {"ascent": self.ascent.state_dict(), "seed": self.seed}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes back to what `state_dict` returned."""
        self.ascent.load_state_dict(state["ascent"])
        self.seed = state["seed"]

    def _on_device(self, people: Sequence[Population]) -> list[Tensor]:
        """The peers' parameters, one tensor a player."""
        return [peer.parameters().to(self.setting.device) for peer in people]

    def _played(self, rollouts: int) -> int:
        """The steps of so many joint policies."""
        return rollouts * self.config.trajectories * self.config.horizon


def _estimator(config: SamplingOptions, setting: Setting, method: Method) -> Estimator:
    """The estimator of a method's gradients."""
    sampling = Sampling(
        trajectories=config.trajectories,
        horizon=config.horizon,
        decay=config.decay,
        weighted=not config.published,
        look_aheads=_look_aheads(config),
        dependence=_dependence(config),
    )
    return Estimator(
        setting.program,
        setting.policies,
        sampling=sampling,
        method=method,
        critic=setting.critic,
    )


def _estimated(estimator: Estimator, chains: Chains) -> Gradients:
    """A part's gradients, in whichever process."""
    if not all(isinstance(policy, TablePolicy) for policy in estimator.policies):
        keep_freed_memory()
    return estimator(chains)


def _learns_rates(config: SamplingOptions) -> bool:
    """Whether the player's own inner rates are learned, too."""
    return isinstance(config, MetaConfig | CheetahMetaConfig) and config.learn_rates


def _rates_rate(config: SamplingOptions) -> float | None:
    """Adam's rate of the inner rates; None: as of the start."""
    return config.rates_rate if isinstance(config, MetaConfig | CheetahMetaConfig) else None


def _look_aheads(config: SamplingOptions) -> int:
    """How many steps of its peers LOLA-DiCE foresees."""
    if isinstance(config, LolaDiceConfig | CheetahLolaDiceConfig):
        return config.look_aheads
    return 1


def _dependence(config: SamplingOptions) -> float:
    """Of inner updates that are differentiated; nothing is, for REINFORCE."""
    known = MetaConfig | CheetahMetaConfig | LolaDiceConfig | CheetahLolaDiceConfig
    return config.dependence if isinstance(config, known) else 1.0
