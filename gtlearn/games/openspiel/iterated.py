"""`gtlearn_iterated`: an iterated game as an OpenSpiel game of simultaneous moves.

OpenSpiel splits game strings at commas and gives every parameter one type, so in
`pyspiel.load_game` these rules hold (`games.load` reads such strings too, and freer ones):

- `stage` is a name (`stag_hunt`, `matrix_pd`), or a bimatrix with `:` between the two payoffs of
  a cell (`3:3 0:5; 5:0 1:1`), or anything that `games.load` takes with `,`, `(`, `)` and `=`
  written as %2C, %28, %29 and %3D (and % as %25 before them);
- a catalogue game's parameters go into `arguments`, with `:` for `=` and `;` for `,`;
- `discount` is a text: 24/25, not 0.96.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyspiel
from numpy.typing import NDArray

from gtlearn.errors import InputError, about, nearest, quoted
from gtlearn.games import names
from gtlearn.games.catalogue import catalogue_names
from gtlearn.games.formats.files import is_path
from gtlearn.games.formats.json import compact_json
from gtlearn.games.kinds.iterated import IteratedGame, Joint, called_as_given, iterated
from gtlearn.games.kinds.normal_form import LITERAL, NormalFormGame, literal_text
from gtlearn.games.kinds.registry import load
from gtlearn.games.numbers import ExactArray, format_number, parse_number
from gtlearn.games.openspiel import steps
from gtlearn.games.openspiel.family import Family
from gtlearn.games.openspiel.steps import SteppedGame, SteppedState

if TYPE_CHECKING:
    from gtlearn.games.kinds.markov.game import MarkovGame

ITERATED = "gtlearn_iterated"

_FAMILY = Family(
    ITERATED,
    "gtlearn iterated game",
    {
        "stage": "prisoners_dilemma",
        "arguments": "",
        "horizon": steps.NOT_GIVEN,
        "discount": "",
        "memory": 1,
        "recall": "",
        "max_length": steps.NOT_GIVEN,
    },
    loadable=False,  # a horizon or a discount must be given
)

_START = re.compile(r"\s*([A-Za-z_]\w*)\s*=", flags=re.ASCII)
_QUOTED = {'"': '"', "'": "'", "(": ")"}
_LITERAL = re.compile(r"[-+.(\d]|[^\[{]*;", flags=re.ASCII)
_MAX_QUOTES = 9  # around a stage
_MAX_DIGITS = 9  # of a horizon or a memory


def is_iterated(text: str) -> bool:
    """Whether a text is `gtlearn_iterated(...)`."""
    call = names.split_call(text)
    return call is not None and call[0] == ITERATED


def load_iterated(text: str, **how: Any) -> IteratedGame:
    """The iterated game that `gtlearn_iterated(stage=...,horizon=...,discount=...)` spells.

    Args:
        text: the stage is anything that `games.load` takes as text, in quotes or brackets if you
            like; the discount is an exact number. Every text of `pyspiel.load_game` is read too.
        **how: the options of `games.load`, by which the stage is read.

    Raises:
        InputError: in one sentence: what was wrong, where, and what to do.

    >>> load_iterated("gtlearn_iterated(stage='3,3 0,5; 5,0 1,1',discount=24/25)").states
    ('init', '11', '12', '21', '22')
    """
    call = names.split_call(text)
    if call is None or call[0] != ITERATED:
        raise InputError(f"{quoted(text)} is no iterated game; write {ITERATED}(stage=...)")
    given = _split_arguments(call[1])
    if "stage" not in given:
        raise InputError(
            f"{ITERATED}(...) has no stage; write {ITERATED}(stage=prisoners_dilemma,horizon=10)"
        )
    steps.check_recall(given.get("recall", steps.MEMORY))
    if "max_length" in given:
        steps.check_max_length(_whole("max_length", given["max_length"]))
    horizon, memory = given.get("horizon"), given.get("memory", "1")
    return iterated(
        _stage(given["stage"], given.get("arguments", ""), how),
        horizon=None if horizon is None else _whole("horizon", horizon),
        discount=_number("discount", given["discount"]) if "discount" in given else None,
        memory=_whole("memory", memory),
    )


def to_parameters(game: IteratedGame) -> dict[str, Any]:
    """OpenSpiel's parameters, by which `pyspiel.load_game` gives the same game again."""
    parameters: dict[str, Any] = _stage_parameters(game.stage)
    if game.horizon is not None:
        parameters["horizon"] = game.horizon
    if game.discount != 1:
        text = format_number(game.discount)  # OpenSpiel would take an integer for no text
        parameters["discount"] = text if "/" in text else f"{text}/1"
    if game.memory != 1:
        parameters["memory"] = game.memory
    return parameters


