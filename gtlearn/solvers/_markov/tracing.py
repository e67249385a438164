"""A path to a stationary equilibrium of a discounted game, in floats.

Each player's payoff r gets a weighted logarithm of its strategy in every state. In the equilibria
of the perturbed game each probability x, the value v of the state and what the action earns,

    q = (1 - mu) r + discount * sum over t of p(t) v(t),

satisfy x (v + mu - q) = mu w, and the probabilities of a state add up to one. At mu = 1 they are
the weights w themselves, and all values are zero; from there a path leads to an equilibrium at
mu = 0 (Herings & Peeters 2004, Stationary equilibria in stochastic games; Eibelshaeuser,
Klockmann, Poensgen & von Schenk 2023, The logarithmic stochastic tracing procedure). It may turn
back in mu, so it is followed by arc length (Allgower & Georg 1990, chapter 6): along the tangent,
then by Newton steps at right angles to it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.solvers._markov.float_games import FloatGame

_Vector = NDArray[np.float64]

FINEST = 1e-9  # mu at the end of the path
_ACCURACY = 1e-3  # relative to mu w, of points that count as on the path
_CORRECTIONS = 5
MAX_STEPS = 3_000
FIRST_STEP, SMALLEST_STEP = 0.05, 1e-12
TO_BOUNDARY = 0.9  # the share of the way to the boundary of positive variables that a step may go


def traced(game: FloatGame, weights: _Vector) -> tuple[_Vector, _Vector] | None:
    """The end of the path that starts at the weights, very near an equilibrium.

    Args:
        game: the game.
        weights: positive, one an entry of `game.legal`; those of one player and state add up to 1.

    Returns:
        The probabilities, one an entry, and the values, one an equation; None where the path is
        lost.

    Raises:
        LimitReached: at a limit.
    """
    size = game.entries
    limits.require(8 * 6 * (size + game.equations + 1) ** 2)
    point = np.concatenate([weights, np.zeros(game.equations), [1.0]])
    direction = np.zeros_like(point)
    direction[-1] = -1.0  # towards smaller mu
    step = FIRST_STEP
    for _ in range(MAX_STEPS):
        limits.check()
        if point[-1] <= FINEST:
            return point[:size], point[size:-1]
        tangent = _tangent(game, point, direction, weights)
        if tangent is None:
            return None
        direction = tangent
        moved = _corrected(
            game, point, min(step, _room(point, direction, size)), direction, weights
        )
        if moved is None:
            step /= 2
            if step < SMALLEST_STEP:
                return None
            continue
        point, corrections = moved
        if point[-1] > 1:
            return None
        if corrections <= 2:
            step *= 2
    return None


def _residual(game: FloatGame, point: _Vector, weights: _Vector) -> _Vector:
    size = game.entries
    x, values, mu = point[:size], point[size:-1], point[-1]
    return np.concatenate([x * game.slack(x, values, mu) - mu * weights, game.owners.T @ x - 1.0])


def _jacobian(game: FloatGame, point: _Vector, weights: _Vector) -> _Vector:
    """The derivatives of `_residual`, one row an equation."""
    size = game.entries
    x, values, mu = point[:size], point[size:-1], point[-1]
    by_x, by_values, by_mu = game.slack_slopes(x, values, mu)
    top = np.column_stack([x[:, None] * by_x, x[:, None] * by_values, x * by_mu - weights])
    top[np.arange(size), np.arange(size)] += game.slack(x, values, mu)
    bottom = np.column_stack([game.owners.T, np.zeros((game.equations, game.equations + 1))])
    return np.vstack([top, bottom])


def _tangent(
    game: FloatGame, point: _Vector, direction: _Vector, weights: _Vector
) -> _Vector | None:
    """The unit tangent of the path that leads on in `direction`."""
    system = np.vstack([_jacobian(game, point, weights), direction])
    right = np.zeros(len(point))
    right[-1] = 1.0
    try:
        tangent: _Vector = np.asarray(np.linalg.solve(system, right), dtype=np.float64)
    except np.linalg.LinAlgError:
        return None
    tangent /= np.linalg.norm(tangent)
    return tangent if np.isfinite(tangent).all() else None


def _room(point: _Vector, direction: _Vector, size: int) -> float:
    """How long a step may be so that probabilities and mu stay positive."""
    positive, change = np.r_[point[:size], point[-1]], np.r_[direction[:size], direction[-1]]
    falling = change < 0
    if not falling.any():
        return np.inf
    return TO_BOUNDARY * float((positive[falling] / -change[falling]).min())


def _corrected(
    game: FloatGame, point: _Vector, step: float, direction: _Vector, weights: _Vector
) -> tuple[_Vector, int] | None:
    """The point of the path a step ahead, and the number of Newton steps that it took."""
    size = game.entries
    ahead = point + step * direction
    for done in range(_CORRECTIONS + 1):
        residual = _residual(game, ahead, weights)
        if min(ahead[:size].min(), ahead[-1]) <= 0 or not np.isfinite(residual).all():
            return None
        near = np.abs(residual[:size]) <= _ACCURACY * ahead[-1] * weights
        if near.all() and np.abs(residual[size:]).max() <= 1e-12:
            return ahead, done
        system = np.vstack([_jacobian(game, ahead, weights), direction])
        try:
            ahead = ahead - np.linalg.solve(system, np.append(residual, 0.0))
        except np.linalg.LinAlgError:
            return None
    return None
