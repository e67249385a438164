"""Nash, correlated and coarse correlated equilibria in one shot, rechecked from the definition."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from typing import Any

from gtlearn.games import NormalFormGame
from gtlearn.solvers.testing.claims import (
    ROUNDING,
    Doubt,
    Doubts,
    Unreadable,
    Vector,
    deviations,
    expected,
    is_distribution,
    listed,
    number,
    numbers,
    payoff,
    place,
    same,
    total,
)

_TOLERANCE = Fraction(1, 10**7)  # of the range of payoffs, for answers in floats
Shares = dict[tuple[int, ...], Fraction]


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
    if max(regrets) > (0 if exact else _TOLERANCE * payoff_range(game)):
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


def shares_of(game: NormalFormGame, entries: Any) -> Shares:
    """The probability of each profile.

    Raises:
        Unreadable: if a profile is none or named twice.
    """
    out: Shares = {}
    for entry in entries:
        profile = tuple(
            place(action, size)
            for action, size in zip(
                listed(entry["profile"], game.num_players), game.shape, strict=True
            )
        )
        if profile in out:
            raise Unreadable("a profile is named twice")
        out[profile] = number(entry["probability"])
    return out


def correlated_doubts(game: NormalFormGame, outcome: Mapping[str, Any], exact: bool) -> Doubts:
    """What does not hold of one equilibrium; that it is best is a matter of its bound.

    Args:
        game: the game.
        outcome: its JSON.
        exact: whether it says that its numbers are exact.
    """
    shares = shares_of(game, outcome["distribution"])
    slack = Fraction(0) if exact else _TOLERANCE * payoff_range(game)
    if min(shares.values(), default=Fraction(-1)) < 0 or abs(total(shares.values()) - 1) > (
        0 if exact else _TOLERANCE
    ):
        yield Doubt("the distribution is one")
        return
    certificate = outcome["certificate"]
    gain = max([Fraction(0), *_gains(game, shares, certificate["kind"])])
    if gain > slack:
        yield Doubt("no player gains by deviating")
    if "gain" in certificate and not same(gain, number(certificate["gain"]), exact):
        yield Doubt("the largest gain")
    if "tolerance" in certificate and (
        exact or number(certificate["tolerance"]) != Fraction(float(_TOLERANCE))
    ):
        yield Doubt("the tolerance")
    earned = [
        total(p * payoff(game, k, s) for s, p in shares.items()) for k in range(game.num_players)
    ]
    stated = numbers(outcome["payoffs"], game.num_players)
    if any(abs(true - said) > slack for true, said in zip(earned, stated, strict=True)):
        yield Doubt("the payoffs")
    yield from _objective_doubts(outcome, shares, earned, slack)
    if "bound" in certificate:
        yield from _bound_doubts(game, outcome, shares)


def _gains(game: NormalFormGame, shares: Shares, kind: str) -> list[Fraction]:
    """What each deviation gains: to another action, always or where one is recommended."""
    out = []
    for player, size in enumerate(game.shape):
        told = [None] if kind == "coarse-correlated" else list(range(size))
        for recommended, other in product(told, range(size)):
            out.append(
                total(
                    p * (payoff(game, player, _with(s, player, other)) - payoff(game, player, s))
                    for s, p in shares.items()
                    if recommended in (None, s[player])
                )
            )
    return out


def _with(profile: tuple[int, ...], player: int, action: int) -> tuple[int, ...]:
    return (*profile[:player], action, *profile[player + 1 :])


def _objective_doubts(
    outcome: Mapping[str, Any], shares: Shares, earned: Vector, slack: Fraction
) -> Doubts:
    objective, value = outcome["certificate"].get("objective"), outcome.get("value")
    if objective is None or value is None:
        if value is not None or objective is not None:
            yield Doubt("there is a value of an objective")
        return
    true = _objective(objective, shares, earned)
    if true is None or abs(true - number(value)) > slack:
        yield Doubt("the value of the objective")


def _objective(objective: str, shares: Shares, earned: Vector) -> Fraction | None:
    if objective == "welfare":
        return total(earned)
    if objective == "fairness":
        return min(earned)
    if objective == "gini":
        return 1 - total(p * p for p in shares.values())
    player = objective.removeprefix("player:")
    return earned[int(player)] if player.isdigit() and int(player) < len(earned) else None


def _bound_doubts(game: NormalFormGame, outcome: Mapping[str, Any], shares: Shares) -> Doubts:
    """Whether the multipliers prove that no such equilibrium has a higher value.

    At every profile the objective and the multipliers' gains of obedience must not exceed it.
    """
    certificate = outcome["certificate"]
    bound, objective = number(certificate["bound"]), certificate.get("objective")
    weights = numbers(certificate.get("weights"), game.num_players)
    coarse = certificate["kind"] == "coarse-correlated"
    multipliers = _multipliers(game, certificate.get("multipliers"), coarse)
    if "value" not in outcome or bound != number(outcome["value"]):
        yield Doubt("the bound is the value")
        return
    if not _weights_fit(objective, weights) or any(m < 0 for _, _, _, m in multipliers):
        yield Doubt("the weights and multipliers are of the objective")
        return
    squares = total(p * p for p in shares.values())
    for s in product(*map(range, game.shape)):
        whole = total(w * payoff(game, k, s) for k, w in enumerate(weights))
        if objective == "gini":  # the tangent of the concave objective
            whole += 1 + squares - 2 * shares.get(s, Fraction(0))
        for player, recommended, other, m in multipliers:
            if recommended in (None, s[player]):
                moved = payoff(game, player, _with(s, player, other))
                whole += m * (payoff(game, player, s) - moved)
        if whole > bound:
            yield Doubt("the multipliers prove the bound")
            return


def _multipliers(
    game: NormalFormGame, entries: Any, coarse: bool
) -> list[tuple[int, int | None, int, Fraction]]:
    out: dict[tuple[int, int | None, int], Fraction] = {}
    for entry in listed(entries):
        key, multiplier = listed(entry, 2)
        parts = listed(key, 2 if coarse else 3)
        player = place(parts[0], game.num_players)
        actions = [place(action, game.shape[player]) for action in parts[1:]]
        deviation = (player, None if coarse else actions[0], actions[-1])
        if deviation in out:
            raise Unreadable("a deviation has two multipliers")
        out[deviation] = number(multiplier)
    return [(*key, m) for key, m in out.items()]


def _weights_fit(objective: Any, weights: Vector) -> bool:
    if objective == "welfare":
        return all(w == 1 for w in weights)
    if objective == "fairness":
        return min(weights) >= 0 and total(weights) == 1
    if objective == "gini":
        return not any(weights)
    return [f"player:{k}" for k, w in enumerate(weights) if w == 1] == [objective] and (
        sum(map(abs, weights)) == 1
    )


def payoff_range(game: NormalFormGame) -> Fraction:
    """The largest difference of two payoffs of a player, or a unit of the last place."""
    spreads = []
    for array in game.payoffs:
        low, high = int(array.numerators.min()), int(array.numerators.max())
        spreads.append(Fraction(max(high - low, 1), array.denominator))
    return max(spreads)
