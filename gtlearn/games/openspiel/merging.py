"""OpenSpiel games of perfect information whose equal states are merged.

OpenSpiel's text of a state need not say all of it (how many moves are left, whose turn it is), so
states of equal text are merged only where a walk of the whole tree has shown that they are equal,
or where the user asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import numpy as np
import pyspiel

from gtlearn import limits
from gtlearn.errors import InputError, option, quoted
from gtlearn.games.kinds.extensive import MergedGame
from gtlearn.games.kinds.extensive.merged import merged
from gtlearn.games.openspiel.text import name_of
from gtlearn.games.openspiel.walk import TreeWalk, path_to, require_tree, state_after

# In the whole tree of each of these, states of equal text have the same mover, moves, chances and
# payoffs, and lead to states of equal texts; a test walks all of them.
PROVEN = frozenset(
    {
        "breakthrough(columns=3,rows=3)",
        "clobber(columns=3,rows=2)",
        "clobber(columns=3,rows=3)",
        "clobber(columns=4,rows=3)",
        "connect_four(columns=3,rows=3,x_in_row=3)",
        "connect_four(columns=4,rows=3,x_in_row=3)",
        "dots_and_boxes(num_cols=1,num_rows=1)",
        "dots_and_boxes(num_cols=2,num_rows=1)",
        "dots_and_boxes(num_cols=2,num_rows=1,utility_margin=True)",
        "havannah(board_size=2)",
        "hex(board_size=2)",
        "hex(board_size=3)",
        "nim(pile_sizes=1;2;3)",
        "nim(is_misere=False,pile_sizes=1;2;3)",
        "nim(pile_sizes=1;3;5)",
        "tic_tac_toe()",
        "y(board_size=3)",
    }
)
ON_TRUST = (
    "states that OpenSpiel prints alike are merged on trust: that they are equal in all that "
    "matters was asked for, and is not proven"
)


_DIFFERS = "differs in who moves, the moves, the payoffs or what follows"
_GAMES = 1000  # that are played where nothing is proven


def merges(game: pyspiel.Game, asked: bool | None) -> bool:
    """Whether equal states of a game are merged: where asked for, or where that is proven."""
    return str(game) in PROVEN if asked is None else asked


def merged_of(game: pyspiel.Game, *, rationalise: bool = False, max_nodes: int) -> MergedGame:
    """A game of perfect information, states of equal text being merged.

    A text that comes again must have the same mover, moves and payoffs, and must not be met on the
    way from itself. That it leads to the same texts after all histories is proven for the games in
    `PROVEN`, and tried in random games for others.

    Args:
        game: the game.
        rationalise: read payoffs as the shortest decimals that print as them.
        max_nodes: how many states there may be.

    Raises:
        InputError: as `walk.tree_of`, or if the game has imperfect information or simultaneous
            moves, or the texts of its states contradict each other.
        LimitReached: at a limit.
    """
    kind = game.get_type()
    if (
        kind.information != pyspiel.GameType.Information.PERFECT_INFORMATION
        or kind.dynamics != pyspiel.GameType.Dynamics.SEQUENTIAL
    ):
        raise InputError(
            f"{name_of(game)} is no game of perfect information in which one player moves at a "
            f"time, so that its states are not merged; leave {option('merge_states')} out"
        )
    require_tree(game)
    return _MergingWalk(game, rationalise, max_nodes).states()


def states_met_again(game: MergedGame) -> Iterator[tuple[int, int, Any]]:
    """For each further move that leads to a decision, after the first one: the player, the
    information set, and a state of OpenSpiel's game after that move."""
    root = game.openspiel.new_initial_state()
    before, after = game.edges
    moves = np.arange(len(after)) - game.first[before]
    again = (game.parent[after] != before) | (game.move[after] != moves)
    for k in np.flatnonzero(again & (game.mover[after] >= 0)).tolist():
        node = int(after[k])
        state = state_after(root, [*path_to(game, int(before[k])), int(moves[k])])
        yield int(game.mover[node]), int(game.place[node]), state


class _MergingWalk(TreeWalk):
    """A depth-first walk that goes on only from states that it has not met.

    Attributes:
        known: the node of each text.
        what: of each node, what must be the same where its text is met again.
        after: the node that each move of each node leads to.
        ended: the nodes from which all has been walked, in this order.
    """

    def __init__(self, game: pyspiel.Game, rationalise: bool, max_nodes: int) -> None:
        super().__init__(game, rationalise, max_nodes)
        self.is_proven = str(game) in PROVEN
        self.known: dict[str, int] = {}
        self.what: list[Any] = []
        self.after: list[list[int]] = []
        self.ended: list[int] = []
        self.is_open: list[bool] = []  # whether a node is on the path that is being walked

    def states(self) -> MergedGame:
        """Walks all states."""
        self._meet(self.game.new_initial_state(), -1, 0)
        while self.stack:
            state, action, parent, move = self.stack.pop()
            if state is None:
                self.is_open[parent] = False
                self.ended.append(parent)
            else:
                self._meet(state.child(action), parent, move)
        if not self.is_proven:
            self._play()
        walked = self.recorded("" if self.is_proven else ON_TRUST)
        return merged(walked, self.after, self.ended[::-1], self.is_proven)

    def _meet(self, state: Any, parent: int, move: int) -> None:
        """Comes to a state: goes on from there if it is a new one."""
        text, what = str(state), _what_of(state)
        node = self.known.get(text)
        if node is None:
            node = len(self.what)
            self.known[text] = node
            self.what.append(what)
            self.after.append([])
            self.is_open.append(True)
            self.stack.append((None, None, node, 0))
            self.enter(state, parent, move)
        elif self.is_open[node]:
            self._refuse(text, "comes after itself", ", or play need not end")
        elif self.what[node] != what:
            self._refuse(text, _DIFFERS)
        if parent >= 0:
            self.after[parent].append(node)

    def _play(self) -> None:
        """Random games, in which each state must be as it is known, and the one after it too."""
        random = Random(0)
        for _ in range(_GAMES):
            limits.check()
            state, node, actions = self.game.new_initial_state(), 0, [0]
            while actions:
                text, actions = str(state), _moves_of(state)
                if self.known.get(text) != node or self.what[node] != _what_of(state):
                    self._refuse(text, _DIFFERS)
                if actions:
                    move = random.randrange(len(actions))
                    state.apply_action(actions[move])
                    node = self.after[node][move]

    def _refuse(self, text: str, why: str, instead: str = "") -> None:
        shown = quoted(" / ".join(text.split("\n")), 100)
        raise InputError(
            f"equal states of {self.name} cannot be merged: the state {shown} {why}, so that its "
            f"text does not say all of it{instead}; leave {option('merge_states')} out"
        )

    def label_of(self, state: Any, player: int) -> str:
        """What OpenSpiel prints of a state."""
        return str(state)


def _what_of(state: Any) -> Any:
    """Who moves and how, or what is paid."""
    if state.is_terminal():
        return tuple(state.returns())
    if state.is_chance_node():
        return tuple(state.chance_outcomes())
    return state.current_player(), tuple(state.legal_actions())


def _moves_of(state: Any) -> list[int]:
    """OpenSpiel's numbers of the moves, in their order."""
    if state.is_chance_node():
        return [action for action, p in state.chance_outcomes() if p > 0]
    return list(state.legal_actions())
