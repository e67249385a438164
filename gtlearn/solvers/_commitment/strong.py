"""The optimal mixed commitment under strong ties, exactly (Conitzer and Sandholm 2006, Theorem 2).

One linear program for each response of the follower. Floats decide which of them matter, most
being given up early; then the best one is solved in rationals, and every other one is bounded by
multipliers that are checked in integers. Where rounded multipliers do not suffice (ties, floats
that went wrong), that response's program is solved exactly too.

Where interests are opposed, the minimax mix is optimal (von Neumann 1928).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm

import numpy as np

from gtlearn import child, limits
from gtlearn.limits import LimitReached
from gtlearn.progress import tell
from gtlearn.solvers._commitment.data import (
    LeaderPayoffs,
    best_pure,
    earned,
    largest,
    maximise_least,
    region_program,
)
from gtlearn.solvers._commitment.dual_simplex import OPTIMAL, Proposal, maximise
from gtlearn.solvers._commitment.multipliers import Multipliers, bounds, rounded, trivial
from gtlearn.solvers._linear.algebra import multiply
from gtlearn.solvers._linear.program import Basis, Infeasible, Optimum, at_basis, solve

MARGIN = 1e-6  # of the largest payoff: room for the rounding of multipliers
_PART = 2**12  # entries that are compared at once


@dataclass(frozen=True)
class Commitments:
    """The best commitment found and what bounds all others, in a Bimatrix's integers.

    Attributes:
        mix: the leader's probabilities.
        response: the follower's action.
        value: the leader's payoff, in the game's integers.
        upper_bound: no commitment earns more, in the game's integers.
        multipliers: the proof of it.
        reached: the limit that ended the search before the bound met the value.
    """

    mix: list[Fraction]
    response: int
    value: Fraction
    upper_bound: Fraction
    multipliers: Multipliers
    reached: LimitReached | None = None


def best_strong(game: LeaderPayoffs) -> Commitments:
    """The optimal mixed commitment under strong ties, with exact bounds for every response."""
    best = cheapest(game, "strong")
    try:
        with limits.keeping(checking_seconds(game)):
            with limits.keeping(2 * checking_seconds(game), share=1 / 4):
                proposals, reached = _search(game, best.value)
            with limits.finishing():
                best = _with_winner(game, best, proposals)
                best = _close(game, replace(best, reached=reached), proposals)
    except LimitReached as error:
        best = replace(best, reached=error)
    with limits.finishing():
        return best if best.reached is None else _answered(game, best)


def cheapest(game: LeaderPayoffs, ties: str) -> Commitments:
    """The best pure commitment, and the leader's largest payoff as a bound: both are at hand."""
    pure = best_pure([game], ties)
    top = Fraction(int(game.leader.max()))
    return Commitments(pure.mix, pure.responses[0], pure.value, top, trivial(game))


def checking_seconds(game: LeaderPayoffs) -> float:
    """About how long it takes at most to check the bounds of all responses."""
    m, n = game.shape
    bits = game.leader_exponent + game.follower_exponent
    return m * n * n * (2e-9 if bits < 40 else 2e-8 * (1 + bits / 500))


def _search(
    game: LeaderPayoffs, start: Fraction
) -> tuple[dict[int, Proposal], LimitReached | None]:
    """Runs the float method on every response that may beat the commitments known so far.

    Returns:
        What it proposes, and the limit that ended it.
    """
    proposals: dict[int, Proposal] = {}
    try:
        limits.require(8 * 8 * game.leader.size)
        leader, follower = game.leader_floats, np.ascontiguousarray(game.follower_floats.T)
        columns = np.ascontiguousarray(leader.T)
        tops = columns.max(axis=1)
        best = game.leader_float(start)
        order = np.argsort(-tops, kind="stable").tolist()
        for rank, j in enumerate(order):
            if tops[j] <= best:
                break
            if rank % 16 == 0:
                tell(rank / len(order), "linear programs, one a response of the follower")
            proposals[j] = maximise(columns[j], follower[j] - follower, best - MARGIN)
            if proposals[j].status == OPTIMAL:
                best = max(best, proposals[j].bound)
    except LimitReached as error:
        return proposals, error
    return proposals, None


def _with_winner(
    game: LeaderPayoffs, best: Commitments, proposals: dict[int, Proposal]
) -> Commitments:
    """The exact commitment of the most promising proposal, where it is better."""
    optimal = [j for j, proposal in proposals.items() if proposal.status == OPTIMAL]
    if not optimal:
        return best
    winner = max(optimal, key=lambda j: proposals[j].bound)
    result = exact_region(game, winner, proposals[winner])
    if result is None or Fraction(*result[1]) <= best.value:
        return best
    return replace(best, mix=result[0], response=winner, value=Fraction(*result[1]))


def exact_region(
    game: LeaderPayoffs, j: int, proposal: Proposal | None
) -> tuple[list[Fraction], tuple[int, int], list[int], int] | None:
    """The exact optimum over j's region; None where the region is empty.

    Returns:
        The mix, the value's numerator and denominator, and the multipliers with their denominator.

    Raises:
        LimitReached: at a limit.
    """
    program = region_program(game, j, game.leader[:, j])
    optimum: Optimum | None = None
    if proposal is not None and proposal.status == OPTIMAL:
        rows = np.append(proposal.tight, game.shape[1])
        optimum = at_basis(program, Basis(proposal.columns, rows))
    if optimum is None:
        try:
            optimum = solve(program)
        except Infeasible:
            return None
    mix = [Fraction(v, optimum.primal_denominator) for v in optimum.primal]
    return mix, optimum.value(program), optimum.dual[: game.shape[1]], optimum.dual_denominator


