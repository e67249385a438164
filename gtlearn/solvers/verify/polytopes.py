"""All vertices of best-response polytopes, in exact integers, by the double description method.

It shares nothing with the enumeration of the solvers, which walks along edges: half-spaces are
added one by one, and the new extreme rays lie between adjacent old ones (Motzkin, Raiffa, Thompson
& Thrall 1953; Fukuda & Prodon 1996, Proposition 7).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gtlearn.limits import check
from gtlearn.solvers.verify.report import Unproven

_MAX_PAIRS = 30_000_000  # of rays that are compared, which takes about a second
MAX_RAYS = 10_000

_WORD = 2**64 - 1
_TOO_LARGE = "the game is too large to look for all its equilibria here"


@dataclass(frozen=True)
class Ray:
    """An extreme ray of a cone.

    Attributes:
        vector: integers without a common factor.
        tight: the numbers of the inequalities that hold with equality, as bits.
    """

    vector: tuple[int, ...]
    tight: int


def extreme_rays(
    size: int, inequalities: Sequence[Sequence[int]], equal: Collection[int] = ()
) -> list[Ray]:
    """The extreme rays of the cone of all z >= 0 with h z >= 0 for each of the inequalities h.

    Args:
        size: the dimension.
        inequalities: `size` integers each.
        equal: the inequalities, by their number, that are to hold with equality.

    Returns:
        The rays. In `tight`, number k is z_k >= 0 for k below `size`, then come the inequalities.

    Raises:
        Unproven: if there are too many.

    >>> sorted(ray.vector for ray in extreme_rays(2, [(1, -1)]))
    [(1, 0), (1, 1)]
    """
    full = (1 << size) - 1
    rays = [Ray(tuple(int(i == k) for i in range(size)), full & ~(1 << k)) for k in range(size)]
    compared = 0
    for number, inequality in enumerate(inequalities):
        values = [_product(inequality, ray.vector) for ray in rays]
        above = [k for k, v in enumerate(values) if v > 0]
        below = [k for k, v in enumerate(values) if v < 0]
        facet = 1 << size + number
        kept = [
            Ray(ray.vector, ray.tight | (facet if v == 0 else 0))
            for ray, v in zip(rays, values, strict=True)
            if v == 0 or (v > 0 and number not in equal)
        ]
        compared += len(above) * len(below)
        if compared > _MAX_PAIRS:
            raise Unproven(_TOO_LARGE)
        least = size - 2 - sum(k < number for k in equal)
        masks = [ray.tight for ray in rays]
        for one, other in _adjacent(masks, size + number, above, below, least):
            vector = [
                values[one] * b - values[other] * a
                for a, b in zip(rays[one].vector, rays[other].vector, strict=True)
            ]
            common, tight = math.gcd(*vector), rays[one].tight & rays[other].tight
            kept.append(Ray(tuple(v // common for v in vector), tight | facet))
            if len(kept) > MAX_RAYS:
                raise Unproven(_TOO_LARGE)
        rays = kept
    return rays


def _adjacent(
    masks: Sequence[int], bits: int, above: Sequence[int], below: Sequence[int], least: int
) -> Iterator[tuple[int, int]]:
    """The pairs of rays above and below that share a face of dimension two.

    They lie on `least` facets together at least, and no third ray lies on all of them.
    """
    if not above or not below:
        return
    words = np.array(
        [[mask >> shift & _WORD for shift in range(0, bits, 64)] for mask in masks],
        dtype=np.uint64,
    )
    lower = words[below]
    for one in above:
        check()
        common = lower & words[one]
        for k in np.flatnonzero(np.bitwise_count(common).sum(axis=1) >= least).tolist():
            on_all = ((words & common[k]) == common[k]).all(axis=1)
            if int(on_all.sum()) == 2:
                yield one, below[k]


def _product(left: Sequence[int], right: Sequence[int]) -> int:
    return sum(a * b for a, b in zip(left, right, strict=True) if b)
