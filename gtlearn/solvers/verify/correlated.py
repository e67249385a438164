"""Correlated equilibria re-checked from the payoffs alone, in exact integers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.games import NormalFormGame
from gtlearn.games.numbers import Number
from gtlearn.solvers.solution import CorrelatedEquilibrium

FLOAT_TOLERANCE = 1e-7  # of the largest payoff difference, for answers in floats

Profile = tuple[int, ...]
Distribution = Mapping[Profile, Number]


def violations(game: NormalFormGame, equilibrium: CorrelatedEquilibrium) -> list[str]:
    """The statements of a certificate that are false; an empty list means that it holds.

    Checked are: the distribution is one; no deviation gains more than nothing (or, in floats, than
    `FLOAT_TOLERANCE` of the range of payoffs); the payoffs and the objective's value are what they
    are said to be; and, where the evidence has a "bound", that no equilibrium of the kind has a
    higher value. For that, at every profile s,

        c(s) + sum multipliers * (u_k(s) - u_k(b, s_-k)) <= bound = value,

    where every multiplier is nonnegative, applies at s if s_k = a (always, for a coarse one), and
    c(s) is the sum of weights[k] u_k(s). The weights are ones for "welfare", a unit vector for
    "player:K", and any of sum one for "fairness", since the least payoff is below every average.
    For "gini" c(s) is 1 + sum p^2 - 2 p(s), the tangent of the concave objective at p.

    Summed over any equilibrium q, the deviations' terms are nonnegative, so the objective at q is
    at most the bound: weak duality of the program of Hart & Schmeidler (1989).

    Args:
        game: the game.
        equilibrium: its `certificate.kind` says "correlated" or "coarse-correlated".

    >>> from gtlearn import games
    >>> from gtlearn.solvers.correlated import correlated
    >>> chicken = games.normal_form([[6, 2], [7, 0]], [[6, 7], [2, 0]])
    >>> violations(chicken, correlated(chicken)[0])
    []
    """
    kind = equilibrium.certificate.kind
    if kind not in ("correlated", "coarse-correlated"):
        return [f"{kind!r} is no kind of correlated equilibrium"]
    exact = equilibrium.certificate.arithmetic == "rational"
    failed = _distribution_failures(game, equilibrium.distribution, exact)
    if failed:
        return failed
    coarse = kind == "coarse-correlated"
    slack = Fraction(0) if exact else Fraction(FLOAT_TOLERANCE) * _range(game)
    gain = largest_gain(game, equilibrium.distribution, coarse=coarse)
    if gain > slack:
        failed.append(f"a player gains {float(gain):.6g} by deviating")
    failed += _payoff_failures(game, equilibrium, slack)
    failed += _value_failures(equilibrium, slack)
    if "bound" in equilibrium.certificate.evidence:
        failed += _bound_failures(game, equilibrium, coarse)
    return failed


def largest_gain(game: NormalFormGame, distribution: Distribution, *, coarse: bool) -> Fraction:
    """The most that a player gains by one deviation, exactly; obeying gains zero.

    A deviation is to play b whenever a is recommended; coarse ones play b whatever is. Gains are
    expected before the recommendation is known. Floats count as the binary values they hold.
    """
    probabilities = {s: Fraction(p) for s, p in distribution.items() if p}
    common = math.lcm(*(p.denominator for p in probabilities.values()))
    largest = Fraction(0)
    for player, payoffs in enumerate(game.payoffs):
        size = game.shape[player]
        gains = np.zeros((1 if coarse else size, size), dtype=object)
        for s, p in probabilities.items():
            weight = p.numerator * (common // p.denominator)
            others: tuple[Any, ...] = (*s[:player], slice(None), *s[player + 1 :])
            alternatives = payoffs.numerators[others].astype(object)
            gains[0 if coarse else s[player]] += weight * (alternatives - alternatives[s[player]])
        largest = max(largest, Fraction(int(gains.max()), common * payoffs.denominator))
    return largest


def _distribution_failures(
    game: NormalFormGame, distribution: Distribution, exact: bool
) -> list[str]:
    for s, p in distribution.items():
        within = len(s) == game.num_players and all(
            0 <= action < size for action, size in zip(s, game.shape, strict=True)
        )
        if not within:
            return [f"the profile {s} is none of the game's"]
        if exact and not isinstance(p, Fraction | int):
            return [f"the probability of {s} is no exact number"]
        if not (math.isfinite(p) and p >= 0):
            return [f"the probability of {s} is {p}"]
    total = sum((Fraction(p) for p in distribution.values()), Fraction(0))
    if abs(total - 1) > (0 if exact else Fraction(FLOAT_TOLERANCE)):
        return [f"the probabilities sum to {float(total):.12g}"]
    return []


def _payoff_failures(
    game: NormalFormGame, equilibrium: CorrelatedEquilibrium, slack: Fraction
) -> list[str]:
    failed = []
    for player, payoffs in enumerate(game.payoffs):
        total = Fraction(0)
        for s, p in equilibrium.distribution.items():
            total += Fraction(p) * int(payoffs.numerators[s])
        claimed = equilibrium.payoffs[player]
        if abs(total / payoffs.denominator - Fraction(claimed)) > slack:
            failed.append(f"the payoff of player {player} is not {claimed}")
    return failed


def _value_failures(equilibrium: CorrelatedEquilibrium, slack: Fraction) -> list[str]:
    objective = equilibrium.certificate.evidence.get("objective")
    value = equilibrium.value
    payoffs = [Fraction(p) for p in equilibrium.payoffs]
    if objective is None:
        return [] if value is None else ["a value is given but no objective"]
    if value is None:
        return [f"no value of the objective {objective!r} is given"]
    if objective == "welfare":
        true = sum(payoffs, Fraction(0))
    elif objective == "fairness":
        true = min(payoffs)
    elif objective == "gini":
        true = 1 - _squares(equilibrium)
    else:
        true = payoffs[_player(objective)]
    if abs(true - Fraction(value)) > slack:
        return [f"the objective {objective!r} is not {value}"]
    return []


def _bound_failures(
    game: NormalFormGame, equilibrium: CorrelatedEquilibrium, coarse: bool
) -> list[str]:
    evidence = equilibrium.certificate.evidence
    bound = Fraction(evidence["bound"])
    weights = [Fraction(w) for w in evidence["weights"]]
    given = evidence["multipliers"]  # a mapping, or the list of pairs that JSON has for one
    pairs = given.items() if isinstance(given, Mapping) else given
    multipliers = {tuple(key): Fraction(m) for key, m in pairs}
    failed = _weight_failures(game, evidence["objective"], weights)
    if any(len(key) != (2 if coarse else 3) for key in multipliers):
        failed.append("a multiplier of the dual proof belongs to no deviation of this kind")
    if bound != equilibrium.value:
        failed.append(f"the bound {bound} is not the value {equilibrium.value}")
    if any(m < 0 for m in multipliers.values()):
        failed.append("a multiplier of the dual proof is negative")
    if failed:
        return failed
    scale = math.lcm(
        bound.denominator,
        *(w.denominator * t.denominator for w, t in zip(weights, game.payoffs, strict=True)),
        *(m.denominator * game.payoffs[key[0]].denominator for key, m in multipliers.items()),
    )
    totals = np.zeros(game.shape, dtype=object)
    if evidence["objective"] == "gini":
        scale = math.lcm(scale, *(Fraction(p).denominator for p in _probabilities(equilibrium)))
        scale = math.lcm(scale, _squares(equilibrium).denominator)
        totals += int((1 + _squares(equilibrium)) * scale)
        for s, p in equilibrium.distribution.items():
            totals[s] -= int(2 * Fraction(p) * scale)
    for weight, tensor in zip(weights, game.payoffs, strict=True):
        if weight:
            factor = int(weight * scale / tensor.denominator)
            totals += tensor.numerators.astype(object) * factor
    for player in range(game.num_players):
        own = {key[1:]: m for key, m in multipliers.items() if key[0] == player}
        if own:
            totals += _deviation_terms(game, player, own, scale)
    excess = int(totals.max()) - int(bound * scale)
    if excess > 0:
        failed.append(f"a profile exceeds the dual bound by {float(Fraction(excess, scale)):.6g}")
    return failed


def _deviation_terms(
    game: NormalFormGame,
    player: int,
    multipliers: Mapping[tuple[int, ...], Fraction],
    scale: int,
) -> NDArray[Any]:
    """The sum of multiplier * (u_k(s) - u_k(b, s_-k)) * scale at every profile s.

    Keys are (recommended action, deviation), or (deviation,) where it applies to every action.
    """
    tensor = game.payoffs[player]
    payoffs = np.moveaxis(tensor.numerators, player, 0).astype(object)
    sums = np.zeros(payoffs.shape, dtype=object)
    for key, multiplier in multipliers.items():
        factor = int(multiplier * scale / tensor.denominator)
        where = slice(None) if len(key) == 1 else key[0]
        sums[where] += factor * (payoffs[where] - payoffs[key[-1]])
    return np.moveaxis(sums, 0, player)


def _weight_failures(
    game: NormalFormGame, objective: str | None, weights: list[Fraction]
) -> list[str]:
    players = range(game.num_players)
    if len(weights) != game.num_players:
        return [f"{len(weights)} weights for {game.num_players} players"]
    if objective == "fairness":
        fine = min(weights) >= 0 and sum(weights) == 1
    elif objective == "welfare":
        fine = all(w == 1 for w in weights)
    elif objective == "gini":
        fine = not any(weights)
    else:
        fine = objective is not None and weights == [int(k == _player(objective)) for k in players]
    return [] if fine else [f"the weights {weights} do not belong to the objective {objective!r}"]


def _player(objective: str) -> int:
    return int(objective.partition(":")[2])


def _probabilities(equilibrium: CorrelatedEquilibrium) -> list[Fraction]:
    return [Fraction(p) for p in equilibrium.distribution.values()]


def _squares(equilibrium: CorrelatedEquilibrium) -> Fraction:
    return sum((p * p for p in _probabilities(equilibrium)), Fraction(0))


def _range(game: NormalFormGame) -> Fraction:
    """The largest difference between two payoffs of one player, at least one's smallest unit."""
    spreads = []
    for tensor in game.payoffs:
        numerators = tensor.numerators
        spread = int(numerators.max()) - int(numerators.min())
        spreads.append(Fraction(max(spread, 1), tensor.denominator))
    return max(spreads)
