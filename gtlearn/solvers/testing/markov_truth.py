"""Outcomes of iterated and Markov games, rechecked by trying everything."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from typing import Any

from gtlearn.solvers.testing.bound_truth import bound_doubts
from gtlearn.solvers.testing.claims import (
    Doubt,
    Doubts,
    Unreadable,
    is_distribution,
    listed,
    number,
    numbers,
    place,
    same,
)
from gtlearn.solvers.testing.process_truth import Rows, Tables, rows_of

_NEARER, _NEAREST = Fraction(1, 2**60), Fraction(1, 2**100)  # steps off a table
_CLOSE = Fraction(1, 2**20)  # how near the last comes to a limit, relative to the other


def equilibrium_doubts(tables: Tables, outcome: Mapping[str, Any], exact: bool) -> Doubts:
    """What does not hold of one equilibrium in tables."""
    game, process = tables.game, tables.process
    given = listed(outcome["strategies"], game.num_players)
    timed = outcome["timed"]
    if timed and game.horizon is None:
        yield Doubt("there are steps to be seen")
        return
    profile = []
    for player, whole in enumerate(given):
        steps = listed(whole, game.horizon) if timed else [whole]
        each = [rows_of(game, step, player, game.num_states, exact) for step in steps]
        profile.append([row for step in each for row in step])
    earned = process.payoffs(profile)
    stated = numbers(outcome["payoffs"], game.num_players)
    if not all(same(true, said, exact) for true, said in zip(earned, stated, strict=True)):
        yield Doubt("the payoffs")
    certificate = outcome["certificate"]
    regrets = [process.best(profile, k) - earned[k] for k in range(game.num_players)]
    said = numbers(certificate.get("regrets"), game.num_players)
    if not all(same(true, claim, exact) for true, claim in zip(regrets, said, strict=True)):
        yield Doubt("the regrets")
    if certificate["verified"] is not (exact and not any(regrets)):
        yield Doubt("whether it is verified")
    if "lower" in certificate or "upper" in certificate:
        lower, upper = (number(certificate.get(name)) for name in ("lower", "upper"))
        if not _constant_sum(tables) or not (
            lower <= earned[0] - regrets[1] and earned[0] + regrets[0] <= upper
        ):
            yield Doubt("the bounds on the value")
    if "subgame_perfect" in certificate:
        values = process.values(profile)
        perfect = all(
            values[t][s][k] == best
            for k in range(game.num_players)
            for t, row in enumerate(process.best_from(profile, k))
            for s, best in enumerate(row)
        )
        if certificate["subgame_perfect"] is not perfect:
            yield Doubt("whether it is subgame perfect")


def _constant_sum(tables: Tables) -> bool:
    game = tables.game
    if game.num_players != 2:
        return False
    sums = set()
    for s in tables.process.states:
        for profile in product(*(legal[s] for legal in tables.process.legal)):
            sums.add(sum(Fraction(array[(s, *profile)]) for array in game.payoffs))
    return len(sums) == 1


def commitment_doubts(
    tables: Tables, outcome: Mapping[str, Any], data: Mapping[str, Any], original: Mapping[str, Any]
) -> Doubts:
    """What does not hold of one commitment to a table.

    Args:
        tables: of the game.
        outcome: the JSON of the commitment.
        data: the claim that it belongs to.
        original: the JSON of a correct solution.
    """
    game, process = tables.game, tables.process
    leader = place(outcome["leader"], 2)
    kind = (leader, outcome["follower"], outcome["ties"])
    table = rows_of(game, outcome["commitment"], leader, game.num_states)
    if outcome["policy"] == "deterministic" and any(p not in (0, 1) for r in table for p in r):
        yield Doubt("the commitment is deterministic")
    payoffs = numbers(outcome["payoffs"], 2)
    value, bound = payoffs[leader], number(outcome["upper_bound"])
    played: list[Rows] = [table, table]
    played[1 - leader] = _response(tables, outcome, 1 - leader)
    if process.payoffs(played) != payoffs:
        yield Doubt("the payoffs are those of the response")
        return
    own, kept = process.answered(table, *kind)
    if own != payoffs[1 - leader]:
        yield Doubt("the response is a best one")
    elif outcome["attained"] and kept != value:
        yield Doubt("ties are broken as stated")
    elif not outcome["attained"]:
        yield from _limit_doubts(tables, outcome, table, kept)
    for key, true in (("value", value), ("gap", bound - value)):
        if key in outcome and number(outcome[key]) != true:
            yield Doubt(f"the {key}")
    if outcome["certificate"]["verified"] is not True:
        yield Doubt("whether it is verified")
    yield from bound_doubts(tables, outcome, data, original, kind)


def _response(tables: Tables, outcome: Mapping[str, Any], follower: int) -> Rows:
    """The response as a table; a list of lists where it sees the time.

    Raises:
        Unreadable: if it is none of its class.
    """
    game, given = tables.game, listed(outcome["response"])
    steps = [given]
    if any(isinstance(row, list) for row in given):
        if outcome["follower"] == "stationary" or game.horizon is None:
            raise Unreadable("the response sees the time")
        steps = listed(given, game.horizon)
    plan = [
        place(action, game.shape[follower])
        for step in steps
        for action in listed(step, game.num_states)
    ]
    for k, action in enumerate(plan):
        if not game.legal[follower][k % game.num_states][action]:
            raise Unreadable("the response plays what is not legal")
    return tables.process.table(plan, follower)


def _limit_doubts(
    tables: Tables, outcome: Mapping[str, Any], table: Rows, kept: Fraction
) -> Doubts:
    """Whether a value is the limit of what tables ever nearer earn, and not attained."""
    game = tables.game
    leader = outcome["leader"]
    value = number(outcome["payoffs"][leader])
    if outcome["ties"] != "weak" or outcome["policy"] == "deterministic" or kept == value:
        yield Doubt("the value is not attained")
        return
    direction = [
        numbers(row, game.shape[leader])
        for row in listed(outcome["certificate"].get("direction"), game.num_states)
    ]
    off: list[Fraction] = []
    for step in (_NEARER, _NEAREST):
        near = [
            [p + step * d for p, d in zip(row, change, strict=True)]
            for row, change in zip(table, direction, strict=True)
        ]
        if not all(map(is_distribution, near)):
            yield Doubt("the direction leads to tables")
            return
        earned = tables.process.answered(near, leader, outcome["follower"], "weak")[1]
        off.append(abs(value - earned))
    if off[1] > _CLOSE * off[0]:
        yield Doubt("the value is approached")
