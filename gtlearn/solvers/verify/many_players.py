"""Lists of equilibria of more than two players: indices, and supports that are open."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

from flint import arb, arb_mat, ctx, fmpq

from gtlearn.games import NormalFormGame
from gtlearn.solvers.enclosures import Enclosure
from gtlearn.solvers.outcomes import NashEquilibrium
from gtlearn.solvers.verify.claim import Claim
from gtlearn.solvers.verify.form import index, items
from gtlearn.solvers.verify.report import Unproven

_BITS = 256  # of the balls that a determinant is computed in


def index_failures(game: NormalFormGame, equilibrium: NashEquilibrium) -> list[str]:
    """Whether the index is not the sign of the determinant of minus the derivatives of what each
    player earns by the actions that it plays beyond the first (Ritzberger 1994, Definition 2).

    Raises:
        Unproven: if the sign is not seen, or an action that is not played earns as much.
    """
    with ctx.workprec(_BITS):
        true = _sign(game, equilibrium)
    said = equilibrium.index
    return [] if true == said else [f"the index is {true:+d}, not {said}"]


def _sign(game: NormalFormGame, equilibrium: NashEquilibrium) -> int:
    strategies = [list(map(_ball, s)) for s in equilibrium.strategies]
    supports = [
        [a for a, p in enumerate(s) if isinstance(p, Enclosure) or p]
        for s in equilibrium.strategies
    ]
    unknowns = [(k, a) for k, own in enumerate(supports) for a in own[1:]]
    for player, size in enumerate(game.shape):
        earned = _worth(game, player, supports[player][0], strategies, supports, {})
        for action in range(size):
            if action not in supports[player]:
                beyond = _worth(game, player, action, strategies, supports, {})
                if not earned > beyond:
                    raise Unproven("an action that is not played earns as much as those that are")
    if not unknowns:
        return 1
    slopes = arb_mat(len(unknowns), len(unknowns))
    for row, (player, action) in enumerate(unknowns):
        first = supports[player][0]
        for column, (other, played_by_other) in enumerate(unknowns):
            if other != player:
                total = arb(0)
                for mine, sign in ((action, 1), (first, -1)):
                    for theirs, way in ((played_by_other, 1), (supports[other][0], -1)):
                        fixed = {other: theirs}
                        worth = _worth(game, player, mine, strategies, supports, fixed)
                        total += sign * way * worth
                slopes[row, column] = -total
    determinant = slopes.det()
    if determinant.contains(0):
        raise Unproven("whether the equilibrium is regular is not seen")
    return 1 if determinant > 0 else -1


def _ball(value: Any) -> arb:
    if isinstance(value, Enclosure):
        low, high = (arb(fmpq(v.numerator, v.denominator)) for v in (value.lower, value.upper))
        return low.union(high)
    exact = Fraction(value)
    return arb(fmpq(exact.numerator, exact.denominator))


def _worth(
    game: NormalFormGame,
    player: int,
    action: int,
    strategies: list[list[arb]],
    supports: list[list[int]],
    fixed: dict[int, int],
) -> arb:
    """What an action earns, where some of the others play single actions."""
    choices = [
        [action] if k == player else [fixed[k]] if k in fixed else own
        for k, own in enumerate(supports)
    ]
    total = arb(0)
    for profile in product(*choices):
        weight = arb(int(game.payoffs[player].numerators[profile]))
        for k, own in enumerate(profile):
            if k != player and k not in fixed:
                weight *= strategies[k][own]
        total += weight
    return total


def open_failures(game: NormalFormGame, claim: Claim) -> list[str]:
    """Whether open supports are none of the game, or stand beside a complete list."""
    for supports in items(claim.open_supports, "the open supports"):
        pairs = zip(items(supports, "open supports"), game.shape, strict=True)
        for own, size in pairs:
            for action in items(own, "an open support"):
                index(action, size, "an action of an open support")
    if claim.complete and claim.open_supports:
        return ["the list is said to be complete, though supports are open"]
    return []
