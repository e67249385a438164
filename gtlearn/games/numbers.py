"""Exact numbers: parsing, printing, and payoff arrays held as integers over one denominator."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError, quoted
from gtlearn.games.arrays import is_array, plain_array

Number = Fraction | float

_NUMBER = re.compile(
    r"([+-]?)(?:(\d+)/(\d+)|(?=\.?\d)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?)", flags=re.ASCII
)
_INT64_SAFE = 2**62
_MAX_DEPTH = 32  # axes of an array; numpy's own limit is 64
_MAX_CHARACTERS = 10_000_000  # of one number; solutions have longer numbers than games
_MAX_BITS = 2**31  # of all numerators over one denominator
_MAX_ENTRIES = 100_000_000  # of an array, each of which takes eight bytes or more
_MAX_EXPONENT = 10_000  # of ten, as text may have
_DIGITS = 4000  # Python refuses to convert integers of more than 4300


def parse_number(text: str) -> Fraction:
    """The exact value of an integer, a decimal ("0.5", "1e-3") or a ratio ("p/q").

    Raises:
        InputError: if `text` is not such a number (NaN and infinities are not).
    """
    stripped = text.strip()
    match = _NUMBER.fullmatch(stripped) if len(stripped) <= _MAX_CHARACTERS else None
    if match is None:
        raise InputError(f"{quoted(text)} is not a number; write an integer, a decimal or p/q")
    sign, p, q, whole, decimals, exponent = match.groups()
    if p:
        denominator = _integer(q)
        if denominator == 0:
            raise InputError(f"{quoted(text)} divides by zero; write a ratio p/q with q > 0")
        value = Fraction(_integer(p), denominator)
    else:
        shift = int(exponent or 0) - len(decimals or "")
        digits = _integer(whole + (decimals or ""))
        value = Fraction(digits * 10**shift) if shift >= 0 else Fraction(digits, 10**-shift)
    return -value if sign == "-" else value


def parse_entry(text: str) -> int | Fraction:
    """As `parse_number`, but an integer of ordinary length is an int, which is faster."""
    digits = text[1:] if text[:1] == "-" else text
    if len(digits) < 19 and digits.isdigit() and digits.isascii():
        return int(text)
    return parse_number(text)


def to_fraction(value: Any, *, rationalise: bool = False) -> Fraction:
    """`value` as a Fraction: ints, Fractions, Decimals, number strings, and floats.

    A float is the exact binary value that it holds; with `rationalise` it is the shortest
    decimal that prints as it (0.1 becomes 1/10).

    Raises:
        InputError: if `value` is no finite number.
    """
    if type(value) is Fraction:
        return value
    if isinstance(value, str):
        return parse_number(value)
    if isinstance(value, bool | np.bool_):
        raise InputError(
            f"{value} is a truth value, not a number; write int(...) where 1 or 0 is meant"
        )
    if isinstance(value, int | np.integer) and not isinstance(value, np.timedelta64):
        return Fraction(int(value))
    if isinstance(value, Decimal):
        return _of_decimal(value)
    if isinstance(value, float | np.floating):
        if not math.isfinite(value):
            raise InputError(f"{value} is not a finite number")
        if rationalise:
            return Fraction(np.format_float_scientific(value, trim="-"))
        return Fraction(*value.as_integer_ratio())
    return _of_ratio(value)


def _of_decimal(value: Decimal) -> Fraction:
    if not value.is_finite():
        raise InputError(f"{value} is not a finite number")
    if abs(value.adjusted()) > _MAX_EXPONENT:
        raise InputError(f"{quoted(value)} is too large or too small; rescale the payoffs")
    return Fraction(*value.as_integer_ratio())


def _of_ratio(value: Any) -> Fraction:
    """What has a numerator and a denominator; python-flint's numbers spell them p and q."""
    for top, bottom in (("numerator", "denominator"), ("p", "q")):
        try:
            numerator, denominator = getattr(value, top), getattr(value, bottom)
            return Fraction(int(numerator), int(denominator))
        except (AttributeError, TypeError, ValueError, ZeroDivisionError):
            continue
    raise InputError(f"{quoted(value)} is a {type(value).__name__}, not a number")


def plain_integer(value: Any) -> Any:
    """One of numpy's integers as Python's; anything else as it is."""
    return int(value) if isinstance(value, np.integer) else value


def format_number(value: Number) -> str:
    """A Fraction as "p" or "p/q"; a float with six significant digits."""
    if isinstance(value, float):
        return f"{value:.6g}"
    try:
        return str(value)
    except ValueError:  # Python prints integers of at most 4300 digits
        text = _decimal(value.numerator)
        return text if value.denominator == 1 else f"{text}/{_decimal(value.denominator)}"


