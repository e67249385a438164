"""What actions earn against mixed strategies in intervals, and its derivatives, in integers.

Payoffs are contracted by one player's probabilities after another's, so that a game of n players
of m actions takes some m^n products rather than n m^n. Each number is m ± r, and

    (m ± r)(p ± q) lies in mp ± (|m| q + r (|p| + q)),

where all four are integers over a common denominator, so that nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.games import MarkovGame
from gtlearn.limits import check
from gtlearn.solvers.enclosures import Enclosure

_Integers = NDArray[Any]  # Python integers


@dataclass(frozen=True, eq=False)
class Spread:
    """Numbers within a radius of their midpoints.

    Attributes:
        middle: the midpoints' numerators.
        radius: the radii's.
        denominator: of all of them.
    """

    middle: _Integers
    radius: _Integers
    denominator: int

    def times(self, weights: Spread, axis: int) -> Spread:
        """The sum along an axis of the numbers times weights."""
        middle, radius = (np.moveaxis(a, axis, -1) for a in (self.middle, self.radius))
        wide = np.abs(weights.middle) + weights.radius
        return Spread(
            middle @ weights.middle,
            np.abs(middle) @ weights.radius + radius @ wide,
            self.denominator * weights.denominator,
        )


def spread(numbers: Sequence[Enclosure]) -> Spread:
    """Enclosed numbers over their common denominator."""
    denominator = lcm(*(int(part.denominator) for n in numbers for part in (n.mid, n.radius)))
    return Spread(
        _over(denominator, [n.mid for n in numbers]),
        _over(denominator, [n.radius for n in numbers]),
        denominator,
    )


def _over(denominator: int, values: Sequence[Fraction]) -> _Integers:
    out = np.empty(len(values), dtype=object)
    out[:] = [int(v.numerator) * (denominator // int(v.denominator)) for v in values]
    return out


@dataclass(frozen=True, eq=False)
class Earnings:
    """What the actions of a player earn in a state.

    Attributes:
        earned: by each own action.
        by_other: by each own action and each action that another player mixes, the rest contracted.
        mixed: what those players mix.
    """

    earned: Spread
    by_other: Mapping[int, Spread]
    mixed: Mapping[int, Sequence[int]]


def contractions(
    game: MarkovGame, played: Mapping[tuple[int, int, int], Enclosure | None]
) -> dict[tuple[int, int], Earnings]:
    """What actions earn in one step, by player and state.

    Args:
        game: the game.
        played: the probability of each action that is played, by player, state and action; None
            where it is one.
    """
    rows: dict[tuple[int, int], list[int]] = {}
    for player, state, action in played:
        rows.setdefault((player, state), []).append(action)
    mixtures: dict[tuple[int, int], Spread] = {}
    for row, actions in rows.items():
        enclosed = [p for action in actions if (p := played[*row, action]) is not None]
        if enclosed:
            mixtures[row] = spread(enclosed)
    out = {}
    for player, state in rows:
        others = [k for k in range(game.num_players) if k != player and (k, state) in mixtures]
        choices = [
            range(size) if k == player else rows[k, state] for k, size in enumerate(game.shape)
        ]
        earned = _cut(game, player, state, choices, others)
        by_other = dict(_contracted(earned, [(k, mixtures[k, state]) for k in others]))
        if others:
            earned = by_other[others[0]].times(mixtures[others[0], state], -1)
        mixed = {k: rows[k, state] for k in others}
        out[player, state] = Earnings(earned, by_other, mixed)
    return out


def _cut(
    game: MarkovGame,
    player: int,
    state: int,
    choices: Sequence[Sequence[int]],
    others: Sequence[int],
) -> Spread:
    """Payoffs of own actions, on the first axis, against what the others who mix may play."""
    array, scale = game.payoffs[player], Fraction(game.scale)
    cut = array.numerators[state][np.ix_(*choices)].astype(object)
    shape = [game.shape[player], *(len(choices[k]) for k in others)]
    middle = np.moveaxis(cut, player, 0).reshape(shape) * int(scale.numerator)
    return Spread(middle, middle * 0, int(array.denominator) * int(scale.denominator))


def _contracted(
    payoffs: Spread, mixtures: list[tuple[int, Spread]]
) -> Iterator[tuple[int, Spread]]:
    """What own actions earn by each other player's, the rest contracted."""
    check()
    if len(mixtures) == 1:
        yield mixtures[0][0], payoffs
    if len(mixtures) < 2:
        return
    half = len(mixtures) // 2
    first, last = mixtures[:half], mixtures[half:]
    rest = payoffs
    for _, weights in reversed(last):
        rest = rest.times(weights, -1)
    yield from _contracted(rest, first)
    rest = payoffs
    for _, weights in first:
        rest = rest.times(weights, 1)
    yield from _contracted(rest, last)
