"""Optimal supports of a large matrix game by an interior-point method in floats."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits

_Vector = NDArray[np.float64]

MAX_ITERATIONS = 60
_TOLERANCE = 1e-13
SETTLED = 1e-6  # of the mean product of complementary variables, below which supports may be read


def likely_supports(
    payoffs: NDArray[Any],
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Guesses at the rows and columns that optimal strategies play, by Mehrotra's method (1992).

    The game with positive payoffs is the pair of programs max 1y, Ay + s = 1 and min 1x,
    A'x - z = 1, all variables nonnegative (Dantzig 1951).

    Args:
        payoffs: the row player's payoffs, positive, shape (m, n).

    Yields:
        Row and column indices, equally many, once they have settled, to be certified by the
        caller; again where they change later.

    Raises:
        LimitReached: at a limit.
    """
    a = payoffs / float(payoffs.max())
    m, n = a.shape
    guess, yielded = b"", b""
    x, s = np.full(m, 2.0 / m), np.full(m, 1.0)
    y, z = np.full(n, 2.0 / n), np.full(n, 1.0)
    for _ in range(MAX_ITERATIONS):
        limits.check()
        primal, dual = 1.0 - a @ y - s, 1.0 - a.T @ x + z
        mu = float(y @ z + x @ s) / (m + n)
        rows, columns = x > s, y > z
        last, guess = guess, rows.tobytes() + columns.tobytes()
        if mu < SETTLED and guess == last != yielded and rows.sum() == columns.sum():
            yielded = guess
            yield np.flatnonzero(rows), np.flatnonzero(columns)
        if max(np.abs(primal).max(), np.abs(dual).max(), mu) < _TOLERANCE:
            return
        step = _direction(a, x, s, y, z, primal, dual)
        if step is None:
            return
        length = _longest((x, step[0]), (s, step[1]), (y, step[2]), (z, step[3]))
        x, s, y, z = (w + length * d for w, d in zip((x, s, y, z), step, strict=True))


def _direction(
    a: NDArray[np.float64],
    x: _Vector,
    s: _Vector,
    y: _Vector,
    z: _Vector,
    primal: _Vector,
    dual: _Vector,
) -> tuple[_Vector, _Vector, _Vector, _Vector] | None:
    """Mehrotra's predictor and corrector, from one factorisation of A D A' + S/X."""
    from scipy.linalg import LinAlgError, cho_factor, cho_solve

    ratio = y / z
    normal = (a * ratio) @ a.T
    normal[np.diag_indices_from(normal)] += s / x
    try:
        factor = cho_factor(normal, lower=True, overwrite_a=True, check_finite=False)
    except LinAlgError:
        return None

    def newton(to_yz: _Vector, to_xs: _Vector) -> tuple[_Vector, _Vector, _Vector, _Vector]:
        right = a @ (to_yz / z + ratio * dual) + to_xs / x - primal
        dx = cho_solve(factor, right, check_finite=False)
        dz = a.T @ dx - dual
        return dx, (to_xs - s * dx) / x, (to_yz - y * dz) / z, dz

    mu = float(y @ z + x @ s) / (len(x) + len(y))
    dx, ds, dy, dz = newton(-y * z, -x * s)
    length = _longest((x, dx), (s, ds), (y, dy), (z, dz))
    ahead = (y + length * dy) @ (z + length * dz) + (x + length * dx) @ (s + length * ds)
    centre = mu * (float(ahead) / (len(x) + len(y)) / mu) ** 3
    return newton(centre - y * z - dy * dz, centre - x * s - dx * ds)


def _longest(*pairs: tuple[_Vector, _Vector]) -> float:
    """The step, at most one, that keeps all variables positive."""
    with np.errstate(divide="ignore", invalid="ignore"):
        limit = min(float(np.where(d < 0, -w / d, np.inf).min()) for w, d in pairs)
    return min(1.0, 0.995 * limit)
