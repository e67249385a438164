"""Games of perfect information whose equal states are one node."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError, quoted
from gtlearn.games.kinds.extensive.game import (
    CHANCE,
    LEAF,
    ExtensiveGame,
    SequentialGame,
)
from gtlearn.games.kinds.registry import load
from gtlearn.games.numbers import ExactArray


@dataclass(frozen=True, eq=False)
class MergedGame(SequentialGame):
    """A game of perfect information, a node a state, to which several paths may lead.

    Each state in which a player moves is an information set of its own; `parent`, `move` and
    `depth` are those of one path. All moves lead to later nodes, so that there is no cycle.

    Attributes:
        first: (nodes + 1,), where the moves of each node begin in `after`; its number of moves is
            the difference to the next entry.
        after: the node that each move leads to.
        is_proven: whether a walk of the whole tree has shown that what is merged is equal.
    """

    first: NDArray[np.int64] = field(kw_only=True)
    after: NDArray[np.int32] = field(kw_only=True)
    is_proven: bool = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        before, after = self.edges
        if np.any(after <= before):
            raise InputError(f"a move of {quoted(self.name)} leads to no later state")
        for array in (self.first, self.after):
            array.setflags(write=False)

    @property
    def edges(self) -> tuple[NDArray[np.integer[Any]], NDArray[np.integer[Any]]]:
        """The node before and the node after each move, those of one node in the moves' order."""
        return np.repeat(np.arange(self.num_nodes), np.diff(self.first)), self.after

    @property
    def has_perfect_recall(self) -> bool:
        """True: players see each state."""
        return True

    def most_moves(self, player: int) -> int:
        """How often a player moves at most."""
        first, after = self.first.tolist(), self.after.tolist()
        most = (self.mover == player).astype(int).tolist()
        for node in range(self.num_nodes - 1, -1, -1):
            most[node] += max((most[n] for n in after[first[node] : first[node + 1]]), default=0)
        return int(most[0])

    def unmerged(self) -> Any:
        """The tree, in which each history is a node.

        Raises:
            InputError: if it is too large.
            LimitReached: at a limit.
        """
        return load(self.openspiel_text, merge_states=False)

    def reduced(self) -> Any:
        """The reduced normal form of the tree, whose strategies are plans.

        Raises:
            InputError: as `unmerged`, or if it has more than a million profiles.
        """
        return self.unmerged().reduced()

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of the states in a canonical form; not of the name."""
        return self._hash("merged", self.mover, self.place, self.after)

    def __repr__(self) -> str:
        sets = "+".join(str(len(own)) for own in self.sets)
        return f"MergedGame({self.name!r}, {self.num_nodes} states, {sets} information sets)"


def merged(
    walked: ExtensiveGame, after: list[list[int]], order: list[int], is_proven: bool
) -> MergedGame:
    """The game of the states that a walk came to.

    Args:
        walked: its nodes are the states in the order of the walk, each below that from which the
            walk first came to it.
        after: the node that each move leads to, one list a node.
        order: the nodes, each before those that its moves lead to.
        is_proven: as of `MergedGame`.
    """
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    values = {f.name: getattr(walked, f.name) for f in fields(SequentialGame)}
    for name in ("parent", "move", "mover", "place", "depth"):
        values[name] = values[name][order]
    values["parent"] = np.where(values["parent"] >= 0, rank[values["parent"]], np.int32(-1))
    places = {who: _in_order(values["mover"] == who, values["place"]) for who in set(walked.mover)}
    values["sets"] = tuple(
        tuple(own[k] for k in places.get(player, ())) for player, own in enumerate(walked.sets)
    )
    values["chance"] = tuple(walked.chance[k] for k in places.get(CHANCE, ()))
    values["payoffs"] = tuple(
        ExactArray(p.numerators[places[LEAF]], p.denominator) for p in walked.payoffs
    )
    sizes = [len(after[node]) for node in order]
    flat = [node for before in order for node in after[before]]
    return MergedGame(
        **values,
        first=np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int64),
        after=rank[flat],
        is_proven=is_proven,
    )


def _in_order(own: NDArray[np.bool_], place: NDArray[np.int32]) -> NDArray[np.int32]:
    """Numbers a mover's places anew, as its own nodes come to them; the old numbers."""
    known, where, inverse = np.unique(place[own], return_index=True, return_inverse=True)
    order = np.argsort(where)
    place[own] = np.argsort(order)[inverse]
    return known[order]
