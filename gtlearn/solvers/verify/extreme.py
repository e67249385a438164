"""All extreme equilibria of a small bimatrix game, and whether a given one is extreme.

An equilibrium is extreme where both strategies are vertices of their best-response polyhedra; all
equilibria are mixtures of extreme ones (Winkels 1979; Jansen 1981).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray

from gtlearn.limits import check
from gtlearn.solvers.verify.bimatrix import Bimatrix, Exact, Pair, integers, placed, support
from gtlearn.solvers.verify.elimination import undominated
from gtlearn.solvers.verify.polytopes import extreme_rays
from gtlearn.solvers.verify.rank import full_rank


def extreme_equilibria(game: Bimatrix) -> set[Pair]:
    """Every extreme equilibrium.

    The vertices of the smaller polytope are enumerated; the partners of each are the vertices of a
    face of the other.

    Raises:
        Unproven: if the game is too large for it.

    >>> from gtlearn import games
    >>> len(extreme_equilibria(Bimatrix.of(games.load("battle_of_the_sexes"))))
    3
    """
    rows, columns = undominated([game.rows, game.columns])
    a, b = game.rows[np.ix_(rows, columns)], game.columns[np.ix_(rows, columns)]
    player = 0 if len(rows) < len(columns) else 1  # who has fewer actions
    vertices = _vertices(a if player else b.T)
    m, n = game.rows.shape
    return {
        (placed(first, rows, m), placed(second, columns, n))
        for first, second in partnered(replace(game, rows=a, columns=b), player, vertices)
    }


def partnered(
    game: Bimatrix, player: int, vertices: Iterable[tuple[Exact, list[int]]]
) -> Iterator[Pair]:
    """The extreme equilibria in which a player plays one of some vertices.

    Args:
        game: the game.
        player: which of the two, 0 or 1.
        vertices: strategies of the player, with the other's best responses to each.

    Raises:
        Unproven: if a vertex is best answered by too many.
    """
    payoffs = game.columns if player else game.rows.T
    for own, best in vertices:
        check()
        for other in _partners(payoffs, best, support(own)):
            yield (other, own) if player else (own, other)


def is_extreme(game: Bimatrix, pair: Pair) -> bool:
    """Whether both strategies of an equilibrium are vertices.

    A strategy is one if no other with its support keeps the opponent's best responses equally good.
    """
    best = game.best(pair)
    return _is_vertex(game.columns, pair[0], best[1]) and _is_vertex(game.rows.T, pair[1], best[0])


def _is_vertex(opponent: NDArray[Any], strategy: Exact, best: Sequence[int]) -> bool:
    """Whether the opponent's best responses determine the strategy on its support.

    The strategy and the opponent's payoff v solve sum_i p_i B_ij = v for the best responses j, and
    sum_i p_i = 1; they are determined where the columns (B_i., -1) of the system are independent.
    """
    played = support(strategy)
    block = opponent[np.ix_(played, best)]
    differences = block[:, 1:] - block[:, :1]
    ones = np.ones((len(played), 1), dtype=block.dtype)
    return full_rank(np.hstack([differences, ones]))


def _vertices(payoffs: NDArray[Any]) -> Iterator[tuple[Exact, list[int]]]:
    """The vertices y of A y <= 1, y >= 0 but the origin, as strategies with their best rows."""
    m, n = payoffs.shape
    inequalities = [(*(-int(v) for v in row), 1) for row in payoffs]
    for ray in extreme_rays(n + 1, inequalities):
        if any(ray.vector[:n]):
            yield _strategy(ray.vector[:n]), [i for i in range(m) if ray.tight >> n + 1 + i & 1]


def _partners(payoffs: NDArray[Any], rows: Sequence[int], columns: Sequence[int]) -> list[Exact]:
    """The vertices x of x B <= 1, x >= 0 that play only `rows` and are tight at all `columns`."""
    if len(rows) == len(columns):
        square = integers(payoffs[np.ix_(rows, columns)].T)
        if square.det() != 0:
            single = square.solve(flint.fmpz_mat([[1]] * len(rows)))
            return _if_feasible(
                payoffs, rows, [Fraction(int(v.p), int(v.q)) for v in single.entries()]
            )
    m, n = payoffs.shape
    order = [*columns, *(j for j in range(n) if j not in set(columns))]
    inequalities = [(*(-int(payoffs[i, j]) for i in rows), 1) for j in order]
    rays = extreme_rays(len(rows) + 1, inequalities, equal=range(len(columns)))
    return [placed(_strategy(ray.vector[:-1]), rows, m) for ray in rays if ray.vector[-1]]


def _if_feasible(
    payoffs: NDArray[Any], rows: Sequence[int], weights: Sequence[Fraction]
) -> list[Exact]:
    if min(weights) < 0:
        return []
    strategy = placed(weights, rows, payoffs.shape[0])
    used = [i for i, p in zip(rows, weights, strict=True) if p]
    totals = np.array([strategy[i] for i in used], dtype=object) @ payoffs[used]
    total = sum(weights)
    return [tuple(p / total for p in strategy)] if max(totals.tolist()) <= 1 else []


def _strategy(weights: Sequence[int]) -> Exact:
    total = sum(weights)
    return tuple(Fraction(weight, total) for weight in weights)
