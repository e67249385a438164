"""What is answered on the reduced normal form of a tree, in plans, until trees have a method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gtlearn.games import ExtensiveGame
from gtlearn.solvers import _commitment, _correlated
from gtlearn.solvers.solution import Solution

IN_PLANS = "solved on the reduced normal form, whose strategies are plans"


def stackelberg(game: ExtensiveGame, **options: Any) -> Solution:
    """The best commitment to a mixture of plans; see `gtlearn.solvers.stackelberg`.

    Raises:
        InputError: as there, or if the reduced normal form is too large.
    """
    return _noted(_commitment.stackelberg, game, options)


def correlated(game: ExtensiveGame, **options: Any) -> Solution:
    """The best correlated equilibrium of plans; see `gtlearn.solvers.correlated`.

    Raises:
        InputError: as there, or if the reduced normal form is too large.
    """
    return _noted(_correlated.correlated, game, options)


def coarse_correlated(game: ExtensiveGame, **options: Any) -> Solution:
    """The best coarse correlated equilibrium of plans; see `gtlearn.solvers.coarse_correlated`.

    Raises:
        InputError: as there, or if the reduced normal form is too large.
    """
    return _noted(_correlated.coarse_correlated, game, options)


def _noted(
    solve: Callable[..., Solution], game: ExtensiveGame, options: dict[str, Any]
) -> Solution:
    solution = solve(game.reduced(), **options)
    return replace(solution, notes=(*solution.notes, IN_PLANS))
