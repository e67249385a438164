"""SupportProfile of n players, by how many actions each player plays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from gtlearn.games import NormalFormGame

SupportProfile = tuple[tuple[int, ...], ...]  # the actions that are played, one tuple a player

_T = TypeVar("_T")

_EXACT = 2**53  # integers below it are doubles
_TOGETHER = 4096  # supports that are looked at together


@dataclass(frozen=True, eq=False)
class SupportClass:
    """Supports that are looked at together: alike up to the order of the players.

    Attributes:
        payoffs: one float array a player.
        sizes: how many actions are played at each place.
        players: (supports, places), the player at each place; those who play most come first.
        orders: for each place (supports, actions): those that are played, then the others.
        restricted: what each action at a place earns where the others play in their supports: an
            array (supports, actions, others' actions) a place, its own axis of length one.
    """

    payoffs: tuple[NDArray[np.float64], ...]
    sizes: tuple[int, ...]
    players: NDArray[np.int64]
    orders: tuple[NDArray[np.int64], ...]
    restricted: list[NDArray[np.float64]]

    @property
    def count(self) -> int:
        """How many supports there are."""
        return len(self.players)

    @property
    def range(self) -> float:
        """By how much a player's payoffs differ at most; 1 where they do not."""
        return max(float(np.ptp(p)) for p in self.payoffs) or 1.0

    def supports(self, index: int) -> SupportProfile:
        """One of them."""
        pairs = zip(self.orders, self.sizes, strict=True)
        return self.by_player(index, [tuple(sorted(o[index, :k].tolist())) for o, k in pairs])

    def by_player(self, index: int, by_place: Sequence[_T]) -> tuple[_T, ...]:
        """What is given for each place of a support, for each player."""
        places = self.players[index].tolist()
        return tuple(by_place[places.index(k)] for k in range(len(places)))

    def by_place(self, index: int, by_player: Sequence[_T]) -> tuple[_T, ...]:
        """What is given for each player, for each place of a support."""
        return tuple(by_player[k] for k in self.players[index].tolist())

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
        return SupportClass(
            self.payoffs,
            self.sizes,
            self.players[which],
            tuple(o[which] for o in self.orders),
            [r[which] for r in self.restricted],
        )


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
        alike: dict[tuple[tuple[int, int], ...], list[tuple[int, ...]]] = {}
        for sizes in sorted(_sizes(shape, total), key=lambda s: max(s) - min(s)):
            players = sorted(range(len(shape)), key=lambda k: (-sizes[k], -shape[k], k))
            alike.setdefault(tuple((sizes[k], shape[k]) for k in players), []).append(
                tuple(players)
            )
        for kinds, every in alike.items():
            for parts in _together(kinds, every):
                yield _joined(payoffs, tuple(size for size, _ in kinds), parts)


_Part = tuple[tuple[int, ...], list[NDArray[np.int64]]]  # players by place, and orders


def _together(
    kinds: tuple[tuple[int, int], ...], every: list[tuple[int, ...]]
) -> Iterator[list[_Part]]:
    """The supports of these sizes with each of some orders of the players, in portions."""
    orders = [_orders(actions, size) for size, actions in kinds]
    counts = [len(own) for own in orders]
    parts: list[_Part] = []
    room = _TOGETHER
    for players in every:
        start = 0
        while start < prod(counts):
            end = min(start + room, prod(counts))
            places = np.unravel_index(np.arange(start, end), counts)
            parts.append((players, [o[place] for o, place in zip(orders, places, strict=True)]))
            room -= end - start
            start = end
            if not room:
                yield parts
                parts, room = [], _TOGETHER
    if parts:
        yield parts


def _joined(
    payoffs: tuple[NDArray[np.float64], ...], sizes: tuple[int, ...], parts: list[_Part]
) -> SupportClass:
    places = range(len(sizes))
    restricted = [[_restricted(payoffs, sizes, *part, place) for part in parts] for place in places]
    return SupportClass(
        payoffs,
        sizes,
        np.concatenate([np.tile(players, (len(own[0]), 1)) for players, own in parts]),
        tuple(np.concatenate([own[place] for _, own in parts]) for place in places),
        [np.concatenate(arrays) for arrays in restricted],
    )


def _restricted(
    payoffs: tuple[NDArray[np.float64], ...],
    sizes: tuple[int, ...],
    players: tuple[int, ...],
    orders: list[NDArray[np.int64]],
    place: int,
) -> NDArray[np.float64]:
    """What each action at a place earns; see `SupportClass.restricted`."""
    index = []
    for k, (order, size) in enumerate(zip(orders, sizes, strict=True)):
        own = order if k == place else order[:, :size]
        shape = [len(own), *[1] * len(sizes)]
        shape[1 + k] = own.shape[1]
        index.append(own.reshape(shape))
    earned = payoffs[players[place]].transpose(players)[tuple(index)]
    return np.expand_dims(np.moveaxis(earned, 1 + place, 1), 2 + place)


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
