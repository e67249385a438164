"""Metrics of a run: one JSON object a line, and TensorBoard."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from gtlearn.errors import InputError
from gtlearn.files import opened, read_bytes, write_all
from gtlearn.optional import optional
from gtlearn.reading import reported
from gtlearn.runs.fields import is_finite
from gtlearn.runs.loggers import Logger

_LARGEST = 2**30  # bytes of a metrics.jsonl that is read
_ROW, _LONGEST = 1000, 100_000  # bytes of a usual row, and of the longest
FIRST_ROWS = 500  # of the first iterations, each of which has one; later ones are thinned
MetricsRow = dict[str, int | float]


def is_kept(step: int) -> bool:
    """Whether an iteration has a row where rows are thinned, however long the run will be.

    Each of the first `FIRST_ROWS` has one, then every second, from twice as many on every fourth,
    and so on: a million iterations have about 3,000 rows.

    >>> [sum(map(is_kept, range(1, steps + 1))) for steps in (500, 1000, 2000, 1_000_000)]
    [500, 750, 1000, 3238]
    """
    spacing: int = 1 << ((step - 1) // FIRST_ROWS).bit_length()
    return step % spacing == 0


class MetricsLog(AbstractContextManager["MetricsLog"]):
    """The open metrics of a run; a context manager."""

    def __init__(
        self,
        path: Path,
        *,
        keep: int = 0,
        step: int = 0,
        tensorboard: Path | None = None,
        again: bool = False,
        logger: Logger | None = None,
    ) -> None:
        """Opens the metrics at the checkpoint of `step`; what is younger is dropped.

        Args:
            path: the JSONL file, made if it is missing.
            keep: how many bytes of it belong to the checkpoint.
            step: the first step that does not belong to it.
            tensorboard: the folder of TensorBoard's files, or None for none.
            again: whether it lacks rows before that step, and gets them all again.
            logger: one of the user's own, which gets every row from that step on.

        Raises:
            InputError: if the file is shorter than it was, or TensorBoard is missing.
            OSError: if a file cannot be written.
        """
        self._writer = None if tensorboard is None else _writer(tensorboard, 0 if again else step)
        self._logger = logger
        self._file = opened(path, "a")
        if not _has_rows(self._file, keep):
            self.close()
            raise InputError(
                f"{path} has lost rows since the checkpoint, or was edited; start the run anew "
                "with its config"
            )
        self._file.truncate(keep)
        self._file.seek(keep)
        if self._writer is not None and again:
            for row in filter(lambda row: is_kept(int(row["step"])), read_rows(path)):
                self._draw(row)

    def __exit__(self, *error: object) -> None:
        self.close()

    def write(self, row: Mapping[str, int | float], *, tensorboard: bool = True) -> None:
        """Adds a row, which holds "step", or nothing; to TensorBoard too, where that is wanted.

        Raises:
            OSError: if it cannot be written.
        """
        end = self._file.tell()
        try:
            write_all(self._file, json.dumps(row, allow_nan=False).encode() + b"\n")
        except OSError:
            with suppress(OSError):  # else the next reader leaves out what is there of it
                self._file.truncate(end)
                self._file.seek(end)
            raise
        if tensorboard:
            self._draw(row)
        if self._logger is not None:
            self._logger.write(row)

    def _draw(self, row: Mapping[str, int | float]) -> None:
        """Adds a row to TensorBoard, if that is there."""
        if self._writer is not None:
            for name, value in row.items():
                if name != "step":
                    self._writer.add_scalar(name, value, row["step"])

    def flush(self) -> int:
        """Makes sure that all rows are on the disk; returns how many bytes they are."""
        os.fsync(self._file.fileno())
        if self._writer is not None:
            self._writer.flush()
        if self._logger is not None:
            self._logger.flush()
        return self._file.tell()

    def close(self) -> None:
        """Closes all files."""
        self._file.close()
        if self._writer is not None:
            with suppress(OSError):  # a full disk; who wrote was told
                self._writer.close()
        if self._logger is not None:
            self._logger.close()


def _writer(path: Path, step: int) -> Any:
    """TensorBoard's writer, which drops what an earlier one wrote of later steps."""
    optional("tensorboard", "learn")
    return optional("torch.utils.tensorboard", "learn").SummaryWriter(str(path), purge_step=step)


def _has_rows(file: BinaryIO, size: int) -> bool:
    """Whether a file's first bytes are so many, and end with a row."""
    if file.seek(0, os.SEEK_END) < size:
        return False
    file.seek(max(size - 1, 0))
    return size == 0 or file.read(1) == b"\n"


def read_rows(path: Path) -> list[MetricsRow]:
    """The rows of a metrics.jsonl; a last line that was not written whole is left out.

    Raises:
        InputError: if it cannot be read, or holds anything else.
    """
    with reported(f"{path} cannot be read"):
        *lines, _ = read_bytes(path, _LARGEST).split(b"\n")
    return [_row(line, f"{path}, line {number}") for number, line in enumerate(lines, 1)]


def sample_rows(path: Path, count: int) -> list[MetricsRow]:
    """About so many rows of a metrics.jsonl, evenly spread over it; all of them if they are few.

    Time and memory do not depend on how many there are. Always among them are the first row and
    the last one that was written whole.

    Args:
        path: the file.
        count: how many, at least 2.

    Raises:
        InputError: if it cannot be read, or one of these lines is no row.
    """
    with reported(f"{path} cannot be read"), opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size <= count * _ROW:
            return read_rows(path)
        rows = [_row(line, f"{path}, near byte {at}") for at, line in _lines_of(file, size, count)]
    return list({row["step"]: row for row in rows}.values())


def _lines_of(file: BinaryIO, size: int, count: int) -> Iterator[tuple[int, bytes]]:
    """The first line, those that begin after evenly spread places, and the last whole one."""
    yield 0, file.readline(_LONGEST)
    for place in range(1, count - 1):
        file.seek(place * (size - 1) // (count - 1))
        file.readline(_LONGEST)  # it may have begun before
        at, line = file.tell(), file.readline(_LONGEST)
        if line.endswith(b"\n"):
            yield at, line
    file.seek(max(size - 2 * _LONGEST, 0))
    *_, last, _ = file.read().rsplit(b"\n", 2)
    yield size, last


def _row(line: bytes, where: str) -> MetricsRow:
    """The row that a line holds: finite numbers, with the two that every row has.

    Raises:
        InputError: if it holds none.
    """
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        row = None
    known = isinstance(row, dict) and {"step", "env_steps"} <= set(row)
    if not known or not all(map(is_finite, row.values())):
        raise InputError(f"{where}: this is no row of metrics")
    entries: MetricsRow = row
    return entries
