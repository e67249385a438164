"""A seller and a buyer of bullets, of whom one leads: what both earn, beside the exact payoffs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gtlearn.environments.trade.battlefield import ROLES
from gtlearn.games.drawing import COLOURS
from gtlearn.reproduce.figure import Panel, Reproduction
from gtlearn.reproduce.kinds import kind
from gtlearn.reproduce.kinds.kind import FigureKind, FinishedRun, Measures
from gtlearn.runs.pictures import Array, on_common_steps

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from rich.table import Table

_VALUES = ("leader_value", "follower_value")
_NOTE = (
    "hits: the seller's and the buyer's hits a bullet, measured in each run or given. price: what "
    "bullets are sold at by the rules that were learned, with how many seeds. exact: what the "
    "leader earns a bullet in the exact Stackelberg equilibrium; gap: how much less its rule is "
    "truly worth, at most; regret: what the follower loses by its answer, at most."
)


def rewards(run: FinishedRun) -> list[Array]:
    """The seller's and the buyer's reward a bullet while the leader trained, each of shape (T,)."""
    names = _VALUES if run.result["leads"] == ROLES[0] else _VALUES[::-1]
    return [run.metrics[name] for name in names]


def prices_cell(prices: Sequence[float | None]) -> str:
    """At what prices bullets are sold in the end, with how many runs, such as "0.75 (5)"."""
    counts = Counter("not sold" if price is None else f"{price:g}" for price in prices)
    return ", ".join(f"{price} ({count})" for price, count in sorted(counts.items()))


def numbers_of(runs: Sequence[FinishedRun]) -> Measures:
    """Prices and rewards of one curve."""
    results = [run.result for run in runs]
    return {
        "leads": results[0]["leads"],
        "seeds": len(runs),
        "hits": np.mean([result["hits"]["rates"] for result in results], axis=0).tolist(),
        "prices": [result["price"] for result in results],
        "exact_rewards": np.mean([r["exact_rewards"] for r in results], axis=0).tolist(),
        "exact_value": float(np.mean([result["exact_value"] for result in results])),
        "largest_gap": max(result["gap"] for result in results),
        "largest_regret": max(result["follower_regret"] for result in results),
        "env_steps": float(np.median([result["env_steps"] for result in results])),
    }


def _tables(reproduction: Reproduction) -> list[Table | str]:
    rows = []
    for panel, _, runs in reproduction.curves():
        numbers = numbers_of(runs)
        cells = {
            "setting": panel.title,
            "leads": numbers["leads"],
            "hits": " / ".join(f"{rate:.3g}" for rate in numbers["hits"]),
            "price": prices_cell(numbers["prices"]),
            "exact": f"{numbers['exact_value']:.3g}",
            "gap": f"{numbers['largest_gap']:.3g}",
            "regret": f"{numbers['largest_regret']:.3g}",
            "steps": f"{numbers['env_steps']:,.0f}",
        }
        rows.append(cells)
    return [kind.table_of(rows, right=("exact", "gap", "regret", "steps")), _NOTE]


def _draw_panel(axes: Axes, reproduction: Reproduction, panel: Panel) -> None:
    runs = reproduction.of(panel, reproduction.figure.methods[0])
    exact = np.mean([run.result["exact_rewards"] for run in runs], axis=0)
    for player, (role, colour) in enumerate(zip(ROLES, COLOURS, strict=False)):
        pairs = [(run.metrics["env_steps"], rewards(run)[player]) for run in runs]
        kind.draw_mean(axes, *on_common_steps(pairs), colour, label=role)
        axes.axhline(exact[player], color=colour, ls="--", lw=1, label=f"{role}, exact")
    axes.locator_params(axis="x", nbins=4)


def _shown(reproduction: Reproduction) -> str:
    return (
        ", run again: what seller and buyer earn while the leader learns, after its follower was "
        f"trained; {kind.over_seeds(reproduction)}. Dashed: both in the exact Stackelberg "
        "equilibrium of the trade with the measured hits."
    )


def _is_whole(result: Mapping[str, Any]) -> bool:
    known = result["leads"] in ROLES and len(result["exact_rewards"]) == len(ROLES)
    return known and "price" in result  # null where bullets are not sold


TRADE = FigureKind(
    name="trade",
    rows=lambda reproduction: kind.rows_of(reproduction, numbers_of),
    tables=_tables,
    drawn=lambda reproduction: kind.draw_over_steps(reproduction, _draw_panel, "reward a bullet"),
    shown=_shown,
    run="run of a trade",
    keys=("leads", "exact_rewards"),
    columns=("env_steps", *_VALUES),
    is_whole=_is_whole,
)
