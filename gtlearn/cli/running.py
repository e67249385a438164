"""What `train`, `resume` and `sweep` show: a bar while they run, and a table at the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gtlearn.cli.reading import STOPPED
from gtlearn.errors import InputError

if TYPE_CHECKING:
    from gtlearn.learning.protocol import Learner
    from gtlearn.runs.jobs import Job
    from gtlearn.runs.loop import RunOutcome

_REFRESH = 0.1  # seconds
_CHECKED = ("gap", "follower_regret")  # of an exact check
_HEADS, _FORMS = {"env_steps": "environment steps"}, {"env_steps": ",.0f", "seconds": ".1f"}
_COMMON = (  # of all results, and no findings
    *("schema", "algorithm", "game", "fingerprint", "env", "seed", "env_steps", "seconds"),
    *("iterations", "metrics", "sha256"),
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


def report(outcome: RunOutcome) -> int:
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

    outcomes: list[RunOutcome] = []
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
    groups = _grouped(sorted(outcomes, key=lambda outcome: place[outcome.folder]))
    emit(_table_of(groups), None)
    picture = curve_of([o.folder for o in outcomes if o.result is not None], parent / "curves.png")
    emit(f"Runs: {parent}" + (f"   Picture: {picture}" if picture else ""))
    failed = [(setting, o) for setting, group in groups for o in group if o.error is not None]
    for setting, outcome in failed:
        words = "".join(f"{name} {shown(value)}, " for name, value in setting.items())
        click.echo(f"gtlearn: {words}seed {outcome.seed}: {outcome.error}", err=True)
    return 2 if failed else 0


def _grouped(outcomes: Sequence[RunOutcome]) -> list[tuple[dict[str, Any], list[RunOutcome]]]:
    """The runs that differ in nothing but the seed, behind the options that are theirs alone."""
    from gtlearn.runs.options import differing

    groups: dict[Any, list[RunOutcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.config.options, []).append(outcome)
    settings = differing([group[0].config for group in groups.values()])
    return list(zip(settings, groups.values(), strict=True))


def _table_of(groups: Sequence[tuple[dict[str, Any], list[RunOutcome]]]) -> str:
    """One row a seed, and the mean; of a grid, the means, one row a combination of options."""
    import numpy as np

    from gtlearn.runs.options import shown
    from gtlearn.runs.pictures import INTERVAL, interval_text, mean_interval
    from gtlearn.solvers.output.pieces import add_row, new_table, to_text

    grid = len(groups) > 1
    rows = groups if grid else [({"seed": o.seed}, [o]) for o in groups[0][1]]
    results = [o.result for _, group in groups for o in group if o.result is not None]
    checked = [key for key in _CHECKED if results and all(key in result for result in results)]
    numbers = ["exact", *checked, "env_steps", "seconds"]
    heads = [*rows[0][0], *["n"] * grid, "learned", *["95 % interval"] * grid, *numbers]
    named = [_HEADS.get(head, head.replace("_", " ")) for head in heads]
    table = new_table(*named, right=named[len(rows[0][0]) * grid :])
    for setting, group in rows:
        finished = [{**o.result, **o.result["metrics"]} for o in group if o.result is not None]
        columns = {k: [one[k] for one in finished if k in one] for k in ("learned", *numbers)}
        cells = {**{k: shown(v) for k, v in setting.items()}, "n": str(len(finished))}
        cells |= {k: f"{np.mean(v):{_FORMS.get(k, '.5g')}}" for k, v in columns.items() if v}
        if len(columns["learned"]) > 1:
            _, low, high = mean_interval(np.array(columns["learned"]))
            cells["95 % interval"] = f"{low:.5g} to {high:.5g}"
        if not finished:
            cells["learned"] = "failed"
        add_row(table, [cells.get(head, "") for head in heads])
    learned = [one["metrics"]["learned"] for one in results if "learned" in one["metrics"]]
    said = f"learned {interval_text(np.array(learned))}" if learned else "none finished"
    return to_text([table, f"Means over n seeds, each with its {INTERVAL}." if grid else said])


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
