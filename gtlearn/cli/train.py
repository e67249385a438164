"""`gtlearn train`, `gtlearn sweep` and `gtlearn resume`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gtlearn.cli.algorithms import AlgorithmGroup, allow_option
from gtlearn.cli.options import OneOf, output_option, was_given, workers_option
from gtlearn.cli.running import finish_all, report, watching
from gtlearn.cli.stdout import Command
from gtlearn.errors import InputError, option

if TYPE_CHECKING:
    from gtlearn.runs.config import RunConfig


@click.command(cls=AlgorithmGroup)
@output_option("The run's folder, which must be new.  [default: a name under runs/]")
@click.option(
    "--ray-address",
    help="Of a Ray cluster for --ray-workers.  [default: as the variable RAY_ADDRESS says, "
    "else one is started on this machine]",
)
@allow_option
def train(config: RunConfig, output: Path | None, ray_address: str | None) -> int:
    """Train a learner, and check it exactly at the end.

    The run is kept in a folder: its config, metrics, checkpoints, result and picture. It may be
    stopped at any moment; `gtlearn resume` goes on with it.

    \b
    Examples:
      gtlearn train contextual-stackelberg --game prisoners_dilemma --seed 0
      gtlearn train config.toml
    """
    from gtlearn.runs.folder import default_path
    from gtlearn.runs.loop import train as train_run
    from gtlearn.runs.stopping import stoppable

    path = output or default_path(config, Path("runs"))
    with watching() as watch, stoppable() as stop:
        outcome = train_run(config, path, watch=watch, stop=stop, ray_address=ray_address)
    return report(outcome)


@click.command(cls=AlgorithmGroup, several=True)
@click.option("--seeds", required=True, help="Such as 0..9 (both included) or 0..4,7.")
@workers_option(1, "Processes at a time.")
@click.option(
    "--backend",
    type=OneOf("local", "ray"),
    default="local",
    help="Where they run: on this machine, or by Ray.",
)
@click.option("--address", help="Of a Ray cluster; without it one is started here.")
@output_option("The folder of all runs, which must be new.  [default: a name under runs/]")
@allow_option
def sweep(
    configs: Sequence[RunConfig],
    seeds: str,
    workers: int,
    backend: str,
    address: str | None,
    output: Path | None,
) -> int:
    """Train with many seeds and several values of options, a few runs at a time.

    Options of the algorithm take several values between commas, or are given several times: every
    combination is trained with every seed. Commas within brackets, in a literal game and in an
    option that is itself a list belong to one value. Each run comes out the same wherever it ran.
    A sweep that was stopped goes on with `gtlearn resume`.

    \b
    Examples:
      gtlearn sweep lola --game prisoners_dilemma --rate 0.1,0.3 --seeds 0..4
      gtlearn sweep config.toml --seeds 0..9 --workers 2
      gtlearn sweep config.toml --seeds 0..99 --backend ray --address auto
    """
    from gtlearn.runs.folder import default_sweep_path
    from gtlearn.runs.jobs import parse_seeds, prepare, require_backend

    if address is not None and backend != "ray":
        raise InputError("--address has no effect here: it goes with --backend ray; leave it out")
    chosen = parse_seeds(seeds)
    require_backend(backend, workers, address)
    parent = output or default_sweep_path(configs, chosen, Path("runs"))
    jobs = prepare(configs, chosen, parent)
    return finish_all(parent, jobs, workers=workers, backend=backend, address=address)


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
