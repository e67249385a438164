"""Nash equilibria as correlated ones, without a proof that none is better.

Every Nash equilibrium is a correlated one, in which recommendations are independent (Aumann 1974).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from typing import cast

from gtlearn import child, limits
from gtlearn.errors import CertificateError
from gtlearn.games import NormalFormGame
from gtlearn.limits import LimitReached
from gtlearn.solvers._correlated.outcomes import objective_value
from gtlearn.solvers._linear.cost import product_seconds
from gtlearn.solvers._nash.pure import pure_equilibria, searching_seconds
from gtlearn.solvers._nash.single import one_equilibrium
from gtlearn.solvers.solution import RATIONAL, Certificate, CorrelatedEquilibrium, NashEquilibrium
from gtlearn.solvers.verify.correlated import violations


def nash_equilibrium(
    game: NormalFormGame, concept: str, objective: str | None
) -> CorrelatedEquilibrium | None:
    """The pure equilibrium that the objective likes best; of two players, where none is, a mixed
    one. None where a limit leaves no time for either, or several players have no pure one.
    """
    try:
        pure = best_pure_equilibrium(game, concept, objective)
        if pure is not None or game.num_players != 2:
            return pure
        for equilibrium in one_equilibrium(game):
            return _independent(concept, objective, cast(NashEquilibrium, equilibrium))
    except LimitReached:
        pass
    return None


def best_pure_equilibrium(
    game: NormalFormGame, concept: str, objective: str | None
) -> CorrelatedEquilibrium | None:
    """The pure Nash equilibrium that the objective likes best, or None where there is none.

    Raises:
        LimitReached: at a limit that leaves no time to find one.
    """
    with limits.sparing(searching_seconds(game)):
        profiles = pure_equilibria(game)
    best: CorrelatedEquilibrium | None = None
    for profile in profiles[:1] if objective is None else profiles:
        payoffs = tuple(game.payoff(k, profile) for k in range(game.num_players))
        equilibrium = _outcome(concept, objective, {profile: Fraction(1)}, payoffs)
        if best is None or cast(Fraction, equilibrium.value) > cast(Fraction, best.value):
            best = equilibrium
        if limits.reached():
            break
    return None if best is None else _verified(game, best)


def _independent(
    concept: str, objective: str | None, equilibrium: NashEquilibrium
) -> CorrelatedEquilibrium:
    """The product of the players' strategies, whose regrets were found to be 0.

    So no gain is left to verify over all pairs of actions, which would take longer than the search.
    """
    supports = [[(i, Fraction(p)) for i, p in enumerate(s) if p] for s in equilibrium.strategies]
    distribution: dict[tuple[int, ...], Fraction] = {}
    for (i, p), (j, q) in product(*supports):
        limits.check()
        distribution[i, j] = p * q
    payoffs = tuple(Fraction(payoff) for payoff in equilibrium.payoffs)
    return _outcome(concept, objective, distribution, payoffs)


def _outcome(
    concept: str,
    objective: str | None,
    distribution: Mapping[tuple[int, ...], Fraction],
    payoffs: tuple[Fraction, ...],
) -> CorrelatedEquilibrium:
    evidence = {"gain": Fraction(0), "objective": objective}
    certificate = Certificate(concept, RATIONAL, True, evidence)
    value = objective_value(objective, distribution, payoffs)
    return CorrelatedEquilibrium(distribution, payoffs, certificate, value)


def _verified(game: NormalFormGame, outcome: CorrelatedEquilibrium) -> CorrelatedEquilibrium:
    bits = max(tensor.bits for tensor in game.payoffs)
    longest = max(Fraction(p).denominator.bit_length() for p in outcome.distribution.values())
    entries = 10 * len(outcome.distribution) * sum(game.shape)
    seconds = product_seconds(entries, bits, longest)
    with limits.sparing(seconds):
        failed = child.bounded(violations, game, outcome, seconds=seconds)
    if failed:
        raise CertificateError("a Nash equilibrium does not verify as a correlated one")
    return outcome
