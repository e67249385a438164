"""What files, folders and texts hold: JSON or arrays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gtlearn.errors import InputError
from gtlearn.files import require_no_link
from gtlearn.solvers.checking.sources import content_of_file, json_of_text

SHAPE = '{"strategies": [TABLE, TABLE]} or {"commitment": TABLE}'


def read_source(source: str | Path) -> Any:
    """The JSON value of a text or file, the arrays of an .npz file, the result of a run's folder.

    Raises:
        InputError: if the file cannot be read, or holds neither JSON nor arrays.
    """
    if isinstance(source, str):
        text = source.strip()
        if text.startswith(("{", "[")):
            return json_of_text(text, "the profile")
        if not text:
            raise InputError("the profile is empty; give a file, or JSON")
    path = Path(source)
    if _is_folder(path):
        path = path / "result.json"
        require_no_link(path)
    return content_of_file(path, SHAPE)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # too long a name, or a NUL character in it
        return False
