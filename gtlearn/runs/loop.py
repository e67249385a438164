"""The loop that trains every learner: begun, resumed or made longer, and stopped when asked to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from gtlearn.errors import InputError
from gtlearn.files import require_plain
from gtlearn.learning.protocol import Learner, Parallel, Shared
from gtlearn.optional import optional
from gtlearn.runs import folder
from gtlearn.runs.cluster import shared_work
from gtlearn.runs.config import RunConfig
from gtlearn.runs.folder import RunFolder
from gtlearn.runs.session import Make, Session, seeded
from gtlearn.runs.stopping import Stop, deferred, was_asked

Watch = Callable[[int, Learner], None]


@dataclass(frozen=True)
class RunOutcome:
    """Where the training of a run ended.

    Attributes:
        folder: the run's folder.
        config: what was trained.
        result: what result.json holds; None if it was stopped before its end, or failed.
        error: why it failed, where that is not raised.
    """

    folder: Path
    config: RunConfig
    result: dict[str, Any] | None
    error: str | None = None

    @property
    def seed(self) -> int:
        """The run's seed."""
        return self.config.seed

    @property
    def stopped(self) -> bool:
        """Whether it was stopped before its end, by a signal to its process for instance."""
        return self.result is None and self.error is None


def train(
    config: RunConfig,
    path: Path,
    *,
    watch: Watch | None = None,
    stop: Stop | None = None,
    ray_address: str | None = None,
) -> RunOutcome:
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
        run = folder.create(config, path)
        with run.locked():
            return _run(Session(config, run, learner, make), watch, stop)


def resume(
    path: Path,
    *,
    watch: Watch | None = None,
    stop: Stop | None = None,
    ray_address: str | None = None,
    iterations: int | None = None,
    tensorboard: bool | None = None,
) -> RunOutcome:
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
    run = folder.find(path)
    config = run.config()
    folder.require_version(run, config)
    changed = config.changed(iterations, tensorboard)
    return go_on(run, changed, config, watch=watch, stop=stop, ray_address=ray_address)


def go_on(
    run: RunFolder,
    config: RunConfig,
    before: RunConfig | None = None,
    *,
    watch: Watch | None = None,
    stop: Stop | None = None,
    ray_address: str | None = None,
    patience: float = 0,
) -> RunOutcome:
    """Trains a run whose folder is there, from its last checkpoint or its start.

    Args:
        run: its folder.
        config: what it trains.
        before: that of the folder, where `RunConfig.changed` made another of it.
        watch, stop, ray_address: as for `train`.
        patience: seconds for another process that trains it to end.

    Raises:
        InputError, DivergenceError: as for `resume`.
    """
    require_plain(run.path)
    before, result = before or config, run.result()
    if result is not None:
        run.require_unedited()
        if config == before:
            return RunOutcome(run.path, config, result)
    with run.locked(patience), _ready(config, ray_address) as make:
        learner = make()  # what is wrong with the options is said before anything is changed
        if config != before:
            longer = config.iterations != before.iterations
            if longer and getattr(learner, "fixed_length", False):
                raise InputError(
                    f"what {config.algorithm.name} does depends on its number of iterations from "
                    "the start, so it cannot be made longer; train a new run"
                )
            run.change(config)
        return _run(Session(config, run, learner, make), watch, stop)


def restored(path: Path) -> Learner:
    """The learner of a run as it was at the last checkpoint.

    Raises:
        InputError: if it is no run, was begun with another version, has no checkpoint yet, or was
            edited.
    """
    run = folder.find(path)
    config = run.config()
    folder.require_version(run, config)
    run.require_unedited()
    if not run.checkpoint_file.exists():
        raise InputError(f"{path} has no checkpoint yet; wait, or go on by `gtlearn resume {path}`")
    learner = config.algorithm.learner(config.options, config.seed)
    state = run.state(config)
    with run.fitting():
        learner.load_state_dict(state["learner"])
    return learner


@contextmanager
def _ready(config: RunConfig, ray_address: str | None) -> Iterator[Make]:
    """Makes learners, with the process's threads and generators set for them."""
    torch = optional("torch", "learn")
    threads = torch.get_num_threads()
    with threadpool_limits(config.recording.threads), seeded(config.seed):
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
    with shared_work(workers, threads, address) as pool:
        yield pool


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


def _run(session: Session, watch: Watch | None, stop: Stop | None) -> RunOutcome:
    ended = partial(RunOutcome, session.folder.path, session.config)
    try:
        with deferred(stop, False):
            session.restore()
            stopped = _trained(session, watch, stop) or was_asked(stop)
            return ended(None if stopped else session.finish())
    except KeyboardInterrupt:
        if was_asked(stop):
            return ended(None)
        raise


def _trained(session: Session, watch: Watch | None, stop: Stop | None) -> bool:
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
