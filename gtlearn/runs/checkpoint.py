"""Nested states in one file that can be loaded without executing anything from it.

The arrays are a safetensors file; the nesting is JSON in its header. There is no pickle, so a
checkpoint from a stranger can hold wrong numbers, but no code. The header holds the SHA-256 of the
file in which zeros stand in its place.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.files import read_bytes, size_text, write_whole
from gtlearn.optional import optional
from gtlearn.reading import reported
from gtlearn.tensors import packed, unpacked

CHECKPOINT_SCHEMA = "gtlearn/checkpoint/2"
SCHEMA_BEFORE = "gtlearn/checkpoint/1"  # without a checksum
_LARGEST = 2**30  # bytes
_UNKNOWN = "0" * 64  # in the place of the SHA-256


def save(path: Path, state: dict[str, Any]) -> None:
    """Writes a state; the file is there whole or not at all.

    Args:
        path: the file, which is replaced if it exists.
        state: nested dicts, lists and tuples of tensors, numpy arrays, numbers, texts and None.

    Raises:
        TypeError: if the state holds anything else.
        InputError: if it is larger than `_LARGEST`.
        OSError: if the file cannot be written.
    """
    tensors: dict[str, Any] = {}
    tree = json.dumps(_flattened(state, tensors))
    data = packed(tensors, {"schema": CHECKPOINT_SCHEMA, "tree": tree, "sha256": _UNKNOWN})
    if len(data) > _LARGEST:
        raise InputError(
            f"the state of this run takes {size_text(len(data))}, and a checkpoint at most "
            f"{size_text(_LARGEST)}; make the networks smaller"
        )
    write_whole(path, _with_checksum(data, _UNKNOWN, hashlib.sha256(data).hexdigest()))


def load(path: Path) -> dict[str, Any]:
    """The state that a checkpoint holds, its tensors on the CPU.

    Raises:
        InputError: if the file is no checkpoint, or was changed.
    """
    with reported(f"{path} cannot be read"):
        data = read_bytes(path, _LARGEST)
    try:
        tensors, texts = unpacked(data)
        if texts["schema"] != SCHEMA_BEFORE:
            _require_unchanged(path, data, texts["sha256"])
            if texts["schema"] != CHECKPOINT_SCHEMA:
                raise ValueError("another schema")
        state = _unflattened(json.loads(texts["tree"]), tensors)
    except InputError:
        raise
    except (ValueError, LookupError, TypeError, RecursionError):
        state = None
    if not isinstance(state, dict):
        raise InputError(f"{path} is no checkpoint of gtlearn, or damaged; start the run anew")
    return state


def first_nan(state: Any, name: str = "") -> str | None:
    """Where in a nested state the first NaN stands, such as "policy.weight"; None without any."""
    for key, leaf in _leaves(state, name):
        unequal = leaf != leaf  # noqa: PLR0124  only NaN is not itself
        if unequal if isinstance(unequal, bool) else unequal.any():
            return key
    return None


def _leaves(state: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(state, dict):
        for key, value in state.items():
            yield from _leaves(value, f"{name}.{key}" if name else str(key))
    elif isinstance(state, list | tuple):
        for place, value in enumerate(state):
            yield from _leaves(value, f"{name}[{place}]")
    else:
        yield name, state


def _flattened(state: Any, tensors: dict[str, Any]) -> Any:
    """The state as JSON, its arrays moved to `tensors`; a dict becomes {"dict": pairs}."""
    if state is None or isinstance(state, bool | int | str):
        return state
    if isinstance(state, float):
        return float(state)
    if isinstance(state, dict):
        pairs = [[_flattened(k, tensors), _flattened(v, tensors)] for k, v in state.items()]
        return {"dict": pairs}
    if isinstance(state, list | tuple):
        kind = "tuple" if isinstance(state, tuple) else "list"
        return {kind: [_flattened(item, tensors) for item in state]}
    return _moved(state, tensors)


def _moved(array: Any, tensors: dict[str, Any]) -> dict[str, str]:
    """An array or tensor, moved to `tensors` under a number."""
    torch = optional("torch", "learn")
    key = str(len(tensors))
    if isinstance(array, torch.Tensor):
        tensors[key] = array.detach().cpu().clone().contiguous()
        return {"tensor": key}
    if isinstance(array, np.ndarray | np.generic) and array.dtype.kind in "biufc":
        tensors[key] = torch.from_numpy(np.array(array))
        return {"array": key}
    raise TypeError(f"a checkpoint cannot hold a {type(array).__name__}")


def _with_checksum(data: bytes, old: str, new: str) -> bytes:
    """The file with another SHA-256 in its header; texts there cannot hold bare quotes."""
    return data.replace(f'"sha256":"{old}"'.encode(), f'"sha256":"{new}"'.encode(), 1)


def _require_unchanged(path: Path, data: bytes, checksum: str) -> None:
    """Refuses a checkpoint that is not what was written.

    Raises:
        InputError: if its checksum is another.
    """
    blank = _with_checksum(data, checksum, _UNKNOWN)
    if hashlib.sha256(blank).hexdigest() != checksum:
        raise InputError(
            f"{path} was edited, or is damaged: its SHA-256 is not the one in its header; undo "
            "the change, or start the run anew"
        )


def _unflattened(tree: Any, tensors: dict[str, Any]) -> Any:
    if not isinstance(tree, dict):
        return tree
    ((kind, value),) = tree.items()
    if kind == "dict":
        return {_unflattened(k, tensors): _unflattened(v, tensors) for k, v in value}
    if kind == "list":
        return [_unflattened(item, tensors) for item in value]
    if kind == "tuple":
        return tuple(_unflattened(item, tensors) for item in value)
    if kind == "tensor":
        return tensors[value]
    if kind == "array":
        return tensors[value].numpy()
    raise ValueError(f"unknown part {kind}")
