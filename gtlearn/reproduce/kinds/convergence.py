"""Learners in game trees: how NashConv of their average strategies falls, and who is ahead."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gtlearn.games.drawing import COLOURS
from gtlearn.learning.protocol import MEASURED
from gtlearn.reproduce.figure import Comparison, Panel, Reproduction
from gtlearn.reproduce.kinds import kind
from gtlearn.reproduce.kinds.kind import FigureKind, FinishedRun, Measures
from gtlearn.runs.pictures import Array, mean_interval, on_common_steps

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas
    from rich.table import Table

_NASH_CONV = "nash_conv"
HOLDS, FAILS, OPEN = "holds", "does not hold", "cannot be told"
_NOTE = (
    "NashConv: what both players together could gain by deviating from their average strategies "
    "at the end, exactly. With n = 1 the method is deterministic, so that there is no interval; "
    "else geometric mean with its 95 % interval (Student's t, of logarithms). nodes: of the tree, "
    "looked at in all iterations; by a deterministic method all of them for each player's update."
)
_COMPARED = (
    "ratio: NashConv of the method that is said to be lower over the other's, after as many "
    "iterations, or where nodes are compared after as many nodes, the end of the one that looked "
    f"at fewer; geometric mean over seeds with its 95 % interval. A claim {HOLDS} where the whole "
    f"interval is below 1, {FAILS} where it is above, and {OPEN} else, or where the difference is "
    "less than what rounding to 30 bits can do."
)


def measured(run: FinishedRun) -> tuple[Array, Array]:
    """After which iterations NashConv was measured, increasing, and what it was."""
    steps, where = np.unique(run.metrics[MEASURED], return_index=True)
    return steps, run.metrics[_NASH_CONV][where]


def nodes_of(run: FinishedRun) -> float:
    """How many nodes were looked at in all."""
    visited = float(run.result["env_steps"])
    return visited or 2.0 * run.result["iterations"] * run.result["nodes"]


def _value_at(run: FinishedRun, amount: float, along: str) -> float:
    """NashConv after an amount of iterations or nodes, between measurements on a log-log line."""
    steps, values = measured(run)
    if along == "nodes":
        steps = steps * nodes_of(run) / run.result["iterations"]
    if amount >= steps[-1]:
        return float(values[-1])
    return math.exp(np.interp(math.log(amount), np.log(steps), np.log(values)))


def geometric_interval(samples: Array) -> tuple[Array, Array, Array]:
    """The geometric mean of samples, shape (n, ...), and its 95 % interval, by their logarithms."""
    mean, low, high = map(np.exp, mean_interval(np.log(samples)))
    return mean, low, high


def ratios(lower: Sequence[FinishedRun], higher: Sequence[FinishedRun], along: str) -> Array:
    """NashConv of the first over that of the second, one number a seed.

    Where one method has a single run, it is compared with each of the other's.

    Args:
        lower, higher: the runs of two methods.
        along: of what both had the same amount.
    """
    count = max(len(lower), len(higher))
    pairs = ((lower[k % len(lower)], higher[k % len(higher)]) for k in range(count))
    return np.array([_ratio(one, other, along) for one, other in pairs])


def _ratio(one: FinishedRun, other: FinishedRun, along: str) -> float:
    amounts = [
        nodes_of(run) if along == "nodes" else float(run.result["iterations"])
        for run in (one, other)
    ]
    first, second = (_value_at(run, min(amounts), along) for run in (one, other))
    return first / second


def verdict(ratio: Sequence[float], wrong: Sequence[float] = (1.0, 1.0)) -> str:
    """Whether a ratio that is said to be below 1 is.

    Args:
        ratio: its mean, and its interval.
        wrong: the least and the largest factor by which it may be wrong.

    >>> verdict([0.5, 0.2, 0.9]), verdict([0.5, 0.2, 0.9], (0.8, 1.2)), verdict([3, 2, 4])
    ('holds', 'cannot be told', 'does not hold')
    """
    _, low, high = ratio
    if high * wrong[1] < 1:
        return HOLDS
    return FAILS if low * wrong[0] > 1 else OPEN


def _wrong(lower: Sequence[FinishedRun], higher: Sequence[FinishedRun]) -> tuple[float, float]:
    """The least and the largest factor by which rounding can have changed a ratio of NashConv."""
    one, other = (
        max(run.result["rounding"] / run.result[_NASH_CONV] for run in runs)
        for runs in (lower, higher)
    )
    return max(1 - one, 0) / (1 + other), (1 + one) / (1 - other) if other < 1 else math.inf


def comparison_rows(reproduction: Reproduction) -> list[Measures]:
    """What came out of each comparison in each panel."""
    figure = reproduction.figure
    methods = {method.name: method for method in figure.methods}
    rows = []
    for claim in figure.comparisons:
        for panel in figure.panels:
            lower, higher = (
                reproduction.of(panel, methods[name]) for name in (claim.lower, claim.higher)
            )
            samples = ratios(lower, higher, claim.along)
            ratio = [float(end) for end in geometric_interval(samples)]
            rows.append(
                {
                    "claim": _name(claim),
                    "panel": panel.name,
                    "ratio": ratio,
                    "seeds": len(samples),
                    "verdict": verdict(ratio, _wrong(lower, higher)),
                }
            )
    return rows


def _name(claim: Comparison) -> str:
    return f"{claim.lower} below {claim.higher}" + (", by nodes" if claim.along == "nodes" else "")


def numbers_of(runs: Sequence[FinishedRun]) -> Measures:
    """The end of one curve; without an interval where the method is deterministic."""
    results = [run.result for run in runs]
    values = [float(result[_NASH_CONV]) for result in results]
    interval = [float(end) for end in geometric_interval(np.array(values))]
    return {
        "seeds": len(runs),
        "iterations": results[0]["iterations"],
        "nash_conv": values[0] if len(runs) == 1 else interval,
        "nodes": float(np.mean([nodes_of(run) for run in runs])),
        "seconds": float(np.median([result["seconds"] for result in results])),
    }


def _tables(reproduction: Reproduction) -> list[Table | str]:
    rows = []
    for panel, method, runs in reproduction.curves():
        numbers = numbers_of(runs)
        value = numbers["nash_conv"]
        cells = {
            "game": panel.title,
            "method": method.label,
            "n": str(numbers["seeds"]),
            "iterations": f"{numbers['iterations']:,}",
            "NashConv": f"{value:.3g}" if len(runs) == 1 else kind.interval_cell(value, 3),
            "nodes": f"{numbers['nodes']:,.0f}",
            "seconds": f"{numbers['seconds']:.1f}",
        }
        rows.append(cells)
    right = ("n", "iterations", "nodes", "seconds")
    return [kind.table_of(rows, right), _NOTE, *_compared(reproduction)]


def _compared(reproduction: Reproduction) -> list[Table | str]:
    claims = reproduction.figure.comparisons
    said = [f"{_name(claim)}: {claim.text} ({claim.where})" for claim in claims]
    rows = [
        {
            "claim": row["claim"],
            "game": row["panel"].replace("_", " "),
            "ratio": kind.interval_cell(row["ratio"], 3),
            "verdict": row["verdict"],
        }
        for row in comparison_rows(reproduction)
    ]
    return ["\n  ".join(["What papers say:", *said]), kind.table_of(rows), _COMPARED]


def _drawn(reproduction: Reproduction) -> tuple[Canvas, str]:
    columns = reproduction.figure.columns
    rows = math.ceil(len(reproduction.figure.panels) / columns)
    canvas = kind.draw_panels(reproduction, _draw_panel, columns, (8.5, 1.9 + 3 * rows), 3)
    canvas.supylabel("NashConv of the average strategies", fontsize=10)
    return canvas, "iterations"


def _draw_panel(axes: Axes, reproduction: Reproduction, panel: Panel) -> None:
    axes.loglog()
    for method, colour in zip(reproduction.figure.methods, COLOURS, strict=False):
        runs = reproduction.of(panel, method)
        steps, values = on_common_steps([measured(run) for run in runs])
        mean, low, high = geometric_interval(values)
        axes.plot(steps, mean, color=colour, label=method.label, marker=".", ms=4, lw=1.2)
        if len(runs) > 1:
            axes.fill_between(steps, low, high, color=colour, alpha=0.2, lw=0)


def _shown(reproduction: Reproduction) -> str:
    counts = {len(reproduction.figure.seeds_of(m)) for m in reproduction.figure.methods}
    text = ". Dots: where NashConv was measured, exactly."
    return text + (
        f" With samples: geometric mean over n = {max(counts)} seeds; band: its 95 % interval "
        "(Student's t, of logarithms). The other methods are deterministic, and have none."
    )


def _is_whole(result: Mapping[str, Any]) -> bool:
    return float(result[_NASH_CONV]) > 0 and float(result["iterations"]) > 0


CONVERGENCE = FigureKind(
    name="convergence",
    rows=lambda reproduction: [
        *kind.rows_of(reproduction, numbers_of),
        *comparison_rows(reproduction),
    ],
    tables=_tables,
    drawn=_drawn,
    shown=_shown,
    run="run in a game tree",
    keys=(_NASH_CONV, "rounding", "nodes", "iterations", "env_steps"),
    columns=(MEASURED, _NASH_CONV),
    is_whole=_is_whole,
)
