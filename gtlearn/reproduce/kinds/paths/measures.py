"""What is read of a run: its path, and its distance from equilibrium along it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gtlearn.errors import InputError
from gtlearn.runs.folder import RunFolder
from gtlearn.runs.metrics import read_rows
from gtlearn.runs.pictures import Array

COLUMNS = ("parameter_0", "parameter_1", "distance")


@dataclass(frozen=True, eq=False)
class Run:
    """One finished run.

    Attributes:
        seed: its seed.
        path: both players' numbers after each update, shape (T, 2).
        distance: from the nearest equilibrium, shape (T,).
    """

    seed: int
    path: Array
    distance: Array

    @property
    def ratio(self) -> float:
        """The distance at the end over that after the first update."""
        return float(self.distance[-1] / self.distance[0])


def read_run(path: Path) -> Run:
    """A finished run.

    Raises:
        InputError: if it is not finished, or its metrics hold no path.
    """
    folder = RunFolder(path)
    result = folder.result()
    rows = [row for row in read_rows(folder.metrics_file) if all(c in row for c in COLUMNS)]
    if result is None or not rows:
        raise InputError(
            f"{path} is no finished run in a game of two numbers; go on by `gtlearn resume {path}`"
        )
    held = np.array([[row[column] for column in COLUMNS] for row in rows])
    return Run(result["seed"], held[:, :2], held[:, 2])
