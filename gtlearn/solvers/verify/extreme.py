"""All extreme equilibria of a small bimatrix game, whether a given one is extreme, and the index of
equilibria, isolated or not, recomputed from the payoffs.

An equilibrium is extreme where both strategies are vertices of their best-response polyhedra; all
equilibria are mixtures of extreme ones (Winkels 1979; Jansen 1981).

The index of a regular equilibrium is (-1)^(k+1) sign(det A) sign(det B), with the positive payoffs
of both players on the two supports of k actions (Shapley 1974). The index of a component is the sum
over the equilibria near it of a game near by that has regular ones only. Here the payoffs are
perturbed lexicographically: the right-hand sides of x B <= 1 and A y <= 1 by powers of a number as
small as need be. An equilibrium near an extreme one (x, y) is then a pair of supports (S, T) that
contain those of x and y, hold best responses only, and whose solutions stay feasible (von Stengel
2002, section 2.6).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray

from gtlearn.limits import check
from gtlearn.solvers.verify.bimatrix import (
    Bimatrix,
    Exact,
    Pair,
    full_rank,
    integers,
    placed,
    support,
)
from gtlearn.solvers.verify.elimination import undominated
from gtlearn.solvers.verify.polytopes import extreme_rays
from gtlearn.solvers.verify.report import Unproven

_MAX_BASES = 5_000  # pairs of supports that are tried, which takes about a second


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


def component_index(game: Bimatrix, members: Iterable[Pair]) -> int:
    """The index of the component whose extreme equilibria these are.

    Raises:
        Unproven: if they are too degenerate for it.

    >>> from gtlearn import games
    >>> from fractions import Fraction
    >>> half = (Fraction(1, 2), Fraction(1, 2))
    >>> component_index(Bimatrix.of(games.load("matching_pennies")), [(half, half)])
    1
    """
    corners = [_Ends(game, pair) for pair in members]
    if sum(ends.bases for ends in corners) > _MAX_BASES:
        raise Unproven("the equilibria are too degenerate to recompute it here")
    return sum(ends.index() for ends in corners)


def is_regular(game: Bimatrix, pair: Pair) -> bool:
    """Whether an equilibrium is isolated because no basis but its supports is possible."""
    ends = _Ends(game, pair)
    return ends.bases == 1 and ends.index() != 0


class _Ends:
    """The bases that an extreme equilibrium may stand for in the perturbed game."""

    def __init__(self, game: Bimatrix, pair: Pair) -> None:
        self._game = game
        self._played = support(pair[0]), support(pair[1])
        self._best = game.best(pair)

    @property
    def bases(self) -> int:
        """How many pairs of supports there are to try."""
        (s, t), (i, j) = (tuple(map(len, part)) for part in (self._played, self._best))
        sizes = range(max(s, t), min(i, j) + 1)
        return sum(math.comb(i - s, k - s) * math.comb(j - t, k - t) for k in sizes)

    def index(self) -> int:
        """The sum of the indices of the bases that are feasible."""
        least = max(map(len, self._played))
        most = min(map(len, self._best))
        return sum(
            self._sign(rows, columns)
            for size in range(least, most + 1)
            for rows in _between(self._played[0], self._best[0], size)
            for columns in _between(self._played[1], self._best[1], size)
        )

    def _sign(self, rows: list[int], columns: list[int]) -> int:
        """The index of one basis, 0 where it is singular or not feasible."""
        check()
        game = self._game
        a = integers(game.rows[np.ix_(rows, columns)])
        b = integers(game.columns[np.ix_(rows, columns)])
        sign = _signum(a.det()) * _signum(b.det())
        if sign == 0:
            return 0
        first = _feasible(
            game.columns.T, b.transpose(), columns, rows, self._played[0], self._best[1]
        )
        if not first:
            return 0
        if not _feasible(game.rows, a, rows, columns, self._played[1], self._best[0]):
            return 0
        return sign if len(rows) % 2 else -sign


def _feasible(
    payoffs: NDArray[Any],
    square: flint.fmpz_mat,
    tight: Sequence[int],
    own: Sequence[int],
    played: Sequence[int],
    best: Sequence[int],
) -> bool:
    """Whether the solution z of square z = 1 + (e, e^2, ...) is feasible for small e > 0.

    Args:
        payoffs: the opponent's, a row an action of the opponent: payoffs z <= 1 + (e, e^2, ...).
        square: its part at `tight` and `own`.
        tight: the rows that hold with equality.
        own: the actions that may be positive.
        played: those of them that are, at e = 0.
        best: the rows that hold with equality at e = 0.
    """
    idle = [place for place, action in enumerate(own) if action not in set(played)]
    others = [row for row in best if row not in set(tight)]
    if not idle and not others:
        return True
    inverse = flint.fmpq_mat(square).inv()
    if any(_first(inverse[place, k] for k in range(len(own))) <= 0 for place in idle):
        return False
    for row in others:
        slack = {row: flint.fmpq(1)}
        for k, other in enumerate(tight):
            slack[other] = -sum(
                (int(payoffs[row, action]) * inverse[place, k] for place, action in enumerate(own)),
                flint.fmpq(0),
            )
        if _first(slack[key] for key in sorted(slack)) <= 0:
            return False
    return True


def _between(inner: Sequence[int], outer: Sequence[int], size: int) -> Iterable[list[int]]:
    """The sorted sets of that size that contain the one and lie in the other."""
    free = [k for k in outer if k not in set(inner)]
    for more in itertools.combinations(free, size - len(inner)):
        yield sorted([*inner, *more])


def _first(values: Iterable[Any]) -> int:
    """The sign of the first value that is not zero."""
    return next((sign for value in values if (sign := _signum(value))), 0)


def _signum(value: Any) -> int:
    return int(value > 0) - int(value < 0)
