"""The third arithmetic: numbers in rational intervals, with the proof that they are there.

Data only. `verify.enclosure` proves what is said here; `_enclosure` finds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from gtlearn.errors import InputError
from gtlearn.games.numbers import Number, format_number, nearest_double

SHOWN_DIGITS = 8  # significant digits of an enclosed number in a table


@dataclass(frozen=True)
class Enclosure:
    """A real number between two rationals whose denominators are powers of ten.

    There is no arithmetic on it, so that no midpoint is taken for the number by mistake.

    Attributes:
        mid: the midpoint.
        radius: by how much the number may differ from it.

    >>> root = Enclosure(Fraction("1.41421356237"), Fraction("1e-11"))  # of two
    >>> root.lower**2 < 2 < root.upper**2, float(root), str(root)
    (True, 1.41421356237, '1.4142135...')
    """

    mid: Fraction
    radius: Fraction

    @property
    def lower(self) -> Fraction:
        """The number is at least that."""
        return self.mid - self.radius

    @property
    def upper(self) -> Fraction:
        """The number is at most that."""
        return self.mid + self.radius

    def __float__(self) -> float:
        return nearest_double(self.mid)

    def __str__(self) -> str:
        """The first digits, all of them proven; or the midpoint, where the ends share too few."""
        size = Decimal(self.mid.numerator) / Decimal(self.mid.denominator)
        for digits in range(SHOWN_DIGITS, SHOWN_DIGITS // 2, -1):
            last = size.adjusted() + 1 - digits
            low, high = (int(end / Fraction(10) ** last) for end in (self.lower, self.upper))
            if low == high != 0:
                shown = Decimal((int(low < 0), tuple(map(int, str(abs(low)))), last))
                mantissa, e, exponent = str(shown).lower().partition("e")
                return f"{mantissa}...{e}{exponent}"
        return f"{nearest_double(self.mid):.6g} +- {nearest_double(self.radius):.1g}"

    def to_json(self) -> dict[str, str]:
        """The midpoint and the radius as decimals, exactly.

        >>> Enclosure(Fraction(1, 8), Fraction(1, 10**31)).to_json()
        {'mid': '0.125', 'radius': '1e-31'}
        """
        return {"mid": decimal_text(self.mid), "radius": decimal_text(self.radius)}


Real = Number | Enclosure
EnclosedTable = tuple[tuple[Real, ...], ...]  # one strategy a state


def exact_row(numbers: Sequence[Real]) -> list[Fraction]:
    """Numbers as Fractions.

    Raises:
        InputError: if one of them is enclosed.
    """
    enclosed = next((number for number in numbers if isinstance(number, Enclosure)), None)
    if enclosed is not None:
        raise InputError(
            f"{enclosed} may be irrational, so it is no Fraction; take the ends of the interval "
            "that is proven to hold it, `.lower` and `.upper` of each Enclosure in the solution, "
            "or its midpoint, `.mid`"
        )
    return [Fraction(number) for number in numbers if not isinstance(number, Enclosure)]


def decimal_text(value: Fraction) -> str:
    """A rational as a decimal, exactly; as a ratio where it has none that ends.

    >>> decimal_text(Fraction(3, 8)), decimal_text(Fraction(-2, 10**9))
    ('0.375', '-2e-9')
    """
    places, rest = 0, value.denominator
    for prime in (2, 5):
        power = 0
        while rest % prime == 0:
            rest //= prime
            power += 1
        places = max(places, power)
    if rest != 1:
        return format_number(value)
    digits = format_number(abs(value) * 10**places)
    exact = Decimal((int(value < 0), tuple(map(int, digits)), -places))
    return str(exact).lower()
