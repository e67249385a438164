"""Meta-learners among learning peers: what they earn after each update of a chain."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games.drawing import COLOURS
from gtlearn.reproduce.figure import Panel, Reproduction
from gtlearn.reproduce.kinds import kind
from gtlearn.reproduce.kinds.kind import FigureKind, FinishedRun, Measures
from gtlearn.runs.canvas import new_canvas, style
from gtlearn.runs.pictures import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas
    from rich.table import Table

_ENDS = ("auc_at_equilibrium", "rewards_at_equilibrium", "rewards_at_ceiling")
_ALONG = ("rewards", "nash_conv", "rewards_at_equilibrium", "rewards_at_ceiling")
_ROWS = {"rewards": "mean reward a step", "nash_conv": "NashConv a step"}
_LINES = {"rewards_at_equilibrium": ":", "rewards_at_ceiling": "--"}
_AUC = (
    "AUC: the sum of the mean rewards a step after each update of the chain, unshifted; mean over "
    "the seeds with its 95 % interval (Student's t)."
)
_NOTES = (
    f"{_AUC} paper: its AUC, which it shifts by an amount "
    "that it does not give. shift: what would have to be added to ours to match. of ceiling: how "
    "far the AUC over all personas is on the way from playing the stage game's equilibrium to the "
    "best exactly trained table. last reward, NashConv: mean reward at the end of the chain, and "
    "what all players together could gain there by deviating, a step (of tables)."
)


def _is_whole(result: Mapping[str, Any]) -> bool:
    """Whether all is there for all groups of personas, and along a chain of one length."""
    groups = result["auc"].keys()
    along = [result[name] for name in _ALONG if name in result]
    if not all(isinstance(part, dict) and part.keys() >= groups for part in along):
        return False
    lengths = {len(values) for part in along for values in part.values()}
    ends = "auc_ceiling" not in result or all(name in result for name in _ENDS)
    return "all" in groups and ends and len(lengths) == 1 and lengths != {0}


def samples(runs: Sequence[FinishedRun], what: str, group: str) -> Array | None:
    """ "rewards" or "nash_conv" at phi_0 ... phi_L against a group, shape (seeds, L + 1).

    None where a run does not know it: NashConv of policies that were only played.

    Raises:
        InputError: if the chains of two runs are not of one length.
    """
    known = [run.result[what][group] for run in runs if what in run.result]
    if len(set(map(len, known))) > 1:
        raise InputError(f"the runs of a curve have {what} of several lengths; train them anew")
    return np.array(known) if len(known) == len(runs) else None


def numbers_of(runs: Sequence[FinishedRun], group: str) -> Measures:
    """The numbers of one curve against a group of personas.

    Raises:
        InputError: if the runs did not meet that group.
    """
    results = [run.result for run in runs]
    if any(group not in result["auc"] for result in results):
        known = " or ".join(results[0]["auc"])
        raise InputError(f"there is no group {group!r} of personas; choose {known}")
    numbers: Measures = {"seeds": len(runs)}
    for name, whom in (("auc", group), ("auc_all", "all")):
        numbers[name] = kind.interval_of([result["auc"][whom] for result in results])
    for name in _ROWS:
        values = samples(runs, name, group)
        numbers[name] = None if values is None else values.mean(axis=0).tolist()
    if "auc_ceiling" in results[0]:
        fractions = [result.get("fraction_of_ceiling") for result in results]
        numbers["fraction_of_ceiling"] = float(np.mean(np.array(fractions, dtype=float)))
        numbers |= {name: results[0][name] for name in ("auc_at_equilibrium", "auc_ceiling")}
    return numbers


def _tables(reproduction: Reproduction) -> list[Table | str]:
    """With a floor and a ceiling in games, and without in environments."""
    runs = [run for runs in reproduction.runs.values() for run in runs]
    if all("auc_ceiling" in run.result for run in runs):
        right = ("shift", "of ceiling", "last reward", "NashConv")
        return [kind.table_of(_rows(reproduction), right), _ends(reproduction), _NOTES]
    return [kind.table_of(_rows(reproduction, ends=False)), _AUC]


def _rows(reproduction: Reproduction, ends: bool = True) -> list[dict[str, str]]:
    rows = []
    for panel, method, runs in reproduction.curves():
        numbers = numbers_of(runs, reproduction.figure.group)
        rewards, nash_conv = numbers["rewards"], numbers["nash_conv"]
        cells = {
            "setting": panel.name,
            "method": method.name,
            "AUC": kind.interval_cell(numbers["auc"], 4),
        }
        if ends:
            paper = method.paper.get(f"auc_{panel.name}", method.paper.get("auc", "-"))
            shift = f"{float(paper) - numbers['auc'][0]:.3g}" if paper != "-" else "-"
            cells |= {
                "paper": paper,
                "shift": shift,
                "of ceiling": f"{numbers['fraction_of_ceiling']:.0%}",
                "last reward": f"{rewards[-1]:.3g}",
                "NashConv": f"{nash_conv[-1]:.3g}" if nash_conv else "-",
            }
        else:
            means = ", ".join(f"{reward:.3g}" for reward in rewards)
            cells["mean reward before and after each update"] = means
        rows.append(cells)
    return rows


def _ends(reproduction: Reproduction) -> str:
    """The floor and the ceiling of each panel, in a sentence."""
    said = []
    for panel in reproduction.figure.panels:
        result = reproduction.of(panel, reproduction.figure.methods[0])[0].result
        floor, highest = round(result["auc_at_equilibrium"], 3) + 0.0, result["auc_ceiling"]
        said.append(f"{panel.name}: equilibrium {floor:.3f}, ceiling {highest:.3f}")
    return f"AUC over all personas; {'; '.join(said)}."


def _along(reproduction: Reproduction) -> tuple[Canvas, str]:
    """Rewards along the chain above, NashConv below where it is known."""
    panels = reproduction.figure.panels
    width = max(6.5, 3.6 * len(panels))
    shown = [what for what in _ROWS if _known(reproduction, what)]
    canvas, grid = new_canvas(len(shown), len(panels), (width, 1.8 + 2.5 * len(shown)), sharex=True)
    for what, row in zip(shown, grid, strict=True):
        row[0].set_ylabel(_ROWS[what], fontsize=9)
        for axes, panel in zip(row, panels, strict=True):
            _draw_panel(axes, reproduction, panel, what)
    for axes, panel in zip(grid[0], panels, strict=True):
        axes.set_title(panel.title, fontsize=10)
    kind.add_legend(canvas, grid.flat, max(1, math.floor(width / 3.2)))
    return canvas, "updates of all players"


def _across(reproduction: Reproduction) -> tuple[Canvas, str]:
    """AUC against the option that differs from panel to panel, on a logarithmic axis."""
    figure = reproduction.figure
    places = [panel.options[figure.across] for panel in figure.panels]
    canvas, ((axes,),) = new_canvas(1, 1, (6.5, 5.2))
    for method, colour in zip(figure.methods, COLOURS, strict=False):
        columns = [reproduction.of(panel, method) for panel in figure.panels]
        auc = np.array([[r.result["auc"][figure.group] for r in runs] for runs in columns]).T
        kind.draw_mean(axes, places, auc, colour, label=method.label, marker="o", ms=4)
    first = reproduction.of(figure.panels[0], figure.methods[0])[0].result
    for end, dashes in _LINES.items():
        axes.axhline(sum(first[end][figure.group][1:]), color="0.15", ls=dashes, lw=1)
    axes.set_xscale("log", base=2)
    axes.set_xticks(places, [str(place) for place in places])
    axes.set_ylabel("AUC, unshifted", fontsize=9)
    style(axes)
    kind.add_legend(canvas, [axes], 2)
    return canvas, figure.across


def _draw_panel(axes: Axes, reproduction: Reproduction, panel: Panel, what: str) -> None:
    figure = reproduction.figure
    for method, colour in zip(figure.methods, COLOURS, strict=False):
        runs = reproduction.of(panel, method)
        values = samples(runs, what, figure.group)
        if values is not None:
            updates = np.arange(values.shape[1])
            kind.draw_mean(axes, updates, values, colour, label=method.label, marker="o", ms=3)
    if what == "rewards" and "rewards_at_ceiling" in runs[0].result:
        for end, dashes in _LINES.items():
            axes.plot(runs[0].result[end][figure.group], color="0.15", ls=dashes, lw=1)
    axes.locator_params(axis="x", integer=True)
    style(axes)


def _shown(reproduction: Reproduction) -> str:
    group = reproduction.figure.group
    whom = "all peers of the test" if group == "all" else f"the test personas {group!r}"
    text = f", run again, among {whom}: {kind.over_seeds(reproduction)}."
    if _known(reproduction, "rewards_at_ceiling"):
        text += (
            " Dotted: playing the stage game's equilibrium throughout; dashed: the ceiling, the "
            "best of many exactly trained tables."
        )
    if _known(reproduction, "nash_conv") and not reproduction.figure.across:
        text += " Below: what all players together could gain by deviating."
    return text


def _known(reproduction: Reproduction, what: str) -> bool:
    """Whether a run's result has it."""
    return any(what in run.result for runs in reproduction.runs.values() for run in runs)


ADAPTATION = FigureKind(
    name="adaptation",
    rows=lambda reproduction: kind.rows_of(
        reproduction, lambda runs: numbers_of(runs, reproduction.figure.group)
    ),
    tables=_tables,
    drawn=lambda reproduction: (_across if reproduction.figure.across else _along)(reproduction),
    shown=_shown,
    run="run of a meta-learner",
    keys=("auc", "rewards"),
    is_whole=_is_whole,
    repeated=("group",),
)
