"""What one player faces where all others' tables are fixed: an exact Markov decision process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, lcm, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import child, limits
from gtlearn.games import MarkovGame
from gtlearn.solvers._linear.algebra import to_flint
from gtlearn.solvers._linear.cost import bits_of, python_seconds, solving_seconds
from gtlearn.solvers.profiles.tables import ExactTable

Integers = NDArray[Any]  # Python ints in an object array

_CHUNK = 2**16  # entries that are computed between two looks at the limits
BLINK = 0.005  # seconds, likewise
UNIT_ROUNDOFF = 2.0**-53  # the relative error of one operation in doubles


def solve_exactly(system: Integers, right: Integers) -> tuple[list[int], int]:
    """The solution of a regular system over one denominator, its entries row by row.

    Raises:
        LimitReached: at a limit.
    """
    if limits.patience() == inf:
        return _solved(system, right)
    columns = right.size // len(right)
    seconds = columns * solving_seconds(len(system), bits_of(system))
    return child.bounded(_solved, system, right, seconds=seconds)


def _solved(system: Integers, right: Integers) -> tuple[list[int], int]:
    solution: Any = to_flint(system).solve(to_flint(right))  # of rationals
    numerators, denominator = solution.numer_denom()
    return [int(v) for v in numerators.entries()], int(denominator)


@dataclass(frozen=True, eq=False)
class Process:
    """A Markov decision process in integers; with a single action it is a Markov chain.

    Attributes:
        game: the game that it comes from: its start, horizon, discount and scale hold here too.
        rewards: numerators of the payoffs of all players, shape (steps, states, actions,
            players); `steps` is 1 where nothing depends on the time, else the horizon.
        denominators: of the rewards, one a player.
        moves: numerators of the transitions, shape (steps, states, actions, states).
        denominator: of the transitions.
        legal: which actions may be played, shape (states, actions).
    """

    game: MarkovGame
    rewards: Integers
    denominators: tuple[int, ...]
    moves: Integers
    denominator: int
    legal: NDArray[np.bool_]

    @property
    def decay(self) -> tuple[int, int]:
        """Integers (keep, grow): V = r + keep / grow * (moves @ V next), moves being numerators."""
        discount = self.game.discount
        return discount.numerator, discount.denominator * self.denominator

    def at(self, step: int) -> tuple[Integers, Integers]:
        """The rewards (states, actions, players) and moves (states, actions, states) of a step."""
        index = step if len(self.rewards) > 1 else 0
        return self.rewards[index], self.moves[index]


def joint_weights(
    game: MarkovGame, tables: Sequence[ExactTable], free: int | None = None
) -> tuple[Integers, int]:
    """The probability of each joint action of all players but `free`, who has a single one.

    Returns:
        Numerators of shape (steps, states, *actions), `steps` being 1 where no table depends on
        the time, and their denominator.
    """
    fixed = [k for k in range(game.num_players) if k != free]
    steps = max((len(tables[k]) for k in fixed), default=1) // game.num_states
    out = np.ones((steps, game.num_states, *[1] * game.num_players), dtype=object)
    total = 1
    for k in fixed:
        numerators, denominator = over_one_denominator(tables[k])
        axes = [1] * game.num_players
        axes[k] = game.shape[k]
        out = out * numerators.reshape(-1, game.num_states, *axes)
        total *= denominator
    return out, total


def over_one_denominator(rows: ExactTable) -> tuple[Integers, int]:
    """A table as integers, shape (rows, actions), and their common denominator."""
    denominator = lcm(*(p.denominator for row in rows for p in row))
    numerators = [[p.numerator * (denominator // p.denominator) for p in row] for row in rows]
    return np.array(numerators, dtype=object), denominator


def induced_process(
    game: MarkovGame, tables: Sequence[ExactTable], free: int | None = None
) -> Process:
    """What `free` faces when all others play their tables; None fixes everybody.

    Args:
        game: the game.
        tables: one exact table a player, as `exact_tables` makes them; that of `free` is ignored.
        free: the player whose actions stay open.
    """
    weights, total = joint_weights(game, tables, free)
    players = tuple(2 + k for k in range(game.num_players) if k != free)
    payoffs = [_means(weights, array.numerators, players) for array in game.payoffs]
    moves = _means(weights[..., None], game.transitions.numerators, players)
    steps, size = len(weights), game.num_states
    actions = 1 if free is None else game.shape[free]
    return Process(
        game=game,
        rewards=np.stack(payoffs, axis=-1).reshape(steps, size, actions, game.num_players),
        denominators=tuple(total * array.denominator for array in game.payoffs),
        moves=moves.reshape(steps, size, actions, size),
        denominator=total * game.transitions.denominator,
        legal=np.ones((size, 1), dtype=bool) if free is None else game.legal[free],
    )


def _means(weights: Integers, array: NDArray[Any], players: tuple[int, ...]) -> Integers:
    """The sum over the actions of some players, in parts, between which limits are looked at."""
    steps, size = len(weights), len(array)
    parts = list(_parts(steps, size, prod(array.shape[1:])))
    if len(parts) == 1:
        limits.check()
        return np.asarray((weights * array.astype(object)).sum(axis=players))
    rows: list[list[Integers]] = []
    for now, here in parts:
        limits.check()
        part = (weights[now, here] * array[here].astype(object)).sum(axis=players)
        if here.start == 0:
            rows.append([])
        rows[-1].append(part)
    return np.concatenate([np.concatenate(row, axis=1) for row in rows])


def _parts(steps: int, size: int, each: int) -> Iterator[tuple[slice, slice]]:
    """Parts of an array (steps, size, ...) with `each` entries at a place."""
    states = max(1, min(size, _CHUNK // each))
    times = max(1, _CHUNK // (each * size))
    for now in range(0, steps, times):
        for here in range(0, size, states):
            yield slice(now, now + times), slice(here, here + states)


def product(moves: Integers, values: Integers) -> Integers:
    """`moves @ values`, exactly, in parts, between which limits are looked at.

    Args:
        moves: shape (..., states).
        values: shape (states, n) or (states,).
    """
    limits.check()
    bits = values.flat[0].bit_length()
    each = values.size
    rows = max(1, int(BLINK / python_seconds(each, bits)))
    flat = moves.reshape(-1, moves.shape[-1])
    if len(flat) <= rows:
        return np.asarray(moves @ values)
    out = []
    for first in range(0, len(flat), rows):
        limits.check()
        out.append(flat[first : first + rows] @ values)
    return np.concatenate(out).reshape(*moves.shape[:-1], *values.shape[1:])


def plan_values(chosen: Process, plan: Integers) -> tuple[Integers, int]:
    """What each player earns from each state on, where one action is played in each.

    Args:
        chosen: the process.
        plan: one action a state, shape (steps, states); `steps` may be 1 for any time.

    Returns:
        Numerators (states, players) and a denominator that all share; player k's value is that
        divided by `denominators[k]` too. The values are not scaled.

    Raises:
        LimitReached: at a limit.
    """
    keep, grow = chosen.decay
    everywhere = np.arange(chosen.game.num_states)
    if chosen.game.horizon is None:
        rewards, moves = (array[everywhere, plan[0]] for array in chosen.at(0))
        system = grow * np.eye(len(moves), dtype=int).astype(object) - keep * moves
        solved, denominator = solve_exactly(system, grow * rewards)
        return np.array(solved, dtype=object).reshape(rewards.shape), denominator
    values, unit = np.zeros(chosen.rewards.shape[1::2], dtype=object), 1
    for step in reversed(range(chosen.game.horizon)):
        actions = plan[step if len(plan) > 1 else 0]
        rewards, moves = (array[everywhere, actions] for array in chosen.at(step))
        if step == chosen.game.horizon - 1:
            values = rewards
        else:
            unit *= grow
            values = rewards * unit + keep * product(moves, values)
    return values, unit


def scaled(chosen: Process, numerators: Integers, unit: int) -> list[list[Fraction]]:
    """Values as `plan_values` gives them, as Fractions in the game's unit: one list a player."""
    scale = chosen.game.scale

    def value(numerator: Any, denominator: int) -> Fraction:
        limits.check()  # long numbers take long to reduce
        return scale * Fraction(int(numerator), unit * denominator)

    return [
        [value(v, denominator) for v in column]
        for column, denominator in zip(numerators.T, chosen.denominators, strict=True)
    ]


