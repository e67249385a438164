"""Teammates of varying expertise: the checkpoints of one training, in a file with a checksum.

A team learns to run left, and its front leg is kept after each iteration.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gtlearn import tensors
from gtlearn.environments.film import Film
from gtlearn.errors import InputError
from gtlearn.files import read_bytes
from gtlearn.learning.options import Composed
from gtlearn.learning.shaping.algorithms.options import Cheetah, TeamTraining
from gtlearn.learning.shaping.algorithms.settings import cheetah_setting, filmed_cheetah
from gtlearn.learning.shaping.personas import OneGroup
from gtlearn.learning.shaping.sampled import TeamAscent, keep_freed_memory
from gtlearn.learning.shaping.sampled.policies.module import PolicyModule

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


TEAMMATE = 1  # the front leg


class TeammateTraining:
    """Kim et al. (2021), Appendix D.3; see `gtlearn.learning.protocol.Learner`.

    Both legs learn together. Of the front leg, the iterations are kept that
    `teammates.splits` uses.

    Args:
        config: the options.
        seed: of both legs' starts, and of all that is played.

    Raises:
        InputError: if a package is missing.
    """

    def __init__(self, config: Composed, seed: int) -> None:
        self.env, self.training = config.part(Cheetah).env, config.part(TeamTraining)
        training, self.iterations = self.training, self.training.iterations
        self.setting = cheetah_setting(direction="left", critic=False, device=training.device)
        self.ascent = TeamAscent(
            self.setting.program,
            self.setting.policies,
            generator=torch.Generator(self.setting.device).manual_seed(seed),
            trajectories=training.trajectories,
            horizon=training.horizon,
            rate=training.rate,
            clip=training.clip,
        )
        self.done, self.reward = 0, 0.0
        self.kept: list[int] = []
        self.weights: list[torch.Tensor] = []
        keep_freed_memory()

    def step(self) -> Mapping[str, float]:
        """One iteration."""
        self.reward = self.ascent.step() * self.setting.unit
        self.done += 1
        if FIRST <= self.done <= LAST or self.done >= TESTED:
            self.kept.append(self.done)
            self.weights.append(self.ascent.parameters[TEAMMATE].cpu().clone())
        played = self.done * self.training.trajectories * self.training.horizon
        return {"env_steps": played, "mean_reward": self.reward}

    def headline(self) -> tuple[float, float | None]:
        """The mean reward a step, which is about the speed to the left."""
        return self.reward, None

    def files(self) -> Mapping[str, bytes]:
        """The teammates; see `gtlearn.learning.protocol.Keeping`."""
        return {TEAMMATES_FILE: packed(self._teammates())} if self.kept else {}

    def result(self) -> dict[str, Any]:
        """How fast the team runs at the end, and which teammates were kept."""
        teammates = self._teammates()
        result = {
            "env": self.env,
            "mean_reward": self.reward,
            "teammates": len(teammates),
            "notes": [
                f"The team runs left with a mean reward of {self.reward:.3g} a step, and "
                f"{len(teammates)} of its front legs are kept"
            ],
        }
        return {**result, "teammates_sha256": teammates.checksum} if self.kept else result

    def policies(self) -> Mapping[str, Any]:
        """Both legs; see `gtlearn.learning.protocol`."""
        legs = zip(self.setting.policies, self.ascent.parameters, strict=True)
        modules = (PolicyModule(policy, leg) for policy, leg in legs)
        return dict(zip(self.setting.program.players, modules, strict=True))

    def film(self, seed: int) -> Film:
        """An episode of the team; see `gtlearn.learning.protocol.Filmed`."""
        legs = [leg[None] for leg in self.ascent.parameters]
        film, reward = filmed_cheetah(self.setting, legs, "left", seed, self.training.horizon)
        title = f"Both legs after {self.done} iterations of learning to run left"
        return replace(film, title=f"{title}; mean reward a step {reward:.3g}")

    def state_dict(self) -> dict[str, Any]:
        """The ascent, the counters, and the teammates so far."""
        return {
            "ascent": self.ascent.state_dict(),
            "counters": [self.done, self.reward],
            "kept": list(self.kept),
            "weights": list(self.weights),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes back to what `state_dict` returned."""
        self.ascent.load_state_dict(state["ascent"])
        self.done, self.reward = state["counters"]
        self.kept, self.weights = list(state["kept"]), [kept.clone() for kept in state["weights"]]

    def _teammates(self) -> Teammates:
        kept = torch.stack(self.weights) if self.weights else torch.empty(0, 0)
        return Teammates(self.env, np.array(self.kept, dtype=np.int64), kept)
