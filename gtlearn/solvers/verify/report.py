"""What a verification says of a claim: what is false, what is proven, what is taken on trust."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from gtlearn.errors import InputError
from gtlearn.limits import LimitReached, check

SCHEMA = "gtlearn/verification/1"


@dataclass(frozen=True)
class Report:
    """What a game says of a claim about it, in sentences that begin with the place they are about.

    Attributes:
        false: the statements that do not hold, and what holds instead.
        proven: the statements that were recomputed, or whose proof was checked.
        on_trust: the statements that nothing here proves or refutes; each says why.
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

    def to_json(self) -> dict[str, Any]:
        """The report as the JSON object of schema gtlearn/verification/1."""
        return {
            "schema": SCHEMA,
            "false": list(self.false),
            "proven": list(self.proven),
            "on_trust": list(self.on_trust),
        }


class Unproven(Exception):
    """Raised by a test that can neither prove nor refute its statement; holds the reason."""


@dataclass(frozen=True)
class Statement:
    """Something that a claim says, and how to find out whether it is so.

    Attributes:
        says: what is stated, as it stands in the report.
        test: names what of it is false, in sentences; nothing where all of it holds. It raises
            `Unproven` where it cannot be decided, `InputError` where the claim has a wrong form.
        place: where in the claim it stands, such as "solution 0"; "" for the whole.
    """

    says: str
    test: Callable[[], Sequence[str]]
    place: str = ""


def settled(statements: Iterable[Statement]) -> Report:
    """Tests every statement. Those that a limit leaves untested are on trust."""
    false: list[str] = []
    proven: list[str] = []
    on_trust: list[str] = []
    for statement in statements:
        before = f"{statement.place}: " if statement.place else ""
        try:
            check()
            failed = statement.test()
        except InputError as error:  # of the wrong form
            failed = (str(error),)
        except (Unproven, LimitReached) as reason:
            why = ended(reason) if isinstance(reason, LimitReached) else str(reason)
            on_trust.append(f"{before}{statement.says}: {why}")
            continue
        false += [f"{before}{sentence}" for sentence in failed]
        if not failed:
            proven.append(f"{before}{statement.says}")
    return Report(tuple(false), tuple(proven), tuple(on_trust))


def ended(limit: LimitReached) -> str:
    """Why something was not verified: a limit was reached."""
    return f"not verified, since the {limit.status.replace('_', ' ')} ended the verification"