def _split_arguments(inside: str) -> dict[str, str]:
    """`key=value` pairs at commas that a `key=` follows, outside all brackets and quotes."""
    starts, depth, quote = [0], 0, ""
    for place, character in enumerate(inside):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        else:
            depth += (character in "([{") - (character in ")]}")
            if character == "," and depth == 0 and _START.match(inside, place + 1):
                starts.append(place + 1)
    pieces = [
        inside[a:b] for a, b in zip(starts, [*(s - 1 for s in starts[1:]), None], strict=True)
    ]
    given: dict[str, str] = {}
    for piece in pieces if inside.strip() else []:
        match = _START.match(piece)
        if match is None:
            raise InputError(
                f"{quoted(piece.strip())} in {ITERATED}(...) is no parameter; write key=value"
            )
        key = match[1]
        if key not in _FAMILY.defaults:
            advice = nearest(key, _FAMILY.defaults, "its parameters are")
            raise InputError(f"{ITERATED} has no parameter {quoted(key)}; {advice}")
        if key in given:
            raise InputError(f"parameter {key!r} of {ITERATED} is given twice; give it once")
        given[key] = piece[match.end() :].strip()
    return given


def _stage(text: str, arguments: str, how: Mapping[str, Any]) -> NormalFormGame:
    text = text.strip()
    for _ in range(_MAX_QUOTES):
        if len(text) > 1 and _encloses(text):
            text = text[1:-1].strip()
    text = names.plain_text(text)
    if _LITERAL.match(text):
        text = text.replace(":", ",")
    text = names.call_of(text, arguments)
    with about(f"the stage of {ITERATED}"):
        # an iterated game, which may be nested thousands deep, is not even loaded
        game = None if is_iterated(text) else load(text, **how)
    if not isinstance(game, NormalFormGame):
        raise InputError(
            f"the stage of {ITERATED}: {quoted(text)} is no normal-form game, so it cannot be "
            "iterated; use another stage"
        )
    return called_as_given(game, text) if is_path(text) else game


def _encloses(text: str) -> bool:
    """Whether quotes or one pair of brackets enclose the whole text."""
    if _QUOTED.get(text[0]) != text[-1]:
        return False
    if text[0] != "(":
        return True
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return place == len(text) - 1
    return False


def _stage_parameters(stage: NormalFormGame) -> dict[str, Any]:
    """The stage by name where that gives the same game again, else spelt out."""
    named = names.call_parameters("stage", stage.name)
    if named["stage"] not in catalogue_names():
        known = named["stage"] in pyspiel.registered_names()
        named = {"stage": names.openspiel_text(stage.name)} if known else {}
    if named and _same(named, stage):
        return named
    if stage.name == LITERAL and literal_text(stage):
        return {"stage": literal_text(stage).replace(",", ":")}
    return {"stage": names.openspiel_text(compact_json(stage))}


def _same(named: Mapping[str, str], stage: NormalFormGame) -> bool:
    try:
        again = _stage(named["stage"], named.get("arguments", ""), {})
    except InputError:
        return False
    parts = ("players", "actions", "payoffs")
    return all(getattr(again, part) == getattr(stage, part) for part in parts)


def _whole(key: str, text: str) -> int:
    plain = text.strip()
    if not re.fullmatch(r"[+-]?\d+", plain, flags=re.ASCII):
        raise InputError(
            f"the {key} of {ITERATED} is {quoted(plain)}; give a whole number of steps"
        )
    if len(plain) > _MAX_DIGITS:
        raise InputError(
            f"the {key} of {ITERATED} is {plain[:60]}; give fewer than 10^{_MAX_DIGITS} steps"
        )
    return int(plain)


