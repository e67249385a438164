"""What `train`, `resume` and `sweep` show: a bar while they run, and a table at the end."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gtlearn.errors import InputError

if TYPE_CHECKING:
    from rich.table import Table

    from gtlearn.runs.jobs import Job
    from gtlearn.runs.learner import Learner
    from gtlearn.runs.loop import Outcome
    from gtlearn.runs.pictures import Array

STOPPED = 130  # as a process that was interrupted
_REFRESH = 0.1  # seconds
_CHECKED = ("gap", "follower_regret")  # of an exact check
_COMMON = (
    *(
        "schema",
        "algorithm",
        "game",
        "fingerprint",
        "env",
        "seed",
        "env_steps",
        "seconds",
        "iterations",
    ),
    *("metrics", "sha256"),
)


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


def values_text(learned: float, exact: float | None) -> str:
    """Such as "learned 2.8994, exact 2.9"."""
    return f"learned {learned:.5g}" + (f", exact {exact:.5g}" if exact is not None else "")


def report(outcome: Outcome) -> int:
    """Prints what came out of a run, and draws its curve; returns the exit code."""
    folder = outcome.folder
    if outcome.result is None:
        return _stopped(folder)
    from gtlearn.cli.output import emit

    emit(result_text(outcome.result), None)
    picture = curve_of([folder], folder / "curve.png")
    emit(f"Run: {folder}" + (f"   Picture: {picture}" if picture else ""))
    if "commitment" in outcome.result or "strategies" in outcome.result:
        emit(f"Its tables, checked exactly: gtlearn check {folder}")
    return 0


def _stopped(folder: Path) -> int:
    """Says so; returns the exit code."""
    click.echo(f"Stopped and kept; to go on: gtlearn resume {folder}", err=True)
    return STOPPED


def result_text(result: dict[str, Any]) -> str:
    """A finished run as a heading, a table of its numbers, and what its learner found."""
    from gtlearn.solvers.output.pieces import add_row, new_table, to_text

    subject = "".join(f" on {result[key]}" for key in ("game", "env") if key in result)
    heading = (
        f"{result['algorithm']}{subject}, seed {result['seed']}: {result['env_steps']:,} "
        f"environment steps in {result['seconds']:.1f} s"
    )
    table = new_table("result", "value", right=["value"])
    own = {k: v for k, v in result.items() if k not in _COMMON}
    metrics = {} if "notes" in own else result["metrics"]  # else its learner says what matters
    for name, value in _scalars({**metrics, **own}):
        shown = f"{value:.6g}" if isinstance(value, float) else str(value)
        add_row(table, [name.replace("_", " "), shown])
    return to_text([heading, table, *(f"{note}." for note in result.get("notes", ()))])


def _scalars(values: dict[str, Any], above: str = "") -> Iterator[tuple[str, str | int | float]]:
    """The texts and numbers of nested dicts, each with its names."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _scalars(value, f"{above}{name}: ")
        elif isinstance(value, bool):
            yield f"{above}{name}", "yes" if value else "no"
        elif isinstance(value, str | int | float):
            yield f"{above}{name}", value


def finish_all(
    parent: Path,
    jobs: Sequence[Job],
    *,
    workers: int,
    backend: str = "local",
    address: str | None = None,
) -> int:
    """Trains the runs of a sweep, and prints what came out; returns the exit code."""
    from gtlearn.cli.output import emit, progress_bar
    from gtlearn.runs.jobs import train_all
    from gtlearn.runs.options import shown
    from gtlearn.runs.stopping import stoppable

    outcomes: list[Outcome] = []
    try:
        with progress_bar() as advance, stoppable() as stop, stop.deferring():
            for outcome in train_all(
                jobs, workers=workers, backend=backend, address=address, stop=stop
            ):
                outcomes.append(outcome)
                if advance is not None:
                    advance(len(outcomes) / len(jobs), f"{len(outcomes)} of {len(jobs)} runs")
    except KeyboardInterrupt:  # the second time
        return _stopped(parent)
    if stop() or any(outcome.stopped for outcome in outcomes):
        return _stopped(parent)
    place = {job.folder.path.resolve(): number for number, job in enumerate(jobs)}
    place = {job.folder.path.resolve(): number for number, job in enumerate(jobs)}
    groups = _grouped(sorted(outcomes, key=lambda outcome: place[outcome.folder]))
    emit(_table_of(groups), None)
    picture = curve_of([o.folder for o in outcomes if o.result is not None], parent / "curves.png")
    emit(f"Runs: {parent}" + (f"   Picture: {picture}" if picture else ""))
    failed = [(setting, o) for setting, group in groups for o in group if o.error is not None]
    for setting, outcome in failed:
        words = "".join(f"{name} {shown(value)}, " for name, value in setting.items())
        click.echo(f"gtlearn: {words}seed {outcome.seed}: {outcome.error}", err=True)
    return 2 if failed else 0


