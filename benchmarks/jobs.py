"""The jobs: on which games, against whom, and what was to be reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from benchmarks import peers
from benchmarks.harness import Case, Peer, Row, Target, check_exact, race
from gtlearn.games import NormalFormGame, families, normal_form
from gtlearn.solvers import Solution, solve

GAMBIT = "pygambit rational LP"
HIGHS = "HiGHS simplex, float"
QUANTECON = "QuantEcon Lemke-Howson, float"
LRSNASH = "lrsnash"
STACKELBERG = "OpenSpiel stackelberg_lp, float"
MWCE = "OpenSpiel JPSRO _mwce, float"


def zero_sum(quick: bool) -> Iterator[Case]:
    """One exact equilibrium of zero-sum games, with its certificate."""
    name = "zero-sum, exact"
    sizes: list[tuple[int, int, str, float, Target]] = [
        (50, 5, GAMBIT, 60.0, Target("≥ 300x", ratio=300)),
        (50, 5, HIGHS, 60.0, None),
        (200, 5, HIGHS, 60.0, Target("≤ 2 x its time", ratio=0.5)),
        (1000, 3, HIGHS, 120.0, Target("faster", ratio=1.0)),
    ]
    for size, count, who, limit, target in sizes[:3] if quick else sizes:
        row = Row(name, f"{size}x{size}, -99..99", [], who, target=target)
        peer, arguments = _zero_sum_peer(who, limit)
        games = [
            partial(families.zero_sum, size, size, seed=s) for s in range(2 if quick else count)
        ]
        yield _case(row, games, solve, peer, arguments)


def _zero_sum_peer(who: str, limit: float) -> tuple[Peer, Any]:
    warm = families.zero_sum(3, 3)
    if who == GAMBIT:
        return Peer(peers.pygambit_linear_program, _tables(warm), limit), _tables
    arguments = lambda game: (_tables(game)[0], limit)  # noqa: E731
    return Peer(peers.highs_simplex, arguments(warm), limit), arguments


def one_nash(quick: bool) -> Iterator[Case]:
    """One exact equilibrium of games with 300 actions a player."""
    size = 100 if quick else 300
    count = 2 if quick else 5
    limit = 20.0 if quick else 120.0
    cases: list[tuple[str, Callable[..., NormalFormGame], Target | None]] = [
        (
            f"uniform 0..99, n = {size}",
            partial(families.uniform, size, size),
            Target("≥ 100x", ratio=100),
        ),
        (
            f"covariance -0.9, n = {size}",
            partial(families.covariant, size, size, rho=-0.9),
            Target("no slower", ratio=1.0),
        ),
        (
            f"covariance -0.5, n = {size}",
            partial(families.covariant, size, size, rho=-0.5),
            None,
        ),
        (f"ranking, n = {size}", partial(families.ranking, size), None),
        (f"SGC, n = {size - 1}", partial(families.sgc, size // 4, 1), None),
    ]
    for case, make, target in cases:
        warm = _tables(families.uniform(3, 3))
        peer = Peer(peers.quantecon_lemke_howson, warm, limit)
        row = Row("one NE, exact", case, [], QUANTECON, target=target)
        yield _case(row, [partial(make, seed=s) for s in range(count)], solve, peer, _tables)


def all_nash(quick: bool) -> Iterator[Case]:
    """Every extreme equilibrium, with certificates, subsets, components and indices."""
    limit = 120.0
    find_all = partial(solve, find="all")
    arguments = lambda game: (*_tables(game), limit)  # noqa: E731
    for size, count in ((10, 2), (12, 2)) if quick else ((10, 7), (12, 7), (14, 5)):
        peer = Peer(peers.lrsnash, arguments(families.uniform(2, 2)), limit)
        row = Row("all NE, exact", f"uniform 0..99, n = {size}", [], LRSNASH)
        row.target = Target("≥ 3x, aim at 10x", ratio=3, aim=10)
        games = [partial(families.uniform, size, size, seed=s) for s in range(count)]
        yield _case(row, games, find_all, peer, arguments, complete=True)


def stackelberg(quick: bool) -> Iterator[Case]:
    """The optimal mixed commitment, strong ties, with the proof that none earns more."""
    commit = partial(solve, concept="stackelberg")
    families_ = [
        ("uniform 0..99", families.uniform, {}),
        ("covariance -0.9", families.covariant, {"rho": -0.9}),
    ]
    for size, count in ((25, 2),) if quick else ((100, 5), (200, 5)):
        for label, family, options in families_:
            target = None
            if size == 100:
                target = Target("≥ 500x", ratio=500)
            if size == 200:
                target = Target("< 1.5 s", seconds=1.5)
            who = STACKELBERG if size <= 100 else ""
            row = Row("Stackelberg, exact", f"{label}, n = {size}", [], who, target=target)
            peer = None
            if who:
                warm = _tables(families.uniform(3, 3))
                peer = Peer(peers.openspiel_stackelberg, warm, 180.0)
            games = [partial(family, size, size, seed=s, **options) for s in range(count)]
            yield _case(row, games, commit, peer, _tables, complete=True, budget=120.0)


def correlated(quick: bool) -> Iterator[Case]:
    """The correlated equilibrium of most welfare, with the proof that none has more."""
    best = partial(solve, concept="correlated", objective="welfare")
    for size, count in ((5, 2),) if quick else ((10, 5), (20, 1)):
        row = Row("CE of most welfare, exact", f"{size}x{size}x{size}, 0..99", [])
        peer = None
        if size <= 10:
            row.peer, row.target = MWCE, Target("≥ 10x", ratio=10)
            peer = Peer(peers.openspiel_welfare_correlated, _stack(_cube(3, 0)), 60.0)
        games = [partial(_cube, size, s) for s in range(count)]
        yield _case(row, games, best, peer, _stack, complete=True)


def _cube(size: int, seed: int) -> NormalFormGame:
    draw = np.random.default_rng(seed).integers(0, 100, (3, size, size, size))
    return normal_form(*draw, name="random_uniform")


def _stack(game: NormalFormGame) -> tuple[Any]:
    return (np.stack([tensor.numerators for tensor in game.payoffs]),)


def _tables(game: NormalFormGame) -> tuple[Any, Any]:
    """Both players' payoffs as integers (every game here has a common denominator of one)."""
    first, second = (tensor.numerators.astype(np.int64) for tensor in game.payoffs)
    return first, second


def _case(
    row: Row,
    games: list[Callable[[], NormalFormGame]],
    ours: Callable[[NormalFormGame], Solution],
    peer: Peer | None,
    arguments: Any,
    *,
    complete: bool = False,
    budget: float = float("inf"),
) -> Case:
    def proven(game: NormalFormGame) -> Solution:
        solution = ours(game)
        if complete and not solution.complete:
            raise SystemExit(f"{game!r} was not solved completely")
        return solution

    def measure(row: Row) -> None:
        warm = games[0]()
        check_exact(warm, proven(warm))
        race(row, games, proven, peer, arguments, budget=budget)

    return Case(row, measure)
