"""A team that learns to run left, whose front leg is kept after each iteration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from gtlearn.environments.film import Film
from gtlearn.learning.options import Composed
from gtlearn.learning.shaping.algorithms.options import Cheetah, TeamTraining
from gtlearn.learning.shaping.algorithms.settings import cheetah_setting, filmed_cheetah
from gtlearn.learning.shaping.sampled import TeamAscent, keep_freed_memory
from gtlearn.learning.shaping.sampled.policies.module import PolicyModule
from gtlearn.learning.shaping.teammates import (
    FIRST,
    LAST,
    TEAMMATES_FILE,
    TESTED,
    Teammates,
    packed,
)

TEAMMATE = 1  # the front leg


class TeammateTraining:
    """Kim et al. (2021), Appendix D.3; see `gtlearn.learning.protocol.Learner`.

    Both legs learn together. Of the front leg, the iterations are kept that
    `teammates.splits` uses.

    Args:
        config: the options.
        seed: of both legs' starts, and of all that is played.

    Raises:
        InputError: if a package is missing.
    """

    def __init__(self, config: Composed, seed: int) -> None:
        self.env, self.training = config.part(Cheetah).env, config.part(TeamTraining)
        training, self.iterations = self.training, self.training.iterations
        self.setting = cheetah_setting(direction="left", critic=False, device=training.device)
        self.ascent = TeamAscent(
            self.setting.program,
            self.setting.policies,
            generator=torch.Generator(self.setting.device).manual_seed(seed),
            trajectories=training.trajectories,
            horizon=training.horizon,
            rate=training.rate,
            clip=training.clip,
        )
        self.done, self.reward = 0, 0.0
        self.kept: list[int] = []
        self.weights: list[torch.Tensor] = []
        keep_freed_memory()

    def step(self) -> Mapping[str, float]:
        """One iteration."""
        self.reward = self.ascent.step() * self.setting.unit
        self.done += 1
        if FIRST <= self.done <= LAST or self.done >= TESTED:
            self.kept.append(self.done)
            self.weights.append(self.ascent.parameters[TEAMMATE].cpu().clone())
        return {"env_steps": self._played, "mean_reward": self.reward}

    def headline(self) -> tuple[float, float | None]:
        """The mean reward a step, which is about the speed to the left."""
        return self.reward, None

    def files(self) -> Mapping[str, bytes]:
        """The teammates; see `gtlearn.learning.protocol.Keeping`."""
        return {TEAMMATES_FILE: packed(self._teammates())} if self.kept else {}

    def result(self) -> dict[str, Any]:
        """How fast the team runs at the end, and which teammates were kept."""
        teammates = self._teammates()
        result = {
            "env": self.env,
            "mean_reward": self.reward,
            "teammates": len(teammates),
            "notes": [
                f"The team runs left with a mean reward of {self.reward:.3g} a step, and "
                f"{len(teammates)} of its front legs are kept"
            ],
        }
        return {**result, "teammates_sha256": teammates.checksum} if self.kept else result

    def policies(self) -> Mapping[str, Any]:
        """Both legs; see `gtlearn.learning.protocol`."""
        legs = zip(self.setting.policies, self.ascent.parameters, strict=True)
        modules = (PolicyModule(policy, leg) for policy, leg in legs)
        return dict(zip(self.setting.program.players, modules, strict=True))

    def film(self, seed: int) -> Film:
        """An episode of the team; see `gtlearn.learning.protocol.Filmed`."""
        legs = [leg[None] for leg in self.ascent.parameters]
        film, reward = filmed_cheetah(self.setting, legs, "left", seed, self.training.horizon)
        title = f"Both legs after {self.done} iterations of learning to run left"
        return replace(film, title=f"{title}; mean reward a step {reward:.3g}")

    def state_dict(self) -> dict[str, Any]:
        """The ascent, the counters, and the teammates so far."""
        return {
            "ascent": self.ascent.state_dict(),
            "counters": [self.done, self.reward],
            "kept": list(self.kept),
            "weights": list(self.weights),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes back to what `state_dict` returned."""
        self.ascent.load_state_dict(state["ascent"])
        self.done, self.reward = state["counters"]
        self.kept, self.weights = list(state["kept"]), [kept.clone() for kept in state["weights"]]

    @property
    def _played(self) -> int:
        return self.done * self.training.trajectories * self.training.horizon

    def _teammates(self) -> Teammates:
        kept = torch.stack(self.weights) if self.weights else torch.empty(0, 0)
        return Teammates(self.env, np.array(self.kept, dtype=np.int64), kept)
