"""A run's folder: config.toml, metrics.jsonl, checkpoint, result.json, tensorboard/, pictures."""

from __future__ import annotations

import errno
import math
import os
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any

from gtlearn.errors import GtlearnError, InputError, quoted
from gtlearn.files import opened, read_bytes, require_no_link, require_plain, write_whole
from gtlearn.optional import optional
from gtlearn.reading import reported
from gtlearn.runs import checkpoint
from gtlearn.runs import result as results
from gtlearn.runs.config import RunConfig, read_config
from gtlearn.version import __version__

CONFIG, METRICS, CHECKPOINT = "config.toml", "metrics.jsonl", "checkpoint"
SUBJECTS = ("game", "env")  # options that a run's name holds anyway
_LOCK, _SECONDS = ".lock", ".seconds"
_NO_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP)  # of a file system that has none


@dataclass(frozen=True)
class RunFolder:
    """The folder of one run.

    Attributes:
        path: where it is.
    """

    path: Path

    @property
    def config_file(self) -> Path:
        """Everything needed to repeat the run."""
        return self.path / CONFIG

    @property
    def metrics_file(self) -> Path:
        """One JSON object a line."""
        return self.path / METRICS

    @property
    def checkpoint_file(self) -> Path:
        """The last checkpoint."""
        return self.path / CHECKPOINT

    @property
    def result_file(self) -> Path:
        """What came out; there once the run is finished."""
        return self.path / results.FILE

    def config(self) -> RunConfig:
        """The config that the run was made with.

        Raises:
            InputError: if it is no config, or a link.
        """
        return read_config(self.config_file, follow=False)

    def state(self, config: RunConfig) -> dict[str, Any]:
        """What the last checkpoint holds; "config" is the RunConfig that it was made with.

        Args:
            config: the run's, which must be that one, or continue it.

        Raises:
            InputError: if it was not, is no checkpoint, or was edited.
        """
        state = checkpoint.load(self.checkpoint_file)
        before = config.continued(str(state.get("config")))
        if before is None:
            raise InputError(
                f"{self.config_file} is not what the checkpoint was made with; undo the change, "
                "or train it anew by `gtlearn train`"
            )
        return {**state, "config": before}

    @contextmanager
    def fitting(self) -> Iterator[None]:
        """Around what takes over a checkpoint's state, or uses it: anything may be wrong in it.

        Raises:
            InputError: if something is.
        """
        try:
            yield
        except (GtlearnError, MemoryError, OSError):
            raise
        except Exception as error:  # whatever a learner makes of a state that is none of its own
            said = f"{type(error).__name__}: {error}"
            raise InputError(
                f"{self.checkpoint_file} does not fit this run: it is damaged or another run's "
                f"({quoted(said, 100)}); start the run anew with its config.toml"
            ) from error

    def result(self) -> dict[str, Any] | None:
        """What came out; None before the end.

        Raises:
            InputError: if result.json is damaged or was edited.
        """
        result = results.read(self.result_file)
        if result is not None:
            results.require_unedited(result, self.path, (results.FILE,))
        return result

    def require_unedited(self, *names: str) -> None:
        """Refuses the run if it is finished and its files are others than at its end.

        Args:
            names: of files; none for all.

        Raises:
            InputError: if one was edited, or result.json is damaged.
        """
        result = self.result()
        if result is not None:
            results.require_unedited(result, self.path, names)

    def seconds(self) -> float:
        """Time spent on the run up to its last checkpoint; 0 where it is not known.

        It is in no checkpoint, so that these are equal where runs came out the same.
        """
        with suppress(OSError, ValueError):
            seconds = float(read_bytes(self.path / _SECONDS, 100))
            return seconds if 0 <= seconds < math.inf else 0.0
        return 0.0

    def write_seconds(self, seconds: float) -> None:
        """Notes the time spent on the run."""
        write_whole(self.path / _SECONDS, f"{seconds:.3f}\n".encode(), sync=False)

    def write_result(self, result: dict[str, Any], kept: Iterable[str] = ()) -> dict[str, Any]:
        """Writes result.json, whole or not at all; returns what it holds.

        Args:
            result: what came out.
            kept: the names of further files of the run.
        """
        names = (CONFIG, METRICS, CHECKPOINT, *kept)
        return results.write(self.result_file, result, [self.path / name for name in names])

    def change(self, config: RunConfig) -> None:
        """Makes the run one that is not finished, with a config that continues its own.

        Raises:
            InputError: if its checkpoint does not go with the config, or it cannot be written.
        """
        if self.checkpoint_file.exists():
            self.state(config)
        with self.writing():
            self.result_file.unlink(missing_ok=True)  # first: it belongs to the config before
            write_whole(self.config_file, config.to_toml().encode())

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Turns a full disk into a sentence."""
        advice = f"once it can, go on by `gtlearn resume {self.path}`"
        with reported(f"{self.path} cannot be written", advice):
            yield

    @contextmanager
    def locked(self, patience: float = 0) -> Iterator[None]:
        """Keeps other processes from training in this folder; the lock ends with the process.

        Args:
            patience: seconds for another process to end.

        Raises:
            InputError: if another process trains in it, or it cannot be written.
        """
        filelock = optional("filelock", "learn")
        lock = filelock.FileLock(self.path / _LOCK, timeout=patience)
        with self.writing():
            try:
                opened(self.path / _LOCK, "a").close()  # of one name: some filelocks empty it
                lock.acquire()
            except filelock.Timeout:
                raise InputError(
                    f"{self.path} is being trained by another process; wait for its end"
                ) from None
            except OSError as error:
                if error.errno not in _NO_LOCKS:
                    raise
        try:
            yield
        finally:
            lock.release()


def create(config: RunConfig, path: Path) -> RunFolder:
    """Makes a new run's folder with its config.toml.

    Raises:
        InputError: if the path is taken, or cannot be made.
    """
    folder = RunFolder(path)
    with reported(f"{path} cannot be made", "choose another folder"):
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            raise InputError(
                f"{path} exists already; choose another folder, or go on with it by "
                f"`gtlearn resume {path}`"
            ) from None
        write_whole(folder.config_file, config.to_toml().encode())
    return folder


def find(path: Path) -> RunFolder:
    """An existing run's folder, which holds no links; it may be one itself.

    Raises:
        InputError: if it is none, or holds anything but files and folders.
    """
    folder = RunFolder(path)
    if not os.path.isdir(path):
        raise InputError(f"{path} is no folder; give that of a run")
    require_plain(path)
    if not os.path.isfile(folder.config_file):
        raise InputError(f"{path} is no run: it holds no config.toml; give the folder of a run")
    return folder


def config_in(path: Path) -> RunConfig:
    """The config in a file, which may lie in the folder of a run.

    Raises:
        InputError: as `read_config`, or if that folder holds links.
    """
    run = RunFolder(path.parent)
    if any(map(os.path.lexists, (run.metrics_file, run.checkpoint_file, run.result_file))):
        require_plain(run.path)
    return read_config(path)


def require_version(folder: RunFolder, config: RunConfig) -> None:
    """Refuses a run that another version began.

    Raises:
        InputError: if so.
    """
    if config.version is None:
        raise InputError(
            f"{folder.path} is no run: its config.toml names no version; start one with "
            f"`gtlearn train {folder.config_file}`"
        )
    if config.version != __version__:
        raise InputError(
            f"{folder.path} was begun with gtlearn {config.version[:40]} and this is "
            f"{__version__}; install that version, or start anew with "
            f"`gtlearn train {folder.config_file}`"
        )


def is_sweep(path: Path) -> bool:
    """Whether a folder is no run, but holds runs."""
    return not os.path.isfile(RunFolder(path).config_file) and bool(_inside(path))


def expanded(paths: Iterable[Path]) -> list[Path]:
    """These folders of runs; that of a sweep stands for all its runs.

    Raises:
        InputError: if one is neither, or a sweep holds a link to a run.
    """
    folders: list[Path] = []
    for path in paths:
        if not is_sweep(path):
            folders.append(find(path).path)
            continue
        for run in _inside(path):
            require_no_link(run)
            folders.append(find(run).path)
    return folders


def _inside(path: Path) -> list[Path]:
    """The runs that lie in a folder."""
    return sorted(file.parent for file in path.glob(f"*/{CONFIG}"))


def default_path(config: RunConfig, parent: Path, words: Sequence[str] = ()) -> Path:
    """A free path under `parent` with algorithm, game or environment, seed and time in its name.

    Args:
        config: of the run.
        parent: where it is to be.
        words: what else the name is to hold.
    """
    return _free(parent, [config], [*words, f"seed{config.seed}"])


def default_sweep_path(configs: Sequence[RunConfig], seeds: Sequence[int], parent: Path) -> Path:
    """A free path under `parent` for the runs of many seeds."""
    whole = len(seeds) == max(seeds) - min(seeds) + 1
    name = f"seeds{min(seeds)}-{max(seeds)}" if whole else f"{len(seeds)}seeds"
    return _free(parent, configs, [f"{len(configs)}settings"] * (len(configs) > 1) + [name])


def _free(parent: Path, configs: Sequence[RunConfig], words: Sequence[str]) -> Path:
    """Such as lola_chicken_rate-0.3_seed0_20270131-120000, with a number behind it where taken."""
    subjects = {config.subject[1] for config in configs if config.subject}
    parts = [configs[0].algorithm.name, *(subjects if len(subjects) == 1 else ()), *words]
    name = "_".join([*map(_plain, parts), time.strftime("%Y%m%d-%H%M%S")])
    paths = chain([parent / name], (parent / f"{name}_{number}" for number in count(2)))
    return next(path for path in paths if not path.exists())


def _plain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._]+", "-", text).strip("-.")[:60]
