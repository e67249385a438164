"""Two-player zero-sum games: the value, an optimal strategy each, and whether it is unique."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import child, limits
from gtlearn.errors import InputError, option
from gtlearn.games import NormalFormGame
from gtlearn.games.given import of_games
from gtlearn.limits import OK, LimitReached
from gtlearn.solvers._linear.cost import product_seconds
from gtlearn.solvers._linear.highs import float_basis
from gtlearn.solvers._linear.program import LinearProgram
from gtlearn.solvers._linear.program import solve as solve_program
from gtlearn.solvers._linear.threads import load_blas, one_blas_thread
from gtlearn.solvers._nash.certified import certain, from_support
from gtlearn.solvers._nash.labels import positive_payoffs
from gtlearn.solvers._nash.pure import first_certified_pure_equilibrium, searching_seconds
from gtlearn.solvers._nash.supports import equilibrium_on_supports
from gtlearn.solvers.dummies import also_with_dummies
from gtlearn.solvers.outcomes import NashEquilibrium, Strategy
from gtlearn.solvers.solution import Solution
from gtlearn.solvers.verify.nash import deviation_payoffs

INTERIOR = 40  # actions of each player from which the interior-point method beats the simplex
_WORD = 62  # bits of payoffs that fit into machine integers
_METHOD = "zero-sum linear program"


@of_games(NormalFormGame)
@also_with_dummies
def zero_sum(
    game: NormalFormGame,
    *,
    time_limit: float | None = None,
    memory_limit: float | None = None,
    uniqueness: bool = True,
) -> Solution:
    """An exact optimal strategy for each player (von Neumann 1928; Dantzig 1951).

    The certificate's evidence has "value", the row player's payoff, and "unique", whether each
    player's optimal strategy is the only one (Mangasarian 1979).

    Args:
        game: two players whose payoffs add up to the same number everywhere; further players
            may have one action each.
        time_limit: seconds after which to return what was found, with `complete` False: optimal
            strategies that may not be the only ones, or a saddle point, or nothing.
        memory_limit: bytes by which the process may grow, to the same effect.
        uniqueness: decide uniqueness too, which can cost as much again.

    Raises:
        InputError: if the game is not of this kind, or a limit is no positive number.

    >>> from gtlearn import games
    >>> rps = games.normal_form([[0, -1, 1], [1, 0, -1], [-1, 1, 0]],
    ...                         [[0, 1, -1], [-1, 0, 1], [1, -1, 0]])
    >>> [str(p) for p in zero_sum(rps)[0].strategies[0]]
    ['1/3', '1/3', '1/3']
    """
    start = time.monotonic()
    with limits.limited(time_limit, memory_limit):
        if not game.is_constant_sum:
            raise InputError(
                f"game {game.name!r} is not a two-player zero-sum game; use "
                f"{option('concept', 'nash')} without {option('method', 'zero-sum')}"
            )
        equilibrium, unique, reached = _solved(game, uniqueness)
    notes = [game.number_note] if game.number_note else []
    if reached is not None:
        notes.append(_cut_short(reached, equilibrium))
    return Solution(
        game=game,
        concept="nash",
        method=_METHOD,
        solutions=() if equilibrium is None else (_with_value(equilibrium, unique),),
        status=OK if reached is None else reached.status,
        complete=unique == (True, True),
        components=((0,),) if unique == (True, True) else None,
        seconds=time.monotonic() - start,
        notes=tuple(notes),
    )


def _solved(
    game: NormalFormGame, uniqueness: bool
) -> tuple[NashEquilibrium | None, tuple[bool, bool] | None, LimitReached | None]:
    """An equilibrium, whether each strategy is the only one, and the limit that was reached."""
    equilibrium: NashEquilibrium | None = None
    unique: tuple[bool, bool] | None = None
    reached: LimitReached | None = None
    m, n = game.shape
    bits = game.payoffs[0].bits
    entries = product_seconds(m * n, bits, bits) if bits > _WORD else 0.0
    step = 1e-9 * m * n * min(m, n)  # one of the interior-point method
    if step > limits.patience():
        _load_for_child()
    try:
        with limits.keeping(searching_seconds(game)):
            equilibrium, size = child.bounded(_equilibrium, game, seconds=step + entries)
        if uniqueness:
            unique = child.bounded(_uniqueness, game, equilibrium, size, seconds=2e-8 * m * n)
    except LimitReached as limit:
        reached = limit
    if equilibrium is None:
        with suppress(LimitReached), limits.finishing():
            equilibrium = first_certified_pure_equilibrium(game)
    return equilibrium, unique, reached


def _load_for_child() -> None:
    """Loads here what a child process would load in vain."""
    import highspy  # noqa: F401
    import scipy.linalg  # noqa: F401

    load_blas()


def _lp_seconds(game: NormalFormGame, equilibrium: NashEquilibrium) -> float:
    """About how long it takes to write down the programs that decide uniqueness."""
    if limits.patience() == math.inf:
        return 0.0
    longest = max(Fraction(value).denominator.bit_length() for value in equilibrium.payoffs)
    payoffs = game.payoffs[0]
    return product_seconds(4 * payoffs.numerators.size, payoffs.bits, longest)


def _with_value(equilibrium: NashEquilibrium, unique: tuple[bool, bool] | None) -> NashEquilibrium:
    evidence = {**equilibrium.certificate.evidence, "value": equilibrium.payoffs[0]}
    if unique is not None:
        evidence["unique"] = unique
    return replace(equilibrium, certificate=replace(equilibrium.certificate, evidence=evidence))


def _cut_short(reached: LimitReached, equilibrium: NashEquilibrium | None) -> str:
    if equilibrium is None:
        return f"{reached}: no equilibrium was found by then; to find one, {reached.more}"
    return f"{reached}: whether there are other optimal strategies was not decided"


def _equilibrium(game: NormalFormGame) -> tuple[NashEquilibrium, int]:
    """An equilibrium and the size of the nonsingular basis that it was solved from."""
    payoffs = positive_payoffs(game.payoffs[0].numerators)
    program = _program(payoffs)
    for rows, columns in _float_supports(program):
        equilibrium = equilibrium_on_supports(game, rows, columns, only_unique=True)
        if equilibrium is not None:
            return equilibrium, len(rows)
    optimum = solve_program(program)
    m, n = game.shape
    strategies = (
        from_support(m, range(m), optimum.dual, sum(optimum.dual)),
        from_support(n, range(n), optimum.primal, sum(optimum.primal)),
    )
    return certain(game, strategies), len(optimum.basis.rows)


def _program(payoffs: NDArray[Any]) -> LinearProgram:
    """Max 1y, Ay <= max A: y and the dual x, scaled, are the optimal strategies.

    The right-hand side keeps the program well scaled; ones would vanish beside large payoffs.
    """
    m, n = payoffs.shape
    largest = int(payoffs.max())
    kind = np.int64 if largest < 2**62 else object
    return LinearProgram(np.ones(n, dtype=np.int64), payoffs, np.full(m, largest, dtype=kind))


def _float_supports(
    program: LinearProgram,
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Rows and columns of likely bases, in floats."""
    payoffs = program.matrix
    if min(payoffs.shape) >= INTERIOR and payoffs.dtype != object:
        from gtlearn.solvers._nash.zero_sum_interior import likely_supports

        with one_blas_thread():
            yield from likely_supports(payoffs)
    basis = float_basis(program.objective, payoffs, program.bounds, program.equalities)
    if basis is not None and len(basis[0]) == len(basis[1]):
        yield basis[1], basis[0]


