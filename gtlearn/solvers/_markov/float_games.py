"""A discounted Markov game in floats, as a system of equations in flat vectors.

An entry is a legal action of a player in a state; an equation stands for a player in a state. In
the order of the players, then of the states.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gtlearn.games import MarkovGame

_Vector = NDArray[np.float64]

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

    def tables(self, x: _Vector) -> list[_Vector]:
        """A vector of entries as one array a player, (states, actions), zero where not legal."""
        flat = np.zeros(len(self.mask))
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
