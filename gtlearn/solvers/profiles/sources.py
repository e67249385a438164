"""Profiles as users keep them: JSON in a text or a file, or numpy's arrays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

from gtlearn.errors import InputError
from gtlearn.games.formats.json_pieces import distinct_keys
from gtlearn.reading import bytes_of_file, quoted_path, text_of


def json_of_text(text: str, where: str) -> Any:
    """The JSON value of a text.

    Args:
        text: what is read.
        where: what to call it in errors.

    Raises:
        InputError: if it is not JSON, holds a number that is not finite, or a key twice in one
            object.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=distinct_keys)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{where} is not JSON: line {error.lineno}, column {error.colno}: {error.msg.lower()}"
        ) from None
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    except (RecursionError, ValueError) as error:
        raise InputError(f"{where} is not usable JSON: {error}") from None


def content_of_file(path: Path, shape: str) -> Any:
    """The JSON value of a text file, or the arrays of an .npz file by their names.

    Args:
        path: the file.
        shape: an example of what it should hold, for errors.

    Raises:
        InputError: if it cannot be read, or holds neither.
    """
    where = quoted_path(path)
    if path.suffix.lower() == ".npz":
        from gtlearn.games.formats.npz import arrays_of_npz

        arrays = arrays_of_npz(_bytes(path, shape), where)
        return {name: array if array.ndim else array.item() for name, array in arrays.items()}
    return json_of_text(text_of_file(path, shape), where)


def text_of_file(path: Path, shape: str) -> str:
    """What a text file holds.

    Args:
        path: the file.
        shape: an example of what it should hold, for errors.

    Raises:
        InputError: if it cannot be read, is no regular file or too large, or is not text.
    """
    return text_of(_bytes(path, shape), quoted_path(path))


def _bytes(path: Path, shape: str) -> bytes:
    try:
        return bytes_of_file(path)
    except InputError as error:
        if "no such file" in str(error):
            raise InputError(f"{error}; give one, or JSON such as {shape}") from None
        raise


def _refuse_constant(name: str) -> NoReturn:
    raise InputError(f"{name} is not a probability")
