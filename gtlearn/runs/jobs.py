"""The runs of a sweep: one after another, by processes here, or on a Ray cluster.

Each combination of options and seed is a run in its own folder, so whoever trains it, the outcome
is the same, and an interrupted sweep goes on where its runs were.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gtlearn.errors import InputError
from gtlearn.optional import optional, require
from gtlearn.plugins import register_again, registered
from gtlearn.runs import cluster, folder, loop
from gtlearn.runs.config import LARGEST_SEED, RunConfig
from gtlearn.runs.folder import RunFolder
from gtlearn.runs.loop import RunOutcome
from gtlearn.runs.options import differing, shown
from gtlearn.runs.stopping import Stop, was_asked
from gtlearn.runs.workers import each

_PATIENCE = 60.0  # seconds for the worker of a lost node to end
MANY = 100_000  # runs; more are a slip
_LOOK = 1.0  # seconds between two looks at whether to stop
_PART = re.compile(r"(\d{1,10})(?:\.\.(\d{1,10}))?", flags=re.ASCII)


@dataclass(frozen=True)
class Job:
    """A run that is to be finished, as it is sent to a worker.

    Attributes:
        folder: its folder.
        config: what it trains.
        before: that of the folder, where it is changed; None where it is not.
    """

    folder: RunFolder
    config: RunConfig
    before: RunConfig | None = None


def parse_seeds(text: str) -> tuple[int, ...]:
    """The seeds of "0..9", both ends included, "3", or "0..4,7".

    Raises:
        InputError: if it is no such text, a range runs backwards, or a seed comes twice.

    >>> parse_seeds("0..3,7")
    (0, 1, 2, 3, 7)
    """
    seeds: list[int] = []
    for part in text.split(","):
        match = _PART.fullmatch(part.strip())
        if match is None:
            raise InputError(f"{part.strip()[:40]!r} is no range of seeds; write one as 0..9")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise InputError(f"the seeds {part.strip()} run backwards; write {last}..{first}")
        if last > LARGEST_SEED:
            raise InputError(f"seed {last} is too large; the largest is {LARGEST_SEED}")
        if last - first >= MANY:
            raise InputError(f"{part.strip()} are {last - first + 1} seeds; give at most {MANY}")
        seeds += range(first, last + 1)
    if len(set(seeds)) < len(seeds):
        raise InputError(f"{text.strip()[:40]} holds a seed twice; give each once")
    return tuple(seeds)


def prepare(configs: Sequence[RunConfig], seeds: Sequence[int], parent: Path) -> list[Job]:
    """Makes a folder for each config and seed, in a new folder `parent`.

    Args:
        configs: what is trained; the names of the folders say in what they differ.
        seeds: of each.
        parent: the folder of all runs.

    Raises:
        InputError: if it exists or cannot be made, or there are too many runs.
    """
    if len(configs) * len(seeds) > MANY:
        raise InputError(f"these are {len(configs) * len(seeds)} runs; give at most {MANY}")
    if parent.exists():
        raise InputError(
            f"{parent} exists already; choose another folder, or go on by `gtlearn resume {parent}`"
        )
    jobs = []
    for config, setting in zip(configs, differing(configs), strict=True):
        own = [f"{k}-{shown(v)}" for k, v in setting.items() if k not in folder.SUBJECTS]
        for seed in seeds:
            one = dataclasses.replace(config, seed=seed)
            jobs.append(Job(folder.create(one, folder.default_path(one, parent, own)), one))
    return jobs


def unfinished(
    parent: Path, *, iterations: int | None = None, tensorboard: bool | None = None
) -> list[Job]:
    """The runs of a sweep; those that are finished will not be trained again.

    Args:
        parent: the folder of the sweep.
        iterations, tensorboard: what is changed of all runs, as by `loop.resume`.

    Raises:
        InputError: if it holds no runs, those of another version, or they cannot be changed so.
    """
    folders = [RunFolder(path) for path in folder.expanded([parent])]
    configs = [one.config() for one in folders]
    jobs = [
        Job(one, config.changed(iterations, tensorboard), config)
        for one, config in zip(folders, configs, strict=True)
    ]
    for job in jobs:
        folder.require_version(job.folder, job.config)
    return sorted(jobs, key=lambda job: job.config.seed)


def train_all(
    jobs: Sequence[Job],
    *,
    workers: int = 1,
    backend: str = "local",
    address: str | None = None,
    stop: Stop | None = None,
) -> Iterator[RunOutcome]:
    """Trains runs to their ends, each from its last checkpoint; yields outcomes as they come.

    Args:
        jobs: the runs.
        workers: how many processes; on a Ray cluster that is there already, Ray decides.
        backend: "local" (processes on this machine) or "ray".
        address: of a Ray cluster; None starts one on this machine.
        stop: where it says true, runs that have begun are kept in checkpoints and left, and no
            others begin.

    Raises:
        InputError: if a package is missing, or Ray loses a worker.
        KeyboardInterrupt: by Ray, where `stop` says true.
    """
    jobs = [dataclasses.replace(job, folder=RunFolder(job.folder.path.resolve())) for job in jobs]
    if backend == "ray":
        return _by_ray(jobs, workers, address, stop)
    if workers > 1:
        work = partial(finish, known=registered())
        return each(work, jobs, workers=workers, lost=_lost, stop=stop)
    return _in_turn(jobs, stop)


def require_backend(backend: str, workers: int, address: str | None = None) -> None:
    """Complains before any work about a package that is missing, or a cluster that is not there.

    Raises:
        InputError: if so.
    """
    require("torch", "filelock", "safetensors", extra="learn")
    if backend == "ray":
        optional("ray", "scale")
        cluster.require_listener(address)


def finish(
    job: Job, stop: Stop | None = None, patience: float = 0, known: Sequence[bytes] = ()
) -> RunOutcome:
    """Trains one run to its end; bad input and divergence become its `error`.

    Args:
        job: the run.
        stop: whether to leave it to be resumed.
        patience: seconds for another process that trains it to end.
        known: what was registered where the sweep began, if that is not here.
    """
    register_again(known)
    path, ended = job.folder.path, partial(RunOutcome, job.folder.path, job.config, None)
    if not job.folder.config_file.is_file():
        return ended(f"a worker cannot see {path}; keep runs where all machines see them")
    try:
        return loop.go_on(job.folder, job.config, job.before, stop=stop, patience=patience)
    except InputError as error:
        return ended(str(error))
    except KeyboardInterrupt:
        if not was_asked(stop):
            raise
        return ended()


def _in_turn(jobs: Sequence[Job], stop: Stop | None) -> Iterator[RunOutcome]:
    for job in jobs:
        if stop is not None and stop(0):
            return
        yield finish(job, stop)


def _lost(job: Job, code: int) -> RunOutcome:
    """What is said of a run whose worker died."""
    path = job.folder.path
    why = f"ended with the code {code}; see above"
    if code < 0:
        why = f"was killed by signal {-code}, for lack of memory perhaps"
    error = f"its worker {why}; its checkpoint is kept: go on by `gtlearn resume {path}`"
    return RunOutcome(path, job.config, None, error)


def _by_ray(
    jobs: Sequence[Job], workers: int, address: str | None, stop: Stop | None
) -> Iterator[RunOutcome]:
    with cluster.connected(workers, address) as ray:
        try:
            threads = {job.config.recording.threads for job in jobs}
            cpus = max(threads, default=1)
            remote = ray.remote(num_cpus=cpus, max_retries=cluster.RETRIES)(finish)
            known = registered()
            pending = [remote.remote(job, patience=_PATIENCE, known=known) for job in jobs]
            while pending:
                ready, pending = ray.wait(pending, timeout=_LOOK)
                yield from ray.get(ready)
                if stop is not None and stop(0):
                    raise KeyboardInterrupt
        except ray.exceptions.RayError:
            parent = jobs[0].folder.path.parent
            raise cluster.lost(f"with fewer workers by `gtlearn resume {parent}`") from None
