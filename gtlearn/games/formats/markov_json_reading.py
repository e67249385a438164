"""The parts of a Markov game's JSON: what is paid, what follows, what is legal, and the start."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError, quoted
from gtlearn.games.formats import json_pieces as pieces
from gtlearn.games.formats.literal import parse_literal
from gtlearn.games.formats.matrices import refuse_flags
from gtlearn.games.kinds.markov.game import check_size
from gtlearn.games.labels import default_players
from gtlearn.games.names import nearest
from gtlearn.games.numbers import (
    ExactArray,
    common_denominator,
    exact_array,
    from_fractions,
    integer_array,
)

ANY = "*"  # every action that is not named


def read_state_labels(value: Mapping[str, Any]) -> Sequence[str] | None:
    """The labels of the states: those listed, else the keys of the payoffs or transitions.

    Raises:
        InputError: if they are no labels.
    """
    if "states" in value:
        return pieces.labels(value, "states")
    for key in ("payoffs", "transitions"):
        if isinstance(value[key], Mapping):
            return list(value[key])
    return None


def read_payoffs(
    value: Any,
    states: Sequence[str] | None,
    actions: Sequence[Sequence[str]] | None,
    symmetric: bool,
    zero_sum: bool,
) -> list[ExactArray]:
    """One array a player, of shape (states, *actions).

    Raises:
        InputError: naming the state whose payoffs are missing or do not fit.
    """
    if not isinstance(value, Mapping):
        refuse_flags(symmetric, zero_sum, "every player's payoffs are given")
        if not isinstance(value, list):
            raise InputError(
                f'"payoffs" must be an object or nested lists, not {pieces.shown(value)}'
            )
        arrays = [
            exact_array(v, what=f"the payoffs of player {k + 1}") for k, v in enumerate(value)
        ]
        if len(arrays) < 2 or any(len(array.shape) != len(arrays) + 1 for array in arrays):
            raise InputError(
                '"payoffs" must be one nested list a player, at least two, by state and then by '
                "one player's action after the other"
            )
        return arrays
    if not any(isinstance(entry, str) for entry in value.values()):
        refuse_flags(symmetric, zero_sum, "every player's payoffs are given")
    states = states or list(value)
    _known(value, states, "the payoffs", "state")
    stages: list[list[ExactArray] | ExactArray] = []
    for state in states:
        if state not in value:
            raise InputError(f"state {quoted(state)} has no payoffs; give some, or 0")
        where = f"the payoffs in state {quoted(state)}"
        try:
            stages.append(_stage(value[state], symmetric, zero_sum))
        except InputError as error:
            raise InputError(f"{where}: {error}") from None
    return _stacked(stages, states, actions)


def _stage(value: Any, symmetric: bool, zero_sum: bool) -> list[ExactArray] | ExactArray:
    """What is paid in one state: one array a player, or one number for all."""
    if isinstance(value, str) and any(mark in value for mark in " ,;\n"):
        return list(parse_literal(value, symmetric=symmetric, zero_sum=zero_sum).payoffs)
    if isinstance(value, list):
        return [_array(entry, f"player {k + 1}") for k, entry in enumerate(value)]
    return _array(value, "the number")


def _array(value: Any, what: str) -> ExactArray:
    if isinstance(value, list):
        return exact_array(value, what=f"the numbers of {what}")
    return from_fractions([pieces.number(value, what)], ())


def _stacked(
    stages: Sequence[list[ExactArray] | ExactArray],
    states: Sequence[str],
    actions: Sequence[Sequence[str]] | None,
) -> list[ExactArray]:
    """The states' payoffs in one array a player; a single number stands for all profiles."""
    shapes = [a.shape for stage in stages if isinstance(stage, list) for a in stage if a.shape]
    shape = tuple(map(len, actions)) if actions else next(iter(shapes), None)
    if shape is None:
        raise InputError('the payoffs are single numbers; give "actions", one list a player')
    out: list[list[Fraction]] = [[] for _ in shape]
    for state, stage in zip(states, stages, strict=True):
        arrays = [stage] * len(shape) if isinstance(stage, ExactArray) else stage
        if len(arrays) != len(shape) or any(a.shape not in ((), shape) for a in arrays):
            raise InputError(
                f"the payoffs in state {quoted(state)} are those of {len(arrays)} player(s) with "
                f"shapes {', '.join(str(list(a.shape)) for a in arrays)}; give each of the "
                f"{len(shape)} players shape {list(shape)}, or one number"
            )
        for flat, array in zip(out, arrays, strict=True):
            flat += list(array.fractions().ravel()) * (1 if array.shape else math.prod(shape))
    return [from_fractions(flat, (len(states), *shape)) for flat in out]


