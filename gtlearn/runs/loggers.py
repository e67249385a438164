"""Loggers of one's own: what gets the metrics of a run beside metrics.jsonl and TensorBoard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from gtlearn.plugins import Named, repeatable


class Logger(Protocol):
    """Gets the rows of metrics as they are written, with "step" and "env_steps" in each."""

    def write(self, row: Mapping[str, int | float]) -> None:
        """Adds a row."""

    def flush(self) -> None:
        """Makes sure that all rows are kept; called with each checkpoint."""

    def close(self) -> None:
        """Ends the log of this session."""


MakeLogger = Callable[[Path, int], Logger]  # of the run's folder and the first step to come
LOGGERS = Named("a logger", "gtlearn.loggers")


@repeatable
def register(name: str, make: MakeLogger) -> None:
    """Makes a logger known by a name, to `train` and to the command line's `--logger`.

    Args:
        name: what users write.
        make: called with the run's folder and the first step that is not logged yet, which is not
            1 where a run is resumed: rows from there on come again.

    Raises:
        InputError: if the name is empty, or meant as module:function.
    """
    LOGGERS.register(name, make)
