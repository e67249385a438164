"""Runs every seed of a figure through the run layer; finished runs are not repeated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path

from gtlearn.errors import InputError
from gtlearn.files import require_no_link
from gtlearn.reading import reported
from gtlearn.reproduce.figure import Figure, FigureMethod, Panel, Reproduction
from gtlearn.reproduce.kinds import find_kind
from gtlearn.runs import folder
from gtlearn.runs.config import RunConfig, read_text
from gtlearn.runs.folder import RunFolder
from gtlearn.runs.jobs import Job, require_backend, train_all
from gtlearn.runs.stopping import Stop, deferred

_Watch = Callable[[int, int], None]


def run_path(parent: Path, panel: Panel, method: FigureMethod, seed: int) -> Path:
    """The folder of one run."""
    return parent / panel.name / method.name / f"seed{seed}"


def prepare(figure: Figure, parent: Path) -> list[Job]:
    """The runs of a figure, with folders for those that have none yet.

    Raises:
        InputError: if a folder holds another run, or cannot be made.
    """
    jobs = []
    for panel, method in product(figure.panels, figure.methods):
        for seed in figure.seeds_of(method):
            config = figure.config(panel, method, seed, parent)
            path = run_path(parent, panel, method, seed)
            jobs.append(Job(_folder_for(config, path, parent), config))
    return jobs


def reproduce(
    figure: Figure,
    parent: Path,
    *,
    workers: int = 1,
    watch: _Watch | None = None,
    stop: Stop | None = None,
) -> Reproduction:
    """Trains what is not finished yet, and reads all runs.

    Args:
        figure: what to run.
        parent: the folder of all its runs; where they are there already, the work goes on.
        workers: how many processes.
        watch: called after every run that was trained, with how many are done and how many in all.
        stop: where it says true, the runs that have begun are kept in checkpoints and left.

    Raises:
        InputError: if the folder holds other runs or cannot be made, or a run failed.
        KeyboardInterrupt: if `stop` says true before all runs are finished.
    """
    if figure.methods or figure.needs:
        require_backend("local", workers)
    with reported(f"{parent} cannot be made", "choose another folder by --output"):
        parent.mkdir(parents=True, exist_ok=True)  # for the picture even where there are no runs
    configs = [(parent / need.name, figure.needed(need)) for need in figure.needs]
    needed = [Job(_folder_for(config, path, parent), config) for path, config in configs]
    _train(needed, workers, watch, stop)
    _train(prepare(figure, parent), workers, watch, stop)
    return read(figure, parent)


def read(figure: Figure, parent: Path) -> Reproduction:
    """A figure whose runs are finished.

    Raises:
        InputError: if one is missing, not finished, damaged or edited.
    """
    kind, runs = find_kind(figure.kind), {}
    for panel, method in product(figure.panels, figure.methods):
        paths = [run_path(parent, panel, method, seed) for seed in figure.seeds_of(method)]
        for path in paths:
            folder.find(path).require_unedited()
        runs[panel.name, method.name] = tuple(map(kind.read_run, paths))
    return Reproduction(figure, runs, parent)


def _train(jobs: Sequence[Job], workers: int, watch: _Watch | None, stop: Stop | None) -> None:
    """Trains what is not finished yet.

    Raises:
        InputError: if a run failed.
        KeyboardInterrupt: if it was stopped.
    """
    pending = [job for job in jobs if not job.folder.result_file.is_file()]
    done = len(jobs) - len(pending)
    failed, stopped = [], False
    with deferred(stop):
        for outcome in train_all(pending, workers=workers, stop=stop):
            done += 1
            failed += [outcome] if outcome.error else []
            stopped |= outcome.stopped
            if watch is not None:
                watch(done, len(jobs))
    if stopped or (stop is not None and stop(0)):
        raise KeyboardInterrupt
    if failed:
        first = Path(*failed[0].folder.parts[-3:])  # panel, method, seed
        raise InputError(
            f"{len(failed)} of {len(jobs)} runs failed; the first in {first}: {failed[0].error}"
        )


def _folder_for(config: RunConfig, path: Path, parent: Path) -> RunFolder:
    """The run's folder, made where it is missing.

    Raises:
        InputError: if it holds another run, or a link stands between it and the folder of all.
    """
    for step in (path, *path.parents):
        if step == parent:
            break
        require_no_link(step)
    if not RunFolder(path).config_file.exists():
        return folder.create(config, path)
    there = folder.find(path)
    if not config.is_that_of(read_text(there.config_file)):
        raise InputError(
            f"{path} was made with other options, or another version; give a new folder by "
            "--output, or remove it"
        )
    return there
