"""The optimal mixed commitment under strong ties, exactly (Conitzer and Sandholm 2006, Theorem 2).

One linear program for each response of the follower. Floats decide which of them matter, most
being given up early; then the best one is solved in rationals, and every other one is bounded by
multipliers that are checked in integers. Where rounded multipliers do not suffice (ties, floats
that went wrong), that response's program is solved exactly too.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from gtlearn.solvers.commitment.clock import Clock
from gtlearn.solvers.commitment.data import Bimatrix, earned, region_program
from gtlearn.solvers.commitment.dual_simplex import OPTIMAL, Proposal, maximise
from gtlearn.solvers.commitment.least import maximise_least
from gtlearn.solvers.commitment.multipliers import Multipliers, bounds, dual_row, rounded
from gtlearn.solvers.commitment.pure import best_pure
from gtlearn.solvers.linear.program import Basis, Infeasible, Optimum, at_basis, solve

MARGIN = 1e-6  # of the largest payoff: room for the rounding of multipliers


@dataclass(frozen=True)
class Commitments:
    """The best commitment found and what bounds all others, in a Bimatrix's integers.

    Attributes:
        mix: the leader's probabilities.
        response: the follower's action.
        value: the leader's payoff, in the game's integers.
        upper_bound: no commitment earns more, in the game's integers.
        multipliers: the proof of it.
        timed_out: whether the time ran out before the bound met the value.
    """

    mix: list[Fraction]
    response: int
    value: Fraction
    upper_bound: Fraction
    multipliers: Multipliers
    timed_out: bool = False


def best_strong(game: Bimatrix, clock: Clock) -> Commitments:
    """The optimal mixed commitment under strong ties, with exact bounds for every response."""
    pure = best_pure(game, "strong")
    mix = [Fraction(int(i == pure.action)) for i in range(game.shape[0])]
    response, value = pure.response, Fraction(pure.value)
    proposals = _search(game, pure.value, clock)
    with contextlib.suppress(TimeoutError):
        winner = _best_proposal(game, proposals)
        if winner is not None:
            found = exact_region(game, winner, proposals[winner], clock)
            if found is not None and Fraction(*found[1]) > value:
                mix, value, response = found[0], Fraction(*found[1]), winner
    floats = np.zeros((game.shape[1], game.shape[1]))
    for j, proposal in proposals.items():
        floats[j] = proposal.multipliers
    return _close(
        game, Commitments(mix, response, value, value, rounded(game, floats)), proposals, clock
    )


def _search(game: Bimatrix, start: int, clock: Clock) -> dict[int, Proposal]:
    """Runs the float method on every response that may beat the commitments known so far."""
    leader, follower = game.leader_floats, np.ascontiguousarray(game.follower_floats.T)
    columns = np.ascontiguousarray(leader.T)
    tops = columns.max(axis=1)
    best = game.leader_float(start)
    proposals: dict[int, Proposal] = {}
    order = np.argsort(-tops, kind="stable").tolist()
    for rank, j in enumerate(order):
        if tops[j] <= best:
            break
        if clock.expired:
            break
        if rank % 16 == 0:
            clock.tell(rank / len(order), "linear programs, one a response of the follower")
        proposals[j] = maximise(columns[j], follower[j] - follower, best - MARGIN)
        if proposals[j].status == OPTIMAL:
            best = max(best, proposals[j].bound)
    return proposals


def _best_proposal(game: Bimatrix, proposals: dict[int, Proposal]) -> int | None:
    optimal = [j for j, proposal in proposals.items() if proposal.status == OPTIMAL]
    return max(optimal, key=lambda j: proposals[j].bound, default=None)


def exact_region(
    game: Bimatrix, j: int, proposal: Proposal | None, clock: Clock
) -> tuple[list[Fraction], tuple[int, int], list[int], int] | None:
    """The exact optimum over j's region; None where the region is empty.

    Returns:
        The mix, the value's numerator and denominator, and the multipliers with their denominator.
    """
    program = region_program(game, j, game.leader[:, j])
    optimum: Optimum | None = None
    if proposal is not None and proposal.status == OPTIMAL:
        rows = np.append(proposal.tight, game.shape[1])
        optimum = at_basis(program, Basis(proposal.columns, rows))
    if optimum is None:
        try:
            optimum = solve(program, time_limit=clock.left)
        except Infeasible:
            return None
    mix = [Fraction(v, optimum.primal_denominator) for v in optimum.primal]
    dual, denominator = dual_row(optimum.dual, optimum.dual_denominator, game.shape[1])
    return mix, optimum.value(program), dual, denominator


def empty_region(
    game: Bimatrix, j: int, others: Sequence[int], limit: Fraction, clock: Clock
) -> tuple[list[int], int]:
    """Multipliers that push the bound of j, whose region is empty, down to `limit`."""
    found = maximise_least(-game.disobedience(j)[list(others)], clock)
    top = int(game.leader[:, j].max())
    length = max((top - limit) / -found.value, Fraction(0))
    row = [0] * game.shape[1]
    for k, weight in zip(others, found.weights, strict=True):
        row[k] = weight * length.numerator
    return row, found.denominator * length.denominator


def _close(
    game: Bimatrix, found: Commitments, proposals: dict[int, Proposal], clock: Clock
) -> Commitments:
    """Solves exactly every response whose rounded multipliers do not prove it no better."""
    limits = bounds(game, found.multipliers)
    mix, response, value = found.mix, found.response, found.value
    rows: dict[int, tuple[list[int], int]] = {}
    timed_out = False
    try:
        for j in sorted(range(game.shape[1]), key=lambda j: -limits[j]):
            if limits[j] <= value:
                break
            clock.check()
            clock.tell(None, "exact linear programs where floats leave a tie")
            result = exact_region(game, j, proposals.get(j), clock)
            if result is None:
                others = [k for k in range(game.shape[1]) if k != j]
                rows[j], limits[j] = empty_region(game, j, others, value, clock), value
                continue
            rows[j], limits[j] = (result[2], result[3]), Fraction(*result[1])
            if limits[j] > value:
                mix, response, value = result[0], j, limits[j]
    except TimeoutError:
        timed_out = True
    multipliers = found.multipliers.replaced(rows)
    if timed_out:  # the mix may earn more by another response
        response, value = strong_response(game, mix)
    return Commitments(mix, response, value, max(value, *limits), multipliers, timed_out)


def strong_response(game: Bimatrix, mix: Sequence[Fraction]) -> tuple[int, Fraction]:
    """The best response that the leader likes best, and the leader's integer payoff."""
    pays = [earned(mix, column, 1) for column in game.incentives.T]
    top = max(pays)
    own = {k: earned(mix, game.leader[:, k], 1) for k, pay in enumerate(pays) if pay == top}
    response = max(own, key=lambda k: own[k])
    return response, own[response]
