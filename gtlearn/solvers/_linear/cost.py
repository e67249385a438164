"""How long exact arithmetic takes, estimated from above on a slow machine.

What no limit can stop runs here only if it is short, and else in a child process
(`gtlearn.child.bounded`). An estimate that is too high costs a few milliseconds for the child, one
that is too low makes a limit late by as much.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from numpy.typing import NDArray

_ENTRY = 2e-7  # seconds to hand an integer to python-flint and back
_WORD = 64  # bits


def bits_of(values: NDArray[Any]) -> int:
    """The bits of the longest integer of an array."""
    if values.size == 0:
        return 0
    if values.dtype == object:
        return bits_in(values.ravel().tolist())
    return max(abs(int(values.max())), abs(int(values.min()))).bit_length()


def bits_in(values: Iterable[int]) -> int:
    """The bits of the longest of some integers."""
    return max((value.bit_length() for value in values), default=0)


def solving_seconds(size: int, bits: int) -> float:
    """An exact solution, or a determinant, of an integer matrix (p-adic lifting).

    Args:
        size: rows of the square matrix.
        bits: of its longest entry.
    """
    steps = size * (bits + size.bit_length()) / 30
    return size * size * (_ENTRY + 1e-8 * steps * (1 + bits / _WORD)) + 2e-9 * size**3


def solution_bits(size: int, bits: int) -> int:
    """The bits of the numerators and the denominator of such a solution (Hadamard's bound)."""
    return size * (bits + (size.bit_length() + 1) // 2)


def product_seconds(entries: int, bits: int, other_bits: int) -> float:
    """So many products of integers of some bits with integers of other bits, and their sums."""
    return entries * (_ENTRY + 2e-9 * (1 + bits / _WORD) * (1 + other_bits / _WORD))


def python_seconds(entries: int, bits: int) -> float:
    """So many products, quotients or greatest common divisors of Python's integers of some bits."""
    return entries * (3e-7 + 3e-12 * bits * bits)