def empty_region(
    game: LeaderPayoffs, j: int, others: Sequence[int], limit: Fraction
) -> tuple[list[int], int]:
    """Multipliers that push the bound of j, whose region is empty, down to `limit`.

    Raises:
        LimitReached: at a limit.
    """
    least = maximise_least(-game.disobedience(j)[list(others)])
    top = int(game.leader[:, j].max())
    length = max((top - limit) / -least.value, Fraction(0))
    row = [0] * game.shape[1]
    for k, weight in zip(others, least.weights, strict=True):
        row[k] = weight * length.numerator
    return row, least.denominator * length.denominator


def _close(game: LeaderPayoffs, best: Commitments, proposals: dict[int, Proposal]) -> Commitments:
    """Solves exactly every response whose rounded multipliers do not prove it no better.

    Raises:
        LimitReached: at a limit, before the bounds that the proposals prove are known.
    """
    n = game.shape[1]
    multipliers = rounded(game, {j: proposal.multipliers for j, proposal in proposals.items()})
    tops = child.bounded(bounds, game, multipliers, seconds=checking_seconds(game))
    rows: dict[int, tuple[list[int], int]] = {}
    try:
        for j in sorted(range(n), key=lambda j: -tops[j]):
            if tops[j] <= best.value:
                break
            limits.check()
            tell(None, "exact linear programs where floats leave a tie")
            result = exact_region(game, j, proposals.get(j))
            if result is None:
                others = [k for k in range(n) if k != j]
                rows[j] = empty_region(game, j, others, best.value)
                tops[j] = best.value
                continue
            rows[j], tops[j] = (result[2], result[3]), Fraction(*result[1])
            if tops[j] > best.value:
                best = replace(best, mix=result[0], response=j, value=tops[j])
    except LimitReached as error:
        best = replace(best, reached=error)
    return replace(best, upper_bound=max(best.value, *tops), multipliers=multipliers.replaced(rows))


def _answered(game: LeaderPayoffs, best: Commitments) -> Commitments:
    """The commitment with the best response to it: it may earn more than in its own region."""
    try:
        response, value = strong_response(game, best.mix)
    except LimitReached as error:
        return replace(cheapest(game, "strong"), reached=error)
    bound = max(value, best.upper_bound)
    return replace(best, response=response, value=value, upper_bound=bound)


def strong_response(game: LeaderPayoffs, mix: Sequence[Fraction]) -> tuple[int, Fraction]:
    """The best response that the leader likes best, and the leader's integer payoff.

    Raises:
        LimitReached: at a limit.
    """
    best = best_responses(game, mix)
    own = {k: earned(mix, game.leader[:, k], 1) for k in best}
    response = max(own, key=lambda k: own[k])
    return response, own[response]


def best_responses(game: LeaderPayoffs, mix: Sequence[Fraction]) -> list[int]:
    """The follower's best responses to a mix.

    Raises:
        LimitReached: at a limit.
    """
    unit = lcm(*(p.denominator for p in mix))
    support = [i for i, p in enumerate(mix) if p]
    weights = [mix[i].numerator * (unit // mix[i].denominator) for i in support]
    gains = game.follower[support] - game.follower[support, :1]
    bits = largest(gains).bit_length() + unit.bit_length()
    seconds = len(support) * game.shape[1] * (1e-8 if bits < 60 else 1e-7 * (1 + bits / 2000))
    pays = child.bounded(multiply, gains.T, weights, seconds=seconds)
    top = max(pays)
    return [k for k, pay in enumerate(pays) if pay == top]


def best_opposed(game: LeaderPayoffs) -> Commitments | None:
    """The optimal commitment where B_ij = d_i - c A_ij with c > 0, as in zero-sum games.

    One linear program settles all responses: with the follower's minimax mix y, the multipliers
    y / c bound each of them by the value of the game. Best responses to any mix then pay the leader
    the same, so that strong and weak ties agree. None where interests are not opposed.

    Raises:
        LimitReached: at a limit.
    """
    rate = _rate(game)
    if rate is None:
        return None
    n = game.shape[1]
    least = maximise_least(game.leader.T)
    weights = [v * rate.denominator for v in least.weights]
    row = np.array(weights, dtype=object if max(weights) >= 2**62 else np.int64)
    multipliers = Multipliers(n, dict.fromkeys(range(n), (row, least.denominator * rate.numerator)))
    response = next(k for k, v in enumerate(least.weights) if v)
    return Commitments(least.mix, response, least.value, least.value, multipliers)


def _rate(game: LeaderPayoffs) -> Fraction | None:
    """The c > 0 of B_ij = d_i - c A_ij, None where there is none.

    Raises:
        LimitReached: at a limit.
    """
    limits.require(3 * game.leader.nbytes)
    own, other = game.leader - game.leader[:, :1], game.incentives
    first = divmod(int(np.argmax(own != 0)), own.shape[1])
    if own[first] == 0:
        return None
    rate = Fraction(-int(other[first]), int(own[first]))
    if rate <= 0:
        return None
    rows = max(1, _PART // own.shape[1])
    for start in (first[0], *range(0, own.shape[0], rows)):  # the first row refutes most games
        limits.check()
        part = slice(start, start + rows)
        left = other[part].astype(object) * rate.denominator
        if not np.array_equal(left, own[part].astype(object) * -rate.numerator):
            return None
    return rate
