"""Meta-MAPG, Meta-PG, LOLA-DiCE and REINFORCE as runs against personas that learn."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any

import torch

from gtlearn.learning.shaping.adaptation import Adaptation, adapt_exactly, equilibrium_start
from gtlearn.learning.shaping.algorithms.config import MetaConfig, PersonaConfig
from gtlearn.learning.shaping.algorithms.sides import ExactSide, Parallel, SampledSide, Side
from gtlearn.learning.shaping.algorithms.stage import make_game
from gtlearn.learning.shaping.games import table_game
from gtlearn.learning.shaping.meta.ceiling import ceiling
from gtlearn.learning.shaping.methods import Method
from gtlearn.learning.shaping.personas import Distribution, peers
from gtlearn.solvers.markov.tables import simple_rows, written

CEILING_SEEDS = 16  # of exact Meta-MAPG, of which the best is the ceiling


class PersonaLearner:
    """Ascent on a method's gradient; chosen by validation, reported on the test personas.

    All methods are trained, chosen and tested in the same way, as section 5 of Kim et al. (2021)
    has it: they differ in the gradient that they follow in training, and LOLA-DiCE in its steps
    along the chain too. See `gtlearn.runs.learner.Learner`.

    Args:
        config: the options.
        seed: of the start, and of all that is drawn.
        method: whose gradient.
    """

    def __init__(self, config: PersonaConfig, seed: int, *, method: Method) -> None:
        self.config, self.method = config, method
        self.game = make_game(config.game, config.discount)
        self.personas = peers(self.game, config.population_seed, config.distribution)
        kind = ExactSide if config.exact else SampledSide
        self.side: Side = kind(config, self.game, self.personas["train"], method, seed)
        self.iterations = config.iterations
        self.done = self.env_steps = self.chosen_at = 0
        self.chosen = self.side.chosen
        self.validated = self._validated()

    def step(self) -> Mapping[str, float]:
        """One iteration, and a validation where one is due."""
        found = self.side.step()
        self.done += 1
        self.env_steps += found.env_steps
        if self.done % self.config.validate_every == 0 or self.done == self.iterations:
            self._choose()
        return {
            "env_steps": self.env_steps,  # none where values are exact: nothing is played
            "train_objective": found.objective,
            "validation_auc": self.validated,
            "gradient_norm": found.norm,
        }

    def share(self, parallel: Parallel, parts: int) -> None:
        """Has an iteration's work done in parts; see `gtlearn.runs.learner.Shared`."""
        self.side.share(parallel, parts)

    def headline(self) -> tuple[float, float | None]:
        """The best validation AUC so far; what is possible is known at the end."""
        return self.validated, None

    def result(self) -> dict[str, Any]:
        """What the chosen start earns against the test personas, beside the floor and ceiling."""
        self.side.choose(self.chosen)
        test = self.side.adapted(self.personas["test"])[0]
        still, best = self._still(), self._ceiling()
        auc, floor, highest = (float(found.auc.mean()) for found in (test, still, best))
        table = self.side.table()
        return {
            "game": self.game.name,
            "method": f"{self.method}, {'exact' if self.config.exact else 'sampled'}",
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
            "notes": _notes(self.config.chain, auc, floor, highest),
        }

    def state_dict(self) -> dict[str, Any]:
        """The ascent, what was chosen, the counters, and the personas."""
        return {
            "side": self.side.state_dict(),
            "chosen": list(self.chosen),
            "counters": [self.done, self.env_steps, self.chosen_at, self.validated],
            "personas": {
                split: [people.tables for people in given] for split, given in self.personas.items()
            },
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes back to what `state_dict` returned."""
        self.side.load_state_dict(state["side"])
        self.chosen = [tensor.clone() for tensor in state["chosen"]]
        self.done, self.env_steps, self.chosen_at, self.validated = state["counters"]

    def _validated(self) -> float:
        found, played = self.side.adapted(self.personas["validation"])
        self.env_steps += played
        return float(found.auc.mean())

    def _choose(self) -> None:
        """Keeps the present start where it is the best on the validation personas."""
        found = self._validated()
        if found > self.validated:
            self.validated, self.chosen_at = found, self.done
            self.chosen = self.side.chosen

    def _still(self) -> Adaptation:
        """How it goes to play the stage game's equilibrium and never to learn, exactly."""
        shape = self.config.chain, self.game.num_players
        rates = torch.full(shape, self.config.inner_rate, dtype=torch.float64)
        rates[:, 0] = 0
        start, people = equilibrium_start(self.game), self.personas["test"]
        return adapt_exactly(table_game(self.game), start, rates, self.config.chain, people)

    def _ceiling(self) -> Adaptation:
        """How exact Meta-MAPG fares on tables."""
        config = self.config
        return tables_ceiling(
            self.game.name,
            config.chain,
            config.inner_rate,
            config.population_seed,
            config.distribution,
            learn_rates=not isinstance(config, MetaConfig) or config.learn_rates,
        )


def _strategies(test: Adaptation) -> dict[str, Any]:
    """The joint policy that the first chain ended with, to be checked, where it is known."""
    if test.tables is None:
        return {}
    last = [written(simple_rows(table[0])) for table in test.tables]
    return {"strategies": last}


def _notes(chain: int, auc: float, floor: float, highest: float) -> list[str]:
    found = [
        f"Against the test personas the mean rewards after the {chain} updates add up to "
        f"{auc:.4g} (the AUC); playing the stage game's equilibrium earns {round(floor, 6):.4g}"
    ]
    if highest > floor:
        percent = round(100 * (auc - floor) / (highest - floor))
        found.append(
            f"Exact Meta-MAPG of tables reaches {highest:.4g}, the ceiling; this is {percent} % "
            "of the way from equilibrium to it"
        )
    return found


@lru_cache(maxsize=8)
def tables_ceiling(
    game: str,
    chain: int,
    inner_rate: float,
    population_seed: int,
    distribution: Distribution,
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
    people = peers(iterated, population_seed, distribution)
    best = ceiling(
        held,
        [peer.logits() for peer in people["train"]],
        rates=inner_rate,
        generator=torch.Generator().manual_seed(0),
        length=chain,
        seeds=CEILING_SEEDS,
        learn_rates=learn_rates,
    )
    return adapt_exactly(held, best.start, best.rates, chain, people["test"])


build_meta_mapg = partial(PersonaLearner, method="meta-mapg")
build_meta_pg = partial(PersonaLearner, method="meta-pg")
build_lola_dice = partial(PersonaLearner, method="lola-dice")
build_reinforce = partial(PersonaLearner, method="reinforce")
