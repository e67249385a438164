"""Counterfactual regret minimisation (Zinkevich et al. 2007) as a learner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games import ExtensiveGame
from gtlearn.games.numbers import format_number
from gtlearn.learning.options import described
from gtlearn.learning.protocol import labelled
from gtlearn.solvers._trees.cfr import VARIANTS, Minimiser
from gtlearn.solvers._trees.form import form_of
from gtlearn.solvers._trees.meter import Meter
from gtlearn.solvers.outcomes import Table
from gtlearn.solvers.output.json import table_json
from gtlearn.solvers.profiles.rounding import BITS, rounded_table, rounded_units

_FIRST = 10  # iterations that are all measured
_STATE = ("regrets", "behaviour", "plans", "averages")


@dataclass(frozen=True)
class CfrConfig:
    """The options of `gtlearn train cfr`."""

    game: str = described("kuhn_poker", "A tree of two players: an OpenSpiel game or a .efg file.")
    variant: Literal["cfr", "cfr+", "dcfr", "pcfr+"] = described(
        "dcfr", "How regrets and averages are kept."
    )
    iterations: int = described(1000, "Updates of both players.", minimum=0)
    every: int = described(100, "Updates between two exact measurements.", minimum=1)


class CfrLearner:
    """Two players who minimise regret against each other; what counts is their average strategy.

    Args:
        config: the options.
        seed: of no effect: nothing is random.

    Raises:
        InputError: if the game is no tree of two players with perfect recall.
    """

    def __init__(self, config: CfrConfig, seed: int) -> None:
        game = games.load(config.game)
        if not isinstance(game, ExtensiveGame) or game.num_players != 2:
            raise InputError(
                f"{config.game} is no tree of two players, in which alone cfr plays; use another "
                "game, such as kuhn_poker"
            )
        self.config, self.tree = config, game
        self.iterations, self.done = config.iterations, 0
        self.minimiser = Minimiser(form_of(game), VARIANTS[config.variant])
        self.meter = Meter(game)
        self.nash_conv = float("nan")

    def step(self) -> Mapping[str, float]:
        """One update of both players; NashConv now and then."""
        self.minimiser.step()
        self.done += 1
        metrics: dict[str, float] = {
            "env_steps": 0
        }  # nothing is played: the whole tree is looked at
        ends = self.done == self.iterations
        if self.done <= _FIRST or self.done % self.config.every == 0 or ends:
            self.nash_conv = float(self.meter.nash_conv_of_units(*self._units()))
        metrics["nash_conv"] = self.nash_conv
        return metrics

    def _units(self) -> list[NDArray[np.int64]]:
        """The average strategies in multiples of 2^-30."""
        return [rounded_units(self.tree.sequences(k), self.minimiser.average(k)) for k in (0, 1)]

    def _tables(self) -> tuple[Table, ...]:
        """The average strategies, rounded to multiples of 2^-30."""
        return tuple(
            rounded_table(self.tree.sequences(k), self.minimiser.average(k)) for k in (0, 1)
        )

    def headline(self) -> tuple[float, float | None]:
        """NashConv of the averages when last measured; of an equilibrium it is 0."""
        return self.nash_conv, 0.0

    def result(self) -> dict[str, Any]:
        """The average strategies, what they pay, and what the players could gain, exactly."""
        tables = self._tables() if self.done else ()
        if not tables:
            raise InputError("a run of no iterations has no average strategy; give some")
        regrets, payoffs = self.meter.regrets_and_payoffs(tables)
        return {
            "game": self.config.game,
            "fingerprint": self.tree.fingerprint,
            "method": f"{self.config.variant}, exact gradients of the whole tree",
            "strategies": [table_json(self.tree, k, table) for k, table in enumerate(tables)],
            "payoffs": list(map(format_number, payoffs)),
            "regrets": list(map(format_number, regrets)),
            "nash_conv": float(sum(regrets)),
            "notes": [
                f"Probabilities are rounded to multiples of 2^-{BITS}; by deviating the players "
                f"could gain {float(sum(regrets)):.3g} together (NashConv, exactly computed)"
            ],
        }

    def policies(self) -> Mapping[Any, Any]:
        """The average strategies by information set; see `gtlearn.learning.protocol`."""
        return labelled(self.tree, self._tables())

    def state_dict(self) -> dict[str, Any]:
        """Regrets, strategies and averages."""
        parts = {name: list(getattr(self.minimiser, name)) for name in _STATE}
        return {"done": self.done, "nash_conv": self.nash_conv, **parts}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on from there."""
        self.done, self.nash_conv = int(state["done"]), float(state["nash_conv"])
        self.minimiser.iterations = self.done
        for name in _STATE:
            setattr(self.minimiser, name, list(state[name]))