def read_transitions(
    value: Any,
    states: Sequence[str],
    actions: Sequence[Sequence[str]],
    legal: Sequence[NDArray[np.bool_]] | None,
) -> ExactArray:
    """The transition probabilities, of shape (states, *actions, states).

    Raises:
        InputError: naming the state and the actions for which they are missing or wrong.
    """
    shape = tuple(map(len, actions))
    check_size("the game", len(states), shape)
    if not isinstance(value, Mapping):
        if not isinstance(value, list):
            raise InputError(
                f'"transitions" must be an object or nested lists, not {pieces.shown(value)}'
            )
        return exact_array(value, what="the transitions")
    _known(value, states, "the transitions", "state")
    index = {label: t for t, label in enumerate(states)}
    rows: list[tuple[tuple[int, ...], Mapping[int, Fraction]]] = []
    for s, state in enumerate(states):
        if state not in value:
            raise InputError(
                f"state {quoted(state)} has no transitions; name its next state, or itself"
            )
        masks = [mask[s] for mask in legal] if legal else [np.ones(n, bool) for n in shape]
        reader = _Rows(f"the transitions from state {quoted(state)}", index, actions, masks)
        rows += [((s, *profile), row) for profile, row in reader.read(value[state], ())]
    denominator = common_denominator([p for _, row in rows for p in row.values()] or [1])
    numerators = np.zeros((len(states), *shape, len(states)), dtype=object)
    for place, row in rows:
        for t, p in row.items():
            numerators[(*place, t)] = p.numerator * (denominator // p.denominator)
    return integer_array(numerators.ravel().tolist(), numerators.shape, denominator)


class _Rows:
    """Reads what may follow one state, profile by profile."""

    def __init__(
        self,
        where: str,
        states: Mapping[str, int],
        actions: Sequence[Sequence[str]],
        legal: Sequence[NDArray[np.bool_]],
    ) -> None:
        self.where = where
        self.states = states
        self.actions = actions
        self.legal = legal

    def read(
        self, value: Any, chosen: tuple[int, ...]
    ) -> Iterator[tuple[tuple[int, ...], Mapping[int, Fraction]]]:
        """Every profile that begins with `chosen`, with the probabilities of the next states."""
        player = len(chosen)
        if isinstance(value, str) or player == len(self.actions):
            row = self._row(value, chosen)
            tails = np.ndindex(*(len(labels) for labels in self.actions[player:]))
            yield from (((*chosen, *tail), row) for tail in tails)
            return
        if not isinstance(value, Mapping):
            raise InputError(
                f"{self._at(chosen)}: write an object or a state, not {pieces.shown(value)}"
            )
        labels = self.actions[player]
        _known(value, [*labels, ANY], self._at(chosen), f"action of player {player + 1}")
        for action, label in enumerate(labels):
            branch = value.get(label, value.get(ANY))
            if branch is not None:
                yield from self.read(branch, (*chosen, action))
            elif self.legal[player][action]:
                raise InputError(
                    f"{self._at(chosen)}: nothing is said for the action {quoted(label)} of player "
                    f'{player + 1}; name its next state, or give "*"'
                )

    def _row(self, value: Any, chosen: tuple[int, ...]) -> Mapping[int, Fraction]:
        where = self._at(chosen)
        row = {value: 1} if isinstance(value, str) else value
        if not isinstance(row, Mapping):
            raise InputError(
                f"{where}: write a state, or probabilities by state, not {pieces.shown(value)}"
            )
        _known(row, list(self.states), where, "state")
        return {
            self.states[label]: pieces.number(p, f"{where}: the probability of {quoted(label)}")
            for label, p in row.items()
        }

    def _at(self, chosen: tuple[int, ...]) -> str:
        names = [labels[a] for labels, a in zip(self.actions, chosen, strict=False)]
        return f"{self.where} under {', '.join(names)}" if names else self.where


def read_start(value: Any, states: Sequence[str]) -> Any:
    """The start as `markov_game` takes it.

    Raises:
        InputError: if it is neither a state nor probabilities.
    """
    if value is None or isinstance(value, list):
        return value
    row = {value: 1} if isinstance(value, str) else value
    if not isinstance(row, Mapping):
        raise InputError(
            f'"start" must be a state, or probabilities by state, not {pieces.shown(value)}'
        )
    _known(row, states, "the start", "state")
    return [pieces.number(row.get(label, 0), f"the start in {quoted(label)}") for label in states]


def read_legal(
    value: Any,
    states: Sequence[str],
    players: Sequence[str] | None,
    actions: Sequence[Sequence[str]],
) -> list[NDArray[np.bool_]] | None:
    """One mask a player, of shape (states, actions); None where all is legal.

    Raises:
        InputError: naming what is no state, player or action.
    """
    if value is None:
        return None
    if isinstance(value, list):
        masks = [np.array(mask, dtype=object) for mask in value]
        if not all(isinstance(entry, bool) for mask in masks for entry in mask.flat):
            raise InputError('"legal" must hold truth values, or labels by state and player')
        if [mask.shape for mask in masks] != [(len(states), len(labels)) for labels in actions]:
            raise InputError(
                '"legal" must hold one list a player, with one list of truth values a state'
            )
        return [mask.astype(bool) for mask in masks]
    if not isinstance(value, Mapping):
        raise InputError(f'"legal" must be an object or nested lists, not {pieces.shown(value)}')
    _known(value, states, '"legal"', "state")
    names = list(players or default_players(len(actions)))
    out = [np.ones((len(states), len(labels)), dtype=bool) for labels in actions]
    for state, by_player in value.items():
        where = f'"legal" in state {quoted(state)}'
        if not isinstance(by_player, Mapping):
            raise InputError(
                f"{where} must list actions by player, not be {pieces.shown(by_player)}"
            )
        _known(by_player, names, where, "player")
        for player, allowed in by_player.items():
            k = names.index(player)
            given = pieces.label_list(allowed, f"{where}, player {quoted(player)},")
            _known(given, actions[k], where, f"action of player {quoted(player)}")
            out[k][states.index(state)] = [label in given for label in actions[k]]
    return out


def _known(given: Any, known: Sequence[str], where: str, what: str) -> None:
    for label in given:
        if label not in known:
            advice = nearest(label, known) or f"use {', '.join(map(str, known[:12]))}"
            raise InputError(f"{where}: {quoted(label)} is no {what}; {advice}")
