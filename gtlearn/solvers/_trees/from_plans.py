"""Behaviour strategies that play what mixtures of plans play (Kuhn 1953)."""

from __future__ import annotations

from fractions import Fraction

from gtlearn.games.reduction import plans_of
from gtlearn.solvers._nash.single import one_equilibrium
from gtlearn.solvers._trees.form import Plan, SequenceForm, behaviour_of
from gtlearn.solvers.outcomes import NashEquilibrium, Strategy, Table


def behaviour_of_mixture(form: SequenceForm) -> tuple[Table, Table] | None:
    """One equilibrium of the reduced normal form, in behaviour strategies.

    Raises:
        InputError: if the reduced normal form is too large.
        LimitReached: at a limit.
    """
    solution = one_equilibrium(form.game.reduced())
    equilibrium = solution[0] if len(solution) else None
    if not isinstance(equilibrium, NashEquilibrium):
        return None
    return behaviour_of_plans(form, equilibrium, plans_of(form.game))


def behaviour_of_plans(
    form: SequenceForm, equilibrium: NashEquilibrium, pure: list[list[dict[int, int]]]
) -> tuple[Table, Table]:
    """An equilibrium of the reduced normal form, whose plans are given, in behaviour strategies."""
    known = enumerate(zip(pure, equilibrium.strategies, strict=True))
    first, second = (_plan_of_mixture(form, player, *pair) for player, pair in known)
    plans = first, second
    return behaviour_of(form, 0, plans), behaviour_of(form, 1, plans)


def _plan_of_mixture(
    form: SequenceForm, player: int, pure: list[dict[int, int]], mixture: Strategy
) -> Plan:
    """The realisation plan of a mixture of a player's plans, in the reduced form's order."""
    own = form.sequences[player]
    first = own.first.tolist()
    weights = [Fraction(0)] * own.size
    weights[0] = Fraction(1)
    for plan, probability in zip(pure, mixture, strict=True):
        if probability:
            for place, action in plan.items():
                weights[first[place] + action] += Fraction(probability)
    return _scaled(weights)


def _scaled(weights: list[Fraction]) -> Plan:
    from math import lcm

    common = lcm(*(w.denominator for w in weights))
    return [w.numerator * (common // w.denominator) for w in weights], common
