"""Markov games as JSON (schema gtlearn/markov-game/1), exact, in a form for writing by hand.

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

import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError, about, quoted
from gtlearn.games.formats.json_pieces import Keys, Place, shown
from gtlearn.games.formats.literal import parse_literal
from gtlearn.games.formats.matrices import refuse_flags
from gtlearn.games.kinds.markov.building import markov_game
from gtlearn.games.kinds.markov.game import MarkovGame, check_size
from gtlearn.games.kinds.normal_form import cells_text
from gtlearn.games.labels import check_labels, default_players, numbered_labels
from gtlearn.games.numbers import (
    ExactArray,
    common_denominator,
    exact_array,
    format_number,
    from_fractions,
    integer_array,
)

ANY = "*"  # every action that is not named
_SCHEMA = "gtlearn/markov-game/1"

_KEYS = (
    "schema name players states actions payoffs transitions start horizon discount averaged legal "
    "source number_note"
)


def is_markov(value: Mapping[str, Any]) -> bool:
    """Whether a JSON object means a Markov game."""
    return value.get("schema") == _SCHEMA or "transitions" in value


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
    keys = Keys(value, "the Markov game", _KEYS, _SCHEMA)
    for key in ("payoffs", "transitions"):
        if key not in value:
            raise InputError(f'the key "{key}" is missing; give it by state, or as nested lists')
    name = keys.text("name", name)
    states, actions = _states(keys), keys.actions()
    check_labels(name, "state", states or ())
    payoffs = _payoffs(keys.at("payoffs"), states, actions, symmetric, zero_sum)
    size, shape = payoffs[0].shape[0], payoffs[0].shape[1:]
    states = states or [str(s) for s in range(size)]
    actions = actions or [numbered_labels(n) for n in shape]
    players = keys.labels_at("players")
    if tuple(map(len, actions)) != shape or len(states) != size or len(payoffs) != len(shape):
        raise InputError(
            f"the payoffs have shape {[size, *shape]}, but labels are given for {len(states)} "
            f"states and {' x '.join(str(len(labels)) for labels in actions)} actions"
        )
    legal = _legal(keys.at("legal"), states, players, actions)
    horizon = value.get("horizon")
    if isinstance(horizon, Fraction) and horizon.denominator == 1:  # written as 10.0
        horizon = int(horizon)
    discount, averaged = value.get("discount"), value.get("averaged")
    if averaged is not None:
        keys.at("averaged").must_be(bool, "must be true or false")
    return markov_game(
        payoffs,
        _transitions(keys.at("transitions"), states, actions, legal),
        start=_start(value.get("start"), states),
        horizon=horizon,
        discount=None if discount is None else Place(discount, "the discount").number(),
        averaged=averaged,
        name=name,
        players=players,
        states=states,
        actions=actions,
        legal=legal,
        source=keys.text("source", source),
        number_note=keys.text("number_note", ""),
    )


def _states(keys: Keys) -> list[str] | None:
    """The labels of the states: those listed, else the keys of the payoffs or transitions."""
    if "states" in keys.value:
        return keys.labels_at("states")
    objects = (keys.value[key] for key in ("payoffs", "transitions"))
    return next((list(given) for given in objects if isinstance(given, Mapping)), None)


def _payoffs(
    given: Place,
    states: Sequence[str] | None,
    actions: Sequence[Sequence[str]] | None,
    symmetric: bool,
    zero_sum: bool,
) -> list[ExactArray]:
    """One array a player, of shape (states, *actions)."""
    by_state = isinstance(given.value, Mapping)
    if not by_state or not any(isinstance(entry, str) for entry in given.value.values()):
        refuse_flags(symmetric, zero_sum, "every player's payoffs are given")
    if not by_state:
        rows = given.must_be(list, "must be an object or nested lists")
        arrays = [exact_array(v, what=f"the payoffs of player {k}") for k, v in enumerate(rows, 1)]
        if len(arrays) < 2 or any(len(array.shape) != len(arrays) + 1 for array in arrays):
            raise InputError(
                '"payoffs" must be one nested list a player, at least two, by state and then by '
                "one player's action after the other"
            )
        return arrays
    states = states or list(given.value)
    stages = {}
    by_label = Place(given.value, "the payoffs").each(states, "payoffs", "give some, or 0")
    for state, entry in by_label:
        with about(f"the payoffs in state {quoted(state)}"):
            stages[state] = _stage(entry, symmetric, zero_sum)
    return _stacked(stages, actions)


def _stage(value: Any, symmetric: bool, zero_sum: bool) -> list[ExactArray] | ExactArray:
    """What is paid in one state: one array a player, or one number for all."""
    if isinstance(value, str) and any(mark in value for mark in " ,;\n"):
        return list(parse_literal(value, symmetric=symmetric, zero_sum=zero_sum).payoffs)
    if isinstance(value, list):
        return [_array(entry, f"player {k}") for k, entry in enumerate(value, 1)]
    return _array(value, "the number")


def _array(value: Any, what: str) -> ExactArray:
    if isinstance(value, list):
        return exact_array(value, what=f"the numbers of {what}")
    return from_fractions([Place(value, what).number()], ())


def _stacked(
    stages: Mapping[str, list[ExactArray] | ExactArray], actions: Sequence[Sequence[str]] | None
) -> list[ExactArray]:
    """The states' payoffs in one array a player; a single number stands for all profiles."""
    lists = [stage for stage in stages.values() if isinstance(stage, list)]
    shapes = [array.shape for stage in lists for array in stage if array.shape]
    shape = tuple(map(len, actions)) if actions else next(iter(shapes), None)
    if shape is None:
        raise InputError('the payoffs are single numbers; give "actions", one list a player')
    out: list[list[Fraction]] = [[] for _ in shape]
    for state, stage in stages.items():
        arrays = [stage] * len(shape) if isinstance(stage, ExactArray) else stage
        if len(arrays) != len(shape) or any(a.shape not in ((), shape) for a in arrays):
            raise InputError(
                f"the payoffs in state {quoted(state)} are those of {len(arrays)} player(s) with "
                f"shapes {', '.join(str(list(a.shape)) for a in arrays)}; give each of the "
                f"{len(shape)} players shape {list(shape)}, or one number"
            )
        for flat, array in zip(out, arrays, strict=True):
            flat += list(array.fractions().ravel()) * (1 if array.shape else math.prod(shape))
    return [from_fractions(flat, (len(stages), *shape)) for flat in out]


