"""Do gtlearn, lrsnash and pygambit find the same extreme equilibria of degenerate games?"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from benchmarks import peers
from benchmarks.harness import Row, Target, check_exact, say, timed
from gtlearn.games import NormalFormGame, families
from gtlearn.solvers import Solution, solve

SHAPES = ((2, 2), (2, 4), (3, 3), (4, 3), (4, 4), (5, 5))
PAYOFFS = {
    "small": "payoffs 0, 1, 2",
    "win_lose": "payoffs 0, 1",
    "duplicate": "repeated rows and columns",
    "identical_rows": "identical rows",
    "identical_columns": "identical columns",
    "zero": "all zero",
}
ALWAYS_THE_SAME = ("zero",)


def agreement(quick: bool) -> Iterator[Row]:
    """Counts the games on which the sets of extreme equilibria are equal."""
    seeds = 2 if quick else 12
    for kind, payoffs in PAYOFFS.items():
        alone = kind in ALWAYS_THE_SAME
        games = [
            families.degenerate(*shape, kind, seed)
            for shape in SHAPES
            for seed in range(1 if alone else seeds)
        ]
        found = [_compare(game) for game in games]
        same = {
            who: sum(counts[who] for _, counts in found) for who in ("lrsnash", "pygambit", "all")
        }
        row = Row("all NE, degenerate", f"{payoffs}, 2x2 to 5x5", [taken for taken, _ in found])
        row.target = Target(f"the same on all {len(games)} games", ratio=1.0)
        row.remarks = (
            f"same extreme equilibria as lrsnash on {same['lrsnash']} of {len(games)} games, as "
            f"pygambit's rational enummixed_solve on {same['pygambit']}"
        )
        row.reached = same["all"] == len(games)
        say(f"  {row.job}, {row.case}: {row.remarks}")
        yield row


def _compare(game: NormalFormGame) -> tuple[float, dict[str, bool]]:
    taken, solution = timed(partial(solve, game, find="all"))
    check_exact(game, solution)
    row, column = (tensor.numerators.astype(np.int64) for tensor in game.payoffs)
    ours = _strings(solution)
    lrsnash = peers.lrsnash_equilibria(row, column) == ours
    pygambit = peers.pygambit_equilibria(row, column) == ours
    both = lrsnash and pygambit and solution.complete
    return taken, {"lrsnash": lrsnash, "pygambit": pygambit, "all": both}


def _strings(solution: Solution) -> peers.Equilibria:
    return {tuple(tuple(map(str, s)) for s in found.strategies) for found in solution}  # type: ignore
