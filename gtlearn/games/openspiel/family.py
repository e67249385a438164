"""What OpenSpiel is told of our games: one family of them for each short name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyspiel

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
    """

    short_name: str
    long_name: str
    defaults: Mapping[str, Any]
    loadable: bool
    steps: bool = True

    def register(self, create: Create) -> Create:
        """Makes `pyspiel.load_game` call the function `create` for this short name."""
        if self.short_name not in pyspiel.registered_names():
            # OpenSpiel drops its reference to the function after Python has shut down; where that
            # is the last one, the process aborts. A function that holds itself is never freed.
            create.__dict__["itself"] = create
            utility = pyspiel.GameType.Utility.GENERAL_SUM
            pyspiel.register_game(self.game_type(10, utility, chance=self.steps, fewest=2), create)
        return create

    def game_type(
        self,
        num_players: int,
        utility: pyspiel.GameType.Utility,
        *,
        chance: bool = False,
        fewest: int | None = None,
    ) -> pyspiel.GameType:
        """OpenSpiel's description of one game, or, with `fewest` players, of them all."""
        kind = pyspiel.GameType
        modes, information, rewards = kind.ChanceMode, kind.Information, kind.RewardModel
        return kind(
            self.short_name,
            self.long_name,
            kind.Dynamics.SIMULTANEOUS,
            modes.EXPLICIT_STOCHASTIC if chance else modes.DETERMINISTIC,
            # nothing is private, whatever is forgotten
            information.PERFECT_INFORMATION if self.steps else information.ONE_SHOT,
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
