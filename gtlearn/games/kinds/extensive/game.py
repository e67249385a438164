"""A game in extensive form: its nodes in arrays, its information sets, its exact payoffs."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError, option, quoted
from gtlearn.games.fingerprint import CanonicalForm
from gtlearn.games.kinds.extensive.levels import by_level, reach_of_chance, sequences_at
from gtlearn.games.kinds.extensive.sequences import (
    Forgets,
    Sequences,
    first_sequences,
    sequences_of,
)
from gtlearn.games.kinds.registry import normal_form_of, openspiel_of
from gtlearn.games.labels import Point, check_labels
from gtlearn.games.numbers import ExactArray, from_fractions, integer_array, short_number

CHANCE, LEAF = -1, -2  # who moves where no player does


class InformationSet(NamedTuple):
    """What a player cannot tell apart: nodes at which it moves, with the same actions at each."""

    label: str
    actions: tuple[str, ...]


class Chance(NamedTuple):
    """A move of chance: its outcomes' labels, and their probabilities, which sum to one."""

    labels: tuple[str, ...]
    probabilities: tuple[Fraction, ...]


@dataclass(frozen=True, eq=False)
class SequentialGame(ABC):
    """What players and chance move in one after another: a tree, or a graph of states.

    Arrays are read-only, and hold one entry a node, each after the node before it: the root is
    node 0.

    Attributes:
        name: what the game is called in output.
        players: one label a player.
        parent: the node before, -1 for the root.
        move: which of the parent's actions (or chance outcomes) leads here, by position.
        mover: the player who moves; -1 where chance does, -2 at a leaf.
        place: the index of the mover's information set, of the move of chance, or of the leaf.
        depth: how many moves lead here.
        sets: one tuple of information sets a player, in the order in which play can meet them.
        chance: the moves of chance.
        payoffs: one exact array a player, an entry a leaf.
        source: where the game comes from (a citation or a file), for display.
        number_note: how floats were read, and what else is to be said of the reading.
        openspiel_text: how OpenSpiel loads the game that it was read from; empty if from elsewhere.
    """

    in_steps: ClassVar[bool] = False  # whether players decide again and again

    name: str
    players: tuple[str, ...]
    parent: NDArray[np.int32]
    move: NDArray[np.int32]
    mover: NDArray[np.int32]
    place: NDArray[np.int32]
    depth: NDArray[np.int32]
    sets: tuple[tuple[InformationSet, ...], ...]
    chance: tuple[Chance, ...]
    payoffs: tuple[ExactArray, ...]
    source: str = ""
    number_note: str = field(default="", kw_only=True)
    openspiel_text: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        check_labels(self.name, "player", self.players)
        for player, own in zip(self.players, self.sets, strict=True):
            check_labels(self.name, f"information set of {quoted(player)}", [s.label for s in own])
        for moves in self.chance:
            _check_chance(moves, self.name)
        for array in (self.parent, self.move, self.mover, self.place, self.depth):
            array.setflags(write=False)

    @property
    def num_players(self) -> int:
        """The number of players."""
        return len(self.players)

    @property
    def num_nodes(self) -> int:
        """The number of nodes, leaves included."""
        return len(self.parent)

    @property
    def num_leaves(self) -> int:
        """The number of leaves."""
        return len(self.payoffs[0].numerators)

    def points(self, player: int) -> tuple[Point, ...]:
        """The decision points of a player: its information sets."""
        return tuple(Point(*own) for own in self.sets[player])

    @cached_property
    def is_zero_sum(self) -> bool:
        """Whether the two players' payoffs add up to zero at every leaf."""
        return self.is_constant_sum and self.payoffs[0][0] + self.payoffs[1][0] == 0

    @cached_property
    def is_constant_sum(self) -> bool:
        """Whether the two players' payoffs add up to the same number at every leaf."""
        if self.num_players != 2:
            return False
        first, second = self.payoffs
        if first.denominator == second.denominator:
            total = first.numerators + second.numerators  # below 2**62: int64 cannot overflow
        else:
            total = first.numerators.astype(object) * second.denominator
            total = total + second.numerators.astype(object) * first.denominator
        return bool(np.all(total == total[0]))

    @cached_property
    def has_perfect_information(self) -> bool:
        """Whether every information set is a single node."""
        return sum(map(len, self.sets)) == int((self.mover >= 0).sum())

    @property
    @abstractmethod
    def edges(self) -> tuple[NDArray[np.integer[Any]], NDArray[np.integer[Any]]]:
        """The node before and the node after each move, those of one node in the moves' order."""

    @abstractmethod
    def most_moves(self, player: int) -> int:
        """How often a player moves at most, or a bound on it."""

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """The SHA-256 of the game in a canonical form; not of the name."""

    def last_move(self, node: int) -> str:
        """The label of the move that leads to a node, which is not the root."""
        before = int(self.parent[node])
        mover, place = int(self.mover[before]), int(self.place[before])
        known = self.chance[place].labels if mover < 0 else self.sets[mover][place].actions
        return known[int(self.move[node])]

    def history(self, node: int) -> tuple[str, ...]:
        """The labels of the moves on the path to a node."""
        labels = []
        while node > 0:
            labels.append(self.last_move(node))
            node = int(self.parent[node])
        return tuple(reversed(labels))

    @cached_property
    def openspiel(self) -> Any:
        """The same game as an OpenSpiel game: the one that it was read from, where there is one,
        else a `gtlearn_tree`, whose actions are positions."""
        return openspiel_of(self)

    def _hash(self, kind: str, *arrays: NDArray[np.int32]) -> str:
        """The SHA-256 of the labels, these arrays and the payoffs in a canonical form."""
        form = CanonicalForm(kind)
        form.texts(self.players)
        for own in self.sets:
            form.texts([known.label for known in own])
            for known in own:
                form.texts(known.actions)
        form.text(str(len(self.chance)))
        for moves in self.chance:
            form.texts(moves.labels)
            form.numbers(moves.probabilities)
        for array in arrays:
            form.array(ExactArray(array))
        for payoffs in self.payoffs:
            form.array(payoffs)
        return form.hexdigest()


