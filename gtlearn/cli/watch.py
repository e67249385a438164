"""`gtlearn watch`."""

from __future__ import annotations

from pathlib import Path

import click

from gtlearn.cli.algorithms import ALLOW
from gtlearn.cli.stdout import Command


@click.command(cls=Command)
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="The film; its name says the format (.gif, .mp4).  [default: film.gif in RUN]",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Of the episode.",
)
@click.option("--allow", **ALLOW)
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
    _draw_without_screen()
    from gtlearn.runs.film import film_of, require_format, write

    require_format(file)
    film = film_of(run, seed)
    write(film, file)
    seconds = len(film.pictures) / film.rate
    emit(f"{film.title}\nFilm: {file} ({len(film.pictures)} pictures, {seconds:.3g} s)")


def _draw_without_screen() -> None:
    """Has MuJoCo draw without a screen where there is none; it looks when it is imported."""
    import os

    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("MUJOCO_GL", "egl")
