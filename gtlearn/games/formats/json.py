"""Games as JSON (schema gtlearn/game/1), exact: numbers are read as the decimals that they spell.

A normal form: `{"schema": "gtlearn/game/1", "name", "players", "actions", "payoffs", "source"}`
with one nested list a player in `payoffs`, `payoffs[k][i][j]` an integer or a text "p/q". Only
`payoffs` is required. A Bayesian game has `types` instead: a list of `{"name", "probability",
"actions", "payoffs"}`, and `leader`. A bare nested list is read as payoffs. A Markov game has
`transitions` and a schema of its own; see `gtlearn.games.formats.markov_json`; so has a tree, see
`gtlearn.games.formats.tree_json`, a Bayesian game with types on every side, see
`gtlearn.games.formats.harsanyi_json`, and a symmetric game that is given by the counts of actions,
see `gtlearn.games.formats.symmetric_json`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from gtlearn.errors import InputError, about, quoted
from gtlearn.games.formats import json_pieces as pieces
from gtlearn.games.formats.harsanyi_json import HARSANYI_SCHEMA, harsanyi_json, parse_harsanyi
from gtlearn.games.formats.json_pieces import Keys, Place
from gtlearn.games.formats.markov_json import is_markov, markov_json, read_markov
from gtlearn.games.formats.matrices import game_from_arrays, refuse_axis, refuse_flags
from gtlearn.games.formats.symmetric_json import (
    SYMMETRIC_SCHEMA,
    parse_symmetric,
    symmetric_json,
)
from gtlearn.games.formats.tree_json import TREE_SCHEMA, parse_tree, tree_json
from gtlearn.games.kinds import Game
from gtlearn.games.kinds.bayesian import BayesianGame
from gtlearn.games.kinds.extensive.game import ExtensiveGame
from gtlearn.games.kinds.harsanyi import HarsanyiGame
from gtlearn.games.kinds.iterated import IteratedGame, as_markov
from gtlearn.games.kinds.markov.game import MarkovGame
from gtlearn.games.kinds.normal_form import NormalFormGame
from gtlearn.games.kinds.symmetric import SymmetricGame
from gtlearn.games.numbers import format_number

_SCHEMA = "gtlearn/game/1"
_Build = Callable[..., NormalFormGame]

_KEYS = "schema name players actions payoffs source number_note"
_BAYESIAN_KEYS = "schema name players actions types leader source"
_TYPE_KEYS = "name probability actions payoffs"


def parse_json(
    text: str,
    *,
    name: str = "game",
    source: str = "",
    what: str = "the JSON text",
    players_axis: str | None = None,
    **flags: Any,
) -> Game:
    """The game of a JSON text.

    Args:
        text: the content of the file.
        name: what the game is called if the text does not say.
        source: where it comes from, if the text does not say.
        what: what the text is called in error messages.
        players_axis: "first" or "last": which level of nested lists counts the players; the
            first unless given.
        **flags: symmetric and zero_sum, as of `game_from_arrays`.

    Raises:
        InputError: naming line and column if it is no JSON, else the key that is wrong.

    >>> parse_json('{"payoffs": [[[1, 0], [0, 0.5]], [[1, 0], [0, "1/2"]]]}').payoff(0, (1, 1))
    Fraction(1, 2)
    """
    build: _Build = partial(game_from_arrays, players_axis=players_axis, **flags)
    try:
        value = pieces.read_value(text)
        if isinstance(value, list):
            return build(value, name=name, source=source)
        if not isinstance(value, Mapping):
            raise InputError('it holds no object; write {"payoffs": [...]}')
        if is_markov(value):
            refuse_axis(players_axis, "the game is a Markov game")
            return read_markov(value, name=name, source=source, **flags)
        if value.get("schema") == TREE_SCHEMA:
            refuse_axis(players_axis, "the game is a tree")
            return parse_tree(value, name, source)
        if value.get("schema") == SYMMETRIC_SCHEMA:
            refuse_axis(players_axis, "the game is symmetric")
            return parse_symmetric(value, name, source)
        if value.get("schema") == HARSANYI_SCHEMA or "prior" in value:
            refuse_axis(players_axis, "the game has types")
            refuse_flags(**flags, why="the game has types")
            return parse_harsanyi(value, name, source)
        if "types" in value:
            return _bayesian(value, name, source, build)
        return _normal_form(value, name, source, build)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InputError(f"{what}, {where}: {error.msg[0].lower()}{error.msg[1:]}") from None
    except RecursionError:
        raise InputError(
            f"{what} is nested too deeply; give fewer levels, a tree as .efg"
        ) from None
    except InputError as error:
        raise InputError(f"{what}: {error}") from None


def dump_json(game: Game) -> str:
    """The game as a JSON text, exact, with its labels; an iterated game as its Markov game."""
    if isinstance(game, IteratedGame | MarkovGame):
        return pieces.layout(markov_json(as_markov(game))) + "\n"
    if isinstance(game, HarsanyiGame):
        return pieces.layout(harsanyi_json(game)) + "\n"
    if isinstance(game, ExtensiveGame):
        return json.dumps(tree_json(game), indent=1, ensure_ascii=False) + "\n"
    if isinstance(game, SymmetricGame):
        return pieces.layout(symmetric_json(game)) + "\n"
    head: dict[str, Any] = {"schema": _SCHEMA, "name": game.name, "players": game.players}
    if isinstance(game, BayesianGame):
        head["leader"] = game.leader
        head["types"] = [
            {
                "name": label,
                "probability": format_number(probability),
                "actions": stage.actions,
                "payoffs": [pieces.tensor(array) for array in stage.payoffs],
            }
            for label, probability, stage in zip(game.types, game.prior, game.games, strict=True)
        ]
    elif isinstance(game, NormalFormGame):
        head["actions"] = game.actions
        head["payoffs"] = [pieces.tensor(array) for array in game.payoffs]
    if game.source:
        head["source"] = game.source
    if game.number_note and isinstance(game, NormalFormGame):
        head["number_note"] = game.number_note
    return pieces.layout(head) + "\n"


def compact_json(game: Game) -> str:
    """As `dump_json`, in one line without spaces."""
    return json.dumps(json.loads(dump_json(game)), separators=(",", ":"))


def _normal_form(value: Mapping[str, Any], name: str, source: str, build: _Build) -> NormalFormGame:
    keys = Keys(value, "the game", _KEYS, _SCHEMA)
    if "payoffs" not in value:
        raise InputError('the key "payoffs" is missing; give one nested list a player')
    return build(
        value["payoffs"],
        name=keys.text("name", name),
        players=keys.labels_at("players"),
        actions=keys.actions(),
        source=keys.text("source", source),
        number_note=keys.text("number_note", ""),
    )


def _bayesian(value: Mapping[str, Any], name: str, source: str, build: _Build) -> BayesianGame:
    keys = Keys(value, "the game", _BAYESIAN_KEYS, _SCHEMA)
    name, source = keys.text("name", name), keys.text("source", source)
    types = value["types"]
    if not isinstance(types, list) or not types:
        raise InputError('"types" must be a list with one object a follower type')
    labels, prior, games = [], [], []
    for number, entry in enumerate(types, start=1):
        Place(entry, f"type {number}").must_be(Mapping, "must be an object")
        called = Place(entry.get("name", str(number)), '"name"')
        labels.append(called.must_be(str, "must be a string"))
        where = f"type {quoted(labels[-1])}"
        given = Keys(entry, where, _TYPE_KEYS, _SCHEMA)
        for key in ("probability", "payoffs"):
            if key not in entry:
                raise InputError(f'{where} has no "{key}"; give one')
        prior.append(Place(entry["probability"], f"the probability of {where}").number())
        how = {"name": f"{name}, {where}", "players": keys.labels_at("players"), "source": source}
        with about(where):
            actions = given.actions() or keys.actions()
            games.append(build(entry["payoffs"], actions=actions, **how))
    leader = value.get("leader", 0)
    if isinstance(leader, bool) or leader not in (0, 1):
        raise InputError(f'"leader" must be 0 or 1, not {pieces.shown(leader)}')
    return BayesianGame(name, tuple(labels), tuple(prior), tuple(games), int(leader), source)
