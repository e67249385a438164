"""Commitment to a correlated strategy (Conitzer and Korzhyk 2011).

The leader draws a pure profile from a distribution it has announced, and tells the follower its
part. With two players this earns the leader exactly what a mixed commitment does.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from fractions import Fraction

import numpy as np

from gtlearn import child, limits
from gtlearn.games import NormalFormGame
from gtlearn.limits import LimitReached
from gtlearn.solvers._commitment.data import LeaderPayoffs, earned, narrowed
from gtlearn.solvers._commitment.mixed import find_strong
from gtlearn.solvers._commitment.multipliers import Multipliers
from gtlearn.solvers._commitment.report import solution
from gtlearn.solvers._commitment.strong import Commitments, cheapest
from gtlearn.solvers._linear.program import LinearProgram, solve
from gtlearn.solvers.outcomes import RATIONAL, Certificate, Commitment
from gtlearn.solvers.solution import Solution

SINGLE_LP = "single linear program (Conitzer & Korzhyk 2011)"
EXPONENT = 58  # of the follower's payoffs, whose differences are then machine integers
_MAX_ENTRIES = 2_000_000  # of the single program's matrix; larger ones take too long

_Joint = dict[tuple[int, ...], Fraction]  # probability of (leader's action, follower's action)


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

    def cheap() -> Commitment:
        pure = cheapest(view, "strong")
        return _outcome(view, leader, _obeyed(pure), pure)

    return solution(
        game, lambda: _outcome(view, leader, joint, best), name, best.reached, cheap=cheap
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


def _outcome(view: LeaderPayoffs, leader: int, joint: _Joint, best: Commitments) -> Commitment:
    m, n = view.shape
    own, other = [Fraction(0)] * m, [Fraction(0)] * n
    for (i, j), probability in joint.items():
        own[i] += probability
        other[j] += probability
    payoffs = tuple(
        sum((earned([p], [table[place]], scale) for place, p in joint.items()), Fraction(0))
        for table, scale in (
            (view.leader, view.leader_scale),
            (view.follower, view.follower_scale),
        )
    )
    evidence = {
        "commitment": "correlated",
        "upper_bound": best.upper_bound / view.leader_scale,
        "multipliers": best.multipliers.for_payoffs(view.ratio),
    }
    outcome = Commitment(
        strategies=(tuple(own), tuple(other)),
        payoffs=payoffs,
        leader=leader,
        response=None,
        ties="strong",
        attained=True,
        certificate=Certificate("stackelberg", RATIONAL, False, evidence),
        distribution=joint,
    )
    if leader == 0:
        return outcome
    return replace(
        outcome,
        strategies=outcome.strategies[::-1],
        payoffs=payoffs[::-1],
        distribution={(j, i): p for (i, j), p in joint.items()},
    )
