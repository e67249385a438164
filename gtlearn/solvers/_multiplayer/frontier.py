"""Regions that are looked at together, and the log of why they are closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

_Floats = NDArray[np.float64]

LogEntry = tuple[Any, ...]  # of the log; see `Log`


@dataclass
class Log:
    """Why there is no equilibrium in a region, or one; a number a region.

    Entries are ("dominated", player, action, worse action), ("linear", equation),
    ("inequality", player, action), ("empty", bounds), ("root", equilibrium), ("boundary", mixtures)
    for regions that are closed; ("shrink", bounds, region) and ("split", player, vertex, vertex,
    region, region) for others, with the bounds as multiples of `_GRID`; and ("open",).
    """

    entries: list[LogEntry | None] = field(default_factory=list)

    def new(self, count: int) -> NDArray[np.int64]:
        """Numbers for so many regions."""
        first = len(self.entries)
        self.entries += [None] * count
        return np.arange(first, first + count)


@dataclass(frozen=True, eq=False)
class Regions:
    """Regions of supports of one class.

    Attributes:
        gains: for each player (regions, actions - 1, others' vertices): what each action but the
            first earns beyond the first, its own axis of length one.
        vertices: for each player (regions, vertices, actions played).
        support: (regions,), the support's place in its class.
        number: (regions,), in the log.
    """

    gains: list[_Floats]
    vertices: list[_Floats]
    support: NDArray[np.int64]
    number: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.number)

    def __getitem__(self, which: Any) -> Regions:
        return Regions(
            [g[which] for g in self.gains],
            [v[which] for v in self.vertices],
            self.support[which],
            self.number[which],
        )

    def shrunk(self, player: int, low: _Floats) -> None:
        """Keeps of a player's simplices what is beyond bounds (regions, vertices) below the
        coordinates, in place."""
        which = np.flatnonzero(low.any(axis=1))
        if not len(which):
            return
        low = low[which]
        left = 1 - low.sum(axis=1)
        for k, array in [*enumerate(self.gains), (player, self.vertices[player])]:
            vertices = array is self.vertices[player]
            if vertices or k != player:
                axis = 1 if vertices else 2 + player
                old = array[which]
                shape = [len(which), *[1] * (old.ndim - 1)]
                weights = low.reshape([*shape[:axis], -1, *shape[axis + 1 :]])
                common = (old * weights).sum(axis=axis, keepdims=True)
                array[which] = old * left.reshape(shape) + common

    def halved(
        self, player: int, one: int, other: int, cut: float, number: NDArray[np.int64]
    ) -> Regions:
        """With vertex `one` moved to where the edge to another is cut."""
        gains = [
            g if k == player else _cut(g, 2 + player, one, other, cut)
            for k, g in enumerate(self.gains)
        ]
        vertices = list(self.vertices)
        vertices[player] = _cut(vertices[player], 1, one, other, cut)
        return Regions(gains, vertices, self.support, number)


def _cut(values: _Floats, axis: int, one: int, other: int, cut: float) -> _Floats:
    out = values.copy()
    ends = [values.take(end, axis=axis) for end in (one, other)]
    index: Any = (*[slice(None)] * axis, one)
    out[index] = cut * ends[0] + (1 - cut) * ends[1]
    return out


def joined(parts: Sequence[Regions]) -> Regions:
    players = range(len(parts[0].gains))
    return Regions(
        [np.concatenate([p.gains[k] for p in parts]) for k in players],
        [np.concatenate([p.vertices[k] for p in parts]) for k in players],
        np.concatenate([p.support for p in parts]),
        np.concatenate([p.number for p in parts]),
    )
