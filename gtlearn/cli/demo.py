"""`gtlearn demo`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default="demo.png",
    show_default=True,
    help="Where to write the picture.",
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True)
def demo(output: Path, seed: int) -> None:
    """Solve games, let a learner play them, and compare."""
    from gtlearn.demo import run_demo

    for line in run_demo(output, seed):
        click.echo(line)
