"""How a learner finds its gradient: from exact values, or from trajectories.

What it ascends to is chosen by validation, as section 5 of Kim et al. (2021) has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeAlias, TypeVar

import torch
from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.games import IteratedGame
from gtlearn.learning.protocol import Parallel
from gtlearn.learning.shaping.adaptation import Adaptation, adapt_exactly, measured
from gtlearn.learning.shaping.algorithms.options import Training
from gtlearn.learning.shaping.algorithms.settings import TABLE_DEVIATION, Setting
from gtlearn.learning.shaping.ascents import (
    Chains,
    Estimator,
    Gradients,
    MetaAscent,
    SampledAscent,
    Sampling,
)
from gtlearn.learning.shaping.games import table_game
from gtlearn.learning.shaping.methods import Method
from gtlearn.learning.shaping.personas import Personas, Population
from gtlearn.learning.shaping.sampled.memory import keep_freed_memory
from gtlearn.learning.shaping.sampled.policies.module import PolicyModule


@dataclass(frozen=True)
class Iteration:
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


AscentKind = TypeVar("AscentKind", MetaAscent, SampledAscent)


class _Ascending(Generic[AscentKind]):
    """An ascent on the gradients of a method."""

    ascent: AscentKind

    @property
    def chosen(self) -> list[Tensor]:
        """The present start and inner rates, as copies."""
        return [self.ascent.start.clone(), self.ascent.rates.clone()]

    def choose(self, chosen: list[Tensor]) -> None:
        """Goes back to a start and inner rates."""
        self.ascent.start.copy_(chosen[0])
        self.ascent.rates.copy_(chosen[1])

    def state_dict(self) -> dict[str, Any]:
        """All that changes."""
        return self.ascent.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes back to what `state_dict` returned."""
        self.ascent.load_state_dict(state)


class ExactTrainer(_Ascending[MetaAscent]):
    """Exact values of tables; nothing is played.

    Args:
        training: how the learner ascends.
        game: what is played.
        peers: the personas of the training.
        method: whose gradient.
        batch: how many personas an iteration takes; None: all.
        seed: of the start, and of the batches of personas.
    """

    def __init__(
        self,
        training: Training,
        game: IteratedGame,
        peers: Sequence[Personas],
        method: Method,
        batch: int | None,
        seed: int,
    ) -> None:
        self.game, self.length, self.method = table_game(game), training.chain, method
        self.per_step = 1 - float(game.discount)
        generator = torch.Generator().manual_seed(seed)
        drawn = torch.randn((1, *self.game.shapes[0]), generator=generator, dtype=torch.float64)
        self.ascent = MetaAscent(
            self.game,
            [peer.logits() for peer in peers],
            TABLE_DEVIATION * drawn,
            rates=training.inner_rate,
            length=training.chain,
            method=method,
            outer_rate=training.outer_rate or 0.1,
            batch=batch,
            generator=generator,
        )

    def step(self) -> Iteration:
        """One iteration."""
        step = self.ascent.step()
        objective = float(step.objective.mean()) * self.per_step
        return Iteration(objective, float(step.gradient.mean(1).norm()), 0)

    def share(self, parallel: Parallel, parts: int) -> None:
        """Refuses: there is nothing to share; see `gtlearn.learning.protocol.Shared`.

        Raises:
            InputError: always.
        """
        raise InputError("exact values are computed in one process; leave ray_workers out")

    def adapted(self, peers: Sequence[Personas]) -> tuple[Adaptation, int]:
        """How the present start fares against personas, exactly, and that nothing was played."""
        start, rates = self.ascent.start[0], self.ascent.rates[0]
        steps = self.method.exact_steps(self.game)
        return adapt_exactly(self.game, start, rates, self.length, peers, ascents=steps), 0

    def table(self) -> Tensor:
        """The present start's probabilities, (states, actions)."""
        return self.ascent.start[0].softmax(-1)


