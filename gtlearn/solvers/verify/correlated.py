"""Correlated equilibria re-checked from the payoffs alone, in exact integers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame
from gtlearn.games.numbers import Number, nearest_double
from gtlearn.solvers.outcomes import RATIONAL, CorrelatedEquilibrium
from gtlearn.solvers.verify.form import in_words, index, items, number, pairs, require_form, text

FLOAT_TOLERANCE = 1e-7  # of the range of payoffs, which an equilibrium in floats may miss

_Profile = tuple[int, ...]
_Distribution = Mapping[_Profile, Number]


def violations(game: NormalFormGame, equilibrium: CorrelatedEquilibrium) -> list[str]:
    """The statements of a certificate that are false; an empty list means that it holds.

    What is not of the form of an equilibrium of this game is a false statement too.

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
    >>> from gtlearn.solvers._correlated import correlated
    >>> chicken = games.normal_form([[6, 2], [7, 0]], [[6, 7], [2, 0]])
    >>> violations(chicken, correlated(chicken)[0])
    []
    """
    try:
        return _violations(game, equilibrium)
    except InputError as error:  # of the wrong form
        return [str(error)]


def _violations(game: NormalFormGame, equilibrium: CorrelatedEquilibrium) -> list[str]:
    require_form(game, equilibrium)
    evidence = equilibrium.certificate.evidence
    exact = equilibrium.certificate.arithmetic == RATIONAL
    failed = _distribution_failures(equilibrium.distribution, exact)
    if failed:
        return failed
    coarse = equilibrium.certificate.kind == "coarse-correlated"
    slack = Fraction(0) if exact else Fraction(FLOAT_TOLERANCE) * payoff_range(game)
    gain = largest_gain(game, equilibrium.distribution, coarse=coarse)
    if gain > slack:
        failed.append(f"a player gains {text(gain)} by deviating")
    if "gain" in evidence:
        stated = number(evidence["gain"], "the gain")
        if stated != gain if exact else nearest_double(stated) != nearest_double(gain):
            failed.append(f"the largest gain of a deviation is {text(gain)}, not {text(stated)}")
    if "tolerance" in evidence and (exact or evidence["tolerance"] != FLOAT_TOLERANCE):
        failed.append(f"the tolerance is {0 if exact else FLOAT_TOLERANCE}, not as stated")
    if not exact:
        slack += _rounding(game, equilibrium)
    failed += _payoff_failures(game, equilibrium, slack)
    failed += _value_failures(game, equilibrium, slack)
    if any(name in evidence for name in ("bound", "weights", "multipliers")):
        failed += _bound_failures(game, equilibrium, coarse)
    return failed


def largest_gain(game: NormalFormGame, distribution: _Distribution, *, coarse: bool) -> Fraction:
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


def _distribution_failures(distribution: _Distribution, exact: bool) -> list[str]:
    for s, p in distribution.items():
        if p < 0:
            return [f"the probability of {s} is {text(p)}"]
    total = sum((Fraction(p) for p in distribution.values()), Fraction(0))
    if abs(total - 1) > (0 if exact else Fraction(FLOAT_TOLERANCE)):
        return [f"the probabilities sum to {text(total)}"]
    return []


def _rounding(game: NormalFormGame, equilibrium: CorrelatedEquilibrium) -> Fraction:
    """How far off payoffs that were rounded to doubles, and a sum of them, are at most."""
    largest = nearest_double(max(abs(Fraction(payoff)) for payoff in equilibrium.payoffs))
    if math.isinf(largest):  # no float that was rounded
        return Fraction(0)
    return (game.num_players + 1) * Fraction(math.ulp(largest))


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
            failed.append(f"the payoff of player {player} is not {text(claimed)}")
    return failed


def _value_failures(
    game: NormalFormGame, equilibrium: CorrelatedEquilibrium, slack: Fraction
) -> list[str]:
    objective = equilibrium.certificate.evidence.get("objective")
    value = equilibrium.value
    payoffs = [Fraction(p) for p in equilibrium.payoffs]
    if objective is None:
        return [] if value is None else ["a value is given but no objective"]
    if value is None:
        return [f"no value of the objective {in_words(objective)} is given"]
    if objective == "welfare":
        true = sum(payoffs, Fraction(0))
    elif objective == "fairness":
        true = min(payoffs)
    elif objective == "gini":
        true = 1 - _squares(equilibrium)
    else:
        player = _player(game, objective)
        if player is None:
            return [f"{in_words(objective)} is no objective"]
        true = payoffs[player]
    if abs(true - Fraction(value)) > slack:
        return [f"the objective {in_words(objective)} is not {text(value)}"]
    return []


def _bound_failures(
    game: NormalFormGame, equilibrium: CorrelatedEquilibrium, coarse: bool
) -> list[str]:
    evidence = equilibrium.certificate.evidence
    absent = [
        name for name in ("objective", "bound", "weights", "multipliers") if name not in evidence
    ]
    if absent:
        return [f"the certificate does not say {' and '.join(absent)}"]
    bound = number(evidence["bound"], "the bound")
    weights = [number(w, "the weights") for w in items(evidence["weights"], "the weights")]
    multipliers = {
        _deviation(game, key, coarse): number(m, "the multipliers")
        for key, m in pairs(evidence["multipliers"], "the multipliers")
    }
    failed = _weight_failures(game, evidence["objective"], weights)
    if bound != equilibrium.value:
        failed.append("the bound is not the value")
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
        failed.append(f"a profile exceeds the dual bound by {text(Fraction(excess, scale))}")
    return failed


def _deviation(game: NormalFormGame, key: Any, coarse: bool) -> tuple[int, ...]:
    """The player, the recommended action (unless coarse) and the deviation.

    Raises:
        InputError: if it is no deviation of this kind.
    """
    what = "the deviation of a multiplier"
    if len(items(key, what)) != (2 if coarse else 3):
        raise InputError(f"{what} is not of this kind")
    player = index(key[0], game.num_players, what)
    return (player, *(index(action, game.shape[player], what) for action in key[1:]))


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


def _weight_failures(game: NormalFormGame, objective: Any, weights: list[Fraction]) -> list[str]:
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
        player = _player(game, objective)
        fine = player is not None and weights == [int(k == player) for k in players]
    return [] if fine else [f"the weights do not belong to the objective {in_words(objective)}"]


def _player(game: NormalFormGame, objective: Any) -> int | None:
    """The player K whose payoff the objective "player:K" is; None where it is none of these."""
    return next((k for k in range(game.num_players) if objective == f"player:{k}"), None)


def _probabilities(equilibrium: CorrelatedEquilibrium) -> list[Fraction]:
    return [Fraction(p) for p in equilibrium.distribution.values()]


def _squares(equilibrium: CorrelatedEquilibrium) -> Fraction:
    return sum((p * p for p in _probabilities(equilibrium)), Fraction(0))


def payoff_range(game: NormalFormGame) -> Fraction:
    """The largest difference between two payoffs of one player, at least one's smallest unit."""
    spreads = []
    for tensor in game.payoffs:
        numerators = tensor.numerators
        spread = int(numerators.max()) - int(numerators.min())
        spreads.append(Fraction(max(spread, 1), tensor.denominator))
    return max(spreads)
