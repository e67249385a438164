"""The game that the options of a shaping learner stand for."""

from __future__ import annotations

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games import IteratedGame


def make_game(name: str, discount: str) -> IteratedGame:
    """An iterated game without an end, of two players.

    Args:
        name: a stage game, or a whole gtlearn_iterated(...).
        discount: of a stage game.

    Raises:
        InputError: if there is no such game, it has a horizon, or more players.
    """
    loaded = games.load(name)
    if not isinstance(loaded, IteratedGame):
        loaded = games.iterated(loaded, discount=discount)
    if loaded.num_players != 2 or loaded.horizon is not None:
        raise InputError(
            f"{loaded.name} cannot be used here; give an iterated game of two players with a "
            "discount and without a horizon"
        )
    return loaded
