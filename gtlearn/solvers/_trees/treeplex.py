"""A player's sequences in floats, level by level, so that numpy works on many sets at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtlearn.games.kinds.extensive import Sequences

Floats = NDArray[np.float64]
_Integers = NDArray[np.int64]


@dataclass(frozen=True)
class _Level:
    """The information sets that so many own moves lead to, sorted by the last of these.

    Attributes:
        moves: where the sequences of their actions stand.
        sets: where the sets stand.
        starts: where each set's actions begin within the level.
        before: (actions,), the sequence that leads to the set of each.
        parents: the sequences that lead to some of the sets.
        groups: where the sets of each of them begin within the level.
    """

    moves: slice
    sets: slice
    starts: _Integers
    before: _Integers
    parents: _Integers
    groups: _Integers


class Treeplex:
    """A player's strategies (Hoda, Gilpin, Pena & Sandholm 2010) in arrays sorted by level.

    Args:
        own: the player's sequences.
    """

    def __init__(self, own: Sequences) -> None:
        self.size = own.size
        self.position = np.zeros(own.size, dtype=np.int64)  # where each sequence stands here
        self.levels: list[_Level] = []
        sizes = np.diff(own.first)
        moves, sets, order = 1, 0, [np.zeros(0, dtype=np.int64)]
        for places in own.levels:
            places = places[np.argsort(self.position[own.before[places]], kind="stable")]
            level = _level(self.position[own.before[places]], sizes[places], moves, sets)
            old = np.repeat(own.first[places] - level.starts, sizes[places])
            self.position[old + np.arange(len(level.before))] = np.arange(
                moves, moves + len(level.before)
            )
            self.levels.append(level)
            order.append(places)
            moves, sets = level.moves.stop, level.sets.stop
        self.counts = sizes[np.concatenate(order)].astype(np.float64)
        self.set_of = np.repeat(np.arange(sets), self.counts.astype(np.int64))
        # where each set's actions begin among the sequences after the first
        self.starts = np.concatenate([[0], np.cumsum(self.counts)])[:-1].astype(np.int64)

    def uniform(self) -> Floats:
        """The behaviour strategy that plays each action equally often."""
        return np.concatenate([[1.0], 1.0 / self.counts[self.set_of]])

    def plan(self, behaviour: Floats) -> Floats:
        """The realisation plan of a behaviour strategy, one probability a sequence."""
        plan = np.empty(self.size)
        plan[0] = 1.0
        for level in self.levels:
            plan[level.moves] = plan[level.before] * behaviour[level.moves]
        return plan

    def behaviour(self, plan: Floats) -> Floats:
        """The behaviour strategy of a plan; uniform where the plan does not go."""
        behaviour = np.ones(self.size)
        sums = np.add.reduceat(plan[1:], self.starts)[self.set_of]
        with np.errstate(divide="ignore", invalid="ignore"):
            behaviour[1:] = np.where(sums > 0, plan[1:] / sums, 1.0 / self.counts[self.set_of])
        return behaviour

    def restricted(self, plan: Floats) -> Floats:
        """A plan from the game's weights of sequences, in the game's order: at each information set
        that it reaches actions are played in proportion to theirs; uniformly where all are zero."""
        weights = np.empty(self.size)
        weights[self.position] = plan
        made: Floats = self.plan(self.behaviour(weights))[self.position]
        return made

    def advantages(self, worth: Floats, behaviour: Floats) -> Floats:
        """How much more each action earns than the behaviour strategy at its information set.

        Args:
            worth: what each sequence is worth by itself, against what others play.
            behaviour: the strategy, which is followed afterwards.

        Returns:
            One number a sequence but the first, weighted by the others' and chance's reach.
        """
        total = worth.copy()
        values = np.empty(len(self.starts))
        for level in reversed(self.levels):
            moves = total[level.moves]
            own = np.add.reduceat(moves * behaviour[level.moves], level.starts)
            values[level.sets] = own
            total[level.parents] += np.add.reduceat(own, level.groups)
        advantages: Floats = total[1:] - values[self.set_of]
        return advantages

    def best(self, worth: Floats) -> float:
        """The value of a best response."""
        total = worth.copy()
        for level in reversed(self.levels):
            own = np.maximum.reduceat(total[level.moves], level.starts)
            total[level.parents] += np.add.reduceat(own, level.groups)
        return float(total[0])

    def best_response(self, worth: Floats) -> Floats:
        """A best response as a behaviour strategy: at each set the first of the best actions."""
        total = worth.copy()
        behaviour = np.zeros(self.size)
        behaviour[0] = 1.0
        for level in reversed(self.levels):
            moves = total[level.moves]
            own = np.maximum.reduceat(moves, level.starts)
            total[level.parents] += np.add.reduceat(own, level.groups)
            sets = self.set_of[level.moves.start - 1 : level.moves.stop - 1] - level.sets.start
            best = np.flatnonzero(moves == own[sets])
            _, first = np.unique(sets[best], return_index=True)
            behaviour[level.moves.start + best[first]] = 1.0
        return behaviour

    def matched(self, regrets: Floats) -> Floats:
        """The behaviour strategy in proportion to positive regrets; uniform where there is none."""
        positive = np.maximum(regrets, 0.0)
        sums = np.add.reduceat(positive, self.starts)
        none = sums <= 0
        if none.any():
            positive[none[self.set_of]] = 1.0
            sums[none] = self.counts[none]
        behaviour = np.ones(self.size)
        behaviour[1:] = positive / sums[self.set_of]
        return behaviour


def _level(before: _Integers, sizes: _Integers, moves: int, sets: int) -> _Level:
    """A level whose actions and sets stand from these places on.

    Args:
        before: the sequence that leads to each set, ascending.
        sizes: how many actions each has.
        moves, sets: the places.
    """
    parents, groups = np.unique(before, return_index=True)
    ends = np.cumsum(sizes)
    return _Level(
        slice(moves, moves + int(ends[-1])),
        slice(sets, sets + len(sizes)),
        ends - sizes,
        np.repeat(before, sizes),
        parents,
        groups,
    )
