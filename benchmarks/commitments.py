"""Stochastic commitments to tables of iterated games: how long, and how far from the bound."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from functools import partial
from itertools import product

from benchmarks.harness import Case, Row, Target, say, show, timed
from gtlearn import games
from gtlearn.games.catalogue.classics import SYMMETRIC_2X2
from gtlearn.games.kinds.iterated import IteratedGame
from gtlearn.solvers._markov.commitment import stackelberg
from gtlearn.solvers._markov.commitment.view import total_weight

CLASSES = list(product(("optimal", "stationary"), ("strong", "weak")))
TWELVE = Target("< 5 s", seconds=5.0)  # so that the 12 games take less than a minute


def commitments(quick: bool) -> Iterator[Case]:
    """The best stochastic table against both classes of followers, under both ties."""
    for entry in SYMMETRIC_2X2[:2] if quick else SYMMETRIC_2X2:
        game = games.iterated(entry.name, horizon=10)
        yield _case(f"{entry.name}, horizon 10", [game], TWELVE)
    for name in ("ipd_meta_mapg", "rps_meta_mapg"):
        yield _case(f"{name}, discount 24/25", [games.iterated(name, discount="24/25")], None)
    count = 2 if quick else 20
    stages = [games.load(f"random_uniform(rows=2,columns=2,seed={seed})") for seed in range(count)]
    random = [games.iterated(stage, horizon=10) for stage in stages]
    yield _case(f"{count} random 2x2 games 0..99, horizon 10", random, None)


def _case(case: str, played: list[IteratedGame], target: Target | None) -> Case:
    row = Row("commitment, stochastic", case, [], target=target)
    return Case(row, partial(_measure, played=played))


def _measure(row: Row, played: list[IteratedGame]) -> None:
    """The time of all four classes of each game, and the largest gap of each class."""
    gaps: dict[tuple[str, str], list[float]] = {kind: [] for kind in CLASSES}
    for game in played:
        total = 0.0
        for follower, ties in CLASSES:
            run = partial(stackelberg, game, follower=follower, ties=ties)
            taken, solution = timed(run)
            total += taken
            best = solution[0]
            span = float(max(game.stage.payoffs[0].fractions().ravel()))
            span -= float(min(game.stage.payoffs[0].fractions().ravel()))
            gaps[follower, ties].append(float(best.gap / total_weight(game.markov)) / (span or 1.0))
        row.ours.append(total)
    row.methods = "both followers and both ties in one time"
    said = [f"{follower} {ties}: {_summary(values)}" for (follower, ties), values in gaps.items()]
    row.remarks = "gap, relative to the payoffs' range: " + ", ".join(said)
    say(f"  {row.job}, {row.case}: {show(statistics.median(row.ours))}; {row.remarks}")


def _summary(values: list[float]) -> str:
    if not any(values):
        return "0"
    exact = sum(value == 0 for value in values)
    small = sum(value <= 1e-3 for value in values)
    if len(values) == 1:
        return f"{values[0]:.2g}"
    return f"{exact} of {len(values)} exact, {small} ≤ 0.001, largest {max(values):.2g}"
