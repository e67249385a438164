"""Upper bounds on what commitments to tables earn, rechecked from their proofs."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

from gtlearn.solvers.testing.claims import (
    Doubt,
    Doubts,
    Unreadable,
    Vector,
    is_distribution,
    listed,
    number,
    numbers,
    total,
)
from gtlearn.solvers.testing.tables_truth import Class, Tables


def bound_doubts(
    tables: Tables,
    outcome: Mapping[str, Any],
    data: Mapping[str, Any],
    original: Mapping[str, Any],
    kind: Class,
) -> Doubts:
    """Whether nothing earns more than the upper bound, for the reason that is named."""
    certificate, policy = outcome["certificate"], outcome["policy"]
    bound = number(outcome["upper_bound"])
    if "upper_bound" in certificate and number(certificate["upper_bound"]) != bound:
        yield Doubt("the certificate's upper bound is the commitment's")
    known = _values(original, kind, policy) or [tables.best_known(kind, policy)]
    if bound < max(known):
        yield Doubt("nothing earns more than the upper bound")
        return
    if "tables" in certificate and certificate["tables"] != tables.count[kind[0]]:
        yield Doubt("how many tables there are")
    name = certificate.get("bound")
    proven: Fraction | None = None
    if name == "folk":
        proven = folk_proof(tables, kind[0], certificate.get("folk"))
    elif name == "unlimited_memory":
        if kind[1] == "optimal" or tables.game.horizon == 1:
            proven = unlimited_proof(
                tables, kind[0], certificate.get("folk"), certificate.get("unlimited_memory")
            )
    elif name == "enumeration":
        proven = bound if policy == "deterministic" else None
    elif name == "branch_and_bound":
        if policy == "stochastic" and bound not in _bounds(original, kind, policy):
            yield Doubt("nothing earns more than the upper bound", on_trust=True)
        if certificate.get("boxes") not in _boxes(original):
            yield Doubt("how many boxes were examined", on_trust=certificate.get("boxes", 1) > 0)
        proven = bound
    if proven is None or proven > bound:
        yield Doubt("the upper bound follows")
    for evidence, prove in (("folk", folk_proof), ("unlimited_memory", None)):
        said = (data.get("bounds") or {}).get(evidence)
        if said is None or evidence not in certificate:
            continue
        true = (
            prove(tables, kind[0], certificate["folk"])
            if prove
            else unlimited_proof(
                tables, kind[0], certificate.get("folk"), certificate["unlimited_memory"]
            )
        )
        if true != number(said):
            yield Doubt(f"the proof of the bound {evidence}")


def _values(original: Mapping[str, Any], kind: Class, policy: str) -> list[Fraction]:
    """The values of the correct solution's commitments that are of a class."""
    return [
        number(o["payoffs"][o["leader"]])
        for o in original["solutions"]
        if (o["leader"], o["follower"], o["ties"], o["policy"]) == (*kind, policy)
    ]


def _bounds(original: Mapping[str, Any], kind: Class, policy: str) -> list[Fraction]:
    return [
        number(o["upper_bound"])
        for o in original["solutions"]
        if (o["leader"], o["follower"], o["ties"], o["policy"]) == (*kind, policy)
    ]


def _boxes(original: Mapping[str, Any]) -> list[Any]:
    return [None, *(o["certificate"].get("boxes") for o in original["solutions"])]


def folk_proof(tables: Tables, leader: int, evidence: Any) -> Fraction | None:
    """What a multiplier proves, since a strategy secures the follower its minmax at every step.

    Raises:
        Unreadable: if the evidence is none.
    """
    minmax = _secured(tables, leader, evidence)
    multiplier = number(evidence.get("multiplier"))
    if minmax is None or multiplier < 0:
        return None
    game, process = tables.game, tables.process
    best = max(
        Fraction(game.payoffs[leader][(s, *profile)])
        + multiplier * (Fraction(game.payoffs[1 - leader][(s, *profile)]) - minmax)
        for s in process.states
        if game.reachable[s]
        for profile in product(*map(range, game.shape))
    )
    if game.horizon is None:
        return best / (1 - process.discount)
    return best * process.scale * total(process.discount**t for t in range(game.horizon))


def _secured(tables: Tables, leader: int, evidence: Any) -> Fraction | None:
    """The stated minmax value, if the stated strategy secures it in every state."""
    if not isinstance(evidence, Mapping):
        raise Unreadable("there is no proof")
    game = tables.game
    minmax = number(evidence.get("minmax"))
    mix = numbers(evidence.get("securing"), game.shape[1 - leader])
    if not is_distribution(mix) or not all(mask.all() for mask in game.legal):
        return None
    pays = game.payoffs[1 - leader]
    for s in tables.process.states:
        for a in range(game.shape[leader]):
            earned = total(
                p * pays[(s, a, b) if leader == 0 else (s, b, a)] for b, p in enumerate(mix)
            )
            if game.reachable[s] and earned < minmax:
                return None
    return minmax


def unlimited_proof(tables: Tables, leader: int, folk: Any, entries: Any) -> Fraction | None:
    """What multipliers of a step each prove of a leader with unlimited memory.

    h(k, w), the most of (leader's payoff) + w (follower's payoff) over k steps, is at most the
    largest, over what the follower is meant to play and the leader plays, of the step's worth, the
    weighed gains of obedience, and the discounted h(k - 1, w + the sum of the multipliers).

    Raises:
        Unreadable: if an entry is none.
    """
    minmax = _secured(tables, leader, folk)
    game, process = tables.game, tables.process
    if minmax is None or game.horizon is None:
        return None
    given: dict[tuple[Fraction, Fraction], list[Vector]] = {}
    for entry in listed(entries):
        if not isinstance(entry, Mapping):
            raise Unreadable("an entry of the proof is no object")
        size = game.shape[1 - leader]
        rows = [numbers(row, size) for row in listed(entry.get("multipliers"), size)]
        given[number(entry.get("steps")), number(entry.get("weight"))] = rows
    pays = _step_payoffs(tables, leader)

    @cache
    def proven(k: int, weight: Fraction) -> Fraction | None:
        if k == 0:
            return Fraction(0)
        secured = minmax * total(process.discount**t for t in range(k - 1))
        bounds = []
        for meant, row in enumerate(given.get((Fraction(k), weight), [])):
            rest = proven(k - 1, weight + sum(row))
            if rest is None or min(row) < 0:
                return None
            for step in pays:
                mine, own = step[meant]
                kept = total(
                    m * (own - step[c][1] - process.discount * secured) for c, m in enumerate(row)
                )
                bounds.append(mine + weight * own + kept + process.discount * rest)
        return max(bounds, default=None)

    whole = proven(game.horizon, Fraction(0))
    return None if whole is None else whole * process.scale


def _step_payoffs(tables: Tables, leader: int) -> list[list[tuple[Fraction, Fraction]]]:
    """For each state and action of the leader: what both get, by the follower's action."""
    game = tables.game
    return [
        [
            (
                Fraction(game.payoffs[leader][(s, a, b) if leader == 0 else (s, b, a)]),
                Fraction(game.payoffs[1 - leader][(s, a, b) if leader == 0 else (s, b, a)]),
            )
            for b in range(game.shape[1 - leader])
        ]
        for s in tables.process.states
        if game.reachable[s]
        for a in range(game.shape[leader])
    ]
