"""What a solution of a Markov game says of all its outcomes, rechecked by trying everything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gtlearn.solvers.testing.bound_truth import folk_proof, unlimited_proof
from gtlearn.solvers.testing.claims import (
    Doubt,
    Doubts,
    holds_float,
    listed,
    number,
    numbers,
    place,
)
from gtlearn.solvers.testing.form import with_classes
from gtlearn.solvers.testing.tables_truth import Tables, rows_of


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
        yield from _further_bounds(tables, data)
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


def _further_bounds(tables: Tables, data: Mapping[str, Any]) -> Doubts:
    """Whether the proofs of the whole prove the bounds."""
    proofs = data.get("proofs", {})
    first = with_classes(data["solutions"][0], data)
    for name in ("folk", "unlimited_memory"):
        if name not in proofs or name not in (data.get("bounds") or {}):
            continue
        if name == "folk":
            proven = folk_proof(tables, first["leader"], proofs["folk"])
        else:
            proven = unlimited_proof(
                tables, first["leader"], proofs.get("folk"), proofs["unlimited_memory"]
            )
        if proven != number(data["bounds"][name]):
            yield Doubt(f"the proof of the bound {name}")


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
