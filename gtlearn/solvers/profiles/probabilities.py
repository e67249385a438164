"""Probability vectors read exactly: numbers of any kind, floats renormalised and said so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from gtlearn import limits
from gtlearn.errors import InputError
from gtlearn.games.numbers import Number, nearest_double, short_number, to_fraction

_Vector = tuple[Fraction, ...]

FEW = 256  # numbers that are read between two looks at the limits
FLOAT_STEP = Fraction(1, 2**23)  # an action: so much sums of 32-bit floats miss one by

_PRECISION = {  # what sums of arrays of shorter floats miss one by
    "float32": Fraction(1, 10**6),
    "float16": Fraction(1, 100),
    "bfloat16": Fraction(1, 10),
}


def vector(values: Any, whose: str, tolerance: Number = Fraction(0)) -> tuple[_Vector, str]:
    """An exact probability vector, and a note where it was renormalised (else empty).

    Exact numbers must sum to one exactly, or up to `tolerance`. A sum of n floats may miss one,
    and a float may be negative, by n 2^-23, which 32-bit floats do, whoever wrote them (1e-6 for
    arrays of them, and more for shorter ones). Negative entries become zero then, and all are
    divided by their sum.

    Args:
        values: numbers of any kind.
        whose: what they are called in notes and errors.
        tolerance: what the sum may miss one by in any case.

    Raises:
        InputError: if an entry is no number or negative, or the sum is not one.

    >>> vector([0.1, 0.2, 0.7], "the strategy")[1]
    'the strategy sums to 1 - 2.78e-17 in floats; it was divided by its sum'
    """
    precision = Fraction(0)
    if hasattr(values, "tolist"):  # numpy's arrays, torch's tensors
        precision = _PRECISION.get(str(values.dtype).rpartition(".")[2], precision)
        values = values.tolist()
    if isinstance(values, str | bytes) or not isinstance(values, Sequence):
        raise InputError(f"{whose} is no list of probabilities")
    if not values:
        raise InputError(f"{whose} is empty; give one probability an action")
    return _normalised(values, whose, Fraction(tolerance), precision)


def distribution(
    entries: Mapping[tuple[int, ...], Any], tolerance: Number = Fraction(0)
) -> tuple[dict[tuple[int, ...], Fraction], str]:
    """An exact distribution over pure profiles without its zeros, and a note as in `vector`.

    Raises:
        InputError: as `vector`.
    """
    what, exactly = "the distribution", Fraction(0)
    exact, note = _normalised(list(entries.values()), what, Fraction(tolerance), exactly)
    pairs = zip(entries, exact, strict=True)
    return {profile: p for profile, p in pairs if p}, note


def _normalised(
    values: Sequence[Any], whose: str, tolerance: Fraction, precision: Fraction
) -> tuple[_Vector, str]:
    exact = []
    for place, value in enumerate(values, 1):
        if place % FEW == 0:
            limits.check()
        try:
            exact.append(to_fraction(value))
        except InputError as error:
            raise InputError(f"{whose}: {error}") from None
    floats = any(isinstance(v, float | np.floating) for v in values)
    room = max(precision, len(exact) * FLOAT_STEP) if floats else Fraction(0)
    if min(exact, default=Fraction(0)) < -room:
        raise InputError(
            f"{whose} has the negative probability {short_number(min(exact))}; "
            "probabilities are between 0 and 1"
        )
    total = _sum(exact)
    if abs(total - 1) > max(room, tolerance):
        raise InputError(
            f"{whose} sums to {short_number(total)}, not to 1; correct the probabilities"
        )
    if total == 1 and min(exact, default=Fraction(0)) >= 0:
        return tuple(exact), ""
    missing = total - 1
    kept = [max(p, Fraction(0)) for p in exact]
    note = f"{whose} sums to 1 {'-' if missing < 0 else '+'} {abs(nearest_double(missing)):.3g}"
    if abs(missing) <= room:
        note += " in floats"
    if kept != exact:
        note += " and has negative entries, taken as zero"
    total = _sum(kept)
    if total == 0:
        raise InputError(f"{whose} is zero everywhere; correct the probabilities")
    return tuple(p / total for p in kept), f"{note}; it was divided by its sum"


def by_label(values: Any) -> Any:
    """What a pandas Series holds by its labels; anything else as it is.

    Raises:
        InputError: if a label comes twice.
    """
    kind = type(values)
    if kind.__module__.partition(".")[0] != "pandas" or kind.__name__ != "Series":
        return values
    if type(values.index).__name__ == "RangeIndex":  # pandas' own numbering says nothing
        return values
    given = dict(values.items())
    if len(given) < len(values):
        raise InputError("a label of the Series comes twice; give each once")
    return given


def _sum(values: Iterable[Fraction]) -> Fraction:
    return sum(values, Fraction(0))
