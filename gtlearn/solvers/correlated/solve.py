"""The best correlated or coarse correlated equilibrium, by linear programming."""

from __future__ import annotations

import time
from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from gtlearn.errors import CertificateError, InputError
from gtlearn.games import NormalFormGame
from gtlearn.solvers.correlated import gini
from gtlearn.solvers.correlated.deviations import Deviations, deviations
from gtlearn.solvers.correlated.objectives import (
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
from gtlearn.solvers.correlated.outcomes import (
    from_floats,
    objective_value,
    payoffs_of,
    pure_fallback,
)
from gtlearn.solvers.linear import sparse
from gtlearn.solvers.solution import (
    FLOAT,
    OK,
    RATIONAL,
    TIME_LIMIT,
    Certificate,
    CorrelatedEquilibrium,
    Progress,
    Solution,
)
from gtlearn.solvers.verify.correlated import violations

Exact = Mapping[tuple[int, ...], Fraction]

_EXACT = "exact"
_METHOD = "linear program of the incentive constraints"
_QUADRATIC = "quadratic program of the incentive constraints"


def correlated(
    game: NormalFormGame,
    *,
    objective: str | None = "welfare",
    arithmetic: str = "exact",
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Solution:
    """A correlated equilibrium of an n-player game that maximises an objective.

    Args:
        game: the game.
        objective: "welfare" (the sum of the payoffs), "fairness" (the smallest payoff),
            "player:K" (player K's payoff, counted from 0), "gini" (one minus the sum of squared
            probabilities: the most spread-out equilibrium, which is unique), or None (any).
        arithmetic: "exact" (a rational vertex with a proof of optimality) or "float".
        time_limit: in seconds; a pure Nash equilibrium, if there is one, is returned when the
            time runs out, and no proof of optimality.
        progress: called with (None, what is going on).

    Returns:
        One CorrelatedEquilibrium; `complete` says that its optimality is proven. The evidence
        holds "gain" (the largest gain of a deviation), "objective", and the dual proof:
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
    >>> found = correlated(chicken)
    >>> found[0].value, found[0].distribution[0, 0]
    (Fraction(21, 2), Fraction(1, 2))
    """
    return _solve(game, "correlated", objective, arithmetic, limits=(time_limit, progress))


def coarse_correlated(
    game: NormalFormGame,
    *,
    objective: str | None = "welfare",
    arithmetic: str = "exact",
    time_limit: float | None = None,
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
    return _solve(game, "coarse-correlated", objective, arithmetic, limits=(time_limit, progress))


def _solve(
    game: NormalFormGame,
    concept: str,
    objective: str | None,
    arithmetic: str,
    *,
    limits: tuple[float | None, Progress | None],
) -> Solution:
    start = time.monotonic()
    time_limit, progress = limits
    if not isinstance(game, NormalFormGame):
        raise InputError(f"a {concept} equilibrium needs a normal-form game; load one first")
    check_objective(game, objective)
    if arithmetic not in (_EXACT, FLOAT):
        raise InputError(f"the arithmetic {arithmetic!r} is not known; choose exact or float")
    if progress is not None:
        progress(None, "incentive constraints")
    rows = deviations(game, coarse=concept == "coarse-correlated")
    deadline = None if time_limit is None else start + time_limit
    notes: tuple[str, ...] = (game.number_note,) if game.number_note else ()
    status = OK
    outcome: CorrelatedEquilibrium | None
    try:
        if arithmetic == _EXACT:
            if progress is not None:
                progress(None, "exact optimum and its proof")
            outcome = _exact(game, concept, objective, rows, deadline)
        else:
            outcome = from_floats(game, concept, objective, rows, sparse.remaining(deadline))
    except TimeoutError:
        outcome, status = pure_fallback(game, concept, objective), TIME_LIMIT
        notes += (_cut_short(outcome),)
    return Solution(
        game=game,
        concept=concept,
        method=_QUADRATIC if objective == GINI else _METHOD,
        solutions=() if outcome is None else (outcome,),
        status=status,
        complete=status == OK and arithmetic == _EXACT and objective is not None,
        arithmetic=RATIONAL if arithmetic == _EXACT else FLOAT,
        seconds=time.monotonic() - start,
        notes=notes,
    )


def _exact(
    game: NormalFormGame,
    concept: str,
    objective: str | None,
    rows: Deviations,
    deadline: float | None,
) -> CorrelatedEquilibrium:
    """The optimum with its verified certificate."""
    if objective is None:
        pure = pure_fallback(game, concept, objective)
        if pure is not None:
            return pure
    distribution, proof = _optimum(game, objective, rows, deadline)
    payoffs = payoffs_of(game, distribution)
    evidence: dict[str, object] = {"gain": Fraction(0), "objective": objective}
    if objective is not None:
        evidence |= {
            "bound": proof.bound,
            "weights": proof.weights,
            "multipliers": proof.multipliers,
        }
    outcome = CorrelatedEquilibrium(
        distribution,
        payoffs,
        Certificate(concept, RATIONAL, True, evidence),
        objective_value(objective, distribution, payoffs),
    )
    failed = violations(game, outcome)
    if failed:
        raise CertificateError(f"the {concept} equilibrium found does not verify: {failed[0]}")
    return outcome


def _optimum(
    game: NormalFormGame, objective: str | None, rows: Deviations, deadline: float | None
) -> tuple[Exact, Proof]:
    if objective == GINI:
        return gini.most_spread(game, rows, deadline)
    if objective == FAIRNESS:
        program = fairness_program(game, rows)
    else:  # without an objective the welfare-best will do, and is found faster than any vertex
        program = linear_program(game, rows, objective or WELFARE)
    optimum = sparse.solve(program, time_limit=sparse.remaining(deadline))
    profiles = int(np.prod(game.shape))
    distribution = {
        tuple(int(a) for a in np.unravel_index(j, game.shape)): Fraction(
            value, optimum.primal_denominator
        )
        for j, value in enumerate(optimum.primal[:profiles])
        if value
    }
    if objective == FAIRNESS:
        return distribution, fairness_proof(game, rows, optimum)
    return distribution, linear_proof(game, rows, objective or WELFARE, optimum)


def _cut_short(outcome: CorrelatedEquilibrium | None) -> str:
    if outcome is None:
        return "the time limit was reached before an equilibrium was found"
    return (
        "the time limit was reached: this pure Nash equilibrium is an equilibrium, but whether a "
        "better one exists is not proven"
    )
