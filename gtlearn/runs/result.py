"""result.json: what came out of a run, and the SHA-256 of the files that it came from.

The checksums name careless edits and damage. Who edits a file on purpose can compute them anew.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from gtlearn.errors import InputError
from gtlearn.files import opened, read_bytes, write_whole
from gtlearn.reading import reported
from gtlearn.runs.fields import holds_controls, is_finite

RUN_SCHEMA = "gtlearn/run/1"
FILE = "result.json"
CHECKSUMS = "sha256"  # the key of an object {file name: SHA-256 in hexadecimal digits}
REQUIRED = ("algorithm", "seed", "env_steps", "seconds", "metrics")
MAX_RESULT_BYTES = 64 * 2**20  # bytes; parsed, JSON takes many times as much

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")  # of the run's own folder


def read(path: Path, required: Iterable[str] = REQUIRED) -> dict[str, Any] | None:
    """What a result.json holds; None where there is none.

    Args:
        path: the file.
        required: the keys that it must have.

    Raises:
        InputError: if it cannot be read, or is no result of a run.
    """
    with reported(f"{path} cannot be read"):
        try:
            data = read_bytes(path, MAX_RESULT_BYTES)
        except FileNotFoundError:
            return None
    try:
        result = json.loads(data.decode(), parse_constant=_refuse_constant)
        flaw = _flaw(result, required)
    except RecursionError:
        flaw = "it is nested too deep"
    except ValueError as error:  # UnicodeDecodeError and JSONDecodeError are some
        flaw = str(error)[:200]
    if flaw is not None:
        raise InputError(f"{path} is damaged: {flaw}; {_again(path)}")
    return dict(result)


def write(path: Path, result: Mapping[str, Any], files: Iterable[Path]) -> dict[str, Any]:
    """Writes a result with the checksums of the files that are there; returns what it holds.

    Raises:
        OSError: if it cannot be written.
        TypeError, ValueError: if it holds what no result can.
    """
    sums = {file.name: checksum(file) for file in files if file.exists()}
    whole = {**result, CHECKSUMS: sums}
    whole = {**result, CHECKSUMS: {**sums, FILE: _checksum_of(whole)}}
    flaw = _flaw(whole, REQUIRED)
    if flaw is not None:
        raise TypeError(f"this is no result of a run: {flaw}")
    text = json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False)
    write_whole(path, (text + "\n").encode())
    return whole


def edited(result: Mapping[str, Any], folder: Path, names: Iterable[str] = ()) -> list[str]:
    """The names of files that are others than when the run ended; those that are gone are none.

    Args:
        result: what its result.json holds.
        folder: of the run.
        names: of the files that are looked at; none for all whose checksums it holds.
    """
    sums = result.get(CHECKSUMS, {})
    there = [n for n in names or sums if n in sums and (n == FILE or (folder / n).exists())]
    actual = {n: _checksum_of(result) if n == FILE else checksum(folder / n) for n in there}
    return [name for name in there if actual[name] != sums[name]]


def require_unedited(result: Mapping[str, Any], folder: Path, names: Iterable[str] = ()) -> None:
    """Refuses a run whose files are others than when it ended; as for `edited`.

    Raises:
        InputError: if one was edited.
    """
    for name in edited(result, folder, names):
        advice = _again(folder / name) if name == FILE else "train the run anew"
        raise InputError(
            f"{folder / name} was edited after the run ended: its SHA-256 is not the one in "
            f"{FILE}; undo the change, or {advice}"
        )


def require(result: Mapping[str, Any] | None, names: Iterable[str], refusal: str) -> dict[str, Any]:
    """A result that holds all these, none of them null.

    Args:
        result: what a result.json holds; None where there is none.
        names: the keys.
        refusal: what to say else.

    Raises:
        InputError: if it does not.
    """
    if result is None or any(result.get(name) is None for name in names):
        raise InputError(refusal)
    return dict(result)


def checksum(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits.

    Raises:
        InputError: if it is a link, or no regular file.
        OSError: if it cannot be read.
    """
    with opened(file) as held:
        return hashlib.file_digest(held, "sha256").hexdigest()  # type: ignore[arg-type]


