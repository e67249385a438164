"""What bounds a commitment under weak ties, and that its supremum is not attained.

Under weak ties (von Stengel and Zamir 2010) actions with equal follower payoffs form one class;
`weights` may put other weights than "all on j" on the class's leader payoffs, and an action in
`flat` needs no bound where l is nonzero and sum_k l_k (B_ij - B_ik) <= 0 for every i, since then
no mix makes the class the only best response. A supremum is not attained if, for every other class
whose bound equals it, `chains` shows step by step that further actions tie wherever the class
earns it, until nothing is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from gtlearn.games.numbers import ExactArray
from gtlearn.solvers.outcomes import Commitment
from gtlearn.solvers.verify.commitment_arithmetic import (
    TypePayoffs,
    class_of,
    classes,
    combination,
    rational,
)
from gtlearn.solvers.verify.form import index, items, number, pairs, text, vector


def weak_bound(
    payoffs: TypePayoffs,
    outcome: Commitment,
    rows: Sequence[ExactArray],
    bounds: Sequence[Fraction],
    flat: frozenset[int],
    weights: Mapping[int, Mapping[int, Fraction]],
) -> list[str]:
    """What the multipliers do not prove of the upper bound, or of a supremum that is not attained.

    Args:
        payoffs: those of the leader and of the follower.
        outcome: the commitment.
        rows: the multipliers of each action of the follower.
        bounds: what they prove for each, as `bounds_by_multipliers`.
        flat: the actions that are said never to be the only best ones.
        weights: for some actions, the weights within their class.

    Raises:
        InputError: if the evidence has a wrong form.
    """
    evidence = outcome.certificate.evidence
    limit = number(evidence["upper_bound"], "the upper bound")
    failures, tight = [], []
    for group in classes(payoffs):  # one row proves it for the whole class
        j = group[0]
        bound = bounds[j]
        if j in weights and not _is_distribution(weights[j], group):
            failures.append(f"the weights of action {j} are no distribution over its class")
        if j in flat:
            used = set(np.flatnonzero(rows[j].numerators).tolist())
            if bound > 0 or not used - set(group):
                failures.append(f"the region of action {j} is not shown to be flat")
        elif bound > limit:
            failures.append(f"the multipliers of action {j} bound the leader by {text(bound)}")
        elif bound == limit:
            tight.append(j)
    if not failures and not outcome.attained:
        if limit != rational(outcome.payoffs)[outcome.leader]:
            return ["the stated supremum differs from the upper bound"]
        chains = dict(pairs(evidence.get("chains", {}), "the chains"))
        failures = [
            f"it is not shown that action {j} does not attain {text(limit)}"
            for j in tight
            if not _chain_holds(payoffs, j, limit, chains.get(j, ()))
        ]
    return failures


def _is_distribution(shares: Mapping[int, Fraction], group: Sequence[int]) -> bool:
    return set(shares) <= set(group) and sum(shares.values()) == 1 and min(shares.values()) >= 0


def _chain_holds(payoffs: TypePayoffs, j: int, value: Fraction, chain: Any) -> bool:
    """Whether the steps prove that the class of j nowhere earns `value` under weak ties.

    A step holds multipliers l of the follower's actions and m of those tied with j so far. Wherever
    j is a best response and all tied actions earn `value`, the mean over i of
    g_i = sum_k l_k (B_ij - B_ik) + sum_t m_t (A_it - value) is nonnegative. So g <= 0 proves that
    every k with l_k > 0 ties with j there, and g < 0 that there is no such place.
    """
    tied = set(class_of(payoffs, j))
    for step in items(chain, "a chain"):
        if len(items(step, "a step of a chain")) != 2:
            return False
        follower = vector(step[0], payoffs.size[1], "a step of a chain")
        leader = shares_of(step[1], payoffs.size[1], "a step of a chain")
        if not set(leader) <= tied or any(v < 0 for v in leader.values()):
            return False
        worst = max(combination(payoffs, j, follower, leader, value))
        if worst < 0:
            return True
        if worst > 0:
            return False
        tied |= {int(k) for k in np.flatnonzero(follower.numerators)}
    return False


def shares_of(value: Any, size: int, what: str) -> dict[int, Fraction]:
    """A number for some of the follower's actions.

    Raises:
        InputError: if it is none.
    """
    return {index(k, size, what): number(share, what) for k, share in pairs(value, what)}
