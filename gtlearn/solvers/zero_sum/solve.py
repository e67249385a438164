"""Two-player zero-sum games: the value, an optimal strategy each, and whether it is unique."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import CertificateError, InputError
from gtlearn.games import NormalFormGame
from gtlearn.solvers.dummies import also_with_dummies
from gtlearn.solvers.linear.highs import float_basis
from gtlearn.solvers.linear.program import LinearProgram
from gtlearn.solvers.linear.program import solve as solve_program
from gtlearn.solvers.linear.threads import one_blas_thread
from gtlearn.solvers.nash.certified import from_support
from gtlearn.solvers.nash.labels import positive_payoffs
from gtlearn.solvers.nash.supports import equilibrium_on_supports
from gtlearn.solvers.solution import TIME_LIMIT, NashEquilibrium, Solution, Strategy
from gtlearn.solvers.verify.nash import deviation_payoffs

INTERIOR = 40  # actions of each player from which the interior-point method beats the simplex
METHOD = "zero-sum linear program"


@also_with_dummies
def zero_sum(
    game: NormalFormGame, *, time_limit: float | None = None, uniqueness: bool = True
) -> Solution:
    """An exact optimal strategy for each player (von Neumann 1928; Dantzig 1951).

    The certificate's evidence has "value", the row player's payoff, and "unique", whether each
    player's optimal strategy is the only one (Mangasarian 1979).

    Args:
        game: two players whose payoffs add up to the same number everywhere; further players
            may have one action each.
        time_limit: seconds after which to give up, with no solution and `complete` False.
        uniqueness: decide uniqueness too, which can cost as much again.

    Raises:
        InputError: if the game is not of this kind.

    >>> from gtlearn import games
    >>> rps = games.normal_form([[0, -1, 1], [1, 0, -1], [-1, 1, 0]],
    ...                         [[0, 1, -1], [-1, 0, 1], [1, -1, 0]])
    >>> [str(p) for p in zero_sum(rps)[0].strategies[0]]
    ['1/3', '1/3', '1/3']
    """
    if not game.is_zero_sum:
        raise InputError(
            f"game {game.name!r} is not a two-player zero-sum game; use --concept nash without "
            "--method zero-sum"
        )
    start = time.monotonic()
    deadline = None if time_limit is None else start + time_limit
    notes = (game.number_note,) if game.number_note else ()
    base = Solution(game, "nash", METHOD, (), notes=notes)
    try:
        equilibrium, size = _equilibrium(game, deadline)
        unique = _uniqueness(game, equilibrium, size, deadline) if uniqueness else None
    except TimeoutError:
        note = f"the time limit of {time_limit} s passed before an equilibrium was found"
        return replace(base, status=TIME_LIMIT, notes=(*notes, note))
    evidence = {**equilibrium.certificate.evidence, "value": equilibrium.payoffs[0]}
    if unique is not None:
        evidence["unique"] = unique
    certificate = replace(equilibrium.certificate, evidence=evidence)
    return replace(
        base,
        solutions=(replace(equilibrium, certificate=certificate),),
        complete=unique == (True, True),
        components=((0,),) if unique == (True, True) else None,
        seconds=time.monotonic() - start,
    )


def _equilibrium(game: NormalFormGame, deadline: float | None) -> tuple[NashEquilibrium, int]:
    """An equilibrium and the size of the nonsingular basis that it was solved from."""
    payoffs = positive_payoffs(game.payoffs[0].numerators)
    program = _program(payoffs)
    for rows, columns in _float_supports(program, deadline):
        found = equilibrium_on_supports(game, rows, columns, only_unique=True)
        if found is not None:
            return found, len(rows)
    optimum = solve_program(program, time_limit=_left(deadline))
    m, n = game.shape
    strategies = (
        from_support(m, range(m), optimum.dual, sum(optimum.dual)),
        from_support(n, range(n), optimum.primal, sum(optimum.primal)),
    )
    return _certify(game, strategies), len(optimum.basis.rows)


def _program(payoffs: NDArray[Any]) -> LinearProgram:
    """Max 1y, Ay <= max A: y and the dual x, scaled, are the optimal strategies.

    The right-hand side keeps the program well scaled; ones would vanish beside large payoffs.
    """
    m, n = payoffs.shape
    largest = int(payoffs.max())
    kind = np.int64 if largest < 2**62 else object
    return LinearProgram(np.ones(n, dtype=np.int64), payoffs, np.full(m, largest, dtype=kind))


def _float_supports(
    program: LinearProgram, deadline: float | None
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Rows and columns of likely bases, in floats."""
    payoffs = program.matrix
    if min(payoffs.shape) >= INTERIOR and payoffs.dtype != object:
        from gtlearn.solvers.zero_sum.interior import likely_supports

        with one_blas_thread():
            yield from likely_supports(payoffs, deadline)
    basis = float_basis(
        program.objective, payoffs, program.bounds, program.equalities, _left(deadline)
    )
    if basis is not None and len(basis[0]) == len(basis[1]):
        yield basis[1], basis[0]


def _certify(game: NormalFormGame, strategies: tuple[Strategy, Strategy]) -> NashEquilibrium:
    from gtlearn.solvers.nash.certified import certified

    equilibrium = certified(game, strategies)
    if equilibrium is None:
        raise CertificateError(
            f"the optimal strategies of {game.name!r} failed exact verification; please report it"
        )
    return equilibrium


def _left(deadline: float | None) -> float | None:
    return None if deadline is None else max(0.0, deadline - time.monotonic())


def _uniqueness(
    game: NormalFormGame, equilibrium: NashEquilibrium, size: int, deadline: float | None
) -> tuple[bool, bool]:
    """Whether each player's optimal strategy is the only one."""
    supports = [[i for i, p in enumerate(s) if p] for s in equilibrium.strategies]
    if len(supports[0]) == len(supports[1]) == size and _strictly_complementary(
        game, equilibrium, supports
    ):
        return True, True  # solved from a nonsingular square system
    values = deviation_payoffs(game, equilibrium.strategies)
    best = [_places(row, max(row)) for row in values]
    return (
        _is_unique(game.payoffs[1].numerators.T, equilibrium.strategies[0], best, deadline),
        _is_unique(game.payoffs[0].numerators, equilibrium.strategies[1], best[::-1], deadline),
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


def _is_unique(
    opponent: NDArray[Any], strategy: Strategy, best: list[list[int]], deadline: float | None
) -> bool:
    """Whether no other optimal strategy exists, by one exact linear program (Appa 2002).

    Args:
        opponent: the opponent's payoffs, one row an action of the opponent.
        strategy: an optimal strategy of the player, a vertex of the optimal set.
        best: the player's best responses and the opponent's.
        deadline: a `time.monotonic()` moment to give up at.

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
    optimum = solve_program(program, time_limit=_left(deadline))
    return optimum.value(program)[0] == 0


def _value(opponent: NDArray[Any], strategy: Strategy, row: int) -> tuple[int, int]:
    total = sum(
        (Fraction(p) * int(v) for p, v in zip(strategy, opponent[row], strict=True) if p),
        Fraction(),
    )
    return total.numerator, total.denominator
