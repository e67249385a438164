"""The one precondition of all bimatrix solvers."""

from __future__ import annotations

from gtlearn.errors import InputError, option
from gtlearn.games import NormalFormGame


def require_two_players(game: NormalFormGame) -> None:
    """Checks that a game has two players.

    Raises:
        InputError: if it has more.
    """
    if game.num_players != 2:
        raise InputError(
            f"game {game.name!r} has {game.num_players} players and exact Nash equilibria are "
            "computed where two of them have a choice; use "
            f"{option('concept', 'correlated')} for more"
        )
