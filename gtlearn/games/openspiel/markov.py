"""`gtlearn_markov`: a Markov game as an OpenSpiel game of simultaneous moves.

In `pyspiel.load_game`, `game` is the name of a Markov game of the catalogue (`big_match`), whose
parameters go into `arguments` with `:` for `=` and `;` for `,` (`discount:1/2;c:2`), or anything
else that `games.load` takes with `,`, `(`, `)` and `=` written as %2C, %28, %29 and %3D (and % as
%25 before them): the text of a Markov game's JSON, or the path of its file.
"""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from typing import Any

import numpy as np
import pyspiel
from numpy.typing import NDArray

from gtlearn.errors import InputError, about
from gtlearn.games.catalogue import catalogue_names
from gtlearn.games.formats.json import compact_json
from gtlearn.games.kinds.iterated import IteratedGame, Joint
from gtlearn.games.kinds.markov.game import MarkovGame, difference
from gtlearn.games.kinds.registry import load
from gtlearn.games.labels import numbered_labels
from gtlearn.games.names import call_of, call_parameters, openspiel_text, plain_text
from gtlearn.games.numbers import ExactArray
from gtlearn.games.openspiel import steps
from gtlearn.games.openspiel.family import Family
from gtlearn.games.openspiel.iterated import ITERATED
from gtlearn.games.openspiel.steps import SteppedGame, SteppedState

MARKOV = "gtlearn_markov"

_FAMILY = Family(
    MARKOV,
    "gtlearn Markov game",
    {"game": "big_match", "arguments": "", "recall": "", "max_length": steps.NOT_GIVEN},
    loadable=True,
)
_START = "start"  # what the history is called before the first state is drawn


class MarkovOpenSpielGame(SteppedGame):
    """A Markov game for OpenSpiel; see `SteppedGame` for how long it goes on and what it pays.

    All players move in every state, also where they have one legal action. The first state and
    the next ones are drawn by chance where they are not certain. A chance move's outcome is the
    index of the next state; where there is no horizon, the same move may stop the game, by the
    outcome `num_states`.

    The information state of a player is the whole history of states and joint actions, "p0 open 0,0
    open"; with recall="memory", and in an endless game, it is the current state, "p0 open". The
    observation is the state, "open", either way.
    Tensors are one-hot: over the states, or over the states and joint actions of every step.

    Attributes:
        markov: the same game with exact payoffs and probabilities.
        payoffs: as doubles, one array a player of shape (states, *actions).
        names: what states and each player's actions are called in histories: their labels, or
            numbers where a label holds a space or, of an action, a comma.
    """

    def __init__(
        self, game: MarkovGame, *, recall: str | None = None, max_length: int | None = None
    ) -> None:
        legal = game.legal_profiles
        paid = list(map(game.where_legal, game.payoffs))
        self.markov = game
        self.payoffs = [array.floats() for array in paid]
        self.names = _names(game)
        self._followers: dict[tuple[int, Joint], list[tuple[int, float]]] = {}
        random = (game.transitions.numerators[legal] > 0).sum(axis=-1).max() > 1
        endless = game.horizon is None
        rules = steps.Rules(
            [ExactArray(array.numerators[legal], array.denominator) for array in paid],
            game.actions,
            outcomes=(game.num_states if random or endless else 0) + endless,
            start_outcomes=game.num_states if max(game.start) < 1 else 0,
            width=game.num_states + int(np.prod(game.shape)),
        )
        parameters = _parameters(game)
        super().__init__(_FAMILY, game, rules, parameters, recall=recall, max_length=max_length)

    def new_initial_state(self) -> MarkovState:
        """A state before the first step."""
        return MarkovState(self)

    def after(self, state: int, joint: Joint) -> list[tuple[int, float]]:
        """What may follow a joint action, with its probability: a next state, or the stop."""
        key = state, joint
        if key not in self._followers:
            discount = self.markov.discount if self.may_stop else Fraction(1)
            row = self.markov.transitions.numerators[(state, *joint)]
            moves = [
                (int(t), float(discount * self.markov.transitions[(state, *joint, t)]))
                for t in np.flatnonzero(row)
            ]
            stop = [(self.markov.num_states, float(1 - discount))] * self.may_stop
            self._followers[key] = moves + stop
        return self._followers[key]