def _number(key: str, text: str) -> Fraction:
    with about(f"the {key} of {ITERATED}"):
        return parse_number(text)


_CONTINUE, _STOP = 0, 1


class IteratedOpenSpielGame(SteppedGame):
    """An iterated game for OpenSpiel; see `SteppedGame` for how long it goes on and what it pays.

    The information state of a player is the whole history, "p0 CC CD"; with recall="memory", and in
    an endless game, what a policy of the game's memory sees, "p0 init", "p0 CC", .... The
    observation is the memory, "CC", either way. Tensors are one-hot: over the memories, or over the
    joint actions of every step.

    Attributes:
        iterated: the same game with exact payoffs.
        payoffs: the stage's payoffs as doubles, one array a player.
    """

    def __init__(
        self, game: IteratedGame, *, recall: str | None = None, max_length: int | None = None
    ) -> None:
        stage = game.stage
        self.iterated = game
        self.payoffs = [stage.floats(k) for k in range(game.num_players)]
        rules = steps.Rules(
            [ExactArray(a.numerators.ravel(), a.denominator) for a in stage.payoffs],
            stage.actions,
            outcomes=2 if game.horizon is None else 0,
            start_outcomes=0,
            width=math.prod(stage.shape),
        )
        parameters = to_parameters(game)
        super().__init__(_FAMILY, game, rules, parameters, recall=recall, max_length=max_length)

    def new_initial_state(self) -> IteratedState:
        """A state before the first step."""
        return IteratedState(self)

    @property
    def markov(self) -> MarkovGame:
        """The exact Markov game whose states are the memories."""
        return self.iterated.markov

    @cached_property
    def places(self) -> dict[tuple[Joint, ...], int]:
        """The index of each memory among the states."""
        return {held: s for s, held in enumerate(self.iterated.memories)}


class IteratedState(SteppedState):
    """How far an iterated game has gone, and what is remembered of it."""

    def __init__(self, game: IteratedOpenSpielGame) -> None:
        super().__init__(game)
        self.held: tuple[Joint, ...] = ()  # the joint actions remembered, the oldest first

    @property
    def place(self) -> int:
        """The index of what is remembered among the game's states."""
        return int(self.get_game().places[self.held])

    def text(self, recall: str) -> str:
        """What is remembered, or all joint actions: "CC CD"; "init" where there are none."""
        seen = self.joint_actions() if recall == steps.PERFECT else self.held
        return str(self.get_game().iterated.label(seen))

    def write_history(self, tensor: NDArray[np.float32]) -> None:
        """Marks the joint action of each step."""
        shape = self.get_game().iterated.stage.shape
        for step, joint in enumerate(self.joint_actions()):
            tensor[step, np.ravel_multi_index(joint, shape)] = 1

    def chance_outcomes(self) -> list[tuple[int, float]]:
        """Whether the game goes on, with its probability."""
        discount = float(self.get_game().iterated.discount)
        return [(_CONTINUE, discount), (_STOP, 1 - discount)]

    def _legal_actions(self, player: int) -> list[int]:
        return list(range(self.get_game().iterated.stage.shape[player]))

    def _apply_action(self, action: int) -> None:
        self._at_chance = False
        self._over = action == _STOP

    def _apply_actions(self, actions: list[int]) -> None:
        game = self.get_game()
        joint = tuple(actions)
        self._pay([array[joint] for array in game.payoffs])
        self.held = game.iterated.remembered((*self.held, joint))
        self._at_chance = game.may_stop and not self._over

    def _action_to_string(self, player: int, action: int) -> str:
        if player == int(pyspiel.PlayerId.CHANCE):
            return ("continue", "stop")[action]
        return str(self.get_game().iterated.stage.actions[player][action])


@_FAMILY.register
def _create(parameters: dict[str, Any]) -> pyspiel.Game:
    horizon, discount = int(parameters["horizon"]), str(parameters["discount"])
    game = iterated(
        _stage(str(parameters["stage"]), str(parameters["arguments"]), {}),
        horizon=None if horizon == steps.NOT_GIVEN else horizon,
        discount=_number("discount", discount) if discount else None,
        memory=int(parameters["memory"]),
    )
    return IteratedOpenSpielGame(game, **steps.options_of(parameters))
