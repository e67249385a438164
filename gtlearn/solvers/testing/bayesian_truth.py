"""Commitments against a follower of several types, rechecked from their definition and proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from gtlearn.games import BayesianGame
from gtlearn.solvers.testing.claims import (
    MOST,
    ROUNDING,
    Doubt,
    Doubts,
    LeaderMatrices,
    Vector,
    listed,
    number,
    numbers,
    place,
    same,
    total,
    unit,
)

_Leaf = tuple[list[int | None], list[Vector | None]]


def bayesian_doubts(game: BayesianGame, outcome: Mapping[str, Any], exact: bool) -> Doubts:
    """What does not hold of one commitment against several types.

    Args:
        game: the game.
        outcome: the JSON of the commitment.
        exact: whether it says that its numbers are exact.
    """
    kind = outcome["certificate"].get("commitment", "mixed")
    if outcome["leader"] != game.leader or not outcome["attained"] or "distribution" in outcome:
        yield Doubt("who commits to what")
        return
    if kind not in ("mixed", "pure"):
        yield Doubt("what the leader commits to")
        return
    seen = [LeaderMatrices.by(stage, game.leader) for stage in game.games]
    doubts = list(_reply_doubts(game, seen, outcome, exact))
    yield from doubts
    certificate = outcome["certificate"]
    value = number(outcome["payoffs"][0])
    slack = Fraction(0) if exact else max(s.largest for s in seen) * ROUNDING
    for name in ("upper_bound", "float_bound"):
        rough = slack if name == "upper_bound" else Fraction(1, 10**6) * (1 + abs(value))
        if name in certificate and number(certificate[name]) < value - rough:
            yield Doubt(f"nothing earns more than the {name}")
            return
    if doubts:
        return
    if kind == "pure":
        yield from _pure_doubts(game, seen, outcome, value, exact)
    elif not exact:
        return
    elif not {"upper_bound", "table", "leaves"} <= set(certificate):
        yield Doubt("nothing earns more than the upper bound", on_trust=True)
    else:
        yield from _proof_doubts(game, seen, certificate)


def _reply_doubts(
    game: BayesianGame, seen: Sequence[LeaderMatrices], outcome: Mapping[str, Any], exact: bool
) -> Doubts:
    """The mix, each type's response, and what everybody earns."""
    rounding = violation = regret = Fraction(0)
    if not exact:
        violation = number(outcome["certificate"].get("violation"))
        rounding = max(s.largest for s in seen) * ROUNDING
    slack = rounding + violation
    given = listed(outcome["strategies"], 1 + len(seen))
    mix = numbers(given[0], seen[0].rows)
    if min(mix) < 0 or abs(total(mix) - 1) > (0 if exact else ROUNDING):
        yield Doubt("the commitment is a distribution")
        return
    stated = numbers(outcome["payoffs"], 1 + len(seen))
    responses = listed(outcome["response"], len(seen))
    choose = max if outcome["ties"] == "strong" else min
    whole = Fraction(0)
    for t, (side, weight) in enumerate(zip(seen, game.prior, strict=True)):
        response = place(responses[t], side.columns)
        own, other = side.earned(side.own, mix), side.earned(side.other, mix)
        regret = max(regret, max(other) - other[response])
        late = max(other) - other[response]
        if late > slack or abs(stated[1 + t] - other[response]) > rounding:
            yield Doubt("the response of a type is a best one, which pays what is stated")
            continue
        kept = choose(a for a, b in zip(own, other, strict=True) if b >= max(other) - slack)
        if weight and abs(own[response] - kept) > slack:
            yield Doubt("ties are broken as stated")
        if numbers(given[1 + t], side.columns) != unit(side.columns, response):
            yield Doubt("a type plays its response")
        whole += weight * own[response]
    if abs(violation - regret) > rounding or regret > MOST * rounding:
        yield Doubt("how much worse than a best one a response is")
    if abs(whole - stated[0]) > rounding:
        yield Doubt("the leader's payoff")


def _pure_doubts(
    game: BayesianGame,
    seen: Sequence[LeaderMatrices],
    outcome: Mapping[str, Any],
    value: Fraction,
    exact: bool,
) -> Doubts:
    earned = [
        total(w * s.kept(i, outcome["ties"]) for s, w in zip(seen, game.prior, strict=True))
        for i in range(seen[0].rows)
    ]
    bound = outcome["certificate"].get("upper_bound")
    mix = numbers(outcome["strategies"][0])
    stated = [value, *([] if bound is None else [number(bound)])]
    if max(mix) != 1 or not all(same(max(earned), number, exact) for number in stated):
        yield Doubt("it is the best pure commitment")


def _proof_doubts(
    game: BayesianGame, seen: Sequence[LeaderMatrices], certificate: Mapping[str, Any]
) -> Doubts:
    """Whether leaves and table bound what every profile of responses leaves the leader."""
    limit = number(certificate["upper_bound"])
    tables = listed(certificate["table"], len(seen))
    table = [
        [numbers(row, side.columns) for row in listed(rows, side.columns)]
        for rows, side in zip(tables, seen, strict=True)
    ]
    leaves = [_leaf(leaf, seen) for leaf in listed(certificate["leaves"])]
    given = [row for rows in table for row in rows]
    given += [row for _, rows in leaves for row in rows if row is not None]
    if any(m < 0 for row in given for m in row):
        yield Doubt("multipliers are not negative")
        return
    if not _are_a_tree([fixed for fixed, _ in leaves], [side.columns for side in seen]):
        yield Doubt("the leaves cover every profile of responses")
        return
    bounds = []
    for fixed, rows in leaves:
        whole = [Fraction(0)] * seen[0].rows
        for t, (side, weight) in enumerate(zip(seen, game.prior, strict=True)):
            j, row = fixed[t], rows[t]
            if j is None:
                terms = [_term(side, weight, k, table[t][k]) for k in range(side.columns)]
                part = [max(values) for values in zip(*terms, strict=True)] if weight else None
            elif row is None:
                yield Doubt("a leaf holds multipliers for what it fixes")
                return
            else:
                part = _term(side, weight, j, row)
            if part is not None:
                whole = [a + b for a, b in zip(whole, part, strict=True)]
        bounds.append(max(whole))
    if max(bounds) != limit:
        yield Doubt("the leaves prove the upper bound")


def _term(side: LeaderMatrices, weight: Fraction, j: int, row: Vector) -> Vector:
    return [
        weight * pays[j] + gain for pays, gain in zip(side.own, side.gains(j, row), strict=True)
    ]


def _leaf(leaf: Any, seen: Sequence[LeaderMatrices]) -> _Leaf:
    responses, rows = listed(leaf, 2)
    fixed = [
        None if j is None else place(j, side.columns)
        for j, side in zip(listed(responses, len(seen)), seen, strict=True)
    ]
    multipliers = [
        None if row is None else numbers(row, side.columns)
        for row, side in zip(listed(rows, len(seen)), seen, strict=True)
    ]
    return fixed, multipliers


def _are_a_tree(leaves: Sequence[Sequence[int | None]], counts: Sequence[int]) -> bool:
    """Whether one leaf leaves all open, or all fix some type, and those with each response are a
    tree again."""
    if any(all(j is None for j in leaf) for leaf in leaves):
        return True
    for t, count in enumerate(counts):
        if leaves and all(leaf[t] is not None for leaf in leaves):
            parts = [
                [[*leaf[:t], None, *leaf[t + 1 :]] for leaf in leaves if leaf[t] == j]
                for j in range(count)
            ]
            return all(_are_a_tree(part, counts) for part in parts)
    return False
