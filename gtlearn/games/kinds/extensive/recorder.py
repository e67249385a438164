"""Records a tree node by node, in preorder, whoever walks it."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from gtlearn import limits
from gtlearn.errors import InputError, option, quoted
from gtlearn.games.kinds.extensive.game import (
    CHANCE,
    LEAF,
    Chance,
    ExtensiveGame,
    InformationSet,
    payoff_arrays,
)
from gtlearn.games.labels import distinct_labels
from gtlearn.games.numbers import ExactArray

MAX_TREE = 2_000_000
_LOOK = 1024  # nodes between two looks at the limits


class TreeRecorder:
    """A tree that grows in preorder: each node after its parent, and after all that is below the
    parent's earlier moves.

    Args:
        name: the game's name.
        players: one label a player.
        max_nodes: how many nodes are recorded before the tree counts as too large.
    """

    def __init__(self, name: str, players: Sequence[str], max_nodes: int = MAX_TREE) -> None:
        self.name, self.players, self.max_nodes = name, tuple(players), max_nodes
        self.parent = array("i")
        self.move = array("i")
        self.mover = array("i")
        self.place = array("i")
        self.depth = array("i")
        self.rows: list[Sequence[Any]] = []  # the payoffs at each leaf
        self.num_nodes = self.num_leaves = 0
        self._sets: list[list[InformationSet]] = [[] for _ in players]
        self._numbers: list[dict[Hashable, int]] = [{} for _ in players]
        self._chance: dict[Chance, int] = {}
        self._actions: list[list[int]] = [[] for _ in players]  # how many each set has
        self._labels: dict[tuple[str, ...], tuple[str, ...]] = {}  # of actions, each kept once

    def leaf(self, parent: int, move: int, payoffs: Sequence[Any] = ()) -> int:
        """Records a leaf, with what each player is paid there, unless `game` is told."""
        self.num_leaves += 1
        if payoffs:
            self.rows.append(payoffs)
        return self._node(parent, move, LEAF, self.num_leaves - 1)

    def chance(
        self, parent: int, move: int, labels: Sequence[str], probabilities: Sequence[Fraction]
    ) -> int:
        """Records a move of chance, whose outcomes have these labels and probabilities."""
        drawn = Chance(distinct_labels(list(labels)), tuple(probabilities))
        return self._node(parent, move, CHANCE, self._chance.setdefault(drawn, len(self._chance)))

    def known(self, player: int, key: Hashable) -> int | None:
        """The number of a player's information set that was met before; None for a new one."""
        return self._numbers[player].get(key)

    def meet(self, player: int, key: Hashable, label: str, actions: Sequence[str]) -> int:
        """Adds an information set of a player: what identifies it, its label, its actions.

        Raises:
            InputError: if there is no action.
        """
        if not actions:
            raise InputError(
                f"player {quoted(self.players[player])} of {quoted(self.name)} has no action in "
                f"information set {quoted(label)}, where it moves; use another game"
            )
        own, labels = self._sets[player], tuple(actions)
        if labels not in self._labels:
            self._labels[labels] = distinct_labels(list(labels))
        own.append(InformationSet(label, self._labels[labels]))
        self._actions[player].append(len(labels))
        self._numbers[player][key] = len(own) - 1
        return len(own) - 1

    def ordered(self, player: int, place: int, actions: Sequence[str]) -> list[int]:
        """Where the actions of an information set stand among those that are listed at a node.

        Raises:
            InputError: if other actions are listed there.
        """
        known = self._sets[player][place]
        if sorted(known.actions) != sorted(actions):
            raise InputError(
                f"information set {quoted(known.label)} of player {quoted(self.players[player])} "
                f"has the actions {', '.join(actions)} at one node and {', '.join(known.actions)} "
                "at another; they must be the same"
            )
        return [list(actions).index(action) for action in known.actions]

    def decision(self, parent: int, move: int, player: int, place: int, actions: int) -> int:
        """Records a node of a player's information set.

        Args:
            parent: the node before, -1 at the root.
            move: which of its moves leads here.
            player: who moves.
            place: the number of the information set.
            actions: how many actions there are at this node.

        Raises:
            InputError: if the information set has another number of actions.
        """
        if self._actions[player][place] != actions:
            known = self._sets[player][place]
            raise InputError(
                f"information set {quoted(known.label)} of player {quoted(self.players[player])} "
                f"has {actions} actions at one node and {len(known.actions)} at another; they "
                "must be the same"
            )
        return self._node(parent, move, player, place)

    def _node(self, parent: int, move: int, mover: int, place: int) -> int:
        node = self.num_nodes
        self.num_nodes += 1
        self.parent.append(parent)
        self.move.append(move)
        self.mover.append(mover)
        self.place.append(place)
        self.depth.append(self.depth[parent] + 1 if parent >= 0 else 0)
        if self.num_nodes > self.max_nodes:
            raise self._too_large()
        if node % _LOOK == 0:
            limits.check()
        return node

    def _too_large(self) -> InputError:
        return InputError(
            f"the tree of {self.name} is too large: {self.num_nodes} nodes were counted, and at "
            f"most {self.max_nodes} are allowed; use a smaller game, or allow more by "
            f"{option('max_nodes')}"
        )

    def game(
        self,
        *,
        payoffs: tuple[ExactArray, ...] | None = None,
        source: str = "",
        number_note: str = "",
        openspiel_text: str = "",
    ) -> ExtensiveGame:
        """The game, once every node is recorded.

        Args:
            payoffs: one array a player, an entry a leaf; those of the leaves unless given.
            source: where the game comes from.
            number_note: how floats were read.
            openspiel_text: as of `ExtensiveGame`.
        """
        arrays = (self.parent, self.move, self.mover, self.place, self.depth)
        parent, move, mover, place, depth = (np.array(a, dtype=np.int32) for a in arrays)
        sets = tuple(
            tuple(
                InformationSet(label, known.actions)
                for label, known in zip(distinct_labels([s.label for s in own]), own, strict=True)
            )
            for own in self._sets
        )
        return ExtensiveGame(
            self.name,
            self.players,
            parent,
            move,
            mover,
            place,
            depth,
            sets,
            tuple(self._chance),
            payoffs or payoff_arrays(self.rows, len(self.players)),
            source,
            number_note=number_note,
            openspiel_text=openspiel_text,
        )
