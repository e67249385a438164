"""Leaders who learn to commit: how soon and how often to the exact optimum."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from gtlearn.games.drawing import COLOURS
from gtlearn.reproduce.figure import Panel, Reproduction
from gtlearn.reproduce.kinds import kind
from gtlearn.reproduce.kinds.kind import FigureKind, FinishedRun, Measures
from gtlearn.runs.pictures import Array, on_common_steps

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from rich.table import Table

TRUE_VALUE = "true_value"  # of the leader's table at that moment, exact
REWARD = "leader_value"  # earned in the batch that was trained on
_SUMMARISED = (
    "The paper's numbers beside ours, over all games; fractions with Wilson's 95 % interval:"
)
_WIDEST, _NARROWEST = 5.0, 1.8  # points
_DASHES = {"optimal": (0, (5, 2)), "stationary": (0, (1.5, 1.5))}


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


def median_steps(runs: Sequence[FinishedRun], column: str, tolerance: float) -> float | None:
    """From which step on a column of the metrics is within the tolerance of the exact optimum.

    The median over runs, of which those that never arrive count as infinite; None where it is.
    """
    steps = median(
        steps_to(run.metrics["env_steps"], run.metrics[column], exact_value(run), tolerance)
        for run in runs
    )
    return steps if math.isfinite(steps) else None


def exact_value(run: FinishedRun) -> float:
    """The best commitment's value."""
    return float(run.result["exact_value"])


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

    interval = binomtest(successes, count).proportion_ci(level, method="wilson")
    return float(interval.low), float(interval.high)


def numbers_of(runs: Sequence[FinishedRun], tolerance: float) -> Measures:
    """The numbers of one curve; steps are None where their median never arrives."""
    reached = sum(within(run.result[TRUE_VALUE], exact_value(run), tolerance) for run in runs)
    return {
        "steps": median_steps(runs, TRUE_VALUE, tolerance),
        "steps_in_training": median_steps(runs, REWARD, tolerance),
        "seeds": len(runs),
        "reached": reached,
        "reached_interval": [*wilson_interval(reached, len(runs))],
        "true_value": kind.interval_of([run.result[TRUE_VALUE] for run in runs]),
        "follower_class": runs[0].result["follower_class"],
        "exact_value": exact_value(runs[0]),
        "follower_regret": float(np.mean([run.result["follower_regret"] for run in runs])),
        "env_steps": max(run.result["env_steps"] for run in runs),
    }


def _tables(reproduction: Reproduction) -> list[Table | str]:
    figure = reproduction.figure
    percent = f"{figure.tolerance:.0%}".replace("%", " %")
    notes = (
        f"steps: environment steps, everything counted, until the leader's table is truly worth "
        f"the exact optimum, within {percent}, and stays so; in training: until the reward does "
        f"that the leader earns while it explores (the paper's curves). Medians over the seeds; - "
        f"where half of them never do. made it: how many seeds' final table does. true value: of "
        f"the final table against the exact best response to it, mean with its 95 % interval "
        f"(Student's t). exact: the best table's, against a follower of the same class (o: "
        f"optimal, s: stationary). regret: what the learned follower loses against its best "
        f"response, mean."
    )
    return [_by_panel(reproduction), notes, _SUMMARISED, _summary(reproduction)]


def _by_panel(reproduction: Reproduction) -> Table:
    rows = []
    for panel, method, runs in reproduction.curves():
        numbers = numbers_of(runs, reproduction.figure.tolerance)
        cells = {
            "game": panel.name,
            "method": method.name,
            "steps": _steps_cell(numbers["steps"]),
            "in training": _steps_cell(numbers["steps_in_training"]),
            "made it": f"{numbers['reached']} of {numbers['seeds']}",
            "true value": kind.interval_cell(numbers["true_value"], 3),
            "exact": f"{numbers['exact_value']:g} {numbers['follower_class'][0]}",
            "regret": f"{numbers['follower_regret']:.2g}",
        }
        rows.append(cells)
    table = kind.table_of(rows, right=("steps", "in training", "regret"))
    table.columns[0].no_wrap = True
    return table


