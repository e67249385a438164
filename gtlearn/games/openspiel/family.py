"""What OpenSpiel is told of our games: one family of them for each short name."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyspiel

from gtlearn.games.numbers import ExactArray

Create = Callable[[dict[str, Any]], pyspiel.Game]


@dataclass(frozen=True)
class Family:
    """A kind of game that OpenSpiel knows by a short name.

    Attributes:
        short_name: what stands before the brackets.
        long_name: what OpenSpiel calls it in words.
        defaults: every parameter with its default.
        loadable: whether the defaults make a game.
        steps: whether there are several, so that there are rewards and something to see.
        in_turn: whether players move one after another, in a tree.
    """

    short_name: str
    long_name: str
    defaults: Mapping[str, Any]
    loadable: bool
    steps: bool = True
    in_turn: bool = False

    def register(self, create: Create) -> Create:
        """Makes `pyspiel.load_game` call the function `create` for this short name."""
        if self.short_name not in pyspiel.registered_names():
            # OpenSpiel drops its reference to the function after Python has shut down; where that
            # is the last one, the process aborts. A function that holds itself is never freed.
            create.__dict__["itself"] = create
            utility = pyspiel.GameType.Utility.GENERAL_SUM
            chance = self.steps or self.in_turn
            pyspiel.register_game(self.game_type(10, utility, chance=chance, fewest=2), create)
        return create

    def game_type(
        self,
        num_players: int,
        utility: pyspiel.GameType.Utility,
        *,
        chance: bool = False,
        fewest: int | None = None,
        private: bool | None = None,
    ) -> pyspiel.GameType:
        """OpenSpiel's description of one game, or, with `fewest` players, of them all.

        Args:
            num_players: how many there are, or may be.
            utility: how their payoffs are related.
            chance: whether chance moves.
            fewest: how many players there are at least.
            private: whether players do not see all that was done; by default only in a tree.
        """
        kind = pyspiel.GameType
        modes, information, rewards = kind.ChanceMode, kind.Information, kind.RewardModel
        seen = information.ONE_SHOT
        if self.steps or self.in_turn:  # in steps nothing is private, whatever is forgotten
            private = self.in_turn if private is None else private
            seen = information.IMPERFECT_INFORMATION if private else information.PERFECT_INFORMATION
        return kind(
            self.short_name,
            self.long_name,
            kind.Dynamics.SEQUENTIAL if self.in_turn else kind.Dynamics.SIMULTANEOUS,
            modes.EXPLICIT_STOCHASTIC if chance else modes.DETERMINISTIC,
            seen,
            utility,
            rewards.REWARDS if self.steps else rewards.TERMINAL,
            num_players,
            fewest or num_players,
            True,
            True,
            self.steps,
            self.steps,
            dict(self.defaults),
            self.loadable,
        )


def utility_of(
    payoffs: Sequence[ExactArray], *, any_constant: bool = True
) -> pyspiel.GameType.Utility:
    """How the players' payoffs, one array of the same shape each, are related.

    Args:
        payoffs: what is paid at each place.
        any_constant: whether payoffs of a constant sum other than zero are called so.
    """
    utility = pyspiel.GameType.Utility
    common = math.lcm(*(array.denominator for array in payoffs))
    scaled = [a.numerators.astype(object) * (common // a.denominator) for a in payoffs]
    total = sum(scaled[1:], scaled[0])
    if np.all(total == total[0]):
        if total[0] == 0:
            return utility.ZERO_SUM
        if any_constant:
            return utility.CONSTANT_SUM
    same = all(np.array_equal(array, scaled[0]) for array in scaled)
    return utility.IDENTICAL if same else utility.GENERAL_SUM
