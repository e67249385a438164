"""Turns strategies into certified equilibria: nothing is called exact that was not verified."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from gtlearn.games import NormalFormGame
from gtlearn.solvers.solution import RATIONAL, Certificate, NashEquilibrium, Strategy
from gtlearn.solvers.verify.nash import regrets_and_payoffs


def certified(
    game: NormalFormGame, strategies: Sequence[Strategy], index: int | None = None
) -> NashEquilibrium | None:
    """The equilibrium with its certificate, or None where a regret is not exactly zero."""
    losses, payoffs = regrets_and_payoffs(game, strategies)
    if any(losses):
        return None
    certificate = Certificate("nash", RATIONAL, True, {"regrets": losses})
    return NashEquilibrium(tuple(strategies), payoffs, certificate, index)


def from_support(size: int, support: Sequence[int], weights: Sequence[int], total: int) -> Strategy:
    """A strategy with probability `weights[k] / total` on `support[k]`, zero elsewhere."""
    zero = Fraction(0)
    vector = [zero] * size
    for action, weight in zip(support, weights, strict=True):
        vector[action] = Fraction(weight, total)
    return tuple(vector)
