"""Many profiles of tables at once: in floats, and exactly in integers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import lcm, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import child, limits
from gtlearn.errors import InputError
from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.games.given import of_games
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.games.kinds.markov.game import check_for_floats
from gtlearn.games.numbers import (
    ExactArray,
    exact_array,
    from_fractions,
    integer_array,
    short_number,
)

CHUNK = 2**20  # entries of one array that are worked on at a time, so that they stay in the cache
LONG_CHUNK = 2**16  # likewise, of Python's integers
INT64 = 2**62


@of_games(MarkovGame, IteratedGame)
def evaluate_floats(
    game: MarkovGame | IteratedGame,
    tables: Sequence[NDArray[np.float64]],
    *,
    time_limit: float | None = None,
    memory_limit: float | None = None,
) -> NDArray[np.float64]:
    """The values of many profiles of tables, in floats; rows are taken as they are given.

    Args:
        game: an iterated or a Markov game.
        tables: one array a player, of shape (*batch, states, actions); the batch axes broadcast,
            so that (32, 1, states, actions) and (1, 32, states, actions) are all pairs.
        time_limit: in seconds.
        memory_limit: bytes by which the process may grow.

    Returns:
        Values in the game's unit, of shape (*batch, players).

    Raises:
        InputError: if a shape does not fit, or the discount is too near one for floats.
        LimitReached: at a limit.
    """
    with limits.limited(time_limit, memory_limit):
        return _in_floats(as_markov(game), tables)


def _in_floats(markov: MarkovGame, tables: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    check_for_floats(markov.name, markov.horizon, markov.discount)
    arrays, batch = _broadcast([np.asarray(t, dtype=np.float64) for t in tables], markov)
    payoffs = np.stack([array.floats() for array in markov.payoffs], axis=-1)
    payoffs[~markov.legal_profiles] = 0.0  # what is there means nothing
    moves = markov.transitions.floats()
    start = np.array([float(p) for p in markov.start])
    out = np.empty((prod(batch), markov.num_players))
    for part in _chunks(len(out), markov, CHUNK):
        limits.check()
        rewards, chains = _chain([array[part] for array in arrays], payoffs, moves)
        out[part], _ = chain_values(markov, start, rewards[None], chains[None])
    return (out * float(markov.scale)).reshape(*batch, markov.num_players)


@of_games(MarkovGame, IteratedGame)
def evaluate_exactly(
    game: MarkovGame | IteratedGame,
    tables: Sequence[Any],
    *,
    time_limit: float | None = None,
    memory_limit: float | None = None,
) -> ExactArray:
    """The exact values of many profiles of tables, in 64-bit integers where all of them fit.

    Args:
        game: an iterated or a Markov game.
        tables: one array a player, of shape (*batch, states, actions), of numbers of any kind
            whose rows sum to one exactly; the batch axes broadcast as in `evaluate_floats`.
        time_limit: in seconds.
        memory_limit: bytes by which the process may grow.

    Returns:
        Values in the game's unit, of shape (*batch, players), over one denominator.

    Raises:
        InputError: if a shape does not fit, or a row is no probability vector.
        LimitReached: at a limit.

    >>> from gtlearn import games
    >>> game = games.iterated("prisoners_dilemma", horizon=10)
    >>> pure = np.eye(2, dtype=int)[:, None].repeat(5, axis=1)  # always cooperate, always defect
    >>> evaluate_exactly(game, [pure[:, None], pure[None]]).texts()[..., 0].tolist()
    [['3', '1'], ['4', '2']]
    """
    with limits.limited(time_limit, memory_limit):
        return _exactly(as_markov(game), tables)


def _exactly(markov: MarkovGame, tables: Sequence[Any]) -> ExactArray:
    exact = [exact_array(table, what=f"table {k + 1}") for k, table in enumerate(tables)]
    arrays, batch = _broadcast([table.numerators for table in exact], markov)
    for player, (array, table) in enumerate(zip(arrays, exact, strict=True)):
        _check_rows(array, table.denominator, markov, player)
    total = prod(table.denominator for table in exact)
    denominators = [total * array.denominator for array in markov.payoffs]
    kind = integer_type(markov, total)
    start, whole = start_numerators(markov, kind)
    common = lcm(*denominators) * whole
    payoffs: NDArray[Any] = np.stack([a.numerators.astype(kind) for a in markov.payoffs], axis=-1)
    payoffs[~markov.legal_profiles] = 0
    moves: NDArray[Any] = markov.transitions.numerators.astype(kind)
    parts = []
    unit: Any = 1
    for part in _chunks(prod(batch), markov, LONG_CHUNK if kind is object else CHUNK):
        limits.check()
        rewards, chains = _chain([array[part].astype(kind) for array in arrays], payoffs, moves)
        numerators, unit = chain_values(
            markov, start, rewards[None], chains[None], total * markov.transitions.denominator
        )
        parts.append((numerators.astype(object), unit))
    shape = (*batch, markov.num_players)
    factors = np.array(
        [common // (d * whole) * markov.scale.numerator for d in denominators], dtype=object
    )
    if markov.horizon is not None:
        flat = np.concatenate([numerators for numerators, _ in parts]) * factors
        return integer_array(flat.ravel().tolist(), shape, common * unit * markov.scale.denominator)
    return from_fractions(
        [
            Fraction(int(v), int(d) * common)
            for numerators, units in parts
            for row, d in zip(numerators * factors, units, strict=True)
            for v in row
        ],
        shape,
    )


def start_numerators(game: MarkovGame, kind: type) -> tuple[NDArray[Any], int]:
    """The distribution of the first state as integers of a type, and their denominator."""
    denominator = lcm(*(p.denominator for p in game.start))
    return np.array([int(p * denominator) for p in game.start], dtype=kind), denominator


def integer_type(game: MarkovGame, total: int) -> type:
    """np.int64 where no number on the way to a value can overflow it, else object.

    Args:
        game: the game.
        total: the common denominator of a joint action's probability.
    """
    rewards = (max(_largest(array.numerators) for array in game.payoffs) + 1) * total
    moves = total * _largest(game.transitions.numerators)
    keep, grow = game.discount.numerator, game.discount.denominator * total
    grow *= game.transitions.denominator
    _, start = start_numerators(game, object)
    if game.horizon is None:
        # all numbers are minors of [grow - keep * P | start], bounded by Hadamard's inequality,
        # and differences of two products of such minors
        minor = int(start * (grow + keep * moves)) ** game.num_states * (start + 1)
        bound = max(2 * minor * minor, minor * grow * rewards * game.num_states)
    elif grow.bit_length() * game.horizon > 128:
        return object
    else:
        bound = game.horizon * start * rewards * grow**game.horizon
    return np.int64 if max(bound, moves * start) < INT64 else object


def _largest(numerators: NDArray[Any]) -> int:
    return max(int(numerators.max()), -int(numerators.min()))


def chain_values(
    game: MarkovGame,
    start: NDArray[Any],
    rewards: NDArray[Any],
    moves: NDArray[Any],
    denominator: int | None = None,
) -> tuple[NDArray[Any], Any]:
    """The unscaled values of many Markov chains, in floats, or in integers of any size.

    Args:
        game: its horizon and discount are used.
        start: probabilities of the states, or their numerators, shape (states,).
        rewards: or their numerators, shape (steps, batch, states, players); `steps` is 1 or the
            horizon.
        moves: or their numerators, shape (steps, batch, states, states).
        denominator: of the moves; None where all numbers are floats.

    Returns:
        Values of shape (batch, players), or numerators, and what these are to be divided by
        besides the denominators of the start and the rewards: one number, or without a horizon
        one for each of the batch.
    """
    keep: Any = float(game.discount)
    grow = 1
    if denominator is not None:
        keep, grow = game.discount.numerator, game.discount.denominator * denominator
    if game.horizon is not None:
        values = _forward(start, rewards, moves, game.horizon, keep, grow)
        return values, grow ** (game.horizon - 1)
    system = grow * np.eye(len(start), dtype=moves.dtype) - keep * moves[0]
    solve = _solve_floats if denominator is None else _solve_integers
    visits, units = solve(system.swapaxes(1, 2), start)
    return np.einsum("bs,bsk->bk", visits, rewards[0]) * grow, units


def _forward(
    start: NDArray[Any],
    rewards: NDArray[Any],
    moves: NDArray[Any],
    horizon: int,
    keep: Any,
    grow: Any,
) -> NDArray[Any]:
    """sum_t keep^t grow^(horizon - 1 - t) start P^t r, by Horner's rule."""
    here = np.broadcast_to(start, rewards.shape[1:3])
    total: NDArray[Any] = np.zeros_like(rewards[0, :, 0])
    if len(rewards) == 1 and grow == 1:  # what is earned is linear in the visits
        visits = np.zeros_like(rewards[0, :, :, 0])
        for step in range(horizon):
            limits.check()
            visits += here
            if step < horizon - 1:
                here = keep * np.einsum("bs,bst->bt", here, moves[0])
        total = np.einsum("bs,bsk->bk", visits, rewards[0])
        return total
    for step in range(horizon):
        limits.check()
        now = step if len(rewards) > 1 else 0
        total = total * grow + np.einsum("bs,bsk->bk", here, rewards[now])
        here = keep * np.einsum("bs,bst->bt", here, moves[now])
    return total


