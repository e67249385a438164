"""`gtlearn train`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gtlearn.cli.algorithms import AlgorithmGroup, ray_address

if TYPE_CHECKING:
    from gtlearn.runs.config import RunConfig


def _options() -> list[click.Parameter]:
    return [
        click.Option(
            ["--output"],
            type=click.Path(path_type=Path),
            help="The run's folder, which must be new.  [default: a name under runs/]",
        ),
        ray_address(),
    ]


def _train(config: RunConfig, output: Path | None, ray_address: str | None) -> int:
    from gtlearn.cli.running import report, watching
    from gtlearn.runs.folder import default_path
    from gtlearn.runs.loop import train as train_run
    from gtlearn.runs.stopping import stoppable

    path = output or default_path(config, Path("runs"))
    with watching() as watch, stoppable() as stop:
        outcome = train_run(config, path, watch=watch, stop=stop, ray_address=ray_address)
    return report(outcome)


train = AlgorithmGroup(
    name="train",
    work=_train,
    own=_options,
    several=False,
    help="""Train a learner, and check it exactly at the end.

    The run is kept in a folder: its config, metrics, checkpoints, result and picture. It may be
    stopped at any moment; `gtlearn resume` goes on with it.

    \b
    Examples:
      gtlearn train contextual-stackelberg --game prisoners_dilemma --seed 0
      gtlearn train config.toml
    """,
)
