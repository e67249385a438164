"""What a verification says of a claim: what is false, what is proven, what is taken on trust."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

SCHEMA = "gtlearn/verification/1"


@dataclass(frozen=True)
class Report:
    """What a game says of a claim about it, in sentences that begin with the place they are about.

    Attributes:
        false: the statements that do not hold.
        proven: the statements that were recomputed, or whose proof was checked.
        on_trust: the statements that hold as far as they could be checked, but that nothing here
            proves; each says why.
    """

    false: tuple[str, ...] = ()
    proven: tuple[str, ...] = ()
    on_trust: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        raise TypeError("a report has no truth value; ask for its .false, .proven or .on_trust")

    @property
    def holds(self) -> bool:
        """Whether nothing is false and nothing is on trust."""
        return not self.false and not self.on_trust

    def within(self, place: str) -> Report:
        """The same of a part of a larger claim: each sentence begins with `place`."""
        parts = (self.false, self.proven, self.on_trust)
        return Report(*(tuple(f"{place}: {sentence}" for sentence in part) for part in parts))

    def to_json(self) -> dict[str, Any]:
        """The report as the JSON object of schema gtlearn/verification/1."""
        return {
            "schema": SCHEMA,
            "false": list(self.false),
            "proven": list(self.proven),
            "on_trust": list(self.on_trust),
        }


def joined(reports: Iterable[Report]) -> Report:
    """One report of several."""
    parts = list(reports)
    return Report(
        tuple(sentence for report in parts for sentence in report.false),
        tuple(sentence for report in parts for sentence in report.proven),
        tuple(sentence for report in parts for sentence in report.on_trust),
    )
