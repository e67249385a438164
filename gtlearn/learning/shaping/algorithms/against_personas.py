"""Meta-MAPG, Meta-PG, LOLA-DiCE and REINFORCE as runs against personas that learn."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import torch

from gtlearn.errors import InputError
from gtlearn.learning.options import Composed
from gtlearn.learning.protocol import labelled
from gtlearn.learning.shaping.adaptation import Adaptation, adapt_exactly, equilibrium_start
from gtlearn.learning.shaping.algorithms.options import (
    AgainstPersonas,
    Exactness,
    Iterated,
    PolicyOptions,
    Training,
)
from gtlearn.learning.shaping.algorithms.settings import iterated_setting, make_game
from gtlearn.learning.shaping.algorithms.trainers import (
    ExactTrainer,
    SampledTrainer,
    Trainer,
    ValidatedLearner,
)
from gtlearn.learning.shaping.ascents.exact import ceiling
from gtlearn.learning.shaping.games import table_game
from gtlearn.learning.shaping.methods import Method
from gtlearn.learning.shaping.personas import PersonaGroup, peers
from gtlearn.solvers.profiles.tables import simple_rows, written

CEILING_SEEDS = 16  # of exact Meta-MAPG, of which the best is the ceiling


class PersonaLearner(ValidatedLearner):
    """A start for an iterated game, reported on the test personas beside floor and ceiling.

    Args:
        config: the options.
        seed: of the start, and of all that is drawn.
    """

    def __init__(self, config: Composed, seed: int) -> None:
        iterated, against = config.part(Iterated), config.part(AgainstPersonas)
        self.training, self.method = config.part(Training), config.part(Method)
        self.exact, self.policy = config.part(Exactness).exact, config.part(PolicyOptions).policy
        self.game, self.against = make_game(iterated.game, iterated.discount), against
        self.personas = peers(self.game, against.population_seed, against.distribution)
        super().__init__(self.training, self._trainer(seed), self.personas)

    def _trainer(self, seed: int) -> Trainer:
        """How the gradients are found."""
        training, personas, method = self.training, self.personas["train"], self.method
        if self.exact:
            if training.device != "cpu":
                raise InputError("exact values are computed on the CPU; leave device out")
            return ExactTrainer(training, self.game, personas, method, self.against.batch, seed)
        groups = torch.from_numpy(personas[0].group) if self.against.pcgrad else None
        setting = iterated_setting(self.game, self.policy, training.device)
        return SampledTrainer(training, setting, personas, method, seed, groups)

    def result(self) -> dict[str, Any]:
        """What the chosen start earns against the test personas, beside the floor and ceiling."""
        test, _ = self.tested()
        still, best = self._still(), self._ceiling()
        auc, floor, highest = (float(tested.auc.mean()) for tested in (test, still, best))
        table = self.trainer.table()
        return {
            "game": self.game.name,
            "env_steps": self.env_steps,
            "method": f"{self.method.name}, {'exact' if self.exact else 'sampled'}",
            **test.to_json(),
            "auc_at_equilibrium": floor,
            "rewards_at_equilibrium": still.to_json()["rewards"],
            "auc_ceiling": highest,
            "rewards_at_ceiling": best.to_json()["rewards"],
            "fraction_of_ceiling": (auc - floor) / (highest - floor) if highest > floor else None,
            "chosen_at": self.chosen_at,
            "inner_rates": self.chosen[1].reshape(-1, self.game.num_players).tolist(),
            **({} if table is None else {"start": table.tolist()}),
            **_strategies(test),
            "notes": _notes(self.training.chain, auc, floor, highest),
        }

    def policies(self) -> Mapping[str, Any]:
        """The chosen start, a table or a network; see `gtlearn.learning.protocol`."""
        self.conclude()
        table = self.trainer.table()
        if table is not None:
            return labelled(self.game, [table.tolist()])
        assert isinstance(self.trainer, SampledTrainer)
        return {self.game.players[0]: self.trainer.module()}

    def state_dict(self) -> dict[str, Any]:
        """What all learners keep, and the personas."""
        tables = {split: [each.tables for each in given] for split, given in self.personas.items()}
        return {**super().state_dict(), "personas": tables}

    def _still(self) -> Adaptation:
        """How it goes to play the stage game's equilibrium and never to learn, exactly."""
        shape = self.training.chain, self.game.num_players
        rates = torch.full(shape, self.training.inner_rate, dtype=torch.float64)
        rates[:, 0] = 0
        start, personas = equilibrium_start(self.game), self.personas["test"]
        return adapt_exactly(table_game(self.game), start, rates, shape[0], personas)

    def _ceiling(self) -> Adaptation:
        """How exact Meta-MAPG fares on tables."""
        return tables_ceiling(
            self.game.name,
            self.training.chain,
            self.training.inner_rate,
            self.against.population_seed,
            self.against.distribution,
            learn_rates=self.method.ceiling.learn_rates,
        )


def _strategies(test: Adaptation) -> dict[str, Any]:
    """The joint policy that the first chain ended with, to be checked, where it is known."""
    if test.tables is None:
        return {}
    last = [written(simple_rows(table[0])) for table in test.tables]
    return {"strategies": last}


def _notes(chain: int, auc: float, floor: float, highest: float) -> list[str]:
    scores = [
        f"Against the test personas the mean rewards after the {chain} updates add up to "
        f"{auc:.4g} (the AUC); playing the stage game's equilibrium earns {round(floor, 6):.4g}"
    ]
    if highest > floor:
        percent = round(100 * (auc - floor) / (highest - floor))
        scores.append(
            f"Exact Meta-MAPG of tables reaches {highest:.4g}, the ceiling; this is {percent} % "
            "of the way from equilibrium to it"
        )
    return scores


@lru_cache(maxsize=8)
def tables_ceiling(
    game: str,
    chain: int,
    inner_rate: float,
    population_seed: int,
    distribution: PersonaGroup,
    *,
    learn_rates: bool,
) -> Adaptation:
    """How the best of many exact ascents on the training personas fares against the test personas.

    Its AUC is a lower bound of what tables can reach.

    Args:
        game: an iterated game's name.
        chain: L.
        inner_rate: of both players.
        population_seed: of the personas.
        distribution: of the test personas.
        learn_rates: whether the player's own inner rates are learned, too.
    """
    iterated = make_game(game, "")
    held = table_game(iterated)
    personas = peers(iterated, population_seed, distribution)
    best = ceiling(
        held,
        [peer.logits() for peer in personas["train"]],
        rates=inner_rate,
        generator=torch.Generator().manual_seed(0),
        length=chain,
        seeds=CEILING_SEEDS,
        learn_rates=learn_rates,
    )
    return adapt_exactly(held, best.start, best.rates, chain, personas["test"])
