"""Whether an optimal strategy of a zero-sum game is the only one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray

from gtlearn.games import NormalFormGame
from gtlearn.solvers.verify.bimatrix import Bimatrix, Pair, full_rank, integers, support
from gtlearn.solvers.verify.polytopes import extreme_rays
from gtlearn.solvers.verify.report import Unproven

_MAX_ENTRIES = 20_000  # of a system whose solutions are all looked for


def is_constant_sum(game: NormalFormGame, players: tuple[int, int]) -> bool:
    """Whether the payoffs of two players add up to the same number at every profile."""
    one, two = (game.payoffs[player] for player in players)
    total = (
        one.numerators.astype(object) * two.denominator
        + two.numerators.astype(object) * one.denominator
    )
    return bool(np.all(total == total.flat[0]))


def is_only(game: Bimatrix, pair: Pair, side: int) -> bool:
    """Whether one side's strategy of an equilibrium of a zero-sum game is its only optimal one.

    Every optimal strategy plays only best responses to the other side's optimal strategy and
    leaves that side's played actions equally good. So another one differs in a direction d that
    sums to zero, keeps the played actions of the other side equally good, is nonnegative where
    this one is zero, and helps no best response of the other side. Such directions are a cone.

    Raises:
        Unproven: if the cone is too large to look for.

    >>> from gtlearn import games, solvers
    >>> game = games.load("rock_paper_scissors")
    >>> is_only(Bimatrix.of(game), solvers.solve(game)[0].strategies, 0)
    True
    """
    best = game.best(pair)
    own, other = pair[side], pair[1 - side]
    payoffs = game.columns if side == 0 else game.rows.T  # the other's, a row an own action
    rows, played = best[side], support(other)
    block = payoffs[np.ix_(rows, played)]
    equal = np.hstack([block, np.ones((len(block), 1), dtype=block.dtype)])
    if full_rank(equal):
        return True
    if equal.size > _MAX_ENTRIES:
        raise Unproven("the strategy is too degenerate to see that here")
    basis = _null_space(equal.T)
    idle = [k for k, action in enumerate(rows) if own[action] == 0]
    unplayed = [j for j in best[1 - side] if j not in set(played)]
    signs = np.vstack([basis[idle], -payoffs[np.ix_(rows, unplayed)].T.astype(object) @ basis])
    return not _has_a_ray(signs)


def _null_space(matrix: NDArray[Any]) -> NDArray[Any]:
    """Columns of integers that span the solutions of matrix d = 0."""
    found, nullity = integers(matrix).nullspace()
    rows = [[int(found[i, j]) for j in range(nullity)] for i in range(matrix.shape[1])]
    return np.array(rows, dtype=object).reshape(matrix.shape[1], nullity)


def _has_a_ray(inequalities: NDArray[Any]) -> bool:
    """Whether some u other than zero has inequalities u >= 0.

    Where the inequalities leave no line, some of them are coordinates of the space: in these the
    cone lies in the nonnegative orthant.
    """
    size = inequalities.shape[1]
    coordinates = _independent_rows(inequalities)
    if len(coordinates) < size:
        return True
    square = flint.fmpq_mat(integers(inequalities[coordinates]))
    others = [k for k in range(len(inequalities)) if k not in set(coordinates)]
    if not others:
        return True
    rest = flint.fmpq_mat(integers(inequalities[others])) * square.inv()
    rows = [_integers([rest[k, j] for j in range(size)]) for k in range(len(others))]
    return bool(extreme_rays(size, rows))


def _independent_rows(matrix: NDArray[Any]) -> list[int]:
    """The first rows that span all others."""
    reduced, _, rank = integers(matrix.T).rref()
    columns = range(matrix.shape[0])
    return [next(j for j in columns if reduced[k, j] != 0) for k in range(rank)]


def _integers(values: Sequence[Any]) -> list[int]:
    common = flint.fmpz(1)
    for value in values:
        common = common.lcm(value.q)
    return [int(value.p * (common // value.q)) for value in values]
