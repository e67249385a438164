"""Other packages' solvers, each a function that times only its solver's call.

They run in processes of their own, and import what they need when first called. A remark comes
with the time where the answer deserves one.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Payoffs = NDArray[np.int64]
Timed = tuple[float, str]
Equilibria = set[tuple[tuple[str, ...], tuple[str, ...]]]


def pygambit_linear_program(row: Payoffs, column: Payoffs) -> Timed:
    import pygambit

    game = _pygambit_game(row, column)
    start = time.perf_counter()
    pygambit.nash.lp_solve(game, rational=True)
    return time.perf_counter() - start, ""


def highs_simplex(row: Payoffs, limit: float) -> Timed:
    """The row player's program, max v with xA >= v, by HiGHS's simplex method in floats."""
    import highspy

    m, n = row.shape
    infinity = highspy.kHighsInf
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = m + 1, n + 1
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_ = np.append(np.zeros(m), 1.0)
    lp.col_lower_ = np.append(np.zeros(m), -infinity)
    lp.col_upper_ = np.full(m + 1, infinity)
    lp.row_lower_ = np.append(np.zeros(n), 1.0)
    lp.row_upper_ = np.append(np.full(n, infinity), 1.0)
    matrix = np.zeros((n + 1, m + 1))
    matrix[:n, :m], matrix[:n, m], matrix[n, :m] = row.T, -1.0, 1.0
    rows, columns = np.nonzero(matrix)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=n + 1))])
    lp.a_matrix_.index_ = columns
    lp.a_matrix_.value_ = matrix[rows, columns]
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("solver", "simplex")
    solver.setOptionValue("time_limit", limit)
    start = time.perf_counter()
    solver.passModel(lp)
    solver.run()
    taken = time.perf_counter() - start
    optimal = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return taken, "" if optimal or taken > limit else "not optimal"


def quantecon_lemke_howson(row: Payoffs, column: Payoffs) -> Timed:
    """With its defaults: start label 0, at most a million pivots."""
    from quantecon import game_theory

    game = game_theory.NormalFormGame(
        (game_theory.Player(row.astype(float)), game_theory.Player(column.T.astype(float)))
    )
    start = time.perf_counter()
    (x, y), result = game_theory.lemke_howson(game, full_output=True)
    taken = time.perf_counter() - start
    if not result.converged:
        return taken, f"not converged after {result.num_iter} pivots"
    regret = max((row @ y).max() - x @ row @ y, (x @ column).max() - x @ column @ y)
    spread = max(np.ptp(row), np.ptp(column))
    return (
        taken,
        f"regret {regret / spread:.0e} of the payoffs' range" if regret > 1e-6 * spread else "",
    )


def lrsnash(row: Payoffs, column: Payoffs, limit: float) -> Timed:
    """The whole process of the program, which starts in a few milliseconds."""
    return _lrsnash(row, column, limit)[0], ""


def lrsnash_equilibria(row: Payoffs, column: Payoffs) -> Equilibria:
    """Its extreme equilibria: in each block, every line of player 2 with each of player 1."""
    found: Equilibria = set()
    ours: list[tuple[str, ...]] = []
    theirs: list[tuple[str, ...]] = []
    for line in [*_lrsnash(row, column, 600.0)[1].splitlines(), ""]:
        if line.startswith("2 "):
            theirs.append(tuple(line.split()[1:-1]))
        elif line.startswith("1 "):
            ours.append(tuple(line.split()[1:-1]))
        elif not line.strip():
            found |= {(x, y) for x in ours for y in theirs}
            ours, theirs = [], []
    return found


def _lrsnash(row: Payoffs, column: Payoffs, limit: float) -> tuple[float, str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "game")
        tables = "\n\n".join("\n".join(" ".join(map(str, r)) for r in t) for t in (row, column))
        path.write_text(f"{row.shape[0]} {row.shape[1]}\n\n{tables}\n")
        start = time.perf_counter()
        try:
            run = subprocess.run(
                ["lrsnash", str(path)], capture_output=True, text=True, timeout=limit, check=True
            )
        except subprocess.TimeoutExpired:
            return limit + 1, ""
        return time.perf_counter() - start, run.stdout


def pygambit_equilibria(row: Payoffs, column: Payoffs) -> Equilibria:
    """Extreme equilibria by rational vertex enumeration."""
    import pygambit

    game = _pygambit_game(row, column)
    answer = pygambit.nash.enummixed_solve(game, rational=True)
    return {
        tuple(tuple(str(p[s]) for s in player.strategies) for player in game.players)
        for p in answer.equilibria
    }  # type: ignore[misc]


def openspiel_stackelberg(row: Payoffs, column: Payoffs) -> Timed:
    import pyspiel
    from open_spiel.python.algorithms.stackelberg_lp import solve_stackelberg

    game = pyspiel.create_matrix_game(row.astype(float), column.astype(float))
    start = time.perf_counter()
    solve_stackelberg(game)
    return time.perf_counter() - start, ""


def openspiel_welfare_correlated(payoffs: Payoffs) -> Timed:
    """JPSRO's private maximum-welfare meta-solver, as JPSRO calls it."""
    from open_spiel.python.algorithms import jpsro

    floats = payoffs.astype(float)
    repeats = [np.ones(n) for n in floats.shape[1:]]
    start = time.perf_counter()
    found, _ = jpsro._mwce(floats, repeats)
    taken = time.perf_counter() - start
    return taken, f"infeasible by up to {_gain(floats, found):.0e}"


def _gain(payoffs: NDArray[np.float64], distribution: NDArray[np.float64]) -> float:
    """The largest gain of a player from disobeying one recommendation."""
    gain = 0.0
    for player, tensor in enumerate(payoffs):
        own = np.moveaxis(tensor, player, 0).reshape(tensor.shape[player], -1)
        mass = np.moveaxis(distribution, player, 0).reshape(own.shape)
        gain = max(gain, float((mass @ own.T - (mass * own).sum(axis=1)[:, None]).max()))
    return gain


def _pygambit_game(row: Payoffs, column: Payoffs) -> Any:
    import pygambit

    tables = [np.array([[int(v) for v in r] for r in t], dtype=object) for t in (row, column)]
    return pygambit.Game.from_arrays(*tables)
