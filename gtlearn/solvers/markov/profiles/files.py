"""What files, folders and texts hold: JSON or arrays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

from gtlearn.errors import InputError

SHAPE = '{"strategies": [TABLE, TABLE]} or {"commitment": TABLE}'


def read_source(source: str | Path) -> Any:
    """The JSON value of a text or file, the arrays of an .npz file, the result of a run's folder.

    Raises:
        InputError: if the file cannot be read, or holds neither JSON nor arrays.
    """
    if isinstance(source, str):
        text = source.strip()
        if text.startswith(("{", "[")):
            return _from_json(text, "the profile")
        if not text:
            raise InputError("the profile is empty; give a file, or JSON")
    path = Path(source)
    try:
        if path.is_dir():
            path = path / "result.json"
        if path.suffix.lower() == ".npz":
            return _arrays(path)
        return _from_json(path.read_text(encoding="utf-8-sig"), str(path))
    except FileNotFoundError:
        raise InputError(
            f"{str(path)[:200]} cannot be read: no such file or directory; give one, or JSON such "
            f"as {SHAPE}"
        ) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{path} cannot be read: {reason}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not text; write JSON such as {SHAPE}") from None
    except InputError:
        raise
    except ValueError as error:  # a NUL character in the name
        raise InputError(f"{str(path)!r} is no file name: {error}") from None


def _arrays(path: Path) -> dict[str, Any]:
    import zipfile

    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as held:
            arrays = {name: held[name] for name in held.files}
            return {name: a if a.ndim else a.item() for name, a in arrays.items()}
    except (ValueError, EOFError, zipfile.BadZipFile):
        raise InputError(f"{path} holds no arrays of numbers as numpy.savez writes them") from None


def _from_json(text: str, where: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{where} is not JSON: line {error.lineno}, column {error.colno}: {error.msg.lower()}"
        ) from None
    except (RecursionError, ValueError) as error:
        raise InputError(f"{where} is not usable JSON: {error}") from None


def _refuse_constant(name: str) -> NoReturn:
    raise InputError(f"{name} is not a probability")
