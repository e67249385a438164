"""Two players of a tree whose plans are averaged: what regret minimisers and fictitious play share.

Plans are in floats, and sorted as `Treeplex` has them.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from gtlearn.solvers._trees.form import SequenceForm
from gtlearn.solvers._trees.treeplex import Floats, Treeplex


class Averages:
    """The players' sums of plans, and what sequences are worth against a plan.

    Args:
        form: the game.

    Attributes:
        iterations: how many were done.
        nodes_visited: how many nodes were played through; none where the whole tree is looked at.
        plexes: each player's strategies.
        totals: each player's weighted sum of plans.
    """

    kept: ClassVar[tuple[str, ...]] = ("totals",)  # what later iterations depend on
    nodes_visited = 0

    def __init__(self, form: SequenceForm) -> None:
        self.iterations = 0
        self.plexes = tuple(Treeplex(own) for own in form.sequences)
        orders = [np.argsort(plex.position) for plex in self.plexes]
        self._payoffs: list[Any] = []
        for player in (0, 1):
            moved = form.floats(player)[orders[player]].tocsc()[:, orders[1 - player]]
            self._payoffs.append(moved.tocsr())
        self.totals = [np.zeros(plex.size) for plex in self.plexes]

    def step(self) -> None:
        """One iteration of both players."""
        raise NotImplementedError

    def worth(self, player: int, other: Floats) -> Floats:
        """What each of a player's sequences is worth by itself against the other's plan."""
        worth: Floats = self._payoffs[player] @ other
        return worth

    def average(self, player: int) -> Floats:
        """The average realisation plan, in the order of the game's sequences."""
        plan: Floats = self._average(player)[self.plexes[player].position]
        return plan

    def _average(self, player: int) -> Floats:
        total = self.totals[player]
        average: Floats = total / total[0]
        return average

    def nash_conv(self) -> float:
        """The sum of what the players could gain against the averages, in floats."""
        averages = [self._average(0), self._average(1)]
        gained = 0.0
        for player, plex in enumerate(self.plexes):
            worth = self.worth(player, averages[1 - player])
            gained += plex.best(worth) - float(averages[player] @ worth)
        return gained

    def state_dict(self) -> dict[str, Any]:
        """All that later iterations depend on."""
        return {"iterations": self.iterations, **{n: list(getattr(self, n)) for n in self.kept}}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on from there."""
        self.iterations = int(state["iterations"])
        for name in self.kept:
            setattr(self, name, list(state[name]))
