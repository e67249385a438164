"""Nash equilibria of a game in one shot, rechecked from the definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gtlearn.games import NormalFormGame
from gtlearn.solvers.testing.claims import (
    ROUNDING,
    Doubt,
    Doubts,
    Vector,
    deviations,
    expected,
    is_distribution,
    listed,
    number,
    numbers,
    same,
    total,
)
from gtlearn.solvers.testing.correlated_truth import TOLERANCE, payoff_range


def nash_doubts(game: NormalFormGame, outcome: Mapping[str, Any], exact: bool) -> Doubts:
    """What does not hold of one equilibrium; its index is looked at by `lists`.

    Args:
        game: the game.
        outcome: the JSON of the equilibrium.
        exact: whether it says that its numbers are exact.
    """
    strategies = strategies_of(game, outcome, exact)
    if strategies is None:
        yield Doubt("the strategies are probability distributions")
        return
    earned = expected(game, strategies)
    stated = numbers(outcome["payoffs"], game.num_players)
    if not all(same(true, said, exact) for true, said in zip(earned, stated, strict=True)):
        yield Doubt("the payoffs")
    certificate = outcome["certificate"]
    regrets = [
        max(deviations(game, strategies, player)) - earned[player]
        for player in range(game.num_players)
    ]
    said = numbers(certificate.get("regrets"), game.num_players)
    if not all(same(true, claim, exact) for true, claim in zip(regrets, said, strict=True)):
        yield Doubt("the regrets")
    if max(regrets) > (0 if exact else TOLERANCE * payoff_range(game)):
        yield Doubt("it is an equilibrium")
    if certificate["verified"] is not exact:
        yield Doubt("whether it is verified")
    if "value" in certificate and not (
        game.is_constant_sum and same(earned[0], number(certificate["value"]), exact)
    ):
        yield Doubt("the value")


def unique_doubts(outcome: Mapping[str, Any], original: Mapping[str, Any]) -> Doubts:
    """Whether strategies are said to be the only optimal ones as in the correct solution."""
    said = outcome["certificate"].get("unique")
    known = original["certificate"].get("unique")
    if said is None or said == known:
        return
    if known is None or len(listed(said)) != len(known):
        yield Doubt("there is a word for each player on whether it is unique")
    else:
        yield Doubt("which strategies are unique", on_trust=True)


def strategies_of(
    game: NormalFormGame, outcome: Mapping[str, Any], exact: bool
) -> list[Vector] | None:
    """The strategies, those in floats divided by their sums; None where they are none."""
    given = listed(outcome["strategies"], game.num_players)
    out = [numbers(row, size) for row, size in zip(given, game.shape, strict=True)]
    if exact:
        return out if all(map(is_distribution, out)) else None
    if any(min(row) < 0 or abs(total(row) - 1) > ROUNDING for row in out):
        return None
    return [[p / total(row) for p in row] for row in out]
