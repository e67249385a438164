"""The fingerprint of a game: SHA-256 over a canonical form of everything that is exact about it.

`docs/certificate-format.md` says the form in words, for other programs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.games.numbers import ExactArray, from_fractions

VERSION = "gtlearn/fingerprint/1"

_WIDTHS = (1, 2, 4, 8)  # bytes of a machine integer


class CanonicalForm:
    """A canonical form as it is written, of which only the hash is kept.

    A text is its length in UTF-8 bytes, a colon, and these bytes. A list is a text that says how
    many there are, then each. So no two games have the same form.
    """

    def __init__(self, kind: str) -> None:
        import hashlib

        self._hash = hashlib.sha256()
        self.text(VERSION)
        self.text(kind)

    def text(self, value: str) -> None:
        """One text."""
        self._hash.update(_text(value))

    def texts(self, values: Sequence[str]) -> None:
        """A list of texts."""
        self._hash.update(_text(str(len(values))) + b"".join(map(_text, values)))

    def numbers(self, values: Sequence[Fraction]) -> None:
        """Exact numbers, as an array of one axis."""
        self.array(from_fractions(values, (len(values),)))

    def array(self, array: ExactArray) -> None:
        """The shape, the least common denominator, and the numerators in row-major order.

        The numerators are little-endian two's complement, of the least width that holds all of
        them; where 8 bytes do not, they are one text, separated by commas. There, and in the
        denominator, digits are hexadecimal.
        """
        numerators, denominator = _lowest_terms(array)
        self.texts(list(map(str, array.shape)))
        self.text(f"{denominator:x}")
        width = _width(numerators)
        self.text(str(width))
        if width:
            self._hash.update(np.ascontiguousarray(numerators, dtype=f"<i{width}").data)
        else:
            self.text(",".join([f"{value:x}" for value in numerators.ravel().tolist()]))

    def hexdigest(self) -> str:
        """The hash of what was written, 64 hexadecimal digits."""
        return self._hash.hexdigest()


def _text(value: str) -> bytes:
    encoded = value.encode("utf-8", "surrogatepass")
    return b"%d:%s" % (len(encoded), encoded)


def _lowest_terms(array: ExactArray) -> tuple[NDArray[Any], int]:
    common = array.denominator
    values = map(int, array.numerators.flat)
    while common != 1 and (some := list(islice(values, 1000))):
        common = math.gcd(common, *some)
    if common == 1:
        return array.numerators, array.denominator
    if common.bit_length() >= 64 and array.numerators.dtype != object:  # then all are zeros
        return array.numerators, array.denominator // common
    return array.numerators // common, array.denominator // common


def _width(numerators: NDArray[Any]) -> int:
    """The least number of bytes that holds each of the integers, 0 where 8 do not."""
    bounds = int(numerators.min()), int(numerators.max())
    bits = 1 + max((bound if bound >= 0 else ~bound).bit_length() for bound in bounds)
    return next((width for width in _WIDTHS if bits <= 8 * width), 0)
