"""The loop that trains every learner: steps, rows of metrics, checkpoints, the result."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from numbers import Integral
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from gtlearn.errors import DivergenceError, InputError
from gtlearn.files import require_plain, write_whole
from gtlearn.optional import optional
from gtlearn.runs import checkpoint, folder, generators
from gtlearn.runs.cluster import shared_work
from gtlearn.runs.config import RunConfig
from gtlearn.runs.folder import RunFolder
from gtlearn.runs.learner import Keeping, Learner, Parallel, Shared
from gtlearn.runs.metrics import MetricsLog, Row, is_kept
from gtlearn.runs.result import SCHEMA
from gtlearn.runs.stopping import Stop, at_once, deferred, was_asked

CHECKPOINT_SECONDS = 10.0  # from one checkpoint to the next, where no iterations are asked for
Watch = Callable[[int, Learner], None]
Make = Callable[[], Learner]


@dataclass(frozen=True)
class Outcome:
    """Where a call of `train` or `resume` ended.

    Attributes:
        folder: the run's folder.
        result: what result.json holds; None where the run was stopped before its end.
    """

    folder: Path
    result: dict[str, Any] | None


def train(
    config: RunConfig,
    path: Path,
    *,
    watch: Watch | None = None,
    stop: Stop | None = None,
    ray_address: str | None = None,
) -> Outcome:
    """Trains a new run in a new folder.

    Args:
        config: what is trained.
        path: the folder to make.
        watch: called after every iteration with its number and the learner.
        stop: called after every iteration; where it says true the run is kept in a checkpoint and
            left, to be resumed.
        ray_address: of a Ray cluster that is there, for runs with several `ray_workers`; None: as
            the variable RAY_ADDRESS says, else one is started on this machine.

    Raises:
        InputError: if the folder exists, or the options do not fit together.
        DivergenceError: if a metric is not finite, or a part of the learner's state is NaN.
    """
    with _ready(config, ray_address) as make:
        learner = make()  # what is wrong with the options is said before a folder exists
        found = folder.create(config, path)
        with found.locked():
            return _run(_Session(config, found, learner, make), watch, stop)


def resume(
    path: Path,
    *,
    watch: Watch | None = None,
    stop: Stop | None = None,
    ray_address: str | None = None,
    iterations: int | None = None,
    tensorboard: bool | None = None,
) -> Outcome:
    """Goes on with a run from its last checkpoint; the outcome is that of an unbroken run.

    A run that is made longer, finished or not, comes out as if it had been so long from the start.

    Args:
        path: the run's folder.
        watch, stop, ray_address: as for `train`.
        iterations: the run's new length, as its option `iterations` says it; None leaves it.
        tensorboard: switches TensorBoard on, all rows so far included, or off; None leaves it.

    Raises:
        InputError: if it is no run, was begun with another version, its files do not fit or were
            edited, or it cannot be made so long.
        DivergenceError: as for `train`.
    """
    found = folder.find(path)
    config = found.config()
    folder.require_version(found, config)
    changed = config.changed(iterations, tensorboard)
    return go_on(found, changed, config, watch=watch, stop=stop, ray_address=ray_address)


def go_on(
    found: RunFolder,
    config: RunConfig,
    before: RunConfig | None = None,
    *,
    watch: Watch | None = None,
    stop: Stop | None = None,
    ray_address: str | None = None,
    patience: float = 0,
) -> Outcome:
    """Trains a run whose folder is there, from its last checkpoint or its start.

    Args:
        found: its folder.
        config: what it trains.
        before: that of the folder, where `RunConfig.changed` made another of it.
        watch, stop, ray_address: as for `train`.
        patience: seconds for another process that trains it to end.

    Raises:
        InputError, DivergenceError: as for `resume`.
    """
    require_plain(found.path)
    before, result = before or config, found.result()
    if result is not None:
        found.require_unedited()
        if config == before:
            return Outcome(found.path, result)
    with found.locked(patience), _ready(config, ray_address) as make:
        learner = make()  # what is wrong with the options is said before anything is changed
        if config != before:
            if config.iterations != before.iterations:
                _require_extendable(config, learner)
            found.change(config)
        return _run(_Session(config, found, learner, make), watch, stop)


@contextmanager
def _ready(config: RunConfig, ray_address: str | None) -> Iterator[Make]:
    """Makes learners, with the process's threads and generators set for them."""
    torch = optional("torch", "learn")
    threads = torch.get_num_threads()
    with threadpool_limits(config.recording.threads), generators.seeded(config.seed):
        torch.set_num_threads(config.recording.threads)
        try:
            with _parallel(config, ray_address) as parallel:
                yield partial(_made, config, parallel)
        finally:
            torch.set_num_threads(threads)


@contextmanager
def _parallel(config: RunConfig, ray_address: str | None) -> Iterator[Parallel | None]:
    """What does an iteration's work in parts, where that is asked for."""
    recording = config.recording
    if recording.ray_workers == 1:
        if ray_address is not None:
            raise InputError("ray_address has no effect with one worker; give ray_workers too")
        yield None
        return
    workers, threads = recording.ray_workers, recording.threads
    address = ray_address or os.environ.get("RAY_ADDRESS")
    with shared_work(workers, threads, address) as found:
        yield found


