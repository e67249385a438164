"""How a meta-learner finds its meta-gradient: from exact values, or from trajectories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import torch
from torch import Tensor

from gtlearn.games import IteratedGame
from gtlearn.learning.shaping.adaptation import Adaptation, adapt_exactly
from gtlearn.learning.shaping.algorithms.config import MetaConfig
from gtlearn.learning.shaping.games import table_game
from gtlearn.learning.shaping.meta import MetaAscent
from gtlearn.learning.shaping.meta.training import Method
from gtlearn.learning.shaping.personas import Personas
from gtlearn.learning.shaping.sampled import (
    Network,
    Policy,
    RecurrentPolicy,
    SampledAscent,
    Sampling,
    TablePolicy,
    state_program,
)
from gtlearn.learning.shaping.sampled.memory import keep_freed_memory

DEVIATION = 0.1  # of the logits of a table at the start


@dataclass(frozen=True)
class Step:
    """One meta-iteration.

    Attributes:
        auc: against the personas that it met.
        norm: of the meta-gradient, the mean over personas.
        env_steps: how many steps of the game were played.
    """

    auc: float
    norm: float
    env_steps: int


class Side(Protocol):
    """An ascent on meta-gradients."""

    def step(self) -> Step:
        """One meta-iteration."""

    def adapted(self, people: Personas) -> tuple[Adaptation, int]:
        """How the present start fares against personas, and the steps that were played for it."""

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
        method: "meta-mapg" or "meta-pg".
        seed: of the start, and of the batches of personas.
    """

    def __init__(
        self, config: MetaConfig, game: IteratedGame, people: Personas, method: Method, seed: int
    ) -> None:
        self.game, self.length = table_game(game), config.chain
        self.per_step = 1 - float(game.discount)
        generator = torch.Generator().manual_seed(seed)
        drawn = torch.randn((1, *self.game.shapes[0]), generator=generator, dtype=torch.float64)
        self.ascent = MetaAscent(
            self.game,
            [people.logits()],
            DEVIATION * drawn,
            rates=config.inner_rate,
            length=config.chain,
            method=method,
            outer_rate=config.outer_rate or 0.1,
            learn_rates=config.learn_rates,
            batch=config.batch,
            generator=generator,
        )

    def step(self) -> Step:
        """One meta-iteration."""
        found = self.ascent.step()
        auc = float(found.objective.mean()) * self.per_step
        return Step(auc, float(found.gradient.mean(1).norm()), 0)

    def adapted(self, people: Personas) -> tuple[Adaptation, int]:
        """How the present start fares against personas, exactly."""
        start, rates = self.ascent.start[0], self.ascent.rates[0]
        return adapt_exactly(self.game, start, rates, self.length, people), 0

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
        game: what is played.
        people: the personas of the training.
        method: "meta-mapg" or "meta-pg".
        seed: of the start and of all that is played.
    """

    def __init__(
        self, config: MetaConfig, game: IteratedGame, people: Personas, method: Method, seed: int
    ) -> None:
        self.config, self.seed = config, seed
        generator = torch.Generator().manual_seed(seed)
        size, actions = game.num_states, [len(labels) for labels in game.stage.actions]
        recurrent = config.policy == "lstm"
        if recurrent:
            keep_freed_memory()
        own: Policy = (
            RecurrentPolicy(size, actions[0]) if recurrent else TablePolicy(size, actions[0])
        )
        start = own.initial(1, generator)[0] * (1 if recurrent else DEVIATION)
        self.ascent = SampledAscent(
            state_program(game),
            [own, TablePolicy(size, actions[1])],
            [people.logits(torch.float32)],
            start,
            torch.full((config.chain, 2), config.inner_rate),
            generator=generator,
            sampling=Sampling(
                trajectories=config.trajectories,
                horizon=config.horizon,
                decay=config.decay,
                weighted=not config.published,
            ),
            method=method,
            chains=config.chains,
            groups=torch.from_numpy(people.group) if config.pcgrad else None,
            critic=Network(size, 1) if recurrent else None,
            outer_rate=config.outer_rate or (1e-4 if recurrent else 0.1),
            critic_rate=config.critic_rate,
            clip=config.clip,
            learn_rates=config.learn_rates,
        )

    def step(self) -> Step:
        """One meta-iteration."""
        found = self.ascent.step()
        auc = float(found.mean_rewards[:, 0].sum(0).mean())
        norm = float(found.parameters.flatten(1).norm(dim=1).mean())
        return Step(auc, norm, self._played(self.config.chains))

    def adapted(self, people: Personas) -> tuple[Adaptation, int]:
        """How the present start fares against personas, in trajectories."""
        generator = torch.Generator().manual_seed(self.seed)
        rewards = self.ascent.adapted([people.logits(torch.float32)], generator)
        found = Adaptation(people, rewards[:, 0].T.double().numpy())
        return found, self._played(len(people))

    def table(self) -> Tensor | None:
        """The present start's probabilities, (states, actions); None for networks."""
        return None if self.config.policy == "lstm" else self.ascent.start.double().softmax(-1)

    def state_dict(self) -> dict[str, Any]:
        """The ascent, with its generator, and the seed of validations."""
        return {"ascent": self.ascent.state_dict(), "seed": self.seed}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes back to what `state_dict` returned."""
        self.ascent.load_state_dict(state["ascent"])
        self.seed = state["seed"]

    def _played(self, chains: int) -> int:
        """The steps of so many whole chains."""
        config = self.config
        return chains * (config.chain + 1) * config.trajectories * config.horizon
