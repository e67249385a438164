"""One player's strategy from numbers, by order or by label, exactly: a vector or a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import chain
from typing import Any

import numpy as np

from gtlearn import limits
from gtlearn.errors import InputError, nearest, option, quoted
from gtlearn.games import Game, HarsanyiGame, MarkovGame, SequentialGame
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.games.kinds.normal_form import holds_float
from gtlearn.games.labels import label_of
from gtlearn.games.numbers import Number, to_fraction
from gtlearn.solvers.outcomes import Table
from gtlearn.solvers.profiles.probabilities import FEW, by_label, vector
from gtlearn.solvers.profiles.rounding import BITS, rounded_vector, rounding_bound
from gtlearn.solvers.profiles.tables import exact_table, pure_table


def read_strategy(
    values: Any,
    game: Game,
    player: int,
    *,
    timed: bool | None = None,
    tolerance: Number = 0,
    exact_floats: bool = False,
) -> tuple[Table, tuple[str, ...]]:
    """A player's exact vector at each of its decision points, and notes on what was renormalised.

    Args:
        values: in one shot a vector of probabilities, or a mapping from action labels to them. In
            several steps such a row for each state, in their order, or by label; where the table
            is a mapping from state labels and the player has two actions, a row may be the
            probability of the first one. A table that depends on the time has `states x horizon`
            rows, row `t * states + s` for state s at step t, or is a list of tables, one a step.
        game: the game that it is played in.
        player: whose strategy it is.
        timed: whether it depends on the time; None where its shape is to say so.
        tolerance: the sum of a row may miss one by so much; see `probabilities.vector`.
        exact_floats: whether floats in a tree stay as they are; else they are rounded.

    Raises:
        InputError: in one sentence: what was wrong, in which state, and what to do.

    >>> from gtlearn import games
    >>> dilemma = games.iterated("prisoners_dilemma", horizon=10).markov
    >>> forgiving = {"init": 1, "CC": 1, "CD": "1/3", "DC": 1, "DD": {"C": "1/3", "D": "2/3"}}
    >>> read_strategy(forgiving, dilemma, 0)[0][4]
    (Fraction(1, 3), Fraction(2, 3))
    """
    if game.in_steps:
        return _read_table(values, as_markov(game), player, timed, tolerance)
    if isinstance(game, SequentialGame | HarsanyiGame):
        return _read_behaviour(values, game, player, tolerance, exact_floats)
    whose = f"the strategy of {game.players[player]!r}"
    actions = game.points(player)[0].actions
    exact, note = vector(_by_action(values, actions, whose), whose, tolerance)
    if len(exact) != len(actions):
        raise InputError(
            f"{whose} has {len(exact)} probabilities for {len(actions)} actions; give one an action"
        )
    return (exact,), (note,) if note else ()


def _read_table(
    values: Any, game: MarkovGame, player: int, timed: bool | None, tolerance: Number
) -> tuple[Table, tuple[str, ...]]:
    whose = f"the table of {game.players[player]!r}"
    if is_list(values) and len(values) == game.horizon and all(map(is_table, values)):
        if timed is False:
            raise InputError(f"{whose} has one table a step, but is said not to see the time")
        steps = [_by_state(step, game, player, whose) for step in values]
        rows, timed = list(chain.from_iterable(steps)), True
    else:
        rows = _by_state(values, game, player, whose)
    exact, notes = [], []
    for index, row in enumerate(rows):
        if index % FEW == FEW - 1:
            limits.check()
        step, state = divmod(index, game.num_states)
        where = f"{whose} in state {game.states[state]!r}" + (f" at step {step}" if step else "")
        probabilities, note = vector(_by_action(row, game.actions[player], where), where, tolerance)
        exact.append(probabilities)
        notes += [note] if note else []
    return exact_table(exact, game, player, timed=timed), _few(notes)


def _read_behaviour(
    values: Any,
    game: SequentialGame | HarsanyiGame,
    player: int,
    tolerance: Number,
    exact_floats: bool,
) -> tuple[Table, tuple[str, ...]]:
    """A vector at each information set, or for each type, by label or in their order."""
    whose, own = f"the strategy of {game.players[player]!r}", game.points(player)
    point = "type" if isinstance(game, HarsanyiGame) else "information set"
    values = by_label(values)
    if isinstance(values, Mapping):
        labels = [known.label for known in own]
        known_labels = set(labels)
        for label in values:
            if label not in known_labels:
                place_of(label, labels, f"{whose} names a{'n' * (point[0] == 'i')} {point}")
        missing = [label for label in labels if label not in values]
        if missing:
            raise InputError(
                f"{whose} lacks the {point} {quoted(missing[0])}; give it a strategy there"
            )
        values = [values[label] for label in labels]
    if not is_list(values) or len(values) != len(own):
        plans = f"; or a mixture of plans with {option('reduced', True)}"
        raise InputError(
            f"{whose} is no list of {len(own)} vectors, one for each {point}; give these, or a "
            f"mapping from their labels{plans if isinstance(game, SequentialGame) else ''}"
        )
    exact, notes, moved = [], [], Fraction(0)
    for known, row in zip(own, values, strict=True):
        limits.check()
        where = f"{whose} at {quoted(known.label, 40)}"
        given = _by_action(row, known.actions, where)
        probabilities, note = vector(given, where, tolerance)
        if len(probabilities) != len(known.actions):
            raise InputError(
                f"{where} has {len(probabilities)} probabilities for {len(known.actions)} actions; "
                "give one an action"
            )
        if holds_float(given) and isinstance(game, SequentialGame) and not exact_floats:
            rounded = rounded_vector(np.array([float(p) for p in probabilities]), 1.0)
            pairs = zip(probabilities, rounded, strict=True)
            moved = max(moved, sum((abs(p - q) for p, q in pairs), Fraction(0)))
            probabilities, note = rounded, ""
        exact.append(probabilities)
        notes += [note] if note else []
    if moved and isinstance(game, SequentialGame):
        notes.append(_rounding(whose, game, player, moved))
    return tuple(exact), _few(notes)


def _rounding(whose: str, game: SequentialGame, player: int, moved: Fraction) -> str:
    bound = rounding_bound(game, player, float(moved))
    return (
        f"the probabilities of {whose} are rounded to multiples of 2^-{BITS}, which moves NashConv "
        f"by at most {bound:.2g}"
    )


def read_response(
    values: Any, game: Game, player: int, tolerance: Number = 0
) -> tuple[Table, tuple[str, ...]]:
    """A table from one action index a state, or one such list a step; or as `read_strategy`.

    Raises:
        InputError: as `read_strategy`.
    """
    game = as_markov(game)
    flat = values
    by_step = is_list(values) and len(values) == game.horizon and all(map(is_list, values))
    if by_step and all(len(step) == game.num_states for step in values):
        flat = list(chain.from_iterable(values))
    if is_list(flat) and flat and all(type(action) is int for action in flat):
        return pure_table(game, player, flat), ()
    return read_strategy(values, game, player, tolerance=tolerance)


def _by_state(values: Any, game: MarkovGame, player: int, whose: str) -> list[Any]:
    """The rows in the order of the states, each still of any form."""
    values = by_label(values)
    if isinstance(values, Mapping):
        known: dict[str, Any] = {}
        for label, row in values.items():
            known[game.states[place_of(label, game.states, f"{whose} names a state")]] = row
        missing = [label for label in game.states if label not in known]
        if missing:
            raise InputError(f"{whose} has no row for state {missing[0]!r}; give one a state")
        return [_row_of(known[label], game, player) for label in game.states]
    if hasattr(values, "tolist") and getattr(values, "ndim", 0) >= 1:
        return list(values)
    if not is_list(values):
        raise InputError(f"{whose} is no table; give one row of probabilities a state")
    return list(values)


def _row_of(row: Any, game: MarkovGame, player: int) -> Any:
    """A row, where a single number is the probability of the first of two actions."""
    single = isinstance(row, str | int | float | Fraction | np.number) or (
        hasattr(row, "tolist") and getattr(row, "ndim", 1) == 0
    )
    if not single or isinstance(row, bool) or game.shape[player] != 2:
        return row
    number = row.item() if hasattr(row, "item") else row
    return [number, 1 - (number if isinstance(number, float) else to_fraction(number))]


def _by_action(row: Any, actions: Sequence[str], where: str) -> Any:
    """A row from a mapping of action labels; anything else as it is."""
    row = by_label(row)
    if not isinstance(row, Mapping):
        return row
    out: list[Any] = [0] * len(actions)
    for label, probability in row.items():
        out[place_of(label, actions, f"{where} names an action")] = probability
    return out


def place_of(label: Any, labels: Sequence[str], what: str) -> int:
    """The place of a label among those known.

    Args:
        label: what is looked for.
        labels: those known.
        what: how the error begins, as in "the table of 'Row' names a state".

    Raises:
        InputError: if it is not among them.
    """
    text = label_of(label)
    if text in labels:
        return labels.index(text)
    raise InputError(f"{what} {quoted(text)}, unknown; {nearest(text, labels, 'they are')}")


def is_list(values: Any) -> bool:
    """Whether these are several values: a sequence, or an array with an axis."""
    if isinstance(values, np.ndarray):
        return values.ndim > 0
    return isinstance(values, Sequence) and not isinstance(values, str | bytes)


def is_table(values: Any) -> bool:
    """Whether these are rows of numbers, and not numbers."""
    if isinstance(values, Mapping):  # of states; a row by action labels holds numbers
        return any(is_list(row) or isinstance(row, Mapping) for row in values.values())
    return (
        is_list(values)
        and len(values) > 0
        and all(is_list(row) or isinstance(row, Mapping) for row in values)
    )


def _few(notes: Sequence[str]) -> tuple[str, ...]:
    """At most three notes; the rest are counted."""
    if len(notes) <= 3:
        return tuple(notes)
    return (*notes[:2], f"{len(notes) - 2} more rows of floats were divided by their sum")
