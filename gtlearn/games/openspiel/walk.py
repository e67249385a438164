"""OpenSpiel games of any dynamics, walked node by node into game trees."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np
import pyspiel

from gtlearn.errors import InputError
from gtlearn.games.kinds.extensive import ExtensiveGame, TreeRecorder
from gtlearn.games.kinds.extensive.recorder import MAX_NODES
from gtlearn.games.kinds.normal_form import NormalFormGame
from gtlearn.games.labels import default_players
from gtlearn.games.numbers import ExactArray, exact_array
from gtlearn.games.openspiel.reading import ExactNumbers, check_walkable, sees_everything
from gtlearn.games.openspiel.text import name_of
from gtlearn.games.reduction import reduced_normal_form

_CHANCE, _SIMULTANEOUS, _TERMINAL = -1, -2, -4  # what OpenSpiel says of who moves
_MAX_PLAYERS = 10
_MAX_REDUCED = 200_000  # nodes of a tree that is reduced

# state before, OpenSpiel's move or moves, node before, position of the move
_Item = tuple[Any, Any, int, int]


class _Joint(tuple[int, ...]):
    """The moves of all players at once; a plain tuple holds those of the first ones only."""


def tree_of(
    game: pyspiel.Game, *, rationalise: bool = False, max_nodes: int = MAX_NODES
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
    check_walkable(game, "has no tree", _MAX_PLAYERS)
    kind = game.get_type()
    if not (sees_everything(kind) or kind.provides_information_state_string):
        raise InputError(
            f"{name_of(game)} has imperfect information but no information state strings, so its "
            "information sets are unknown; use another game"
        )
    return _Walk(game, rationalise, max_nodes).run()


def normal_form_of_tree(game: pyspiel.Game, *, rationalise: bool = False) -> NormalFormGame:
    """The reduced normal form of an OpenSpiel game; see `tree_of`.

    Raises:
        InputError: as `tree_of`, which has at most 200,000 nodes here, or if the normal form is too
            large.
    """
    return reduced_normal_form(tree_of(game, rationalise=rationalise, max_nodes=_MAX_REDUCED))


class _Walk:
    """A depth-first walk with a stack; states are made when their turn comes."""

    def __init__(self, game: pyspiel.Game, rationalise: bool, max_nodes: int) -> None:
        kind = game.get_type()
        self.game, self.rationalise, self.name = game, rationalise, name_of(game)
        self.numbers = ExactNumbers(self.name, rationalise)
        self.alone = sees_everything(kind)  # each node is an information set of its own
        self.has_labels = kind.provides_information_state_string
        self.record = TreeRecorder(self.name, default_players(game.num_players()), max_nodes)
        self.chances: dict[tuple[Any, ...], tuple[list[str], list[Any]]] = {}
        self.returns = array("d")  # at the leaves, all players' together
        self.stack: list[_Item] = []

    def run(self) -> ExtensiveGame:
        """Walks all of it."""
        self._enter(self.game.new_initial_state(), -1, 0)
        stack, enter = self.stack, self._enter
        while stack:
            state, action, parent, move = stack.pop()
            if type(action) is int:
                enter(state.child(action), parent, move)
            elif isinstance(action, _Joint):
                enter(_after(state, action), parent, move)
            else:
                self._turn(state, action, parent, move)
        payoffs = self._payoffs()
        return self.record.game(
            payoffs=payoffs, source="OpenSpiel", number_note=self.numbers.note
        )

    def _payoffs(self) -> tuple[ExactArray, ...]:
        """The returns at the leaves, read as `to_fraction` reads doubles."""
        returns = np.array(self.returns).reshape(-1, self.game.num_players())
        self.numbers.look_at(returns)
        return tuple(
            exact_array(np.ascontiguousarray(own), rationalise=self.rationalise)
            for own in returns.T
        )

    def _enter(self, state: Any, parent: int, move: int) -> None:
        player = state.current_player()
        if player == _TERMINAL:
            self.returns.extend(state.returns())
            self.record.leaf(parent, move)
        elif player == _CHANCE:
            self._chance(state, parent, move)
        elif player == _SIMULTANEOUS:
            self._turn(state, (), parent, move)
        else:
            actions = state.legal_actions()
            node = self._decide(state, parent, move, player, actions)
            self._push((state, a, node, i) for i, a in enumerate(actions))

    def _push(self, items: Iterable[_Item]) -> None:
        self.stack.extend(reversed(list(items)))

    def _chance(self, state: Any, parent: int, move: int) -> None:
        outcomes = [(a, p) for a, p in state.chance_outcomes() if p > 0]
        key = tuple(outcomes)
        if key not in self.chances:
            self._require_distinct([a for a, _ in outcomes], "chance outcomes")
            labels = [state.action_to_string(_CHANCE, a) for a, _ in outcomes]
            self.chances[key] = labels, [p for _, p in self.numbers.chances(outcomes)]
        node = self.record.chance(parent, move, *self.chances[key])
        self._push((state, a, node, i) for i, (a, _) in enumerate(outcomes))

    def _decide(
        self, state: Any, parent: int, move: int, player: int, actions: Sequence[int]
    ) -> int:
        """Records a node where a player moves."""
        record = self.record
        label = state.information_state_string(player) if self.has_labels else state.history_str()
        key: Hashable = len(record.parent) if self.alone else label
        place = record.known(player, key)
        if place is None:
            self._require_distinct(actions, "legal actions")
            names = [state.action_to_string(player, a) for a in actions]
            place = record.meet(player, key, label or f"node {len(record.parent)}", names)
        return record.decision(parent, move, player, place, len(actions))

    def _require_distinct(self, actions: Sequence[int], what: str) -> None:
        if len(set(actions)) < len(actions):
            raise InputError(
                f"a state of {self.name} lists {what} twice, so that OpenSpiel cannot tell them "
                "apart; give the game's own file instead"
            )

    def _turn(self, state: Any, chosen: tuple[int, ...], parent: int, move: int) -> None:
        """Those who move at once, one after another; the last one's moves lead on.

        Args:
            state: where they move.
            chosen: the moves of the players before.
            parent, move: as of a node.
        """
        player, last = len(chosen), self.game.num_players() - 1
        actions = state.legal_actions(player)
        if not actions:  # it does not move here, which OpenSpiel marks by a 0
            after = (*chosen, 0)
            if player < last:
                self._turn(state, after, parent, move)
            else:
                self._enter(_after(state, after), parent, move)
            return
        node = self._decide(state, parent, move, player, actions)
        moves = [(*chosen, a) for a in actions]
        kind = _Joint if player == last else tuple
        self._push((state, kind(moved), node, i) for i, moved in enumerate(moves))


def _after(state: Any, moves: Sequence[int]) -> Any:
    """The state after joint moves."""
    after = state.clone()
    after.apply_actions(list(moves))
    return after
