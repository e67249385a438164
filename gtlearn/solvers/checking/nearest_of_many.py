"""The equilibrium nearest to a profile of more than two players, single, or of a continuum."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from gtlearn import limits
from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame
from gtlearn.limits import OK, LimitReached
from gtlearn.solvers.checking.nearest import Nearest, distance_to_hull, total_variation
from gtlearn.solvers.enclosures import Enclosure
from gtlearn.solvers.outcomes import ENCLOSURE, NashEquilibrium, Strategy
from gtlearn.solvers.solution import Solution

_MAX_SUPPORTS = 3_000  # of which all equilibria are found in seconds
_OTHERS = "on some supports not all equilibria are known: there may be nearer ones"
_ENCLOSED = "the nearest equilibrium is irrational: the distance is right up to 1e-30"


def nearest_of_many(
    game: NormalFormGame, strategies: Sequence[Sequence[Fraction]]
) -> tuple[Nearest | None, str, LimitReached | None]:
    """As `nearest.nearest_equilibrium`, for more than two players who choose: the distance is the
    largest of the players' total variation distances.

    Args:
        game: the game; where it has more than `_MAX_SUPPORTS` supports there is no answer, and the
            note says so.
        strategies: one exact probability vector a player.
    """
    from gtlearn.solvers._multiplayer.classes import count_of_supports
    from gtlearn.solvers._multiplayer.enumeration import all_equilibria

    if count_of_supports(game.shape) > _MAX_SUPPORTS:
        why = f"is not computed in games of more than {_MAX_SUPPORTS} supports"
        return None, f"the nearest equilibrium {why}", None
    try:
        with limits.keeping(0.0, share=1 / 4):
            solution = all_equilibria(game)
    except InputError as error:
        return None, f"the nearest equilibrium is not known: {error}", None
    reached = None if solution.status == OK else limits.of_status(solution.status)
    best: Nearest | None = None
    for number, outcome in enumerate(solution):
        assert isinstance(outcome, NashEquilibrium)
        pairs = zip(strategies, outcome.strategies, strict=True)
        away = max(total_variation(own, _middle(other)) for own, other in pairs)
        if best is None or away < best.distance:
            best = Nearest(number, away, outcome.strategies)
    for continuum in _described(solution):
        closest = [
            distance_to_hull(tuple(own), [tuple(Fraction(p) for p in v) for v in extreme])
            for own, extreme in zip(strategies, continuum, strict=True)
        ]
        away = max(distance for distance, _ in closest)
        if best is None or away < best.distance:
            best = Nearest(None, away, tuple(point for _, point in closest))
    if best is None:
        return None, "no equilibrium was found to measure the distance to", reached
    irrational = best.index is not None and solution[best.index].certificate.arithmetic == ENCLOSURE
    left = len(solution.open_supports or ()) + len(solution.continua or ())
    left -= len(_described(solution))
    others = left or solution.open_supports is None
    notes = [_ENCLOSED] * irrational + [_OTHERS] * bool(others)
    return best, "; ".join(notes), reached


def _described(solution: Solution) -> list[tuple[tuple[Strategy, ...], ...]]:
    """The sets of mixtures all of which, player by player, are equilibria."""
    return [c.within for c in solution.continua or () if c.within is not None and not c.conditions]


def _middle(strategy: Sequence[Any]) -> list[Fraction]:
    return [p.mid if isinstance(p, Enclosure) else Fraction(p) for p in strategy]
