"""An iterated game: a stage game, how long it goes on, and what its players remember."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any, ClassVar

import numpy as np

from gtlearn.errors import InputError, quoted
from gtlearn.games.kinds.markov.game import MarkovGame, check_duration, check_size
from gtlearn.games.kinds.normal_form import LITERAL, NormalFormGame, literal_text
from gtlearn.games.kinds.registry import load, openspiel_of
from gtlearn.games.labels import Point, numbered_labels
from gtlearn.games.names import split_call
from gtlearn.games.numbers import ExactArray, format_number, plain_integer, to_fraction

INITIAL = "init"
MAX_MEMORY = 100
_MAX_STATES = 1_000_000

_LONGEST_LITERAL = 60  # characters of a stage that are shown as the game's name

Joint = tuple[int, ...]  # one action a player


@dataclass(frozen=True, eq=False)
class IteratedGame:
    """A stage game that is played at every step; the players remember the last joint actions.

    Attributes:
        stage: what is played at each step.
        horizon: the number of steps, None for ever.
        discount: what a payoff one step later is worth: 1 by default where there is a horizon.
        memory: how many joint actions a player remembers; with 0 the only state is the start.
    """

    in_steps: ClassVar[bool] = True  # whether players decide again and again

    stage: NormalFormGame
    horizon: int | None = None
    discount: Fraction = Fraction(1)
    memory: int = 1

    def __post_init__(self) -> None:
        check_duration(f"the iterated game of {self.stage.name}", self.horizon, self.discount)
        if isinstance(self.memory, bool) or not isinstance(self.memory, int) or self.memory < 0:
            raise InputError(f"the memory is {self.memory}; give a number of steps, 0 or more")
        if self.memory > MAX_MEMORY or self.num_states > _MAX_STATES:
            raise InputError(
                f"with a memory of {self.memory} steps, {self.stage.name} has more than "
                f"{_MAX_STATES} states; use a smaller game or a shorter memory"
            )

    @cached_property
    def name(self) -> str:
        """What `games.load` knows the game by, where the stage has a name or a short literal."""
        stage = _short_literal(self.stage) or self.stage.name
        if split_call(stage) is None:
            stage = f'"{stage}"' if "'" in stage else f"'{stage}'"
        parts = [f"stage={stage}"]
        if self.horizon is not None:
            parts.append(f"horizon={self.horizon}")
        if self.discount != 1:
            parts.append(f"discount={format_number(self.discount)}")
        if self.memory != 1:
            parts.append(f"memory={self.memory}")
        return f"gtlearn_iterated({','.join(parts)})"

    @property
    def players(self) -> tuple[str, ...]:
        """The players' labels."""
        return self.stage.players

    @property
    def actions(self) -> tuple[tuple[str, ...], ...]:
        """The labels of each player's actions."""
        return self.stage.actions

    @property
    def number_note(self) -> str:
        """How float payoffs were read, empty if all were given exactly."""
        return self.markov.number_note

    @property
    def num_players(self) -> int:
        """The number of players."""
        return self.stage.num_players

    def points(self, player: int) -> tuple[Point, ...]:
        """The decision points of a player: the states."""
        return tuple(Point(label, self.stage.actions[player]) for label in self.states)

    @property
    def num_states(self) -> int:
        """The number of states: of the sequences of up to `memory` joint actions."""
        return self._first_of_length(self.memory + 1)

    @cached_property
    def memories(self) -> tuple[tuple[Joint, ...], ...]:
        """What may be remembered, one entry a state: joint actions, the oldest first.

        The empty memory of the first step comes first, then those of one step, and so on; within
        one length in the order of the actions, the first player's changing slowest.
        """
        profiles = list(product(*map(range, self.stage.shape)))
        lengths = range(self.memory + 1)
        return tuple(held for length in lengths for held in product(profiles, repeat=length))

    @cached_property
    def states(self) -> tuple[str, ...]:
        """The labels of the states: init, then CC, CD, DC, DD; "CC CD" where two are remembered."""
        return tuple(self.label(held) for held in self.memories)

    def state(self, held: Sequence[Joint]) -> int:
        """The index of the state in which these joint actions are remembered, the oldest first."""
        place = 0
        for joint in held:
            place = place * self._profiles + int(np.ravel_multi_index(joint, self.stage.shape))
        return self._first_of_length(len(held)) + place

    def remembered(self, played: tuple[Joint, ...]) -> tuple[Joint, ...]:
        """What is remembered of joint actions, the oldest first: the last `memory` of them."""
        return played[max(0, len(played) - self.memory) :]

    def label(self, played: Sequence[Joint]) -> str:
        """What joint actions are called: "CC CD"; "init" where there are none.

        Labels of more than one character are separated by commas: "high,low". Labels that hold a
        comma or a space would be ambiguous, so all actions are numbered then: "11 12".
        """
        if not played:
            return INITIAL
        names, between = self._short_names
        joints = [[labels[a] for labels, a in zip(names, joint, strict=True)] for joint in played]
        return " ".join(map(between.join, joints))

    @cached_property
    def markov(self) -> MarkovGame:
        """The Markov game whose states are the memories.

        Its value is the mean payoff a step where there is a horizon and no discount, else the
        discounted sum.

        Raises:
            InputError: if it has too many states for a table of its transitions.
        """
        size, shape = self.num_states, self.stage.shape
        check_size(self.name, size, shape)
        moves = np.zeros((size, *shape, size), dtype=np.int64)
        for s, held in enumerate(self.memories):
            for joint in product(*map(range, shape)):
                moves[(s, *joint, self.state(self.remembered((*held, joint))))] = 1
        payoffs = []
        for array in self.stage.payoffs:
            repeated = np.broadcast_to(array.numerators, (size, *shape))
            payoffs.append(ExactArray(repeated, array.denominator))
        return MarkovGame(
            name=self.name,
            players=self.stage.players,
            states=self.states,
            actions=self.stage.actions,
            payoffs=tuple(payoffs),
            transitions=ExactArray(moves),
            start=tuple(Fraction(int(s == 0)) for s in range(size)),
            horizon=self.horizon,
            discount=self.discount,
            averaged=self.horizon is not None and self.discount == 1,
            source=self.stage.source,
            number_note=self.stage.number_note,
        )

    @property
    def fingerprint(self) -> str:
        """The fingerprint of its Markov game, which is the same game.

        Raises:
            InputError: as `markov`.
        """
        return self.markov.fingerprint

    @cached_property
    def openspiel(self) -> Any:
        """The same game as an OpenSpiel game, with payoffs rounded to doubles."""
        return openspiel_of(self)

    def __repr__(self) -> str:
        return f"IteratedGame({self.name!r})"

    @cached_property
    def _profiles(self) -> int:
        return math.prod(self.stage.shape)

    def _first_of_length(self, length: int) -> int:
        """How many memories are shorter than `length`, which is where those of it begin."""
        return sum(self._profiles**shorter for shorter in range(length))

    @cached_property
    def _short_names(self) -> tuple[tuple[Sequence[str], ...], str]:
        """What actions are called in the labels of states, and what stands between them."""
        names: tuple[Sequence[str], ...] = self.stage.actions
        if any("," in label or len(label.split()) != 1 for labels in names for label in labels):
            names = tuple(map(numbered_labels, self.stage.shape))
        short = all(len(label) == 1 for labels in names for label in labels)
        return names, "" if short else ","


