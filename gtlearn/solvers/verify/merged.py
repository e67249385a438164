"""What deviations gain in games of merged states, state by state.

A strategy here depends on the state alone, so that others' play and chance make a Markov decision
process without cycles of each player's deviations: its best response by dynamic programming is
best among all strategies, also those that remember the history.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from gtlearn.games import MergedGame
from gtlearn.games.numbers import Number
from gtlearn.limits import check
from gtlearn.solvers.verify.report import Statement, Unproven

_CHANCE, _END = -1, -2
_LOOK = 4096  # states between two looks at the limits
_Rows = Sequence[Sequence[Number]]


def merge_statements(game: MergedGame) -> Iterator[Statement]:
    """What a solution takes for granted where states were merged because it was asked for."""
    if not game.is_proven:
        yield Statement("that the states that are merged are equal", _not_compared)


def _not_compared() -> list[str]:
    raise Unproven("they have one text, and a walk of the whole tree has not compared them")


def _values(
    game: MergedGame, tables: Sequence[_Rows], player: int
) -> tuple[list[Fraction], list[Fraction]]:
    """What a player gets from each state on, as all play, and by its best response to the others.

    Args:
        game: the game.
        tables: one a player: a vector of exact probabilities at each of its states.
        player: whose payoffs they are.

    Raises:
        LimitReached: at a limit.
    """
    mover, place = game.mover.tolist(), game.place.tolist()
    first, after = game.first.tolist(), game.after.tolist()
    paid = game.payoffs[player].fractions().tolist()
    vectors: list[Any] = [*tables, [moves.probabilities for moves in game.chance]]
    got, best = [Fraction(0)] * len(mover), [Fraction(0)] * len(mover)
    for node in range(len(mover) - 1, -1, -1):  # all moves lead to later states
        if node % _LOOK == 0:
            check()
        who = mover[node]
        if who == _END:
            got[node] = best[node] = paid[place[node]]
            continue
        below = after[first[node] : first[node + 1]]
        row = vectors[who][place[node]]
        played = [(Fraction(p), later) for p, later in zip(row, below, strict=True) if p]
        got[node] = _expected(played, got)
        best[node] = max(best[n] for n in below) if who == player else _expected(played, best)
    return got, best


def gains_by_state(game: MergedGame, tables: Sequence[_Rows]) -> dict[int, tuple[Fraction, ...]]:
    """What each player could gain from each state on.

    Raises:
        LimitReached: at a limit.
    """
    both = [_values(game, tables, player) for player in range(game.num_players)]
    return {
        node: tuple(best[node] - got[node] for got, best in both) for node in range(game.num_nodes)
    }


def payoffs_in_states(game: MergedGame, tables: Sequence[_Rows]) -> list[tuple[Fraction, ...]]:
    """What each player gets from each state on.

    Raises:
        LimitReached: at a limit.
    """
    each = [_values(game, tables, player)[0] for player in range(game.num_players)]
    return list(zip(*each, strict=True))


def _expected(played: Sequence[tuple[Fraction, int]], values: Sequence[Fraction]) -> Fraction:
    if len(played) == 1:  # as in pure strategies
        return values[played[0][1]]
    return sum((p * values[node] for p, node in played), Fraction(0))


def regrets_in_states(
    game: MergedGame, tables: Sequence[_Rows]
) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...], tuple[Fraction, ...]]:
    """What each player gains by its best response at the start, what it gains at most in any
    state, and what it gets.

    Every history of the game is in one of the states, and below it nothing but the state matters;
    so no gain in any state is subgame perfection.

    Raises:
        LimitReached: at a limit.
    """
    both = [_values(game, tables, player) for player in range(game.num_players)]
    return (
        tuple(best[0] - got[0] for got, best in both),
        tuple(max(b - g for g, b in zip(got, best, strict=True)) for got, best in both),
        tuple(got[0] for got, _ in both),
    )
