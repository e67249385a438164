"""Markov games as JSON (schema gtlearn/markov-game/1), exact, in a form that people write.

    {"schema": "gtlearn/markov-game/1",
     "states": ["boom", "bust"],
     "actions": [["high", "low"], ["high", "low"]],
     "payoffs": {"boom": "4,4 1,5; 5,1 2,2", "bust": 0},
     "transitions": {"boom": {"high": "boom", "*": {"boom": "1/2", "bust": "1/2"}}, ...},
     "discount": "9/10"}

- `payoffs` is either one nested list a player, `payoffs[k][s][i][j]`, or an object that gives, by
  the state's label, what is paid there: a bimatrix as a text, one nested list (or number) a
  player, or one number for all.
- `transitions` is either a nested list, `transitions[s][i][j][t]`, or an object: by the state's
  label, then by the action of one player after the other, the next state's label, or the
  probability of each by its label. "*" is every action that is not named, and a state's label in
  place of an object holds whatever else is done.
- Optional: `name`, `players`, `start` (a label, or probabilities), `horizon`, `discount`,
  `averaged`, `legal` (by state and player, the labels of what may be played there; or one nested
  list of truth values a player), `source`, `number_note`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from numpy.typing import NDArray

from gtlearn.errors import InputError
from gtlearn.games.formats import json_pieces as pieces
from gtlearn.games.formats.markov_json_reading import (
    ANY,
    read_legal,
    read_payoffs,
    read_start,
    read_state_labels,
    read_transitions,
)
from gtlearn.games.kinds.markov.building import markov_game
from gtlearn.games.kinds.markov.game import MarkovGame
from gtlearn.games.labels import check_labels, numbered_labels
from gtlearn.games.numbers import format_number

SCHEMA = "gtlearn/markov-game/1"

_KEYS = (
    "schema",
    "name",
    "players",
    "states",
    "actions",
    "payoffs",
    "transitions",
    "start",
    "horizon",
    "discount",
    "averaged",
    "legal",
    "source",
    "number_note",
)


def is_markov(value: Mapping[str, Any]) -> bool:
    """Whether a JSON object means a Markov game."""
    return value.get("schema") == SCHEMA or "transitions" in value


def read_markov(
    value: Mapping[str, Any],
    *,
    name: str = "game",
    source: str = "",
    symmetric: bool = False,
    zero_sum: bool = False,
) -> MarkovGame:
    """The Markov game of a JSON object.

    Args:
        value: the object, as `json_pieces.read_value` gives it.
        name: what the game is called if the object does not say.
        source: where it comes from, if the object does not say.
        symmetric: a bimatrix text of single numbers holds the row player's payoffs of a symmetric
            game.
        zero_sum: such a text holds the row player's payoffs of a zero-sum game.

    Raises:
        InputError: naming the key, the state and the actions that are wrong.
    """
    pieces.check_keys(value, _KEYS, "the Markov game", SCHEMA)
    for key in ("payoffs", "transitions"):
        if key not in value:
            raise InputError(f'the key "{key}" is missing; give it by state, or as nested lists')
    name = pieces.text(value, "name", name)
    states, actions = read_state_labels(value), pieces.action_labels(value)
    check_labels(name, "state", states or ())
    payoffs = read_payoffs(value["payoffs"], states, actions, symmetric, zero_sum)
    size, shape = payoffs[0].shape[0], payoffs[0].shape[1:]
    states = states or [str(s) for s in range(size)]
    actions = actions or [numbered_labels(n) for n in shape]
    players = pieces.labels(value, "players")
    if tuple(map(len, actions)) != shape or len(states) != size or len(payoffs) != len(shape):
        raise InputError(
            f"the payoffs have shape {[size, *shape]}, but labels are given for {len(states)} "
            f"states and {' x '.join(str(len(labels)) for labels in actions)} actions"
        )
    legal = read_legal(value.get("legal"), states, players, actions)
    transitions = read_transitions(value["transitions"], states, actions, legal)
    horizon, averaged = value.get("horizon"), value.get("averaged")
    if isinstance(horizon, Fraction) and horizon.denominator == 1:  # written as 10.0
        horizon = int(horizon)
    if averaged is not None and not isinstance(averaged, bool):
        raise InputError(f'"averaged" must be true or false, not {pieces.shown(averaged)}')
    discount = value.get("discount")
    return markov_game(
        payoffs,
        transitions,
        start=read_start(value.get("start"), states),
        horizon=horizon,
        discount=None if discount is None else pieces.number(discount, "the discount"),
        averaged=averaged,
        name=name,
        players=players,
        states=states,
        actions=actions,
        legal=legal,
        source=pieces.text(value, "source", source),
        number_note=pieces.text(value, "number_note", ""),
    )


def markov_json(game: MarkovGame) -> dict[str, Any]:
    """The JSON object of a Markov game; what is not legal is left out of its transitions."""
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "name": game.name,
        "players": game.players,
        "states": game.states,
        "actions": game.actions,
        "start": _distribution(game.start, game.states),
    }
    if game.horizon is not None:
        data["horizon"] = game.horizon
    if game.discount != 1:
        data["discount"] = format_number(game.discount)
    if game.averaged != (game.horizon is not None and game.discount == 1):
        data["averaged"] = game.averaged
    if not all(mask.all() for mask in game.legal):
        data["legal"] = _legal_json(game)
    texts = [array.texts() for array in game.payoffs]
    data["payoffs"] = {
        label: _payoff_json([text[s] for text in texts]) for s, label in enumerate(game.states)
    }
    data["transitions"] = {
        label: _transition_json(game, s, ()) for s, label in enumerate(game.states)
    }
    for key in ("source", "number_note"):
        if getattr(game, key):
            data[key] = getattr(game, key)
    return data


def _payoff_json(texts: Sequence[NDArray[Any]]) -> Any:
    """What is paid in one state: a bimatrix as a text, else one nested list a player."""
    if len(texts) != 2:
        return [text.tolist() for text in texts]
    rows = zip(*(text.tolist() for text in texts), strict=True)
    cells = ([f"{a},{b}" for a, b in zip(*row, strict=True)] for row in rows)
    return "; ".join(" ".join(row) for row in cells)


def _transition_json(game: MarkovGame, state: int, chosen: tuple[int, ...]) -> Any:
    """What may follow a state where the first players have chosen, by the next player's action."""
    player = len(chosen)
    if player == game.num_players:
        return _distribution(
            [game.transitions[(state, *chosen, t)] for t in range(game.num_states)], game.states
        )
    branches = {
        label: _transition_json(game, state, (*chosen, action))
        for action, label in enumerate(game.actions[player])
        if game.legal[player][state, action]
    }
    first, *rest = branches.values()
    if any(branch != first for branch in rest) or ANY in game.actions[player]:
        return branches
    if isinstance(first, str):
        return first
    return {ANY: first} if rest else branches


def _distribution(row: Sequence[Fraction], states: Sequence[str]) -> Any:
    """The label of a state that is certain, else the probabilities above 0 by label."""
    found = {label: format_number(p) for label, p in zip(states, row, strict=True) if p}
    return next(iter(found)) if len(found) == 1 else found


def _legal_json(game: MarkovGame) -> dict[str, dict[str, list[str]]]:
    """The labels of what may be played, where that is not everything."""
    out: dict[str, dict[str, list[str]]] = {}
    for s, state in enumerate(game.states):
        for player, mask, labels in zip(game.players, game.legal, game.actions, strict=True):
            if not mask[s].all():
                allowed = [label for label, ok in zip(labels, mask[s], strict=True) if ok]
                out.setdefault(state, {})[player] = allowed
    return out