def _summary(reproduction: Reproduction) -> Table:
    """One row a method: the paper's numbers beside ours, over all panels, with intervals."""
    figure, rows = reproduction.figure, []
    for method in figure.methods:
        runs = [run for panel in figure.panels for run in reproduction.of(panel, method)]
        numbers = numbers_of(runs, figure.tolerance)
        low, high = numbers["reached_interval"]
        cells = {
            "method": method.name,
            "paper: steps": method.paper.get("steps", "-"),
            "steps": _steps_cell(numbers["steps"]),
            "in training": _steps_cell(numbers["steps_in_training"]),
            "paper: made it": method.paper.get("reached", "-"),
            "made it": f"{numbers['reached']} of {numbers['seeds']} ({low:.0%}-{high:.0%})",
        }
        rows.append(cells)
    return kind.table_of(rows)


def _steps_cell(steps: float | None) -> str:
    return "-" if steps is None else f"{steps:,.0f}"


def widths(count: int) -> list[float]:
    """Falling line widths in points, one a method, so that no curve hides another.

    >>> widths(3)
    [5.0, 3.4, 1.8]
    """
    falling: list[float] = np.linspace(_WIDEST, _NARROWEST, count).round(3).tolist()
    return falling if count > 1 else [_NARROWEST]


def exact_lines(runs: Sequence[FinishedRun]) -> dict[str, float]:
    """The exact optimum against each class of followers that was met."""
    return {str(run.result["follower_class"]): exact_value(run) for run in runs}


def _draw_panel(axes: Axes, reproduction: Reproduction, panel: Panel) -> None:
    figure = reproduction.figure
    for place, (method, width) in enumerate(
        zip(figure.methods, widths(len(figure.methods)), strict=True)
    ):
        colour = COLOURS[place % len(COLOURS)]
        _draw_curve(axes, reproduction.of(panel, method), method.label, colour, width)
    everyone = [run for method in figure.methods for run in reproduction.of(panel, method)]
    for follower_class, exact in exact_lines(everyone).items():
        label = f"exact optimum, {follower_class} follower"
        dashes = _DASHES.get(follower_class, "--")
        axes.axhline(exact, color="0.15", ls=dashes, lw=1, label=label, zorder=1)
    if figure.values is not None:
        low, high = figure.values
        margin = 0.05 * (high - low)
        axes.set_ylim(low - margin, high + margin)
    if figure.log_steps:
        axes.set_xscale("log")


def _draw_curve(
    axes: Axes, runs: Sequence[FinishedRun], label: str, colour: str, width: float
) -> None:
    """The true value as a band around a thick line with a dot, the reward as a thin line."""
    true, earned = (
        on_common_steps([(run.metrics["env_steps"], run.metrics[column]) for run in runs])
        for column in (TRUE_VALUE, REWARD)
    )
    kind.draw_mean(axes, *true, colour, lw=width, label=label, solid_capstyle="butt", zorder=2)
    steps, values = true
    axes.plot(steps[:1], values[:, :1].mean(axis=0), "o", color=colour, ms=width + 2.5, zorder=2.5)
    steps, values = earned
    axes.plot(steps, values.mean(axis=0), color=colour, lw=0.7, alpha=0.7, zorder=1.5)


def _shown(reproduction: Reproduction) -> str:
    return (
        ", run again. Thick: what the leader's table of that moment is truly worth against the "
        f"exact best response, from the dot on, {kind.over_seeds(reproduction)}; the later in the "
        "list, the narrower, so that curves on one another show as stripes. Thin: the reward that "
        "it earned in training. Dashed: the exact optimum against each class of followers."
    )


COMMITMENTS = FigureKind(
    name="commitments",
    rows=lambda reproduction: kind.rows_of(
        reproduction, lambda runs: numbers_of(runs, reproduction.figure.tolerance)
    ),
    tables=_tables,
    drawn=lambda reproduction: kind.draw_over_steps(reproduction, _draw_panel, "reward a step"),
    shown=_shown,
    run="run of a leader",
    keys=(TRUE_VALUE, "exact_value", "follower_class", "follower_regret"),
    columns=("env_steps", TRUE_VALUE, REWARD),
)
