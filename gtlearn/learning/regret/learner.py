"""What learners in trees share: average strategies, whose NashConv is measured exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games import ExtensiveGame
from gtlearn.games.numbers import format_number
from gtlearn.learning.options import described
from gtlearn.learning.protocol import MEASURED, labelled
from gtlearn.solvers._trees.meter import Meter
from gtlearn.solvers._trees.treeplex import Floats
from gtlearn.solvers.outcomes import Table
from gtlearn.solvers.output.json import table_json
from gtlearn.solvers.profiles.rounding import BITS, largest_move, rounded_table, rounding_bound


@dataclass(frozen=True)
class TreeConfig:
    """The options of all learners in trees."""

    game: str = described("kuhn_poker", "A tree of two players: an OpenSpiel game or a .efg file.")
    iterations: int = described(1000, "Updates of both players.", minimum=0)
    every: int = described(
        100, "Updates between two exact measurements; the first are closer.", minimum=1
    )


class Averaging(Protocol):
    """What updates the players, in floats.

    Attributes:
        iterations: how many were done.
        nodes_visited: how many nodes were played through in them.
    """

    iterations: int
    nodes_visited: int

    def step(self) -> None:
        """One iteration of both players."""

    def average(self, player: int) -> Floats:
        """The average realisation plan, in the order of the game's sequences."""

    def state_dict(self) -> dict[str, Any]:
        """All that later iterations depend on."""

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on from there."""


def two_player_tree(name: str, algorithm: str) -> ExtensiveGame:
    """The tree of that name.

    Raises:
        InputError: if the game is no tree of two players.
    """
    game = games.load(name, merge_states=False)
    if not isinstance(game, ExtensiveGame) or game.num_players != 2:
        raise InputError(
            f"{name} is no tree of two players, in which alone {algorithm} plays; use another "
            "game, such as kuhn_poker"
        )
    return game


def is_measured(step: int, every: int) -> bool:
    """Whether NashConv is measured after an iteration, however long the run will be.

    Nine times a decade, as on a logarithmic axis, but no more than `every` iterations apart.

    >>> [step for step in range(1, 401) if is_measured(step, 100)]
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 200, 300, 400]
    """
    spacing: int = 10 ** (len(str(step)) - 1)
    return step % min(spacing, every) == 0


class TreeLearner:
    """Two players who learn against each other; what counts is their average strategy.

    Args:
        config: the options.
        game: their tree.
        play: what updates them.
        method: what that is, in words.

    Raises:
        InputError: if a player has not perfect recall.
    """

    def __init__(
        self, config: TreeConfig, game: ExtensiveGame, play: Averaging, method: str
    ) -> None:
        self.config, self.game, self.play, self.method = config, game, play, method
        self.iterations = config.iterations
        self.meter = Meter(game)
        self.nash_conv = float("nan")
        self.measured = 0  # after which iteration

    def step(self) -> Mapping[str, float]:
        """One update of both players; NashConv now and then."""
        self.play.step()
        if is_measured(self.play.iterations, self.config.every):
            plans = [self.play.average(player) for player in (0, 1)]
            self.nash_conv = float(self.meter.nash_conv_of_plans(plans))
            self.measured = self.play.iterations
        return {
            "env_steps": self.play.nodes_visited,
            "nash_conv": self.nash_conv,
            MEASURED: self.measured,
        }

    def tables(self) -> tuple[Table, ...]:
        """The average strategies, rounded to multiples of 2^-30."""
        return tuple(rounded_table(self.game.sequences(k), self.play.average(k)) for k in (0, 1))

    def headline(self) -> tuple[float, float | None]:
        """NashConv of the averages when last measured; of an equilibrium it is 0."""
        return self.nash_conv, 0.0

    def result(self) -> dict[str, Any]:
        """The average strategies, what they pay, and what the players could gain, exactly."""
        if not self.play.iterations:
            raise InputError("a run of no iterations has no average strategy; give some")
        tables = self.tables()
        regrets, payoffs = self.meter.regrets_and_payoffs(tables)
        self.nash_conv = float(sum(regrets))
        bound = sum(
            rounding_bound(self.game, k, largest_move(self.game.sequences(k))) for k in (0, 1)
        )
        return {
            "game": self.config.game,
            "fingerprint": self.game.fingerprint,
            "method": self.method,
            "strategies": [table_json(self.game, k, table) for k, table in enumerate(tables)],
            "payoffs": list(map(format_number, payoffs)),
            "regrets": list(map(format_number, regrets)),
            "nash_conv": self.nash_conv,
            "rounding": bound,
            "nodes": self.game.num_nodes,
            "notes": [
                f"By deviating the players could gain {self.nash_conv:.3g} together (NashConv, "
                f"exactly computed). Probabilities are rounded to multiples of 2^-{BITS}, which "
                f"moves it by at most {bound:.2g}"
            ],
        }

    def policies(self) -> Mapping[Any, Any]:
        """The average strategies by information set; see `gtlearn.learning.protocol`."""
        return labelled(self.game, self.tables())

    def state_dict(self) -> dict[str, Any]:
        """The players' state, and what was measured last."""
        return {
            "nash_conv": self.nash_conv,
            "measured": self.measured,
            "play": self.play.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on from there."""
        self.nash_conv, self.measured = float(state["nash_conv"]), int(state["measured"])
        self.play.load_state_dict(state["play"])
