"""What one player can do against the others' fixed tables: a decision process, solved exactly.

With a horizon the process knows the time, so that its best policy is best among all responses to
the history; without one, its state alone suffices (Puterman 1994, Theorems 4.4.2 and 6.2.10).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import numpy as np
from flint import fmpq, fmpq_mat

from gtlearn.child import bounded
from gtlearn.games import MarkovGame
from gtlearn.games.numbers import Number
from gtlearn.limits import check

KnownTables = Sequence[Sequence[Sequence[Number]] | None]
Allowed = Sequence[Collection[int]]  # the actions that may be played in each row
_Values = list[fmpq]  # one a row
_NOBODY = -1
_ZERO = fmpq(0)


@dataclass(frozen=True)
class _Move:
    """What one action does: an expected payoff a player, and the next rows.

    Attributes:
        payoffs: one a player, in the game's unit.
        following: the next rows with their probabilities, times the discount.
    """

    payoffs: tuple[fmpq, ...]
    following: tuple[tuple[int, fmpq], ...]


@dataclass(frozen=True)
class DecisionProcess:
    """The decision process of one player, or of nobody, where a row has one move.

    Attributes:
        rows: the moves of each row by action; row `t * states + s` is state s at step t.
        start: the rows in which the process may start, with their probabilities.
        states: how many states the game has.
        timed: whether the rows hold the time, so that each leads to later ones only.
    """

    rows: tuple[Mapping[int, _Move], ...]
    start: tuple[tuple[int, fmpq], ...]
    states: int
    timed: bool

    @property
    def actions(self) -> list[tuple[int, ...]]:
        """All actions of each row."""
        return [tuple(row) for row in self.rows]

    def at_start(self, values: _Values) -> fmpq:
        """The expected value at the start."""
        return sum((p * values[row] for row, p in self.start), _ZERO)


def decision_process(
    game: MarkovGame, tables: KnownTables, player: int = _NOBODY
) -> DecisionProcess:
    """What `player` can do in `game` where the others play their tables.

    Args:
        game: the game.
        tables: one a player; `tables[player]` is not looked at. Row s is what is played in state
            s, or, in a table of states x horizon rows, row `t * states + s` in s at step t.
        player: who decides; `_NOBODY` for the chain in which all play their tables.

    Raises:
        LimitReached: at a limit.
    """
    steps = game.horizon or 1
    known: dict[tuple[int, ...], Mapping[int, _Expected]] = {}
    rows = []
    for t, s in product(range(steps), range(game.num_states)):
        places = tuple(
            s if table is None or len(table) == game.num_states else t * game.num_states + s
            for table in tables
        )
        check()
        if (s, *places) not in known:
            known[s, *places] = _expected(game, tables, player, s, places)
        later = 0 if game.horizon is None else (t + 1) * game.num_states
        rows.append(
            {
                action: _Move(payoffs, tuple((later + to, p) for to, p in following))
                if game.horizon is None or t + 1 < steps
                else _Move(payoffs, ())
                for action, (payoffs, following) in known[s, *places].items()
            }
        )
    start = tuple((s, _fmpq(p)) for s, p in enumerate(game.start) if p)
    return DecisionProcess(tuple(rows), start, game.num_states, game.horizon is not None)


_Expected = tuple[tuple[fmpq, ...], tuple[tuple[int, fmpq], ...]]


def _expected(
    game: MarkovGame, tables: KnownTables, player: int, state: int, places: Sequence[int]
) -> dict[int, _Expected]:
    """The expected payoffs and next states of each action of `player` in a state."""
    mixes: list[list[tuple[int, fmpq]]] = []
    for k, (table, place) in enumerate(zip(tables, places, strict=True)):
        if k == player or table is None:
            mixes.append([(int(a), fmpq(1)) for a in np.flatnonzero(game.legal[k][state])])
        else:
            mixes.append([(a, _fmpq(p)) for a, p in enumerate(table[place]) if p])
    scale, discount = _fmpq(game.scale), _fmpq(game.discount)
    payoffs: dict[int, list[fmpq]] = {}
    following: dict[int, dict[int, fmpq]] = {}
    for played in product(*mixes):
        check()
        profile = tuple(action for action, _ in played)
        own = profile[player] if player != _NOBODY else 0
        weight = fmpq(1)
        for _, p in played:
            weight *= p
        earned = payoffs.setdefault(own, [_ZERO] * game.num_players)
        for k, array in enumerate(game.payoffs):
            value = fmpq(int(array.numerators[(state, *profile)]), array.denominator)
            earned[k] += weight * scale * value
        reached = following.setdefault(own, {})
        numerators = game.transitions.numerators[(state, *profile)]
        for to in np.flatnonzero(numerators):
            p = fmpq(int(numerators[to]), game.transitions.denominator)
            reached[int(to)] = reached.get(int(to), _ZERO) + weight * discount * p
    return {a: (tuple(earned), tuple(following[a].items())) for a, earned in payoffs.items()}


def policy_values(process: DecisionProcess, policy: Sequence[int], player: int) -> _Values:
    """What `player` gets from each row on where the process follows `policy`, one action a row.

    Raises:
        LimitReached: at a limit.
    """
    moves = [row[action] for row, action in zip(process.rows, policy, strict=True)]
    if process.timed:
        values = [_ZERO] * len(moves)
        for row in reversed(range(len(moves))):
            check()
            values[row] = _worth(moves[row], values, player)
        return values
    bits = max(int(move.payoffs[player].q).bit_length() for move in moves)
    seconds = 1e-8 * len(moves) ** 3 * (1 + bits / 10)
    return [fmpq(*pair) for pair in bounded(_chain_values, moves, player, seconds=seconds)]


def _chain_values(moves: Sequence[_Move], player: int) -> list[tuple[int, int]]:
    """The values of a chain without a horizon, as numerators and denominators."""
    size = len(moves)
    matrix = [[fmpq(int(i == j)) for j in range(size)] for i in range(size)]
    for row, move in enumerate(moves):
        for to, p in move.following:
            matrix[row][to] -= p
    right = fmpq_mat([[move.payoffs[player]] for move in moves])
    solved = fmpq_mat(matrix).solve(right)
    return [(int(solved[row, 0].p), int(solved[row, 0].q)) for row in range(size)]


def best_values(
    process: DecisionProcess, player: int, allowed: Allowed | None = None, sign: int = 1
) -> _Values:
    """The largest values that `player` can get from each row (the least where `sign` is -1).

    With a horizon by backward induction, else by policy iteration (Howard 1960).

    Args:
        process: the process.
        player: whose payoff counts.
        allowed: the actions that may be played in each row; all by default.
        sign: 1 to maximise, -1 to minimise.

    Raises:
        LimitReached: at a limit.
    """
    choices = process.actions if allowed is None else allowed
    if process.timed:
        values = [_ZERO] * len(process.rows)
        for row in reversed(range(len(values))):
            check()
            worths = [_worth(process.rows[row][a], values, player) for a in choices[row]]
            values[row] = max(worths) if sign > 0 else min(worths)
        return values
    policy = [next(iter(actions)) for actions in choices]
    while True:
        values = policy_values(process, policy, player)
        changed = False
        for row, actions in enumerate(choices):
            check()
            signed = {a: sign * _worth(process.rows[row][a], values, player) for a in actions}
            top = max(signed.values())
            if top > signed[policy[row]]:
                policy[row] = next(a for a in actions if signed[a] == top)
                changed = True
        if not changed:
            return values


def conserving(
    process: DecisionProcess, player: int, values: _Values, allowed: Allowed | None = None
) -> list[tuple[int, ...]]:
    """The actions of each row that earn `player` the row's value: those of the best policies."""
    choices = process.actions if allowed is None else allowed
    return [
        tuple(a for a in actions if _worth(process.rows[row][a], values, player) == values[row])
        for row, actions in enumerate(choices)
    ]


