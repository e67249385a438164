"""OpenSpiel games of any dynamics, walked node by node into game trees."""

from __future__ import annotations

import math
from array import array
from collections.abc import Hashable, Iterator, Sequence
from random import Random
from typing import Any, NamedTuple

import numpy as np
import pyspiel

from gtlearn.errors import InputError, quoted
from gtlearn.games.kinds.extensive import ExtensiveGame, SequentialGame, TreeRecorder
from gtlearn.games.kinds.extensive.recorder import MAX_TREE
from gtlearn.games.labels import default_players
from gtlearn.games.numbers import ExactArray, exact_array
from gtlearn.games.openspiel.reading import ExactNumbers, check_walkable, sees_everything
from gtlearn.games.openspiel.text import name_of
from gtlearn.games.openspiel.trees import TreeOpenSpielGame, TreeState

_CHANCE, _SIMULTANEOUS, _TERMINAL = -1, -2, -4  # what OpenSpiel says of who moves
_MAX_PLAYERS = 10
_PATIENCE = 5_000  # nodes after which the size of the tree is estimated
_GAMES = 20  # by which it is
_MAX_DEPTH = 4_000  # moves; states on the way down are kept, and each holds all moves before

# state before, OpenSpiel's move or moves, node before, position of the move
_Item = tuple[Any, Any, int, int]


class _Turn(NamedTuple):
    """Of players who move at once, the moves of the first ones.

    Attributes:
        first: the node of the first one to move.
        moves: OpenSpiel's numbers.
    """

    first: int
    moves: tuple[int, ...]


def tree_of(
    game: pyspiel.Game, *, rationalise: bool = False, max_nodes: int = MAX_TREE
) -> ExtensiveGame:
    """The tree of an OpenSpiel game, with its information sets and exact payoffs.

    Simultaneous moves become moves one after another that the others do not see. Chance
    probabilities, which OpenSpiel holds as doubles, become the nearest ratios with denominators
    up to a million if these sum to 1 exactly, else the doubles are normalised exactly. Actions are
    told apart by their position, not by OpenSpiel's numbers.

    Args:
        game: the game.
        rationalise: read payoffs as the shortest decimals that print as them.
        max_nodes: how many nodes the tree may have.

    Raises:
        InputError: if the game has one player or more than ten, is a mean-field game, has moves
            that cannot be enumerated, no information states, too many nodes, or a state with an
            action that is listed twice.
        LimitReached: at a limit.
    """
    require_tree(game)
    return TreeWalk(game, rationalise, max_nodes).run()


def require_tree(game: pyspiel.Game) -> None:
    """Refuses a game that has no tree.

    Raises:
        InputError: if it has one player or more than ten, is a mean-field game, has moves that
            cannot be enumerated, or no information states.
    """
    check_walkable(game, "has no tree", _MAX_PLAYERS)
    kind = game.get_type()
    if not (sees_everything(kind) or kind.provides_information_state_string):
        raise InputError(
            f"{name_of(game)} has imperfect information but no information state strings, so its "
            "information sets are unknown; use another game"
        )


def openspiel_game(game: SequentialGame) -> pyspiel.Game:
    """The OpenSpiel game that a tree was read from, or `gtlearn_tree` of one from elsewhere."""
    if isinstance(game, ExtensiveGame) and not game.openspiel_text:
        return TreeOpenSpielGame(game)
    return pyspiel.load_game(game.openspiel_text)


def decision_states(game: SequentialGame) -> Iterator[tuple[int, int, Any]]:
    """For each information set, in its player's order: the player, the set, a state of OpenSpiel's
    game in which the player moves there.
    """
    root = game.openspiel.new_initial_state()
    for player, own in enumerate(game.sets):
        nodes = np.flatnonzero(game.mover == player)
        _, where = np.unique(game.place[nodes], return_index=True)
        for place in range(len(own)):
            yield player, place, _state_at(game, root, int(nodes[where[place]]))


def _state_at(game: SequentialGame, root: Any, node: int) -> Any:
    return state_after(root, path_to(game, node))


def path_to(game: SequentialGame, node: int) -> list[int]:
    """The positions of the moves on the path to a node."""
    path = []
    while node:
        path.append(int(game.move[node]))
        node = int(game.parent[node])
    return path[::-1]


