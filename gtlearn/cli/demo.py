"""`gtlearn demo`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from gtlearn.cli.options import Parsed, natural, output_option
from gtlearn.cli.stdout import Command


@click.command(cls=Command)
@output_option("Where to write the picture.", "demo.png")
@click.option(
    "--seed",
    type=Parsed("integer", partial(natural, largest=2**31 - 1)),
    default=0,
    help="Of the learner's randomness.",
)
def demo(output: Path, seed: int) -> None:
    """Solve games, let a learner play them, and compare."""
    from gtlearn.cli.output import emit, require_writable
    from gtlearn.demo import run_demo

    require_writable(output)
    for line in run_demo(output, seed):
        emit(line)
