"""Extreme points of sets of mixtures that linear conditions cut out, in integers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

from gtlearn import limits

Weights = tuple[int, ...]  # in proportion to probabilities


def extreme_points(
    size: int, equal: Iterable[Sequence[int]], at_least: Iterable[Sequence[int]]
) -> list[Weights]:
    """The extreme points of {x >= 0 : c x = 0 for c in equal, c x >= 0 for c in at_least}, scaled.

    The double description method (Motzkin, Raiffa, Thompson & Thrall 1953; Fukuda & Prodon 1996,
    Double description method revisited, Section 2): the rays of a cone, cut by one condition after
    the other.

    Args:
        size: how many probabilities there are.
        equal, at_least: the coefficients of each condition.

    Returns:
        Integers without a common divisor, one tuple a point; none where no mixture will do.

    Raises:
        LimitReached: at a limit.

    >>> extreme_points(3, [], [(1, -1, 0)])
    [(1, 0, 0), (0, 0, 1), (1, 1, 0)]
    """
    rays = {
        tuple(int(k == i) for k in range(size)): frozenset(range(size)) - {i} for i in range(size)
    }
    conditions = [(row, True) for row in equal] + [(row, False) for row in at_least]
    for number, (row, exactly) in enumerate(conditions, size):
        limits.check()
        values = {ray: sum(c * x for c, x in zip(row, ray, strict=True)) for ray in rays}
        kept = {
            ray: zeros | {number} if values[ray] == 0 else zeros
            for ray, zeros in rays.items()
            if values[ray] == 0 or (values[ray] > 0 and not exactly)
        }
        for over in (ray for ray in rays if values[ray] > 0):
            for under in (ray for ray in rays if values[ray] < 0):
                common = rays[over] & rays[under]
                if _are_adjacent(rays, over, under, common):
                    between = _between(over, values[over], under, values[under])
                    kept[between] = common | {number}
        rays = kept
    return list(rays)


def _are_adjacent(
    rays: dict[Weights, frozenset[int]], over: Weights, under: Weights, common: frozenset[int]
) -> bool:
    return not any(common <= zeros for ray, zeros in rays.items() if ray not in (over, under))


def _between(over: Weights, above: int, under: Weights, below: int) -> Weights:
    """Where the edge between two rays meets the condition."""
    mixed = [above * y - below * x for x, y in zip(over, under, strict=True)]
    common = math.gcd(*mixed)
    return tuple(v // common for v in mixed)


def probabilities(weights: Sequence[int]) -> tuple[Fraction, ...]:
    """Weights over their sum."""
    total = sum(weights)
    return tuple(Fraction(w, total) for w in weights)


def middle(points: Sequence[Weights]) -> Weights:
    """A point that plays all that one of the points plays: the mean of these."""
    whole = math.lcm(*(sum(p) for p in points))
    scaled = [[w * (whole // sum(p)) for w in p] for p in points]
    return tuple(map(sum, zip(*scaled, strict=True)))