def short_number(value: int | Fraction) -> str:
    """An exact number for an error message: as it is, or as a float where that is long."""
    text = format_number(Fraction(value))
    if len(text) <= 40:
        return text
    try:
        return f"about {float(value):.6g}"
    except OverflowError:
        return f"a number of {len(text)} characters"


def nearest_double(value: int | Fraction) -> float:
    """The nearest double: infinite where the number is too large for one, zero where too small.

    >>> nearest_double(Fraction(1, 3)), nearest_double(-(10**400))
    (0.3333333333333333, -inf)
    """
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


@dataclass(frozen=True, eq=False)
class ExactArray:
    """A rational array `numerators / denominator`, of any shape.

    `numerators` is int64 where every entry fits, else an object array of Python ints;
    `denominator` is a positive int. Payoffs scaled by the denominator are integers, so a
    solver works on integers and divides at the end.
    """

    numerators: NDArray[Any]
    denominator: int = 1

    @property
    def shape(self) -> tuple[int, ...]:
        """The array's shape."""
        return self.numerators.shape

    @cached_property
    def bits(self) -> int:
        """The length of the longest numerator."""
        entries = self.numerators
        if entries.dtype != object:
            return max(abs(int(entries.max())), abs(int(entries.min()))).bit_length()
        return max(int(value).bit_length() for value in entries.ravel().tolist())

    def __getitem__(self, index: Any) -> Fraction:
        """The exact entry at `index`."""
        return Fraction(int(self.numerators[index]), self.denominator)

    def __eq__(self, other: object) -> bool:
        """Equal shapes and equal values."""
        if not isinstance(other, ExactArray):
            return NotImplemented
        if self.shape == other.shape and self.denominator == other.denominator:
            return bool(np.all(self.numerators == other.numerators))
        return self.shape == other.shape and bool(
            np.all(
                self.numerators.astype(object) * other.denominator
                == other.numerators.astype(object) * self.denominator
            )
        )

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return _frozen, (self.numerators, self.denominator)

    def floats(self) -> NDArray[np.float64]:
        """The nearest doubles, same shape."""
        if self.denominator == 1 and self.numerators.dtype != object:
            return self.numerators.astype(np.float64)
        flat = [_ratio(int(v), self.denominator) for v in self.numerators.ravel()]
        return np.array(flat, dtype=np.float64).reshape(self.shape)

    def fractions(self) -> NDArray[Any]:
        """An object array of Fractions, same shape."""
        flat = [Fraction(int(v), self.denominator) for v in self.numerators.ravel()]
        return objects(flat, self.shape)

    def texts(self) -> NDArray[Any]:
        """An object array of the entries as "p" or "p/q", same shape."""
        if self.denominator == 1 and self.numerators.dtype != object:
            flat = list(map(str, self.numerators.ravel().tolist()))
        else:
            flat = [format_number(value) for value in self.fractions().ravel()]
        return objects(flat, self.shape)

    def transpose(self) -> ExactArray:
        """The array with its axes reversed."""
        return ExactArray(self.numerators.T, self.denominator)

    def swapped(self, one: int, other: int) -> ExactArray:
        """The array with two axes exchanged."""
        return ExactArray(self.numerators.swapaxes(one, other), self.denominator)


def exact_array(values: Any, *, rationalise: bool = False, what: str = "payoffs") -> ExactArray:
    """An ExactArray from nested sequences or a numpy array of numbers.

    Args:
        values: ints, Fractions, floats or number strings; rectangular, of any depth.
        rationalise: read a float as the shortest decimal that prints as it.
        what: the name of the array in error messages.

    Raises:
        InputError: if `values` is ragged, empty, or holds something that is no finite number.
    """
    if isinstance(values, ExactArray):
        return values
    array = plain_array(values, what) if is_array(values) else _object_array(values, what)
    if array.size == 0:
        raise InputError(f"{what} are empty; give at least one number")
    if array.size > _MAX_ENTRIES:
        raise InputError(
            f"{what} are {array.size} numbers, more than {_MAX_ENTRIES}; use a smaller game"
        )
    if array.dtype.kind in "iu" and not (array.dtype.kind == "u" and array.dtype.itemsize == 8):
        if array.min() > -_INT64_SAFE and array.max() < _INT64_SAFE:
            return _frozen(array.astype(np.int64), 1)
        return integer_array(array.ravel().tolist(), array.shape)
    if array.dtype.kind == "f":
        if not np.isfinite(array).all():
            where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
            raise InputError(
                f"{what}: {array[where]} at index {list(where)} is not a finite number; "
                "replace it by a number"
            )
        wide = array.astype(np.float64) if array.dtype.itemsize < 8 else array
        if (np.abs(wide) < 2**53).all() and (wide == np.floor(wide)).all():
            return _frozen(array.astype(np.int64), 1)
    entries = array.ravel().tolist() if array.dtype in (object, np.float64) else list(array.flat)
    if set(map(type, entries)) == {int}:
        return integer_array(entries, array.shape)
    flat = []
    for position, value in enumerate(entries):
        try:
            flat.append(to_fraction(value, rationalise=rationalise))
        except InputError as error:
            where = tuple(int(i) for i in np.unravel_index(position, array.shape))
            raise InputError(f"{what}: {error} (at index {list(where)})") from None
    return from_fractions(flat, array.shape)


