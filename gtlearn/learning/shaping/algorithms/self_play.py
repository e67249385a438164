"""LOLA and its family as runs: learners of one kind, with exact values, play each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from gtlearn.errors import DivergenceError
from gtlearn.games import IteratedGame
from gtlearn.games.kinds.markov.game import MEAN
from gtlearn.learning.options import Composed
from gtlearn.learning.protocol import labelled
from gtlearn.learning.shaping.algorithms.options import Iterated, SelfPlay
from gtlearn.learning.shaping.algorithms.settings import STATELESS, make_game
from gtlearn.learning.shaping.games import DifferentiableGame, TableGame, nash_conv, table_game
from gtlearn.learning.shaping.updates import UPDATES
from gtlearn.solvers.checking.report import UNIT
from gtlearn.solvers.profiles.tables import simple_rows, written

FORESEEING = ("lookahead", "lola", "sos", "pola")  # whose steps foresee others, at a rate


class SelfPlayLearner:
    """All players update their parameters by one rule, on exact values.

    In an iterated game these are the logits of tables, and values are mean rewards a step: the
    discounted sums times one minus the discount. In the games of `STATELESS` they are numbers.
    See `gtlearn.learning.protocol.Learner`.

    Args:
        config: the options.
        seed: of all starts.
        name: of the rule, in `updates.UPDATES`.
    """

    def __init__(self, config: Composed, seed: int, name: str) -> None:
        where, held = config.part(Iterated), config.part(SelfPlay)
        self.rule, self.named, self.rate = name, where.game, held.rate
        self.foreseen = {"look_ahead": held.look_ahead} if name in FORESEEING else {}
        self.stateless = STATELESS.get(where.game)
        self.iterated: IteratedGame | None = None
        self.game: DifferentiableGame
        if self.stateless is not None:
            self.game = self.stateless.make()
        else:
            self.iterated = make_game(where.game, where.discount)
            self.game = table_game(self.iterated)
        generator = torch.Generator().manual_seed(seed)
        self.parameters = [
            held.deviation * torch.randn(shape, generator=generator, dtype=torch.float64)
            for shape in self.game.shapes
        ]
        self.iterations = held.iterations
        self.done = 0

    def step(self) -> Mapping[str, float]:
        """One update of all players."""
        update = UPDATES[self.rule]
        updated = update(self.game.values, self.parameters, self.rate, **self.foreseen)
        self.done += 1
        if not all(bool(torch.isfinite(tensor).all()) for tensor in updated):
            largest = max(float(tensor.abs().max()) for tensor in self.parameters)
            raise DivergenceError(
                f"{self.rule} diverged at update {self.done}: the largest parameter before it was "
                f"{largest:.3g}; use a smaller rate"
            )
        self.parameters = [tensor.detach() for tensor in updated]
        values = self._values()
        return {
            "env_steps": 0,  # values are computed, not played
            **{f"value_{player}": value for player, value in enumerate(values)},
            "welfare": sum(values),
            **self._place(),
        }

    def headline(self) -> tuple[float, float | None]:
        """What the players get together now."""
        return sum(self._values()), None

    def result(self) -> dict[str, Any]:
        """What was learned, what it is worth, and how far it is from equilibrium."""
        result = {
            "method": f"{self.rule}, exact",
            "values": self._values(),
            **self._place(),
            "unit": UNIT if self.iterated is None else MEAN,
        }
        if not isinstance(self.game, TableGame) or self.iterated is None:
            note = f"The parameters are {result['distance']:.3g} away from the nearest equilibrium"
            return {"game": self.named, **result, "notes": [note]}
        *others, last = (f"{value:.4g}" for value in self._values())
        tables = self.game.tables(self.parameters)
        note = (
            f"They get {', '.join(others)} and {last} a step; by deviating they could gain "
            f"{result['nash_conv']:.3g} together (NashConv, {MEAN})"
        )
        return {
            "game": self.iterated.name,
            "fingerprint": self.iterated.fingerprint,
            **result,
            "strategies": [written(simple_rows(t.numpy())) for t in tables],
            "notes": [note],
        }

    def policies(self) -> Mapping[Any, Any]:
        """Tables of probabilities, or the players' numbers; see `gtlearn.learning.protocol`."""
        if isinstance(self.game, TableGame) and self.iterated is not None:
            tables = self.game.tables(self.parameters)
            return labelled(self.iterated, [table.tolist() for table in tables])
        return {player: numbers.tolist() for player, numbers in enumerate(self.parameters)}

    def state_dict(self) -> dict[str, Any]:
        """The players' parameters."""
        return {"parameters": [tensor.clone() for tensor in self.parameters], "done": self.done}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes back to what `state_dict` returned."""
        self.parameters = [tensor.clone() for tensor in state["parameters"]]
        self.done = state["done"]

    @property
    def _per_step(self) -> float:
        return 1.0 if self.iterated is None else 1 - float(self.iterated.discount)

    def _values(self) -> list[float]:
        return (self.game.values(self.parameters) * self._per_step).tolist()

    def _place(self) -> dict[str, float]:
        """NashConv of tables; the numbers themselves and their distance from equilibrium else."""
        if isinstance(self.game, TableGame):
            return {"nash_conv": float(nash_conv(self.game, self.parameters)) * self._per_step}
        assert self.stateless is not None
        numbers = torch.cat([tensor.flatten() for tensor in self.parameters])
        named = {f"parameter_{k}": float(number) for k, number in enumerate(numbers)}
        return {**named, "distance": float(self.stateless.distance(numbers))}
