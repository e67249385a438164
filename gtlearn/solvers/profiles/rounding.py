"""Floats as exact strategies: probabilities of 30 bits that sum to one at each information set."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from gtlearn.games.kinds.extensive import Sequences
from gtlearn.solvers.outcomes import Table

BITS = 30


def rounded_units(own: Sequences, plan: NDArray[np.float64]) -> NDArray[np.int64]:
    """The behaviour strategy of a realisation plan in floats, in multiples of 2**-30.

    At each information set they sum to 2**30; where the plan does not go it is nearly uniform.

    Args:
        own: the player's sequences.
        plan: (sequences,), nonnegative.

    Returns:
        (sequences,), the first being 2**30.
    """
    whole, starts = 1 << BITS, own.first[:-1] - 1
    units = np.full(own.size, whole, dtype=np.int64)
    if not own.num_sets:
        return units
    counts = np.diff(own.first)
    total = plan[own.before]
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where((total > 0)[own.set_of], plan[1:] / total[own.set_of], 1.0)
    shares /= np.where(total > 0, 1.0, counts)[own.set_of]
    rounded = np.rint(shares * whole).astype(np.int64)
    largest = np.maximum.reduceat(rounded, starts)
    places = np.flatnonzero(rounded == largest[own.set_of])  # several where there are ties
    first = places[np.unique(own.set_of[places], return_index=True)[1]]
    rounded[first] += whole - np.add.reduceat(rounded, starts)
    units[1:] = rounded
    return units


def rounded_table(own: Sequences, plan: NDArray[np.float64]) -> Table:
    """The behaviour strategy of a realisation plan in floats, rounded; see `rounded_units`.

    Where the plan does not go it is uniform.
    """
    units, first = rounded_units(own, plan).tolist(), own.first.tolist()
    reached = (plan[own.before] > 0).tolist()
    return tuple(
        _fractions(units[start:end]) if goes else (Fraction(1, end - start),) * (end - start)
        for start, end, goes in zip(first[:-1], first[1:], reached, strict=True)
    )


def table_of_units(own: Sequences, units: NDArray[np.int64]) -> Table:
    """Multiples of 2**-30 as a vector of exact numbers at each information set."""
    return tuple(
        _fractions(row.tolist()) for row in np.split(units[1:], own.first[1:-1] - 1) if len(row)
    )


def rounded_vector(weights: NDArray[np.float64], total: float) -> tuple[Fraction, ...]:
    """Weights over their total as multiples of 2**-30 that sum to one; uniform where it is 0."""
    if not total > 0:
        return (Fraction(1, len(weights)),) * len(weights)
    units = np.rint(weights / total * 2.0**BITS).astype(np.int64)
    units[int(np.argmax(units))] += 2**BITS - int(units.sum())
    return _fractions(units.tolist())


def _fractions(units: list[int]) -> tuple[Fraction, ...]:
    return tuple(Fraction(unit, 1 << BITS) for unit in units)
