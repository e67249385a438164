"""Meta-MAPG, Meta-PG, LOLA-DiCE and REINFORCE as runs in environments of PettingZoo.

Peers are teammates that were trained before, or random ones in a user's own environment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gtlearn.environments.film import Film
from gtlearn.errors import InputError
from gtlearn.learning.options import Composed
from gtlearn.learning.shaping.algorithms.options import (
    Among,
    Cheetah,
    CheetahTraining,
    OwnEnvironment,
    PolicyOptions,
    Training,
)
from gtlearn.learning.shaping.algorithms.settings import (
    cheetah_setting,
    environment_setting,
    filmed_cheetah,
)
from gtlearn.learning.shaping.algorithms.teammates import read, splits
from gtlearn.learning.shaping.algorithms.trainers import SampledTrainer, ValidatedLearner
from gtlearn.learning.shaping.methods import Method
from gtlearn.learning.shaping.personas import SPLITS, OneGroup
from gtlearn.learning.shaping.sampled import Policy


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
        return {self.setting.program.players[0]: self.sampled.module()}

    def film(self, seed: int) -> Film:
        """An episode after all updates with the last of the test teammates.

        See `gtlearn.learning.protocol.Filmed`.
        """
        self.conclude()
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


TRAINED = 10  # times as many peers in training as in the validation and in the test


@dataclass(frozen=True, eq=False)
class RandomPeers(OneGroup):
    """Peers with random policies; see `personas.Population`.

    Attributes:
        weights: shape (peers, *shape of their policy).
    """

    weights: Tensor


def random_peers(
    policies: Sequence[Policy], count: int, seed: int
) -> dict[str, tuple[RandomPeers, ...]]:
    """Peers of each player but the first, drawn as its policy begins.

    Args:
        policies: one a player.
        count: how many in the validation and in the test; `TRAINED` times as many in training.
        seed: of them.
    """
    generator = torch.Generator().manual_seed(seed)
    sizes = dict(zip(SPLITS, (TRAINED * count, count, count), strict=True))
    return {
        split: tuple(RandomPeers(policy.initial(size, generator)) for policy in policies[1:])
        for split, size in sizes.items()
    }


class EnvironmentLearner(ValidatedLearner):
    """A start for the first agent of a PettingZoo environment, whose others learn from random ones.

    What is reported is what the learner earns among the peers of the test, along the chain.

    Args:
        config: the options.
        seed: of the start, and of all that is drawn.

    Raises:
        InputError: if a package or the environment is missing, or it cannot be used.
    """

    def __init__(self, config: Composed, seed: int) -> None:
        self.options, self.method = config.part(OwnEnvironment), config.part(Method)
        training, policy = config.part(Training), config.part(PolicyOptions).policy
        setting = environment_setting(self.options, policy, training.device)
        drawn = random_peers(setting.policies, self.options.peers, self.options.population_seed)
        trainer = SampledTrainer(training, setting, drawn["train"], self.method, seed)
        super().__init__(training, trainer, drawn)

    def result(self) -> dict[str, Any]:
        """What the chosen start earns among the test peers, along the chain."""
        return self.among(self.options.env, f"{self.method.name}, sampled", "peers")
