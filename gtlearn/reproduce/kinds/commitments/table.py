"""The tables of a figure: the paper's numbers beside ours, and the exact truth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from gtlearn.reproduce.engine import Reproduction
from gtlearn.reproduce.figure import Figure
from gtlearn.reproduce.kinds.commitments.measures import Run, median_steps, wilson_interval
from gtlearn.reproduce.kinds.text import around, numbered
from gtlearn.runs.pictures import mean_interval

_HEADS = ("game", "method", "steps", "in training", "made it", "true value", "exact", "regret")
_SUMMARISED = (
    "The paper's numbers beside ours, over all games; fractions with Wilson's 95 % interval:"
)
_SUMMARY = ("method", "paper: steps", "steps", "in training", "paper: made it", "made it")


def report(found: Reproduction) -> str:
    """All that is printed: the paper's statements, the tables, what differs, what is left out."""
    figure = found.figure
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
    return around(found, [_panels(found), notes, _SUMMARISED, _summary(found)])


def to_json(found: Reproduction) -> dict[str, Any]:
    """The numbers of the tables, as JSON values; steps are null where a median never arrives."""
    return numbered(found, lambda runs: _numbers(runs, found.figure))


def _numbers(runs: Sequence[Run], figure: Figure) -> dict[str, Any]:
    made, low, high = _made(runs, figure.tolerance)
    values = np.array([run.result["true_value"] for run in runs])
    commitment = median_steps([run.steps_of_commitment(figure.tolerance) for run in runs])
    reward = median_steps([run.steps_of_reward(figure.tolerance) for run in runs])
    return {
        "steps": commitment if math.isfinite(commitment) else None,
        "steps_in_training": reward if math.isfinite(reward) else None,
        "seeds": len(runs),
        "reached": made,
        "reached_interval": [low, high],
        "true_value": [float(part) for part in mean_interval(values)],
        "follower_class": runs[0].result["follower_class"],
        "exact_value": runs[0].exact,
        "follower_regret": _mean(runs, "follower_regret"),
        "env_steps": max(run.result["env_steps"] for run in runs),
    }


def _panels(found: Reproduction) -> Any:
    from gtlearn.solvers.output.pieces import add_row, new_table

    table = new_table(*_HEADS, right=(*_HEADS[2:4], _HEADS[-1]))
    table.columns[0].no_wrap = True
    for panel in found.figure.panels:
        for place, method in enumerate(found.figure.methods):
            runs, tolerance = found.of(panel, method), found.figure.tolerance
            cells = [
                "" if place else panel.name,
                method.name,
                _steps([run.steps_of_commitment(tolerance) for run in runs]),
                _steps([run.steps_of_reward(tolerance) for run in runs]),
                f"{_made(runs, tolerance)[0]} of {len(runs)}",
                _value(runs),
                f"{runs[0].exact:g} {runs[0].result['follower_class'][0]}",
                f"{_mean(runs, 'follower_regret'):.2g}",
            ]
            add_row(table, cells)
    return table


def _summary(found: Reproduction) -> Any:
    """One row a method: the paper's numbers beside ours, over all panels, with intervals."""
    from gtlearn.solvers.output.pieces import add_row, new_table

    table = new_table(*_SUMMARY)
    for method in found.figure.methods:
        runs = [run for panel in found.figure.panels for run in found.of(panel, method)]
        tolerance = found.figure.tolerance
        cells = [
            method.name,
            method.paper.get("steps", "-"),
            _steps([run.steps_of_commitment(tolerance) for run in runs]),
            _steps([run.steps_of_reward(tolerance) for run in runs]),
            method.paper.get("reached", "-"),
            _fraction(*_made(runs, tolerance), len(runs)),
        ]
        add_row(table, cells)
    return table


def _made(runs: Sequence[Run], tolerance: float) -> tuple[int, float, float]:
    """How many runs made it, and the interval of their fraction."""
    made = sum(run.reached(tolerance) for run in runs)
    return made, *wilson_interval(made, len(runs))


def _fraction(made: int, low: float, high: float, count: int) -> str:
    return f"{made} of {count} ({low:.0%}-{high:.0%})"


def _steps(counts: Sequence[float]) -> str:
    median = median_steps(counts)
    return f"{median:,.0f}" if math.isfinite(median) else "-"


def _mean(runs: Sequence[Run], key: str) -> float:
    return float(np.mean([run.result[key] for run in runs]))


def _value(runs: Sequence[Run]) -> str:
    mean, low, high = mean_interval(np.array([run.result["true_value"] for run in runs]))
    shown = [f"{number:.3g}" for number in (mean, low, high)]
    return shown[0] if len(set(shown)) == 1 else f"{shown[0]} [{shown[1]}, {shown[2]}]"