def iterated(
    stage: Any, *, horizon: int | None = None, discount: Any = None, memory: int = 1
) -> IteratedGame:
    """The iterated game of a stage game.

    Args:
        stage: a normal-form game, or anything that `games.load` takes as one; that in a file is
            called by its path, and any other text without a name by itself.
        horizon: the number of steps; None for a game that goes on for ever.
        discount: what a payoff one step later is worth; in [0, 1) without a horizon, and 1 by
            default with one. A float is read as the decimal that it prints as.
        memory: how many joint actions a player remembers; with 0 the only state is the start.

    Raises:
        InputError: if the stage is no normal-form game, or a number cannot be used.

    >>> game = iterated("prisoners_dilemma", horizon=10)
    >>> game.states, game.markov.unit
    (('init', 'CC', 'CD', 'DC', 'DD'), 'mean reward a step')
    """
    loaded = load(stage)
    if not isinstance(loaded, NormalFormGame):
        raise InputError(f"{quoted(loaded.name)} is no normal-form game, so it cannot be iterated")
    if horizon is None and discount is None:
        raise InputError(
            f"the iterated game of {loaded.name} needs a horizon, a number of steps, or a "
            "discount in [0, 1)"
        )
    factor = Fraction(1) if discount is None else to_fraction(discount, rationalise=True)
    named = called_as_given(loaded, stage)
    return IteratedGame(named, plain_integer(horizon), factor, plain_integer(memory))


def called_as_given(stage: NormalFormGame, spec: Any) -> NormalFormGame:
    """The stage, called by the path or the text that it was read from, by which it is found again.

    The name that stands in a file, or is the file's, may be that of another game.
    """
    text = os.fspath(spec) if isinstance(spec, os.PathLike) else spec
    if not isinstance(text, str) or split_call(text) is not None or _short_literal(stage):
        return stage
    return replace(stage, name=text.strip())


def _short_literal(stage: NormalFormGame) -> str:
    """The literal of a stage that has no name, where it is short; else ""."""
    text = literal_text(stage) if stage.name == LITERAL else ""
    return text if len(text) <= _LONGEST_LITERAL else ""


def as_markov(game: Any) -> MarkovGame:
    """The Markov game of an iterated game; a Markov game is returned as it is.

    Raises:
        InputError: if it is neither.
    """
    if isinstance(game, IteratedGame):
        return game.markov
    if isinstance(game, MarkovGame):
        return game
    raise InputError(
        f"a {type(game).__name__} is no iterated or Markov game; make one by games.iterated or "
        "games.markov_game"
    )
