"""Metrics of a run: one JSON object a line, and TensorBoard."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from gtlearn.errors import InputError
from gtlearn.optional import optional

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
        """
        self._writer = None if tensorboard is None else _writer(tensorboard, step)
        self._file = path.open("ab", buffering=0)
        if self._file.tell() < keep:
            self.close()
            raise InputError(
                f"{path} has lost rows since the checkpoint; start the run anew with its config"
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
        """Adds a row, which holds "step"; to TensorBoard too, where that is wanted."""
        self._file.write(json.dumps(row, allow_nan=False).encode() + b"\n")
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
            self._writer.close()


def _writer(path: Path, step: int) -> Any:
    """TensorBoard's writer, which drops what an earlier one wrote of later steps."""
    optional("tensorboard", "learn")
    return optional("torch.utils.tensorboard", "learn").SummaryWriter(
        str(path), purge_step=step + 1
    )


def read_rows(path: Path) -> list[Row]:
    """The rows of a metrics.jsonl; a last line that was not written whole is left out.

    Raises:
        InputError: if it cannot be read, or holds anything else.
    """
    try:
        *lines, _ = path.read_bytes().split(b"\n")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{path} cannot be read: {reason}") from None
    rows = []
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict) or not all(isinstance(v, int | float) for v in row.values()):
            raise InputError(f"{path}, line {number}: this is no row of metrics")
        rows.append(row)
    return rows
