"""SupportProfile of n players, by how many actions each player plays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.games import NormalFormGame

SupportProfile = tuple[tuple[int, ...], ...]  # the actions that are played, one tuple a player

_EXACT = 2**53  # integers below it are doubles
_TOGETHER = 4096  # supports that are looked at together


@dataclass(frozen=True, eq=False)
class SupportClass:
    """All supports of given sizes.

    Attributes:
        payoffs: one float array a player.
        sizes: how many actions each player plays.
        orders: for each player (supports, actions): those that are played, then the others.
    """

    payoffs: tuple[NDArray[np.float64], ...]
    sizes: tuple[int, ...]
    orders: tuple[NDArray[np.int64], ...]

    @property
    def count(self) -> int:
        """How many supports there are."""
        return len(self.orders[0])

    @property
    def range(self) -> float:
        """By how much a player's payoffs differ at most; 1 where they do not."""
        return max(float(np.ptp(p)) for p in self.payoffs) or 1.0

    def supports(self, index: int) -> SupportProfile:
        """One of them."""
        pairs = zip(self.orders, self.sizes, strict=True)
        return tuple(tuple(sorted(order[index, :size].tolist())) for order, size in pairs)

    @cached_property
    def restricted(self) -> list[NDArray[np.float64]]:
        """What each action of a player earns where the others play in their supports: an array
        (supports, actions, others' actions) a player, its own axis of length one."""
        players = len(self.sizes)
        out = []
        for player, payoffs in enumerate(self.payoffs):
            index = []
            for k, (order, size) in enumerate(zip(self.orders, self.sizes, strict=True)):
                own = order if k == player else order[:, :size]
                shape = [len(own), *[1] * players]
                shape[1 + k] = own.shape[1]
                index.append(own.reshape(shape))
            earned = np.moveaxis(payoffs[tuple(index)], 1 + player, 1)
            out.append(np.expand_dims(earned, 2 + player))
        return out

    def undominated(self) -> NDArray[np.int64]:
        """The supports in which, given what the others play, no action is at least as good as one
        that is played, and somewhere better (Porter, Nudelman & Shoham 2008, Section 4)."""
        alive = np.ones(self.count, dtype=bool)
        for earned, size in zip(self.restricted, self.sizes, strict=True):
            flat = earned.reshape(*earned.shape[:2], -1)
            for played in range(size):
                gains = flat - flat[:, played : played + 1]
                better = (gains.min(axis=2) >= 0) & (gains.max(axis=2) > 0)
                alive &= ~better.any(axis=1)
        return np.flatnonzero(alive)

    def indifferent(self) -> NDArray[np.bool_]:
        """Whether some player earns the same by all that it plays, whatever the others play in
        their supports, so that equilibria there are not isolated."""
        free = np.zeros(self.count, dtype=bool)
        for earned, size in zip(self.restricted, self.sizes, strict=True):
            if size > 1:
                gains = earned[:, 1:size] - earned[:, :1]
                free |= ~gains.reshape(self.count, -1).any(axis=1)
        return free

    def chosen(self, which: NDArray[np.int64]) -> SupportClass:
        """Some of them."""
        return SupportClass(self.payoffs, self.sizes, tuple(o[which] for o in self.orders))


def float_payoffs(game: NormalFormGame) -> tuple[NDArray[np.float64], ...] | None:
    """The payoffs' numerators as floats; None where these would not be exact."""
    arrays = [tensor.numerators for tensor in game.payoffs]
    if any(a.dtype == object or int(np.abs(a).max()) >= _EXACT for a in arrays):
        return None
    return tuple(a.astype(np.float64) for a in arrays)


def count_of_supports(shape: tuple[int, ...]) -> int:
    """How many there are."""
    return prod(2**size - 1 for size in shape)


def support_classes(payoffs: tuple[NDArray[np.float64], ...]) -> Iterator[SupportClass]:
    """All supports, some thousands at a time: small and balanced ones first (Porter, Nudelman &
    Shoham 2008)."""
    shape = payoffs[0].shape
    for total in range(len(shape), sum(shape) + 1):
        for sizes in sorted(_sizes(shape, total), key=lambda s: max(s) - min(s)):
            orders = [_orders(n, k) for n, k in zip(shape, sizes, strict=True)]
            counts = [len(own) for own in orders]
            for start in range(0, prod(counts), _TOGETHER):
                every = np.arange(start, min(start + _TOGETHER, prod(counts)))
                places = np.unravel_index(every, counts)
                chosen = (own[place] for own, place in zip(orders, places, strict=True))
                yield SupportClass(payoffs, sizes, tuple(chosen))


def _sizes(shape: tuple[int, ...], total: int) -> Iterator[tuple[int, ...]]:
    """How many actions each player plays, so many in all."""
    if len(shape) == 1:
        if 1 <= total <= shape[0]:
            yield (total,)
        return
    for size in range(1, min(shape[0], total - len(shape) + 1) + 1):
        for rest in _sizes(shape[1:], total - size):
            yield (size, *rest)


def _orders(actions: int, size: int) -> NDArray[Any]:
    """Each support of so many actions, followed by the actions outside."""
    rows = [
        [*support, *(a for a in range(actions) if a not in support)]
        for support in combinations(range(actions), size)
    ]
    return np.array(rows, dtype=np.int64)
