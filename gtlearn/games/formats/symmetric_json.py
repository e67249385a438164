"""Symmetric games as JSON of schema gtlearn/symmetric/1: payoffs by the counts of what others do.

`{"schema": "gtlearn/symmetric/1", "name", "players", "actions", "payoffs", "source"}`: how many
players there are, or their labels; one label an action; one list an action in `payoffs`. With two
actions, entry k of such a list is what the action earns where k of the others take the second one.
With more, the entries stand in the order of `counts_of`: first the counts in which most others take
the first action, and among those the ones in which most others take the second.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games.formats import json_pieces as pieces
from gtlearn.games.kinds.symmetric import SymmetricGame, check_counts
from gtlearn.games.labels import default_players
from gtlearn.games.numbers import exact_array

SYMMETRIC_SCHEMA = "gtlearn/symmetric/1"
_KEYS = "schema name players actions payoffs source number_note"


def symmetric_json(game: SymmetricGame) -> dict[str, Any]:
    """The JSON object of a symmetric game, exact, with its labels."""
    numbered = list(game.players) == default_players(game.num_players)
    said = {"source": game.source, "number_note": game.number_note}
    return {
        "schema": SYMMETRIC_SCHEMA,
        "name": game.name,
        "players": game.num_players if numbered else list(game.players),
        "actions": list(game.actions),
        "payoffs": pieces.tensor(game.payoffs),
        **{key: text for key, text in said.items() if text},
    }


def parse_symmetric(value: Mapping[str, Any], name: str, source: str) -> SymmetricGame:
    """The game of a JSON object of schema gtlearn/symmetric/1.

    Raises:
        InputError: naming the key that is wrong.
    """
    keys = pieces.Keys(value, "the game", _KEYS, SYMMETRIC_SCHEMA)
    for key in ("players", "actions", "payoffs"):
        if key not in value:
            raise InputError(f'the key "{key}" is missing')
    players, actions = value["players"], keys.at("actions").labels()
    if type(players) is int:
        check_counts(players, len(actions))
        labels = default_players(players)
    else:
        labels = keys.at("players").labels()
        check_counts(len(labels), len(actions))
    return SymmetricGame(
        keys.text("name", name),
        tuple(labels),
        tuple(actions),
        exact_array(value["payoffs"]),
        keys.text("source", source),
        number_note=keys.text("number_note", ""),
    )
