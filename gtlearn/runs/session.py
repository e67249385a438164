"""A run in this process: its steps, rows of metrics, checkpoints and result.

Our own learners draw only from generators that they hold. The agents of other libraries draw from
those of `random`, numpy and torch, so a run sets these at its start, keeps their states in its
checkpoints, and gives them back as they were.
"""

from __future__ import annotations

import math
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from numbers import Integral
from typing import Any

import numpy as np

from gtlearn.errors import DivergenceError
from gtlearn.files import write_whole
from gtlearn.learning.protocol import Keeping, Learner
from gtlearn.runs import checkpoint
from gtlearn.runs.config import RunConfig
from gtlearn.runs.folder import RunFolder
from gtlearn.runs.loggers import LOGGERS
from gtlearn.runs.metrics import MetricsLog, MetricsRow, is_kept
from gtlearn.runs.result import RUN_SCHEMA

CHECKPOINT_SECONDS = 10.0  # from one checkpoint to the next, where no iterations are asked for
Make = Callable[[], Learner]


class Session:
    """A run from one checkpoint on, in this process."""

    def __init__(self, config: RunConfig, own: RunFolder, learner: Learner, make: Make) -> None:
        self.config, self.folder, self.learner, self._make = config, own, learner, make
        self.step = 0
        self.row: MetricsRow = {}  # the last one written
        self._bytes = 0  # of metrics, at the checkpoint
        self._before = config  # that of the checkpoint
        self._restored = False
        self._start = time.monotonic()  # minus the seconds of earlier sessions
        self._saved = time.monotonic()

    @property
    def seconds(self) -> float:
        """Time spent on the run, in all sessions."""
        return time.monotonic() - self._start

    @property
    def is_changed(self) -> bool:
        """Whether the checkpoint is that of a shorter run, or of one without TensorBoard."""
        return self._before != self.config

    def log(self) -> MetricsLog:
        """The open metrics, at the checkpoint."""
        wanted, logger = self.config.recording.tensorboard, self.config.recording.logger
        step = self.step + self._has_row(self.step)
        make = None if logger is None else LOGGERS.find(logger)
        with self.folder.writing():
            self._log = MetricsLog(
                self.folder.metrics_file,
                keep=self._bytes,
                step=step,
                logger=None if make is None else make(self.folder.path, step),
                tensorboard=self.folder.path / "tensorboard" if wanted else None,
                again=not self._before.recording.tensorboard,
            )
        return self._log

    def advance(self) -> None:
        """One iteration, and its row of metrics where one is due."""
        with self._learning():
            metrics = self.learner.step()
        self.step += 1
        flaw = _flaw(metrics)
        if flaw is not None:
            raise self._divergence(flaw)
        if self._is_last() or self._has_row(self.step):
            with self._learning():
                headline = _headline(self.learner)
            self.row = {"step": self.step, **_numbers(metrics), **headline}
        if self._has_row(self.step):
            with self.folder.writing():
                self._log.write(self.row, tensorboard=is_kept(self.step))

    def end_rows(self) -> None:
        """Writes the row of the last iteration, where it has none otherwise.

        It is in no checkpoint, since a longer run has no such row.
        """
        if self.step and not self._has_row(self.step):
            with self.folder.writing():
                self._log.write(self.row)

    def is_due(self) -> bool:
        """Whether this step has a checkpoint."""
        every = self.config.recording.checkpoint_every
        if every is None:
            return self._is_last() or time.monotonic() - self._saved >= CHECKPOINT_SECONDS
        return self._is_last() or self.step % every == 0

    def save(self) -> None:
        """Writes a checkpoint, unless the state holds a NaN.

        Raises:
            DivergenceError: if it does; the last good checkpoint stays.
        """
        state = self.learner.state_dict()
        flaw = _flaw({}, state)
        if flaw is not None:
            raise self._divergence(flaw)
        with self.folder.writing():
            checkpoint.save(
                self.folder.checkpoint_file,
                {
                    "config": self.config.to_toml(),
                    "step": self.step,
                    "row": self.row,
                    "bytes": self._log.flush(),
                    "generators": generator_states(),
                    "learner": state,
                },
            )
            self.folder.write_seconds(self.seconds)
        self._saved = time.monotonic()

    def restore(self) -> None:
        """Goes back to the checkpoint; to the start where there is none."""
        if not self.folder.checkpoint_file.exists():
            return
        state = self.folder.state(self.config)
        with self.folder.fitting():
            self.learner.load_state_dict(state["learner"])
            restore_generators(state["generators"])
            self.step = _count(state["step"], self.learner.iterations)
            self._bytes = _count(state["bytes"])
            self._before = state["config"]
            self.row = _numbers(state["row"])
        self._restored = True
        self._start = time.monotonic() - self.folder.seconds()

    def finish(self) -> dict[str, Any]:
        """Writes result.json; returns what it holds."""
        beside = ("step", "env_steps")
        subject = self.config.subject
        with self._learning():
            own = self.learner.result()  # its checks take time too
        result = {
            "schema": RUN_SCHEMA,
            "algorithm": self.config.algorithm.name,
            **({subject[0]: subject[1]} if subject else {}),
            "seed": self.config.seed,
            "iterations": self.step,
            "env_steps": self.row.get("env_steps", 0),
            "seconds": self.seconds,
            "metrics": {
                **{key: value for key, value in self.row.items() if key not in beside},
                **(_headline(self.learner) if self.row else {}),
            },
            **own,
        }
        kept = self.learner.files() if isinstance(self.learner, Keeping) else {}
        with self.folder.writing():
            for name, content in kept.items():
                write_whole(self.folder.path / name, content)
            return self.folder.write_result(result, kept)

    def _has_row(self, step: int) -> bool:
        """Whether an iteration has a row of metrics, however long the run will be."""
        every = self.config.recording.log_every
        return is_kept(step) if every is None else step % every == 0

    def _is_last(self) -> bool:
        return self.step == self.learner.iterations

    def _divergence(self, flaw: str) -> DivergenceError:
        """What to say of a flaw; going again from the checkpoint finds the first and its step."""
        last = self.step
        self._rewind()
        first = None
        while self.step < last and first is None:
            metrics = self.learner.step()
            self.step += 1
            first = _flaw(metrics, self.learner.state_dict())
        held = self.folder.checkpoint_file.exists()
        kept = "the last good checkpoint is kept" if held else "no checkpoint was made before"
        return DivergenceError(
            f"training diverged at step {self.step} of {self.folder.path}: {first or flaw}; "
            f"{kept}; change the options, a learning rate for instance"
        )

    def _rewind(self) -> None:
        """Back to the checkpoint, or to a new learner."""
        if self.folder.checkpoint_file.exists():
            self.restore()
            return
        seed_generators(self.config.seed)
        self.learner = self._make()
        self.step = 0

    def _learning(self) -> AbstractContextManager[None]:
        """Around what the learner does: what is wrong with its checkpoint may show only there."""
        return self.folder.fitting() if self._restored else nullcontext()


