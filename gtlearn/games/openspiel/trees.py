"""`gtlearn_tree`: a game in extensive form as an OpenSpiel game in which players move in turn.

In `pyspiel.load_game`, `game` is the name of a tree of the catalogue (`centipede`), whose
parameters go into `arguments` with `:` for `=` and `;` for `,` (`stages:6`), or anything else that
`games.load` takes for a tree, such as the path of a file, or the content of an .efg file, with `,`,
`(`, `)` and `=` written as %2C, %28, %29 and %3D (and % as %25 before them).
"""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import pyspiel
from numpy.typing import NDArray

from gtlearn.errors import InputError, about, quoted
from gtlearn.games.catalogue import catalogue_names
from gtlearn.games.formats.efg import dump_efg, parse_efg
from gtlearn.games.kinds.extensive.game import CHANCE, LEAF, ExtensiveGame
from gtlearn.games.kinds.registry import load
from gtlearn.games.names import call_of, call_parameters, openspiel_text, plain_text
from gtlearn.games.openspiel.family import Family, utility_of

GAME_TREE = "gtlearn_tree"

_FAMILY = Family(
    GAME_TREE,
    "gtlearn game tree",
    {"game": "entry_deterrence", "arguments": ""},
    loadable=True,
    steps=False,
    in_turn=True,
)


class TreeOpenSpielGame(pyspiel.Game):  # type: ignore[misc]
    """A game tree for OpenSpiel, with payoffs and probabilities of chance rounded to doubles.

    An action is its position at the information set, and a chance outcome its position, whatever
    their labels. The information state of a player is the label of its information set, with the
    player's number before it ("p0 ...") in a game in which two players have a set of one label.
    Its tensor is one-hot: the player, then its information sets.

    Attributes:
        exact: the same game with exact payoffs.
    """

    def __init__(self, game: ExtensiveGame) -> None:
        self.exact = game
        game_type = _FAMILY.game_type(
            game.num_players,
            utility_of(game.payoffs),
            chance=bool(game.chance),
            private=not game.has_perfect_information,
        )
        super().__init__(game_type, _info(game, game_type), _parameters(game))

    def new_initial_state(self) -> TreeState:
        """A state at the root."""
        return TreeState(self)

    def max_chance_nodes_in_history(self) -> int:
        """The most moves of chance on a path."""
        return _most_on_a_path(self.exact, self.exact.mover == CHANCE)

    def make_py_observer(self, iig_obs_type: Any = None, params: Any = None) -> TreeObserver:
        """An observer of information sets."""
        return TreeObserver(self)

    @cached_property
    def children(self) -> list[list[int]]:
        """The nodes after each node, in the order of its moves."""
        below: list[list[int]] = [[] for _ in range(self.exact.num_nodes)]
        for node, before in enumerate(self.exact.parent.tolist()):
            if before >= 0:
                below[before].append(node)
        return below

    @cached_property
    def information_states(self) -> list[list[str]]:
        """A text for each information set of each player, all different."""
        texts = [[known.label for known in own] for own in self.exact.sets]
        if len({text for own in texts for text in own}) == sum(map(len, texts)):
            return texts
        return [[f"p{player} {text}" for text in own] for player, own in enumerate(texts)]

    def __reduce__(self) -> tuple[Any, ...]:
        return TreeOpenSpielGame, (replace(self.exact),)  # without this game, which it may hold


class TreeState(pyspiel.State):  # type: ignore[misc]
    """A node of a tree.

    Attributes:
        node: its number.
    """

    def __init__(self, game: TreeOpenSpielGame) -> None:
        super().__init__(game)
        self.node = 0

    @property
    def _mover(self) -> int:
        return int(self._exact.mover[self.node])

    @property
    def _place(self) -> int:
        return int(self._exact.place[self.node])

    @property
    def _exact(self) -> ExtensiveGame:
        exact: ExtensiveGame = self.get_game().exact
        return exact

    def current_player(self) -> int:
        """Who moves, or OpenSpiel's mark of chance or of the end."""
        mover = self._mover
        return int(pyspiel.PlayerId.TERMINAL) if mover == LEAF else mover

    def is_terminal(self) -> bool:
        """Whether it is a leaf."""
        return self._mover == LEAF

    def returns(self) -> list[float]:
        """What each player is paid: at a leaf, else nothing."""
        if not self.is_terminal():
            return [0.0] * self._exact.num_players
        return [float(own[self._place]) for own in self._exact.payoffs]

    def chance_outcomes(self) -> list[tuple[int, float]]:
        """Each outcome with its probability."""
        drawn = self._exact.chance[self._place]
        return [(move, float(p)) for move, p in enumerate(drawn.probabilities)]

    def _legal_actions(self, player: int) -> list[int]:
        return list(range(len(self._exact.sets[player][self._place].actions)))

    def _apply_action(self, action: int) -> None:
        self.node = self.get_game().children[self.node][action]

    def _action_to_string(self, player: int, action: int) -> str:
        exact, place = self._exact, self._place
        labels = exact.chance[place].labels if player < 0 else exact.sets[player][place].actions
        return labels[action]

    def __str__(self) -> str:
        history = "/".join(self._exact.history(self.node)) or "start"
        return f"node {self.node}: {history}"


