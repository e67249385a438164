"""`gtlearn plot` and `gtlearn watch`: what runs have learned, in pictures."""

from __future__ import annotations

import os
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


@click.command(cls=Command)
@click.argument("run", type=click.Path(path_type=Path))
@output_option("The film; its name says the format (.gif, .mp4).  [default: film.gif in RUN]")
@click.option("--seed", type=click.IntRange(0), default=0, help="Of the episode.")
@allow_option
def watch(run: Path, output: Path | None, seed: int) -> None:
    """Film what RUN has learned, up to its last checkpoint.

    \b
    Example:
      gtlearn watch runs/meta-mapg_half-cheetah_seed0_20270131-120000
    """
    from gtlearn.cli.output import emit, require_writable
    from gtlearn.runs.folder import find

    file = output or find(run).path / "film.gif"
    require_writable(file)
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("MUJOCO_GL", "egl")  # which MuJoCo looks at when it is imported
    from gtlearn.runs.film import film_of, require_format, write

    require_format(file)
    film = film_of(run, seed)
    write(film, file)
    seconds = len(film.pictures) / film.rate
    emit(f"{film.title}\nFilm: {file} ({len(film.pictures)} pictures, {seconds:.3g} s)")
