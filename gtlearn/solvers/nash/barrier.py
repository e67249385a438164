"""A log-barrier path to one equilibrium, for games whose complementary paths are too long.

Each player's payoff gets a weighted logarithm of its strategy: the perturbed equilibria satisfy
x_i r_i = mu w_i and y_j s_j = mu w_j with r, s the losses of each action (Herings & Peeters 2001;
Harsanyi 1973 is the idea). mu falls from a value at which the weights themselves are the answer.
Newton's method tracks the path; where it turns back, another draw of weights gives another path.
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Supports = tuple[NDArray[np.int64], NDArray[np.int64]]

SHRINK = 0.7  # of mu a step; smaller steps cost more than the restarts they save
CORRECTIONS = 5
FINEST = 1e-12


def barrier_supports(
    row_payoffs: NDArray[np.float64],
    column_payoffs: NDArray[np.float64],
    generator: np.random.Generator,
    deadline: float | None = None,
) -> Supports | None:
    """Supports of a likely equilibrium, to be certified by the caller; None where the path is lost.

    Args:
        row_payoffs, column_payoffs: shape (m, n).
        generator: draws the weights.
        deadline: a `time.monotonic()` moment to give up at.
    """
    scale = max(float(np.ptp(row_payoffs)), float(np.ptp(column_payoffs)))
    if scale == 0:
        return None
    path = _Path(row_payoffs / scale, column_payoffs / scale, generator)
    mu, lost = 3.0, 0
    while mu > FINEST:
        if deadline is not None and time.monotonic() > deadline:
            return None
        lost = 0 if path.correct(mu) else lost + 1
        if lost > 2:
            return None
        if mu < 1e-3:
            supports = path.supports()
            if supports is not None and (mu * SHRINK <= FINEST or path.solves(*supports)):
                return supports
        mu *= SHRINK
    return path.supports(any_size=True)


class _Path:
    """The iterate (x, y, u, v): strategies and best payoffs."""

    def __init__(
        self,
        row_payoffs: NDArray[np.float64],
        column_payoffs: NDArray[np.float64],
        generator: np.random.Generator,
    ) -> None:
        self.a, self.b = row_payoffs, column_payoffs
        m, n = row_payoffs.shape
        self.row_weights = generator.exponential(size=m) + 0.1
        self.column_weights = generator.exponential(size=n) + 0.1
        self.row_weights /= self.row_weights.sum()
        self.column_weights /= self.column_weights.sum()
        self.x, self.y = self.row_weights.copy(), self.column_weights.copy()
        self.u = float((self.a @ self.y).max()) + 3.0
        self.v = float((self.x @ self.b).max()) + 3.0

    def losses(self) -> tuple[Vector, Vector]:
        """r and s: how far each action falls short of the best payoff."""
        return self.u - self.a @ self.y, self.v - self.x @ self.b

    def correct(self, mu: float) -> bool:
        """Newton steps towards the point of the path at mu; False where it is not reached."""
        error = np.inf
        for _ in range(CORRECTIONS):
            step = self._newton(mu)
            if step is None:
                return False
            self._move(*step)
            r, s = self.losses()
            error = max(
                np.abs(self.x * r / self.row_weights - mu).max(),
                np.abs(self.y * s / self.column_weights - mu).max(),
            )
            if error < 0.5 * mu:
                return True
        return bool(error < 10 * mu)

    def _newton(self, mu: float) -> tuple[Vector, Vector, float, float] | None:
        """The Newton direction, with x eliminated: a system of n + 2 unknowns."""
        x, y, n = self.x, self.y, len(self.y)
        r, s = self.losses()
        shift, slope = (mu * self.row_weights - x * r) / r, x / r
        weighted = self.b.T * slope
        system = np.zeros((n + 2, n + 2))
        np.matmul(weighted, self.a, out=system[:n, :n])
        system[:n, :n] *= -y[:, None]
        system[np.arange(n), np.arange(n)] += s
        system[:n, n], system[:n, n + 1] = y * weighted.sum(axis=1), y
        system[n, :n] = 1.0
        system[n + 1, :n], system[n + 1, n] = slope @ self.a, -slope.sum()
        right = np.empty(n + 2)
        right[:n] = mu * self.column_weights - y * s + y * (self.b.T @ shift)
        right[n], right[n + 1] = 1.0 - y.sum(), 1.0 - x.sum() - shift.sum()
        try:
            solved = np.linalg.solve(system, right)
        except np.linalg.LinAlgError:
            return None
        dy, du, dv = solved[:n], float(solved[n]), float(solved[n + 1])
        dx = shift + slope * (self.a @ dy) - slope * du
        return (dx, dy, du, dv) if np.isfinite(solved).all() else None

    def _move(self, dx: Vector, dy: Vector, du: float, dv: float) -> None:
        """Steps along the direction, at most nine tenths of the way to the boundary."""
        r, s = self.losses()
        changes = ((self.x, dx), (self.y, dy), (r, du - self.a @ dy), (s, dv - dx @ self.b))
        with np.errstate(divide="ignore", invalid="ignore"):
            limits = [np.where(d < 0, -z / d, np.inf).min() for z, d in changes]
        length = min(1.0, 0.9 * min(limits))
        self.x, self.y = self.x + length * dx, self.y + length * dy
        self.u, self.v = self.u + length * du, self.v + length * dv

    def supports(self, *, any_size: bool = False) -> Supports | None:
        """The actions whose probability exceeds their loss, if equally many a player."""
        r, s = self.losses()
        rows, columns = np.flatnonzero(self.x > r), np.flatnonzero(self.y > s)
        if len(rows) == 0 or len(columns) == 0:
            return None
        return (rows, columns) if any_size or len(rows) == len(columns) else None

    def solves(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> bool:
        """Whether the supports look like an equilibrium in floats."""
        y = _indifferent(self.a[np.ix_(rows, columns)])
        x = _indifferent(self.b[np.ix_(rows, columns)].T)
        if x is None or y is None or min(x.min(), y.min()) < -FINEST:
            return False
        row_values = self.a[:, columns] @ y
        column_values = x @ self.b[rows]
        return bool(
            row_values.max() < row_values[rows].min() + 1e-9
            and column_values.max() < column_values[columns].min() + 1e-9
        )


def _indifferent(payoffs: NDArray[np.float64]) -> Vector | None:
    """Column weights, adding up to one, that make all rows earn the same."""
    system = payoffs - payoffs[:1]
    system[0] = 1.0
    right = np.zeros(len(payoffs))
    right[0] = 1.0
    try:
        return np.linalg.solve(system, right)
    except np.linalg.LinAlgError:
        return None