def _transitions(
    given: Place,
    states: Sequence[str],
    actions: Sequence[Sequence[str]],
    legal: Sequence[NDArray[np.bool_]] | None,
) -> ExactArray:
    """The transition probabilities, of shape (states, *actions, states)."""
    shape = tuple(map(len, actions))
    check_size("the game", len(states), shape)
    if not isinstance(given.value, Mapping):
        rows = given.must_be(list, "must be an object or nested lists")
        return exact_array(rows, what="the transitions")
    masks = legal or [np.ones((len(states), n), bool) for n in shape]
    by_state = Place(given.value, "the transitions").each(
        states, "transitions", "name its next state, or itself"
    )
    follows: dict[tuple[int, ...], Mapping[str, Fraction]] = {}
    for s, (state, entry) in enumerate(by_state):
        where = f"the transitions from state {quoted(state)}"
        branch = Place(entry, where)
        for profile, row in _branches(branch, where, (), states, actions, [m[s] for m in masks]):
            follows[(s, *profile)] = row
    denominator = common_denominator([p for row in follows.values() for p in row.values()] or [1])
    numerators = np.zeros((len(states), *shape, len(states)), dtype=object)
    index = {label: t for t, label in enumerate(states)}
    for place, row in follows.items():
        for label, p in row.items():
            numerators[(*place, index[label])] = p.numerator * (denominator // p.denominator)
    return integer_array(numerators.ravel().tolist(), numerators.shape, denominator)


def _branches(
    given: Place,
    root: str,
    chosen: tuple[int, ...],
    states: Sequence[str],
    actions: Sequence[Sequence[str]],
    legal: Sequence[NDArray[np.bool_]],
) -> Iterator[tuple[tuple[int, ...], Mapping[str, Fraction]]]:
    """Every profile that begins with `chosen`, with the probabilities of the next states."""
    player, value = len(chosen), given.value
    if isinstance(value, str) or player == len(actions):
        row = given.probabilities(states, f"{given.where}: write")
        tails = np.ndindex(*(len(labels) for labels in actions[player:]))
        yield from (((*chosen, *tail), row) for tail in tails)
        return
    Place(value, f"{given.where}:").must_be(Mapping, "write an object or a state")
    given.known([*actions[player], ANY], f"action of player {player + 1}")
    for action, label in enumerate(actions[player]):
        branch = value.get(label, value.get(ANY))
        now = (*chosen, action)
        if branch is not None:
            names = ", ".join(labels[a] for labels, a in zip(actions, now, strict=False))
            below = Place(branch, f"{root} under {names}")
            yield from _branches(below, root, now, states, actions, legal)
        elif legal[player][action]:
            raise InputError(
                f"{given.where}: nothing is said for the action {quoted(label)} of player "
                f'{player + 1}; name its next state, or give "*"'
            )


def _start(value: Any, states: Sequence[str]) -> Any:
    """The start as `markov_game` takes it."""
    if value is None or isinstance(value, list):
        return value
    row = Place(value, "the start").probabilities(states, '"start" must be')
    return [row.get(label, Fraction(0)) for label in states]


def _legal(
    given: Place,
    states: Sequence[str],
    players: Sequence[str] | None,
    actions: Sequence[Sequence[str]],
) -> list[NDArray[np.bool_]] | None:
    """One mask a player, of shape (states, actions); None where all is legal."""
    if given.value is None:
        return None
    if isinstance(given.value, list):
        masks = [np.array(mask, dtype=object) for mask in given.value]
        if not all(isinstance(entry, bool) for mask in masks for entry in mask.flat):
            raise InputError('"legal" must hold truth values, or labels by state and player')
        if [mask.shape for mask in masks] != [(len(states), len(labels)) for labels in actions]:
            raise InputError(
                '"legal" must hold one list a player, with one list of truth values a state'
            )
        return [mask.astype(bool) for mask in masks]
    given.must_be(Mapping, "must be an object or nested lists")
    given.known(states, "state")
    names = list(players or default_players(len(actions)))
    out = [np.ones((len(states), len(labels)), dtype=bool) for labels in actions]
    for state, entry in given.value.items():
        where = f'"legal" in state {quoted(state)}'
        if not isinstance(entry, Mapping):
            raise InputError(f"{where} must list actions by player, not be {shown(entry)}")
        by_player = Place(entry, where)
        by_player.known(names, "player")
        for player, allowed in entry.items():
            k = names.index(player)
            labels = Place(allowed, f"{where}, player {quoted(player)},").labels()
            by_player.known(actions[k], f"action of player {quoted(player)}", labels)
            out[k][states.index(state)] = [label in labels for label in actions[k]]
    return out


def markov_json(game: MarkovGame) -> dict[str, Any]:
    """The JSON object of a Markov game; what is not legal is left out of its transitions."""
    data: dict[str, Any] = {
        "schema": _SCHEMA,
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
    texts = zip(*(array.texts() for array in game.payoffs), strict=True)  # by state
    data["payoffs"] = {
        label: cells_text(own) if len(own) == 2 else [text.tolist() for text in own]
        for label, own in zip(game.states, texts, strict=True)
    }
    data["transitions"] = {
        label: _transition_json(game, s, ()) for s, label in enumerate(game.states)
    }
    for key in ("source", "number_note"):
        if getattr(game, key):
            data[key] = getattr(game, key)
    return data


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
    shares = {label: format_number(p) for label, p in zip(states, row, strict=True) if p}
    return next(iter(shares)) if len(shares) == 1 else shares


def _legal_json(game: MarkovGame) -> dict[str, dict[str, list[str]]]:
    """The labels of what may be played, where that is not everything."""
    out: dict[str, dict[str, list[str]]] = {}
    for s, state in enumerate(game.states):
        for player, mask, labels in zip(game.players, game.legal, game.actions, strict=True):
            if not mask[s].all():
                allowed = [label for label, ok in zip(labels, mask[s], strict=True) if ok]
                out.setdefault(state, {})[player] = allowed
    return out
