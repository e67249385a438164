"""Whether supports hold infinitely many equilibria, and what is said of these is true."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame
from gtlearn.solvers.outcomes import Continuum
from gtlearn.solvers.verify.claim import Claim
from gtlearn.solvers.verify.form import index, items
from gtlearn.solvers.verify.nash import regrets
from gtlearn.solvers.verify.report import Statement, Unproven
from gtlearn.solvers.verify.support_polytopes import Support


def continuum_statements(game: NormalFormGame, claim: Claim) -> list[Statement]:
    """The statements about each continuum, and that the list is not all there is."""
    out = []
    for k, continuum in enumerate(claim.continua or ()):
        place = f"continuum {k}"
        infinite = partial(_segment_failures, game, continuum)
        out.append(Statement("that there are infinitely many equilibria on it", infinite, place))
        if continuum.within is not None:
            whole = partial(_within_failures, game, continuum)
            out.append(Statement("the mixtures of which they are", whole, place))
        elif continuum.conditions:
            out.append(Statement("the conditions", lambda: ["they are of no mixtures"], place))
    if claim.continua and claim.complete:
        failed = ["the list is said to be complete, though there are infinitely many equilibria"]
        out.append(Statement("the continua", lambda: failed))
    return out


def supports_of(game: NormalFormGame, stated: Any) -> tuple[tuple[int, ...], ...]:
    """Supports that are stated.

    Raises:
        InputError: if they are none of the game.
    """
    pairs = zip(items(stated, "supports"), game.shape, strict=True)
    out = tuple(
        tuple(index(a, size, "an action of a support") for a in items(own, "a support"))
        for own, size in pairs
    )
    if any(not own or list(own) != sorted(set(own)) for own in out):
        raise InputError("a support is not a list of actions in their order, each once")
    return out


def _segment_failures(game: NormalFormGame, continuum: Continuum) -> list[str]:
    """Two equilibria with the same supports that differ in one player's strategy: all between them
    are equilibria, since regrets are convex in it, and nowhere less than 0."""
    supports = supports_of(game, continuum.supports)
    first, second = continuum.segment
    for profile in (first, second):
        if any(regrets(game, profile)):
            return ["an end of the segment is no equilibrium"]
        if any(
            tuple(a for a, p in enumerate(strategy) if Fraction(p)) != own
            for strategy, own in zip(profile, supports, strict=True)
        ):
            return ["an end of the segment plays other actions"]
    differ = sum(tuple(x) != tuple(y) for x, y in zip(first, second, strict=True))
    return [] if differ == 1 else ["the ends of the segment do not differ in one strategy"]


def _within_failures(game: NormalFormGame, continuum: Continuum) -> list[str]:
    """Whether the mixtures or the conditions are not those of the support.

    Raises:
        Unproven: if they are not seen to be.
    """
    support = Support(game, supports_of(game, continuum.supports))
    pieces = support.pieces()
    if len(pieces) != 1 or pieces[0].is_one:
        raise Unproven("the equilibria on the support are no single piece")
    (piece,) = pieces
    own = dict(zip(support.pair, (piece.left.vertices, piece.right.vertices), strict=True))
    stated = [_exact(own) for own in items(continuum.within, "the mixtures")]
    if len(stated) != game.num_players:
        raise InputError("the mixtures of a continuum are not one list a player")
    for player, given in enumerate(stated):
        true = [support.strategy(player, v) for v in own.get(player, [(Fraction(1),)])]
        if len(given) != len(true) or set(given) != set(true):
            return [f"the extreme strategies of {game.players[player]} are others"]
    said = {(c.player, c.action): c.losses for c in continuum.conditions}
    if len(said) != len(continuum.conditions) or said.keys() != piece.tight.keys():
        return ["the conditions are not those that matter there"]
    x, y = (
        np.array([[v[a] for a in support.supports[k]] for v in stated[k]], dtype=object)
        for k in support.pair
    )
    for (player, action), losses in said.items():
        unit = Fraction(game.payoffs[player].denominator)
        true_losses = (x @ piece.tight[player, action] @ y.T / unit).tolist()
        if [list(map(Fraction, items(row, "losses"))) for row in losses] != true_losses:
            return ["what a player loses in a condition is not so"]
    return []


def _exact(strategies: Any) -> tuple[tuple[Fraction, ...], ...]:
    return tuple(
        tuple(map(Fraction, items(s, "a strategy"))) for s in items(strategies, "mixtures")
    )
