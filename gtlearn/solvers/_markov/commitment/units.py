"""Payoffs from 0 to 1: the units in which floats compare values, whatever the game's own are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from gtlearn.games import MarkovGame
from gtlearn.games.numbers import ExactArray


@dataclass(frozen=True)
class Units:
    """A game with each player's payoffs mapped onto [0, 1], and the way back.

    Positive affine changes of payoffs change no best response, so that every table has the same
    responses in both games.

    Attributes:
        game: the game in these units.
        lows: the least payoff of each player in the original.
        widths: the range of its payoffs, 1 where they are all the same.
        weight: what a payoff of one at every step is worth.
    """

    game: MarkovGame
    lows: tuple[Fraction, ...]
    widths: tuple[Fraction, ...]
    weight: Fraction

    def original(self, values: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
        """Values of all players in the game's own units."""
        return tuple(self.back(player, value) for player, value in enumerate(values))

    def back(self, player: int, value: Fraction) -> Fraction:
        """A value of one player in the game's own units."""
        return self.lows[player] * self.weight + self.widths[player] * value

    def here(self, player: int, value: Fraction) -> Fraction:
        """A value of one player, given in the game's own units, in these."""
        return (value - self.lows[player] * self.weight) / self.widths[player]


def in_units(game: MarkovGame) -> Units:
    """The game with payoffs from 0 to 1."""
    payoffs, lows, widths = [], [], []
    for array in game.payoffs:
        legal = array.numerators[game.legal_profiles]
        low, high = int(legal.min()), int(legal.max())
        width = high - low or array.denominator
        shifted = np.where(game.legal_profiles, array.numerators.astype(object) - low, 0)
        payoffs.append(ExactArray(shifted, width))  # what is not legal may be of any size
        lows.append(Fraction(low, array.denominator))
        widths.append(Fraction(width, array.denominator))
    return Units(
        game=replace(game, payoffs=tuple(payoffs)),
        lows=tuple(lows),
        widths=tuple(widths),
        weight=total_weight(game),
    )


def total_weight(game: MarkovGame) -> Fraction:
    """What a payoff of one at every step is worth in the game's unit."""
    if game.horizon is None:
        return 1 / (1 - game.discount)
    if game.discount == 1:
        return game.scale * game.horizon
    return game.scale * (1 - game.discount**game.horizon) / (1 - game.discount)
