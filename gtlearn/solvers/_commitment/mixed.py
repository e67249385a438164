"""Mixed commitments: which method runs, and how its result becomes a Solution."""

from __future__ import annotations

from fractions import Fraction

from gtlearn import limits
from gtlearn.games import NormalFormGame
from gtlearn.limits import LimitReached
from gtlearn.solvers._commitment.attained import attainment, weak_value
from gtlearn.solvers._commitment.data import LeaderPayoffs
from gtlearn.solvers._commitment.pure import best_pure
from gtlearn.solvers._commitment.report import commitment_outcome, solution
from gtlearn.solvers._commitment.strong import (
    Commitments,
    best_opposed,
    best_strong,
    cheapest,
    checking_seconds,
)
from gtlearn.solvers._commitment.weak import WeakSearch
from gtlearn.solvers.outcomes import Commitment
from gtlearn.solvers.solution import Solution

MULTIPLE_LPS = "multiple linear programs (Conitzer & Sandholm 2006)"
MINIMAX = "minimax linear program (opposed interests; von Neumann 1928)"
_ENUMERATION = "enumeration of the pure commitments"
REGIONS = "best-response regions (von Stengel & Zamir 2010)"
SUPREMUM = (
    "the leader's value is a supremum: commitments near the stated one approach it, "
    "none earns it under weak ties"
)


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


def _outcome(view: LeaderPayoffs, leader: int, best: Commitments, ties: str) -> Commitment:
    evidence = {
        "commitment": "mixed",
        "upper_bound": best.upper_bound / view.leader_scale,
        "multipliers": best.multipliers.for_payoffs(view.ratio),
    }
    return commitment_outcome(view, leader, best.mix, best.response, ties=ties, evidence=evidence)


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
    mixes = [[Fraction(int(i == search.pure.action)) for i in range(view.shape[0])]]
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
    best = best_pure(view, ties)
    mix = [Fraction(int(i == best.action)) for i in range(view.shape[0])]
    evidence = {
        "commitment": "pure",
        "upper_bound": Fraction(best.value, view.leader_scale),
    }
    outcome = commitment_outcome(view, leader, mix, best.response, ties=ties, evidence=evidence)
    return solution(game, lambda: outcome, _ENUMERATION, cheap=lambda: outcome)
