"""What is measured of the runs of one curve, against the exact optimum."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.runs.folder import RunFolder
from gtlearn.runs.metrics import read_rows
from gtlearn.runs.pictures import Array
from gtlearn.runs.result import require

TRUE_VALUE = "true_value"  # of the leader's table at that moment, exact
REWARD = "leader_value"  # earned in the batch that was trained on
_RESULT = (TRUE_VALUE, "exact_value", "follower_class", "follower_regret")


@dataclass(frozen=True, eq=False)
class Run:
    """One finished run.

    Attributes:
        seed: its seed.
        result: what its result.json holds.
        steps: environment steps, everything counted, where the leader trained, shape (T,).
        true_values: what the leader's table was truly worth there, shape (T,).
        rewards: what the leader earned in training there, shape (T,).
    """

    seed: int
    result: dict[str, Any]
    steps: Array
    true_values: Array
    rewards: Array

    @property
    def exact(self) -> float:
        """The best commitment's value."""
        return float(self.result["exact_value"])

    def reached(self, tolerance: float) -> bool:
        """Whether the final commitment is truly worth the optimum, up to the tolerance."""
        return within(float(self.result["true_value"]), self.exact, tolerance)

    def steps_of_commitment(self, tolerance: float) -> float:
        """From which step on the commitment was truly worth the optimum; inf for never."""
        return steps_to(self.steps, self.true_values, self.exact, tolerance)

    def steps_of_reward(self, tolerance: float) -> float:
        """From which step on the leader earned the optimum while it trained; inf for never."""
        return steps_to(self.steps, self.rewards, self.exact, tolerance)


def read_run(path: Path) -> Run:
    """A finished run.

    Raises:
        InputError: if it is not finished, or its metrics have no `TRUE_VALUE`.
    """
    refusal = f"{path} is no finished run of a leader; go on by `gtlearn resume {path}`"
    folder = RunFolder(path)
    result = require(folder.result(), _RESULT, refusal)
    rows = [row for row in read_rows(folder.metrics_file) if TRUE_VALUE in row and REWARD in row]
    if not rows:
        raise InputError(refusal)
    columns = (np.array([row[name] for row in rows]) for name in ("env_steps", TRUE_VALUE, REWARD))
    return Run(result["seed"], result, *columns)


def within(value: float, exact: float, tolerance: float) -> bool:
    """Whether a value differs from the exact one by at most this fraction of it."""
    return abs(value - exact) <= tolerance * abs(exact) + 1e-12


def steps_to(steps: Array, values: Array, exact: float, tolerance: float) -> float:
    """The first step from which on all values are within the tolerance; inf where there is none.

    Args:
        steps: increasing, shape (T,).
        values: shape (T,).
        exact: what they are to reach.
        tolerance: as a fraction of `exact`.

    >>> steps_to(np.array([10.0, 20, 30, 40]), np.array([4.0, 1, 3.95, 4]), 4, 0.02)
    30.0
    """
    apart = [not within(float(value), exact, tolerance) for value in values]
    first = len(apart) - apart[::-1].index(True) if any(apart) else 0
    return float(steps[first]) if first < len(steps) else math.inf


def median_steps(counts: Sequence[float]) -> float:
    """The median over seeds, of which those that never arrive count as infinite.

    >>> median_steps([100.0, 300.0, math.inf])
    300.0
    """
    ordered = sorted(counts)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def wilson_interval(successes: int, count: int, level: float = 0.95) -> tuple[float, float]:
    """The interval of a fraction by Wilson's score (1927).

    Args:
        successes: how many of them.
        count: how many at all, at least one.
        level: how often the interval is to hold the true fraction.

    >>> [round(end, 4) for end in wilson_interval(10, 20)]
    [0.2993, 0.7007]
    """
    from scipy.stats import binomtest

    found = binomtest(successes, count).proportion_ci(level, method="wilson")
    return float(found.low), float(found.high)
