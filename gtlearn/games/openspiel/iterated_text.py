"""The text `gtlearn_iterated(stage=...,horizon=...,discount=...)`, read and written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pyspiel

from gtlearn.errors import InputError, quoted
from gtlearn.games.catalogue import catalogue_names
from gtlearn.games.formats.files import is_path
from gtlearn.games.formats.json import compact_json
from gtlearn.games.kinds.iterated import IteratedGame, called_as_given, iterated
from gtlearn.games.kinds.normal_form import LITERAL, NormalFormGame, literal_text
from gtlearn.games.kinds.registry import load
from gtlearn.games.names import (
    call_of,
    call_parameters,
    nearest,
    openspiel_text,
    plain_text,
    split_call,
)
from gtlearn.games.numbers import format_number, parse_number
from gtlearn.games.openspiel.steps import MEMORY, check_max_length, check_recall

SHORT_NAME = "gtlearn_iterated"
PARAMETERS = ("stage", "arguments", "horizon", "discount", "memory", "recall", "max_length")

_START = re.compile(r"\s*([A-Za-z_]\w*)\s*=", flags=re.ASCII)
_QUOTED = {'"': '"', "'": "'", "(": ")"}
_LITERAL = re.compile(r"[-+.(\d]|[^\[{]*;", flags=re.ASCII)
_MAX_QUOTES = 9  # around a stage
_MAX_DIGITS = 9  # of a horizon or a memory


def is_iterated(text: str) -> bool:
    """Whether a text is `gtlearn_iterated(...)`."""
    call = split_call(text)
    return call is not None and call[0] == SHORT_NAME


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
    call = split_call(text)
    if call is None or call[0] != SHORT_NAME:
        raise InputError(f"{quoted(text)} is no iterated game; write {SHORT_NAME}(stage=...)")
    given = _split_arguments(call[1])
    if "stage" not in given:
        raise InputError(
            f"{SHORT_NAME}(...) has no stage; write {SHORT_NAME}(stage=prisoners_dilemma,"
            "horizon=10)"
        )
    check_recall(given.get("recall", MEMORY))
    if "max_length" in given:
        check_max_length(_whole("max_length", given["max_length"]))
    horizon, memory = given.get("horizon"), given.get("memory", "1")
    return iterated(
        _stage(given["stage"], given.get("arguments", ""), how),
        horizon=None if horizon is None else _whole("horizon", horizon),
        discount=_number("discount", given["discount"]) if "discount" in given else None,
        memory=_whole("memory", memory),
    )


def from_parameters(parameters: Mapping[str, Any], not_given: int) -> IteratedGame:
    """The iterated game that OpenSpiel's parameters stand for."""
    horizon, discount = int(parameters["horizon"]), str(parameters["discount"])
    return iterated(
        _stage(str(parameters["stage"]), str(parameters["arguments"]), {}),
        horizon=None if horizon == not_given else horizon,
        discount=_number("discount", discount) if discount else None,
        memory=int(parameters["memory"]),
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
                f"{quoted(piece.strip())} in {SHORT_NAME}(...) is no parameter; write key=value"
            )
        key = match[1]
        if key not in PARAMETERS:
            advice = nearest(key, PARAMETERS) or f"its parameters are {', '.join(PARAMETERS)}"
            raise InputError(f"{SHORT_NAME} has no parameter {quoted(key)}; {advice}")
        if key in given:
            raise InputError(f"parameter {key!r} of {SHORT_NAME} is given twice; give it once")
        given[key] = piece[match.end() :].strip()
    return given


def _stage(text: str, arguments: str, how: Mapping[str, Any]) -> NormalFormGame:
    text = text.strip()
    for _ in range(_MAX_QUOTES):
        if len(text) > 1 and _encloses(text):
            text = text[1:-1].strip()
    text = plain_text(text)
    if _LITERAL.match(text):
        text = text.replace(":", ",")
    text = call_of(text, arguments)
    try:  # an iterated game, which may be nested thousands deep, is not even loaded
        game = None if is_iterated(text) else load(text, **how)
    except InputError as error:
        raise InputError(f"the stage of {SHORT_NAME}: {error}") from None
    if not isinstance(game, NormalFormGame):
        raise InputError(
            f"the stage of {SHORT_NAME}: {quoted(text)} is no normal-form game, so it cannot be "
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
    named = call_parameters("stage", stage.name)
    if named["stage"] not in catalogue_names():
        known = named["stage"] in pyspiel.registered_names()
        named = {"stage": openspiel_text(stage.name)} if known else {}
    if named and _same(named, stage):
        return named
    if stage.name == LITERAL and literal_text(stage):
        return {"stage": literal_text(stage).replace(",", ":")}
    return {"stage": openspiel_text(compact_json(stage))}


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
            f"the {key} of {SHORT_NAME} is {quoted(plain)}; give a whole number of steps"
        )
    if len(plain) > _MAX_DIGITS:
        raise InputError(
            f"the {key} of {SHORT_NAME} is {plain[:60]}; give fewer than 10^{_MAX_DIGITS} steps"
        )
    return int(plain)


def _number(key: str, text: str) -> Fraction:
    try:
        return parse_number(text)
    except InputError as error:
        raise InputError(f"the {key} of {SHORT_NAME}: {error}") from None
