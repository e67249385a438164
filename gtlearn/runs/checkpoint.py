"""Nested states in one file that can be loaded without executing anything from it.

The arrays are a safetensors file; the nesting is JSON in its header. There is no pickle, so a
checkpoint from a stranger can hold wrong numbers, but no code.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.optional import optional

SCHEMA = "gtlearn/checkpoint/1"


def save(path: Path, state: dict[str, Any]) -> None:
    """Writes a state; the file is there whole or not at all.

    Args:
        path: the file, which is replaced if it exists.
        state: nested dicts, lists and tuples of tensors, numpy arrays, numbers, texts and None.

    Raises:
        TypeError: if the state holds anything else.
    """
    tensors: dict[str, Any] = {}
    tree = json.dumps(_flattened(state, tensors))
    packer = optional("safetensors.torch", "learn")
    write_whole(path, packer.save(tensors, metadata={"schema": SCHEMA, "tree": tree}))


def load(path: Path) -> dict[str, Any]:
    """The state that a checkpoint holds, its tensors on the CPU.

    Raises:
        InputError: if the file is no checkpoint.
    """
    safetensors = optional("safetensors", "learn")
    optional("torch", "learn")
    try:
        with safetensors.safe_open(path, framework="pt") as held:
            metadata = held.metadata() or {}
            if metadata.get("schema") != SCHEMA:
                raise ValueError("another schema")
            state = _unflattened(json.loads(metadata["tree"]), held)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{path} cannot be read: {reason}") from None
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError, RecursionError):
        state = None
    if not isinstance(state, dict):
        raise InputError(f"{path} is no checkpoint of gtlearn, or damaged; start the run anew")
    return state


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file so that, whenever the process is killed, it holds the old or the new."""
    part = path.with_name(f".{path.name}.part")  # what a killed process left is written over
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError:
        with suppress(OSError):
            part.unlink()
        raise


def first_nan(state: Any, name: str = "") -> str | None:
    """Where in a nested state the first NaN stands, such as "policy.weight"; None without any."""
    for key, leaf in _leaves(state, name):
        if isinstance(leaf, float):
            if math.isnan(leaf):
                return key
        elif hasattr(leaf, "isnan"):  # a tensor
            if leaf.isnan().any():
                return key
        elif isinstance(leaf, np.ndarray) and leaf.dtype.kind in "fc" and np.isnan(leaf).any():
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


def _unflattened(tree: Any, held: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    ((kind, value),) = tree.items()
    if kind == "dict":
        return {_unflattened(k, held): _unflattened(v, held) for k, v in value}
    if kind == "list":
        return [_unflattened(item, held) for item in value]
    if kind == "tuple":
        return tuple(_unflattened(item, held) for item in value)
    if kind == "tensor":
        return held.get_tensor(value)
    if kind == "array":
        return held.get_tensor(value).numpy()
    raise ValueError(f"unknown part {kind}")
