"""Commitments of two players: which method runs, and how its result becomes a Solution.

Of a correlated commitment (Conitzer and Korzhyk 2011) the leader draws a pure profile from a
distribution it has announced, and tells the follower its part. This earns the leader exactly what a
mixed commitment does."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction

import numpy as np

from gtlearn import child, limits
from gtlearn.games import NormalFormGame
from gtlearn.limits import LimitReached
from gtlearn.solvers._commitment.data import LeaderPayoffs, best_pure, narrowed
from gtlearn.solvers._commitment.multipliers import Multipliers
from gtlearn.solvers._commitment.report import commitment_outcome, solution
from gtlearn.solvers._commitment.strong import (
    Commitments,
    best_opposed,
    best_strong,
    cheapest,
    checking_seconds,
)
from gtlearn.solvers._commitment.weak import WeakSearch, attainment, weak_value
from gtlearn.solvers._linear.program import LinearProgram, solve
from gtlearn.solvers.outcomes import Commitment
from gtlearn.solvers.solution import Solution

SINGLE_LP = "single linear program (Conitzer & Korzhyk 2011)"
MULTIPLE_LPS = "multiple linear programs (Conitzer & Sandholm 2006)"
MINIMAX = "minimax linear program (opposed interests; von Neumann 1928)"
_ENUMERATION = "enumeration of the pure commitments"
REGIONS = "best-response regions (von Stengel & Zamir 2010)"
SUPREMUM = (
    "the leader's value is a supremum: commitments near the stated one approach it, "
    "none earns it under weak ties"
)

EXPONENT = 58  # of the follower's payoffs, whose differences are then machine integers
_MAX_ENTRIES = 2_000_000  # of the single program's matrix; larger ones take too long

_Joint = dict[tuple[int, ...], Fraction]  # probability of (leader's action, follower's action)


def solve_strong(game: NormalFormGame, leader: int) -> Solution:
    """The optimal mixed commitment where the follower breaks ties for the leader."""
    view = LeaderPayoffs.of(game, leader)
    best, method = find_strong(view)
    return solution(
        game,
        lambda: _outcome(view, leader, best, "strong"),
        method,
        best.reached,
        cheap=lambda: cheap(view, leader, "strong"),
    )


def cheap(view: LeaderPayoffs, leader: int, ties: str) -> Commitment:
    """The best pure commitment, whose proof takes no time worth mentioning."""
    return _outcome(view, leader, cheapest(view, ties), ties)


def _outcome(
    view: LeaderPayoffs, leader: int, best: Commitments, ties: str, joint: _Joint | None = None
) -> Commitment:
    evidence = {
        "commitment": "mixed" if joint is None else "correlated",
        "upper_bound": best.upper_bound / view.leader_scale,
        "multipliers": best.multipliers.for_payoffs(view.ratio),
    }
    return commitment_outcome(
        view, leader, best.mix, best.response, ties=ties, evidence=evidence, joint=joint
    )


def find_strong(view: LeaderPayoffs) -> tuple[Commitments, str]:
    """The commitment and the name of the method that found it."""
    opposed = _opposed(view)
    return (best_strong(view), MULTIPLE_LPS) if opposed is None else (opposed, MINIMAX)


def _opposed(view: LeaderPayoffs) -> Commitments | None:
    """The commitment where interests are opposed, and there is the time to find it."""
    try:
        with limits.keeping(checking_seconds(view)):
            return best_opposed(view)
    except LimitReached:
        return None


def solve_weak(game: NormalFormGame, leader: int) -> Solution:
    """The supremum of mixed commitments where the follower breaks ties against the leader."""
    view = LeaderPayoffs.of(game, leader)

    def instead() -> Commitment:
        return cheap(view, leader, "weak")

    minimax = _opposed(view)
    if minimax is not None:  # all best responses pay the leader the same
        return solution(
            game, lambda: _outcome(view, leader, minimax, "weak"), MINIMAX, cheap=instead
        )
    search = WeakSearch(view)
    try:
        with limits.keeping(2 * checking_seconds(view), share=1 / 4):
            search.run()
            outcome = _decided(view, leader, search)
    except LimitReached as error:
        return solution(
            game, lambda: _weak_so_far(view, leader, search), REGIONS, error, cheap=instead
        )
    notes = () if outcome.attained else (SUPREMUM,)
    return solution(game, lambda: outcome, REGIONS, notes=notes, cheap=instead)


def _decided(view: LeaderPayoffs, leader: int, search: WeakSearch) -> Commitment:
    """The commitment that earns the supremum that the search found, or shows it.

    Raises:
        LimitReached: at a limit.
    """
    attained = attainment(search)
    evidence = {"commitment": "mixed", "upper_bound": search.value / view.leader_scale}
    evidence |= search.proof()
    if attained.mix is not None and attained.response is not None:
        return commitment_outcome(
            view, leader, attained.mix, attained.response, ties="weak", evidence=evidence
        )
    if search.best is None:
        raise ArithmeticError("a pure commitment attains the value that it was found with")
    evidence |= {"interior": tuple(search.interiors[search.best] or ()), "chains": attained.chains}
    return commitment_outcome(
        view,
        leader,
        search.optima[search.best].mix,
        search.best,
        ties="weak",
        evidence=evidence,
        value=search.value / view.leader_scale,
    )


def _weak_so_far(view: LeaderPayoffs, leader: int, search: WeakSearch) -> Commitment:
    """The best commitment known to earn its value when a limit ended the search.

    Raises:
        LimitReached: at a further limit.
    """
    mixes = [search.pure.mix]
    if search.best is not None:
        inside, limit = search.interiors[search.best] or [], search.optima[search.best].mix
        mixes += [
            [(1 - step) * p + step * q for p, q in zip(limit, inside, strict=True)]
            for step in (Fraction(0), Fraction(1, 2**20), Fraction(1, 2**8))
        ]
    worth = [(*weak_value(view, mix), mix) for mix in mixes]
    value, response, mix = max(worth, key=lambda best: best[0])
    bound = max(value, *search.tops().values()) / view.leader_scale
    evidence = {"commitment": "mixed", "upper_bound": bound, **search.proof()}
    return commitment_outcome(view, leader, mix, response, ties="weak", evidence=evidence)


def solve_pure(game: NormalFormGame, leader: int, ties: str) -> Solution:
    """The best pure commitment, by enumeration."""
    view = LeaderPayoffs.of(game, leader)
    best = best_pure([view], ties)
    evidence = {"commitment": "pure", "upper_bound": best.value / view.leader_scale}
    outcome = commitment_outcome(
        view, leader, best.mix, best.responses[0], ties=ties, evidence=evidence
    )
    return solution(game, lambda: outcome, _ENUMERATION, cheap=lambda: outcome)


def solve_correlated(game: NormalFormGame, leader: int, method: str | None) -> Solution:
    """The optimal correlated commitment: the single program, or the mixed one where it is large.

    `method` is "single-lp", "multiple-lps" or None, which decides by size.
    """
    view = LeaderPayoffs.of(game, leader)
    m, n = view.shape
    import highspy  # noqa: F401  for what is imported in a child is lost

    single = method == "single-lp" or (method is None and m * n**3 <= _MAX_ENTRIES)
    joint, best, name = None, None, SINGLE_LP
    if single:
        with suppress(LimitReached), limits.keeping(0.0, share=1 / 2):
            seconds = 1e-7 * m * n**3
            joint, best = child.bounded(_single_program, view, seconds=seconds)
    if joint is None or best is None:
        best, name = find_strong(view)
        joint = _obeyed(best)
        name += ", which a correlated commitment cannot beat (Conitzer & Korzhyk 2011)"

    def instead() -> Commitment:
        pure = cheapest(view, "strong")
        return _outcome(view, leader, pure, "strong", _obeyed(pure))

    return solution(
        game,
        lambda: _outcome(view, leader, best, "strong", joint),
        name,
        best.reached,
        cheap=instead,
    )


def _obeyed(best: Commitments) -> _Joint:
    """The joint distribution where the follower is told the response to a mixed commitment."""
    return {(i, best.response): p for i, p in enumerate(best.mix) if p}


def _single_program(game: LeaderPayoffs) -> tuple[_Joint, Commitments]:
    m, n = game.shape
    limits.require(8 * 4 * n * m * (n * n + 1))
    kind = np.int64 if game.follower_exponent < EXPONENT else object
    rows = np.zeros((n * n + 1, n, m), dtype=kind)  # (j, k) and the sum; (j, i)
    for j in range(n):
        limits.check()
        rows[j * n : (j + 1) * n, j, :] = game.disobedience(j)
    rows[-1] = 1
    bounds = np.zeros(n * n + 1, dtype=np.int64)
    bounds[-1] = 1
    program = LinearProgram(
        np.ascontiguousarray(game.leader.T).ravel(),
        rows.reshape(n * n + 1, n * m),
        bounds,
        (n * n,),
    )
    optimum = solve(program)
    joint: _Joint = {
        (place % m, place // m): Fraction(v, optimum.primal_denominator)
        for place, v in enumerate(optimum.primal)
        if v
    }
    flat = np.empty(n * n, dtype=object)
    flat[:] = optimum.dual[: n * n]
    rows = narrowed(flat.reshape(n, n))
    multipliers = Multipliers(n, {j: (rows[j], optimum.dual_denominator) for j in range(n)})
    value = Fraction(*optimum.value(program))
    return joint, Commitments([], -1, value, value, multipliers)
