"""Commitments in floats, rechecked up to a rounding."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from gtlearn.games import NormalFormGame
from gtlearn.solvers.testing.claims import (
    MOST,
    ROUNDING,
    Doubt,
    Doubts,
    number,
    numbers,
    place,
    total,
    unit,
)
from gtlearn.solvers.testing.correlated_truth import shares_of
from gtlearn.solvers.testing.leader_view import Seen, best_pure, strategies_of


def float_doubts(game: NormalFormGame, seen: Seen, outcome: Mapping[str, Any]) -> Doubts:
    """What does not hold of a commitment in floats; its response may be worse by a rounding."""
    certificate = outcome["certificate"]
    violation = number(certificate.get("violation"))
    rounding = seen.largest * ROUNDING
    slack = rounding + violation
    payoffs = numbers(outcome["payoffs"], 2)
    own_strategy, other_strategy = strategies_of(seen, outcome)
    mix, reply = numbers(own_strategy, seen.rows), numbers(other_strategy, seen.columns)
    joint = [[Fraction(0)] * seen.columns for _ in range(seen.rows)]
    if "distribution" in outcome:
        for profile, p in shares_of(game, outcome["distribution"]).items():
            joint[profile[seen.leader]][profile[1 - seen.leader]] = p
        if outcome["response"] is not None or outcome["ties"] != "strong":
            yield Doubt("how a correlated commitment is answered")
    else:
        response = place(outcome["response"], seen.columns)
        for i, p in enumerate(mix):
            joint[i][response] = p
    if violation < 0 or min(p for row in joint for p in row) < 0:
        yield Doubt("nothing is negative")
    if abs(total(mix) - 1) > ROUNDING or abs(total(reply) - 1) > ROUNDING:
        yield Doubt("the strategies sum to one")
    columns = [list(column) for column in zip(*joint, strict=True)]
    shares = [sum(column) for column in columns]
    sought = [sum(row) for row in joint] + (
        shares if "distribution" in outcome else unit(seen.columns, outcome["response"])
    )
    if any(abs(a - b) > ROUNDING for a, b in zip(sought, mix + reply, strict=True)):
        yield Doubt("the strategies are those that are played")
    earned, regret = [Fraction(0), Fraction(0)], Fraction(0)
    for j, column in enumerate(columns):
        told = seen.earned(seen.other, column)
        regret = max(regret, max(told) - told[j])
        earned[seen.leader] += seen.earned(seen.own, column)[j]
        earned[1 - seen.leader] += told[j]
    if abs(regret - violation) > rounding or regret > MOST * rounding:
        yield Doubt("how much worse than a best one the response is")
    if any(abs(a - b) > rounding for a, b in zip(earned, payoffs, strict=True)):
        yield Doubt("the payoffs")
    value = payoffs[seen.leader]
    if outcome["ties"] == "strong":
        kept = value
    else:
        own, other = seen.earned(seen.own, mix), seen.earned(seen.other, mix)
        kept = min(a for a, b in zip(own, other, strict=True) if max(other) - b <= slack)
    if outcome["attained"] is not (kept >= value - slack):
        yield Doubt("whether the value is attained")
    if certificate.get("commitment") == "pure" and (
        max(mix) != 1 or abs(best_pure(seen, outcome["ties"]) - value) > slack
    ):
        yield Doubt("it is the best pure commitment")
    if "upper_bound" in certificate and (
        number(certificate["upper_bound"]) < payoffs[seen.leader] - slack
    ):
        yield Doubt("nothing earns more than the upper bound")
