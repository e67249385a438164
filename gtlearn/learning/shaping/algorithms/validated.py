"""Ascent on a method's gradient; chosen by validation, as section 5 of Kim et al. (2021) has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gtlearn.learning.protocol import Parallel
from gtlearn.learning.shaping.adaptation import Adaptation
from gtlearn.learning.shaping.algorithms.options import Training
from gtlearn.learning.shaping.algorithms.trainers import Trainer


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
        self.trainer.choose(self.chosen)
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
        """Validates the last start, unless its iteration did: at the end, and in no checkpoint."""
        if self.done % self.validate_every:
            self._choose()

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
