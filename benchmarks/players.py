"""Equilibria of three players and more, against Gambit."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from benchmarks.harness import Case, Peer, Row, Target, Timed, say, show, timed
from gtlearn import solvers
from gtlearn.games import NormalFormGame, families
from gtlearn.solvers._enclosure.equilibria import enclosed_equilibrium
from gtlearn.solvers.outcomes import ENCLOSURE
from gtlearn.solvers.verify.enclosure import enclosure_failures

ENUMPOLY = "pygambit enumpoly_solve"
GNM = "pygambit gnm_solve"
LIMIT = 60.0
Shape = tuple[int, ...]


def players(quick: bool) -> Iterator[Case]:
    """All equilibria of random games, complete with proof, and one of random and covariant ones."""
    all_of: list[tuple[Shape, int, Target | None]] = [
        ((2, 2, 2), 20, Target("≤ 10 ms", seconds=0.010)),
        ((3, 3, 3), 20, Target("≤ 100 ms", seconds=0.100)),
        ((2,) * 5, 20, Target("≤ 150 ms", seconds=0.150)),
        ((4, 4, 4), 5, Target("≥ 1x", ratio=1)),
        ((3,) * 4, 5, Target("≥ 1x", ratio=1)),
        ((2,) * 7, 3, Target("≤ 5 s", seconds=5.0)),
        ((2,) * 8, 1, Target("≤ 90 s", seconds=90.0)),
        ((5, 5, 5), 1, Target("≤ 600 s", seconds=600.0)),
    ]
    for shape, count, target in all_of[:2] if quick else all_of:
        row = Row("all NE, n players", f"{_named(shape)}, 0..9999", [], ENUMPOLY, target=target)
        yield Case(row, partial(_all, shape=shape, count=3 if quick else count))
    for shape in ((3, 3, 3), (2,) * 5, (4, 4, 4)):
        row = Row(
            "certificates, an equilibrium",
            f"{_named(shape)}, 0..9999",
            [],
            target=Target("≤ 3 ms", seconds=0.003),
        )
        yield Case(row, partial(_certificates, shape=shape, count=1 if quick else 5))
    one_of: list[tuple[Shape, float | None, int, Target]] = [
        ((10,) * 3, None, 20, Target("≤ 5 ms", seconds=0.005)),
        ((20,) * 3, None, 20, Target("≤ 0.3 s", seconds=0.3)),
        ((5,) * 3, -0.45, 20, Target("≤ 0.1 s", seconds=0.1)),
        ((10,) * 3, -0.45, 20, Target("≤ 0.3 s", seconds=0.3)),
        ((20,) * 3, -0.45, 10, Target("≤ 0.5 s", seconds=0.5)),
        ((3,) * 6, -0.19, 20, Target("≤ 1.5 s", seconds=1.5)),
    ]
    for shape, correlation, count, target in one_of[:1] if quick else one_of:
        kind = "0..9999" if correlation is None else f"covariance {correlation}"
        row = Row("one NE, n players", f"{_named(shape)}, {kind}", [], GNM, target=target)
        make = partial(_game, shape, correlation)
        yield Case(row, partial(_one, make=make, count=3 if quick else count))


def _named(shape: Shape) -> str:
    return "x".join(map(str, shape))


def _game(shape: Shape, correlation: float | None, seed: int) -> NormalFormGame:
    size, count = shape[0], len(shape)
    if correlation is not None:
        return families.covariant(size, size, correlation, seed=seed, players=count)
    return families.uniform(size, size, 0, 9999, seed=seed, players=count)


def _tables(game: NormalFormGame) -> list[Any]:
    return [np.asarray(p.numerators, dtype=float) for p in game.payoffs]


def _all(row: Row, shape: Shape, count: int) -> None:
    """Turn by turn; what the peer loses stands in the remarks."""
    peer = Peer(enumpoly, (_tables(_game((2, 2, 2), None, 0)),), LIMIT)
    ours = theirs = opened = 0
    for seed in range(1, count + 1):
        game = _game(shape, None, seed)
        taken, solution = timed(partial(solvers.solve, game, find="all"))
        row.ours.append(taken)
        (other, remark), late = peer(_tables(game))
        row.theirs.append(other)
        row.stopped.append(late)
        opened += not solution.complete
        ours += len(solution)
        theirs += int(remark or 0)
    peer.close()
    row.remarks = f"{ours} equilibria, the peer finds {theirs}"
    if opened:
        row.remarks += f"; {opened} lists are not proven complete"
    _told(row)


def _certificates(row: Row, shape: Shape, count: int) -> None:
    """Boxes around irrational equilibria from doubles, with their proof; then its verification."""
    checked = []
    for seed in range(1, count + 1):
        game = _game(shape, None, seed)
        for equilibrium in solvers.solve(game, find="all"):
            if equilibrium.certificate.arithmetic == ENCLOSURE:
                supports = [[a for a, p in enumerate(s) if p] for s in equilibrium.strategies]
                near = [[Fraction(float(p)) for p in s if p] for s in equilibrium.strategies]
                taken, found = timed(partial(enclosed_equilibrium, game, supports, near))
                row.ours.append(taken)
                checked.append(timed(partial(enclosure_failures, game, found))[0])
    verified = f", of which verifying {show(statistics.median(checked))}" if checked else ""
    row.remarks = f"{len(checked)} boxes{verified}"
    say(f"  {row.job}, {row.case}: {row.remarks}")


def _one(row: Row, make: Callable[[int], NormalFormGame], count: int) -> None:
    peer = Peer(gnm, (_tables(_game((2, 2, 2), None, 0)),), 10.0)
    solved = others = 0
    for seed in range(1, count + 1):
        game = make(seed)
        taken, solution = timed(partial(solvers.solve, game))
        row.ours.append(taken)
        (other, remark), late = peer(_tables(game))
        row.theirs.append(other)
        row.stopped.append(late)
        solved += len(solution) == 1 and solution[0].certificate.verified
        others += bool(remark) and not late
    peer.close()
    row.remarks = f"{solved} of {count} solved and certified, the peer answers {others}"
    _told(row)


def _told(row: Row) -> None:
    mine, other = map(statistics.median, (row.ours, row.theirs))
    say(f"  {row.job}, {row.case}: {show(mine)}, {row.peer} {show(other)}; {row.remarks}")


def enumpoly(tables: list[Any]) -> Timed:
    """Seconds, and how many equilibria."""
    import pygambit

    game = pygambit.Game.from_arrays(*tables)
    start = time.perf_counter()
    answer = pygambit.nash.enumpoly_solve(game)
    return time.perf_counter() - start, str(len(answer.equilibria))


def gnm(tables: list[Any]) -> Timed:
    """Seconds, and how many equilibria, nothing where there is none."""
    import pygambit

    game = pygambit.Game.from_arrays(*tables)
    start = time.perf_counter()
    answer = pygambit.nash.gnm_solve(game)
    return time.perf_counter() - start, str(len(answer.equilibria) or "")
