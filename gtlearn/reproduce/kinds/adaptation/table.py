"""The table of a figure of adaptation: AUC beside the paper's, the floor and the ceiling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gtlearn.reproduce.engine import Reproduction
from gtlearn.reproduce.kinds.adaptation.measures import Run, require_group, samples
from gtlearn.reproduce.kinds.text import around, numbered
from gtlearn.runs.pictures import Array, mean_interval

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


def report(found: Reproduction) -> str:
    """All that is printed: the paper's statements, the table, what differs, what is left out."""
    if _has_ends(found):
        return around(found, [_table(found), _ends(found), _NOTES])
    return around(found, [_rewards(found), _AUC])


def to_json(found: Reproduction) -> dict[str, Any]:
    """The numbers of the table, as JSON values."""
    return {
        **numbered(found, lambda runs: _numbers(runs, found.figure.group)),
        "group": found.figure.group,
    }


def _numbers(runs: Sequence[Run], group: str) -> dict[str, Any]:
    require_group(runs, group)
    return {
        "seeds": len(runs),
        "auc": _interval([run.auc(group) for run in runs]),
        "auc_all": _interval([run.auc("all") for run in runs]),
        **{what: _means(samples(runs, what, group)) for what in ("rewards", "nash_conv")},
        **(_on_the_way(runs) if "auc_ceiling" in runs[0].result else {}),
    }


def _on_the_way(runs: Sequence[Run]) -> dict[str, float]:
    """Where the AUC is between the floor and the ceiling, in games."""
    ends = {name: runs[0].result[name] for name in ("auc_at_equilibrium", "auc_ceiling")}
    return {"fraction_of_ceiling": float(np.mean([run.fraction for run in runs])), **ends}


def _has_ends(found: Reproduction) -> bool:
    """Whether there are a floor and a ceiling, as in games, and not in environments."""
    return all("auc_ceiling" in run.result for runs in found.runs.values() for run in runs)


def _rewards(found: Reproduction) -> Any:
    """The table where neither equilibrium nor ceiling is known."""
    from gtlearn.solvers.output.pieces import add_row, new_table

    figure = found.figure
    table = new_table("setting", "method", "AUC", "mean reward before and after each update")
    for panel in figure.panels:
        for place, method in enumerate(figure.methods):
            numbers = _numbers(found.of(panel, method), figure.group)
            rewards = ", ".join(f"{reward:.3g}" for reward in numbers["rewards"])
            heading = "" if place else panel.name
            add_row(table, [heading, method.name, _text(numbers["auc"]), rewards])
    return table


def _table(found: Reproduction) -> Any:
    from gtlearn.solvers.output.pieces import add_row, new_table

    figure = found.figure
    heads = ("setting", "method", "AUC", "paper", "shift", "of ceiling", "last reward", "NashConv")
    table = new_table(*heads, right=heads[4:])
    for panel in figure.panels:
        for place, method in enumerate(figure.methods):
            runs = found.of(panel, method)
            numbers = _numbers(runs, figure.group)
            paper = method.paper.get(f"auc_{panel.name}", method.paper.get("auc", "-"))
            shift = f"{float(paper) - numbers['auc'][0]:.3g}" if paper != "-" else "-"
            cells = [
                "" if place else panel.name,
                method.name,
                _text(numbers["auc"]),
                paper,
                shift,
                f"{numbers['fraction_of_ceiling']:.0%}",
                f"{numbers['rewards'][-1]:.3g}",
                f"{numbers['nash_conv'][-1]:.3g}" if numbers["nash_conv"] else "-",
            ]
            add_row(table, cells)
    return table


def _ends(found: Reproduction) -> str:
    """The floor and the ceiling of each panel, in a sentence."""
    said = []
    for panel in found.figure.panels:
        result = found.of(panel, found.figure.methods[0])[0].result
        floor, highest = round(result["auc_at_equilibrium"], 3) + 0.0, result["auc_ceiling"]
        said.append(f"{panel.name}: equilibrium {floor:.3f}, ceiling {highest:.3f}")
    return f"AUC over all personas; {'; '.join(said)}."


def _means(values: Array | None) -> list[float] | None:
    return None if values is None else [float(mean) for mean in values.mean(axis=0)]


def _interval(samples: Sequence[float]) -> list[float]:
    return [float(part) for part in mean_interval(np.array(samples))]


def _text(interval: Sequence[float]) -> str:
    mean, low, high = (f"{number:.4g}" for number in interval)
    return mean if low == high else f"{mean} [{low}, {high}]"
