"""Commitments in games in one shot, rechecked from the definition and from their proofs.

A is what the leader is paid and B what the follower is, rows are the leader's actions, x is the
leader's mix. What a certificate's parts mean is said in `gtlearn.solvers.verify.commitment`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from gtlearn.games import NormalFormGame
from gtlearn.solvers.testing.claims import (
    MOST,
    ROUNDING,
    Doubt,
    Doubts,
    LeaderMatrices,
    Unreadable,
    Vector,
    best_pure,
    best_strong,
    is_distribution,
    keyed,
    listed,
    number,
    numbers,
    place,
    strategies_of,
    total,
    unit,
)
from gtlearn.solvers.testing.equilibrium_truth import shares_of


def commitment_doubts(game: NormalFormGame, outcome: Mapping[str, Any], exact: bool) -> Doubts:
    """What does not hold of one commitment.

    Args:
        game: two players.
        outcome: the JSON of the commitment.
        exact: whether it says that its numbers are exact.
    """
    seen = LeaderMatrices.by(game, outcome["leader"])
    certificate = outcome["certificate"]
    kind = certificate.get("commitment", "correlated" if "distribution" in outcome else "mixed")
    if kind not in ("mixed", "pure", "correlated"):
        yield Doubt("what the leader commits to")
        return
    if ("distribution" in outcome) != (kind == "correlated"):
        yield Doubt("there is a joint distribution for a correlated commitment alone")
        return
    if not exact:
        yield from float_doubts(game, seen, outcome)
        return
    payoffs = numbers(outcome["payoffs"], 2)
    value = payoffs[seen.leader]
    if kind == "correlated":
        doubts = list(_joint_doubts(game, seen, outcome, payoffs))
    else:
        doubts = list(_mix_doubts(seen, outcome, payoffs))
    yield from doubts
    if doubts:
        return
    if "upper_bound" in certificate and number(certificate["upper_bound"]) < value:
        yield Doubt("nothing earns more than the upper bound")
    elif kind == "pure":
        yield from _pure_doubts(seen, outcome, value)
    else:
        yield from _proof_doubts(seen, outcome, value)


def mix_of(values: Any, size: int) -> Vector:
    """A mix, exactly.

    Raises:
        Unreadable: if it is no distribution over that many actions.
    """
    mix = numbers(values, size)
    if not is_distribution(mix):
        raise Unreadable("a strategy is no distribution")
    return mix


def _mix_doubts(seen: LeaderMatrices, outcome: Mapping[str, Any], payoffs: Vector) -> Doubts:
    """The mix, the response, and what both earn."""
    own_strategy, other_strategy = strategies_of(seen, outcome)
    mix = mix_of(own_strategy, seen.rows)
    response = place(outcome["response"], seen.columns)
    own, other = seen.earned(seen.own, mix), seen.earned(seen.other, mix)
    best = [k for k, value in enumerate(other) if value == max(other)]
    if numbers(other_strategy, seen.columns) != unit(seen.columns, response):
        yield Doubt("the follower plays its response")
    if response not in best or payoffs[1 - seen.leader] != other[response]:
        yield Doubt("the response is a best one, which pays what is stated")
        return
    value = payoffs[seen.leader]
    choose = max if outcome["ties"] == "strong" else min
    kept = choose(own[k] for k in best)
    if outcome["attained"]:
        if not kept == value == own[response]:
            yield Doubt("the leader's payoff")
        return
    if outcome["ties"] != "weak" or kept == value:
        yield Doubt("the value is not attained")
        return
    alike = seen.alike(response)
    if min(own[k] for k in alike) != value:
        yield Doubt("the value is approached")
    near = mix_of(outcome["certificate"].get("interior"), seen.rows)
    inside = seen.earned(seen.other, near)
    if any(inside[k] >= inside[response] for k in range(seen.columns) if k not in alike):
        yield Doubt("the response is the only best one at the interior point")


def _joint_doubts(
    game: NormalFormGame, seen: LeaderMatrices, outcome: Mapping[str, Any], payoffs: Vector
) -> Doubts:
    """A distribution that the follower gains nothing by disobeying."""
    shares = shares_of(game, outcome["distribution"])
    if not is_distribution(shares.values()):
        yield Doubt("the joint distribution is one")
        return
    if outcome["ties"] != "strong" or not outcome["attained"] or outcome["response"] is not None:
        yield Doubt("how a correlated commitment is answered")
    joint = [[Fraction(0)] * seen.columns for _ in range(seen.rows)]
    for profile, p in shares.items():
        joint[profile[seen.leader]][profile[1 - seen.leader]] = p
    columns = [list(column) for column in zip(*joint, strict=True)]
    for j, column in enumerate(columns):
        told = seen.earned(seen.other, column)
        if told[j] != max(told):
            yield Doubt("the follower obeys")
    own_strategy, other_strategy = strategies_of(seen, outcome)
    if numbers(own_strategy, seen.rows) != [sum(row) for row in joint] or numbers(
        other_strategy, seen.columns
    ) != [sum(column) for column in columns]:
        yield Doubt("the strategies are the marginal distributions")
    for player, matrix in ((seen.leader, seen.own), (1 - seen.leader, seen.other)):
        whole = total(
            p * v
            for row, pays in zip(joint, matrix, strict=True)
            for p, v in zip(row, pays, strict=True)
        )
        if payoffs[player] != whole:
            yield Doubt("the payoffs")


def _pure_doubts(seen: LeaderMatrices, outcome: Mapping[str, Any], value: Fraction) -> Doubts:
    best = best_pure(seen, outcome["ties"])
    mix = numbers(strategies_of(seen, outcome)[0], seen.rows)
    bound = outcome["certificate"].get("upper_bound")
    if value != best or max(mix) != 1 or (bound is not None and number(bound) != best):
        yield Doubt("it is the best pure commitment")


def _proof_doubts(seen: LeaderMatrices, outcome: Mapping[str, Any], value: Fraction) -> Doubts:
    """Whether the multipliers prove the upper bound, which then holds for mixed commitments."""
    certificate = outcome["certificate"]
    if "upper_bound" not in certificate:
        yield Doubt("there is an upper bound", on_trust=True)
        return
    limit = number(certificate["upper_bound"])
    if "multipliers" not in certificate:
        better = best_strong(seen) > limit and outcome["ties"] == "strong"
        yield Doubt("nothing earns more than the upper bound", on_trust=not better)
        return
    rows = [_multipliers(row, seen) for row in listed(certificate["multipliers"], seen.columns)]
    if any(m < 0 for row in rows for m in row):
        yield Doubt("multipliers are not negative")
        return
    weak = outcome["ties"] == "weak" and "distribution" not in outcome
    flat = [place(j, seen.columns) for j in listed(certificate.get("flat", []))]
    given = keyed(certificate.get("weights", []), seen.columns)
    weights = {j: _shares(seen, shares) for j, shares in given.items()}
    if not weak:
        if flat or weights:
            yield Doubt("classes are of no matter under strong ties")
        bounds = [
            max(pays[j] + gain for pays, gain in zip(seen.own, seen.gains(j, row), strict=True))
            for j, row in enumerate(rows)
        ]
        if max(bounds) != limit:
            yield Doubt("the multipliers prove the upper bound")
        return
    yield from _weak_doubts(seen, outcome, value, limit, rows, flat, weights)


def _multipliers(row: Any, seen: LeaderMatrices) -> Vector:
    """One for each action of the follower, given in full or as pairs of an action and its own."""
    if not all(isinstance(entry, list) for entry in listed(row)):
        return numbers(row, seen.columns)
    given = keyed(row, seen.columns)
    return [number(given.get(k, 0)) for k in range(seen.columns)]


def _shares(seen: LeaderMatrices, entries: Any) -> dict[int, Fraction]:
    return {k: number(share) for k, share in keyed(entries, seen.columns).items()}


def _weak_doubts(
    seen: LeaderMatrices,
    outcome: Mapping[str, Any],
    value: Fraction,
    limit: Fraction,
    rows: list[Vector],
    flat: Sequence[int],
    weights: Mapping[int, Mapping[int, Fraction]],
) -> Doubts:
    """The same under weak ties, where actions that always pay the follower alike are one class."""
    tight, highest = [], Fraction(-(10**400))
    for j in range(seen.columns):
        alike = seen.alike(j)
        if alike[0] != j:
            continue
        share = weights.get(j, {j: Fraction(1)})
        if not set(share) <= set(alike) or not is_distribution(share.values()):
            yield Doubt("the weights are a distribution over the class")
            continue
        gains = seen.gains(j, rows[j])
        if j in flat:
            outside = [rows[j][k] for k in range(seen.columns) if k not in alike]
            if max(gains) > 0 or not any(outside):
                yield Doubt("the region is flat")
            continue
        own = [total(w * pays[k] for k, w in share.items()) for pays in seen.own]
        bound = max(a + g for a, g in zip(own, gains, strict=True))
        highest = max(highest, bound)
        if bound == limit:
            tight.append(j)
    if highest != limit:
        yield Doubt("the multipliers prove the upper bound")
    if outcome["attained"]:
        return
    if limit != value:
        yield Doubt("the supremum is the upper bound")
    chains = keyed(outcome["certificate"].get("chains", []), seen.columns)
    for j in tight:
        if not _excluded(seen, j, limit, listed(chains.get(j, []))):
            yield Doubt("the value is attained nowhere")


def _excluded(seen: LeaderMatrices, j: int, value: Fraction, chain: Sequence[Any]) -> bool:
    """Whether a chain shows that nowhere, where j is a best response, its class earns the value."""
    tied = set(seen.alike(j))
    for step in chain:
        to_follower, to_leader = listed(step, 2)
        multipliers = numbers(to_follower, seen.columns)
        others = _shares(seen, to_leader)
        negative = min([*multipliers, *others.values()]) < 0
        if negative or not set(others) <= tied:
            return False
        worst = max(
            gain + total(w * (pays[k] - value) for k, w in others.items())
            for gain, pays in zip(seen.gains(j, multipliers), seen.own, strict=True)
        )
        if worst < 0:
            return True
        if worst > 0:
            return False
        tied |= {k for k, m in enumerate(multipliers) if m > 0}
    return False


def float_doubts(game: NormalFormGame, seen: LeaderMatrices, outcome: Mapping[str, Any]) -> Doubts:
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
