"""`gtlearn plot`."""

from __future__ import annotations

from pathlib import Path

import click

from gtlearn.cli.algorithms import allow_option
from gtlearn.cli.options import output_option
from gtlearn.cli.stdout import Command


@click.command(cls=Command)
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--metric",
    default="learned",
    help="What is drawn over environment steps: a name in metrics.jsonl.",
)
@output_option("The picture; its name says the format (.png, .svg, .pdf).", "curves.png")
@allow_option
def plot(runs: tuple[Path, ...], metric: str, output: Path) -> None:
    """Draw the learning curves of RUNS, or of whole sweeps.

    Runs that differ in nothing but the seed become one curve: their mean, with its 95 % interval.

    \b
    Example:
      gtlearn plot runs/a runs/b --output both.svg
    """
    from gtlearn.cli.output import emit, require_writable
    from gtlearn.runs.pictures import caption, curves_of, draw

    require_writable(output)
    curves = curves_of(runs, metric)
    draw(curves, output)
    for curve in curves:
        unit = curve.axis.partition(",")[0]
        after = f"after {curve.steps[-1]:,.0f} {unit}"
        emit(f"{curve.label}: {curve.value} {curve.final()} {after}")
    emit(f"{caption(curves)}\nPicture: {output}")
