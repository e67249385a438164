"""What a verification says of a claim: what is false, what is proven, what is taken on trust."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Any

from gtlearn.errors import InputError
from gtlearn.limits import LimitReached, check

VERIFICATION_SCHEMA = "gtlearn/verification/1"


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

    def __add__(self, other: Report) -> Report:
        """What both say."""
        return Report(
            self.false + other.false, self.proven + other.proven, self.on_trust + other.on_trust
        )

    @property
    def holds(self) -> bool:
        """Whether nothing is false and nothing is on trust."""
        return not self.false and not self.on_trust

    def to_json(self) -> dict[str, Any]:
        """The report as the JSON object of schema gtlearn/verification/1."""
        return {
            "schema": VERIFICATION_SCHEMA,
            **{part: list(said) for part, said in vars(self).items()},
        }


class Unproven(Exception):
    """Raised by a test that can neither prove nor refute its statement; holds the reason."""


class TooLarge(InputError):
    """Raised where the game, and not the form of a claim, is too large to decide a statement.

    It is an InputError for callers who ask about the game, and leaves a statement undecided.
    """


@dataclass(frozen=True)
class Statement:
    """Something that a claim says, and how to find out whether it is so.

    Attributes:
        says: what is stated, as it stands in the report.
        test: names what of it is false, in sentences; nothing where all of it holds. It raises
            `Unproven` or `TooLarge` where it cannot be decided, any other `InputError` where the
            claim has a wrong form.
        place: where in the claim it stands, such as "solution 0"; "" for the whole.
    """

    says: str
    test: Callable[[], Sequence[str]]
    place: str = ""


def unless(holds: bool, sentence: str) -> Callable[[], Sequence[str]]:
    """The test of something that is known: nothing is false where it holds."""
    return partial(list, [] if holds else [sentence])


def unknown_statement(name: object, place: str = "") -> Statement:
    """What is said under a name that is not known here."""
    return Statement(f"{str(name)[:40]!r}", _not_known, place)


def _not_known() -> Sequence[str]:
    raise Unproven("not a statement that is known here, so it was not looked at")


class Tested:
    """A test that remembers whether it has found something false."""

    def __init__(self, test: Callable[[], Sequence[str]]) -> None:
        self._test = test
        self.failed = False

    def __call__(self) -> Sequence[str]:
        """What of it is false."""
        try:
            failures = self._test()
        except InputError as error:
            self.failed = not isinstance(error, TooLarge)
            raise
        self.failed = bool(failures)
        return failures


Listener = Callable[[str, str], None]  # told the part and the sentence

_listener: ContextVar[Listener | None] = ContextVar("gtlearn_verification", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Inside, every sentence of a report is told as soon as it is settled."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def is_listened_to() -> bool:
    """Whether somebody writes down what is settled."""
    return _listener.get() is not None


def settled(statements: Iterable[Statement]) -> Report:
    """Tests every statement. Those that a limit leaves untested are on trust."""
    parts: dict[str, list[str]] = {"false": [], "proven": [], "on_trust": []}
    listener = _listener.get()
    for statement in statements:
        before = f"{statement.place}: " if statement.place else ""
        part, sentences = _verdict(statement)
        for sentence in sentences:
            parts[part].append(before + sentence)
            if listener is not None:
                listener(part, before + sentence)
    return Report(**{part: tuple(sentences) for part, sentences in parts.items()})


def _verdict(statement: Statement) -> tuple[str, Sequence[str]]:
    """The part in which a statement stands, and what is said of it there."""
    try:
        check()
        failed = statement.test()
    except (Unproven, TooLarge) as reason:
        return "on_trust", [f"{statement.says}: {reason}"]
    except InputError as error:  # of the wrong form
        return "false", [str(error)]
    except LimitReached as limit:
        return "on_trust", [f"{statement.says}: {ended(limit)}"]
    return ("false", failed) if failed else ("proven", [statement.says])


def ended(limit: LimitReached) -> str:
    """Why something was not verified: a limit was reached."""
    return f"not verified, since {limit}"
