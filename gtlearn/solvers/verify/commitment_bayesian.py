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
from fractions import Fraction
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games.numbers import ExactArray
from gtlearn.solvers.outcomes import Commitment
from gtlearn.solvers.verify.commitment_played import Faced
from gtlearn.solvers.verify.form import index, items, number, text, vector
from gtlearn.solvers.verify.nash import product

_Fixed = tuple[int | None, ...]
_Vector = tuple[list[int], int]  # one an action of the leader, and their denominator


def bayesian_bound(faced: Sequence[Faced], outcome: Commitment, tight: bool) -> list[str]:
    """Whether the leaves do not prove that no commitment earns more than the upper bound.

    Args:
        faced: the commitment as each type faces it.
        outcome: the commitment.
        tight: whether the bound must be just what they prove.

    Raises:
        InputError: if the evidence has a wrong form.
    """
    evidence = outcome.certificate.evidence
    limit = number(evidence["upper_bound"], "the upper bound")
    counts = [each.payoffs.size[1] for each in faced]
    leaves = [_leaf(leaf, counts) for leaf in items(evidence["leaves"], "the leaves")]
    tables = items(evidence["table"], "the table")
    if len(tables) != len(counts):
        return ["the table does not hold the multipliers of each type"]
    if not _covers([fixed for fixed, _ in leaves], counts):
        return ["the leaves do not cover all response profiles"]
    ceilings: list[_Vector] = []
    for t, each in enumerate(faced):
        if each.prior == 0:  # earns the leader nothing, whatever it answers
            ceilings.append(([0] * each.payoffs.size[0], 1))
            continue
        given = items(tables[t], f"the multipliers of type {t}")
        table = [vector(row, counts[t], f"the multipliers of type {t}") for row in given]
        if len(table) != counts[t]:
            return [f"there is not one vector of multipliers for each response of type {t}"]
        terms, unit = _over_one([_brought(each, j, row) for j, row in enumerate(table)])
        ceilings.append(([max(column) for column in zip(*terms, strict=True)], unit))
    bounds = []
    for fixed, rows in leaves:
        parts = list(ceilings)
        for t, (j, row) in enumerate(zip(fixed, rows, strict=True)):
            if j is None:
                continue
            if row is None:
                return [f"the leaf {fixed} has no multipliers of type {t}"]
            parts[t] = _brought(faced[t], j, row)
        total, unit = _sum(parts)
        bound = Fraction(max(total), unit)
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


def _brought(faced: Faced, j: int, row: ExactArray) -> _Vector:
    """For each i: p A_ij + sum_k l_k (B_ij - B_ik), p being the type's probability."""
    payoffs, prior = faced.payoffs, faced.prior
    own = [int(v) * prior.numerator for v in payoffs.leader[:, j].tolist()]
    unit = payoffs.leader_denominator * prior.denominator
    if not row.numerators.any():
        return own, unit
    weights = -row.numerators.astype(object)
    weights[j] += int(row.numerators.astype(object).sum())
    gains = [int(v) for v in product(payoffs.follower, weights[:, None])[:, 0].tolist()]
    return _sum([(own, unit), (gains, payoffs.follower_denominator * row.denominator)])


def _sum(vectors: Sequence[_Vector]) -> _Vector:
    terms, unit = _over_one(vectors)
    return [sum(column) for column in zip(*terms, strict=True)], unit


def _over_one(vectors: Sequence[_Vector]) -> tuple[list[list[int]], int]:
    """The numerators of vectors over one denominator, and that."""
    common = math.lcm(*(unit for _, unit in vectors))
    return [[common // unit * v for v in numerators] for numerators, unit in vectors], common


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
