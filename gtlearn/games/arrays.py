"""Arrays of other packages as plain arrays of numbers, with nothing hidden in them.

What an array carries beside its numbers (a mask, units, labels) would be lost where numpy makes a
plain array of it, so what carries such things is refused, in a sentence that says how to give the
numbers alone.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError, first_line

_PLAIN = (np.ndarray, np.matrix, np.memmap, np.recarray)
_CARRIED = {  # an attribute, and what it says of an array that has it
    "mask": "a mask",
    "units": "units",
    "unit": "units",
    "coords": "labels",
    "columns": "labels",
    "schema": "labels",
}


def is_array(value: Any) -> bool:
    """Whether `value` is a numpy array, or turns itself into one."""
    return hasattr(value, "__array__")


def plain_array(values: Any, what: str) -> NDArray[Any]:
    """A numpy array of what `values` shows, where that is all that it holds.

    Args:
        values: a numpy array, or anything that turns itself into one, such as a tensor.
        what: the name of the array in error messages.

    Raises:
        InputError: if it is masked, carries units or labels, or holds dates or raw bytes; if it
            cannot be made an array.

    >>> plain_array(np.ma.array([1, 2], mask=[False, True]), "payoffs")
    Traceback (most recent call last):
        ...
    gtlearn.errors.InputError: payoffs: entry [1] is masked; fill it in
    """
    masked = _is_masked(values)
    mask = np.ma.getmaskarray(values) if masked else None
    if mask is not None and mask.dtype == bool and mask.any():
        where = [int(i) for i in np.argwhere(mask)[0]]
        raise InputError(f"{what}: entry {where} is masked; fill it in")
    if type(values) not in _PLAIN and not (masked and type(values) is np.ma.MaskedArray):
        _require_nothing_beside(values, what)
    try:
        array = np.asarray(values)
    except Exception as error:  # a library's own: of another device, or with a gradient
        raise InputError(
            f"{what}: numpy cannot read the {type(values).__name__}: {first_line(error)}"
        ) from None
    if array.dtype.kind in "mM":
        raise InputError(f"{what} are dates or durations, not numbers")
    if array.dtype.kind == "V":
        raise InputError(f"{what} are records, not numbers; give an array of numbers")
    return array


def _is_masked(values: Any) -> bool:
    """Whether it is a masked array; where numpy.ma was never imported, which is slow, none is."""
    module = sys.modules.get("numpy.ma")
    return module is not None and isinstance(values, module.MaskedArray)


def _require_nothing_beside(values: Any, what: str) -> None:
    """Refuses what carries more than numbers, and unknown kinds of numpy's arrays, which may."""
    name = type(values).__name__
    if type(values).__module__.partition(".")[0] == "pandas":  # the caller has taken the labels
        return
    carried = next((word for key, word in _CARRIED.items() if _has(values, key)), None)
    if carried is None and isinstance(values, np.ndarray):
        carried = "more than numbers"
    if carried is not None:
        raise InputError(
            f"{what}: the {name} carries {carried}, which would be lost; give its numbers alone, "
            "as numpy.array makes them"
        )


def _has(values: Any, attribute: str) -> bool:
    try:
        return getattr(values, attribute, None) is not None
    except Exception:  # a property that fails
        return True
