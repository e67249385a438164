"""What a policy sees, and what it does: one of so many things, or so many numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Choices:
    """One of finitely many, as an index.

    Attributes:
        count: how many there are.
    """

    count: int

    @property
    def width(self) -> int:
        """How many numbers hold it: the index alone."""
        return 1

    def of(self, noun: str) -> str:
        """In words, such as "5 states"."""
        return f"{self.count} {noun}"


@dataclass(frozen=True)
class Numbers:
    """A vector.

    Attributes:
        count: its length.
    """

    count: int

    @property
    def width(self) -> int:
        """How many numbers hold it."""
        return self.count

    def of(self, noun: str) -> str:
        """In words, such as "states of 17 numbers"."""
        return f"{noun} of {self.count} numbers"


Space: TypeAlias = Choices | Numbers
