"""The equilibrium nearest to a profile, over whole maximal Nash subsets and not only extreme ones.

Every equilibrium of a bimatrix game lies in a maximal Nash subset conv(rows) x conv(columns)
(Winkels 1979; Jansen 1981), so the distance to the set of equilibria is the smallest distance to
such a product, and that is a linear program a player.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from gtlearn import limits
from gtlearn.games import NormalFormGame
from gtlearn.limits import OK, LimitReached
from gtlearn.solvers._linear.program import LinearProgram, integer_rows, solve
from gtlearn.solvers.dummies import two_who_choose
from gtlearn.solvers.outcomes import NashEquilibrium
from gtlearn.solvers.solution import Solution

_MAX_ACTIONS = 12  # enumeration of larger games may take longer than a check should

_Vector = tuple[Fraction, ...]


@dataclass(frozen=True)
class Nearest:
    """The nearest equilibrium.

    Attributes:
        index: of the nearest extreme equilibrium in the nearest maximal Nash subset, in the list
            that `solve(game, find="all")` returns; None in a tree, and on a continuum.
        distance: to the nearest equilibrium: the larger of the two players' total variation
            distances (half the sum of absolute differences of probabilities); in a tree the largest
            difference between the probabilities of a sequence of a player's own moves.
        strategies: that equilibrium, which need not be extreme.
    """

    index: int | None
    distance: Fraction
    strategies: tuple[Any, ...]


def nearest_equilibrium(
    game: NormalFormGame, strategies: Sequence[_Vector]
) -> tuple[Nearest | None, str, LimitReached | None]:
    """The nearest equilibrium of a two-player game, or None; a note if there is more to say; and
    the limit that ended the search, so that it is the nearest of those found until then.

    Args:
        game: the game, in which at most two players choose; with more than `_MAX_ACTIONS` actions a
            player there is no answer, and the note says so.
        strategies: one exact probability vector a player.
    """
    two = two_who_choose(game)
    if two is not None:
        own = [strategies[place] for place in two.pair]
        closest, note, reached = nearest_equilibrium(two.game, own)
        if closest is not None:
            profile = two.profile(closest.strategies)
            closest = replace(closest, strategies=tuple(map(_exact, profile)))
        return closest, note, reached
    if max(game.shape) > _MAX_ACTIONS:
        why = f"is not computed where a player has more than {_MAX_ACTIONS} actions"
        return None, f"the nearest equilibrium {why}", None
    from gtlearn.solvers._nash.enumeration import all_equilibria

    with limits.keeping(0.0, share=1 / 4):
        solution = all_equilibria(game)
    reached = None if solution.status == OK else limits.of_status(solution.status)
    with limits.finishing():
        best, late = _nearest_of(solution, strategies)
    reached = reached or late
    if best is None:
        return None, "no equilibrium was found in time to measure the distance to", reached
    note = "the nearest equilibrium is that of those found in time" if reached else ""
    return best, note, reached


def _nearest_of(
    solution: Solution, strategies: Sequence[_Vector]
) -> tuple[Nearest | None, LimitReached | None]:
    """The nearest of the equilibria found, and the limit that ended the search for it."""
    equilibria = [outcome for outcome in solution if isinstance(outcome, NashEquilibrium)]
    best: tuple[Fraction, Fraction, int] | None = None
    point: tuple[_Vector, ...] = ()
    known: dict[tuple[int, tuple[_Vector, ...]], tuple[Fraction, _Vector]] = {}
    reached: LimitReached | None = None
    for subset in solution.subsets or ():
        closest = []
        try:
            for player, vertices in enumerate((subset.rows, subset.columns)):
                hull = tuple(_exact(v) for v in vertices)
                if (player, hull) not in known:
                    known[player, hull] = distance_to_hull(strategies[player], hull)
                closest.append(known[player, hull])
        except LimitReached as error:
            reached = error
            break
        distance = max(each[0] for each in closest)
        if best is not None and distance > best[0]:
            continue
        for index in subset.members:
            extreme = equilibria[index].strategies
            pairs = zip(strategies, extreme, strict=True)
            away = max(total_variation(own, _exact(other)) for own, other in pairs)
            if best is None or (distance, away, index) < best:
                best, point = (distance, away, index), tuple(each[1] for each in closest)
    return None if best is None else Nearest(best[2], best[0], point), reached


def total_variation(first: Sequence[Fraction], second: Sequence[Fraction]) -> Fraction:
    """Half the sum of absolute differences of two probability vectors.

    >>> total_variation([Fraction(1), Fraction(0)], [Fraction(1, 2), Fraction(1, 2)])
    Fraction(1, 2)
    """
    differences = (abs(p - q) for p, q in zip(first, second, strict=True))
    return sum(differences, Fraction(0)) / 2


def distance_to_hull(point: _Vector, hull: Sequence[_Vector]) -> tuple[Fraction, _Vector]:
    """The total variation distance to the convex hull of some vectors, and a nearest point there.

    Raises:
        LimitReached: at a limit.

    >>> half, one, zero = Fraction(1, 2), Fraction(1), Fraction(0)
    >>> distance_to_hull((half, zero, half), [(one, zero, zero), (zero, zero, one)])
    (Fraction(0, 1), (Fraction(1, 2), Fraction(0, 1), Fraction(1, 2)))
    """
    if len(hull) == 1:
        return total_variation(point, hull[0]), hull[0]
    # variables: weights of the hull's vectors, then what the mixture lacks at each action
    size, count = len(point), len(hull)
    scale = math.lcm(*(p.denominator for vector in (point, *hull) for p in vector))
    rows = [
        [-int(vector[a] * scale) for vector in hull] + [-scale * (a == b) for b in range(size)]
        for a in range(size)
    ]
    rows.append([1] * count + [0] * size)
    bounds = [-int(p * scale) for p in point] + [1]
    program = LinearProgram(
        np.array([0] * count + [-1] * size),
        integer_rows(rows),
        integer_rows([bounds])[0],
        (size,),
    )
    optimum = solve(program)
    weights = [Fraction(w, optimum.primal_denominator) for w in optimum.primal[:count]]
    nearest = tuple(
        sum((w * vector[a] for w, vector in zip(weights, hull, strict=True)), Fraction(0))
        for a in range(size)
    )
    return total_variation(point, nearest), nearest


def _exact(strategy: Sequence[Fraction | float]) -> _Vector:
    return tuple(Fraction(p) for p in strategy)
