"""What is asked of an OpenSpiel game before it is walked, and its doubles as exact numbers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pyspiel
from numpy.typing import NDArray

from gtlearn.errors import InputError
from gtlearn.games.chances import exact_chances
from gtlearn.games.numbers import to_fraction
from gtlearn.games.openspiel.text import name_of


def check_walkable(game: pyspiel.Game, form: str, most: int | None = None) -> None:
    """Refuses a game whose nodes cannot be enumerated, or that has not two players or more.

    Args:
        game: the game.
        form: what it has not, or is not, where it is a mean-field game.
        most: how many players it may have.

    Raises:
        InputError: if so.
    """
    kind, name = game.get_type(), name_of(game)
    if kind.dynamics == pyspiel.GameType.Dynamics.MEAN_FIELD:
        raise InputError(f"{name} is a mean-field game, which {form}; use another game")
    if game.num_players() < 2 or game.num_players() > (most or game.num_players()):
        fit = "two or more" if most is None else f"2 to {most}"
        raise InputError(f"{name} has {game.num_players()} player(s); use a game with {fit}")
    if kind.chance_mode == pyspiel.GameType.ChanceMode.SAMPLED_STOCHASTIC:
        raise InputError(
            f"{name} samples its chance moves, so they cannot be enumerated; use a game with "
            "explicit chance"
        )


def sees_everything(kind: pyspiel.GameType) -> bool:
    """Whether players know all moves before theirs."""
    information = pyspiel.GameType.Information
    return kind.information in (information.PERFECT_INFORMATION, information.ONE_SHOT)


class ExactNumbers:
    """A game's doubles as exact numbers, and how those that are not integers were read."""

    def __init__(self, name: str, rationalise: bool) -> None:
        self._name, self._rationalise = name, rationalise
        self._notes: dict[str, None] = {}

    @property
    def note(self) -> str:
        """How they were read, in a sentence."""
        return "; ".join(self._notes)

    def chances(self, outcomes: Sequence[tuple[int, float]]) -> list[tuple[int, Fraction]]:
        """The outcomes of a chance move with probabilities that sum to one exactly."""
        chances, note = exact_chances([p for _, p in outcomes], self._name)
        if note:
            self._notes[note] = None
        return [(action, p) for (action, _), p in zip(outcomes, chances, strict=True)]

    def returns(self, state: Any) -> list[Fraction]:
        """What each player has been paid."""
        values = [float(value) for value in state.returns()]
        self.look_at(np.array(values))
        return [to_fraction(value, rationalise=self._rationalise) for value in values]

    def look_at(self, values: NDArray[np.float64]) -> None:
        """Notes how payoffs are read, where some are no integers."""
        if not np.array_equal(values, np.floor(values)):
            how = "the decimals that they print as" if self._rationalise else "their binary values"
            self._notes[f"float payoffs taken as {how}"] = None
