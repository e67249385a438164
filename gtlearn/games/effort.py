"""About how long it takes to read a game, from the look of it: what may take long runs in a child.

Reading calls libraries that nothing can stop (parsers of JSON, divisors of long numbers, OpenSpiel)
and fills memory as it goes. So under a limit a game is read where it can be ended, unless it is
small.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from gtlearn.games.catalogue import catalogue_names
from gtlearn.games.names import split_call

UNKNOWN = 0.1  # seconds: short for a person, and longer than a limit may be kept waiting

_CHARACTER = 3e-6  # seconds
_ENTRY = 3e-6


def reading_seconds(spec: Any) -> float:
    """Seconds to read what `games.load` takes, `UNKNOWN` where it does not show."""
    if isinstance(spec, str):
        return _seconds_of_text(spec)
    if isinstance(spec, os.PathLike):
        return _seconds_of_file(os.fspath(spec))
    if isinstance(spec, np.ndarray):
        return spec.size * (1e-8 if spec.dtype.kind in "iu" else _ENTRY)
    if isinstance(spec, Sequence):
        return _entries(spec) * _ENTRY
    return UNKNOWN


def text_seconds(text: str, format: str) -> float:
    """Seconds to read a text in a format; a tree may have many times as many strategies."""
    return UNKNOWN if format == "efg" else len(text) * _CHARACTER


def bytes_seconds(data: bytes) -> float:
    """Seconds to read content whose format it shows itself."""
    return max(UNKNOWN, len(data) * _CHARACTER)


def writing_seconds(game: Any) -> float:
    """Seconds to write a game as text."""
    shape = getattr(game, "shape", None)  # of a normal form
    return UNKNOWN if shape is None else 5e-6 * math.prod(shape) * len(shape)


def _seconds_of_text(text: str) -> float:
    stripped = text.strip()
    if stripped in catalogue_names():
        return 0.0
    if len(stripped) <= 4096 and "\0" not in stripped and os.path.exists(stripped):
        return _seconds_of_file(stripped)
    if split_call(stripped) is not None and stripped[:1].isalpha():  # with parameters, or OpenSpiel
        return UNKNOWN
    return len(text) * _CHARACTER


def _seconds_of_file(path: str | bytes) -> float:
    try:
        size = os.stat(path).st_size
    except (OSError, ValueError):
        return 0.0  # which is said at once
    suffix = os.fsdecode(path).lower().rpartition(".")[2]
    if suffix in ("efg", "xlsx", "npz", "npy"):
        return max(UNKNOWN, size * _CHARACTER)
    return size * _CHARACTER


def _entries(values: Any) -> float:
    """How many numbers nested values hold, if all levels are like their first entry."""
    count = 1.0
    for _ in range(8):
        if isinstance(values, np.ndarray):
            return count * values.size
        if not isinstance(values, Sequence) or isinstance(values, str) or not len(values):
            return count
        count *= len(values)
        values = values[0]
    return math.inf
