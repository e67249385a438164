"""Probabilities of chance that are given as doubles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from gtlearn.errors import InputError

_LARGEST = 10**6  # a denominator


def exact_chances(doubles: Sequence[float], name: str) -> tuple[list[Fraction], str]:
    """Chance probabilities that sum to one exactly, and how the doubles were read.

    The doubles themselves where they are simple, else the nearest ratios with denominators up to
    a million if these sum to one, else the doubles divided by their sum. Nothing is said where the
    doubles are what the ratios round to.

    Raises:
        InputError: if they do not sum to one even nearly.
    """
    exact = [Fraction(p) for p in doubles]
    if sum(exact) == 1 and all(p.denominator <= _LARGEST for p in exact):
        return exact, ""
    near = [p.limit_denominator(_LARGEST) for p in exact]
    if sum(near) == 1:
        exactly = all(float(q) == p for p, q in zip(doubles, near, strict=True))
        return near, "" if exactly else "chance probabilities read as the nearest ratios"
    total = sum(exact)
    if not math.isclose(total, 1, abs_tol=1e-6):
        raise InputError(
            f"the chance probabilities at a node of {name} sum to {float(total)}, not 1"
        )
    note = "chance probabilities normalised, as doubles, to sum to 1 exactly"
    return [p / total for p in exact], note
