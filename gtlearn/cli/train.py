"""`gtlearn train` and `gtlearn sweep`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gtlearn.cli.algorithms import AlgorithmGroup, allow_option
from gtlearn.cli.options import OneOf, output_option, workers_option
from gtlearn.errors import InputError

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
    from gtlearn.cli.running import report, watching
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
    from gtlearn.cli.running import finish_all
    from gtlearn.runs.folder import default_sweep_path
    from gtlearn.runs.jobs import parse_seeds, prepare, require_backend

    if address is not None and backend != "ray":
        raise InputError("--address has no effect here: it goes with --backend ray; leave it out")
    chosen = parse_seeds(seeds)
    require_backend(backend, workers, address)
    parent = output or default_sweep_path(configs, chosen, Path("runs"))
    jobs = prepare(configs, chosen, parent)
    return finish_all(parent, jobs, workers=workers, backend=backend, address=address)
