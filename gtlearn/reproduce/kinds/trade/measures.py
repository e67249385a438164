"""What is read of the runs of one curve: both players' rewards while the leader learns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gtlearn.environments.trade.battlefield import ROLES
from gtlearn.errors import InputError
from gtlearn.runs.folder import RunFolder
from gtlearn.runs.metrics import read_rows
from gtlearn.runs.pictures import Array
from gtlearn.runs.result import require

_VALUES = ("leader_value", "follower_value")


@dataclass(frozen=True, eq=False)
class Run:
    """One finished run.

    Attributes:
        seed: its seed.
        result: what its result.json holds.
        steps: environment steps, everything counted, where the leader trained, shape (T,).
        rewards: of the seller and the buyer there, a bullet, shape (2, T).
    """

    seed: int
    result: dict[str, Any]
    steps: Array
    rewards: Array

    @property
    def exact(self) -> Array:
        """The seller's and the buyer's payoffs in the exact equilibrium, a bullet."""
        return np.array(self.result["exact_rewards"])

    @property
    def price(self) -> str:
        """What bullets are sold at in the end."""
        price = self.result["price"]
        return "not sold" if price is None else f"{price:g}"


def read_run(path: Path) -> Run:
    """A finished run.

    Raises:
        InputError: if it is not finished, or no trade.
    """
    refusal = f"{path} is no finished run of a trade; go on by `gtlearn resume {path}`"
    folder = RunFolder(path)
    result = require(folder.result(), ("leads", "exact_rewards"), refusal)
    rows = [row for row in read_rows(folder.metrics_file) if all(name in row for name in _VALUES)]
    known = result["leads"] in ROLES and len(result["exact_rewards"]) == len(ROLES)
    if not (rows and known and "price" in result):
        raise InputError(refusal)
    leads = ROLES.index(result["leads"])
    names = _VALUES if leads == 0 else _VALUES[::-1]
    rewards = np.array([[row[name] for row in rows] for name in names])
    return Run(result["seed"], result, np.array([row["env_steps"] for row in rows]), rewards)


def prices(runs: Sequence[Run]) -> str:
    """The prices of all runs with how many sold at each, such as "0.75 (5)"."""
    counted: dict[str, int] = {}
    for run in runs:
        counted[run.price] = counted.get(run.price, 0) + 1
    return ", ".join(f"{price} ({count})" for price, count in sorted(counted.items()))
