"""What every kind of game is checked for: labels, and exact arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games.numbers import ExactArray


def check_labels(game: str, what: str, labels: Sequence[str]) -> None:
    """Checks that labels are a tuple of distinct strings, none of them empty.

    Raises:
        InputError: if they are not.
    """
    if not isinstance(labels, tuple) or not all(isinstance(v, str) and v for v in labels):
        raise InputError(f"the labels of {what} in {game!r} are not non-empty strings")
    if len(set(labels)) < len(labels):
        raise InputError(f"the labels of {what} in {game!r} are not distinct")


def check_exact(what: str, array: ExactArray, shape: tuple[int, ...]) -> None:
    """Checks that an array has a shape and holds integers over a positive denominator.

    Raises:
        InputError: if it does not.
    """
    if array.shape != shape:
        raise InputError(f"{what} have shape {array.shape}, the game has {shape}")
    if not isinstance(array.denominator, int) or array.denominator < 1:
        raise InputError(f"{what} have the denominator {array.denominator!r}, no positive int")
    values = array.numerators
    if values.dtype == object:
        if not all(type(value) is int for value in values.flat):
            raise InputError(f"{what} have numerators that are not Python ints")
    elif values.dtype != np.int64:
        raise InputError(f"{what} have numerators of dtype {values.dtype}; use int64 or ints")
