"""`gtlearn demo`."""

from __future__ import annotations

from pathlib import Path

import click

from gtlearn.cli.options import Natural
from gtlearn.cli.stdout import Command


@click.command(cls=Command)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default="demo.png",
    show_default=True,
    help="Where to write the picture.",
)
@click.option(
    "--seed",
    type=Natural(2**31 - 1),
    default=0,
    show_default=True,
    help="Of the learner's randomness.",
)
def demo(output: Path, seed: int) -> None:
    """Solve games, let a learner play them, and compare."""
    from gtlearn.cli.output import emit, require_writable
    from gtlearn.demo import run_demo

    require_writable(output)
    for line in run_demo(output, seed):
        emit(line)
