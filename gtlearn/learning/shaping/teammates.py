"""Teammates of varying expertise: the checkpoints of one training, in a file with a checksum."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gtlearn import tensors
from gtlearn.errors import InputError
from gtlearn.files import read_bytes
from gtlearn.learning.shaping.personas import OneGroup

TEAMMATES_SCHEMA = "gtlearn/teammates/1"
TEAMMATES_FILE = "teammates.safetensors"
FIRST, LAST = 50, 300  # iterations of meta-training and validation; Kim et al. (2021), D.3
TESTED = 475  # and of the test, to the end
VALIDATIONS = 5


@dataclass(frozen=True, eq=False)
class Teammates(OneGroup):
    """Policies of one player at several iterations of its training.

    Attributes:
        environment: where it was trained.
        iterations: after how many, shape (teammates).
        weights: shape (teammates, size of its policy).
    """

    environment: str
    iterations: NDArray[np.int64]
    weights: Tensor

    def at(self, chosen: NDArray[np.bool_]) -> Teammates:
        """Some of them."""
        kept = torch.from_numpy(chosen)
        return Teammates(self.environment, self.iterations[chosen], self.weights[kept])

    @cached_property
    def checksum(self) -> str:
        """SHA-256 of iterations and weights, found once: each checkpoint of a run has it."""
        digest = hashlib.sha256(self.iterations.astype("<i8").tobytes())
        digest.update(self.weights.contiguous().numpy().tobytes())
        return digest.hexdigest()


def splits(teammates: Teammates) -> dict[str, Teammates]:
    """Training, validation and test, as in Kim et al. (2021), Appendix D.3.

    Iterations 50 to 300 for training and validation, of which `VALIDATIONS` at even distances are
    for validation, and 475 to the end for the test.

    Raises:
        InputError: if one of them would be empty.
    """
    known = teammates.iterations
    places = np.linspace(FIRST, LAST, 2 * VALIDATIONS + 1)[1::2].round()
    validation = np.isin(known, places)
    training = (known >= FIRST) & (known <= LAST) & ~validation
    groups = {"train": training, "validation": validation, "test": known >= TESTED}
    empty = [name for name, chosen in groups.items() if not chosen.any()]
    if empty:
        raise InputError(
            f"these teammates, of iterations {known.min()} to {known.max()}, leave nobody for "
            f"{' and '.join(empty)}; train them for more than {TESTED} iterations"
        )
    return {name: teammates.at(chosen) for name, chosen in groups.items()}


def packed(teammates: Teammates) -> bytes:
    """The file's content: safetensors, with the checksum in its header."""
    held = {
        "iterations": torch.from_numpy(teammates.iterations),
        "weights": teammates.weights.contiguous(),
    }
    texts = {
        "schema": TEAMMATES_SCHEMA,
        "environment": teammates.environment,
        "sha256": teammates.checksum,
    }
    return tensors.packed(held, texts)


def read(path: Path, environment: str, size: int) -> Teammates:
    """The teammates that a run made.

    Args:
        path: the run's folder, or its file.
        environment: for which they must have been trained.
        size: of their policy.

    Raises:
        InputError: if there are none, they do not fit, or the file is damaged.
    """
    file = path / TEAMMATES_FILE if path.is_dir() else path
    again = f"make them by `gtlearn train teammates --env {environment} --output {path}`"
    if not file.is_file():
        raise InputError(f"there are no teammates at {path}; {again}")
    content = _read(file, follow=file == path)
    if content is None:
        raise InputError(f"{file} holds no teammates, or is damaged; remove it and {again}")
    if content.environment != environment or content.weights.shape[1] != size:
        raise InputError(
            f"the teammates in {file} are for {content.environment} and have policies of "
            f"{content.weights.shape[1]} numbers; {environment} needs {size}; {again}"
        )
    return content


def _read(file: Path, *, follow: bool) -> Teammates | None:
    """What a file holds; None if it is damaged.

    Raises:
        InputError: if it is a link within a run's folder, or too large.
    """
    try:
        content = read_bytes(file, follow=follow)
    except OSError:
        return None
    try:
        held, texts = tensors.unpacked(content)
        iterations, weights = held["iterations"], held["weights"]
        teammates = Teammates(texts["environment"], iterations.numpy(), weights)
        whole = (iterations.dtype, weights.dtype) == (torch.int64, torch.float32)
        fit = iterations.ndim == 1 and weights.ndim == 2 and len(iterations) == len(weights) > 0
        known = texts["schema"] == TEAMMATES_SCHEMA and texts["sha256"] == teammates.checksum
    except InputError:
        raise
    except (ValueError, LookupError, TypeError):
        return None
    return teammates if whole and fit and known else None
