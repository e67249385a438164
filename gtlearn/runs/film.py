"""Films of what a run has learned."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from gtlearn.environments.film import Film
from gtlearn.errors import InputError
from gtlearn.files import write_whole
from gtlearn.learning.protocol import Filmed
from gtlearn.optional import optional
from gtlearn.reading import reported
from gtlearn.runs.loop import restored

FORMATS = (".gif", ".mp4")


def film_of(run: Path, seed: int) -> Film:
    """What a run had learned at its last checkpoint, on film.

    Args:
        run: its folder.
        seed: of the episode.

    Raises:
        InputError: if it is no run, has no checkpoint yet, was edited, or plays nothing that can be
            seen.
    """
    learner = restored(run)
    if not isinstance(learner, Filmed):
        raise InputError(f"the learner of {run} makes no film; give a run of one that does")
    return learner.film(seed)


def require_format(file: Path) -> None:
    """Complains about a name that no film can have, or a package that such a film needs.

    Raises:
        InputError: if so.
    """
    kind = file.suffix.lower()
    if kind not in FORMATS:
        raise InputError(f"{file} is no name of a film; end it in {' or '.join(FORMATS)}")
    optional("imageio.v3", "envs")
    if kind == ".mp4":
        optional("imageio_ffmpeg", "video")


def write(film: Film, file: Path) -> None:
    """Writes a film as a GIF that goes on for ever, or as an MP4.

    Raises:
        InputError: if imageio is missing, or it cannot be written.
    """
    kind = file.suffix.lower()
    writer = optional("imageio.v3", "envs")
    options: dict[str, Any] = {"loop": 0, "duration": 1000 / film.rate}  # milliseconds
    if kind == ".mp4":
        options = {"fps": film.rate, "codec": "libx264", "macro_block_size": 2}
    held = io.BytesIO()
    writer.imwrite(held, film.pictures, extension=kind, **options)
    with reported(f"{file} cannot be written", "choose another by --output"):
        write_whole(file, held.getvalue())
