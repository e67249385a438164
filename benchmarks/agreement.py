"""Do gtlearn, lrsnash and pygambit find the same extreme equilibria of degenerate games?"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from benchmarks import peers
from benchmarks.harness import Case, Row, Target, check_exact, say, timed
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


def agreement(quick: bool) -> Iterator[Case]:
    """Counts the games on which the sets of extreme equilibria are equal."""
    for kind, payoffs in PAYOFFS.items():
        seeds = 1 if kind == "zero" else 2 if quick else 12
        games = [
            families.degenerate(*shape, kind, seed) for shape in SHAPES for seed in range(seeds)
        ]
        row = Row("all NE, degenerate", f"{payoffs}, 2x2 to 5x5", [])
        row.target = Target(f"the same on all {len(games)} games")
        yield Case(row, partial(_measure, games=games))


def _measure(row: Row, games: list[NormalFormGame]) -> None:
    found = [_compare(game) for game in games]
    lrsnash, pygambit = (sum(same[k] for _, same in found) for k in range(2))
    row.ours = [taken for taken, _ in found]
    row.remarks = (
        f"the same extreme equilibria as lrsnash on {lrsnash} of {len(games)} games, as "
        f"pygambit's rational enummixed_solve on {pygambit}"
    )
    row.reached = lrsnash == pygambit == len(games)
    say(f"  {row.job}, {row.case}: {row.remarks}")


def _compare(game: NormalFormGame) -> tuple[float, tuple[bool, bool]]:
    taken, solution = timed(partial(solve, game, find="all"))
    check_exact(game, solution)
    row, column = (tensor.numerators.astype(np.int64) for tensor in game.payoffs)
    ours = _strings(solution) if solution.complete else set()
    lrsnash = peers.lrsnash_equilibria(row, column)
    return taken, (ours == lrsnash, ours == peers.pygambit_equilibria(row, column))


def _strings(solution: Solution) -> peers.Equilibria:
    return {tuple(tuple(map(str, s)) for s in found.strategies) for found in solution}  # type: ignore
