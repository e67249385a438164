"""Pictures of runs: the mean over seeds with its 95 % interval, with n and the method said."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError, nearest
from gtlearn.games.drawing import COLOURS
from gtlearn.learning.protocol import MEASURED
from gtlearn.runs import folder
from gtlearn.runs.canvas import finish, new_canvas, style
from gtlearn.runs.config import RunConfig
from gtlearn.runs.fields import fields_of
from gtlearn.runs.metrics import MetricsRow, sample_rows
from gtlearn.runs.options import differing, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]
HEADLINE = "learned"
ENV_STEPS, ITERATIONS = "environment steps, everything counted", "iterations"
CHECKED = ("true_value", "gap", "follower_regret")  # keys of result.json, of exact checks
_LEGEND_WIDTH = 90  # characters
_LONGEST = 300  # characters of a label in it
_AXIS_WIDTH = 45
INTERVAL = "95 % interval (Student's t, n - 1 degrees of freedom)"
_FEW = 2  # options in a legend
POINTS = 1000  # of a curve, at most
_DOTS = 100  # points of a curve that are seen one by one


@dataclass(frozen=True, eq=False)
class Curve:
    """A metric over environment steps, mean over seeds.

    Attributes:
        label: what the legend says.
        seeds: of the runs, n of them.
        steps: environment steps, everything counted, or iterations where values are computed and
            nothing is played, or measured now and then; shape (T,).
        mean: shape (T,).
        low, high: the 95 % interval of the mean, shape (T,); equal to the mean where n = 1.
        exact: the exact value, where it is known and the same in all runs.
        axis: what the steps are.
        checked: what the exact checks at the end of the runs found, one number a run, by name;
            empty where a run has none.
        value: what the metric is, in words.
        log: whether it is drawn on logarithmic axes.
    """

    label: str
    seeds: tuple[int, ...]
    steps: Array
    mean: Array
    low: Array
    high: Array
    exact: float | None = None
    axis: str = ENV_STEPS
    checked: Mapping[str, Array] = field(default_factory=dict)
    value: str = ""
    log: bool = False

    def final(self) -> str:
        """The last mean, with its interval."""
        return _interval_text(len(self.seeds), self.mean[-1], self.low[-1], self.high[-1])

    def check_text(self) -> str:
        """The means of what exact checks found, such as "true value 3, gap 0.1"."""
        means = (f"{key.replace('_', ' ')} {v.mean():.4g}" for key, v in self.checked.items())
        return ", ".join(means)


def mean_interval(samples: Array, level: float = 0.95) -> tuple[Array, Array, Array]:
    """The mean and its interval by Student's t with n - 1 degrees of freedom.

    Args:
        samples: shape (n, ...), one row a seed.
        level: how often the interval is to hold the true mean, for normal samples.

    Returns:
        Mean, lower and upper end, each of shape (...). With one sample all three are the same.

    >>> [round(float(end), 3) for end in mean_interval(np.array([1.0, 2.0, 3.0]))]
    [2.0, -0.484, 4.484]
    """
    from scipy.special import stdtrit  # scipy.stats takes half a second to import

    count = len(samples)
    mean: Array = samples.mean(axis=0)
    if count == 1:
        return mean, mean, mean
    half = stdtrit(count - 1, (1 + level) / 2) * samples.std(axis=0, ddof=1) / np.sqrt(count)
    return mean, mean - half, mean + half


def interval_text(samples: Array) -> str:
    """The mean of samples, one a seed, with its interval and n.

    >>> interval_text(np.array([1.0, 2.0, 3.0]))
    "2 [-0.48414, 4.4841] (n = 3, 95 % interval by Student's t)"
    """
    mean, low, high = mean_interval(samples)
    return _interval_text(len(samples), float(mean), float(low), float(high))


def _interval_text(count: int, mean: float, low: float, high: float) -> str:
    if count == 1:
        return f"{mean:.5g} (n = 1)"
    return f"{mean:.5g} [{low:.5g}, {high:.5g}] (n = {count}, 95 % interval by Student's t)"


def on_common_steps(runs: Sequence[tuple[Array, Array]]) -> tuple[Array, Array]:
    """Several runs' values at the same environment steps.

    Each run's value is the last one measured; steps are those at which any run was measured and
    which all runs reached, thinned to `POINTS`.

    Args:
        runs: for each run its steps, increasing, and its values, both of shape (T_k,).

    Returns:
        The steps, shape (T,), and the values, shape (n, T).

    >>> on_common_steps([(np.array([1., 3]), np.array([5., 7])), (np.array([2., 3]), np.zeros(2))])
    (array([2., 3.]), array([[5., 7.],
           [0., 0.]]))
    """
    begin, end = max(x[0] for x, _ in runs), min(x[-1] for x, _ in runs)
    steps = np.unique(np.concatenate([x for x, _ in runs]))
    steps = steps[(steps >= begin) & (steps <= end)]
    if len(steps) > POINTS:
        steps = steps[np.linspace(0, len(steps) - 1, POINTS).round().astype(int)]
    values = [y[np.searchsorted(x, steps, side="right") - 1] for x, y in runs]
    return steps, np.array(values).reshape(len(runs), len(steps))


def curves_of(paths: Sequence[Path], metric: str = HEADLINE) -> list[Curve]:
    """One curve for each set of runs that differ in nothing but the seed.

    Args:
        paths: folders of runs, or folders that hold such (a sweep's).
        metric: a name in their metrics.

    Raises:
        InputError: if a folder holds no run or no such metric, or two runs are the same, or one
            was edited.
    """
    groups: dict[tuple[str, Any], dict[int, Path]] = {}
    configs: dict[tuple[str, Any], RunConfig] = {}
    for path in folder.expanded(paths):
        run = folder.find(path)
        config = run.config()
        run.require_unedited(folder.CONFIG, folder.METRICS)
        key = (config.algorithm.name, config.options)
        configs[key] = config
        seeds = groups.setdefault(key, {})
        if config.seed in seeds:
            raise InputError(
                f"{path} and {seeds[config.seed]} are the same run, of seed {config.seed}; give "
                "one of them"
            )
        seeds[config.seed] = path
    labels, plain = _labels(list(configs.values())), metric.replace("_", " ")
    values = [c.algorithm.headline if metric == HEADLINE else plain for c in configs.values()]
    return [
        _curve(label, dict(sorted(seeds.items())), metric, value, c.algorithm.log)
        for label, seeds, value, c in zip(
            labels, groups.values(), values, configs.values(), strict=True
        )
    ]


def _curve(label: str, paths: dict[int, Path], metric: str, value: str, log: bool) -> Curve:
    sampled = {path: sample_rows(path / folder.METRICS, 4 * POINTS) for path in paths.values()}
    played = any(row["env_steps"] for rows in sampled.values() for row in rows)
    played = played and not any(MEASURED in row for rows in sampled.values() for row in rows)
    along = "env_steps" if played else "step"
    steps, values = on_common_steps([_series(*one, metric, along) for one in sampled.items()])
    exact = {row.get("exact") for rows in sampled.values() for row in rows}
    if not len(steps):
        raise InputError(f"the runs of {label} have no steps in common; let them run on")
    log = log and bool((values > 0).all())
    known = exact.pop() if len(exact) == 1 and metric == HEADLINE and not log else None
    return Curve(
        label,
        tuple(paths),
        steps,
        *mean_interval(values),
        known,
        ENV_STEPS if played else ITERATIONS,
        _checked(list(paths.values())),
        value,
        log,
    )


def _checked(paths: Sequence[Path]) -> dict[str, Array]:
    """What all these runs' exact checks found."""
    results = [folder.RunFolder(path).result() or {} for path in paths]
    if not all(key in result for key in CHECKED for result in results):
        return {}
    return {key: np.array([result[key] for result in results]) for key in CHECKED}


def _series(path: Path, rows: Sequence[MetricsRow], metric: str, along: str) -> tuple[Array, Array]:
    """A run's steps and values, the last one where steps are the same.

    Values that were measured before their rows stand where they were measured, once.
    """
    if not rows:
        raise InputError(f"{path} has no metrics yet; let it run on")
    points = {
        float(row.get(MEASURED, row[along])): float(row[metric]) for row in rows if metric in row
    }
    if not points:
        advice = nearest(metric, rows[-1], "it has")
        raise InputError(f"{path} has no metric {metric[:60]!r}; {advice}")
    steps = sorted(points)
    return np.array(steps), np.array([points[step] for step in steps])


def _labels(configs: Sequence[RunConfig]) -> list[str]:
    """The algorithm, the game, and the options in which configs of that algorithm differ.

    Where they differ in more than `_FEW` options, a default goes without saying.
    """
    labels = []
    for config, differ in zip(configs, differing(configs), strict=True):
        fields = fields_of(type(config.options))
        values = {name: value for name, value in differ.items() if name not in folder.SUBJECTS}
        own = [
            f"{name} {shown(value)}"
            for name, value in values.items()
            if len(values) <= _FEW or fields[name].required or value != fields[name].default
        ]
        subject = [config.subject[1]] if config.subject else []
        labels.append(", ".join([config.algorithm.name, *subject, *own]))
    return labels


def caption(curves: Sequence[Curve]) -> str:
    """What was drawn: how many seeds, what the band is, and what exact checks found (means)."""
    counts = sorted({len(curve.seeds) for curve in curves})
    if counts == [1]:
        text = "One run (n = 1), without an interval."
    else:
        number = str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
        text = f"Line: mean over n = {number} seeds. Band: its {INTERVAL}."
        if 1 in counts:
            text += " A single run has none."
    dashed = any(curve.exact is not None for curve in curves)
    text += " Dashed: the exact value." if dashed else ""
    text += " Dots: where it was measured." if any(map(_is_dotted, curves)) else ""
    if len(curves) == 1 and curves[0].checked:
        text += f" Exact check at the end: {curves[0].check_text()}."
    return text


def draw(curves: Sequence[Curve], picture: Path) -> Path:
    """Writes curves as a picture; the format is that of the file's name.

    Raises:
        InputError: if matplotlib is missing, or the file cannot be written.
    """
    figure, ((axes,),) = new_canvas(1, 1, (8, 4.4 + 0.4 * len(curves)))
    draw_on(axes, curves)
    figure.legend(loc="outside upper center", frameon=False, fontsize=9)
    return finish(figure, picture, caption(curves))


def draw_on(axes: Axes, curves: Sequence[Curve]) -> None:
    """Draws curves with their intervals and exact values, and says what the axes are."""
    for place, curve in enumerate(curves):
        _draw_curve(axes, curve, COLOURS[place % len(COLOURS)], beside=len(curves) > 1)
    if curves and all(curve.log for curve in curves):
        axes.loglog()
    axes.set_xlabel(" or ".join(dict.fromkeys(curve.axis for curve in curves)))
    axes.set_ylabel(fill(" or ".join(dict.fromkeys(curve.value for curve in curves)), _AXIS_WIDTH))
    style(axes)


def draw_runs(paths: Sequence[Path], picture: Path, metric: str = HEADLINE) -> Path:
    """Draws the curves of runs; see `curves_of` and `draw`."""
    return draw(curves_of(paths, metric), picture)


def matplotlib_is_there() -> bool:
    """Whether pictures can be drawn."""
    return importlib.util.find_spec("matplotlib") is not None


def _draw_curve(axes: Axes, curve: Curve, colour: str, *, beside: bool) -> None:
    count = len(curve.seeds)
    text = f"{curve.label[:_LONGEST]} (n = {count})".replace("$", r"\$")  # else it begins a formula
    label = fill(text, _LEGEND_WIDTH)
    if beside and curve.checked:
        label += f"\nexact check at the end: {curve.check_text()}"
    dots: dict[str, Any] = {"marker": ".", "ms": 5} if _is_dotted(curve) else {}
    axes.plot(curve.steps, curve.mean, color=colour, label=label, **dots)
    if count > 1:
        axes.fill_between(curve.steps, curve.low, curve.high, color=colour, alpha=0.2, lw=0)
    if curve.exact is not None:
        axes.axhline(curve.exact, color=colour, ls="--", lw=1)


def _is_dotted(curve: Curve) -> bool:
    """Whether each point of a curve is to be seen, as it is measured now and then."""
    return curve.log and len(curve.steps) <= _DOTS
