"""Re-checks a commitment against a follower of several types (a Bayesian Stackelberg game).

With p_t the prior of type t and A_t, B_t the payoffs against it, every profile of responses must be
bounded. `leaves` cut the profiles into parts: a leaf fixes the responses of some types (j_t) and
holds multipliers l_t >= 0 for each of them; `table` holds multipliers of every type and response.
A leaf proves that no commitment with its responses earns more than

    max_i  sum over fixed t of    p_t A_t,ij + sum_k l_tk (B_t,ij - B_t,ik)   at j = j_t
         + sum over the others of the largest such term over all j, with the table's multipliers.

The leaves must form a tree: some type is fixed in all of them, by each of its actions, and so on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games import BayesianGame
from gtlearn.games.numbers import ExactArray
from gtlearn.solvers.outcomes import RATIONAL, Commitment
from gtlearn.solvers.verify.commitment_arithmetic import (
    TypePayoffs,
    best_responses,
    expected,
    pure_failures,
    rational,
    rounding_of,
    stated_violation,
    tied,
    violation_failures,
)
from gtlearn.solvers.verify.form import ROUNDING, index, items, number, text, vector
from gtlearn.solvers.verify.nash import product

_Fixed = tuple[int | None, ...]


@dataclass(frozen=True)
class _Vector:
    """Integers over one denominator, one an action of the leader."""

    numerators: list[int]
    denominator: int

    def plus(self, other: _Vector) -> _Vector:
        common = math.lcm(self.denominator, other.denominator)
        a, b = common // self.denominator, common // other.denominator
        pairs = zip(self.numerators, other.numerators, strict=True)
        return _Vector([a * x + b * y for x, y in pairs], common)


def bayesian_commitment(game: BayesianGame, outcome: Commitment, tight: bool = False) -> list[str]:
    """The statements of `outcome` that do not hold; empty where all of them hold."""
    types = [TypePayoffs.of(g, game.leader) for g in game.games]
    if not outcome.attained:
        return ["a commitment against several types is attained"]
    failures = _replies(game, types, outcome)
    if outcome.certificate.arithmetic != RATIONAL:
        failures += violation_failures(types, outcome, bayesian_regret(game, outcome))
    if failures or outcome.certificate.arithmetic != RATIONAL:
        return failures
    if outcome.certificate.evidence.get("commitment") == "pure":
        return pure_failures(types, game.prior, outcome, outcome.strategies[0])
    return _upper_bound(game, types, outcome, tight)


def bayesian_regret(game: BayesianGame, outcome: Commitment) -> Fraction:
    """The most that any type would gain by another response, exactly."""
    mix = rational(outcome.strategies[0])
    regret = Fraction(0)
    responses = outcome.response if isinstance(outcome.response, tuple) else ()
    for member, reply in zip(game.games, responses, strict=True):
        payoffs = TypePayoffs.of(member, game.leader)
        pays = expected(payoffs.follower, payoffs.follower_denominator, mix)
        regret = max(regret, max(pays) - pays[reply])
    return regret


def _replies(game: BayesianGame, types: Sequence[TypePayoffs], outcome: Commitment) -> list[str]:
    """The mix, the responses, and what everybody earns."""
    exact = outcome.certificate.arithmetic == RATIONAL
    rounding = Fraction(0) if exact else rounding_of(types)
    slack = rounding + stated_violation(outcome)
    mix = rational(outcome.strategies[0])
    proper = len(mix) == types[0].size[0] and min(mix) >= 0
    if not proper or abs(sum(mix, Fraction(0)) - 1) > (0 if exact else ROUNDING):
        return ["the leader's commitment is no probability distribution"]
    responses = items(outcome.response, "the responses")
    stated = rational(outcome.payoffs)
    failures, total = [], Fraction(0)
    choose = max if outcome.ties == "strong" else min
    for t, (payoffs, reply, weight) in enumerate(zip(types, responses, game.prior, strict=True)):
        own = expected(payoffs.leader, payoffs.leader_denominator, mix)
        pays = expected(payoffs.follower, payoffs.follower_denominator, mix)
        if max(pays) - pays[reply] > slack:
            failures.append(f"action {reply} is no best response of type {t}")
        best = best_responses(pays) if exact else tied(payoffs, pays, slack)
        if weight and best and abs(own[reply] - choose(own[k] for k in best)) > slack:
            failures.append(f"type {t} does not break ties as stated")
        strategy = rational(outcome.strategies[1 + t])
        if strategy != [Fraction(int(k == reply)) for k in range(payoffs.size[1])]:
            failures.append(f"the strategy of type {t} is not its stated response")
        if abs(stated[1 + t] - pays[reply]) > rounding:
            failures.append(f"the payoff of type {t} is not what it earns")
        total += weight * own[reply]
    if abs(total - stated[0]) > rounding:
        failures.append(f"the leader does not earn {text(stated[0])}")
    return failures


def _upper_bound(
    game: BayesianGame, types: Sequence[TypePayoffs], outcome: Commitment, tight: bool
) -> list[str]:
    evidence = outcome.certificate.evidence
    limit = number(evidence["upper_bound"], "the upper bound")
    counts = [payoffs.size[1] for payoffs in types]
    leaves = [_leaf(leaf, counts) for leaf in items(evidence["leaves"], "the leaves")]
    tables = items(evidence["table"], "the table")
    if len(tables) != len(counts):
        return ["the table does not hold the multipliers of each type"]
    if not _covers([fixed for fixed, _ in leaves], counts):
        return ["the leaves do not cover all response profiles"]
    ceilings = []
    for t, (payoffs, weight) in enumerate(zip(types, game.prior, strict=True)):
        if weight == 0:  # earns the leader nothing, whatever it answers
            ceilings.append(_Vector([0] * payoffs.size[0], 1))
            continue
        given = items(tables[t], f"the multipliers of type {t}")
        table = [vector(row, counts[t], f"the multipliers of type {t}") for row in given]
        if len(table) != counts[t]:
            return [f"there is not one vector of multipliers for each response of type {t}"]
        terms = [_brought(payoffs, weight, j, row) for j, row in enumerate(table)]
        ceilings.append(_largest(terms))
    bounds = []
    for fixed, rows in leaves:
        total = _Vector([0] * types[0].size[0], 1)
        for t, j in enumerate(fixed):
            row, part = rows[t], ceilings[t]
            if j is not None:
                if row is None:
                    return [f"the leaf {fixed} has no multipliers of type {t}"]
                part = _brought(types[t], game.prior[t], j, row)
            total = total.plus(part)
        bound = Fraction(max(total.numerators), total.denominator)
        if bound > limit:
            return [f"the leaf {fixed} bounds the leader by {text(bound)}, above {text(limit)}"]
        bounds.append(bound)
    if tight and max(bounds) < limit:
        return [f"the leaves prove the upper bound {text(max(bounds))}, not {text(limit)}"]
    return []


def _leaf(leaf: Any, counts: Sequence[int]) -> tuple[_Fixed, list[ExactArray | None]]:
    """The responses that a leaf fixes, and the multipliers of the types that it fixes.

    Raises:
        InputError: if it has not that form.
    """
    parts = [items(part, "a leaf") for part in items(leaf, "a leaf")]
    if [len(part) for part in parts] != [len(counts)] * 2:
        raise InputError("a leaf does not hold a response and multipliers for each type")
    fixed = [
        None if j is None else index(j, count, "a response of a leaf")
        for j, count in zip(parts[0], counts, strict=True)
    ]
    rows = [
        None if row is None else vector(row, count, "the multipliers of a leaf")
        for row, count in zip(parts[1], counts, strict=True)
    ]
    return tuple(fixed), rows


def _brought(payoffs: TypePayoffs, weight: Fraction, j: int, row: ExactArray) -> _Vector:
    """For each i: weight A_ij + sum_k l_k (B_ij - B_ik)."""
    own = _Vector(
        [int(v) * weight.numerator for v in payoffs.leader[:, j].tolist()],
        payoffs.leader_denominator * weight.denominator,
    )
    if not row.numerators.any():
        return own
    weights = -row.numerators.astype(object)
    weights[j] += int(row.numerators.astype(object).sum())
    gains = [int(v) for v in product(payoffs.follower, weights[:, None])[:, 0].tolist()]
    return own.plus(_Vector(gains, payoffs.follower_denominator * row.denominator))


def _largest(vectors: Sequence[_Vector]) -> _Vector:
    common = math.lcm(*(v.denominator for v in vectors))
    scaled = [[common // v.denominator * x for x in v.numerators] for v in vectors]
    return _Vector([max(column) for column in zip(*scaled, strict=True)], common)


def _covers(leaves: Sequence[_Fixed], counts: Sequence[int]) -> bool:
    """Whether the leaves, read as a tree, leave no profile out."""
    pending: list[tuple[list[_Fixed], frozenset[int]]] = [(list(leaves), frozenset())]
    while pending:
        group, seen = pending.pop()
        if any(all(j is None for t, j in enumerate(leaf) if t not in seen) for leaf in group):
            continue  # this leaf takes every profile that is left here
        split = [
            t
            for t in range(len(counts))
            if t not in seen and group and all(leaf[t] is not None for leaf in group)
        ]
        if not split:
            return False
        t = split[0]
        for j in range(counts[t]):
            pending.append(([leaf for leaf in group if leaf[t] == j], seen | {t}))
    return True
