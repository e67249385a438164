"""The time for what a profile is compared with, and what a limit leaves of a check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from gtlearn import limits
from gtlearn.games import Game
from gtlearn.limits import OK, LimitReached, TimeLimitReached
from gtlearn.solvers.checking.report import CheckReport


@contextmanager
def comparing(seconds: float) -> Iterator[bool]:
    """So much time for what a profile is compared with, unless the user has set a time limit.

    Yields whether the user has not.
    """
    own = limits.seconds_left() is None
    with limits.limited(seconds if own else None):
        yield own


def status_of(reached: LimitReached | None, own: bool) -> str:
    """The status that a limit leaves, where time that is our `own` is no limit of the user's."""
    if reached is None or (own and isinstance(reached, TimeLimitReached)):
        return OK
    return reached.status


def cut_short(
    report: CheckReport, reached: LimitReached, what: str, notes: Sequence[str] = ()
) -> CheckReport:
    """The report of a check that a limit ended before it knew something essential."""
    ended = f"{reached} before {what} known, so that it is not known whether this holds"
    return replace(report, status=reached.status, notes=with_notes(report.game, (*notes, ended)))


def with_notes(game: Game, notes: Sequence[str]) -> tuple[str, ...]:
    """The notes, after that on how the game's floats were read."""
    return (*((game.number_note,) if game.number_note else ()), *notes)