def state_after(root: Any, path: Sequence[int]) -> Any:
    """OpenSpiel's state after moves by their positions; where players move at once, that in which
    they do."""
    state = root.clone()
    if isinstance(state, TreeState):  # whose actions are positions
        for move in path:
            state.apply_action(move)
        return state
    joint: list[int] = []  # of players who move at once
    for move in path:
        player = state.current_player()
        if player == _CHANCE:
            state.apply_action([a for a, p in state.chance_outcomes() if p > 0][move])
        elif player == _SIMULTANEOUS:
            players = state.num_players()
            while len(joint) < players and not state.legal_actions(len(joint)):
                joint.append(0)
            joint.append(state.legal_actions(len(joint))[move])
            while len(joint) < players and not state.legal_actions(len(joint)):
                joint.append(0)
            if len(joint) == players:
                state.apply_actions(joint)
                joint = []
        else:
            state.apply_action(state.legal_actions()[move])
    return state


class TreeWalk:
    """A depth-first walk with a stack; states are made when their turn comes."""

    def __init__(self, game: pyspiel.Game, rationalise: bool, max_nodes: int) -> None:
        kind = game.get_type()
        self.game, self.rationalise, self.name = game, rationalise, name_of(game)
        self.numbers = ExactNumbers(self.name, rationalise)
        self.alone = sees_everything(kind)  # each node is an information set of its own
        self.has_labels = kind.provides_information_state_string
        self.record = TreeRecorder(self.name, default_players(game.num_players()), max_nodes)
        self.chances: dict[tuple[Any, ...], tuple[list[str], list[Any]]] = {}
        self.legal: list[list[Sequence[int]]] = [[] for _ in range(game.num_players())]  # of sets
        self.returns = array("d")  # at the leaves, all players' together
        self.stack: list[_Item] = []

    def run(self) -> ExtensiveGame:
        """Walks all of it."""
        self.enter(self.game.new_initial_state(), -1, 0)
        stack, enter, record = self.stack, self.enter, self.record
        ahead = _PATIENCE
        while stack:
            if record.num_nodes > ahead:
                self._require_bearable()
                ahead = self.record.max_nodes + 1
            state, action, parent, move = stack.pop()
            if isinstance(action, _Turn):
                self._turn(state, action, parent, move)
            else:
                enter(state.child(action), parent, move)
        return self.recorded()

    def recorded(self, note: str = "") -> ExtensiveGame:
        """The tree of what was walked.

        Args:
            note: what is to be said of it, besides how its numbers were read.
        """
        payoffs = self._payoffs()
        return self.record.game(
            payoffs=payoffs,
            source="OpenSpiel",
            number_note="; ".join(filter(None, (self.numbers.note, self._said_of_moves(), note))),
            openspiel_text=str(self.game),
        )

    def _said_of_moves(self) -> str:
        """What is to be said of moves at the same time, where not all move once."""
        kind = self.game.get_type()
        one_shot = kind.information == pyspiel.GameType.Information.ONE_SHOT
        if one_shot or kind.dynamics != pyspiel.GameType.Dynamics.SIMULTANEOUS:
            return ""
        return "players who move at once are put one after another, unseen by each other"

    def _require_bearable(self) -> None:
        """Refuses a tree that is certainly too large, by the sizes that random games suggest.

        The product of the numbers of moves along a random game is on average the number of leaves
        (Knuth 1975, Estimating the efficiency of backtrack programs). That half of the games say a
        thousand times too many where there are few enough has a probability below 1e-20.
        """
        random = Random(0)
        sizes = sorted(self._suggested(random) for _ in range(_GAMES))
        typical = sizes[_GAMES // 2]
        if typical > math.log10(self.record.max_nodes) + 3:
            raise InputError(
                f"the tree of {self.name} is too large: random games suggest about "
                f"10^{typical:.0f} leaves, and at most {self.record.max_nodes} nodes are allowed; "
                "use a smaller game"
            )

    def _suggested(self, random: Random) -> float:
        """The logarithm (base 10) of the number of leaves that one random game suggests."""
        state, size = self.game.new_initial_state(), 0.0
        for _ in range(_MAX_DEPTH):
            if state.is_terminal():
                break
            if state.is_simultaneous_node():
                options = [state.legal_actions(k) or [0] for k in range(self.game.num_players())]
                state.apply_actions([random.choice(actions) for actions in options])
            else:
                options = [state.legal_actions()]
                state.apply_action(random.choice(options[0]))
            size += sum(math.log10(len(actions)) for actions in options)
        return size

    def _payoffs(self) -> tuple[ExactArray, ...]:
        """The returns at the leaves, read as `to_fraction` reads doubles."""
        returns = np.array(self.returns).reshape(-1, self.game.num_players())
        self.numbers.look_at(returns)
        return tuple(
            exact_array(np.ascontiguousarray(own), rationalise=self.rationalise)
            for own in returns.T
        )

    def enter(self, state: Any, parent: int, move: int) -> None:
        """Records the node of a state, and what is to be walked from there."""
        player = state.current_player()
        if player == _TERMINAL:
            self.returns.extend(state.returns())
            self.record.leaf(parent, move)
        elif player == _CHANCE:
            self._chance(state, parent, move)
        elif player == _SIMULTANEOUS:
            self._turn(state, _Turn(self.record.num_nodes, ()), parent, move)
        else:
            actions = state.legal_actions()
            node = self._decide(state, self.record.num_nodes, parent, move, player, actions)
            self._push(state, actions, node)

    def _push(self, state: Any, moves: Sequence[Any], node: int) -> None:
        """The first move is looked at next."""
        if self.record.depth[-1] > _MAX_DEPTH:
            raise InputError(
                f"{self.name} goes on after {_MAX_DEPTH} moves, {self.record.num_nodes} nodes "
                "were counted; use parameters that end it"
            )
        places = range(len(moves) - 1, -1, -1)
        self.stack.extend([(state, moves[i], node, i) for i in places])

    def _chance(self, state: Any, parent: int, move: int) -> None:
        outcomes = [(a, p) for a, p in state.chance_outcomes() if p > 0]
        labels = [state.action_to_string(_CHANCE, a) for a, _ in outcomes]
        key = (*outcomes, *labels)
        if key not in self.chances:
            self._require_distinct([a for a, _ in outcomes], "chance outcomes")
            self.chances[key] = labels, [p for _, p in self.numbers.chances(outcomes)]
        node = self.record.chance(parent, move, *self.chances[key])
        self._push(state, [a for a, _ in outcomes], node)

    def _decide(
        self, state: Any, at: int, parent: int, move: int, player: int, actions: Sequence[int]
    ) -> int:
        """Records a node where a player moves in the state whose first node is `at`."""
        record = self.record
        label = self.label_of(state, player)
        key: Hashable = at if self.alone else label
        place = record.known(player, key)
        if place is None:
            self._require_distinct(actions, "legal actions")
            names = [state.action_to_string(player, a) for a in actions]
            place = record.meet(player, key, label or f"node {record.num_nodes}", names)
            self.legal[player].append(actions)
        elif self.legal[player][place] != actions:
            raise InputError(
                f"information state {quoted(label)} of player {player} of {self.name} has the "
                f"legal actions {actions} in one state and {self.legal[player][place]} in another; "
                "they must be the same"
            )
        return record.decision(parent, move, player, place, len(actions))

    def label_of(self, state: Any, player: int) -> str:
        """What the information set of a player in a state is called."""
        text = state.information_state_string(player) if self.has_labels else state.history_str()
        return str(text)

    def _require_distinct(self, actions: Sequence[int], what: str) -> None:
        if len(set(actions)) < len(actions):
            raise InputError(
                f"a state of {self.name} lists {what} twice, so that OpenSpiel cannot tell them "
                "apart; give the game's own file instead"
            )

    def _turn(self, state: Any, turn: _Turn, parent: int, move: int) -> None:
        """Those who move at once, one after another; the last one's moves lead on.

        Args:
            state: where they move.
            turn: who has moved.
            parent, move: as of a node.
        """
        player = len(turn.moves)
        if player == self.game.num_players():
            after = state.clone()
            after.apply_actions(list(turn.moves))
            self.enter(after, parent, move)
            return
        actions = state.legal_actions(player)
        if not actions:  # it does not move here, which OpenSpiel marks by a 0
            self._turn(state, _Turn(turn.first, (*turn.moves, 0)), parent, move)
            return
        node = self._decide(state, turn.first, parent, move, player, actions)
        self._push(state, [_Turn(turn.first, (*turn.moves, a)) for a in actions], node)
