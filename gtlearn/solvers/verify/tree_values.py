"""What strategies of a tree pay and what deviations gain, from its leaves alone, exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import Any

import numpy as np

from gtlearn.games import ExtensiveGame, MergedGame
from gtlearn.games.numbers import Number
from gtlearn.limits import check
from gtlearn.solvers.verify.merged import gains_by_state, payoffs_in_states, regrets_in_states

_LOOK = 4096  # nodes between two looks at the limits
_SAFE_BITS = 62
_LEAF = -2  # who moves at a leaf

TableRows = Sequence[Sequence[Number]]  # a vector of probabilities at each information set


def regrets_and_payoffs(
    game: ExtensiveGame | MergedGame, tables: Sequence[TableRows]
) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]]:
    """What each player gains by its best deviation, and what it gets, exactly.

    A best response is found information set by information set from the last ones on, each
    action's worth being summed over the leaves by the probabilities with which chance and the
    others lead there. That is right with perfect recall, which is tested.

    Args:
        game: the tree, or its merged states.
        tables: one a player: a vector of exact probabilities at each of its information sets.

    Raises:
        InputError: if a player of the tree has not perfect recall.
        LimitReached: at a limit.
    """
    if isinstance(game, MergedGame):
        gains, _, got = regrets_in_states(game, tables)
        return gains, got
    plans = [played_plan(game.sequences(k), table) for k, table in enumerate(tables)]
    regrets, payoffs = [], []
    for player, (played, low) in enumerate(plans):
        worth, bottom = sequence_worth(game, player, plans)
        paid = sum(p * w for p, w in zip(played, worth, strict=True) if p and w)
        payoffs.append(Fraction(paid, bottom * low))
        add_best(game.sequences(player), worth)
        regrets.append(Fraction(worth[0], bottom) - payoffs[-1])
    return tuple(regrets), tuple(payoffs)


def played_plan(own: Any, table: TableRows) -> tuple[list[int], int]:
    """The probability of each sequence if the others play towards it: integers over one number."""
    plan: list[Any] = [Fraction(1)] + [Fraction(0)] * (own.size - 1)
    first, before = own.first.tolist(), own.before.tolist()
    for place, row in enumerate(table):
        if place % _LOOK == 0:
            check()
        reach = plan[before[place]]
        if reach:
            plan[first[place] : first[place + 1]] = [reach * p for p in row]
    bottom = lcm(*{p.denominator for p in plan})
    return [p.numerator * (bottom // p.denominator) for p in plan], bottom


def sequence_worth(
    game: ExtensiveGame, player: int, plans: Sequence[tuple[list[int], int]]
) -> tuple[list[int], int]:
    """What each of a player's sequences earns at the leaves that no own move comes before, weighted
    by the probabilities of chance's and the others' moves: integers over one number."""
    chance, paid = game.chance_reach, game.payoffs[player]
    weights, bottom = chance.numerators, chance.denominator * paid.denominator
    if chance.bits + paid.bits > _SAFE_BITS:
        weights = weights.astype(object)
    weights = weights * paid.numerators
    for other, (tops, low) in enumerate(plans):
        if other != player:
            check()
            weights = weights * np.array(tops, dtype=object)[game.leaf_sequences[other]]
            bottom *= low
    totals = [0] * game.sequences(player).size
    for sequence, weight in zip(
        game.leaf_sequences[player].tolist(), weights.tolist(), strict=True
    ):
        if weight:
            totals[sequence] += weight
    return totals, bottom


def add_best(own: Any, worth: list[Any]) -> None:
    """Adds to each sequence's worth what a best response earns after it."""
    first, before = own.first.tolist(), own.before.tolist()
    for place in range(own.num_sets - 1, -1, -1):  # a set is met after those that lead to it
        worth[before[place]] += max(worth[first[place] : first[place + 1]])


@dataclass(frozen=True)
class GainsBySet:
    """What a player gains by playing otherwise, information set by information set.

    Attributes:
        gains: what it gains where it changes the strategy at this set alone, weighted by the
            probability with which chance and the others lead there: the immediate counterfactual
            regret (Zinkevich et al. 2007, Equation 7), of which the positive ones sum to the
            player's regret at least (Theorem 3).
        best: a best response: which action it plays at each set.
    """

    gains: tuple[Fraction, ...]
    best: tuple[int, ...]


def gains_by_set(game: ExtensiveGame, tables: Sequence[TableRows]) -> tuple[GainsBySet, ...]:
    """Each player's gains at its information sets, exactly.

    Args:
        game: the tree.
        tables: as of `regrets_and_payoffs`.

    Raises:
        InputError: if a player of the tree has not perfect recall.
        LimitReached: at a limit.
    """
    plans = [played_plan(game.sequences(k), table) for k, table in enumerate(tables)]
    return tuple(_gains_of(game, player, plans, table) for player, table in enumerate(tables))


def _gains_of(
    game: ExtensiveGame, player: int, plans: Sequence[tuple[list[int], int]], table: TableRows
) -> GainsBySet:
    own = game.sequences(player)
    first, before = own.first.tolist(), own.before.tolist()
    best, bottom = sequence_worth(game, player, plans)
    played: list[Any] = [Fraction(worth, bottom) for worth in best]
    add_best(own, best)
    gains = [Fraction(0)] * own.num_sets
    for place in range(own.num_sets - 1, -1, -1):
        if place % _LOOK == 0:
            check()
        values = played[first[place] : first[place + 1]]
        mean = sum(p * v for p, v in zip(table[place], values, strict=True) if p)
        gains[place] = max(values) - mean
        played[before[place]] += mean
    actions = (best[start:end] for start, end in pairwise(first))
    return GainsBySet(tuple(gains), tuple(values.index(max(values)) for values in actions))


