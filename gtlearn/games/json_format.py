"""Games as JSON (schema gtlearn/game/1), exact: numbers are read as the decimals that they spell.

A normal form: `{"schema": "gtlearn/game/1", "name", "players", "actions", "payoffs", "source"}`
with one nested list a player in `payoffs`, `payoffs[k][i][j]` an integer or a text "p/q". Only
`payoffs` is required. A Bayesian game has `types` instead: a list of `{"name", "probability",
"actions", "payoffs"}`, and `leader`. A bare nested list is read as payoffs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any, NoReturn

from gtlearn.errors import InputError
from gtlearn.games.bayesian import BayesianGame
from gtlearn.games.matrices import game_from_arrays
from gtlearn.games.normal_form import NormalFormGame
from gtlearn.games.numbers import (
    ExactArray,
    format_number,
    parse_number,
    short_number,
    to_fraction,
)

SCHEMA = "gtlearn/game/1"
Game = NormalFormGame | BayesianGame
_Build = Callable[..., NormalFormGame]

_KEYS = ("schema", "name", "players", "actions", "payoffs", "source", "number_note")
_BAYESIAN_KEYS = ("schema", "name", "players", "actions", "types", "leader", "source")
_TYPE_KEYS = ("name", "probability", "actions", "payoffs")


def parse_json(
    text: str,
    *,
    name: str = "game",
    source: str = "",
    what: str = "the JSON text",
    symmetric: bool = False,
    zero_sum: bool = False,
) -> Game:
    """The game of a JSON text.

    Args:
        text: the content of the file.
        name: what the game is called if the text does not say.
        source: where it comes from, if the text does not say.
        what: what the text is called in error messages.
        symmetric: a single matrix is the row player's payoffs of a symmetric game.
        zero_sum: a single matrix is the row player's payoffs of a zero-sum game.

    Raises:
        InputError: naming line and column if it is no JSON, else the key that is wrong.

    >>> parse_json('{"payoffs": [[[1, 0], [0, 0.5]], [[1, 0], [0, "1/2"]]]}').payoff(0, (1, 1))
    Fraction(1, 2)
    """
    build = partial(game_from_arrays, symmetric=symmetric, zero_sum=zero_sum)
    try:
        value = json.loads(
            text,
            parse_float=parse_number,
            parse_int=_integer,
            parse_constant=_no_constant,
            object_pairs_hook=_object,
        )
        if isinstance(value, list):
            return build(value, name=name, source=source)
        if not isinstance(value, Mapping):
            raise InputError('it holds no object; write {"payoffs": [...]}')
        if "types" in value:
            return _bayesian(value, name, source, build)
        return _normal_form(value, name, source, build)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InputError(f"{what}, {where}: {error.msg[0].lower()}{error.msg[1:]}") from None
    except RecursionError:
        raise InputError(f"{what} is nested too deeply; give one list level a player") from None
    except InputError as error:
        raise InputError(f"{what}: {error}") from None


def dump_json(game: Game) -> str:
    """The game as a JSON text, exact, with its labels; payoff rows stand on one line each."""
    head: dict[str, Any] = {"schema": SCHEMA, "name": game.name, "players": game.players}
    if isinstance(game, BayesianGame):
        head["leader"] = game.leader
        head["types"] = [
            {
                "name": label,
                "probability": format_number(probability),
                "actions": stage.actions,
                "payoffs": [_tensor(tensor) for tensor in stage.payoffs],
            }
            for label, probability, stage in zip(game.types, game.prior, game.games, strict=True)
        ]
    else:
        head["actions"] = game.actions
        head["payoffs"] = [_tensor(tensor) for tensor in game.payoffs]
    if game.source:
        head["source"] = game.source
    if game.number_note and isinstance(game, NormalFormGame):
        head["number_note"] = game.number_note
    return _layout(head, 0) + "\n"


def _tensor(tensor: ExactArray) -> Any:
    """Nested lists of ints, and of texts "p/q" (also for integers that doubles cannot hold)."""
    if tensor.denominator == 1 and abs(tensor.numerators).max() <= 2**53:
        return tensor.numerators.tolist()
    return tensor.texts().tolist()


def _layout(value: Any, depth: int) -> str:
    """JSON with one line a key or row, and the innermost lists on one line."""
    inner, outer = "  " * (depth + 1), "  " * depth
    if isinstance(value, dict):
        parts = [f"{json.dumps(k)}: {_layout(v, depth + 1)}" for k, v in value.items()]
        return "{\n" + ",\n".join(inner + part for part in parts) + f"\n{outer}}}"
    if isinstance(value, list | tuple) and any(isinstance(v, list | tuple | dict) for v in value):
        parts = [_layout(v, depth + 1) for v in value]
        return "[\n" + ",\n".join(inner + part for part in parts) + f"\n{outer}]"
    return json.dumps(value, ensure_ascii=False)


def _normal_form(value: Mapping[str, Any], name: str, source: str, build: _Build) -> NormalFormGame:
    _check_keys(value, _KEYS, "the game")
    if "payoffs" not in value:
        raise InputError('the key "payoffs" is missing; give one nested list a player')
    return build(
        value["payoffs"],
        name=_text(value, "name", name),
        players=_labels(value, "players"),
        actions=_action_labels(value),
        source=_text(value, "source", source),
        number_note=_text(value, "number_note", ""),
    )


def _bayesian(value: Mapping[str, Any], name: str, source: str, build: _Build) -> BayesianGame:
    _check_keys(value, _BAYESIAN_KEYS, "the game")
    name = _text(value, "name", name)
    types = value["types"]
    if not isinstance(types, list) or not types:
        raise InputError('"types" must be a list with one object a follower type')
    labels, prior, games = [], [], []
    for number, entry in enumerate(types, start=1):
        if not isinstance(entry, Mapping):
            raise InputError(f"type {number} must be an object, not {_shown(entry)}")
        labels.append(_text(entry, "name", str(number)))
        where = f"type {labels[-1]!r}"
        _check_keys(entry, _TYPE_KEYS, where)
        for key in ("probability", "payoffs"):
            if key not in entry:
                raise InputError(f'{where} has no "{key}"; give one')
        prior.append(_probability(entry["probability"], where))
        try:
            games.append(
                build(
                    entry["payoffs"],
                    name=f"{name}, {where}",
                    players=_labels(value, "players"),
                    actions=_action_labels(entry) or _action_labels(value),
                    source=_text(value, "source", source),
                )
            )
        except InputError as error:
            raise InputError(f"{where}: {error}") from None
    leader = value.get("leader", 0)
    if isinstance(leader, bool) or leader not in (0, 1):
        raise InputError(f'"leader" must be 0 or 1, not {_shown(leader)}')
    return BayesianGame(
        name=name,
        types=tuple(labels),
        prior=tuple(prior),
        games=tuple(games),
        leader=int(leader),
        source=_text(value, "source", source),
    )


def _probability(value: Any, where: str) -> Fraction:
    try:
        return to_fraction(value)
    except InputError as error:
        raise InputError(f"the probability of {where}: {error}") from None


def _labels(value: Mapping[str, Any], key: str) -> Sequence[str] | None:
    if key not in value:
        return None
    return _label_list(value[key], f'"{key}"')


def _action_labels(value: Mapping[str, Any]) -> list[Sequence[str]] | None:
    if "actions" not in value:
        return None
    actions = value["actions"]
    if not isinstance(actions, list):
        raise InputError('"actions" must be a list with one list of labels a player')
    return [_label_list(labels, f'"actions" of player {k + 1}') for k, labels in enumerate(actions)]


def _label_list(value: Any, what: str) -> Sequence[str]:
    if not isinstance(value, list):
        raise InputError(f"{what} must be a list of labels, not {_shown(value)}")
    for label in value:
        if not isinstance(label, str | int) or isinstance(label, bool):
            raise InputError(f"{what} holds {_shown(label)}, which is no label; write a string")
    return [label if isinstance(label, str) else format_number(Fraction(label)) for label in value]


def _text(value: Mapping[str, Any], key: str, default: str) -> str:
    text = value.get(key, default)
    if not isinstance(text, str):
        raise InputError(f'"{key}" must be a string, not {_shown(text)}')
    return text


def _check_keys(value: Mapping[str, Any], known: Sequence[str], what: str) -> None:
    unknown = [key for key in value if key not in known]
    if unknown:
        raise InputError(
            f"{what} has an unknown key {unknown[0][:60]!r}; the keys are {', '.join(known)}"
        )
    if value.get("schema", SCHEMA) != SCHEMA:
        raise InputError(f'its schema is {_shown(value["schema"])}, not "{SCHEMA}"')


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in pairs:
        if key in out:
            raise InputError(f"the key {key[:60]!r} comes twice in one object; keep one")
        out[key] = value
    return out


def _integer(text: str) -> int:
    return int(text) if len(text) < 19 else int(parse_number(text))


def _no_constant(text: str) -> NoReturn:
    raise InputError(f"{text} is not a finite number; replace it by a number")


def _shown(value: Any) -> str:
    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        return short_number(value)
    shown = f"a {type(value).__name__}" if isinstance(value, list | dict) else repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