def from_fractions(flat: Sequence[int | Fraction], shape: tuple[int, ...]) -> ExactArray:
    """An ExactArray of the given shape from its entries in row-major order."""
    denominator = common_denominator(flat)
    numerators = [f.numerator * (denominator // f.denominator) for f in flat]
    return integer_array(numerators, shape, denominator)


def common_denominator(values: Sequence[int | Fraction]) -> int:
    """The least common denominator of the values.

    Raises:
        InputError: if it is so long that the values over it would not fit into memory.
    """
    denominator = 1
    for other in {value.denominator for value in values}:
        denominator = math.lcm(denominator, other)
        if denominator.bit_length() * len(values) > _MAX_BITS:
            raise InputError(
                f"the common denominator of {len(values)} payoffs is longer than "
                f"{_MAX_BITS // len(values)} bits; round the payoffs to fewer digits"
            )
    return denominator


def integer_array(
    numerators: Sequence[int], shape: tuple[int, ...], denominator: int = 1
) -> ExactArray:
    """An ExactArray from integer numerators in row-major order over one denominator."""
    small = all(-_INT64_SAFE < v < _INT64_SAFE for v in numerators)
    out = np.empty(len(numerators), dtype=np.int64 if small else object)
    out[:] = numerators
    return _frozen(out.reshape(shape), denominator)


def lowest_terms(numerators: Sequence[int], shape: tuple[int, ...], denominator: int) -> ExactArray:
    """The same over the least denominator that all entries share."""
    divisor = math.gcd(denominator, *numerators)
    return integer_array([v // divisor for v in numerators], shape, denominator // divisor)


def _frozen(numerators: NDArray[Any], denominator: int) -> ExactArray:
    numerators = numerators.copy() if numerators.flags.writeable is False else numerators
    numerators.setflags(write=False)
    return ExactArray(numerators, denominator)


def _object_array(values: Any, what: str) -> NDArray[Any]:
    """Nested sequences as a rectangular object array."""
    shape = _shape(values, what, [])
    if len(shape) > _MAX_DEPTH:
        raise InputError(f"{what} are nested {len(shape)} deep; give one axis a player")
    flat: list[Any] = []
    _flatten(values, len(shape), flat)
    return objects(flat, shape)


def objects(flat: Sequence[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """An array of anything, from its entries in row-major order."""
    out = np.empty(len(flat), dtype=object)
    out[:] = flat
    return out.reshape(shape)


def _is_nested(value: Any) -> bool:
    if isinstance(value, int | float | str | Fraction):  # the common cases, quickly
        return False
    if isinstance(value, np.ndarray):
        return value.ndim > 0
    return isinstance(value, Sequence) and not isinstance(value, bytes)


def _shape(values: Any, what: str, path: list[int]) -> tuple[int, ...]:
    if not _is_nested(values):
        return ()
    if len(values) == 0:
        raise InputError(f"{what} are empty at index {path}; give at least one number")
    if not any(map(_is_nested, values)):
        return (len(values),)
    shapes = [_shape(value, what, [*path, i]) for i, value in enumerate(values)]
    for i, shape in enumerate(shapes):
        if shape != shapes[0]:
            raise InputError(
                f"{what} are ragged: entry {[*path, i]} has shape {list(shape)} where entry "
                f"{[*path, 0]} has {list(shapes[0])}; make all rows equally long"
            )
    return (len(values), *shapes[0])


def _flatten(values: Any, depth: int, out: list[Any]) -> None:
    if depth == 0:
        out.append(values)
        return
    for value in values:
        _flatten(value, depth - 1, out)


def _integer(digits: str) -> int:
    """The integer that a string of decimal digits spells, of any length."""
    if len(digits) <= _DIGITS:
        return int(digits)
    import flint

    return int(flint.fmpz(digits))


def _decimal(value: int) -> str:
    """The decimal digits of an integer of any length."""
    if value.bit_length() < 3 * _DIGITS:
        return str(value)
    import flint

    return str(flint.fmpz(value))


def _ratio(numerator: int, denominator: int) -> float:
    try:
        return numerator / denominator
    except OverflowError:
        raise InputError("a payoff is too large for a float; rescale the payoffs") from None
