"""Metrics of a run: one JSON object a line, and TensorBoard."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from gtlearn.errors import InputError
from gtlearn.files import opened, read_bytes, write_all
from gtlearn.optional import optional

LARGEST = 2**30  # bytes of a metrics.jsonl that is read
Row = dict[str, int | float]


class MetricsLog:
    """The open metrics of a run; a context manager."""

    def __init__(
        self, path: Path, *, keep: int = 0, step: int = 0, tensorboard: Path | None = None
    ) -> None:
        """Opens the metrics at the checkpoint of `step`; what is younger is dropped.

        Args:
            path: the JSONL file, made if it is missing.
            keep: how many bytes of it belong to the checkpoint.
            step: the last step that belongs to it.
            tensorboard: the folder of TensorBoard's files, or None for none.

        Raises:
            InputError: if the file is shorter than it was, or TensorBoard is missing.
            OSError: if a file cannot be written.
        """
        self._writer = None if tensorboard is None else _writer(tensorboard, step)
        self._file = opened(path, "a")
        if not _has_rows(self._file, keep):
            self.close()
            raise InputError(
                f"{path} has lost rows since the checkpoint, or was edited; start the run anew "
                "with its config"
            )
        self._file.truncate(keep)
        self._file.seek(keep)

    def __enter__(self) -> MetricsLog:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
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
        if self._writer is not None and tensorboard:
            for name, value in row.items():
                if name != "step":
                    self._writer.add_scalar(name, value, row["step"])

    def flush(self) -> int:
        """Makes sure that all rows are on the disk; returns how many bytes they are."""
        os.fsync(self._file.fileno())
        if self._writer is not None:
            self._writer.flush()
        return self._file.tell()

    def close(self) -> None:
        """Closes all files."""
        self._file.close()
        if self._writer is not None:
            with suppress(OSError):  # a full disk; who wrote was told
                self._writer.close()


def _writer(path: Path, step: int) -> Any:
    """TensorBoard's writer, which drops what an earlier one wrote of later steps."""
    optional("tensorboard", "learn")
    return optional("torch.utils.tensorboard", "learn").SummaryWriter(
        str(path), purge_step=step + 1
    )


def _has_rows(file: BinaryIO, size: int) -> bool:
    """Whether a file's first bytes are so many, and end with a row."""
    if file.seek(0, os.SEEK_END) < size:
        return False
    file.seek(max(size - 1, 0))
    return size == 0 or file.read(1) == b"\n"


def read_rows(path: Path) -> list[Row]:
    """The rows of a metrics.jsonl; a last line that was not written whole is left out.

    Raises:
        InputError: if it cannot be read, or holds anything else.
    """
    try:
        *lines, _ = read_bytes(path, LARGEST).split(b"\n")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{path} cannot be read: {reason}") from None
    rows = []
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not _is_row(row):
            raise InputError(f"{path}, line {number}: this is no row of metrics")
        rows.append(row)
    return rows


def _is_row(row: Any) -> bool:
    """Whether it is an object of finite numbers, with the two that every row has."""
    return (
        isinstance(row, dict)
        and "step" in row
        and "env_steps" in row
        and all(map(_is_number, row.values()))
    )


def _is_number(value: Any) -> bool:
    if type(value) is int:
        return -(2**63) <= value < 2**63
    return type(value) is float and math.isfinite(value)