def plan_payoffs(chosen: Process, plan: Integers) -> tuple[Fraction, ...]:
    """What each player gets from the start in the game's unit, where a plan is followed."""
    return from_start(chosen, scaled(chosen, *plan_values(chosen, plan)))


def from_start(chosen: Process, values: Sequence[Sequence[Fraction]]) -> tuple[Fraction, ...]:
    """The value of each player at the start, from its values in each state."""
    start = chosen.game.start
    return tuple(
        sum((p * v for p, v in zip(start, row, strict=True) if p), Fraction(0)) for row in values
    )


def reached_rows(faced: Process, played: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which rows are reached with positive probability, (steps, states).

    Args:
        faced: the process.
        played: which actions may be played, shape (steps, states, actions); `steps` may be 1.
    """
    links = faced.moves != 0
    here = np.array([p > 0 for p in faced.game.start])
    out = np.zeros(played.shape[:2], dtype=bool)
    for step in range(faced.game.horizon or faced.game.num_states):
        row = step if len(played) > 1 else 0
        if len(played) == len(links) == 1 and not (here & ~out[0]).any():
            break  # where nothing depends on the time, nothing else is reached either
        out[row] |= here
        linked = links[step if len(links) > 1 else 0] & played[row][..., None]
        here = linked[here].any(axis=(0, 1))
    return out


@dataclass(frozen=True, eq=False)
class FloatProcess:
    """A decision process of one player in floats; its largest payoff is one.

    Attributes:
        game: the game that it comes from.
        live: the states that can be reached; the others are left out.
        start: shape (live,).
        rewards: of the player, shape (steps, live, actions).
        moves: shape (steps, live, actions, live).
        legal: shape (live, actions).
        discount: what a payoff one step later is worth.
        horizon: the number of steps.
        unit: what a value is to be multiplied by, to be one of the game; of any size.
        margin: a bound on the rounding of any value or derivative over a box of tables.
    """

    game: MarkovGame
    live: NDArray[np.int64]
    start: NDArray[np.float64]
    rewards: NDArray[np.float64]
    moves: NDArray[np.float64]
    legal: NDArray[np.bool_]
    discount: float
    horizon: int
    unit: Fraction
    margin: float


def float_process(faced: Process, player: int) -> FloatProcess:
    """The process of one player with a horizon, in floats."""
    game = faced.game
    live = np.flatnonzero(reached_rows(faced, faced.legal[None])[0])
    rewards = np.where(faced.legal, faced.rewards[..., player], 0)[:, live]
    largest = max(map(abs, rewards.ravel().tolist())) or 1
    moves = (faced.moves / faced.denominator).astype(np.float64)[..., live][:, live]
    horizon, discount = game.horizon or 1, float(game.discount)
    # values are sums of so many terms a step, each rounded a few times, and no larger than the
    # sum of the discounts; derivatives are sums of values times visits
    operations = 8 * (horizon + 2) * (len(live) + 2 * rewards.shape[-1] + 8)
    total = sum(discount**step for step in range(horizon))
    return FloatProcess(
        game=game,
        live=live,
        start=np.array([float(game.start[state]) for state in live]),
        rewards=(rewards / largest).astype(np.float64),
        moves=moves,
        legal=faced.legal[live],
        discount=discount,
        horizon=horizon,
        unit=game.scale * Fraction(largest, faced.denominators[player]),
        margin=4 * operations * UNIT_ROUNDOFF * total * (total + 1),
    )