class MarkovState(SteppedState):
    """How far a Markov game has gone.

    Attributes:
        visited: the states so far, the current one last.
    """

    def __init__(self, game: MarkovOpenSpielGame) -> None:
        super().__init__(game)
        self.visited: tuple[int, ...] = ()
        if not self._at_chance:
            self.visited = (game.markov.start.index(Fraction(1)),)

    @property
    def place(self) -> int | None:
        """The index of the current state."""
        return self.visited[-1] if self.visited else None

    def text(self, recall: str) -> str:
        """The current state's label, or all states and joint actions."""
        game = self.get_game()
        if not self.visited:
            return _START
        if recall == steps.MEMORY:
            return str(game.markov.states[self.visited[-1]])
        states, actions = game.names
        seen: list[str] = [states[place] for place in self.visited]
        done = [
            ",".join(names[a] for names, a in zip(actions, joint, strict=True))
            for joint in self.joint_actions()
        ]
        parts = [part for pair in zip(seen, done, strict=False) for part in pair]
        return " ".join(parts + seen[len(done) :])

    def write_history(self, tensor: NDArray[np.float32]) -> None:
        """Marks the state and the joint action of each step."""
        markov = self.get_game().markov
        for step, place in enumerate(self.visited):
            tensor[step, place] = 1
        for step, joint in enumerate(self.joint_actions()):
            tensor[step, markov.num_states + np.ravel_multi_index(joint, markov.shape)] = 1

    def chance_outcomes(self) -> list[tuple[int, float]]:
        """The states that may come next and, without a horizon, the stop, with probabilities."""
        game = self.get_game()
        if not self.visited:
            return [(t, float(p)) for t, p in enumerate(game.markov.start) if p]
        outcomes: list[tuple[int, float]] = game.after(self.visited[-1], self.joint_actions()[-1])
        return outcomes

    def _legal_actions(self, player: int) -> list[int]:
        legal = self.get_game().markov.legal[player][self.visited[-1]]
        return [int(action) for action in np.flatnonzero(legal)]

    def _apply_action(self, action: int) -> None:
        self._at_chance = False
        if action == self.get_game().markov.num_states:
            self._over = True
        else:
            self.visited += (action,)

    def _apply_actions(self, actions: list[int]) -> None:
        game = self.get_game()
        where = (self.visited[-1], *actions)
        self._pay([array[where] for array in game.payoffs])
        if self._over:
            return
        next_states = game.after(where[0], where[1:])
        self._at_chance = len(next_states) > 1
        if not self._at_chance:
            self.visited += (next_states[0][0],)

    def _action_to_string(self, player: int, action: int) -> str:
        markov = self.get_game().markov
        if player == int(pyspiel.PlayerId.CHANCE):
            return "stop" if action == markov.num_states else f"to {markov.states[action]}"
        return str(markov.actions[player][action])


def _names(game: MarkovGame) -> tuple[list[str], list[list[str]]]:
    """What states and actions are called where many stand in one text."""
    states, actions = list(game.states), [list(labels) for labels in game.actions]
    if any(len(label.split()) != 1 for label in states):
        states = [str(s) for s in range(game.num_states)]
    if any("," in label or len(label.split()) != 1 for labels in actions for label in labels):
        actions = [numbered_labels(n) for n in game.shape]
    return states, actions


def _loaded(text: str, arguments: str) -> MarkovGame:
    """The game that OpenSpiel's parameters stand for."""
    text = call_of(plain_text(text.strip()), arguments)
    with about(f"the game of {MARKOV}"):
        game = load(text)
    if isinstance(game, IteratedGame):
        return game.markov
    if not isinstance(game, MarkovGame):
        raise InputError(f"the game of {MARKOV}: {text[:60]!r} is no Markov game; use another")
    return game


def _parameters(game: MarkovGame) -> dict[str, Any]:
    """OpenSpiel's parameters: the game by name where that gives it again, else its JSON."""
    named = call_parameters("game", game.name)
    if named["game"] == ITERATED:
        named = {"game": openspiel_text(game.name)}
    elif named["game"] not in catalogue_names():
        named = {}
    with suppress(InputError):
        again = _loaded(named["game"], named.get("arguments", "")) if named else None
        if again is not None and again.name == game.name and not difference(again, game):
            return named
    return {"game": openspiel_text(compact_json(game))}


@_FAMILY.register
def _create(parameters: dict[str, Any]) -> pyspiel.Game:
    game = _loaded(str(parameters["game"]), str(parameters["arguments"]))
    return MarkovOpenSpielGame(game, **steps.options_of(parameters))
