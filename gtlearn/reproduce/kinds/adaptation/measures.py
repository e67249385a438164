"""What is read of the runs of one curve: rewards along the chain, and their sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.runs.folder import RunFolder
from gtlearn.runs.pictures import Array


@dataclass(frozen=True, eq=False)
class Run:
    """One finished run.

    Attributes:
        seed: its seed.
        result: what its result.json holds.
    """

    seed: int
    result: dict[str, Any]

    def auc(self, group: str) -> float:
        """The sum of the mean rewards at phi_1 ... phi_L against a group of personas."""
        return float(self.result["auc"][group])

    def along(self, what: str, group: str) -> Array | None:
        """ "rewards" or "nash_conv" at phi_0 ... phi_L against a group, shape (L + 1,).

        None where it is not known: NashConv of policies that were only played.
        """
        return np.array(self.result[what][group]) if what in self.result else None

    @property
    def fraction(self) -> float:
        """How far the AUC is on the way from equilibrium to the exact ceiling; NaN if unknown."""
        found = self.result.get("fraction_of_ceiling")
        return float("nan") if found is None else float(found)


def read_run(path: Path) -> Run:
    """A finished run.

    Raises:
        InputError: if it is not finished, or no meta-learner's.
    """
    result = RunFolder(path).result()
    if result is None or "auc" not in result:
        raise InputError(
            f"{path} is no finished run of a meta-learner; go on by `gtlearn resume {path}`"
        )
    return Run(result["seed"], result)


def samples(runs: Sequence[Run], what: str, group: str) -> Array | None:
    """The same of all runs of a curve, shape (seeds, L + 1); None where one does not know it."""
    found = [run.along(what, group) for run in runs]
    known = [values for values in found if values is not None]
    return np.array(known) if len(known) == len(found) else None


def require_group(runs: Sequence[Run], group: str) -> None:
    """Complains about a group of personas that the runs did not meet.

    Raises:
        InputError: if so.
    """
    known = list(runs[0].result["auc"])
    if group not in known:
        raise InputError(f"there is no group {group!r} of personas; choose {' or '.join(known)}")
