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

A discounted game is a system of equations in flat vectors: an entry is a legal action of a player
in a state, an equation stands for a player in a state, in the order of the players, then of the
states.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.games import MarkovGame

_Vector = NDArray[np.float64]

FINEST = 1e-9  # mu at the end of the path
_ACCURACY = 1e-3  # relative to mu w, of points that count as on the path
_CORRECTIONS = 5
MAX_STEPS = 3_000
FIRST_STEP, SMALLEST_STEP = 0.05, 1e-12
TO_BOUNDARY = 0.9  # the share of the way to the boundary of positive variables that a step may go


_LETTERS = "abcdefghijklmnopqrstuvw"  # of the players' actions in einsum; y, z are states


@dataclass(frozen=True, eq=False)
class FloatGame:
    """A discounted game, its payoffs scaled so that all values lie in [0, 1].

    Attributes:
        rewards: one array a player, of shape (states, *actions).
        moves: discount times the transitions, of shape (states, *actions, states).
        legal: one mask a player, of shape (states, actions).
    """

    rewards: tuple[_Vector, ...]
    moves: _Vector
    legal: tuple[NDArray[np.bool_], ...]

    @classmethod
    def of(cls, game: MarkovGame) -> FloatGame:
        """The game in floats; what is not legal is paid nothing and leads nowhere."""
        discount, legal = float(game.discount), game.legal_profiles
        rewards = []
        for array in game.payoffs:
            paid = array.numerators[legal].astype(object)
            low = paid.min()
            floats = np.zeros(legal.shape)
            floats[legal] = (paid - low) / ((paid.max() - low) or 1)  # of any size, exact until now
            rewards.append((1 - discount) * floats)
        moves = np.where(legal[..., None], discount * game.transitions.floats(), 0.0)
        return cls(tuple(rewards), moves, game.legal)

    @cached_property
    def mask(self) -> NDArray[np.bool_]:
        """Which of all players' actions in all states are entries; flat."""
        return np.concatenate([mask.ravel() for mask in self.legal])

    @cached_property
    def owners(self) -> _Vector:
        """Which equation an entry belongs to: zeros and ones, shape (entries, equations)."""
        counts = np.concatenate([mask.sum(axis=1) for mask in self.legal])
        return np.repeat(np.eye(len(counts)), counts, axis=0)

    @property
    def entries(self) -> int:
        """The number of legal actions in all states of all players."""
        return len(self.owners)

    @property
    def equations(self) -> int:
        """The number of players times that of states."""
        return len(self.owners.T)

    def tables(self, x: NDArray[Any]) -> list[NDArray[Any]]:
        """A vector of entries as one array a player, (states, actions), zero where not legal."""
        flat = np.zeros(len(self.mask), dtype=x.dtype)
        flat[self.mask] = x
        ends = np.cumsum([mask.size for mask in self.legal])
        return [
            part.reshape(mask.shape)
            for part, mask in zip(np.split(flat, ends[:-1]), self.legal, strict=True)
        ]

    def slack(self, x: _Vector, values: _Vector, mu: float) -> _Vector:
        """v + mu - q of every entry, where x is played and the values are v; see `tracing`."""
        tables = self.tables(x)
        earned = []
        for player, (payoffs, row) in enumerate(self._worth(values, mu)):
            mean = self._mean(payoffs, tables, (player,))
            earned.append((row[:, None] - mean).ravel())
        return np.concatenate(earned)[self.mask] + mu

    def slack_slopes(
        self, x: _Vector, values: _Vector, mu: float
    ) -> tuple[_Vector, _Vector, _Vector]:
        """The derivatives of `slack` by x, by the values and by mu; one row an entry."""
        tables = self.tables(x)
        by_x, by_values, by_mu = [], [], []
        for player, (payoffs, _) in enumerate(self._worth(values, mu)):
            blocks = [self._slopes(payoffs, tables, player, other) for other in range(len(tables))]
            by_x.append(np.hstack(blocks))
            moves = self._mean(self.moves, tables, (player,))
            by_values.append(self._by_values(moves, player))
            by_mu.append(1.0 + self._mean(self.rewards[player], tables, (player,)).ravel())
        keep = self.mask
        return (
            np.vstack(by_x)[np.ix_(keep, keep)],
            np.vstack(by_values)[keep],
            np.concatenate(by_mu)[keep],
        )

    def _worth(self, values: _Vector, mu: float) -> list[tuple[_Vector, _Vector]]:
        """What joint actions earn, (states, *actions), and the values; one pair a player."""
        rows = values.reshape(len(self.rewards), -1)
        return [
            ((1 - mu) * rewards + self.moves @ row, row)
            for rewards, row in zip(self.rewards, rows, strict=True)
        ]

    def _slopes(self, payoffs: _Vector, tables: list[_Vector], player: int, other: int) -> _Vector:
        """Minus the derivatives of what a player's actions earn by another's probabilities."""
        states, own = tables[player].shape
        out = np.zeros((states, own, *tables[other].shape))
        if player != other:
            everywhere = np.arange(states)
            out[everywhere, :, everywhere, :] = -self._mean(payoffs, tables, (player, other))
        return out.reshape(states * own, -1)

    def _by_values(self, moves: _Vector, player: int) -> _Vector:
        states, own, _ = moves.shape
        out = np.zeros((states, own, len(self.rewards), states))
        out[:, :, player] = np.eye(states)[:, None] - moves
        return out.reshape(states * own, -1)

    def _mean(self, array: _Vector, tables: list[_Vector], kept: tuple[int, ...]) -> _Vector:
        """The expectation over the actions of all players but those `kept`, state by state."""
        players = range(len(tables))
        letters = "".join(_LETTERS[k] for k in players)
        rest = "z" * (array.ndim - len(tables) - 1)
        played = [k for k in players if k not in kept]
        terms = ["y" + letters + rest, *("y" + _LETTERS[k] for k in played)]
        result = "y" + "".join(_LETTERS[k] for k in kept) + rest
        rule = f"{','.join(terms)}->{result}"
        mean: _Vector = np.einsum(rule, array, *(tables[k] for k in played))
        return mean


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
