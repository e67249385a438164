"""The equations of `EnclosureEvidence` where the future is worth nothing, by contraction.

Payoffs are contracted by one player's probabilities after another's, in balls: some m^n products
for n players of m actions, rather than one of n numbers for each profile and derivative.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb, arb_mat, fmpq
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.games import MarkovGame
from gtlearn.solvers._enclosure.krawczyk import Balls

_Row = tuple[int, int]  # a player and a state
_Table = NDArray[Any]  # integers or balls


@dataclass(frozen=True, eq=False)
class Contraction:
    """What is played earns the value; the probabilities of each row sum to one.

    Attributes:
        game: a game whose discount is zero.
        rows: the actions that are played, by player and state.
        probabilities: the unknown of each probability that is not one, by player, state and action.
    """

    game: MarkovGame
    rows: Mapping[_Row, Sequence[int]]
    probabilities: Mapping[tuple[int, int, int], int]

    @cached_property
    def _mixed(self) -> dict[_Row, list[int]]:
        """The unknowns of each row that is not pure."""
        return {
            row: [self.probabilities[*row, action] for action in actions]
            for row, actions in self.rows.items()
            if len(actions) > 1
        }

    @cached_property
    def _payoffs(self) -> dict[_Row, _Table]:
        """By player and state: own actions on the first axis, then those of others who mix."""
        out = {}
        for player, state in self.rows:
            choices = [
                range(size) if k == player else self.rows[k, state]
                for k, size in enumerate(self.game.shape)
            ]
            cut = self.game.payoffs[player].numerators[state][np.ix_(*choices)].astype(object)
            own_first = np.moveaxis(cut, player, 0)
            mixed = [len(self._mixed[k, state]) for k in self._others(player, state)]
            out[player, state] = own_first.reshape([self.game.shape[player], *mixed])
        return out

    def _others(self, player: int, state: int) -> list[int]:
        """The other players who mix in a state."""
        return [
            k for k in range(self.game.num_players) if k != player and (k, state) in self._mixed
        ]

    def _unit(self, player: int) -> arb:
        denominator = self.game.payoffs[player].denominator
        return arb(fmpq(self.game.scale.numerator, self.game.scale.denominator * denominator))

    def _mixture(self, row: _Row, at: Balls) -> _Table:
        return np.array([at[k] for k in self._mixed[row]], dtype=object)

    def excesses(self, row: _Row, at: Balls) -> list[arb]:
        """What each action of a player earns beyond the value of a state."""
        limits.check()
        player, state = row
        earned = self._payoffs[row]
        for k in reversed(self._others(player, state)):
            earned = earned @ self._mixture((k, state), at)
        unit, value = self._unit(player), at[self._value(row)]
        return [number * unit - value for number in earned.tolist()]

    def residual(self, point: Balls) -> list[arb]:
        """See `krawczyk.System`."""
        out = []
        for row, actions in self.rows.items():
            excesses = self.excesses(row, point)
            out += [excesses[action] for action in actions]
        for unknowns in self._mixed.values():
            out.append(sum((point[k] for k in unknowns), arb(-1)))
        return out

    def jacobian(self, point: Balls) -> arb_mat:
        """See `krawczyk.System`."""
        entries: list[list[arb | int]] = []
        for row, actions in self.rows.items():
            player, state = row
            slopes: list[list[arb | int]] = [[0] * len(point) for _ in actions]
            unit, value = self._unit(player), self._value(row)
            mixtures = {k: self._mixture((k, state), point) for k in self._others(player, state)}
            for other, table in _by_other(self._payoffs[row], list(mixtures.items())):
                for slope, action in zip(slopes, actions, strict=True):
                    for unknown, number in zip(
                        self._mixed[other, state], table[action], strict=True
                    ):
                        slope[unknown] = number * unit
            for slope in slopes:
                slope[value] = -1
            entries += slopes
        for unknowns in self._mixed.values():
            entries.append([int(k in unknowns) for k in range(len(point))])
        return arb_mat(entries)

    def _value(self, row: _Row) -> int:
        """The unknown that is the value of a state."""
        return len(self.probabilities) + row[0] * self.game.num_states + row[1]


def _by_other(payoffs: _Table, mixtures: list[tuple[int, _Table]]) -> Iterator[tuple[int, _Table]]:
    """What own actions earn by each other player's, the rest contracted."""
    limits.check()
    if len(mixtures) == 1:
        yield mixtures[0][0], payoffs
    if len(mixtures) < 2:
        return
    half = len(mixtures) // 2
    rest = payoffs
    for _, mixture in reversed(mixtures[half:]):
        rest = rest @ mixture
    yield from _by_other(rest, mixtures[:half])
    rest = payoffs
    for _, mixture in mixtures[:half]:
        rest = np.moveaxis(rest, 1, -1) @ mixture
    yield from _by_other(rest, mixtures[half:])
