"""Bayesian games with types on every side as JSON of schema gtlearn/bayesian/1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gtlearn.errors import InputError, about, quoted
from gtlearn.games.formats import json_pieces as pieces
from gtlearn.games.formats.json_pieces import Keys, Place
from gtlearn.games.kinds.harsanyi import HarsanyiGame, TypeProfile, places_of
from gtlearn.games.labels import Point, default_players
from gtlearn.games.numbers import exact_array, format_number

HARSANYI_SCHEMA = "gtlearn/bayesian/1"

_KEYS = "schema name players types prior source number_note"
_PROFILE_KEYS = "types probability payoffs"


def harsanyi_json(game: HarsanyiGame) -> dict[str, Any]:
    """The JSON object of a game, exact, with its labels.

    "types" is one object a player, the actions by the type's label; "prior" one object a profile of
    types: {"types", "probability", "payoffs"}.
    """
    head: dict[str, Any] = {
        "schema": HARSANYI_SCHEMA,
        "name": game.name,
        "players": game.players,
        "types": [{point.label: point.actions for point in own} for own in game.types],
        "prior": [
            {
                "types": [own[k].label for own, k in zip(game.types, drawn.types, strict=True)],
                "probability": format_number(drawn.probability),
                "payoffs": [pieces.tensor(tensor) for tensor in drawn.payoffs],
            }
            for drawn in game.profiles
        ],
    }
    said = {"source": game.source, "number_note": game.number_note}
    return {**head, **{key: value for key, value in said.items() if value}}


def parse_harsanyi(value: Mapping[str, Any], name: str, source: str) -> HarsanyiGame:
    """The game of a JSON object of schema gtlearn/bayesian/1.

    Raises:
        InputError: naming the key, if it is none.
    """
    keys = Keys(value, "the game", _KEYS, HARSANYI_SCHEMA)
    for key in ("types", "prior"):
        if key not in value:
            raise InputError(f'the game has no "{key}"; give one')
    given, players = value["types"], keys.labels_at("players")
    if isinstance(given, Mapping):
        if players is None:
            players = list(given)
        Place(given, '"types"').known(players, "player")
        lacking = next((player for player in players if player not in given), None)
        if lacking is not None:
            raise InputError(f'"types" has none of {quoted(lacking)}; give it one type at least')
        given = [given[player] for player in players]
    Place(given, '"types"').must_be(list, "must be one object a player")
    players = players or default_players(len(given))
    types = tuple(_points(own, f'"types" of player {k}') for k, own in enumerate(given, start=1))
    listed = keys.at("prior").must_be(list, "must be a list with one object a profile of types")
    profiles = tuple(
        _profile(entry, f"entry {k} of the prior", types) for k, entry in enumerate(listed, start=1)
    )
    return HarsanyiGame(
        keys.text("name", name),
        tuple(players),
        types,
        profiles,
        keys.text("source", source),
        number_note=keys.text("number_note", ""),
    )


def _points(own: Any, where: str) -> tuple[Point, ...]:
    """The types of a player."""
    Place(own, where).must_be(Mapping, "must be an object of the actions of each type")
    return tuple(
        Point(label, tuple(Place(actions, f"{where}, the actions of {quoted(label)}").labels()))
        for label, actions in own.items()
    )


def _profile(entry: Any, where: str, types: Sequence[Sequence[Point]]) -> TypeProfile:
    Place(entry, where).must_be(Mapping, "must be an object")
    Keys(entry, where, _PROFILE_KEYS, HARSANYI_SCHEMA)
    for key in _PROFILE_KEYS.split():
        if key not in entry:
            raise InputError(f'{where} has no "{key}"; give it')
    with about(where):
        place = places_of(Place(entry["types"], '"types"').labels(), types)
        probability = Place(entry["probability"], '"probability"').number()
        payoffs = Place(entry["payoffs"], '"payoffs"').must_be(list, "must be one list a player")
        tensors = tuple(exact_array(tensor) for tensor in payoffs)
    return TypeProfile(place, probability, tensors)
