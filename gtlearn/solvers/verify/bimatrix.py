"""The bimatrix game that a game is, where no more than two of its players have a choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray

from gtlearn.games import NormalFormGame
from gtlearn.solvers.verify.dummies import of_two

Exact = tuple[Fraction, ...]  # a strategy
Pair = tuple[Exact, Exact]  # one strategy of each side


@dataclass(frozen=True)
class Bimatrix:
    """Two players' payoffs as positive integers; best responses are those of the game.

    Attributes:
        players: the two players' indices in the game.
        rows: payoffs of the first, shape (m, n).
        columns: payoffs of the second, shape (m, n).
        sizes: the number of actions of every player of the game.
    """

    players: tuple[int, int]
    rows: NDArray[Any]
    columns: NDArray[Any]
    sizes: tuple[int, ...]

    @classmethod
    def of(cls, game: NormalFormGame) -> Bimatrix | None:
        """The bimatrix game, None where more than two players have a choice."""
        found = of_two(game)
        if found is None:
            return None
        players, smaller = found
        rows, columns = (_positive(tensor.numerators) for tensor in smaller.payoffs)
        return cls(players, rows, columns, game.shape)

    def pair(self, strategies: Sequence[Sequence[Any]]) -> Pair:
        """The strategies of the two, exactly."""
        first, second = (tuple(Fraction(p) for p in strategies[player]) for player in self.players)
        return first, second

    def profile(self, pair: Sequence[Sequence[Any]]) -> tuple[Any, ...]:
        """One strategy for every player of the game."""
        strategies: list[Any] = [(Fraction(1),)] * len(self.sizes)
        for player, strategy in zip(self.players, pair, strict=True):
            strategies[player] = strategy
        return tuple(strategies)

    def best(self, pair: Pair) -> tuple[list[int], list[int]]:
        """Each side's best responses to the other's strategy."""
        first, second = pair
        return _largest(self.rows, second), _largest(self.columns.T, first)


def support(strategy: Exact) -> list[int]:
    """The actions that are played."""
    return [k for k, p in enumerate(strategy) if p]


def placed(values: Sequence[Fraction], places: Sequence[int], size: int) -> Exact:
    """The strategy over all actions that has the values at some places, and zeros elsewhere."""
    out = [Fraction(0)] * size
    for place, value in zip(places, values, strict=True):
        out[place] = value
    return tuple(out)


def integers(matrix: NDArray[Any]) -> flint.fmpz_mat:
    """The matrix in python-flint's integers."""
    rows, columns = matrix.shape
    return flint.fmpz_mat(rows, columns, [int(v) for v in matrix.ravel()])


def _positive(payoffs: NDArray[Any]) -> NDArray[Any]:
    """The payoffs, shifted so that the least is one; objects where an integer could overflow."""
    least, largest = int(payoffs.min()), int(payoffs.max())
    kind = np.int64 if max(abs(least), abs(largest)) < 2**60 else object
    shifted: NDArray[Any] = payoffs.astype(kind) - (least - 1)
    return shifted


def _largest(payoffs: NDArray[Any], strategy: Exact) -> list[int]:
    """The rows that earn most against a mix of the columns."""
    played = support(strategy)
    common = flint.fmpz(1)
    for k in played:
        common = common.lcm(strategy[k].denominator)
    weights = [int(strategy[k].numerator * (common // strategy[k].denominator)) for k in played]
    values = (payoffs[:, played] @ np.array(weights, dtype=object)).tolist()
    top = max(values)
    return [k for k, value in enumerate(values) if value == top]
