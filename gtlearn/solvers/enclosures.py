"""The third arithmetic: numbers in rational intervals, with the proof that they are there.

Data only. `verify.enclosure` proves what is said here; `_enclosure` finds it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from decimal import Decimal
from fractions import Fraction
from typing import Any

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


class Evidence(Mapping[str, Any]):
    """A certificate's evidence as a dataclass: its fields by name, without those that are None."""

    def __getitem__(self, name: str) -> Any:
        value = getattr(self, name, None) if name in self._names() else None
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._names() if getattr(self, name) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @classmethod
    def _names(cls) -> list[str]:
        return [field.name for field in fields(cls)]  # type: ignore[arg-type]

    @classmethod
    def fits(cls, names: Collection[str]) -> bool:
        """Whether these are names of the fields, with all that have no default."""
        needed = {f.name for f in fields(cls) if f.default is MISSING}  # type: ignore[arg-type]
        return needed <= set(names) <= set(cls._names())


@dataclass(frozen=True, eq=False)
class EnclosureEvidence(Evidence):
    """That exactly one equilibrium on the supports lies in a box (`verify.enclosure`).

    The unknowns are the probabilities of the rows that are not pure, player by player, state by
    state, action by action; then the value of each state to each player, in the same order. A game
    in one shot is one state. The equations: what is played earns the value of the state, in the
    order of all that is played; then, for each row that is not pure, its probabilities sum to one.

    Attributes:
        regrets: one a player; zero, since they are those of the equilibrium in the box.
        radius: the largest radius of a probability.
        preconditioner: near the inverse of the equations' derivatives, one row an unknown.
        slack: every action that is not played earns less than the value of its state by at least
            so much, wherever in the box. Copies do not count, which do to their player just what
            an action does that is played; None where there are no others.
        state_values: of Markov games, the value of each state, one row a player.
        subgame_perfect: of Markov games, whether each player's table is optimal in every state.
    """

    regrets: tuple[Fraction, ...]
    radius: Fraction
    preconditioner: tuple[tuple[Fraction, ...], ...]
    slack: Fraction | None = None
    state_values: tuple[tuple[Enclosure, ...], ...] | None = None
    subgame_perfect: bool | None = None
