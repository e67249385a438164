"""What is read of the runs of one curve: rewards along the chain, and their sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.runs.folder import RunFolder
from gtlearn.runs.pictures import Array
from gtlearn.runs.result import require

_ENDS = ("auc_at_equilibrium", "rewards_at_equilibrium", "rewards_at_ceiling")
_ALONG = ("rewards", "nash_conv", "rewards_at_equilibrium", "rewards_at_ceiling")


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
    refusal = f"{path} is no finished run of a meta-learner; go on by `gtlearn resume {path}`"
    result = require(RunFolder(path).result(), ("auc", "rewards"), refusal)
    if not _is_whole(result):
        raise InputError(refusal)
    return Run(result["seed"], result)


def _is_whole(result: Mapping[str, Any]) -> bool:
    """Whether all is there for all groups of personas, and along a chain of one length."""
    groups = result["auc"].keys()
    along = [result[name] for name in _ALONG if name in result]
    if not all(isinstance(part, dict) and part.keys() >= groups for part in along):
        return False
    lengths = {len(values) for part in along for values in part.values()}
    ends = "auc_ceiling" not in result or all(name in result for name in _ENDS)
    return "all" in groups and ends and len(lengths) == 1 and lengths != {0}


def samples(runs: Sequence[Run], what: str, group: str) -> Array | None:
    """The same of all runs of a curve, shape (seeds, L + 1); None where one does not know it.

    Raises:
        InputError: if the chains of two runs are not of one length.
    """
    found = [run.along(what, group) for run in runs]
    known = [values for values in found if values is not None]
    if len({len(values) for values in known}) > 1:
        raise InputError(f"the runs of a curve have {what} of several lengths; train them anew")
    return np.array(known) if len(known) == len(found) else None


def require_group(runs: Sequence[Run], group: str) -> None:
    """Complains about a group of personas that the runs did not meet.

    Raises:
        InputError: if so.
    """
    known = list(runs[0].result["auc"])
    if any(group not in run.result["auc"] for run in runs):
        raise InputError(f"there is no group {group!r} of personas; choose {' or '.join(known)}")