def _solve_floats(system: NDArray[Any], right: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """As `_solve_integers`."""
    columns = np.broadcast_to(right[:, None], (*system.shape[:2], 1))
    seconds = system.size * len(right) * 1e-9
    visits = child.bounded(np.linalg.solve, system, columns, seconds=seconds)
    return visits[..., 0], np.ones(len(system))


def _solve_integers(system: NDArray[Any], right: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Numerators x (batch, states) and determinants d with system @ (x / d) = right.

    Fraction-free Gauss-Jordan elimination (Bareiss 1968), whose divisions are exact. It needs no
    pivoting: the systems are column diagonally dominant, so no leading minor is zero.
    """
    size = system.shape[1]
    column = np.broadcast_to(right[:, None], (*system.shape[:2], 1))
    table = np.concatenate([system, column], axis=2)
    before: Any = 1
    for k in range(size):
        pivot = table[:, k, k, None, None]
        row = table[:, k : k + 1].copy()
        for rows in _rows(table):
            limits.check()
            part = table[:, rows]
            table[:, rows] = (part * pivot - part[:, :, k : k + 1] * row) // before
        table[:, k : k + 1] = row
        before = pivot
    return table[:, :, size], table[:, size - 1, size - 1].astype(object)


def _rows(table: NDArray[Any]) -> Iterator[slice]:
    """The rows of many tables, some at a time where they hold Python's integers."""
    size = table.shape[1]
    step = max(1, LONG_CHUNK * size // table.size) if table.dtype == object else size
    return (slice(first, first + step) for first in range(0, size, step))


def _broadcast(
    arrays: Sequence[NDArray[Any]], game: MarkovGame
) -> tuple[list[NDArray[Any]], tuple[int, ...]]:
    """The arrays with one batch axis, equally long, and the shape of the batch."""
    if len(arrays) != game.num_players:
        raise InputError(
            f"{len(arrays)} array(s) of tables given for the {game.num_players} players of "
            f"{game.name}; give one a player"
        )
    for player, (array, size) in enumerate(zip(arrays, game.shape, strict=True)):
        if array.shape[-2:] != (game.num_states, size):
            raise InputError(
                f"the tables of {game.players[player]!r} have shape {list(array.shape)}; the last "
                f"two axes must be {[game.num_states, size]}: states, actions"
            )
    try:
        batch = np.broadcast_shapes(*(array.shape[:-2] for array in arrays))
    except ValueError:
        shapes = " and ".join(str(list(array.shape[:-2])) for array in arrays)
        raise InputError(f"the batch axes {shapes} of the tables do not fit together") from None
    flat = [
        np.broadcast_to(array, (*batch, *array.shape[-2:])).reshape(-1, *array.shape[-2:])
        for array in arrays
    ]
    return flat, batch


def _check_rows(numerators: NDArray[Any], denominator: int, game: MarkovGame, player: int) -> None:
    """Complains about the first row that is no probability vector over legal actions."""
    beyond = ((numerators < 0) | (numerators > denominator)).any(axis=-1)
    if denominator >= 2**31:  # sums of int64 could overflow
        numerators = numerators.astype(object)
    wrong = beyond | (numerators.sum(axis=-1) != denominator)
    illegal = (numerators != 0) & ~game.legal[player]
    for index, state in np.argwhere(wrong | illegal.any(axis=-1))[:1]:
        row = [short_number(Fraction(int(v), denominator)) for v in numerators[index, state]]
        why = "is no probability vector" if wrong[index, state] else "plays what is not legal"
        raise InputError(
            f"table {index} of {game.players[player]!r} {why} in state {game.states[state]!r}: "
            f"({', '.join(row)})"
        )


def _chunks(size: int, game: MarkovGame, most: int) -> Iterator[slice]:
    """Slices of a batch in which the arrays on the way have so many entries at most."""
    entries = game.num_states * max(prod(game.shape), game.num_states)
    step = max(1, most // entries)
    return (slice(first, first + step) for first in range(0, size, step))


def _chain(
    tables: Sequence[NDArray[Any]], payoffs: NDArray[Any], moves: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """The rewards (batch, states, players) and moves (batch, states, states) under the tables."""
    weights = tables[0]
    for table in tables[1:]:
        weights = (weights[..., :, None] * table[:, :, None, :]).reshape(*table.shape[:2], -1)
    size, joint = weights.shape[1:]
    by_state = weights.swapaxes(0, 1)
    rewards = by_state @ payoffs.reshape(size, joint, -1)
    chains = by_state @ moves.reshape(size, joint, size)
    return rewards.swapaxes(0, 1), chains.swapaxes(0, 1)
