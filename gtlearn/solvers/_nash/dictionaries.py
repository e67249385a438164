"""The dictionaries of many bases of a polytope as arrays, and which bases were met."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass
class Dictionaries:
    """The dictionaries of some bases.

    Row r of `table[k]` says basic[k, r] = table[k, r, d:] - table[k, r, :d] @ nonbasic[k], the
    last two columns being the values at b and at 1.
    """

    table: NDArray[np.float64]
    basic: NDArray[np.int16]
    nonbasic: NDArray[np.int16]
    keys: NDArray[Any]

    def part(self, start: int, stop: int) -> Dictionaries:
        """Those of some of the bases."""
        rows = slice(start, stop)
        return Dictionaries(
            self.table[rows], self.basic[rows], self.nonbasic[rows], self.keys[rows]
        )

    def parts(self, size: int) -> Iterator[Dictionaries]:
        """All of them in parts of about so many bytes."""
        count = max(1, size // self.table[0].nbytes) if len(self.keys) else 1
        for start in range(0, len(self.keys), count):
            yield self.part(start, start + count)


def together(parts: list[Dictionaries]) -> Dictionaries:
    """All dictionaries of some parts, of which there is at least one."""
    if len(parts) == 1:
        return parts[0]
    return Dictionaries(
        np.concatenate([part.table for part in parts]),
        np.concatenate([part.basic for part in parts]),
        np.concatenate([part.nonbasic for part in parts]),
        np.concatenate([part.keys for part in parts]),
    )


def batches(parts: list[Dictionaries], size: int) -> Iterator[Dictionaries]:
    """All of some parts, small ones put together and large ones cut, so many bytes at a time."""
    small: list[Dictionaries] = []
    held = 0
    for piece in (piece for part in parts for piece in part.parts(size)):
        if small and held + piece.table.nbytes > size:
            yield together(small)
            small, held = [], 0
        small.append(piece)
        held += piece.table.nbytes
    if small:
        yield together(small)


class Seen:
    """The bases met so far, by their keys: machine words in order, or a set of longer integers."""

    def __init__(self, kind: np.dtype[Any]) -> None:
        self.words = np.empty(0, dtype=kind)
        self.long: set[int] = set()

    def __len__(self) -> int:
        return len(self.words) + len(self.long)

    def missing(self, keys: NDArray[Any]) -> NDArray[np.bool_]:
        """Which keys are not among them; there is at least one."""
        if keys.dtype == object:
            return np.array([key not in self.long for key in keys.tolist()], dtype=bool)
        place = np.searchsorted(self.words, keys)
        place[place == len(self.words)] = 0
        missing: NDArray[np.bool_] = self.words[place] != keys
        return missing

    def add(self, keys: NDArray[Any]) -> None:
        """Adds distinct keys, in order, that are not among them."""
        if keys.dtype == object:
            self.long.update(keys.tolist())
        else:  # a stable sort merges two ordered runs
            self.words = np.sort(np.concatenate([self.words, keys]), kind="stable")


@dataclass(frozen=True)
class Vertices:
    """Some bases, one a row, and what is proven of them.

    Attributes:
        tight: labels of the d facets of each basis, shape (N, d), sorted.
        extra: labels beyond `tight` that are tight at the vertex of basis k (degenerate ones).
        again: whether the enumeration begins anew with these, so that all before come again.
        symbolic: whether the right-hand side is perturbed to 1 + (t, t^2, ...), and not along
            `polytope.direction`.
    """

    tight: NDArray[np.int16]
    extra: dict[int, tuple[int, ...]]
    again: bool = False
    symbolic: bool = False
