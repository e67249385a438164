"""A player's sequences of own moves (von Stengel 1996), in arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Sequences:
    """The sequences of a player with perfect recall; sequence 0 is that of no move.

    Sequences `first[h]` to `first[h + 1] - 1` are those that end with an action of information set
    h. A behaviour strategy is one probability a sequence (that of its last action, 1 for sequence
    0); a realisation plan holds their products.

    Attributes:
        first: (sets + 1,), the first sequence of each information set, and how many there are.
        before: (sets,), the sequence that leads to each information set, numbered lower.
    """

    first: NDArray[np.int64]
    before: NDArray[np.int64]

    @property
    def size(self) -> int:
        """How many sequences there are."""
        return int(self.first[-1])

    @property
    def num_sets(self) -> int:
        """How many information sets there are."""
        return len(self.before)

    @cached_property
    def set_of(self) -> NDArray[np.int64]:
        """(sequences - 1,), the information set whose action ends each sequence from 1 on."""
        return np.repeat(np.arange(self.num_sets), np.diff(self.first))

    @cached_property
    def parent(self) -> NDArray[np.int64]:
        """(sequences,), the sequence without its last move; -1 for sequence 0."""
        return np.concatenate([[-1], self.before[self.set_of]]).astype(np.int64)

    @cached_property
    def levels(self) -> list[NDArray[np.int64]]:
        """Information sets by how many own moves lead there, fewest first."""
        depth = np.zeros(self.num_sets, dtype=np.int64)
        for own, before in enumerate(self.before.tolist()):
            if before:
                depth[own] = depth[self.set_of[before - 1]] + 1
        if not len(depth):
            return []
        order = np.argsort(depth, kind="stable")
        return np.split(order, np.cumsum(np.bincount(depth))[:-1])


class Forgets(Exception):
    """Two nodes of an information set at which its player has made different moves before."""

    def __init__(self, one: int, other: int) -> None:
        super().__init__(one, other)
        self.one, self.other = one, other


def first_sequences(sizes: Sequence[int]) -> NDArray[np.int64]:
    """The first sequence of each information set, by their numbers of actions, and the next."""
    return np.concatenate([[1], 1 + np.cumsum(sizes, dtype=np.int64)]).astype(np.int64)


def sequences_of(
    sizes: Sequence[int], known: NDArray[np.int32], own: NDArray[np.int32]
) -> Sequences:
    """The sequences of a player.

    Args:
        sizes: how many actions each information set has.
        known: the information set at each of the player's nodes.
        own: the player's last own sequence at each of them.

    Raises:
        Forgets: at which of these nodes, if the player has not perfect recall.
    """
    sets, where = np.unique(known, return_index=True)  # the first node of each set
    before = np.zeros(len(sizes), dtype=np.int64)
    before[sets] = own[where]
    others = np.flatnonzero(own != before[known])
    if len(others):
        raise Forgets(int(where[np.searchsorted(sets, known[others[0]])]), int(others[0]))
    return Sequences(first_sequences(sizes), before)
