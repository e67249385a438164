"""Upper bounds on what a leader can earn in an iterated game, and what proves them.

The folk bound is what no commitment can earn, because every follower secures its minmax.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from gtlearn import limits
from gtlearn.games import IteratedGame, NormalFormGame
from gtlearn.games.numbers import ExactArray
from gtlearn.limits import LimitReached
from gtlearn.solvers._markov.commitment.unlimited import unlimited_memory_bound
from gtlearn.solvers._markov.commitment.view import LeaderView, total_weight
from gtlearn.solvers._markov.stage_games import require_solved
from gtlearn.solvers._nash.zero_sum import zero_sum

_Pair = tuple[Fraction, Fraction]
BoundProof = dict[str, Any]


@dataclass(frozen=True)
class FolkBound:
    """An upper bound on the leader's value, with its proof by weak duality.

    Attributes:
        value: the bound, in the game's unit.
        stage: the same for one step of the game.
        minmax: what the follower secures in one step.
        securing: a mixed strategy of the follower that secures it.
        punishing: a mixed strategy of the leader that holds it there.
        multiplier: what the follower's payoff is worth to the leader: for every profile,
            u_leader + multiplier * (u_follower - minmax) <= stage.
        binding: whether every profile mixture that earns the leader `stage` leaves the follower
            just its minmax.
    """

    value: Fraction
    stage: Fraction
    minmax: Fraction
    securing: tuple[Fraction, ...]
    punishing: tuple[Fraction, ...]
    multiplier: Fraction
    binding: bool

    @property
    def evidence(self) -> BoundProof:
        """What proves the bound."""
        return {name: getattr(self, name) for name in ("minmax", "securing", "multiplier")}


def folk_bound(game: IteratedGame, leader: int) -> FolkBound:
    """The largest leader payoff in the convex hull of the stage payoffs that gives the follower at
    least its minmax value (the feasible and individually rational set of the folk theorem,
    Fudenberg & Maskin 1986).

    It bounds every commitment, deterministic or not, to any strategy of the iterated game, against
    a stationary and an optimal follower alike: one that best-responds to each state's mixture as
    if it were the last gets its minmax at every step, and the players' mean payoffs are a point
    of the hull.

    Args:
        game: an iterated game of two players.
        leader: who commits, 0 or 1.

    Raises:
        LimitReached: at a limit.

    >>> from gtlearn import games
    >>> bound = folk_bound(games.iterated("prisoners_dilemma", horizon=10), 0)
    >>> bound.value, bound.minmax, bound.multiplier
    (Fraction(7, 2), Fraction(2, 1), Fraction(1, 2))
    """
    stage = game.stage
    minmax, securing, punishing = _minmax(stage, leader)
    points = _points(stage, leader, minmax)
    multiplier, value = _highest(points)
    richer = [mine for theirs, mine in points if theirs > 0]
    crossing = multiplier > 0 or not richer or max(richer) < value
    return FolkBound(
        value=value * total_weight(game.markov),
        stage=value,
        minmax=minmax,
        securing=securing,
        punishing=punishing,
        multiplier=multiplier,
        binding=crossing,
    )


def largest_payoff(game: IteratedGame, leader: int) -> FolkBound:
    """The bound that is at hand: in no step does the leader get more than its largest payoff."""
    stage = game.stage
    own, other = stage.payoffs[leader], stage.payoffs[1 - leader]
    value = Fraction(int(own.numerators.max()), own.denominator)
    return FolkBound(
        value=value * total_weight(game.markov),
        stage=value,
        minmax=Fraction(int(other.numerators.min()), other.denominator),
        securing=_first(stage.shape[1 - leader]),
        punishing=_first(stage.shape[leader]),
        multiplier=Fraction(0),
        binding=False,
    )


def _first(size: int) -> tuple[Fraction, ...]:
    """The pure strategy that plays the first action."""
    return (Fraction(1), *[Fraction(0)] * (size - 1))


def _points(stage: NormalFormGame, leader: int, minmax: Fraction) -> list[_Pair]:
    """What the follower gets beyond its minmax, and what the leader gets, in each profile."""
    points = []
    for profile in product(*map(range, stage.shape)):
        limits.check()
        theirs = stage.payoff(1 - leader, profile) - minmax
        points.append((theirs, stage.payoff(leader, profile)))
    return points


def _minmax(
    stage: NormalFormGame, leader: int
) -> tuple[Fraction, tuple[Fraction, ...], tuple[Fraction, ...]]:
    """The follower's minmax value, a strategy that secures it and one that holds it there."""
    mine = stage.payoffs[1 - leader]
    matrix = mine if leader == 1 else mine.transpose()  # the follower's actions are the rows
    opposed = ExactArray(np.negative(matrix.numerators), matrix.denominator)
    labels = (stage.actions[1 - leader], stage.actions[leader])
    game = NormalFormGame("minmax", ("Follower", "Leader"), labels, (matrix, opposed))
    solution = zero_sum(game, uniqueness=False)
    require_solved(solution)
    securing, punishing = solution.to_fractions()
    return Fraction(solution[0].payoffs[0]), tuple(securing), tuple(punishing)


def _highest(points: list[_Pair]) -> _Pair:
    """The multiplier m >= 0 with the least max of y + m x over the points (x, y), and that max.

    By duality it is the largest y of the convex hull where x >= 0. The edge of the hull that
    crosses x = 0 is closed in on from both sides.
    """
    left = max(points, key=lambda p: (p[1], p[0]))
    if left[0] >= 0:
        return Fraction(0), left[1]
    right = max(points)  # the follower can get its minmax, so that this x is not negative
    while True:
        limits.check()
        m = (left[1] - right[1]) / (right[0] - left[0])
        top = max(points, key=lambda p: p[1] + m * p[0])
        height = left[1] + m * left[0]
        if top[1] + m * top[0] == height:
            return m, height
        if top[0] >= 0:
            right = top
        else:
            left = top


def upper_bounds(game: IteratedGame, view: LeaderView) -> tuple[dict[str, Fraction], BoundProof]:
    """Upper bounds on the leader's value by name as far as a limit allows, and what proves them."""
    try:
        with limits.keeping(0.0, share=3 / 4):
            folk = folk_bound(game, view.leader)
    except LimitReached:
        return bound_at_hand(game, view)
    bounds = {"folk": folk.value}
    evidence: BoundProof = {"folk": folk.evidence}
    if view.sees_time or game.horizon == 1:
        with suppress(LimitReached), limits.keeping(0.0, share=3 / 4):  # else one bound less
            unlimited = unlimited_memory_bound(game, view.leader, folk.minmax)
            bounds["unlimited_memory"] = unlimited.value
            evidence["unlimited_memory"] = [
                {"steps": steps, "weight": weight, "multipliers": multipliers}
                for (steps, weight), multipliers in sorted(unlimited.multipliers.items())
            ]
    return bounds, evidence


def bound_at_hand(game: IteratedGame, view: LeaderView) -> tuple[dict[str, Fraction], BoundProof]:
    """The leader's largest payoff, as the folk bound that needs no computation."""
    folk = largest_payoff(game, view.leader)
    return {"folk": folk.value}, {"folk": folk.evidence}


def least(bounds: Mapping[str, Fraction]) -> BoundProof:
    """The name and the value of the least bound."""
    name = min(bounds, key=lambda key: bounds[key])
    return {"bound": name, "upper_bound": bounds[name]}
