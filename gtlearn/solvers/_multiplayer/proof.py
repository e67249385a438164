"""The log that proves that a list of equilibria of n players is complete."""

from __future__ import annotations

from typing import Any

from gtlearn.games import NormalFormGame
from gtlearn.solvers._multiplayer.enumeration import Enumeration


def log_of_supports(game: NormalFormGame) -> list[Any]:
    """For each support that must be divided, its regions; see `verify.support_proof`.

    Raises:
        LimitReached: at a limit.
    """
    work = Enumeration(game)
    work.run()
    return [[supports, entries] for supports, entries in work.trees.items()]
