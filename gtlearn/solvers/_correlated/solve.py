"""The best correlated or coarse correlated equilibrium, by linear programming."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from gtlearn import child, limits
from gtlearn.errors import CertificateError, InputError
from gtlearn.games import NormalFormGame
from gtlearn.games.given import of_games
from gtlearn.limits import OK, LimitReached
from gtlearn.progress import Progress, heard_by, tell
from gtlearn.solvers._correlated import gini
from gtlearn.solvers._correlated.deviations import (
    Deviations,
    deviation_entries,
    deviations,
    distribution,
)
from gtlearn.solvers._correlated.nash import best_pure_equilibrium, nash_equilibrium
from gtlearn.solvers._correlated.objectives import (
    FAIRNESS,
    GINI,
    WELFARE,
    Proof,
    check_objective,
    fairness_program,
    fairness_proof,
    linear_program,
    linear_proof,
)
from gtlearn.solvers._correlated.outcomes import from_floats, objective_value, payoffs_of
from gtlearn.solvers._dominance.solvable import dominance_solution
from gtlearn.solvers._linear import sparse
from gtlearn.solvers.outcomes import FLOAT, RATIONAL, Certificate, CorrelatedEquilibrium
from gtlearn.solvers.solution import Solution
from gtlearn.solvers.verify.correlated import violations

_Exact = Mapping[tuple[int, ...], Fraction]

FIRST_SHARE = 0.5  # of a time limit that may be too short, for a Nash equilibrium before all else
LAST_SHARE = 0.3  # of other limits, for a Nash equilibrium where the best correlated one is late

_EXACT = "exact"
_METHOD = "linear program of the incentive constraints"
_QUADRATIC = "quadratic program of the incentive constraints"


@dataclass(frozen=True)
class _Asked:
    """Which equilibrium is asked for."""

    concept: str
    objective: str | None
    arithmetic: str


@of_games(NormalFormGame)
def correlated(
    game: NormalFormGame,
    *,
    objective: str | None = "welfare",
    arithmetic: str = "exact",
    time_limit: float | None = None,
    memory_limit: float | None = None,
    progress: Progress | None = None,
) -> Solution:
    """A correlated equilibrium of an n-player game that maximises an objective.

    Args:
        game: the game.
        objective: "welfare" (the sum of the payoffs), "fairness" (the smallest payoff),
            "player:K" (player K's payoff, counted from 0), "gini" (one minus the sum of squared
            probabilities: the most spread-out equilibrium, which is unique), or None (any).
        arithmetic: "exact" (a rational vertex with a proof of optimality) or "float".
        time_limit: in seconds; when the time runs out, a Nash equilibrium is returned, if one is
            found by then (a pure one, or one of two players), and no proof of optimality.
        memory_limit: bytes by which the process may grow, to the same effect.
        progress: called with (None, what is going on).

    Returns:
        One CorrelatedEquilibrium; that it is optimal is said by its `gap`, which is 0 then.
        `complete` says that iterated strict dominance leaves no other. The evidence holds "gain"
        (the largest gain of a deviation), "objective", and the dual proof:
        "weights" of the players' payoffs, "multipliers" of the deviations (player, recommended
        action, deviation) and "bound", as `verify.correlated.violations` states it.

    Raises:
        InputError: if an option is unknown or the game too large.
        CertificateError: if the result did not verify (an error of gtlearn).

    Source: Aumann (1974), Subjectivity and correlation in randomized strategies; the program is
    that of Hart & Schmeidler (1989), Existence of correlated equilibria, section 2.

    Aumann's chicken (1974, example 9; payoffs of Aumann 1987): the best sum of payoffs is 21/2,
    beyond the 9 of every pure equilibrium, by a lottery over three of the four profiles.

    >>> from gtlearn import games
    >>> chicken = games.normal_form([[6, 2], [7, 0]], [[6, 7], [2, 0]])
    >>> best = correlated(chicken)
    >>> best[0].value, best[0].distribution[0, 0]
    (Fraction(21, 2), Fraction(1, 2))
    """
    asked = _Asked("correlated", objective, arithmetic)
    with limits.limited(time_limit, memory_limit), heard_by(progress):
        return _solve(game, asked)


@of_games(NormalFormGame)
def coarse_correlated(
    game: NormalFormGame,
    *,
    objective: str | None = "welfare",
    arithmetic: str = "exact",
    time_limit: float | None = None,
    memory_limit: float | None = None,
    progress: Progress | None = None,
) -> Solution:
    """A coarse correlated equilibrium of an n-player game that maximises an objective.

    No player gains by committing, before the lottery is drawn, to ignore it and play one action.
    Arguments, result and errors are those of `correlated`; the multipliers' keys are (player,
    deviation).

    Source: Moulin & Vial (1978), Strategically zero-sum games, International Journal of Game
    Theory 7.

    >>> from gtlearn import games
    >>> chicken = games.normal_form([[6, 2], [7, 0]], [[6, 7], [2, 0]])
    >>> coarse_correlated(chicken)[0].value
    Fraction(21, 2)
    """
    asked = _Asked("coarse-correlated", objective, arithmetic)
    with limits.limited(time_limit, memory_limit), heard_by(progress):
        return _solve(game, asked)


def _solve(game: NormalFormGame, asked: _Asked) -> Solution:
    start = time.monotonic()
    check_objective(game, asked.objective)
    if asked.arithmetic not in (_EXACT, FLOAT):
        raise InputError(f"the arithmetic {asked.arithmetic!r} is not known; choose exact or float")
    reached: LimitReached | None = None
    nash_first = limits.seconds_left() is not None and _seconds(game, asked) > limits.patience()
    nash: CorrelatedEquilibrium | None = None
    if nash_first:
        with limits.keeping(0.0, 1 - FIRST_SHARE):
            nash = nash_equilibrium(game, asked.concept, asked.objective)
    outcome: CorrelatedEquilibrium | None
    try:
        with limits.keeping(0.0, 0.0 if nash_first else LAST_SHARE):
            outcome = _best_or_child(game, asked)
    except LimitReached as limit:
        reached = limit
        with limits.finishing():
            if not nash_first:
                nash = nash_equilibrium(game, asked.concept, asked.objective)
            outcome = nash
    notes: tuple[str, ...] = (game.number_note,) if game.number_note else ()
    if reached is not None:
        notes += (_cut_short(reached, outcome),)
    exact = asked.arithmetic == _EXACT
    rational = exact if outcome is None else outcome.certificate.arithmetic == RATIONAL
    return Solution(
        game=game,
        concept=asked.concept,
        method=_QUADRATIC if asked.objective == GINI else _METHOD,
        solutions=() if outcome is None else (outcome,),
        status=OK if reached is None else reached.status,
        complete=outcome is not None and exact and _is_only(game, asked),
        arithmetic=RATIONAL if rational else FLOAT,
        seconds=time.monotonic() - start,
        notes=notes,
    )


def _is_only(game: NormalFormGame, asked: _Asked) -> bool:
    """Whether dominance leaves no other; coarse ones may play what is dominated."""
    return asked.concept == "correlated" and dominance_solution(game) is not None


def _best_or_child(game: NormalFormGame, asked: _Asked) -> CorrelatedEquilibrium:
    """As `_best`, in a child process where a limit demands it."""
    seconds = _seconds(game, asked)
    if seconds > limits.patience():  # what a child imports is lost
        import highspy  # noqa: F401

        if asked.objective == GINI:
            import scipy.sparse  # noqa: F401
    return child.bounded(_best, game, asked, seconds=seconds)


def _seconds(game: NormalFormGame, asked: _Asked) -> float:
    """About how long each step takes that looks at no limit."""
    entry = 1e-5 if asked.objective == GINI else 1e-6
    return deviation_entries(game) * (entry + 1e-9 * max(t.bits for t in game.payoffs))


def _best(game: NormalFormGame, asked: _Asked) -> CorrelatedEquilibrium:
    """The best equilibrium, with its verified certificate."""
    tell(None, "incentive constraints")
    rows = deviations(game, coarse=asked.concept == "coarse-correlated")
    if asked.arithmetic == FLOAT:
        return from_floats(game, asked.concept, asked.objective, rows)
    tell(None, "exact optimum and its proof")
    concept, objective = asked.concept, asked.objective
    if objective is None and (pure := best_pure_equilibrium(game, concept, objective)) is not None:
        return pure
    shares, proof = _optimum(game, objective, rows)
    payoffs = payoffs_of(game, shares)
    evidence: dict[str, object] = {"gain": Fraction(0), "objective": objective}
    if objective is not None:
        evidence |= {
            "bound": proof.bound,
            "weights": proof.weights,
            "multipliers": proof.multipliers,
        }
    outcome = CorrelatedEquilibrium(
        shares,
        payoffs,
        Certificate(concept, RATIONAL, True, evidence),
        objective_value(objective, shares, payoffs),
    )
    failed = violations(game, outcome)
    if failed:
        raise CertificateError(f"the {concept} equilibrium found does not verify: {failed[0]}")
    return outcome


def _optimum(game: NormalFormGame, objective: str | None, rows: Deviations) -> tuple[_Exact, Proof]:
    if objective == GINI:
        return gini.most_spread(game, rows)
    if objective == FAIRNESS:
        program = fairness_program(game, rows)
    else:  # without an objective the welfare-best will do, and is found faster than any vertex
        program = linear_program(game, rows, objective or WELFARE)
    optimum = sparse.solve(program)
    profiles = int(np.prod(game.shape))
    best = distribution(game, optimum.primal[:profiles], optimum.primal_denominator)
    if objective == FAIRNESS:
        return best, fairness_proof(game, rows, optimum)
    return best, linear_proof(game, rows, objective or WELFARE, optimum)


def _cut_short(reached: LimitReached, outcome: CorrelatedEquilibrium | None) -> str:
    if outcome is None:
        return f"{reached}: no equilibrium was found by then; to find one, {reached.more}"
    return (
        f"{reached}: this Nash equilibrium is a correlated one, but whether a better one exists "
        "was not decided"
    )
