"""Welfare-best correlated equilibria, exact certificate included, against OpenSpiel's JPSRO.

    python benchmarks/correlated.py [--games N] [--repeats N] [--peer-limit SECONDS]

Random integer payoffs 0..99, and a harder family in which interests are opposed (normal payoffs of
the least correlation that so many players can have, in thousandths), where mixtures of a hundred
profiles are best. Prints a Markdown table of medians over the games. "violation" is the largest
gain of a deviation, measured exactly, from the peer's distribution scaled to a sum of one; ours is
zero by certificate. OpenSpiel's function is private (`_mwce`) and needs cvxpy, which gtlearn does
not install; without it its columns are empty.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from gtlearn.games import NormalFormGame, normal_form
from gtlearn.solvers._correlated import coarse_correlated, correlated
from gtlearn.solvers.verify.correlated import largest_gain, violations

Peer = Callable[[Any, list[Any]], Any]


def uniform(shape: tuple[int, ...], seed: int) -> NormalFormGame:
    rng = np.random.default_rng(seed)
    return normal_form(*rng.integers(0, 100, (len(shape), *shape)), name="uniform 0..99")


def opposed(shape: tuple[int, ...], seed: int) -> NormalFormGame:
    n = len(shape)
    rho = -0.98 / (n - 1)
    covariance = np.full((n, n), rho) + np.eye(n) * (1 - rho)
    rng = np.random.default_rng(seed)
    draws = rng.multivariate_normal(np.zeros(n), covariance, size=shape)
    tables = np.moveaxis(np.round(draws * 1000).astype(int), -1, 0)
    return normal_form(*tables, name=f"correlation {rho:.2g}")


def peer(coarse: bool) -> Peer | None:
    """OpenSpiel's solver, None where it cannot be imported."""
    try:
        from open_spiel.python.algorithms import jpsro
    except ImportError:
        return None
    return jpsro._mwcce if coarse else jpsro._mwce  # type: ignore[no-any-return]


def peer_run(solver: Peer, game: NormalFormGame, coarse: bool) -> tuple[float, float]:
    """Seconds, and the largest gain of a deviation."""
    payoffs = np.stack([game.floats(k) for k in range(game.num_players)])
    repeats = [np.ones(size, dtype=int) for size in game.shape]
    start = time.perf_counter()
    found = np.asarray(solver(payoffs, repeats)[0], dtype=float)
    took = time.perf_counter() - start
    kept = np.maximum(found, 0)
    kept /= kept.sum()
    distribution = {s: float(p) for s, p in np.ndenumerate(kept) if p > 0}
    return took, float(largest_gain(game, distribution, coarse=coarse))


def own_run(game: NormalFormGame, coarse: bool, repeats: int) -> tuple[float, float]:
    """The median seconds to solve (certificate included), and to verify once more alone."""
    solver = coarse_correlated if coarse else correlated
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        solution = solver(game)
        times.append(time.perf_counter() - start)
        assert solution[0].gap == 0
    start = time.perf_counter()
    assert not violations(game, solution[0])
    return statistics.median(times), time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--games", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--peer-limit", type=float, default=60.0, help="skip the peer after this")
    options = parser.parse_args()
    print("| job | gtlearn, exact, ms | of it verifying, ms | OpenSpiel, ms | ratio | violation |")
    print("|---|---|---|---|---|---|")
    correlated(uniform((2, 2), 0))  # imports
    for family in (uniform, opposed):
        for shape in ((5, 5, 5), (10, 10, 10), (20, 20, 20), (30, 30)):
            for coarse in (False, True):
                _row(family, shape, coarse, options)


def _row(family: Any, shape: tuple[int, ...], coarse: bool, options: argparse.Namespace) -> None:
    games = [family(shape, seed) for seed in range(options.games)]
    ours = [own_run(game, coarse, options.repeats) for game in games]
    solver, theirs, spent = peer(coarse), [], 0.0
    for game in games:
        if solver is None or spent > options.peer_limit:
            break
        theirs.append(peer_run(solver, game, coarse))
        spent += theirs[-1][0]
    took = statistics.median(t for t, _ in ours)
    cells = [f"{'CCE' if coarse else 'CE'} {'x'.join(map(str, shape))}, {games[0].name}"]
    cells += [f"{1000 * took:.1f}", f"{1000 * statistics.median(v for _, v in ours):.1f}"]
    if theirs:
        median = statistics.median(t for t, _ in theirs)
        worst = max(v for _, v in theirs)
        cells += [f"{1000 * median:.0f}", f"{median / took:.0f}x", f"{worst:.1e}"]
    else:
        cells += ["", "", ""]
    print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
