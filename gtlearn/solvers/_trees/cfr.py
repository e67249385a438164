"""Counterfactual regret minimisation on the sequence form of a two-player tree, in floats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gtlearn.solvers._trees.averages import Averages
from gtlearn.solvers._trees.form import SequenceForm
from gtlearn.solvers._trees.treeplex import Floats


@dataclass(frozen=True)
class Variant:
    """How regrets and averages are kept.

    Attributes:
        name: what the literature calls it.
        regrets: the regrets after iteration t, from those before, the new ones, and t.
        weight: what the plans before iteration t are multiplied by in the average.
        predicts: whether strategies answer the last advantages once more.
        source: where it is from.
    """

    name: str
    regrets: Callable[[Floats, Floats, int], Floats]
    weight: Callable[[int], float]
    predicts: bool = False
    source: str = ""


def _sum(regrets: Floats, new: Floats, t: int) -> Floats:
    return regrets + new


def _positive(regrets: Floats, new: Floats, t: int) -> Floats:
    return np.maximum(regrets + new, 0.0)


def _discounted(regrets: Floats, new: Floats, t: int) -> Floats:
    gained = t**1.5
    factors = np.where(regrets > 0, gained / (gained + 1.0), 0.5)
    result: Floats = regrets * factors + new
    return result


VARIANTS = {
    variant.name: variant
    for variant in (
        Variant("cfr", _sum, lambda t: 1.0, source="Zinkevich et al. (2007)"),
        Variant("cfr+", _positive, lambda t: (t - 1) / t, source="Tammelin (2014)"),
        Variant(
            "dcfr", _discounted, lambda t: ((t - 1) / t) ** 2, source="Brown & Sandholm (2019)"
        ),
        Variant(
            "pcfr+",
            _positive,
            lambda t: ((t - 1) / t) ** 2,
            predicts=True,
            source="Farina, Kroer & Sandholm (2021)",
        ),
    )
}


class Minimiser(Averages):
    """One run: the players move in turns, each against the other's present plan.

    Args:
        form: the game.
        variant: of `VARIANTS`.
        random: draws the strategies to begin with; uniform ones unless given.
    """

    kept = ("regrets", "behaviour", "plans", "totals")

    def __init__(
        self,
        form: SequenceForm,
        variant: Variant,
        random: np.random.Generator | None = None,
    ) -> None:
        super().__init__(form)
        self.variant = variant
        self.regrets = [np.zeros(plex.size - 1) for plex in self.plexes]
        self.behaviour = [
            plex.uniform()
            if random is None
            else plex.matched(random.exponential(size=plex.size - 1))
            for plex in self.plexes
        ]
        self.plans = [p.plan(b) for p, b in zip(self.plexes, self.behaviour, strict=True)]

    def step(self) -> None:
        """One iteration of both players."""
        self.iterations += 1
        t = self.iterations
        weight = self.variant.weight(t)
        for player, plex in enumerate(self.plexes):
            new = plex.advantages(
                self.worth(player, self.plans[1 - player]), self.behaviour[player]
            )
            self.regrets[player] = self.variant.regrets(self.regrets[player], new, t)
            ahead = self.regrets[player] + new if self.variant.predicts else self.regrets[player]
            self.behaviour[player] = plex.matched(ahead)
            self.plans[player] = plex.plan(self.behaviour[player])
            self.totals[player] *= weight
            self.totals[player] += self.plans[player]