class SampledTrainer(_Ascending[SampledAscent]):
    """Trajectories of tables or networks, as in the paper.

    Rewards are plain means over the steps of a trajectory. Validation and test are played too, and
    counted; their generator is seeded anew each time, so that starts are compared on the same
    draws.

    Args:
        training: how the learner samples, and ascends.
        setting: what is played, and by whom.
        peers: those of the training.
        method: whose gradient.
        seed: of the start and of all that is played.
        groups: of the peers, whose conflicting gradients are projected; None: they are not.
    """

    def __init__(
        self,
        training: Training,
        setting: Setting,
        peers: Sequence[Population],
        method: Method,
        seed: int,
        groups: Tensor | None = None,
    ) -> None:
        self.training, self.setting, self.seed = training, setting, seed
        sampling = Sampling(
            training.trajectories,
            training.horizon,
            decay=training.decay,
            weighted=not training.published,
        )
        self.estimator = Estimator(
            setting.program, setting.policies, sampling, method, setting.critic
        )
        device = setting.device
        generator = torch.Generator(device).manual_seed(seed)
        start = setting.policies[0].initial(1, generator)[0] * setting.deviation
        shape = training.chain, len(setting.policies)
        self.ascent = SampledAscent(
            self.estimator,
            self._on_device(peers),
            start,
            torch.full(shape, training.inner_rate, device=device),
            generator=generator,
            chains=training.chains,
            groups=None if groups is None else groups.to(device),
            outer_rate=training.outer_rate or (1e-4 if setting.tables is None else 0.1),
            critic_rate=training.critic_rate,
            clip=training.clip,
        )
        if setting.tables is None:
            keep_freed_memory()

    def step(self) -> Iteration:
        """One iteration."""
        step = self.ascent.step()
        norm = float(step.parameters.flatten(1).norm(dim=1).mean())
        rollouts = self.training.chains * self._rollouts[0]
        objective = float(step.objective.mean()) * self.setting.unit
        return Iteration(objective, norm, self._played(rollouts))

    def share(self, parallel: Parallel, parts: int) -> None:
        """Has chains played in parts; see `gtlearn.learning.protocol.Shared`."""
        work = partial(_estimated, self.estimator, self.setting.tables is None)

        def estimate(chains: Chains) -> Gradients:
            return Gradients.joined(parallel(work, chains.parts(parts)))

        self.ascent.estimate = estimate

    def adapted(self, peers: Sequence[Population]) -> tuple[Adaptation, int]:
        """How the present start fares among peers, and the steps that were played for it.

        Args:
            peers: of the players from the second on; those of one index meet.
        """
        generator = torch.Generator(self.setting.device).manual_seed(self.seed)
        adapted = self.ascent.adapted(self._on_device(peers), generator)
        played = self._played(len(peers[0]) * self._rollouts[1])
        rewards = adapted.mean_rewards[:, 0].T.cpu() * self.setting.unit
        if self.setting.tables is None:
            return Adaptation(peers[0], rewards.double().numpy()), played
        return measured(self.setting.tables, peers[0], rewards, adapted.parameters), played

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

    def _on_device(self, peers: Sequence[Population]) -> list[Tensor]:
        """The peers' parameters, one tensor a player."""
        return [peer.parameters().to(self.setting.device) for peer in peers]

    @property
    def _rollouts(self) -> tuple[int, int]:
        """How many joint policies a chain plays; see `Method.rollouts`."""
        return self.estimator.method.rollouts(self.training.chain)

    def _played(self, rollouts: int) -> int:
        """The steps of so many joint policies."""
        return rollouts * self.training.trajectories * self.training.horizon


Trainer: TypeAlias = ExactTrainer | SampledTrainer


def _estimated(estimator: Estimator, networks: bool, chains: Chains) -> Gradients:
    """A part's gradients, in whichever process."""
    if networks:
        keep_freed_memory()
    return estimator(chains)