def _flaw(metrics: Mapping[str, float], state: Any = None) -> str | None:
    """A metric that is not finite, or a part of the learner's state that is NaN."""
    for name, value in metrics.items():
        if not math.isfinite(value):
            return f"metric {name!r} is {float(value)}"
    part = checkpoint.first_nan(state)
    return None if part is None else f"{part} is NaN"


def _numbers(metrics: Mapping[str, float]) -> MetricsRow:
    """Metrics as Python's integers and floats."""
    return {
        name: int(value) if isinstance(value, Integral) else float(value)
        for name, value in metrics.items()
    }


def _count(value: Any, most: float = math.inf) -> int:
    """A number of a checkpoint.

    Raises:
        ValueError: if it is no integer from 0 to `most`.
    """
    if not isinstance(value, int) or not 0 <= value <= most:
        raise ValueError(f"{value!r} is no count")
    return value


def _headline(learner: Learner) -> MetricsRow:
    """The learned value and, where it is known, the exact one."""
    learned, exact = learner.headline()
    return {"learned": float(learned), **({} if exact is None else {"exact": float(exact)})}


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Sets the process's generators, and puts back the states that they had."""
    before = generator_states()
    seed_generators(seed)
    try:
        yield
    finally:
        restore_generators(before)


def seed_generators(seed: int) -> None:
    """Sets the process's generators."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    if torch := sys.modules.get("torch"):
        torch.manual_seed(seed)


def generator_states() -> dict[str, Any]:
    """The states of all generators of the process, as a checkpoint can hold them."""
    states: dict[str, Any] = {
        "python": random.getstate(),
        "numpy": np.random.get_state(legacy=False),  # noqa: NPY002
    }
    if torch := sys.modules.get("torch"):
        states["torch"] = torch.get_rng_state()
        states["cuda"] = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    return states


def restore_generators(states: dict[str, Any]) -> None:
    """Puts the process's generators into the states that `generator_states` returned."""
    random.setstate(states["python"])
    np.random.set_state(states["numpy"])  # noqa: NPY002
    torch = sys.modules.get("torch")
    if torch and "torch" in states:
        torch.set_rng_state(states["torch"])
        if states["cuda"]:
            torch.cuda.set_rng_state_all(states["cuda"])
