"""Small OpenSpiel games of any dynamics, walked node by node into their reduced normal form."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from fractions import Fraction
from typing import Any

import pyspiel

from gtlearn.errors import InputError
from gtlearn.games.kinds.normal_form import NormalFormGame
from gtlearn.games.labels import default_players
from gtlearn.games.numbers import to_fraction
from gtlearn.games.openspiel.text import name_of
from gtlearn.games.reduction import TreeRecord

_MAX_NODES = 200_000
_MAX_MOVES = 8_000_000  # over all paths from the root to a node; copying a state costs its depth
_MAX_PLAYERS = 10
_MAX_CHANCE_DENOMINATOR = 10**6

# parent state, move, depth, sequences, probability
_Item = tuple[Any, Any, int, tuple[int, ...], Fraction]


def normal_form_of_tree(game: pyspiel.Game, *, rationalise: bool = False) -> NormalFormGame:
    """The reduced normal form of an OpenSpiel game; see `TreeRecord.reduced_normal_form`.

    Simultaneous moves become moves one after another that the others do not see. Chance
    probabilities, which OpenSpiel holds as doubles, become the nearest ratios with denominators
    up to a million if these sum to 1 exactly, else the doubles are normalised exactly.

    Raises:
        InputError: if the game has one player or more than ten, is a mean-field game, has moves
            that cannot be enumerated, more than 200,000 nodes, or too large a normal form.
    """
    check_walkable(game, "has no normal form", _MAX_PLAYERS)
    kind = game.get_type()
    if not (_sees_everything(kind) or kind.provides_information_state_string):
        raise InputError(
            f"{name_of(game)} has imperfect information but no information state strings, so its "
            "information sets are unknown; use another game"
        )
    walk = _Walk(game, rationalise)
    walk.run()
    return walk.record.reduced_normal_form(source="OpenSpiel", number_note=walk.numbers.note)


def check_walkable(game: pyspiel.Game, form: str, most: int | None = None) -> None:
    """Refuses a game whose nodes cannot be enumerated, or that has not two players or more.

    Args:
        game: the game.
        form: what it has not, or is not, where it is a mean-field game.
        most: how many players it may have.

    Raises:
        InputError: if so.
    """
    kind, name = game.get_type(), name_of(game)
    if kind.dynamics == pyspiel.GameType.Dynamics.MEAN_FIELD:
        raise InputError(f"{name} is a mean-field game, which {form}; use another game")
    if game.num_players() < 2 or game.num_players() > (most or game.num_players()):
        fit = "two or more" if most is None else f"2 to {most}"
        raise InputError(f"{name} has {game.num_players()} player(s); use a game with {fit}")
    if kind.chance_mode == pyspiel.GameType.ChanceMode.SAMPLED_STOCHASTIC:
        raise InputError(
            f"{name} samples its chance moves, so they cannot be enumerated; use a game with "
            "explicit chance"
        )


def _sees_everything(kind: pyspiel.GameType) -> bool:
    information = pyspiel.GameType.Information
    return kind.information in (information.PERFECT_INFORMATION, information.ONE_SHOT)


class ExactNumbers:
    """A game's doubles as exact numbers, and how those that are not integers were read."""

    def __init__(self, name: str, rationalise: bool) -> None:
        self._name, self._rationalise = name, rationalise
        self._notes: dict[str, None] = {}

    @property
    def note(self) -> str:
        """How they were read, in a sentence."""
        return "; ".join(self._notes)

    def chances(self, outcomes: Sequence[tuple[int, float]]) -> list[tuple[int, Fraction]]:
        """The outcomes of a chance move with probabilities that sum to one exactly."""
        chances, note = _exact_chances([p for _, p in outcomes], self._name)
        if note:
            self._notes[note] = None
        return [(action, p) for (action, _), p in zip(outcomes, chances, strict=True)]

    def returns(self, state: Any) -> list[Fraction]:
        """What each player has been paid."""
        values = [float(value) for value in state.returns()]
        if not all(value.is_integer() for value in values):
            how = "the decimals that they print as" if self._rationalise else "their binary values"
            self._notes[f"float payoffs taken as {how}"] = None
        return [to_fraction(value, rationalise=self._rationalise) for value in values]


