"""What is said of every node from its parent's, one level of the tree after another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SAFE = 2**31  # products of smaller numbers fit into int64


def by_level(depth: NDArray[np.int32]) -> list[NDArray[np.int64]]:
    """The nodes of each depth."""
    order = np.argsort(depth, kind="stable")
    return np.split(order, np.cumsum(np.bincount(depth))[:-1])


def sequences_at(
    parent: NDArray[np.int32],
    move: NDArray[np.int32],
    mover: NDArray[np.int32],
    first: NDArray[np.int32],
    levels: Sequence[NDArray[np.int64]],
    players: int,
) -> NDArray[np.int32]:
    """Each player's last own sequence at each node, (players, nodes).

    Args:
        parent, move, mover: as of `ExtensiveGame`.
        first: the number of the first sequence of the information set at each node, where there is
            one.
        levels: the nodes of each depth.
        players: how many there are.
    """
    at = np.zeros((players, len(parent)), dtype=np.int32)
    for nodes in levels[1:]:
        before = parent[nodes]
        at[:, nodes] = at[:, before]
        who = mover[before]
        moved = who >= 0
        chosen = nodes[moved]
        at[who[moved], chosen] = first[before[moved]] + move[chosen]
    return at


def reach_of_chance(
    parent: NDArray[np.int32],
    move: NDArray[np.int32],
    drawn: NDArray[np.int32],
    chances: Sequence[Sequence[Fraction]],
    levels: Sequence[NDArray[np.int64]],
) -> tuple[NDArray[Any], NDArray[Any]]:
    """The probability of chance's moves on the path to each node: numerators and denominators.

    Args:
        parent, move: as of `ExtensiveGame`.
        drawn: which move of chance is drawn at each node, -1 where none is.
        chances: the probabilities of each.
        levels: the nodes of each depth.
    """
    commons = [math.lcm(*(p.denominator for p in own)) for own in chances]
    flat = [
        p.numerator * (common // p.denominator)
        for own, common in zip(chances, commons, strict=True)
        for p in own
    ]
    kind: Any = np.int64 if max([1, *flat, *commons]) < _SAFE else object
    factors, bottoms = np.array(flat, dtype=kind), np.array(commons, dtype=kind)
    starts = np.concatenate([[0], np.cumsum([len(own) for own in chances], dtype=np.int64)])
    top, bottom = np.ones(len(parent), dtype=kind), np.ones(len(parent), dtype=kind)
    for nodes in levels[1:]:
        before = parent[nodes]
        top[nodes], bottom[nodes] = top[before], bottom[before]
        moved = drawn[before] >= 0
        if not moved.any():
            continue
        chosen, which = nodes[moved], drawn[before[moved]]
        if top.dtype != object and max(top[chosen].max(), bottom[chosen].max()) >= _SAFE:
            top, bottom = top.astype(object), bottom.astype(object)
        tops = top[chosen] * factors[starts[which] + move[chosen]]
        lows = bottom[chosen] * bottoms[which]
        common = np.gcd(tops, lows)
        top[chosen], bottom[chosen] = tops // common, lows // common
    return top, bottom