def _grouped(outcomes: Sequence[Outcome]) -> list[tuple[dict[str, Any], list[Outcome]]]:
    """The runs that differ in nothing but the seed, behind the options that are theirs alone."""
    from gtlearn.runs.options import differing

    groups: dict[Any, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.config.options, []).append(outcome)
    settings = differing([group[0].config for group in groups.values()])
    return list(zip(settings, groups.values(), strict=True))


def _table_of(groups: Sequence[tuple[dict[str, Any], list[Outcome]]]) -> str:
    """One row a seed, and the mean; of a grid, the means, one row a combination of options."""
    from gtlearn.runs.pictures import INTERVAL, interval_text
    from gtlearn.solvers.output.pieces import to_text

    results = [o.result for _, group in groups for o in group if o.result is not None]
    checked = [key for key in _CHECKED if results and all(key in result for result in results)]
    if len(groups) > 1:
        return to_text(
            [_grid_table(groups, checked), f"Means over n seeds, each with its {INTERVAL}."]
        )
    found = _column([_numbers(result, checked) for result in results], 0)
    said = f"learned {interval_text(found)}" if len(found) else "none finished"
    return to_text([_seeds_table(groups[0][1], checked), said])


def _seeds_table(outcomes: Sequence[Outcome], checked: Sequence[str]) -> Table:
    from gtlearn.solvers.output.pieces import add_row, new_table

    names = [key.replace("_", " ") for key in checked]
    heads = ("seed", "learned", "exact", *names, "environment steps", "seconds")
    table = new_table(*heads, right=heads)
    for outcome in outcomes:
        result = outcome.result
        if result is None:
            add_row(table, [str(outcome.seed), "failed", *[""] * (len(heads) - 2)])
            continue
        values = ["" if value is None else f"{value:.5g}" for value in _numbers(result, checked)]
        steps, seconds = f"{result['env_steps']:,}", f"{result['seconds']:.1f}"
        add_row(table, [str(outcome.seed), *values, steps, seconds])
    return table


def _grid_table(
    groups: Sequence[tuple[dict[str, Any], list[Outcome]]], checked: Sequence[str]
) -> Table:
    from gtlearn.runs.options import shown
    from gtlearn.runs.pictures import mean_interval
    from gtlearn.solvers.output.pieces import add_row, new_table

    settings = list(groups[0][0])
    names = [key.replace("_", " ") for key in checked]
    heads = (*settings, "n", "learned", "95 % interval", "exact", *names)
    table = new_table(*(head.replace("_", " ") for head in heads), right=heads[len(settings) :])
    for setting, group in groups:
        rows = [_numbers(outcome.result, checked) for outcome in group if outcome.result]
        learned, *others = (_column(rows, place) for place in range(2 + len(checked)))
        mean, low, high = mean_interval(learned) if len(learned) else (math.nan,) * 3
        ends = f"{low:.5g} to {high:.5g}" if len(learned) > 1 else ""
        means = [f"{values.mean():.5g}" if len(values) else "" for values in others]
        said = [str(len(learned)), f"{mean:.5g}" if len(learned) else "failed", ends, *means]
        add_row(table, [*map(shown, setting.values()), *said])
    return table


def _numbers(result: dict[str, Any], checked: Sequence[str]) -> list[float | None]:
    """The learned and the exact value of a run, and what exact checks found."""
    learned = [result["metrics"].get(key) for key in ("learned", "exact")]
    return [*learned, *(result[key] for key in checked)]


def _column(rows: Sequence[Sequence[float | None]], place: int) -> Array:
    """One number of each row that has it."""
    import numpy as np

    return np.array([row[place] for row in rows if row[place] is not None], dtype=float)


def curve_of(paths: Sequence[Path], picture: Path) -> Path | None:
    """Draws the runs' curves; None where there is none to draw, or matplotlib is missing."""
    from gtlearn.cli.output import note
    from gtlearn.runs.pictures import draw_runs, matplotlib_is_there

    if not paths or not matplotlib_is_there():
        return None
    try:
        return draw_runs(paths, picture)
    except InputError as error:  # the runs are done all the same
        note([f"no picture: {error}"])
        return None
