"""Meta-MAPG and Meta-PG as runs: the exact meta-gradient of tables against personas."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any

import torch
from torch import Tensor

from gtlearn.learning.shaping.adaptation import Adaptation, adapt, equilibrium_start
from gtlearn.learning.shaping.algorithms.config import MetaConfig
from gtlearn.learning.shaping.algorithms.stage import make_game
from gtlearn.learning.shaping.games import table_game
from gtlearn.learning.shaping.meta import MetaAscent
from gtlearn.learning.shaping.meta.ceiling import ceiling
from gtlearn.learning.shaping.meta.training import Method
from gtlearn.learning.shaping.personas import Distribution, personas
from gtlearn.solvers.markov.tables import exact_rows, written

LARGEST_DENOMINATOR = 10**6  # of the probabilities that are kept
DEVIATION = 0.1  # of the logits at the start
CEILING_SEEDS = 16  # of exact Meta-MAPG, of which the best is the ceiling


class ExactMetaLearner:
    """Ascent on the exact meta-gradient; chosen by validation, reported on the test personas.

    See `gtlearn.runs.learner.Learner`.

    Args:
        config: the options.
        seed: of the start, and of the batches of personas.
        method: "meta-mapg" or "meta-pg".
    """

    def __init__(self, config: MetaConfig, seed: int, *, method: Method) -> None:
        self.config, self.method = config, method
        self.iterated = make_game(config.game, config.discount)
        self.game = table_game(self.iterated)
        self.personas = personas(
            self.iterated, 1, config.population_seed, distribution=config.distribution
        )
        self.generator = torch.Generator().manual_seed(seed)
        start = torch.randn(
            (1, *self.game.shapes[0]), generator=self.generator, dtype=torch.float64
        )
        self.ascent = self._ascent(DEVIATION * start, method)
        self.iterations = config.iterations
        self.done = self.env_steps = 0
        self.chosen = self.ascent.start[0].clone(), self.ascent.rates[0].clone()
        self.validated, self.chosen_at = self._validated(), 0

    def step(self) -> Mapping[str, float]:
        """One meta-iteration, and a validation where one is due."""
        found = self.ascent.step()
        self.done += 1
        value = float(found.objective.mean()) * self._per_step
        norm = float(found.gradient.mean(1).norm())
        if self.done % self.config.validate_every == 0 or self.done == self.iterations:
            self._choose()
        return {
            "env_steps": self.env_steps,  # none: values are computed, not played
            "train_auc": value,
            "validation_auc": self.validated,
            "gradient_norm": norm,
        }

    def headline(self) -> tuple[float, float | None]:
        """The best validation AUC so far; what is possible is known at the end."""
        return self.validated, None

    def result(self) -> dict[str, Any]:
        """What the chosen start earns against the test personas, beside the floor and ceiling."""
        test = self._adapted(*self.chosen, "test")
        still, highest = self._still(), self._ceiling()
        floor = float(still.auc.mean())
        auc = float(test.auc.mean())
        return {
            "game": self.iterated.name,
            "method": f"{self.method}, exact",
            **test.to_json(),
            "auc_at_equilibrium": floor,
            "rewards_at_equilibrium": still.to_json()["rewards"],
            "auc_ceiling": highest,
            "fraction_of_ceiling": (auc - floor) / (highest - floor) if highest > floor else None,
            "chosen_at": self.chosen_at,
            "start": self.game.tables([self.chosen[0]] * 2)[0].tolist(),
            "inner_rates": self.chosen[1].tolist(),
            "strategies": [
                written(exact_rows(table[0], LARGEST_DENOMINATOR)) for table in test.tables
            ],
            "notes": self._notes(auc, floor, highest),
        }

    def _notes(self, auc: float, floor: float, highest: float) -> list[str]:
        chain = self.config.chain
        found = [
            f"Against the test personas the mean rewards after the {chain} updates add up to "
            f"{auc:.4g} (the AUC); playing the stage game's equilibrium earns {floor:.4g}"
        ]
        if highest > floor:
            percent = round(100 * (auc - floor) / (highest - floor))
            found.append(
                f"Exact Meta-MAPG of tables reaches {highest:.4g}, the ceiling; this is "
                f"{percent} % of the way from equilibrium to it"
            )
        return found

    def state_dict(self) -> dict[str, Any]:
        """Parameters, optimiser, generator, what was chosen, and the personas."""
        return {
            "ascent": self.ascent.state_dict(),
            "generator": self.generator.get_state(),
            "chosen": list(self.chosen),
            "counters": [self.done, self.env_steps, self.chosen_at, self.validated],
            "personas": {split: people.tables for split, people in self.personas.items()},
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes back to what `state_dict` returned."""
        self.ascent.load_state_dict(state["ascent"])
        self.generator.set_state(state["generator"])
        self.chosen = state["chosen"][0].clone(), state["chosen"][1].clone()
        self.done, self.env_steps, self.chosen_at, self.validated = state["counters"]

    @property
    def _per_step(self) -> float:
        """What turns a discounted sum into a mean reward a step."""
        return 1 - float(self.iterated.discount)

    def _ascent(self, start: Tensor, method: Method) -> MetaAscent:
        return MetaAscent(
            self.game,
            [self.personas["train"].logits()],
            start,
            rates=self.config.inner_rate,
            length=self.config.chain,
            method=method,
            outer_rate=self.config.outer_rate,
            learn_rates=self.config.learn_rates,
            batch=self.config.batch,
            generator=self.generator,
        )

    def _adapted(self, start: Tensor, rates: Tensor, split: str) -> Adaptation:
        return adapt(self.game, start, rates, self.config.chain, self.personas[split])

    def _validated(self) -> float:
        held = self._adapted(self.ascent.start[0], self.ascent.rates[0], "validation")
        return float(held.auc.mean())

    def _choose(self) -> None:
        """Keeps the present start where it is the best on the validation personas."""
        found = self._validated()
        if found > self.validated:
            self.validated, self.chosen_at = found, self.done
            self.chosen = self.ascent.start[0].clone(), self.ascent.rates[0].clone()

    def _still(self) -> Adaptation:
        """How it goes to play the stage game's equilibrium and never to learn."""
        rates = torch.full((self.config.chain, 2), self.config.inner_rate, dtype=torch.float64)
        rates[:, 0] = 0
        return self._adapted(equilibrium_start(self.iterated), rates, "test")

    def _ceiling(self) -> float:
        """The AUC of exact Meta-MAPG on tables."""
        config = self.config
        return tables_ceiling(
            self.iterated.name,
            config.chain,
            config.inner_rate,
            config.population_seed,
            config.distribution,
            learn_rates=config.learn_rates,
        )


@lru_cache(maxsize=8)
def tables_ceiling(
    game: str,
    chain: int,
    inner_rate: float,
    population_seed: int,
    distribution: Distribution,
    *,
    learn_rates: bool,
) -> float:
    """The AUC against the test personas of the best of many exact ascents on the training ones.

    A lower bound of what tables can reach.

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
    people = personas(iterated, 1, population_seed, distribution=distribution)
    best = ceiling(
        held,
        [people["train"].logits()],
        rates=inner_rate,
        generator=torch.Generator().manual_seed(0),
        length=chain,
        seeds=CEILING_SEEDS,
        learn_rates=learn_rates,
    )
    return float(adapt(held, best.start, best.rates, chain, people["test"]).auc.mean())


build_meta_mapg = partial(ExactMetaLearner, method="meta-mapg")
build_meta_pg = partial(ExactMetaLearner, method="meta-pg")
