"""A run's folder: config.toml, metrics.jsonl, checkpoint, result.json, tensorboard/, pictures."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any

from gtlearn import __version__
from gtlearn.errors import InputError
from gtlearn.runs.checkpoint import write_whole
from gtlearn.runs.config import RunConfig, read_config

RESULT_SCHEMA = "gtlearn/run/1"


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
        return self.path / "config.toml"

    @property
    def metrics_file(self) -> Path:
        """One JSON object a line."""
        return self.path / "metrics.jsonl"

    @property
    def checkpoint_file(self) -> Path:
        """The last checkpoint."""
        return self.path / "checkpoint"

    @property
    def result_file(self) -> Path:
        """What came out; there once the run is finished."""
        return self.path / "result.json"

    @property
    def tensorboard_folder(self) -> Path:
        """TensorBoard's files."""
        return self.path / "tensorboard"

    def config(self) -> RunConfig:
        """The config that the run was made with."""
        return read_config(self.config_file)

    def result(self) -> dict[str, Any] | None:
        """What came out; None before the end.

        Raises:
            InputError: if result.json is damaged.
        """
        try:
            found: dict[str, Any] = json.loads(self.result_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise InputError(f"{self.result_file} is damaged: {error}") from None
        return found

    def write_result(self, result: dict[str, Any]) -> None:
        """Writes result.json, whole or not at all."""
        text = json.dumps(result, indent=2, ensure_ascii=False, allow_nan=False)
        write_whole(self.result_file, (text + "\n").encode())

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keeps other processes from training in this folder; the lock ends with the process.

        Raises:
            InputError: if another process trains in it.
        """
        with self.config_file.open("rb") as file:
            try:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InputError(
                    f"{self.path} is being trained by another process; wait for its end"
                ) from None
            except (ImportError, OSError):  # there are no locks here
                pass
            yield


def create(config: RunConfig, path: Path) -> RunFolder:
    """Makes a new run's folder with its config.toml.

    Raises:
        InputError: if the path is taken, or cannot be made.
    """
    try:
        path.mkdir(parents=True)
        folder = RunFolder(path)
        write_whole(folder.config_file, config.to_toml().encode())
    except FileExistsError:
        raise InputError(
            f"{path} exists already; choose another folder, or go on with it by "
            f"`gtlearn resume {path}`"
        ) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{path} cannot be made: {reason}; choose another folder") from None
    return folder


def find(path: Path) -> RunFolder:
    """An existing run's folder.

    Raises:
        InputError: if it is none, or made with another version of gtlearn.
    """
    folder = RunFolder(path)
    if not path.is_dir():
        raise InputError(f"{path} is no folder; give that of a run")
    if not folder.config_file.is_file():
        raise InputError(f"{path} is no run: it holds no config.toml; give the folder of a run")
    return folder


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
    return not RunFolder(path).config_file.is_file() and any(path.glob("*/config.toml"))


def expanded(paths: Iterable[Path]) -> list[Path]:
    """These folders of runs; that of a sweep stands for all its runs.

    Raises:
        InputError: if one is neither.
    """
    found: list[Path] = []
    for path in paths:
        inside = sorted(file.parent for file in path.glob("*/config.toml"))
        found += inside if is_sweep(path) else [find(path).path]
    return found


def default_path(config: RunConfig, parent: Path) -> Path:
    """A free path under `parent` with algorithm, game or environment, seed and time in its name."""
    return _free(parent / run_name(config, f"seed{config.seed}", now()))


def default_sweep_path(config: RunConfig, seeds: Sequence[int], parent: Path) -> Path:
    """A free path under `parent` for the runs of many seeds."""
    whole = len(seeds) == max(seeds) - min(seeds) + 1
    name = f"seeds{min(seeds)}-{max(seeds)}" if whole else f"{len(seeds)}seeds"
    return _free(parent / run_name(config, name, now()))


def run_name(config: RunConfig, seeds: str, moment: str) -> str:
    """Such as contextual-stackelberg_chicken_seed0_20270131-120000."""
    subject = [_plain(config.subject[1])] if config.subject else []
    return "_".join([_plain(config.algorithm.name), *subject, seeds, moment])


def now() -> str:
    """The local time as it stands in names."""
    return time.strftime("%Y%m%d-%H%M%S")


def _free(path: Path) -> Path:
    """The path, with a number behind its name where it is taken."""
    numbered = (path.with_name(f"{path.name}_{number}") for number in count(2))
    return next(free for free in chain([path], numbered) if not free.exists())


def _plain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._]+", "-", text).strip("-.")[:60]
