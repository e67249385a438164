"""Meta-MAPG, Meta-PG, LOLA-DiCE and REINFORCE as runs among teammates in an environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from gtlearn.environments.film import Film
from gtlearn.errors import InputError
from gtlearn.learning.options import Composed
from gtlearn.learning.shaping.algorithms.options import Among, Cheetah, CheetahTraining, Training
from gtlearn.learning.shaping.algorithms.settings import cheetah_setting, filmed_cheetah
from gtlearn.learning.shaping.algorithms.trainers import SampledTrainer
from gtlearn.learning.shaping.algorithms.validated import ValidatedLearner
from gtlearn.learning.shaping.methods import Method
from gtlearn.learning.shaping.teammates import read, splits


class TeammateLearner(ValidatedLearner):
    """A start for the back leg of a cheetah, whose front leg learned to run the other way.

    Kim et al. (2021), question 5. All share one reward, so that there is no gap to an equilibrium:
    what is reported is what the test teammates and the learner earn along the chain.

    Args:
        config: the options.
        seed: of the start, and of all that is drawn.

    Raises:
        InputError: if there are no teammates, or a package is missing.
    """

    def __init__(self, config: Composed, seed: int) -> None:
        self.env, self.folder = config.part(Cheetah).env, config.part(Among).teammates
        training, self.method = config.part(Training), config.part(Method)
        critic = config.part(CheetahTraining).critic
        self.setting = cheetah_setting(direction="right", critic=critic, device=training.device)
        size = self.setting.policies[1].shape[0]
        self.teammates = read(Path(self.folder), self.env, size)
        peers = {name: (given,) for name, given in splits(self.teammates).items()}
        self.sampled = SampledTrainer(training, self.setting, peers["train"], self.method, seed)
        super().__init__(training, self.sampled, peers)

    def result(self) -> dict[str, Any]:
        """What the chosen start earns among the test teammates, along the chain."""
        peers = "teammates, who learned to run left,"
        unit = "; it is about the speed to the right, in metres a second"
        trainer = self.among(self.env, f"{self.method.name}, sampled", peers, unit)
        return {**trainer, "teammates_sha256": self.teammates.checksum}

    def policies(self) -> Mapping[str, Any]:
        """The chosen start of the back leg; see `gtlearn.learning.protocol`."""
        self.conclude()
        self.trainer.choose(self.chosen)
        return {self.setting.program.players[0]: self.sampled.module()}

    def film(self, seed: int) -> Film:
        """An episode after all updates with the last of the test teammates.

        See `gtlearn.learning.protocol.Filmed`.
        """
        self.conclude()
        self.trainer.choose(self.chosen)
        (test,) = self.peers["test"]
        last = test.at(test.iterations == test.iterations.max())
        device = self.setting.device
        adapted = self.sampled.ascent.adapted(
            [last.parameters().to(device)], torch.Generator(device).manual_seed(seed)
        )
        film, reward = filmed_cheetah(
            self.setting, adapted.parameters[-1], "right", seed, self.training.horizon
        )
        title = (
            f"The learner's back leg and the front leg of a teammate, who had trained to run left "
            f"for {last.iterations[0]} iterations, after {self.training.chain} updates of both; "
            f"mean reward a step {reward:.3g}"
        )
        return replace(film, title=title)

    def state_dict(self) -> dict[str, Any]:
        """What all learners keep, and whose teammates they were."""
        return {**super().state_dict(), "teammates": self.teammates.checksum}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes back to what `state_dict` returned.

        Raises:
            InputError: if the teammates are others now.
        """
        if state["teammates"] != self.teammates.checksum:
            raise InputError(
                f"the teammates in {self.folder} are not those that this run began with; "
                "put those back, or start anew"
            )
        super().load_state_dict(state)
