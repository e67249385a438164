"""Mixed commitments: which method runs, and how its result becomes a Solution."""

from __future__ import annotations

from fractions import Fraction

from gtlearn.games import NormalFormGame
from gtlearn.solvers.commitment.attained import attainment, weak_value
from gtlearn.solvers.commitment.clock import Clock
from gtlearn.solvers.commitment.data import Bimatrix
from gtlearn.solvers.commitment.opposed import best_opposed
from gtlearn.solvers.commitment.pure import best_pure
from gtlearn.solvers.commitment.report import commitment_outcome, solution
from gtlearn.solvers.commitment.strong import Commitments, best_strong
from gtlearn.solvers.commitment.weak import WeakSearch
from gtlearn.solvers.solution import Commitment, Solution

MULTIPLE_LPS = "multiple linear programs (Conitzer & Sandholm 2006)"
MINIMAX = "minimax linear program (opposed interests; von Neumann 1928)"
ENUMERATION = "enumeration of the pure commitments"
REGIONS = "best-response regions (von Stengel & Zamir 2010)"
SUPREMUM = (
    "the leader's value is a supremum: commitments near the stated one approach it, "
    "none earns it under weak ties"
)


def solve_strong(game: NormalFormGame, leader: int, clock: Clock) -> Solution:
    """The optimal mixed commitment where the follower breaks ties for the leader."""
    view = Bimatrix.of(game, leader)
    found, method = find_strong(view, clock)
    outcome = _outcome(view, leader, found, "strong")
    return solution(game, outcome, method, clock, timed_out=found.timed_out)


def _outcome(view: Bimatrix, leader: int, found: Commitments, ties: str) -> Commitment:
    evidence = {
        "commitment": "mixed",
        "upper_bound": found.upper_bound / view.leader_scale,
        "multipliers": found.multipliers.for_payoffs(view.ratio),
    }
    return commitment_outcome(view, leader, found.mix, found.response, ties=ties, evidence=evidence)


def find_strong(view: Bimatrix, clock: Clock) -> tuple[Commitments, str]:
    """The commitment and the name of the method that found it."""
    try:
        opposed = best_opposed(view, clock)
    except TimeoutError:
        opposed = None
    if opposed is not None:
        return opposed, MINIMAX
    return best_strong(view, clock), MULTIPLE_LPS


def solve_weak(game: NormalFormGame, leader: int, clock: Clock) -> Solution:
    """The supremum of mixed commitments where the follower breaks ties against the leader."""
    view = Bimatrix.of(game, leader)
    try:
        opposed = best_opposed(view, clock)
    except TimeoutError:
        opposed = None
    if opposed is not None:  # all best responses pay the leader the same
        return solution(game, _outcome(view, leader, opposed, "weak"), MINIMAX, clock)
    search = WeakSearch(view, clock)
    try:
        search.run()
        found = attainment(search)
    except TimeoutError:
        return _weak_so_far(game, leader, search)
    evidence = {"commitment": "mixed", "upper_bound": search.value / view.leader_scale}
    evidence |= search.proof()
    if found.mix is not None and found.response is not None:
        outcome = commitment_outcome(
            view, leader, found.mix, found.response, ties="weak", evidence=evidence
        )
        return solution(game, outcome, REGIONS, clock)
    if search.best is None:
        raise ArithmeticError("a pure commitment attains the value that it was found with")
    evidence |= {"interior": tuple(search.interiors[search.best] or ()), "chains": found.chains}
    outcome = commitment_outcome(
        view,
        leader,
        search.optima[search.best].mix,
        search.best,
        ties="weak",
        evidence=evidence,
        value=search.value / view.leader_scale,
    )
    return solution(game, outcome, REGIONS, clock, notes=(SUPREMUM,))


def _weak_so_far(game: NormalFormGame, leader: int, search: WeakSearch) -> Solution:
    """The best commitment known to earn its value when the time ran out."""
    view = search.game
    mixes = [[Fraction(int(i == search.pure.action)) for i in range(view.shape[0])]]
    if search.best is not None:
        inside, limit = search.interiors[search.best] or [], search.optima[search.best].mix
        mixes += [
            [(1 - step) * p + step * q for p, q in zip(limit, inside, strict=True)]
            for step in (Fraction(0), Fraction(1, 2**20), Fraction(1, 2**8))
        ]
    mix = max(mixes, key=lambda mix: weak_value(view, mix)[0])
    value, response = weak_value(view, mix)
    evidence = {
        "commitment": "mixed",
        "upper_bound": max(value, *search.limits().values()) / view.leader_scale,
    }
    outcome = commitment_outcome(
        view, leader, mix, response, ties="weak", evidence=evidence | search.proof()
    )
    return solution(game, outcome, REGIONS, search.clock, timed_out=True)


def solve_pure(game: NormalFormGame, leader: int, ties: str, clock: Clock) -> Solution:
    """The best pure commitment, by enumeration."""
    view = Bimatrix.of(game, leader)
    found = best_pure(view, ties)
    mix = [Fraction(int(i == found.action)) for i in range(view.shape[0])]
    evidence = {
        "commitment": "pure",
        "upper_bound": Fraction(found.value, view.leader_scale),
    }
    outcome = commitment_outcome(view, leader, mix, found.response, ties=ties, evidence=evidence)
    return solution(game, outcome, ENUMERATION, clock)
