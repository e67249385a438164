"""`gtlearn watch`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from gtlearn.cli.algorithms import allow_option
from gtlearn.cli.options import output_option
from gtlearn.cli.stdout import Command


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