def _checksum_of(result: Mapping[str, Any]) -> str:
    """That of a result itself: of its values, however they are indented, but its own and the time.

    So runs that came out the same have the same.
    """
    sums = {name: value for name, value in result[CHECKSUMS].items() if name != FILE}
    text = json.dumps({**result, CHECKSUMS: sums, "seconds": 0}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _again(path: Path) -> str:
    return f"remove it, and have it made again by `gtlearn resume {path.parent}`"


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _flaw(result: Any, required: Iterable[str]) -> str | None:
    """What is wrong with a result; None where nothing is."""
    if not isinstance(result, dict):
        return "it holds no JSON object"
    if result.get("schema") != RUN_SCHEMA:
        return f'its schema is not "{RUN_SCHEMA}"'
    for name, (kind, words) in _KNOWN.items():
        if name in result and not _fits(result[name], kind):
            return f'its "{name}" is not {words}'
    missing = [name for name in required if name not in result]
    if missing:
        return f'it has no "{missing[0]}"'
    if any(map(holds_controls, _texts(result))):
        return "a text in it holds control characters"
    return None


def _texts(value: Any) -> Iterable[str]:
    """All texts in a JSON value, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _fits(value: Any, kind: Any) -> bool:
    """Whether a value is of a kind: a scalar's, [kind], {str: kind}, or one of (kind, kind)."""
    if isinstance(kind, tuple):
        return any(_fits(value, one) for one in kind)
    if isinstance(kind, list):
        return isinstance(value, list) and all(_fits(inner, kind[0]) for inner in value)
    if isinstance(kind, dict):
        return isinstance(value, dict) and all(_fits(one, kind[str]) for one in value.values())
    return _SCALARS[kind](value)


_SCALARS: Mapping[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "text": lambda value: isinstance(value, str),
    "word": lambda value: isinstance(value, str) and value != "",
    "natural": lambda value: type(value) is int and 0 <= value < 2**63,
    "number": is_finite,
    "count": lambda value: is_finite(value) and value >= 0,
    "sums": lambda value: _fits(value, {str: "text"}) and all(map(_FILE_NAME.fullmatch, value)),
}
_TEXT = ("word", "a text")
_NUMBER = ("number", "a finite number")
_OPTIONAL = (("number", "null"), "a finite number or null")
_BY_NAME = ({str: "number"}, "an object of numbers")
_LISTS = ({str: ["number"]}, "an object of lists of numbers")
_KNOWN: Mapping[str, tuple[Any, str]] = {
    **dict.fromkeys(("algorithm", "game", "fingerprint", "env", "method", "unit"), _TEXT),
    **dict.fromkeys(("follower_class", "policy", "leads"), _TEXT),
    **dict.fromkeys(("seed", "iterations"), ("natural", "an integer of at least 0")),
    **dict.fromkeys(("env_steps", "seconds"), ("count", "a number of at least 0")),
    **dict.fromkeys(("true_value", "gap", "follower_regret"), _NUMBER),
    **dict.fromkeys(("auc_at_equilibrium", "auc_ceiling"), _NUMBER),
    **dict.fromkeys(("exact_value", "fraction_of_ceiling", "price"), _OPTIONAL),
    **dict.fromkeys(("metrics", "auc"), _BY_NAME),
    **dict.fromkeys(("rewards", "rewards_at_equilibrium", "rewards_at_ceiling"), _LISTS),
    "nash_conv": (("number", _LISTS[0]), "a finite number, or lists of numbers by name"),
    "exact_rewards": (["number"], "a list of numbers"),
    "notes": (["text"], "a list of texts"),
    CHECKSUMS: ("sums", "an object of texts by file name"),
}