def values_of(
    game: ExtensiveGame | MergedGame, tables: Sequence[TableRows]
) -> list[tuple[Fraction, ...]]:
    """What each player gets from each node on."""
    if isinstance(game, MergedGame):
        return payoffs_in_states(game, tables)
    vectors = [*tables, [moves.probabilities for moves in game.chance]]
    leaves = list(zip(*(p.fractions().tolist() for p in game.payoffs), strict=True))
    values: list[Any] = [[Fraction(0)] * game.num_players for _ in range(game.num_nodes)]
    rows = list(zip(*(a.tolist() for a in (game.parent, game.move)), strict=True))
    for node in range(game.num_nodes - 1, -1, -1):
        if node % _LOOK == 0:
            check()
        if game.mover[node] == _LEAF:
            values[node] = leaves[int(game.place[node])]
        before, move = rows[node]
        if before >= 0:
            p = Fraction(vectors[int(game.mover[before])][int(game.place[before])][move])
            if p:
                pairs = zip(values[before], values[node], strict=True)
                values[before] = [total + p * value for total, value in pairs]
    return [tuple(value) for value in values]


def regrets_in_subgames(
    game: ExtensiveGame | MergedGame, tables: Sequence[TableRows]
) -> tuple[Fraction, ...]:
    """The most that each player could gain in any subgame, exactly.

    A subgame begins where no information set has nodes both below and elsewhere (Selten 1965); a
    best response there is one in each smaller subgame, too.

    Raises:
        InputError: if a player has not perfect recall.
        LimitReached: at a limit.
    """
    if isinstance(game, MergedGame):
        return regrets_in_states(game, tables)[1]
    gains = gains_by_subgame(game, tables).values()
    return tuple(max(own, default=Fraction(0)) for own in zip(*gains, strict=True))


def gains_by_subgame(
    game: ExtensiveGame | MergedGame, tables: Sequence[TableRows]
) -> dict[int, tuple[Fraction, ...]]:
    """What each player could gain in each subgame, by the node or merged state at which it begins.

    Raises:
        InputError: if a player has not perfect recall.
        LimitReached: at a limit.
    """
    if isinstance(game, MergedGame):
        return gains_by_state(game, tables)
    values, (roots, _) = values_of(game, tables), subgames_of(game)
    best = [
        _best_in_subgames(game, tables, player, set(roots)) for player in range(game.num_players)
    ]
    return {
        root: tuple(own[root] - value for own, value in zip(best, values[root], strict=True))
        for root in roots
    }


def subgames_of(game: ExtensiveGame) -> tuple[list[int], list[int]]:
    """The nodes at which subgames begin, the last first, and for each node one more than the last
    node below it."""
    count, mover, place = game.num_nodes, game.mover.tolist(), game.place.tolist()
    spans: dict[tuple[int, int], list[int]] = {}
    for node in range(count):
        if mover[node] >= 0:
            spans.setdefault((mover[node], place[node]), []).append(node)
    low, high, end = list(range(count)), list(range(count)), list(range(1, count + 1))
    for nodes in spans.values():
        for node in nodes:
            low[node], high[node] = nodes[0], nodes[-1]
    roots = []
    for node in range(count - 1, -1, -1):
        if mover[node] != _LEAF and low[node] >= node and high[node] < end[node]:
            roots.append(node)
        before = int(game.parent[node])
        if before >= 0:
            low[before] = min(low[before], low[node])
            high[before] = max(high[before], high[node])
            end[before] = max(end[before], end[node])
    return roots, end


def _best_in_subgames(
    game: ExtensiveGame, tables: Sequence[TableRows], player: int, roots: set[int]
) -> dict[int, Fraction]:
    """What a best response earns in each subgame, by its root.

    Probabilities and own moves count from the root of the smallest subgame around a node. A
    sequence of own moves there has its number; that of none has -1 - root.
    """
    first = game.sequences(player).first.tolist()
    vectors = [*tables, [moves.probabilities for moves in game.chance]]
    arrays = (game.parent, game.move, game.mover, game.place)
    rows = list(zip(*(a.tolist() for a in arrays), strict=True))
    at: list[Any] = [(Fraction(1), -1)] * len(rows)  # probability and own sequence
    outside: dict[int, tuple[Fraction, int]] = {}  # the same at roots, in the subgame around
    opening: dict[int, int] = {}  # the first node of each information set
    for node, (before, move, mover, place) in enumerate(rows):
        if node:
            reach, own = at[before]
            _, _, by, where = rows[before]
            if by == player:
                own = first[where] + move
            elif reach:
                reach = reach * vectors[by][where][move]
            at[node] = reach, own
        if node in roots:
            outside[node], at[node] = at[node], (Fraction(1), -1 - node)
        if mover == player:
            opening.setdefault(place, node)
    worth: dict[int, Fraction] = defaultdict(Fraction)
    best: dict[int, Fraction] = {}
    for node in range(len(rows) - 1, -1, -1):  # all that is below a set comes after its first node
        if node % _LOOK == 0:
            check()
        reach, own = at[node]
        _, _, mover, place = rows[node]
        if mover == _LEAF and reach:
            worth[own] += reach * game.payoffs[player][place]
        elif mover == player and opening[place] == node:
            worth[own] += max(worth[k] for k in range(first[place], first[place + 1]))
        if node in roots:
            best[node] = worth[own]
            reach, own = outside[node]
            if node and reach:
                worth[own] += reach * best[node]
    return best
