"""A verification within limits: what was settled by then, and the rest on trust."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import inf
from pathlib import Path

from gtlearn.child import computed
from gtlearn.limits import LimitReached, limited, patience
from gtlearn.solvers.verify.report import Report, ended, is_listened_to, listening


def within(
    verification: Callable[[], Report],
    *,
    time_limit: float | None = None,
    memory_limit: float | None = None,
) -> Report:
    """The report of a verification, as far as it got within the limits.

    Where a limit holds, or the user may ask to stop, it runs in a child process, since much of its
    work is single operations on large numbers, which nothing else could stop; what it settles is
    written down as it goes.

    Args:
        verification: what makes the report.
        time_limit: seconds for it, besides the limits that hold already.
        memory_limit: bytes by which the memory may grow, besides them.

    Raises:
        InputError: as `verification`, or if a limit is no positive number.
    """
    with limited(time_limit, memory_limit):
        if patience() == inf or is_listened_to():  # then this is the child
            return verification()
        from tempfile import TemporaryDirectory

        with TemporaryDirectory() as folder:
            record = Path(folder) / "settled"
            try:
                return computed(_recorded, verification, record)
            except LimitReached as limit:
                return _so_far(record) + Report(on_trust=(f"all else: {ended(limit)}",))


def _recorded(verification: Callable[[], Report], record: Path) -> Report:
    """The report; each statement is written to a file once it is settled, a line each."""
    with record.open("w", encoding="utf-8") as file:

        def write(part: str, sentence: str) -> None:
            file.write(json.dumps([part, sentence]) + "\n")
            file.flush()

        with listening(write):
            return verification()


def _so_far(record: Path) -> Report:
    """What a file has of a verification that was ended; a torn last line counts for nothing."""
    parts: dict[str, list[str]] = {"false": [], "proven": [], "on_trust": []}
    lines = record.read_text(encoding="utf-8").split("\n")[:-1] if record.exists() else []
    for part, sentence in map(json.loads, lines):
        parts[part].append(sentence)
    return Report(**{part: tuple(sentences) for part, sentences in parts.items()})
