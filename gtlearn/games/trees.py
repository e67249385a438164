"""Game trees built by hand, node by node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gtlearn.errors import InputError, quoted
from gtlearn.games.chances import exact_chances
from gtlearn.games.kinds.extensive import ExtensiveGame, TreeRecorder
from gtlearn.games.labels import label_of
from gtlearn.games.numbers import to_fraction


@dataclass(eq=False)
class Node:
    """A node of a tree that is being built; it is given one of `decides`, `draws` and `pays`.

    Attributes:
        tree: the tree.
        path: the labels of the moves that lead here.
    """

    tree: Tree
    path: tuple[str, ...] = ()
    _below: dict[str, Node] = field(default_factory=dict)
    _what: Any = None

    def decides(self, player: str, information_set: str, actions: Sequence[str]) -> Node:
        """A player moves here, who cannot tell nodes of one information set apart.

        Raises:
            InputError: if the node is settled already, there is no such player, or there are no
                actions or two of one label.
        """
        if not isinstance(player, str) or player not in self.tree.players:
            raise InputError(
                f"{quoted(player)} is no player of {quoted(self.tree.name)}; use one of "
                f"{', '.join(self.tree.players)}"
            )
        labels = [label_of(action) for action in actions]
        if not labels or len(set(labels)) < len(labels):
            raise InputError(f"the actions at {self._shown()} are none, or one is named twice")
        return self._settled((player, label_of(information_set)), labels)

    def draws(self, outcomes: Mapping[str, Any]) -> Node:
        """Chance moves here: the probability of each outcome.

        Exact numbers are taken as they are; where some are floats, all are the nearest ratios.

        Raises:
            InputError: if the node is settled already, this is no mapping, a probability is no
                number, or they are floats that do not sum to one.
        """
        if not isinstance(outcomes, Mapping):
            raise InputError(
                f"what chance draws at {self._shown()} is no mapping; give {{outcome: probability}}"
            )
        chances = [to_fraction(p) for p in outcomes.values()]
        if any(isinstance(p, float) for p in outcomes.values()):
            chances, note = exact_chances(list(map(float, chances)), self.tree.name)
            self.tree.number_note = note or self.tree.number_note
        return self._settled(chances, [label_of(outcome) for outcome in outcomes])

    def pays(self, *payoffs: Any) -> None:
        """The game ends here, and pays each player so much.

        Raises:
            InputError: if the node is settled already, or there is not one number a player.
        """
        if len(payoffs) != len(self.tree.players):
            raise InputError(
                f"{len(payoffs)} payoffs for {len(self.tree.players)} players at {self._shown()}; "
                "give one a player"
            )
        self._settled(tuple(to_fraction(payoff) for payoff in payoffs), ())

    def __getitem__(self, move: str) -> Node:
        """The node after a move."""
        if move not in self._below:
            raise InputError(f"there is no move {quoted(move)} at {self._shown()}")
        return self._below[move]

    def _settled(self, what: Any, moves: Sequence[str]) -> Node:
        if self._what is not None:
            raise InputError(f"what happens at {self._shown()} is said twice; say it once")
        self._what = what
        self._below = {move: Node(self.tree, (*self.path, move)) for move in moves}
        return self

    def _shown(self) -> str:
        return quoted("/".join(self.path) or "the start")

    def record(self, recorder: TreeRecorder, parent: int, move: int) -> list[Node]:
        """Records the node; those below it.

        Raises:
            InputError: if nothing was said of it.
        """
        if self._what is None:
            raise InputError(
                f"nothing happens at {self._shown()}; say who decides, what chance draws or what "
                "it pays"
            )
        if isinstance(self._what, list):
            recorder.chance(parent, move, list(self._below), self._what)
        elif not self._below:
            recorder.leaf(parent, move, self._what)
        else:
            player, label = self._what
            mover = self.tree.players.index(player)
            place = recorder.known(mover, label)
            if place is None:
                place = recorder.meet(mover, label, label, list(self._below))
            recorder.decision(parent, move, mover, place, len(self._below))
            below = list(self._below.values())
            return [below[k] for k in recorder.ordered(mover, place, list(self._below))]
        return list(self._below.values())


class Tree:
    """A tree that is being built.

    Attributes:
        name: what the game is called.
        players: one label a player.
        root: where it starts.
        number_note: how floats were read.
    """

    def __init__(self, name: str, players: Sequence[str]) -> None:
        self.name, self.players = name, tuple(map(label_of, players))
        if len(self.players) < 2:
            raise InputError(f"{quoted(name)} has {len(self.players)} player(s); give two or more")
        self.root, self.number_note = Node(self), ""

    def game(self, source: str = "") -> ExtensiveGame:
        """The game, once something was said of every node.

        Args:
            source: where it comes from.

        Raises:
            InputError: if a node lacks something, or they do not make a game.
        """
        recorder = TreeRecorder(self.name, self.players)
        stack = [(self.root, -1, 0)]
        while stack:
            node, parent, move = stack.pop()
            below = node.record(recorder, parent, move)
            here = len(recorder.parent) - 1
            stack.extend((child, here, k) for k, child in reversed(list(enumerate(below))))
        return recorder.game(source=source, number_note=self.number_note)


def tree(name: str, players: Sequence[str]) -> Tree:
    """A tree to be built.

    Args:
        name: what the game is called.
        players: one label a player.

    >>> entry = tree("Entry", ["Entrant", "Incumbent"])
    >>> market = entry.root.decides("Entrant", "market", ["out", "in"])
    >>> market["out"].pays(0, 2)
    >>> reply = market["in"].decides("Incumbent", "entry", ["fight", "accommodate"])
    >>> reply["fight"].pays(-1, -1)
    >>> reply["accommodate"].pays(1, 1)
    >>> entry.game()
    ExtensiveGame('Entry', 5 nodes, 1+1 information sets)
    """
    return Tree(name, players)