def _made(config: RunConfig, parallel: Parallel | None) -> Learner:
    """A new learner.

    Raises:
        InputError: if the options do not fit together, or its work cannot be shared.
    """
    learner = config.algorithm.learner(config.options, config.seed)
    if parallel is not None:
        if not isinstance(learner, Shared):
            raise InputError(
                f"{config.algorithm.name} does its work in one process; leave ray_workers out"
            )
        learner.share(parallel, config.recording.ray_workers)
    return learner


def _require_extendable(config: RunConfig, learner: Learner) -> None:
    """Refuses a learner whose earlier iterations depend on how many there will be.

    Raises:
        InputError: if so.
    """
    if getattr(learner, "fixed_length", False):
        raise InputError(
            f"what {config.algorithm.name} does depends on its number of iterations from the "
            "start, so it cannot be made longer; train a new run"
        )


def _run(session: _Session, watch: Watch | None, stop: Stop | None) -> Outcome:
    path = session.folder.path
    try:
        with at_once(stop):
            session.restore()
            stopped = _trained(session, watch, stop) or was_asked(stop)
            return Outcome(path, None if stopped else session.finish())
    except KeyboardInterrupt:
        if was_asked(stop):
            return Outcome(path, None)
        raise


def _trained(session: _Session, watch: Watch | None, stop: Stop | None) -> bool:
    """Trains to the last iteration; returns whether it was stopped before or there."""
    with session.log(), deferred(stop):
        if session.is_changed:
            session.save()
        while session.step < session.learner.iterations:
            session.advance()
            if watch is not None:
                watch(session.step, session.learner)
            stopped = stop is not None and stop(session.step)
            if stopped or session.is_due():
                session.save()
            if stopped:
                return True
        session.end_rows()
    return False


class _Session:
    """A run from one checkpoint on, in this process."""

    def __init__(self, config: RunConfig, found: RunFolder, learner: Learner, make: Make) -> None:
        self.config, self.folder, self.learner, self._make = config, found, learner, make
        self.step = 0
        self.row: Row = {}  # the last one written
        self._bytes = 0  # of metrics, at the checkpoint
        self._before = config  # that of the checkpoint
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
        wanted = self.config.recording.tensorboard
        with self._writing():
            self._log = MetricsLog(
                self.folder.metrics_file,
                keep=self._bytes,
                step=self.step + self._has_row(self.step),
                tensorboard=self.folder.tensorboard_folder if wanted else None,
                again=not self._before.recording.tensorboard,
            )
        return self._log

    def advance(self) -> None:
        """One iteration, and its row of metrics where one is due."""
        metrics = self.learner.step()
        self.step += 1
        flaw = _flaw(metrics)
        if flaw is not None:
            raise self._divergence(flaw)
        if self._is_last() or self._has_row(self.step):
            self.row = {"step": self.step, **_numbers(metrics), **_headline(self.learner)}
        if self._has_row(self.step):
            with self._writing():
                self._log.write(self.row, tensorboard=is_kept(self.step))

    def end_rows(self) -> None:
        """Writes the row of the last iteration, where it has none otherwise.

        It is in no checkpoint, since a longer run has no such row.
        """
        if self.step and not self._has_row(self.step):
            with self._writing():
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
        with self._writing():
            checkpoint.save(
                self.folder.checkpoint_file,
                {
                    "config": self.config.to_toml(),
                    "step": self.step,
                    "row": self.row,
                    "bytes": self._log.flush(),
                    "generators": generators.states(),
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
            generators.restore(state["generators"])
            self.step = _count(state["step"], self.learner.iterations)
            self._bytes = _count(state["bytes"])
            self._before = state["config"]
            self.row = _numbers(state["row"])
        self._start = time.monotonic() - self.folder.seconds()

    def finish(self) -> dict[str, Any]:
        """Writes result.json; returns what it holds."""
        beside = ("step", "env_steps")
        subject = self.config.subject
        own = self.learner.result()  # its checks take time too
        result = {
            "schema": SCHEMA,
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
        with self._writing():
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
        generators.seed_all(self.config.seed)
        self.learner = self._make()
        self.step = 0

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Turns a full disk into a sentence."""
        try:
            yield
        except OSError as error:
            raise self.folder.cannot_write(error) from error


def _flaw(metrics: Mapping[str, float], state: Any = None) -> str | None:
    """A metric that is not finite, or a part of the learner's state that is NaN."""
    for name, value in metrics.items():
        if not math.isfinite(value):
            return f"metric {name!r} is {float(value)}"
    part = checkpoint.first_nan(state)
    return None if part is None else f"{part} is NaN"


def _numbers(metrics: Mapping[str, float]) -> Row:
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


def _headline(learner: Learner) -> Row:
    """The learned value and, where it is known, the exact one."""
    learned, exact = learner.headline()
    return {"learned": float(learned), **({} if exact is None else {"exact": float(exact)})}
