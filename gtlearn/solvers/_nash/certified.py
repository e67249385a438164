"""Turns strategies into certified equilibria: nothing is called exact that was not verified."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from gtlearn import child, limits
from gtlearn.errors import CertificateError, InputError, option
from gtlearn.games import NormalFormGame
from gtlearn.solvers._linear.cost import product_seconds, python_seconds
from gtlearn.solvers.outcomes import RATIONAL, Certificate, NashEquilibrium, Strategy
from gtlearn.solvers.verify.nash import regrets_and_payoffs


def certified(game: NormalFormGame, strategies: Sequence[Strategy]) -> NashEquilibrium | None:
    """The equilibrium with its certificate, or None where a regret is not exactly zero.

    Raises:
        LimitReached: at a limit.
    """
    seconds = _checking_seconds(game, strategies)
    losses, payoffs = child.bounded(regrets_and_payoffs, game, strategies, seconds=seconds)
    if any(losses):
        return None
    certificate = Certificate("nash", RATIONAL, True, {"regrets": losses})
    return NashEquilibrium(tuple(strategies), payoffs, certificate)


def certain(game: NormalFormGame, strategies: Sequence[Strategy]) -> NashEquilibrium:
    """The same for strategies that are an equilibrium.

    Raises:
        CertificateError: if they are none, by an error of gtlearn.
        LimitReached: at a limit.
    """
    equilibrium = certified(game, strategies)
    if equilibrium is None:
        raise CertificateError(
            f"an equilibrium of {game.name!r} failed exact verification; please report it"
        )
    return equilibrium


def require_two_players(game: NormalFormGame) -> None:
    """Checks that a game has two players.

    Raises:
        InputError: if it has more.
    """
    if game.num_players != 2:
        raise InputError(
            f"game {game.name!r} has {game.num_players} players and exact Nash equilibria are "
            "computed where two of them have a choice; use "
            f"{option('concept', 'correlated')} for more, or {option('method', 'pure')}"
        )


def from_support(size: int, support: Sequence[int], weights: Sequence[int], total: int) -> Strategy:
    """A strategy with probability `weights[k] / total` on `support[k]`, zero elsewhere."""
    zero = Fraction(0)
    vector = [zero] * size
    for action, weight in zip(support, weights, strict=True):
        vector[action] = Fraction(weight, total)
    return tuple(vector)


def checking_seconds(game: NormalFormGame, actions: int, bits: int) -> float:
    """About how long it takes to check a profile.

    Args:
        game: the game.
        actions: how many actions are played, by both players together.
        bits: of the denominators of the probabilities.
    """
    used = sum(game.shape) * actions
    payoffs = max(tensor.bits for tensor in game.payoffs)
    return python_seconds(8 * actions, bits) + product_seconds(used, payoffs, bits)


def _checking_seconds(game: NormalFormGame, strategies: Sequence[Strategy]) -> float:
    if limits.patience() == math.inf:
        return 0.0
    played = [Fraction(p) for strategy in strategies for p in strategy if p]
    return checking_seconds(game, len(played), max(p.denominator.bit_length() for p in played))
