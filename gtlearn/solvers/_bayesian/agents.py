"""The agent form of a Bayesian game: one agent a type, which is paid what its type gets.

The payoffs of a type are linear in what each other type plays, and what other types of its own
player play is nothing to it. So the Nash equilibria of the agent form are the Bayes-Nash equilibria
(Harsanyi 1967-68, part II, Theorem I), and its size is counted by actions of types, not by plans.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.errors import InputError
from gtlearn.games import HarsanyiGame, NormalFormGame
from gtlearn.games.labels import distinct_labels
from gtlearn.games.numbers import lowest_terms
from gtlearn.solvers.outcomes import Strategy, Table

_MAX_ENTRIES = 4_000_000  # payoffs of all agents


@dataclass(frozen=True)
class Agents:
    """The types of positive probability of all players, in their order.

    Attributes:
        game: the game.
        places: (player, index of its type), one an agent.
    """

    game: HarsanyiGame
    places: tuple[tuple[int, int], ...]

    @staticmethod
    def of(game: HarsanyiGame) -> Agents:
        """The agents of a game."""
        return Agents(
            game,
            tuple(
                (player, place)
                for player, own in enumerate(game.marginals)
                for place, probability in enumerate(own)
                if probability
            ),
        )

    @property
    def sizes(self) -> list[int]:
        """The number of actions of each."""
        return [len(self.game.types[player][place].actions) for player, place in self.places]

    @property
    def offsets(self) -> list[int]:
        """The number of each one's first action, if all are counted through; and of how many."""
        return [0, *accumulate(self.sizes)]

    def tables(self, strategies: Sequence[Strategy]) -> tuple[Table, ...]:
        """One table a player from one strategy an agent; types of probability zero mix evenly."""
        known = dict(zip(self.places, strategies, strict=True))
        return tuple(
            tuple(
                known.get((player, place), (Fraction(1, len(point.actions)),) * len(point.actions))
                for place, point in enumerate(own)
            )
            for player, own in enumerate(self.game.types)
        )

    def free(self) -> list[str]:
        """The types of probability zero, in words."""
        return [
            f"{point.label} of {self.game.players[player]}"
            for player, own in enumerate(self.game.types)
            for place, point in enumerate(own)
            if (player, place) not in self.places
        ]

    def normal_form(self) -> NormalFormGame:
        """The agent form; each agent's payoffs are weighted by the prior.

        Raises:
            InputError: if it has more than four million payoffs.
        """
        sizes, number = self.sizes, {place: k for k, place in enumerate(self.places)}
        if len(sizes) * math.prod(sizes) > _MAX_ENTRIES:
            raise InputError(
                f"the types of {self.game.name!r} have {' x '.join(map(str, sizes))} profiles of "
                f"actions, and at most {_MAX_ENTRIES} payoffs of all types are looked at; make the "
                "game smaller"
            )
        drawn = [profile for profile in self.game.profiles if profile.probability]
        weights = [p.probability / t.denominator for p in drawn for t in p.payoffs]
        bottom = math.lcm(*(weight.denominator for weight in weights))
        totals = [np.zeros(sizes, dtype=object) for _ in sizes]
        for profile in drawn:
            limits.check()
            present = {number[k, place] for k, place in enumerate(profile.types)}
            shape = [size if k in present else 1 for k, size in enumerate(sizes)]
            for player, tensor in enumerate(profile.payoffs):
                weight = int(profile.probability * bottom / tensor.denominator)
                whole = tensor.numerators.astype(object).reshape(shape) * weight
                totals[number[player, profile.types[player]]] += whole
        points = [self.game.types[player][place] for player, place in self.places]
        names = [
            f"{self.game.players[player]} ({point.label})"
            for (player, _), point in zip(self.places, points, strict=True)
        ]
        return NormalFormGame(
            name=self.game.name,
            players=distinct_labels(names),
            actions=tuple(point.actions for point in points),
            payoffs=tuple(
                lowest_terms(total.ravel().tolist(), tuple(sizes), bottom) for total in totals
            ),
        )

    def matrix(self) -> NDArray[Any]:
        """Of two players, what each action of an agent earns by each action of another's.

        Returns:
            (actions, actions), Python integers over a positive number a player; zero between the
            types of one player.
        """
        sizes, starts = self.sizes, self.offsets
        number = {place: k for k, place in enumerate(self.places)}
        total = np.zeros((starts[-1], starts[-1]), dtype=object)
        for player in (0, 1):
            drawn = [
                (p.types, p.payoffs[player], p.probability)
                for p in self.game.profiles
                if p.probability
            ]
            bottom = math.lcm(*((q / t.denominator).denominator for _, t, q in drawn))
            for types, tensor, probability in drawn:
                whole = tensor.numerators.astype(object)
                whole = whole * int(probability * bottom / tensor.denominator)
                own, other = (number[k, types[k]] for k in (player, 1 - player))
                rows = slice(starts[own], starts[own] + sizes[own])
                columns = slice(starts[other], starts[other] + sizes[other])
                total[rows, columns] += whole if player == 0 else whole.T
        return total
