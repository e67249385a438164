"""Profiles as users keep them: JSON in a text or a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

from gtlearn.errors import InputError


def json_of_text(text: str, where: str) -> Any:
    """The JSON value of a text.

    Args:
        text: what is read.
        where: what to call it in errors.

    Raises:
        InputError: if it is not JSON, or holds a number that is not finite.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{where} is not JSON: line {error.lineno}, column {error.colno}: {error.msg.lower()}"
        ) from None
    except InputError:
        raise
    except (RecursionError, ValueError) as error:
        raise InputError(f"{where} is not usable JSON: {error}") from None


def text_of_file(path: Path, shape: str) -> str:
    """What a text file holds.

    Args:
        path: the file.
        shape: an example of what it should hold, for errors.

    Raises:
        InputError: if it cannot be read, or is not text.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(
            f"{str(path)[:200]} cannot be read: no such file or directory; give one, or JSON such "
            f"as {shape}"
        ) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{str(path)[:200]} cannot be read: {reason}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not text; write JSON such as {shape}") from None
    except ValueError as error:  # a NUL character in the name
        raise InputError(f"{str(path)!r} is no file name: {error}") from None


def _refuse_constant(name: str) -> NoReturn:
    raise InputError(f"{name} is not a probability")
