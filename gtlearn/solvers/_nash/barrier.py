"""A log-barrier path to one equilibrium, for games whose complementary paths are too long.

Each player's payoff gets a weighted logarithm of its strategy: the equilibria of the perturbed game
satisfy x_i r_i = mu w_i and y_j s_j = mu w_j, where r and s are what each action falls short of the
best payoff (Herings & Peeters 2001; van Damme 1991, chapter 4, uses the same penalty). From
a large mu, where the weights themselves are nearly the answer, a path leads to an equilibrium
at mu = 0. It may turn back in mu, so it is followed by arc length (Allgower & Georg 1990,
chapter 6): along the tangent, then by Newton steps at right angles to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits

_Vector = NDArray[np.float64]
Supports = tuple[NDArray[np.int64], NDArray[np.int64]]

START = 3.0  # of mu, in units of the largest payoff difference
_FINEST = 1e-12
HIGHEST = 10.0  # of mu, from where the path has turned back for good
_CORRECTIONS = 6
MAX_SYSTEMS = 1500
SMALLEST_STEP = 1e-8


@dataclass(frozen=True)
class Stride:
    """How boldly a path is followed. Bold strides are faster and lose more paths.

    Attributes:
        to_boundary: the share of the way to the boundary of positive variables that a step may go.
        accuracy: the relative error of x r and y s up to which a point counts as on the path.
    """

    to_boundary: float
    accuracy: float


STRIDES = (Stride(0.7, 0.5), Stride(0.5, 0.1), Stride(0.3, 0.01))  # from bold to careful


def barrier_supports(
    row_payoffs: NDArray[np.float64],
    column_payoffs: NDArray[np.float64],
    weights: tuple[_Vector, _Vector] | None = None,
    stride: Stride = STRIDES[0],
) -> Supports | None:
    """Supports of a likely equilibrium, to be certified by the caller; None where the path is lost.

    Args:
        row_payoffs, column_payoffs: shape (m, n).
        weights: of the actions' logarithms, which add up to one for each player; equal unless
            given.
        stride: how boldly to follow the path.

    Raises:
        LimitReached: at a limit.
    """
    scale = max(float(np.ptp(row_payoffs)), float(np.ptp(column_payoffs)))
    if not 0 < scale < np.inf:
        return None
    scaled = [(p - p.min()) / scale for p in (row_payoffs, column_payoffs)]
    with np.errstate(all="ignore"):  # a lost path overflows; it is noticed and given up
        return _Path(scaled[0], scaled[1], weights, stride).follow()


@dataclass(frozen=True)
class _Point:
    """Strategies, best payoffs and mu; also used for directions."""

    x: _Vector
    y: _Vector
    u: float
    v: float
    mu: float

    def plus(self, length: float, step: _Point) -> _Point:
        return _Point(
            self.x + length * step.x,
            self.y + length * step.y,
            self.u + length * step.u,
            self.v + length * step.v,
            self.mu + length * step.mu,
        )


class _Path:
    def __init__(
        self,
        row_payoffs: NDArray[np.float64],
        column_payoffs: NDArray[np.float64],
        weights: tuple[_Vector, _Vector] | None,
        stride: Stride,
    ) -> None:
        self.stride = stride
        self.a, self.b = row_payoffs, column_payoffs
        m, n = row_payoffs.shape
        equal = np.full(m, 1 / m), np.full(n, 1 / n)
        own, other = weights or equal
        self.row_weights, self.column_weights = own, other
        x, y = self.row_weights, self.column_weights
        u, v = float((self.a @ y).mean()), float((x @ self.b).mean())
        self.point = _Point(x, y, u + START, v + START, START)
        # logarithmic: relative changes of x, y and mu; at first straight down in mu
        self.tangent = (np.zeros_like(x), np.zeros_like(y), -1.0)
        self.systems = 0

    def follow(self) -> Supports | None:
        """Supports at the end of the path."""
        if not self._settle(20):
            return None
        length = 0.3
        while self.systems < MAX_SYSTEMS and _FINEST < self.point.mu < HIGHEST:
            step = self._along()
            start = self.point
            if step is None:
                return None
            length = min(length, self.stride.to_boundary * self._boundary(step))
            while True:
                self.point = start.plus(length, step)
                before = self.systems
                if self._inside() and self._settle(_CORRECTIONS):
                    break
                length /= 3
                if length < SMALLEST_STEP:
                    return None
            length *= 2.0 if self.systems == before + 1 else 1.3
            if self.point.mu < 1e-3:
                supports = self._supports()
                if len(supports[0]) == len(supports[1]) and self._solves(*supports):
                    return supports
        return self._supports() if self.point.mu <= _FINEST else None

    def _losses(self) -> tuple[_Vector, _Vector]:
        point = self.point
        return point.u - self.a @ point.y, point.v - point.x @ self.b

    def _inside(self) -> bool:
        r, s = self._losses()
        return bool(min(r.min(), s.min()) > 0)

    def _along(self) -> _Point | None:
        """The unit tangent, in the direction of travel."""
        zero = _Point(np.zeros_like(self.point.x), np.zeros_like(self.point.y), 0.0, 0.0, 0.0)
        step = self._newton(zero, 1.0)
        if step is None:
            return None
        point = self.point
        dx, dy, dmu = step.x / point.x, step.y / point.y, step.mu / point.mu
        size = float(np.sqrt((dx @ dx + dy @ dy) / (len(dx) + len(dy)) + dmu * dmu))
        self.tangent = (dx / size, dy / size, dmu / size)
        return zero.plus(1.0 / size, step)

    def _boundary(self, step: _Point) -> float:
        """The step's length at which the first positive variable reaches zero."""
        r, s = self._losses()
        dr, ds = step.u - self.a @ step.y, step.v - step.x @ self.b
        point = self.point
        falls = [-step.mu / point.mu]
        pairs = ((point.x, step.x), (point.y, step.y), (r, dr), (s, ds))
        falls += [float((-change / value).max()) for value, change in pairs]
        return 1.0 / max(*falls, 1e-9)

    def _settle(self, corrections: int) -> bool:
        """Newton steps back to the path; False where they do not reach it."""
        for _ in range(corrections):
            r, s = self._losses()
            point = self.point
            gap = _Point(
                point.mu * self.row_weights - point.x * r,
                point.mu * self.column_weights - point.y * s,
                1.0 - float(point.x.sum()),
                1.0 - float(point.y.sum()),
                0.0,
            )
            step = self._newton(gap, 0.0)
            if step is None:
                return False
            self.point = point.plus(min(1.0, 0.9 * self._boundary(step)), step)
            error = self._error()
            if error < self.stride.accuracy:
                return True
            if not error < 1e3:
                return False
        return False

    def _error(self) -> float:
        r, s = self._losses()
        point = self.point
        return float(
            max(
                np.abs(point.x * r / self.row_weights - point.mu).max(),
                np.abs(point.y * s / self.column_weights - point.mu).max(),
            )
            / point.mu
        )

    def _newton(self, gap: _Point, along: float) -> _Point | None:
        """The step that closes the gaps and moves `along` the tangent (a logarithmic length).

        `gap` holds what is missing from x r, y s, sum x and sum y, in this order. With x
        eliminated the unknowns are dy, du, dv and dmu.
        """
        limits.check()
        self.systems += 1
        point, n = self.point, len(self.point.y)
        x, y = point.x, point.y
        r, s = self._losses()
        slope, missing, drift = x / r, gap.x / r, self.row_weights / r
        turn = self.tangent[0] / x
        weighted = self.b.T * slope
        system = np.empty((n + 3, n + 3))
        np.matmul(weighted, self.a, out=system[:n, :n])
        system[:n, :n] *= -y[:, None]
        system[np.arange(n), np.arange(n)] += s
        system[:n, n], system[:n, n + 1] = y * weighted.sum(axis=1), y
        system[:n, n + 2] = -(self.column_weights + y * (self.b.T @ drift))
        system[n, :n], system[n, n:] = 1.0, 0.0
        system[n + 1, :n] = slope @ self.a
        system[n + 1, n:] = [-float(slope.sum()), 0.0, float(drift.sum())]
        system[n + 2, :n] = (turn * slope) @ self.a + self.tangent[1] / y
        last = float(turn @ drift) + self.tangent[2] / point.mu
        system[n + 2, n:] = [-float(turn @ slope), 0.0, last]
        right = np.empty(n + 3)
        right[:n] = gap.y + y * (self.b.T @ missing)
        right[n:] = [gap.v, gap.u - missing.sum(), along - turn @ missing]
        try:
            solved = np.asarray(np.linalg.solve(system, right), dtype=np.float64)
        except np.linalg.LinAlgError:
            return None
        if not np.isfinite(solved).all():
            return None
        dy: _Vector = solved[:n]
        du, dv, dmu = (float(value) for value in solved[n:])
        return _Point(missing + drift * dmu - slope * (du - self.a @ dy), dy, du, dv, dmu)

    def _supports(self) -> Supports:
        """The actions whose probability exceeds what they fall short of the best payoff."""
        r, s = self._losses()
        return np.flatnonzero(self.point.x > r), np.flatnonzero(self.point.y > s)

    def _solves(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> bool:
        """Whether the supports are those of an equilibrium, in floats."""
        if len(rows) == 0:
            return False
        y = _indifferent(self.a[np.ix_(rows, columns)])
        x = _indifferent(self.b[np.ix_(rows, columns)].T)
        if x is None or y is None or min(x.min(), y.min()) < -_FINEST:
            return False
        row_values, column_values = self.a[:, columns] @ y, x @ self.b[rows]
        return bool(
            row_values.max() < row_values[rows].min() + 1e-9
            and column_values.max() < column_values[columns].min() + 1e-9
        )


def random_weights(size: int, generator: np.random.Generator) -> _Vector:
    """Weights of a player's actions to start a path from."""
    weights: _Vector = generator.exponential(size=size) + 0.5
    weights /= weights.sum()
    return weights


def system_seconds(m: int, n: int) -> float:
    """About how long one of a path's linear systems takes."""
    return 1e-9 * n * n * (m + n)


def _indifferent(payoffs: NDArray[np.float64]) -> _Vector | None:
    """Column weights, adding up to one, that make all rows earn the same."""
    system = payoffs - payoffs[:1]
    system[0] = 1.0
    right = np.zeros(len(payoffs))
    right[0] = 1.0
    try:
        solved: _Vector = np.asarray(np.linalg.solve(system, right), dtype=np.float64)
    except np.linalg.LinAlgError:
        return None
    return solved
