"""Optimal mixed commitment, exact certificate included, against OpenSpiel's `stackelberg_lp`.

    python benchmarks/stackelberg.py [--peer-limit SECONDS] [--games N]

Random integer payoffs 0..99, where at these sizes some response often pays the leader nearly all
that there is, and a harder family: interests nearly opposed (covariance -0.9), where no pure
commitment comes near the optimum. Prints a Markdown table of medians. OpenSpiel needs cvxpy, which
gtlearn does not install; without it its column is empty.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import sys
import time
from collections.abc import Callable
from fractions import Fraction

import numpy as np

from gtlearn.games import BayesianGame, NormalFormGame, normal_form
from gtlearn.solvers._commitment import stackelberg
from gtlearn.solvers.verify.commitment import commitment

PEER_SIZES = (25, 50, 100)
SIZES = (25, 50, 100, 200)


def uniform(size: int, seed: int) -> NormalFormGame:
    rng = np.random.default_rng(seed)
    return normal_form(*rng.integers(0, 100, (2, size, size)), name="uniform 0..99")


def conflict(size: int, seed: int) -> NormalFormGame:
    first, noise = np.random.default_rng(seed).standard_normal((2, size, size))
    second = -0.9 * first + np.sqrt(1 - 0.81) * noise
    tables = [np.round(table * 10_000).astype(int) for table in (first, second)]
    return normal_form(*tables, name="covariance -0.9")


def bayesian(types: int, size: int, seed: int) -> BayesianGame:
    rng = np.random.default_rng(seed)
    members = tuple(normal_form(*rng.integers(0, 100, (2, size, size))) for _ in range(types))
    labels = tuple(str(t) for t in range(types))
    return BayesianGame("uniform 0..99", labels, (Fraction(1, types),) * types, members)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peer(game: NormalFormGame) -> float | None:
    """OpenSpiel's time, None where it cannot be imported."""
    if importlib.util.find_spec("cvxpy") is None:
        return None
    from open_spiel.python.algorithms.stackelberg_lp import solve_stackelberg

    return seconds(lambda: solve_stackelberg(game.openspiel))


def row(family: Callable[[int, int], NormalFormGame], size: int, count: int, limit: float) -> str:
    games = [family(size, seed) for seed in range(count)]
    ours, checks = [], []
    for game in games:
        ours.append(seconds(lambda game=game: stackelberg(game)))
        solution = stackelberg(game)
        if not (solution[0].gap == 0 and solution[0].certificate.verified):
            raise SystemExit(f"{game!r} was not solved exactly")
        checks.append(seconds(lambda s=solution, game=game: commitment(game, s[0])))
    mine, check = statistics.median(ours), statistics.median(checks)
    theirs, ratio = "-", "-"
    if size in PEER_SIZES:
        found: list[float] = []
        for game in games:
            taken = peer(game)
            if taken is None:
                break
            found.append(taken)
            if sum(found) > limit:
                break
        if found:
            median = statistics.median(found)
            theirs, ratio = f"{median:.2f} s ({len(found)} games)", f"{median / mine:,.0f}x"
    cells = [games[0].name, f"{size}x{size}", f"{mine * 1e3:.1f} ms", f"{check * 1e3:.1f} ms"]
    return "| " + " | ".join([*cells, theirs, ratio]) + " |"


def bayesian_row(types: int, size: int, count: int, limit: float) -> str:
    games = [bayesian(types, size, seed) for seed in range(count)]
    ours = statistics.median([seconds(lambda g=g: stackelberg(g)) for g in games])
    solution = stackelberg(games[0], method="dobss", time_limit=limit)
    program = f"{solution.seconds:.2f} s" if solution[0].gap == 0 else f"> {limit:.0f} s"
    return f"| {types} | {size}x{size} | {ours * 1e3:.0f} ms | {program} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--games", type=int, default=5, help="games a row")
    parser.add_argument("--peer-limit", type=float, default=30.0, help="seconds a row for a peer")
    options = parser.parse_args()
    stackelberg(uniform(5, 0))  # imports are not what is measured
    out = sys.stdout.write
    if peer(uniform(5, 0)) is None:
        out("cvxpy is missing, so OpenSpiel's solver cannot be imported.\n\n")
    out("| game | size | gtlearn, exact | re-check alone | OpenSpiel, float | ratio |\n")
    out("|---|---|---|---|---|---|\n")
    for family in (uniform, conflict):
        for size in SIZES:
            out(row(family, size, options.games, options.peer_limit) + "\n")
    out("\n| follower types | size | gtlearn, exact | DOBSS on HiGHS, then the proof |\n")
    out("|---|---|---|---|\n")
    for types, size in ((2, 5), (5, 5), (8, 6)):
        out(bayesian_row(types, size, options.games, options.peer_limit) + "\n")


if __name__ == "__main__":
    main()
