"""PROFILE arguments: a JSON file, standard input, or the folder of a finished run."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

from gtlearn.errors import InputError

_SHAPE = '{"strategies": [["1/2", "1/2"], ["1", "0"]]}'


def read_profile(where: str) -> dict[str, Any]:
    """The JSON object that PROFILE names.

    Raises:
        InputError: if it cannot be read or is no JSON object.
    """
    where = where.strip() or where
    text, shown = _text(where)
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{shown} is not JSON: line {error.lineno}, column {error.colno}: {error.msg.lower()}"
        ) from None
    except InputError as error:
        raise InputError(f"{shown}: {error}") from None
    except (RecursionError, ValueError) as error:
        raise InputError(f"{shown} is not usable JSON: {error}") from None
    if isinstance(value, list):  # the strategies alone
        value = {"strategies": value}
    if not isinstance(value, dict):
        raise InputError(f"{shown} holds no profile; write {_SHAPE}")
    return value


def _text(where: str) -> tuple[str, str]:
    if where.startswith(("{", "[")):
        return where, "the profile"
    if where == "-":
        return sys.stdin.read(), "standard input"
    path = Path(where)
    try:
        if path.is_dir():
            path = path / "result.json"
        return path.read_text(encoding="utf-8-sig"), str(path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{path} cannot be read: {reason}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not text; write JSON such as {_SHAPE}") from None
    except ValueError as error:  # a NUL character in the name
        raise InputError(f"{where!r} is no file name: {error}") from None


def _refuse_constant(name: str) -> NoReturn:
    raise InputError(f"{name} is not a probability")
