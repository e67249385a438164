"""What `train`, `resume` and `sweep` show: a bar while they run, and a table at the end."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gtlearn.runs.learner import Learner
    from gtlearn.runs.loop import Outcome

STOPPED = 130  # as a process that was interrupted
_REFRESH = 0.1  # seconds
_COMMON = ("schema", "algorithm", "game", "env", "seed", "env_steps", "seconds", "iterations")


@contextmanager
def watching() -> Iterator[Callable[[int, Learner], None] | None]:
    """A callback of the loop that draws a bar with the learned and the exact value."""
    from gtlearn.cli.output import progress_bar

    with progress_bar() as advance:
        if advance is None:
            yield None
            return
        drawn = 0.0

        def watch(step: int, learner: Learner) -> None:
            nonlocal drawn
            if time.monotonic() - drawn >= _REFRESH:
                drawn = time.monotonic()
                text = (
                    f"step {step:,} of {learner.iterations:,}, {values_text(*learner.headline())}"
                )
                advance(step / learner.iterations, text)

        yield watch


@contextmanager
def stoppable() -> Iterator[Callable[[int], bool]]:
    """A callback of the loop that says true once the user or the system asked to stop.

    The run then ends with a checkpoint; a second Ctrl-C stops it at once.
    """
    asked: list[int] = []

    def ask(number: int, frame: Any) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda step: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def values_text(learned: float, exact: float | None) -> str:
    """Such as "learned 2.8994, exact 2.9"."""
    return f"learned {learned:.5g}" + (f", exact {exact:.5g}" if exact is not None else "")


def report(outcome: Outcome) -> int:
    """Prints what came out of a run, and draws its curve; returns the exit code."""
    folder = outcome.folder
    if outcome.result is None:
        click.echo(f"Stopped and kept; to go on: gtlearn resume {folder}", err=True)
        return STOPPED
    from gtlearn.cli.output import emit

    emit(result_text(outcome.result), None)
    picture = curve_of(folder)
    click.echo(f"Run: {folder}" + (f"   Picture: {picture}" if picture else ""))
    return 0


def result_text(result: dict[str, Any]) -> str:
    """A finished run as a heading and a table of its numbers."""
    from gtlearn.solvers.output.pieces import add_row, new_table, to_text

    subject = "".join(f" on {result[key]}" for key in ("game", "env") if key in result)
    heading = (
        f"{result['algorithm']}{subject}, seed {result['seed']}: {result['env_steps']:,} "
        f"environment steps in {result['seconds']:.1f} s"
    )
    table = new_table("result", "value", right=["value"])
    beside = {k: v for k, v in result.items() if k not in _COMMON}
    numbers = {**beside.pop("metrics", {}), **beside}
    for name, value in numbers.items():
        if isinstance(value, str | int | float):
            shown = f"{value:.6g}" if isinstance(value, float) else str(value)
            add_row(table, [name, shown])
    return to_text([heading, table])


def curve_of(folder: Path) -> Path | None:
    """Draws the run's curve into its folder; None where matplotlib is missing."""
    from gtlearn.runs.pictures import draw_runs, matplotlib_is_there

    if not matplotlib_is_there():
        return None
    return draw_runs([folder], folder / "curve.png")
