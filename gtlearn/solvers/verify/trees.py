"""Behaviour strategies of trees re-checked from the tree alone, node by node."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from gtlearn.errors import InputError
from gtlearn.games import ExtensiveGame
from gtlearn.games.numbers import Number
from gtlearn.limits import check

_LOOK = 4096  # nodes between two looks at the limits
Table = Sequence[Sequence[Number]]


def regrets_and_payoffs(
    game: ExtensiveGame, tables: Sequence[Table]
) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]]:
    """What each player gains by its best deviation, and what it gets, exactly.

    A best response is found information set by information set from the last ones on, each
    action's worth being summed over the nodes of the set by the probabilities with which chance
    and the others lead there. That is right with perfect recall, which is tested.

    Args:
        game: the tree.
        tables: one a player: a vector of exact probabilities at each of its information sets.

    Raises:
        InputError: if a player of the tree has not perfect recall.
        LimitReached: at a limit.
    """
    walk = _Walk(game, tables)
    regrets, payoffs = [], []
    for player in range(game.num_players):
        payoff = walk.payoff(player)
        payoffs.append(payoff)
        regrets.append(walk.best(player) - payoff)
    return tuple(regrets), tuple(payoffs)


class _Walk:
    """The tree as lists, and the probability that each move is made, as integers."""

    def __init__(self, game: ExtensiveGame, tables: Sequence[Table]) -> None:
        self.game = game
        arrays = (game.parent, game.move, game.mover, game.place)
        self.parent, self.move, self.mover, self.place = (a.tolist() for a in arrays)
        drawn = [moves.probabilities for moves in game.chance]
        self._vectors = [*map(_integers, tables), _integers(drawn)]  # the last is chance's

    def payoff(self, player: int) -> Fraction:
        """What the player gets if all play their tables."""
        reach, bottom = self._reach(None)
        numerators = self.game.payoffs[player].numerators.tolist()
        total = self._sum(reach, bottom, numerators)
        return total / self.game.payoffs[player].denominator

    def _sum(
        self, reach: list[int], bottom: list[int], numerators: Sequence[int]
    ) -> Fraction:
        totals: dict[int, int] = {}
        for node, mover in enumerate(self.mover):
            if mover == -2 and reach[node]:
                value = reach[node] * numerators[self.place[node]]
                totals[bottom[node]] = totals.get(bottom[node], 0) + value
        return sum((Fraction(top, low) for low, top in totals.items()), Fraction(0))

    def _reach(self, free: int | None) -> tuple[list[int], list[int]]:
        """The probability of each node, but for the moves of one player."""
        top, bottom = [1] * len(self.parent), [1] * len(self.parent)
        for node in range(1, len(self.parent)):
            if node % _LOOK == 0:
                check()
            before = self.parent[node]
            mover = self.mover[before]
            top[node], bottom[node] = top[before], bottom[before]
            if mover != free:
                tops, low = self._vectors[mover][self.place[before]]
                top[node] *= tops[self.move[node]]
                bottom[node] *= low
        return top, bottom

    def best(self, player: int) -> Fraction:
        """The payoff of a best response."""
        reach, bottom = self._reach(player)
        common = lcm(*set(bottom))
        payoffs = self.game.payoffs[player]
        numerators = payoffs.numerators.tolist()
        sets = self.game.sets[player]
        worth = [[0] * len(known.actions) for known in sets]  # of each action of each set
        above: list[tuple[int, int]] = [(-1, 0)] * len(self.parent)  # its last set and action
        whole = 0  # what no move of its own precedes
        before: list[tuple[int, int] | None] = [None] * len(sets)
        for node, mover in enumerate(self.mover):
            up = self.parent[node]
            if up >= 0:
                own = self.mover[up] == player
                above[node] = (self.place[up], self.move[node]) if own else above[up]
            if mover == player:
                known = before[self.place[node]]
                if known is not None and known != above[node]:
                    raise InputError(f"player {player} of the tree has not perfect recall")
                before[self.place[node]] = above[node]
            elif mover == -2 and reach[node]:
                value = reach[node] * (common // bottom[node]) * numerators[self.place[node]]
                place, action = above[node]
                if place < 0:
                    whole += value
                else:
                    worth[place][action] += value
        for place in range(len(sets) - 1, -1, -1):  # a set is met after those that lead to it
            earlier = before[place]
            if earlier is None:
                continue
            if earlier[0] < 0:
                whole += max(worth[place])
            else:
                worth[earlier[0]][earlier[1]] += max(worth[place])
        return Fraction(whole, common * payoffs.denominator)


def _integers(rows: Table) -> list[tuple[list[int], int]]:
    """Each vector as integers over one denominator."""
    out = []
    for row in rows:
        exact = [Fraction(p) for p in row]
        common = lcm(*(p.denominator for p in exact))
        out.append(([p.numerator * (common // p.denominator) for p in exact], common))
    return out
