"""Upper bounds on what commitments to tables earn, rechecked from their proofs; and what a solution
of a Markov game says of all its outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import Any

from gtlearn.solvers.testing.claims import (
    Doubt,
    Doubts,
    Unreadable,
    Vector,
    holds_float,
    is_distribution,
    listed,
    number,
    numbers,
    place,
    total,
)
from gtlearn.solvers.testing.form import with_classes
from gtlearn.solvers.testing.process_truth import Class, Tables, rows_of


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
    alike = [
        o
        for o in original["solutions"]
        if (o["leader"], o["follower"], o["ties"], o["policy"]) == (*kind, policy)
    ]
    known = [number(o["payoffs"][o["leader"]]) for o in alike]
    if bound < max(known or [tables.best_known(kind, policy)]):
        yield Doubt("nothing earns more than the upper bound")
        return
    if "tables" in certificate and certificate["tables"] != tables.count[kind[0]]:
        yield Doubt("how many tables there are")
    name = certificate.get("bound")
    proven: Fraction | None = None
    if name == "folk":
        proven = _proof(tables, kind[0], name, certificate)
    elif name == "unlimited_memory":
        if kind[1] == "optimal" or tables.game.horizon == 1:
            proven = _proof(tables, kind[0], name, certificate)
    elif name == "enumeration":
        proven = bound if policy == "deterministic" else None
    elif name == "branch_and_bound":
        if policy == "stochastic" and bound not in [number(o["upper_bound"]) for o in alike]:
            yield Doubt("nothing earns more than the upper bound", on_trust=True)
        boxes = [None, *(o["certificate"].get("boxes") for o in original["solutions"])]
        if certificate.get("boxes") not in boxes:
            yield Doubt("how many boxes were examined", on_trust=certificate.get("boxes", 1) > 0)
        proven = bound
    if proven is None or proven > bound:
        yield Doubt("the upper bound follows")
    yield from _further_bounds(tables, data, kind[0], certificate)


def _further_bounds(
    tables: Tables, data: Mapping[str, Any], leader: int, proofs: Mapping[str, Any]
) -> Doubts:
    """Whether proofs prove the bounds that are stated of the whole."""
    for name in ("folk", "unlimited_memory"):
        said = (data.get("bounds") or {}).get(name)
        if said is None or name not in proofs:
            continue
        if _proof(tables, leader, name, proofs) != number(said):
            yield Doubt(f"the proof of the bound {name}")


def _proof(tables: Tables, leader: int, name: str, proofs: Mapping[str, Any]) -> Fraction | None:
    if name == "folk":
        return folk_proof(tables, leader, proofs.get("folk"))
    return unlimited_proof(tables, leader, proofs.get("folk"), proofs.get("unlimited_memory"))


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
        mine + multiplier * (own - minmax)
        for step in _step_payoffs(tables, leader)
        for mine, own in step
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
    earned = (
        total(p * own for p, (_, own) in zip(mix, step, strict=True))
        for step in _step_payoffs(tables, leader)
    )
    return None if min(earned) < minmax else minmax


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


def whole_doubts(tables: Tables, data: Mapping[str, Any], original: Mapping[str, Any]) -> Doubts:
    """What does not hold of the claim besides its outcomes."""
    if data.get("unit", tables.game.unit) != tables.game.unit:
        yield Doubt("the unit")
    for outcome in data["solutions"]:
        if outcome.get("unit", tables.game.unit) != tables.game.unit:
            yield Doubt("the unit")
        if outcome.get("states", list(tables.game.states)) != list(tables.game.states):
            yield Doubt("the states")
        whole = with_classes(outcome, data)
        for key in ("follower", "policy"):
            if whole.get(key) != data.get(key, whole.get(key)):
                yield Doubt(f"the {key} is that of all")
    yield from _near_by_doubts(tables, data, original)
    known = original.get("bounds") or {}
    for name, bound in (data.get("bounds") or {}).items():
        if name not in known or isinstance(bound, float) or number(bound) != number(known[name]):
            yield Doubt(f"the bound {name}")
    if data["solutions"] and "leader" in data["solutions"][0]:
        leader = data["solutions"][0]["leader"]
        yield from _further_bounds(tables, data, leader, data.get("proofs", {}))
    plain = [_told(outcome) for outcome in data["solutions"]]
    if any(plain.count(one) > 1 for one in plain):
        yield Doubt("the solutions are different ones")
    if data["complete"] and data["solutions"]:
        yield from _listed_doubts(tables, data, original)


def _listed_doubts(tables: Tables, data: Mapping[str, Any], original: Mapping[str, Any]) -> Doubts:
    """Whether a list that is called complete lacks one."""
    first = with_classes(data["solutions"][0], data)
    if "leader" not in first:
        plain = [_told(outcome) for outcome in data["solutions"]]
        known = [_told(outcome) for outcome in original["solutions"]]
        if original["complete"] and any(one not in plain for one in known):
            yield Doubt("all are listed")
    elif first["policy"] == "stochastic":
        yield Doubt("all are listed", on_trust=True)  # there may be others as good
    else:
        leader = place(first["leader"], 2)
        size = tables.game.num_states
        listed_ones = {
            tables.where_played(rows_of(tables.game, outcome["commitment"], leader, size))
            for outcome in data["solutions"]
        }
        if not tables.optimal((leader, first["follower"], first["ties"])) <= listed_ones:
            yield Doubt("all are listed")


def _near_by_doubts(tables: Tables, data: Mapping[str, Any], original: Mapping[str, Any]) -> Doubts:
    """Whether tables near the first commitment earn what is said, under weak ties."""
    pairs = [numbers(pair) for pair in data.get("robustness", [])]
    near = data.get("proofs", {}).get("robustness")
    if holds_float(data.get("robustness", [])) or len(set(map(tuple, pairs))) < len(pairs):
        yield Doubt("what is kept near by")
        return
    if near is None or not pairs:
        if any(pair not in [numbers(p) for p in original.get("robustness", [])] for pair in pairs):
            yield Doubt("what is kept near by")
        return
    first = with_classes(data["solutions"][0], data)
    size, leader = tables.game.num_states, first["leader"]
    here = rows_of(tables.game, first["commitment"], leader, size)
    for (distance, kept), rows in zip(pairs, listed(near, len(pairs)), strict=True):
        table = rows_of(tables.game, rows, leader, size)
        true = max(
            abs(p - q) for pair in zip(here, table, strict=True) for p, q in zip(*pair, strict=True)
        )
        earned = tables.process.answered(table, leader, first["follower"], "weak")[1]
        if distance != true or kept != earned:
            yield Doubt("what is kept near by")


def _told(outcome: Mapping[str, Any]) -> Any:
    """What tells one outcome of a list from another: the tables."""
    return outcome.get("strategies", outcome.get("commitment"))


def is_deterministic(outcome: Mapping[str, Any]) -> bool:
    """Whether all play one action in each state, whatever the step."""
    rows = [row for table in outcome["strategies"] for row in table]
    return not outcome["timed"] and all(number(p) in (0, 1) for row in rows for p in row)
