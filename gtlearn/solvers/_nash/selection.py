"""Choosing one equilibrium among all: welfare-best, fairest, or of maximum entropy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from gtlearn import child, limits
from gtlearn.errors import CertificateError, InputError
from gtlearn.games import NormalFormGame
from gtlearn.games.numbers import Number
from gtlearn.limits import OK, LimitReached
from gtlearn.solvers._nash.certified import certified
from gtlearn.solvers.dummies import two_who_choose
from gtlearn.solvers.enclosures import Enclosure, Real
from gtlearn.solvers.outcomes import NashEquilibrium, Strategy
from gtlearn.solvers.solution import Solution

WELFARE, FAIRNESS, ENTROPY = "welfare", "fairness", "entropy"
CRITERIA = (WELFARE, FAIRNESS, ENTROPY)
_FAIR_OF_EXTREME = (
    "the fairest of the extreme equilibria: a mixture of them may be fairer still to the players "
    "who have one action"
)
_ENDS = "only equilibria at the ends of sets were compared"
_MAXIMAL = "entropy is maximal up to 1e-6; inside a set the exact maximiser may be irrational"
DENOMINATOR = 10**6  # of the weights of an entropy-maximal member, which are irrational in general


def select(solution: Solution, criterion: str) -> Solution:
    """The best member of a find="all" Solution, over whole components, not only extreme points.

    On a maximal Nash subset each player's payoff depends on the other's strategy alone and is
    linear in it, so welfare (the sum) and fairness (the smallest payoff, then the sum) are best at
    an extreme equilibrium. Entropy is maximised inside the subsets; its maximiser is rounded to
    rational weights, so the member is an exact equilibrium whose entropy is maximal up to 1e-6.

    Raises:
        InputError: if the criterion is unknown or nothing was found to choose from.
    """
    if criterion not in CRITERIA:
        raise InputError(f"{criterion!r} is no way to select; use {', '.join(CRITERIA)}")
    equilibria = [e for e in solution if isinstance(e, NashEquilibrium)]
    listed = solution.subsets is not None or solution.open_supports is not None
    if not equilibria or not (listed or solution.status != OK):
        raise InputError("there is no equilibrium to select from; find all of them first")
    status, notes = solution.status, list(solution.notes)
    if criterion != ENTROPY:
        best = max(equilibria, key=lambda equilibrium: score(equilibrium.payoffs, criterion))
    else:
        best = max(equilibria, key=lambda equilibrium: entropy(equilibrium.strategies))
        try:
            inside = _most_entropic(solution)
            if inside is None:
                notes.append(_ENDS)
            else:
                best = inside
                notes += [_MAXIMAL] if _has_sets(solution) else []
        except LimitReached as reached:
            status = reached.status
            notes.append(f"{reached}: {_ENDS}")
    others = len(solution.open_supports or ()) + len(solution.continua or ())
    if others:
        notes.append(f"{others} supports hold others, or may, which were not compared")
    if criterion == FAIRNESS and _has_dummies(solution):
        notes.append(_FAIR_OF_EXTREME)
    return replace(
        solution,
        method=f"{solution.method}, best {criterion}",
        status=status,
        solutions=(best,),
        complete=solution.complete and len(equilibria) == 1,
        components=None,
        component_indices=None,
        subsets=None,
        open_supports=None,
        continua=None,
        notes=tuple(notes),
    )


def _has_dummies(solution: Solution) -> bool:
    """Whether a mixture of extreme equilibria may be fairer than all of them.

    The payoff of a player who does not choose depends on both strategies of those who do.
    """
    return _has_sets(solution) and two_who_choose(solution.game) is not None


def score(payoffs: Sequence[Real], criterion: str) -> tuple[Fraction, ...]:
    """What the criterion, "welfare" or "fairness", prefers the larger of: to be compared only.

    Of enclosed numbers the midpoints are compared, which differ from them by less than 1e-30 of the
    payoffs.
    """
    exact = [p.mid if isinstance(p, Enclosure) else Fraction(p) for p in payoffs]
    welfare = sum(exact, Fraction())
    return (welfare,) if criterion == WELFARE else (min(exact), welfare)


def _has_sets(solution: Solution) -> bool:
    """Whether some equilibria are mixtures of those listed, as far as is known."""
    return any(len(s.rows) > 1 or len(s.columns) > 1 for s in solution.subsets or ())


def entropy(strategies: Sequence[Strategy]) -> float:
    """The sum of the strategies' Shannon entropies, in nats."""
    return -sum(float(p) * _log(p) for strategy in strategies for p in strategy if p)


def _log(probability: Number) -> float:
    """The logarithm, also of what is no double: too near to zero."""
    numerator, denominator = probability.as_integer_ratio()
    return math.log(numerator) - math.log(denominator)


def _most_entropic(solution: Solution) -> NashEquilibrium | None:
    """The member of a subset of maximum entropy; None where there are no subsets.

    Raises:
        LimitReached: at a limit.
    """
    if not isinstance(solution.game, NormalFormGame):
        raise InputError("entropy is selected over Nash equilibria of a normal-form game only")
    if solution.subsets is None:
        return None
    profiles = []
    for subset in solution.subsets:
        limits.check()
        profiles.append((_spread(subset.rows), _spread(subset.columns)))
    most = max(profiles, key=entropy)
    two = two_who_choose(solution.game)
    equilibrium = certified(solution.game, most if two is None else two.profile(most))
    if equilibrium is None:
        raise CertificateError("a member of a Nash subset failed exact verification; report this")
    return equilibrium


def _spread(extreme: tuple[Strategy, ...]) -> Strategy:
    """The member of conv(extreme) of maximum entropy, with rational weights."""
    if len(extreme) == 1:
        return extreme[0]
    import scipy.optimize  # noqa: F401  for what is imported in a child is lost

    seconds = 1e-8 * len(extreme) ** 3  # of one of its steps
    points = np.array([[float(p) for p in s] for s in extreme])
    weights = child.bounded(_entropy_weights, points, seconds=seconds)
    rational = [Fraction(round(float(w) * DENOMINATOR), DENOMINATOR) for w in weights]
    total = sum(rational)
    return tuple(
        sum((w * Fraction(s[i]) for w, s in zip(rational, extreme, strict=True)), Fraction())
        / total
        for i in range(len(extreme[0]))
    )


def _entropy_weights(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights on the rows of `points` whose mixture has maximum entropy (a concave problem)."""
    from scipy.optimize import LinearConstraint, minimize

    count = len(points)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        limits.check()
        mixture = np.maximum(weights @ points, 1e-300)
        return float(mixture @ np.log(mixture)), points @ (np.log(mixture) + 1.0)

    result = minimize(
        loss,
        np.full(count, 1.0 / count),
        jac=True,
        method="SLSQP",
        bounds=[(0.0, 1.0)] * count,
        constraints=LinearConstraint(np.ones((1, count)), 1.0, 1.0),
        options={"ftol": 1e-13, "maxiter": 500},
    )
    clipped: NDArray[np.float64] = np.clip(result.x, 0.0, None)
    return clipped
