"""The jobs: on which games, against whom, and what was to be reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from benchmarks import correlated as three_players
from benchmarks import peers
from benchmarks.harness import Case, Peer, Row, Target, race
from gtlearn.games import NormalFormGame, families
from gtlearn.limits import OK
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
        yield _case(row, games, partial(solve, time_limit=limit), peer, arguments)


def _zero_sum_peer(who: str, limit: float) -> tuple[Peer, Any]:
    warm = families.zero_sum(3, 3)
    if who == GAMBIT:
        return Peer(peers.pygambit_linear_program, _tables(warm), limit), _tables
    arguments = lambda game: (_tables(game)[0], limit)  # noqa: E731
    return Peer(peers.highs_simplex, arguments(warm), limit), arguments


def one_nash(quick: bool) -> Iterator[Case]:
    """One exact equilibrium of games with 300 actions a player."""
    n = 100 if quick else 300
    limit = 20.0 if quick else 120.0
    uniform = partial(families.uniform, n, n)
    hard = Target("≥ 10x", ratio=10)
    cases: list[tuple[str, int, Callable[..., NormalFormGame], Target | None]] = [
        (f"uniform 0..99, n = {n}", 15, uniform, Target("≥ 100x", ratio=100)),
        *(
            (f"covariance {rho}, n = {n}", 20, _covariant(n, rho), hard)
            for rho in (-0.9, -0.5, -0.3)
        ),
        (f"ranking, n = {n}", 5, partial(families.ranking, n), None),
        (f"SGC, n = {n - 1}", 5, partial(families.sgc, n // 4, 1), None),
    ]
    for case, count, make, target in cases:
        peer = Peer(peers.quantecon_lemke_howson, _tables(families.uniform(3, 3)), limit)
        row = Row("one NE, exact", case, [], QUANTECON, target=target)
        games = [partial(make, seed=s) for s in range(2 if quick else count)]
        yield _case(row, games, partial(solve, time_limit=limit), peer, _tables)


def _covariant(size: int, rho: float) -> Callable[..., NormalFormGame]:
    return partial(families.covariant, size, size, rho=rho)


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
    ratio = Target("≥ 500x", ratio=500)
    limit = Target("< 1.5 s", seconds=1.5)
    for size in (25,) if quick else (100, 200):
        for case, make, target in (
            ("uniform 0..99", partial(families.uniform, size, size), ratio),
            ("covariance -0.9", _covariant(size, -0.9), None),
        ):
            row = Row("Stackelberg, exact", f"{case}, n = {size}", [])
            row.target = {100: target, 200: limit}.get(size)
            peer = None
            if size <= 100:  # it did not end within 60 s at 200
                row.peer = STACKELBERG
                warm = _tables(families.uniform(3, 3))
                peer = Peer(peers.openspiel_stackelberg, warm, 180.0)
            games = [partial(make, seed=s) for s in range(2 if quick else 5)]
            yield _case(row, games, commit, peer, _tables, complete=True, budget=120.0)


def correlated(quick: bool) -> Iterator[Case]:
    """The correlated equilibrium of most welfare, with the proof that none has more."""
    best = partial(solve, concept="correlated", objective="welfare")
    target = Target("≥ 10x", ratio=10)
    cases: list[tuple[str, int, Callable[..., NormalFormGame], Target | None]] = [
        ("0..99", 10, three_players.uniform, target),
        ("correlation -0.49", 10, three_players.opposed, None),
        ("0..99", 20, three_players.uniform, None),
    ]
    for case, size, make, goal in cases[:1] if quick else cases:
        row = Row("CE of most welfare, exact", f"{size}x{size}x{size}, {case}", [], target=goal)
        peer = None
        if size <= 10:
            row.peer = MWCE
            warm = _stack(three_players.uniform((3, 3, 3), 0))
            peer = Peer(peers.openspiel_welfare_correlated, warm, 60.0)
        games = [partial(make, (size,) * 3, seed) for seed in range(2 if quick else 5)]
        yield _case(row, games, best, peer, _stack, complete=True)


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
        whole = solution.complete or getattr(solution[0], "gap", None) == 0
        if complete and not whole and solution.status == OK:
            raise SystemExit(f"{game!r} was not solved completely")
        return solution

    def measure(row: Row) -> None:
        ours(games[-1]())
        race(row, games, proven, peer, arguments, budget=budget)

    return Case(row, measure)
