"""Markov games from arrays of numbers of any kind."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games.kinds.markov.game import MarkovGame, check_size
from gtlearn.games.kinds.normal_form import holds_float, number_note
from gtlearn.games.labels import default_players, label_of, numbered_labels
from gtlearn.games.numbers import (
    ExactArray,
    exact_array,
    from_fractions,
    plain_integer,
    to_fraction,
)

_ROUNDING = Fraction(1, 10**9)  # how far from 1 floats may sum


def markov_game(
    payoffs: Sequence[Any],
    transitions: Any,
    *,
    start: Any = None,
    horizon: int | None = None,
    discount: Any = None,
    averaged: bool | None = None,
    name: str = "Markov game",
    players: Sequence[str] | None = None,
    states: Sequence[str] | None = None,
    actions: Sequence[Sequence[str]] | None = None,
    legal: Sequence[Any] | None = None,
    source: str = "",
    number_note: str = "",
    rationalise: bool = False,
) -> MarkovGame:
    """A Markov game from arrays of numbers of any kind (int, Fraction, "p/q", float).

    Floats are taken as the exact binary values that they hold; float probabilities that sum to
    one only up to 1e-9 are divided by their sum. The game's `number_note` says so.

    Args:
        payoffs: one array a player, of shape (states, *actions).
        transitions: probabilities of shape (states, *actions, states).
        start: the distribution of the first state, or its index; 0 by default.
        horizon: the number of steps; None for a game that goes on for ever.
        discount: in [0, 1) without a horizon; 1 by default with one.
        averaged: whether values are mean payoffs a step; by default where there is a horizon and
            no discount.
        name: what the game is called.
        players: labels; "Row" and "Column", or "Player 1", ... by default.
        states: labels; "0", "1", ... by default.
        actions: one list of labels a player; "1", "2", ... by default.
        legal: one boolean array a player of shape (states, actions); all legal by default.
        source: where the game comes from.
        number_note: how floats were read before, if they were.
        rationalise: read a float as the shortest decimal that prints as it.

    Raises:
        InputError: if a shape does not fit, probabilities do not sum to one (it says where), or
            the horizon or the discount cannot be used.

    >>> game = markov_game([[[[1, 0], [0, 1]]]] * 2, [[[[1], [1]], [[1], [1]]]], discount="1/2")
    >>> game.unit, game.states
    ('discounted sum of rewards', ('0',))
    """
    arrays = tuple(
        exact_array(values, rationalise=rationalise, what=f"the payoffs of player {k + 1}")
        for k, values in enumerate(payoffs)
    )
    if len(arrays) < 2:
        raise InputError(f"{len(arrays)} payoff array(s) given; give one a player, at least two")
    shape = arrays[0].shape
    if len(shape) != len(arrays) + 1:
        raise InputError(
            f"payoff arrays of {len(shape)} dimension(s) for {len(arrays)} players; give each an "
            "array with one axis for the states and one a player's actions"
        )
    check_size(name, shape[0], shape[1:])
    matrix = exact_array(transitions, rationalise=rationalise, what="the transitions")
    if holds_float(transitions):
        matrix = _divided_by_sums(matrix)
    factor = Fraction(1) if discount is None else to_fraction(discount, rationalise=True)
    if players is None:
        players = default_players(len(arrays))
    return MarkovGame(
        name=name,
        players=tuple(map(label_of, players)),
        states=tuple(map(label_of, range(shape[0]) if states is None else states)),
        actions=tuple(
            tuple(map(label_of, labels)) for labels in (actions or map(numbered_labels, shape[1:]))
        ),
        payoffs=arrays,
        transitions=matrix,
        start=_start(start, shape[0], rationalise),
        horizon=plain_integer(horizon),
        discount=factor,
        averaged=(horizon is not None and factor == 1) if averaged is None else averaged,
        legal=tuple(np.asarray(mask, dtype=bool) for mask in legal or ()),
        source=source,
        number_note=number_note or _number_note(payoffs, arrays, transitions, matrix, rationalise),
    )


def _start(start: Any, size: int, rationalise: bool) -> tuple[Fraction, ...]:
    if start is None:
        start = 0
    if isinstance(start, int | np.integer) and not isinstance(start, bool):
        if not 0 <= start < size:
            raise InputError(f"there is no state {start} to start in; give one below {size}")
        return tuple(Fraction(int(i == start)) for i in range(size))
    array = exact_array(start, rationalise=rationalise, what="the start")
    if holds_float(start):
        array = _divided_by_sums(array)
    if array.shape != (size,):
        raise InputError(
            f"the start has shape {list(array.shape)}; give one probability for each of the "
            f"{size} states"
        )
    return tuple(array.fractions())


def _divided_by_sums(array: ExactArray) -> ExactArray:
    """Probabilities read from floats: those along the last axis that nearly sum to one made to."""
    if array.numerators.ndim == 0:
        return array
    numerators = array.numerators.astype(object)
    sums = numerators.sum(axis=-1, keepdims=True)
    off = abs(sums - array.denominator)
    nearly = (off > 0) & (off <= _ROUNDING * array.denominator)
    if not nearly.any():
        return array
    sums = np.broadcast_to(np.where(nearly, sums, array.denominator), numerators.shape)
    flat = [Fraction(p, q) for p, q in zip(numerators.flat, sums.flat, strict=True)]
    return from_fractions(flat, array.shape)


def _number_note(
    payoffs: Sequence[Any],
    arrays: Sequence[ExactArray],
    transitions: Any,
    matrix: ExactArray,
    rationalise: bool,
) -> str:
    notes = [number_note(payoffs, arrays, rationalise)]
    if matrix.denominator != 1 and holds_float(transitions):
        how = "as the decimals that they print as" if rationalise else "as their binary values"
        notes.append(f"float probabilities read {how}, divided by their sum where it is not 1")
    return "; ".join(filter(None, notes))
