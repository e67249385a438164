"""The path of logit quantal response equilibria, from the centre to near an equilibrium.

Where each player plays actions in proportion to exp(lambda times what they earn), the profiles form
a path that starts at the centre for lambda = 0, and ends at an equilibrium as lambda grows
(McKelvey & Palfrey 1995, Quantal response equilibria for normal form games; Turocy 2005, A dynamic
homotopy interpretation of the logistic quantal response equilibrium correspondence).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.solvers._multiplayer.roots import gains_at, pair_at

_Floats = NDArray[np.float64]

_FIRST, _LONGEST, _SHORTEST = 0.1, 5.0, 1e-6  # steps along the path
_CORRECTIONS = 6  # of Newton's method in a step
_CLOSE = 1e-9
_MOST = 2_000  # steps
_END = 1e8  # of lambda


def logit_path(payoffs: Sequence[_Floats]) -> Iterator[list[_Floats]]:
    """Profiles along the path.

    Args:
        payoffs: one array a player, of a range of about one.

    Raises:
        LimitReached: at a limit.
    """
    shape = payoffs[0].shape
    point = np.concatenate([np.concatenate([np.full(m, -np.log(m)) for m in shape]), [0.0]])
    direction = np.zeros_like(point)
    direction[-1] = 1.0
    length = _FIRST
    for _ in range(_MOST):
        limits.check()
        tangent = _tangent(payoffs, point, direction)
        if tangent is None or point[-1] > _END:
            return
        while True:
            corrected = _corrected(payoffs, point + length * tangent, tangent)
            if corrected is not None:
                break
            length /= 2
            if length < _SHORTEST:
                return
        moved, corrections = corrected
        direction, point = tangent, moved
        length = min(length * (2 if corrections <= 3 else 1), _LONGEST * max(1.0, point[-1]))
        yield _profile(shape, point)


def _profile(shape: tuple[int, ...], point: _Floats) -> list[_Floats]:
    parts = np.split(np.exp(point[:-1]), np.cumsum(shape)[:-1])
    return [p / p.sum() for p in parts]


def _equations(payoffs: Sequence[_Floats], point: _Floats) -> tuple[_Floats, _Floats]:
    """Their values, one fewer than unknowns, and derivatives: logarithms of probabilities, then
    lambda."""
    shape = payoffs[0].shape
    starts = np.concatenate([[0], np.cumsum(shape)])
    logs, rate = point[:-1], point[-1]
    played = np.split(np.exp(logs), starts[1:-1])
    values = np.zeros(len(logs))
    slopes = np.zeros((len(logs), len(point)))
    for player, size in enumerate(shape):
        begin, end = starts[player], starts[player + 1]
        own = slice(begin, end - 1)
        earned = gains_at(payoffs, played, player)
        gains = earned[1:] - earned[0]
        values[own] = logs[begin + 1 : end] - logs[begin] - rate * gains
        slopes[own, begin] = -1
        slopes[own, begin + 1 : end] += np.eye(size - 1)
        slopes[own, -1] = -gains
        for other in range(len(shape)):
            if other != player:
                both = pair_at(payoffs[player], played, player, other)
                change = (both[1:] - both[:1]) * played[other]
                slopes[own, starts[other] : starts[other + 1]] = -rate * change
        values[end - 1] = played[player].sum() - 1
        slopes[end - 1, begin:end] = played[player]
    return values, slopes


def _tangent(payoffs: Sequence[_Floats], point: _Floats, direction: _Floats) -> _Floats | None:
    """The unit vector along the path that goes on in a direction."""
    _, slopes = _equations(payoffs, point)
    matrix = np.vstack([slopes, direction])
    right = np.zeros(len(point))
    right[-1] = 1.0
    try:
        tangent = np.linalg.solve(matrix, right)
    except np.linalg.LinAlgError:
        return None
    size = np.linalg.norm(tangent)
    return tangent / size if np.isfinite(size) and size > 0 else None


def _corrected(
    payoffs: Sequence[_Floats], point: _Floats, tangent: _Floats
) -> tuple[_Floats, int] | None:
    """The point of the path at right angles to the tangent, and how many corrections it took."""
    start = point
    for count in range(_CORRECTIONS):
        if point[:-1].max() > 1:
            return None
        values, slopes = _equations(payoffs, point)
        matrix = np.vstack([slopes, tangent])
        right = np.concatenate([values, [tangent @ (point - start)]])
        try:
            step = np.linalg.solve(matrix, right)
        except np.linalg.LinAlgError:
            return None
        point = point - step
        if not np.isfinite(point).all():
            return None
        if np.abs(step).max() < _CLOSE * max(1.0, abs(point[-1])):
            return point, count
    return None
