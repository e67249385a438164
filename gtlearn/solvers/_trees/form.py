"""The sequence form of a two-player tree (von Stengel 1996): plans, payoffs, best responses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from gtlearn.games.kinds.extensive import ExtensiveGame, Sequences
from gtlearn.solvers._linear.sparse_system import exact_product, long_matrix
from gtlearn.solvers.outcomes import Strategy, Table, pure

_EXACT = 2**53  # integers below it are doubles

Plan = tuple[list[int], int]  # numerators of a realisation plan, and their denominator


@dataclass(frozen=True, eq=False)
class SequenceForm:
    """Chance times payoff at each pair of sequences, as integers over one denominator a player.

    Attributes:
        game: two players with perfect recall.
        sequences: each player's.
    """

    game: ExtensiveGame
    sequences: tuple[Sequences, Sequences]

    @cached_property
    def _weights(self) -> tuple[tuple[Any, int], ...]:
        """Each player's chance times payoff at each leaf: integers and their denominator."""
        reach = self.game.chance_reach
        out = []
        for payoffs in self.game.payoffs:
            tops = [
                a * b
                for a, b in zip(reach.numerators.tolist(), payoffs.numerators.tolist(), strict=True)
            ]
            common = math.gcd(*tops) or 1
            bottom = reach.denominator * payoffs.denominator
            common = math.gcd(common, bottom)
            out.append(([t // common for t in tops], bottom // common))
        return tuple(out)

    def denominator(self, player: int) -> int:
        """What the entries of `matrices` are divided by."""
        return self._weights[player][1]

    @cached_property
    def is_small(self) -> bool:
        """Whether sums of entries are exact in doubles."""
        return all(sum(map(abs, tops)) < _EXACT for tops, _ in self._weights)

    @cached_property
    def matrices(self) -> tuple[Any, Any]:
        """Each player's (sequences of player 0, sequences of player 1), sparse: scipy's of int64
        where entries are small, else `LongMatrix`."""
        return self._matrix(0), self._matrix(1)

    def _matrix(self, player: int) -> Any:
        first, second = self.game.leaf_sequences
        shape = (self.sequences[0].size, self.sequences[1].size)
        tops = self._weights[player][0]
        if not self.is_small:
            return long_matrix(first.tolist(), second.tolist(), tops, shape)
        from scipy.sparse import csr_array

        return csr_array((np.array(tops, dtype=np.int64), (first, second)), shape=shape)

    def floats(self, player: int) -> Any:
        """The player's payoffs in floats, with its own sequences as rows."""
        from scipy.sparse import csr_array

        entries = self.game.chance_reach.floats() * self.game.payoffs[player].floats()
        own, other = self.game.leaf_sequences[[player, 1 - player]]
        shape = (self.sequences[player].size, self.sequences[1 - player].size)
        return csr_array((entries, (own, other)), shape=shape)

    def rows_of(self, player: int) -> Any:
        """The player's matrix with its own sequences as rows."""
        return self._rows[player]

    @cached_property
    def _rows(self) -> tuple[Any, Any]:
        first, second = self.matrices
        return first, second.T.tocsr() if self.is_small else second.transposed()


def num_plans(own: Sequences) -> int:
    """How many plans a player has that differ where its own moves lead: the strategies of the
    reduced normal form."""
    ways, first, before = [1] * own.size, own.first.tolist(), own.before.tolist()
    for place in range(own.num_sets - 1, -1, -1):
        ways[before[place]] *= sum(ways[first[place] : first[place + 1]])
    return ways[0]


def form_of(game: ExtensiveGame) -> SequenceForm:
    """The sequence form.

    Raises:
        InputError: if a player has not perfect recall.
    """
    return SequenceForm(game, (game.sequences(0), game.sequences(1)))


@dataclass(frozen=True)
class PlanResponse:
    """What a player's best response to the others earns, in exact numbers.

    Attributes:
        value: its payoff.
        worth: (sequences,), what each sequence earns from there on, over `denominator`, weighted
            by the others' and chance's reach.
        denominator: a positive integer.
    """

    value: Fraction
    worth: list[int]
    denominator: int


def best_response(form: SequenceForm, player: int, other: Plan) -> PlanResponse:
    """A player's best response to the other's plan."""
    total = best_worth(form.sequences[player], worth_against(form, player, other))
    denominator = form.denominator(player) * other[1]
    return PlanResponse(Fraction(total[0], denominator), total, denominator)


def best_worth(own: Sequences, worth: list[int]) -> list[int]:
    """What each sequence is worth with the best that follows, from what each is by itself."""
    total = list(worth)
    first, before = own.first.tolist(), own.before.tolist()
    for place in range(own.num_sets - 1, -1, -1):  # those that follow are numbered higher
        total[before[place]] += max(total[first[place] : first[place + 1]])
    return total


def worth_against(form: SequenceForm, player: int, other: Plan) -> list[int]:
    """What each of a player's sequences is worth by itself (without what follows) against the
    other's plan, as integers over `form.denominator(player)` times the plan's denominator."""
    return exact_product(form.rows_of(player), other[0])


def payoff_of(form: SequenceForm, player: int, plans: tuple[Plan, Plan]) -> Fraction:
    """What a player gets, exactly."""
    return paid(form, player, plans, worth_against(form, player, plans[1 - player]))


def paid(
    form: SequenceForm, player: int, plans: tuple[Plan, Plan], worth: Sequence[int]
) -> Fraction:
    """The same from what each of the player's sequences is worth by itself."""
    own, denominator = plans[player]
    total = sum(x * w for x, w in zip(own, worth, strict=True) if x and w)
    return Fraction(total, denominator * plans[1 - player][1] * form.denominator(player))


def plan_of(own: Sequences, table: Table) -> Plan:
    """The realisation plan of a behaviour strategy, one vector of exact numbers a set."""
    tops, bottoms = [1] * own.size, [1] * own.size
    before = own.before.tolist()
    for place, (start, vector) in enumerate(zip(own.first.tolist(), table, strict=False)):
        top, bottom = tops[before[place]], bottoms[before[place]]
        for k, p in enumerate((Fraction(p) for p in vector), start=start):
            tops[k], bottoms[k] = top * p.numerator, bottom * p.denominator
    common = math.lcm(*set(bottoms))
    return [t * (common // b) for t, b in zip(tops, bottoms, strict=True)], common


def plan_of_units(own: Sequences, units: Sequence[int], bits: int) -> Plan:
    """The realisation plan of a behaviour strategy in units of 2**-bits.

    Args:
        own: the player's sequences.
        units: (sequences - 1,), of all but sequence 0.
        bits: of a unit.
    """
    whole = 1 << bits * len(own.levels)  # so that each own move takes away as many bits
    plan = [whole] * own.size
    for k, (before, unit) in enumerate(zip(own.parent[1:].tolist(), units, strict=True), start=1):
        plan[k] = plan[before] * unit >> bits
    return plan, whole


def behaviour_of(form: SequenceForm, player: int, plans: tuple[Plan, Plan]) -> Table:
    """A behaviour strategy that plays a plan, complete: where the plan does not go, it is a best
    response to the other's plan, uniform among ties."""
    own, plan = form.sequences[player], plans[player][0]
    worth = best_response(form, player, plans[1 - player]).worth
    first, before = own.first.tolist(), own.before.tolist()
    rows: list[Strategy] = []
    for place in range(own.num_sets):
        reach = plan[before[place]]
        weights = plan[first[place] : first[place + 1]]
        if not reach:
            values = worth[first[place] : first[place + 1]]
            most = max(values)
            weights = [int(value == most) for value in values]
            reach = sum(weights)
        if reach in weights:
            rows.append(pure(len(weights), weights.index(reach)))
        else:
            rows.append(tuple(Fraction(weight, reach) for weight in weights))
    return tuple(rows)
