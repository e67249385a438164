"""Combinations of the equations of a support's equilibria in a region, and what they prove.

Combinations are chosen in floats, and rounded; what they prove is seen in integers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BITS = 50  # of combinations of equations
_NOISE = 1e-12  # of derivatives, so that singular ones show which combinations have a sign

_Objects = NDArray[Any]  # integers of any length


@dataclass(frozen=True, eq=False)
class Region:
    """A product of simplices.

    Attributes:
        gains: for each player (actions - 1, products of vertices): what each action but the first
            earns beyond the first, times the product of the others' `units`; those that are played
            come first.
        vertices: for each player (vertices, actions that are played), times its unit.
        units: one a player.
    """

    gains: list[_Objects]
    vertices: list[_Objects]
    units: list[int]


class SupportShape:
    """How many actions each player plays on a support.

    Args:
        sizes: one number a player.
        largest: by how much payoffs differ at most, in their numerators.
    """

    def __init__(self, sizes: Sequence[int], largest: int) -> None:
        self.sizes, self.range = list(sizes), largest
        self.mixers = [k for k, size in enumerate(sizes) if size > 1]
        self.unknowns = [(k, v) for k in self.mixers for v in range(1, sizes[k])]
        count = len(self.unknowns)
        self.noise = np.random.default_rng(0).standard_normal((count, count))

    def floats(self, gains: _Objects, unit: int) -> NDArray[np.float64]:
        """Gains over a unit, as parts of the range of payoffs."""
        common = unit * self.range
        return np.array([float(Fraction(int(v), common)) for v in gains])


class Combined:
    """Combinations of the equations in a region that are near coordinates minus their solutions.

    Attributes:
        values: (unknowns, products of vertices), `scale` times these.
    """

    def __init__(self, shape: SupportShape, region: Region) -> None:
        self.shape, self.region, self.sizes = shape, region, shape.sizes
        whole = math.prod(region.units)
        rows, factors = [], []  # of each equation: what it is divided by there is in `scale` else
        for k in shape.mixers:
            own = region.gains[k][: self.sizes[k] - 1]
            rows += list(own)
            factors += [region.units[k]] * len(own)
        self.scale = whole * shape.range << _BITS
        floats = [shape.floats(row, whole // f) for row, f in zip(rows, factors, strict=True)]
        slopes = np.array([self._slopes(row) for row in floats])
        inverse = np.linalg.inv(
            slopes + _NOISE * max(float(np.abs(slopes).max()), 1e-3) * shape.noise
        )
        weights = [
            [round(c * 2**_BITS) * f for c, f in zip(line, factors, strict=True)]
            for line in inverse.tolist()
        ]
        self.values: _Objects = np.array(weights, dtype=object) @ np.array(rows, dtype=object)

    def _slopes(self, row: NDArray[np.float64]) -> list[float]:
        """How a function at the products of vertices changes with each unknown, at the centre."""
        at = row.reshape(self.sizes)
        out: list[float] = []
        for k in self.shape.mixers:
            values = at.mean(axis=tuple(j for j in range(at.ndim) if j != k))
            out += (values[1:] - values[0]).tolist()
        return out

    def without_slope(self, gains: _Objects, player: int) -> list[int]:
        """Gains at the products of vertices, minus what their slope times the values is."""
        unit = self.region.units[player]
        others = math.prod(self.region.units) // unit
        slopes = self._slopes(self.shape.floats(gains, others))
        weights = np.array([round(s * 2**_BITS) for s in slopes], dtype=object)
        # gains / (others range) - slopes values / scale, times scale 2**_BITS
        taken: _Objects = weights @ self.values
        return list((gains * (unit << 2 * _BITS) - taken).tolist())

    @cached_property
    def rest(self) -> dict[int, _Objects]:
        """For each player who mixes (vertices, products of vertices): `scale` times what a
        solution's coordinate is, with the other sign."""
        count = self.values.shape[1]
        places = np.array(np.unravel_index(np.arange(count), self.sizes))
        out: dict[int, _Objects] = {}
        begin = 0
        for k in self.shape.mixers:
            own = self.values[begin : begin + self.sizes[k] - 1].copy()
            begin += self.sizes[k] - 1
            for vertex in range(1, self.sizes[k]):
                own[vertex - 1][places[k] == vertex] -= self.scale
            first = -own.sum(axis=0) - self.scale
            out[k] = np.concatenate([first[None], own])
        return out

    def lower(self, player: int, vertex: int) -> Fraction:
        """What a coordinate of a solution is at least."""
        return Fraction(-max(self.rest[player][vertex]), self.scale)

    def has_one_solution(self) -> bool:
        """Whether there is at most one: the map whose fixed points they are is a contraction.

        In total variation, player k's coordinates change by at most the sum over players l of
        `changes`[k, l] times the change of l's.
        """
        mixers = self.shape.mixers
        changes = [[self._change(k, j) for j in mixers] for k in mixers]
        floats = np.array([[float(c) for c in row] for row in changes])
        values, vectors = np.linalg.eig(floats + 1e-9)
        weights = np.abs(vectors[:, values.real.argmax()].real)
        exact = [Fraction(float(w)) for w in weights]
        return all(
            sum(c * w for c, w in zip(row, exact, strict=True)) < own
            for row, own in zip(changes, exact, strict=True)
        )

    def _change(self, player: int, other: int) -> Fraction:
        rest = self.rest[player].reshape(-1, *self.sizes)
        spread = rest.max(axis=1 + other) - rest.min(axis=1 + other)
        total = sum(int(v) for v in spread.reshape(len(rest), -1).max(axis=1))
        return Fraction(total, 2 * self.scale)