class ValidatedLearner:
    """All methods are trained, chosen and tested in the same way.

    They differ in the gradient that they follow in training, and LOLA-DiCE in its steps along the
    chain too. See `gtlearn.learning.protocol.Learner`; `result` is left to those who know what is
    played.

    Args:
        training: how it is trained.
        trainer: finds the gradients.
        peers: of the splits "validation" and "test", those of each other player.
    """

    def __init__(
        self, training: Training, trainer: Trainer, peers: Mapping[str, Sequence[Any]]
    ) -> None:
        self.trainer, self.peers, self.training = trainer, peers, training
        self.validate_every, self.iterations = training.validate_every, training.iterations
        self.done = self.env_steps = self.chosen_at = 0
        self.chosen = trainer.chosen
        self.validated = self.last = self._validated()

    def step(self) -> Mapping[str, float]:
        """One iteration, and a validation where one is due."""
        step = self.trainer.step()
        self.done += 1
        self.env_steps += step.env_steps
        if self.done % self.validate_every == 0:
            self._choose()
        return {
            "env_steps": self.env_steps,  # none where values are exact: nothing is played
            "train_objective": step.objective,
            "validation_auc": self.last,  # of the latest one; the best so far is "learned"
            "gradient_norm": step.norm,
        }

    def share(self, parallel: Parallel, parts: int) -> None:
        """Has an iteration's work done in parts; see `gtlearn.learning.protocol.Shared`."""
        self.trainer.share(parallel, parts)

    def headline(self) -> tuple[float, float | None]:
        """The best validation AUC so far; what is possible is known at the end."""
        return self.validated, None

    def state_dict(self) -> dict[str, Any]:
        """The ascent, what was chosen, and the counters."""
        return {
            "side": self.trainer.state_dict(),
            "chosen": list(self.chosen),
            "counters": [self.done, self.env_steps, self.chosen_at, self.validated, self.last],
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes back to what `state_dict` returned."""
        self.trainer.load_state_dict(state["side"])
        self.chosen = [tensor.clone() for tensor in state["chosen"]]
        self.done, self.env_steps, self.chosen_at, self.validated, self.last = state["counters"]

    def tested(self) -> tuple[Adaptation, int]:
        """How the start that was chosen fares in the test, and the steps played for it."""
        self.conclude()
        return self.trainer.adapted(self.peers["test"])

    def among(self, env: str, method: str, peers: str, unit: str = "") -> dict[str, Any]:
        """What result.json holds of the start that was chosen, among peers in an environment.

        Args:
            env: the environment.
            method: how it was found.
            peers: who they are, in words.
            unit: what the rewards are, in words.
        """
        test, played = self.tested()
        self.env_steps += played
        before, *after = test.to_json()["rewards"]["all"]
        return {
            "env": env,
            "env_steps": self.env_steps,
            "method": method,
            **test.to_json(),
            "chosen_at": self.chosen_at,
            "inner_rates": self.chosen[1].tolist(),
            "notes": [
                f"Among {len(test.personas)} test {peers} the mean reward a step is {before:.3g} "
                f"before the first update and {', '.join(f'{r:.3g}' for r in after)} after each"
                f"{unit}"
            ],
        }

    def conclude(self) -> None:
        """Validates the last start, unless its iteration did, and goes back to the chosen one.

        At the end, and in no checkpoint.
        """
        if self.done % self.validate_every:
            self._choose()
        self.trainer.choose(self.chosen)

    def _validated(self) -> float:
        tested, played = self.trainer.adapted(self.peers["validation"])
        self.env_steps += played
        return float(tested.auc.mean())

    def _choose(self) -> None:
        """Keeps the present start where it is the best among the peers of the validation."""
        self.last = self._validated()
        if self.last > self.validated:
            self.validated, self.chosen_at = self.last, self.done
            self.chosen = self.trainer.chosen