class _Walk:
    """A depth-first walk with a stack; states are made when their turn comes."""

    def __init__(self, game: pyspiel.Game, rationalise: bool) -> None:
        self.game = game
        self.name = name_of(game)
        self.numbers = ExactNumbers(self.name, rationalise)
        self.sees_everything = _sees_everything(game.get_type())
        players = default_players(game.num_players())
        self.record = TreeRecord(self.name, players)
        self.nodes = self.moves = self.depth = 0
        self.stack: list[_Item] = []

    def run(self) -> None:
        """Records every node."""
        self._enter(self.game.new_initial_state(), self.record.root, Fraction(1))
        while self.stack:
            parent, move, self.depth, at, probability = self.stack.pop()
            self.moves += self.depth
            if self.moves > _MAX_MOVES:
                raise InputError(f"the tree of {self.name} is too deep; use a smaller game")
            state = parent.clone()
            if isinstance(move, tuple):
                state.apply_actions(list(move))
            else:
                state.apply_action(move)
            self._enter(state, at, probability)

    def _enter(self, state: Any, at: tuple[int, ...], probability: Fraction) -> None:
        self.nodes += 1
        if state.is_terminal():
            self.record.leaf(at, probability, self.numbers.returns(state))
        elif state.is_chance_node():
            moves = self.numbers.chances(state.chance_outcomes())
            self._push(state, [(action, at, probability * p) for action, p in moves])
        elif state.is_simultaneous_node():
            self._simultaneous(state, at, probability)
        else:
            player = state.current_player()
            actions = state.legal_actions()
            after = self._visit(state, at, player, actions)
            moved = zip(actions, after, strict=True)
            self._push(state, [(action, there, probability) for action, there in moved])

    def _push(self, state: Any, branches: list[tuple[Any, tuple[int, ...], Fraction]]) -> None:
        if self.nodes + len(self.stack) + len(branches) > _MAX_NODES:
            raise InputError(self._too_many())
        for move, at, probability in reversed(branches):
            self.stack.append((state, move, self.depth + 1, at, probability))

    def _too_many(self) -> str:
        return f"the tree of {self.name} has more than {_MAX_NODES} nodes; use a smaller game"

    def _simultaneous(self, state: Any, at: tuple[int, ...], probability: Fraction) -> None:
        branches: list[tuple[tuple[int, ...], tuple[int, ...]]] = [((), at)]
        for player in range(self.game.num_players()):
            actions = state.legal_actions(player)
            if not actions:  # OpenSpiel's mark of a player who does not move here
                branches = [((*moves, 0), there) for moves, there in branches]
                continue
            if len(branches) * len(actions) > _MAX_NODES:
                raise InputError(self._too_many())
            longer = []
            for moves, there in branches:
                after = self._visit(state, there, player, actions)
                longer += [((*moves, a), s) for a, s in zip(actions, after, strict=True)]
            branches = longer
        self._push(state, [(moves, there, probability) for moves, there in branches])

    def _visit(
        self, state: Any, at: tuple[int, ...], player: int, actions: Sequence[int]
    ) -> list[tuple[int, ...]]:
        key: Hashable
        if self.sees_everything:
            key = self.nodes
            label = f"node {self.nodes}"
        else:
            key = label = state.information_state_string(player)
        labels = [state.action_to_string(player, action) for action in actions]
        return self.record.visit(at, player, key, label, labels)


def _exact_chances(doubles: Sequence[float], name: str) -> tuple[list[Fraction], str]:
    """Chance probabilities that sum to one exactly, and how the doubles were read.

    The doubles themselves where they are simple, else the nearest ratios with denominators up to
    a million if these sum to one, else the doubles divided by their sum.

    Raises:
        InputError: if they do not sum to one even nearly.
    """
    exact = [Fraction(p) for p in doubles]
    if sum(exact) == 1 and all(p.denominator <= _MAX_CHANCE_DENOMINATOR for p in exact):
        return exact, ""
    near = [p.limit_denominator(_MAX_CHANCE_DENOMINATOR) for p in exact]
    if sum(near) == 1:
        return near, "chance probabilities read as the nearest ratios"
    total = sum(exact)
    if not math.isclose(total, 1, abs_tol=1e-6):
        raise InputError(
            f"the chance probabilities at a node of {name} sum to {float(total)}, not 1"
        )
    note = "chance probabilities normalised, as doubles, to sum to 1 exactly"
    return [p / total for p in exact], note
