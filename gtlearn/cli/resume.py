"""`gtlearn resume`."""

from __future__ import annotations

from pathlib import Path

import click

from gtlearn.cli.algorithms import allow_option
from gtlearn.cli.options import was_given, workers_option
from gtlearn.cli.stdout import Command
from gtlearn.errors import InputError, option


@click.command(cls=Command)
@click.argument("run", type=click.Path(path_type=Path))
@workers_option(1, "Of a sweep: processes at a time.")
@click.option(
    "--iterations",
    type=click.IntRange(min=0),
    help="Make it longer: the new value of its option of that name.",
)
@click.option(
    "--tensorboard/--no-tensorboard",
    default=None,
    help="Switch TensorBoard on, for all iterations so far, too, or off.",
)
@click.option("--ray-address", help="Of a Ray cluster, for a run that shares its work.")
@allow_option
@click.pass_context
def resume(
    ctx: click.Context,
    /,
    run: Path,
    *,
    workers: int,
    iterations: int | None,
    tensorboard: bool | None,
    ray_address: str | None,
) -> int:
    """Go on with a run, or a sweep, from the last checkpoints.

    RUN is its folder. The outcome is bit by bit that of a run which was never stopped, or which was
    so long from the start, on the same machine. Of a finished run the result is shown again.

    \b
    Examples:
      gtlearn resume runs/contextual-stackelberg_chicken_seed0_20270131-120000
      gtlearn resume runs/contextual-stackelberg_chicken_seed0_20270131-120000 --iterations 500
    """
    from gtlearn.cli.running import finish_all, report, watching
    from gtlearn.runs.folder import is_sweep
    from gtlearn.runs.jobs import unfinished
    from gtlearn.runs.loop import resume as resume_run
    from gtlearn.runs.stopping import stoppable

    several = is_sweep(run)
    unused, owner = (
        ("ray_address", "a single run") if several else ("workers", "the folder of a sweep")
    )
    if was_given(ctx, unused):
        raise InputError(f"{option(unused)} has no effect here: it goes with {owner}; leave it out")
    if several:
        jobs = unfinished(run, iterations=iterations, tensorboard=tensorboard)
        return finish_all(run, jobs, workers=workers)
    with watching() as watch, stoppable() as stop:
        outcome = resume_run(
            run,
            watch=watch,
            stop=stop,
            ray_address=ray_address,
            iterations=iterations,
            tensorboard=tensorboard,
        )
    return report(outcome)