def _uniqueness(game: NormalFormGame, equilibrium: NashEquilibrium, size: int) -> tuple[bool, bool]:
    """Whether each player's optimal strategy is the only one."""
    supports = [[i for i, p in enumerate(s) if p] for s in equilibrium.strategies]
    if len(supports[0]) == len(supports[1]) == size and _strictly_complementary(
        game, equilibrium, supports
    ):
        return True, True  # solved from a nonsingular square system
    return child.bounded(_only_ones, game, equilibrium, seconds=_lp_seconds(game, equilibrium))


def _only_ones(game: NormalFormGame, equilibrium: NashEquilibrium) -> tuple[bool, bool]:
    """As `_uniqueness`, by linear programs."""
    values = deviation_payoffs(game, equilibrium.strategies)
    best = [_places(row, max(row)) for row in values]
    return (
        _is_unique(game.payoffs[1].numerators.T, equilibrium.strategies[0], best),
        _is_unique(game.payoffs[0].numerators, equilibrium.strategies[1], best[::-1]),
    )


def _strictly_complementary(
    game: NormalFormGame, equilibrium: NashEquilibrium, supports: list[list[int]]
) -> bool:
    """Whether every unplayed action is surely worse than the played ones, by float bounds.

    A product of n doubles, each rounded once, is off by less than (n + 4) epsilon times the
    largest payoff, since probabilities add up to one (Higham 2002, section 3.1).
    """
    for player, own in enumerate(supports):
        tensor = game.payoffs[player].numerators
        if tensor.dtype == object:
            return False
        payoffs = tensor.astype(np.float64)
        payoffs = payoffs if player == 0 else payoffs.T
        other = np.array([float(p) for p in equilibrium.strategies[1 - player]])
        values = payoffs @ other
        idle = np.ones(len(values), dtype=bool)
        idle[own] = False
        error = (len(other) + 4) * np.finfo(np.float64).eps * float(np.abs(payoffs).max())
        if idle.any() and values[own].min() - values[idle].max() <= 2 * error:
            return False
    return True


def _places(values: Sequence[Fraction], wanted: Fraction) -> list[int]:
    return [i for i, value in enumerate(values) if value == wanted]


def _is_unique(opponent: NDArray[Any], strategy: Strategy, best: list[list[int]]) -> bool:
    """Whether no other optimal strategy exists, by one exact linear program (Appa 2002).

    Args:
        opponent: the opponent's payoffs, one row an action of the opponent.
        strategy: an optimal strategy of the player, a vertex of the optimal set.
        best: the player's best responses and the opponent's.

    Optimal strategies keep every payoff of the opponent at or below the value; the sum of what is
    zero at `strategy` (its unplayed actions, the slacks of the opponent's best responses) is
    positive at any other.
    """
    tight = best[1]
    numerator, denominator = _value(opponent, strategy, tight[0])
    above = opponent.astype(object) * denominator - numerator  # at most 0 when mixed optimally
    matrix = np.vstack([np.ones((1, len(strategy)), dtype=object), above])
    bounds = np.zeros(len(matrix), dtype=np.int64)
    bounds[0] = 1
    zero = np.array([denominator * (p == 0) for p in strategy], dtype=object)
    objective = zero - above[tight].sum(axis=0)
    program = LinearProgram(objective, matrix, bounds, [0])
    optimum = solve_program(program)
    return optimum.value(program)[0] == 0


def _value(opponent: NDArray[Any], strategy: Strategy, row: int) -> tuple[int, int]:
    total = sum(
        (Fraction(p) * int(v) for p, v in zip(strategy, opponent[row], strict=True) if p),
        Fraction(),
    )
    return total.numerator, total.denominator