def reached(process: DecisionProcess, allowed: Allowed) -> list[int]:
    """The rows that are reached with positive probability by some policy in `allowed`.

    A row may allow no action; it is reached, and nothing is beyond it.
    """
    waiting = [row for row, _ in process.start]
    seen = set(waiting)
    while waiting:
        row = waiting.pop()
        for action in allowed[row]:
            new = {to for to, _ in process.rows[row][action].following} - seen
            waiting += new
            seen |= new
    return sorted(seen)


def restricted(process: DecisionProcess, fixed: Mapping[int, int]) -> list[tuple[int, ...]]:
    """All actions of each row, but in states with a fixed action that one only."""
    places = ((row % process.states, moves) for row, moves in enumerate(process.rows))
    return [(fixed[state],) if state in fixed else tuple(moves) for state, moves in places]


def to_fraction(value: fmpq) -> Fraction:
    """The same number as a Fraction."""
    return Fraction(int(value.p), int(value.q))


def _worth(move: _Move, values: _Values, player: int) -> fmpq:
    total = move.payoffs[player]
    for to, p in move.following:
        total += p * values[to]
    return total


def _fmpq(value: Number) -> fmpq:
    exact = Fraction(value)
    return fmpq(int(exact.numerator), int(exact.denominator))  # not numpy's
