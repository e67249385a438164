"""A Bayesian game as its leader sees it, in integers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from gtlearn.games import BayesianGame
from gtlearn.solvers._commitment.data import Bimatrix, narrowed, pure_values
from gtlearn.solvers._commitment.strong import strong_response


@dataclass(frozen=True)
class BayesianView:
    """The game in integers: one Bimatrix a type, whose leader payoffs are weighted by the prior.

    All leader payoffs have the same scale, so that they may be added.
    """

    types: tuple[Bimatrix, ...]
    prior: tuple[Fraction, ...]

    @classmethod
    def of(cls, game: BayesianGame) -> BayesianView:
        """The game seen from its leader."""
        views = [Bimatrix.of(g, game.leader) for g in game.games]
        weights = [p / v.leader_scale for p, v in zip(game.prior, views, strict=True)]
        scale = math.lcm(*(w.denominator for w in weights))
        types = []
        for view, weight in zip(views, weights, strict=True):
            factor = int(weight * scale)
            leader = narrowed(view.leader.astype(object) * factor)
            types.append(Bimatrix(leader, view.follower, scale, view.follower_scale))
        return cls(tuple(types), game.prior)

    @property
    def scale(self) -> int:
        """What the leader's integers are divided by."""
        return self.types[0].leader_scale

    def respond(self, mix: Sequence[Fraction]) -> tuple[tuple[int, ...], Fraction]:
        """Each type's best response that the leader likes best, and the leader's integer payoff."""
        profile, total = [], Fraction(0)
        for view in self.types:
            response, value = strong_response(view, mix)
            profile.append(response)
            total += value
        return tuple(profile), total

    def best_pure(self, ties: str) -> tuple[int, tuple[int, ...], int]:
        """The best of the leader's actions, the responses to it, and the leader's payoff."""
        replies = [pure_values(table, ties) for table in self.types]
        totals = np.sum([values.astype(object) for _, values in replies], axis=0)
        action = int(totals.argmax())
        return action, tuple(int(r[action]) for r, _ in replies), int(totals[action])
