"""The table of a trade: the learned price, what both earn, the exact payoffs, the checks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gtlearn.reproduce.engine import Reproduction
from gtlearn.reproduce.kinds.text import around, numbered
from gtlearn.reproduce.kinds.trade.measures import Run, prices

_NOTE = (
    "hits: the seller's and the buyer's hits a bullet, measured in each run or given. price: what "
    "bullets are sold at by the rules that were learned, with how many seeds. exact: what the "
    "leader earns a bullet in the exact Stackelberg equilibrium; gap: how much less its rule is "
    "truly worth, at most; regret: what the follower loses by its answer, at most."
)


def report(found: Reproduction) -> str:
    """All that is printed: the paper's statements, the table, what differs, what is left out."""
    return around(found, [_table(found), _NOTE])


def to_json(found: Reproduction) -> dict[str, Any]:
    """The numbers of the table, as JSON values."""
    return numbered(found, _numbers)


def _numbers(runs: Sequence[Run]) -> dict[str, Any]:
    return {
        "leads": runs[0].result["leads"],
        "seeds": len(runs),
        "hits": np.mean([run.result["hits"]["rates"] for run in runs], axis=0).tolist(),
        "prices": [run.result["price"] for run in runs],
        "exact_rewards": np.mean([run.exact for run in runs], axis=0).tolist(),
        "exact_value": float(np.mean([run.result["exact_value"] for run in runs])),
        "largest_gap": max(run.result["gap"] for run in runs),
        "largest_regret": max(run.result["follower_regret"] for run in runs),
        "env_steps": float(np.median([run.result["env_steps"] for run in runs])),
    }


def _table(found: Reproduction) -> Any:
    from gtlearn.solvers.output.pieces import add_row, new_table

    heads = ("setting", "leads", "hits", "price", "exact", "gap", "regret", "steps")
    table = new_table(*heads, right=heads[4:])
    for panel in found.figure.panels:
        runs = found.of(panel, found.figure.methods[0])
        numbers = _numbers(runs)
        cells = [
            panel.name.replace("_", " "),
            numbers["leads"],
            " / ".join(f"{rate:.3g}" for rate in numbers["hits"]),
            prices(runs),
            f"{numbers['exact_value']:.3g}",
            f"{numbers['largest_gap']:.3g}",
            f"{numbers['largest_regret']:.3g}",
            f"{numbers['env_steps']:,.0f}",
        ]
        add_row(table, cells)
    return table