@dataclass(frozen=True, eq=False)
class ExtensiveGame(SequentialGame):
    """A finite game tree (Kuhn 1953), its nodes numbered in preorder; `games.tree` builds one by
    hand.
    """

    @property
    def edges(self) -> tuple[NDArray[np.integer[Any]], NDArray[np.integer[Any]]]:
        """The node before and the node after each move, those of one node in the moves' order."""
        return self.parent[1:], np.arange(1, self.num_nodes)

    @cached_property
    def levels(self) -> list[NDArray[np.int64]]:
        """The nodes of each depth, from the root's on."""
        return by_level(self.depth)

    @cached_property
    def leaves(self) -> NDArray[np.int64]:
        """The leaves' nodes."""
        return np.flatnonzero(self.mover == LEAF)

    @cached_property
    def sequences_at(self) -> NDArray[np.int32]:
        """Each player's last own move on the path to each node, (players, nodes): 0 for none,
        else one more than the number of actions of its information sets before, and the action's
        position (von Stengel 1996)."""
        first = np.zeros(self.num_nodes, dtype=np.int32)
        for player in range(self.num_players):
            own = self.mover == player
            first[own] = first_sequences(self._sizes(player))[self.place[own]]
        return sequences_at(
            self.parent, self.move, self.mover, first, self.levels, self.num_players
        )

    @cached_property
    def leaf_sequences(self) -> NDArray[np.int32]:
        """The same at the leaves, (players, leaves)."""
        return self.sequences_at[:, self.leaves]

    @cached_property
    def chance_reach(self) -> ExactArray:
        """The probability with which chance leads to each leaf, if all players play towards it."""
        drawn = np.where(self.mover == CHANCE, self.place, -1)
        chances = [moves.probabilities for moves in self.chance]
        reach = reach_of_chance(self.parent, self.move, drawn, chances, self.levels)
        tops, bottoms = (values[self.leaves].tolist() for values in reach)
        common = math.lcm(*set(bottoms))
        scaled = [top * (common // bottom) for top, bottom in zip(tops, bottoms, strict=True)]
        return integer_array(scaled, (len(scaled),), common)

    def sequences(self, player: int) -> Sequences:
        """A player's sequences of own moves, which behaviour strategies are made of.

        Raises:
            InputError: if the player has not perfect recall.
        """
        if player not in self._sequences:
            nodes = np.flatnonzero(self.mover == player)
            own = self.sequences_at[player, nodes]
            try:
                made = sequences_of(self._sizes(player), self.place[nodes], own)
            except Forgets as two:
                both = int(nodes[two.one]), int(nodes[two.other])
                raise InputError(self._forgets(*both)) from None
            self._sequences[player] = made
        return self._sequences[player]

    def _forgets(self, *nodes: int) -> str:
        player, place = int(self.mover[nodes[0]]), int(self.place[nodes[0]])
        histories = [self.history(node) for node in nodes]
        one, other = (quoted("/".join(history) or "the start", 80) for history in histories)
        known = quoted(self.sets[player][place].label)
        shorter, longer = sorted(histories, key=len)
        if longer[: len(shorter)] == shorter:
            said = (
                f"{self.players[player]} is absent-minded: information set {known} comes twice in "
                f"one play, after {one} and {other}"
            )
        else:
            said = (
                f"{self.players[player]} has imperfect recall: at information set {known} it "
                f"cannot tell the histories {one} and {other} apart, though its own moves differ"
            )
        return (
            f"{said}; behaviour strategies are not enough there, so `solve` it for Nash equilibria "
            f"in plans, or measure mixtures of plans, with {option('reduced', True)}"
        )

    @cached_property
    def _sequences(self) -> dict[int, Sequences]:
        return {}

    def _sizes(self, player: int) -> list[int]:
        return [len(known.actions) for known in self.sets[player]]

    @cached_property
    def has_perfect_recall(self) -> bool:
        """Whether no player forgets what it knew or did (Kuhn 1953)."""
        try:
            return all(self.sequences(player) for player in range(self.num_players))
        except InputError:
            return False

    def most_moves(self, player: int) -> int:
        """How often a player moves at most; of one who forgets, how long a path is at most."""
        if self.has_perfect_recall:
            return len(self.sequences(player).levels)
        return int(self.depth.max())

    def reduced(self) -> Any:
        """The reduced normal form, whose strategies are plans; see `gtlearn.games.reduction`.

        Raises:
            InputError: naming the size, if it has more than a million profiles.
        """
        return normal_form_of(self)

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of the tree in a canonical form; not of the name."""
        return self._hash("extensive", self.parent, self.move, self.mover, self.place)

    def __repr__(self) -> str:
        sets = "+".join(str(len(own)) for own in self.sets)
        return f"ExtensiveGame({self.name!r}, {self.num_nodes} nodes, {sets} information sets)"


def _check_chance(moves: Chance, game: str) -> None:
    """Complains about a move of chance that is none.

    Raises:
        InputError: if it has no outcome, or its probabilities are negative or do not sum to one.
    """
    what = f"a move of chance in {quoted(game)}"
    if not moves.labels:
        raise InputError(f"{what} has no outcome; give one or more")
    whose = f"the outcomes {quoted(', '.join(moves.labels))} of {what}"
    if min(moves.probabilities) < 0:
        least = short_number(min(moves.probabilities))
        raise InputError(f"one of {whose} has probability {least}; give zero or more")
    total = sum(moves.probabilities)
    if total != 1:
        raise InputError(
            f"the probabilities of {whose} sum to {short_number(total)}, not 1; give exact ratios, "
            'such as "1/3"'
        )


def payoff_arrays(rows: Sequence[Sequence[Any]], players: int) -> tuple[ExactArray, ...]:
    """One exact array a player from the payoffs at each leaf, one number a player."""
    return tuple(from_fractions([row[k] for row in rows], (len(rows),)) for k in range(players))