class TreeObserver:
    """What a player knows at a node where it moves: its information set; elsewhere nothing.

    Attributes:
        tensor: float32, one-hot; `dict` holds the same numbers under "player" and "set".
    """

    def __init__(self, game: TreeOpenSpielGame) -> None:
        self._texts = game.information_states
        players = len(self._texts)
        self.tensor: NDArray[np.float32] = np.zeros(
            players + max(map(len, self._texts)), np.float32
        )
        self.dict = {"player": self.tensor[:players], "set": self.tensor[players:]}

    def set_from(self, state: TreeState, player: int) -> None:
        """Writes what the player knows into `tensor`."""
        self.tensor.fill(0)
        self.dict["player"][player] = 1
        if state.current_player() == player:
            self.dict["set"][state._place] = 1

    def string_from(self, state: TreeState, player: int) -> str:
        """The text of the information set."""
        return self._texts[player][state._place] if state.current_player() == player else ""


def _info(game: ExtensiveGame, game_type: pyspiel.GameType) -> pyspiel.GameInfo:
    utility = pyspiel.GameType.Utility
    paid = [payoffs.floats() for payoffs in game.payoffs]
    lowest, highest = min(float(own.min()) for own in paid), max(float(own.max()) for own in paid)
    if lowest == highest:  # which OpenSpiel's tests of games refuse
        highest = math.nextafter(highest, math.inf)
    constant = game_type.utility in (utility.ZERO_SUM, utility.CONSTANT_SUM)
    sizes = [len(known.actions) for own in game.sets for known in own]
    return pyspiel.GameInfo(
        num_distinct_actions=max(sizes, default=1),
        max_chance_outcomes=max((len(drawn.labels) for drawn in game.chance), default=0),
        num_players=game.num_players,
        min_utility=lowest,
        max_utility=highest,
        utility_sum=sum(float(own[0]) for own in paid) if constant else None,
        max_game_length=_most_on_a_path(game, game.mover >= 0),
    )


def _most_on_a_path(game: ExtensiveGame, counted: NDArray[np.bool_]) -> int:
    """The most nodes that are counted on a path."""
    so_far = counted.astype(np.int64)
    for nodes in game.levels[1:]:
        so_far[nodes] += so_far[game.parent[nodes]]
    return int(so_far.max())


def _loaded(text: str, arguments: str) -> ExtensiveGame:
    """The tree that OpenSpiel's parameters stand for."""
    text = call_of(plain_text(text.strip()), arguments)
    with about(f"the game of {GAME_TREE}"):
        game = parse_efg(text) if text.startswith("EFG ") else load(text)
    if not isinstance(game, ExtensiveGame):
        raise InputError(f"the game of {GAME_TREE}: {quoted(text)} is no tree; use another")
    return game


def _parameters(game: ExtensiveGame) -> dict[str, str]:
    """OpenSpiel's parameters: the game by name where that gives it again, else its .efg text."""
    named = call_parameters("game", game.name)
    if named["game"] in catalogue_names():
        with suppress(InputError):
            again = _loaded(named["game"], named.get("arguments", ""))
            if again.fingerprint == game.fingerprint:
                return named
    return {"game": openspiel_text(dump_efg(game))}


@_FAMILY.register
def _create(parameters: dict[str, Any]) -> pyspiel.Game:
    game = _loaded(str(parameters["game"]), str(parameters["arguments"]))
    return TreeOpenSpielGame(game)
