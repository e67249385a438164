"""`gtlearn sweep`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gtlearn.cli.algorithms import AlgorithmGroup
from gtlearn.cli.options import OneOf
from gtlearn.errors import InputError

if TYPE_CHECKING:
    from gtlearn.runs.config import RunConfig


def _options() -> list[click.Parameter]:
    return [
        click.Option(["--seeds"], required=True, help="Such as 0..9 (both included) or 0..4,7."),
        click.Option(
            ["--workers"],
            type=click.IntRange(1, 1000),
            default=1,
            show_default=True,
            help="Processes at a time.",
        ),
        click.Option(
            ["--backend"],
            type=OneOf("local", "ray"),
            default="local",
            show_default=True,
            help="Where they run: on this machine, or by Ray.",
        ),
        click.Option(["--address"], help="Of a Ray cluster; without it one is started here."),
        click.Option(
            ["--output"],
            type=click.Path(path_type=Path),
            help="The folder of all runs, which must be new.  [default: a name under runs/]",
        ),
    ]


def _sweep(
    configs: Sequence[RunConfig],
    seeds: str,
    workers: int,
    backend: str,
    address: str | None,
    output: Path | None,
) -> int:
    from gtlearn.cli.running import finish_all
    from gtlearn.runs.folder import default_sweep_path
    from gtlearn.runs.jobs import parse_seeds, prepare, require_backend

    if address is not None and backend != "ray":
        raise InputError("--address has no effect here: it goes with --backend ray; leave it out")
    chosen = parse_seeds(seeds)
    require_backend(backend, workers, address)
    parent = output or default_sweep_path(configs, chosen, Path("runs"))
    return finish_all(
        parent,
        prepare(configs, chosen, parent),
        workers=workers,
        backend=backend,
        address=address,
    )


sweep = AlgorithmGroup(
    name="sweep",
    work=_sweep,
    own=_options,
    several=True,
    help="""Train with many seeds and several values of options, a few runs at a time.

    Options of the algorithm take several values between commas, or are given several times: every
    combination is trained with every seed. Commas within brackets, in a literal game and in an
    option that is itself a list belong to one value. Each run comes out the same wherever it ran.
    A sweep that was stopped goes on with `gtlearn resume`.

    \b
    Examples:
      gtlearn sweep lola --game prisoners_dilemma --rate 0.1,0.3 --seeds 0..4
      gtlearn sweep config.toml --seeds 0..9 --workers 2
      gtlearn sweep config.toml --seeds 0..99 --backend ray --address auto
    """,
)
