"""Meta-MAPG, Meta-PG, LOLA-DiCE and REINFORCE as runs in a user's own PettingZoo environment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gtlearn.learning.options import Composed
from gtlearn.learning.shaping.algorithms.options import OwnEnvironment, PolicyOptions, Training
from gtlearn.learning.shaping.algorithms.settings import environment_setting
from gtlearn.learning.shaping.algorithms.trainers import SampledTrainer
from gtlearn.learning.shaping.algorithms.validated import ValidatedLearner
from gtlearn.learning.shaping.methods import Method
from gtlearn.learning.shaping.personas import SPLITS, OneGroup
from gtlearn.learning.shaping.sampled import Policy

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
