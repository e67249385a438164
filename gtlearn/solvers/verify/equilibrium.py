"""Nash equilibria re-checked from the payoffs alone; and whether an optimal strategy of a zero-sum
game is the only one."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame
from gtlearn.games.numbers import nearest_double
from gtlearn.solvers.outcomes import ENCLOSURE, RATIONAL, NashEquilibrium
from gtlearn.solvers.verify.bimatrix import Bimatrix, Pair, full_rank, integers, support
from gtlearn.solvers.verify.correlated import FLOAT_TOLERANCE, payoff_range
from gtlearn.solvers.verify.enclosure import enclosure_failures
from gtlearn.solvers.verify.form import ROUNDING, items, number, require_form, text
from gtlearn.solvers.verify.listing import Listing
from gtlearn.solvers.verify.nash import regrets_and_payoffs
from gtlearn.solvers.verify.polytopes import extreme_rays
from gtlearn.solvers.verify.report import Unproven

_MAX_ENTRIES = 20_000  # of a system whose solutions are all looked for


def nash(game: NormalFormGame, equilibrium: NashEquilibrium) -> tuple[str, ...]:
    """The statements of a Nash equilibrium that do not hold; empty where all of them hold.

    An exact one must have regret zero, say so, and have the payoffs that it states. One in floats
    must have the regrets and payoffs that it states, once its strategies are renormalised exactly,
    up to a float's rounding, and no regret above `FLOAT_TOLERANCE` of the range of payoffs. One in
    a box must be proven to be there (`enclosure`). A stated "value" must be what the first of the
    two who choose earns in a zero-sum game. What is not of the form of an equilibrium of this game
    is a false statement too.
    """
    try:
        return _nash(game, equilibrium)
    except InputError as error:  # of the wrong form
        return (str(error),)


def _nash(game: NormalFormGame, equilibrium: NashEquilibrium) -> tuple[str, ...]:
    if getattr(equilibrium.certificate, "arithmetic", None) == ENCLOSURE:
        return tuple(enclosure_failures(game, equilibrium))
    require_form(game, equilibrium)
    exact = equilibrium.certificate.arithmetic == RATIONAL
    strategies = [[Fraction(p) for p in strategy] for strategy in equilibrium.strategies]
    if not exact:
        totals = [sum(strategy, Fraction(0)) for strategy in strategies]
        if any(abs(total - 1) > ROUNDING for total in totals):
            return ("a strategy does not sum to one",)
        strategies = [
            [p / total for p in strategy]
            for strategy, total in zip(strategies, totals, strict=True)
        ]
    losses, payoffs = regrets_and_payoffs(game, strategies)
    evidence = equilibrium.certificate.evidence
    stated = [number(r, "a regret") for r in items(evidence.get("regrets", ()), "the regrets")]
    if len(stated) != game.num_players:
        return ("the certificate does not say the regret of each player",)
    most = Fraction(FLOAT_TOLERANCE) * payoff_range(game)
    failed = []
    for player, loss, claim in zip(game.players, losses, stated, strict=True):
        if exact and loss != 0:
            failed.append(f"the regret of {player!r} is {text(loss)}")
        elif loss > most:
            failed.append(f"the regret of {player!r} is {text(loss)}, which no rounding explains")
        elif not _same(loss, claim, exact):
            failed.append(f"the regret of {player!r} is {text(loss)}, not {text(claim)}")
    for player, payoff, earned in zip(game.players, payoffs, equilibrium.payoffs, strict=True):
        if not _same(payoff, Fraction(earned), exact):
            failed.append(f"the payoff of {player!r} is {text(payoff)}, not {text(earned)}")
    if "value" in evidence:
        value = number(evidence["value"], "the value")
        bimatrix = _zero_sum(game)
        if bimatrix is None or not _same(payoffs[bimatrix.players[0]], value, exact):
            failed.append(f"the value of the game is not {text(value)}")
    return tuple(failed)


def _same(true: Fraction, stated: Fraction, exact: bool) -> bool:
    return true == stated if exact else nearest_double(true) == nearest_double(stated)


def uniqueness_failures(listing: Listing, equilibrium: NashEquilibrium) -> list[str]:
    """Whether the evidence "unique" says something false of a player's optimal strategy.

    Raises:
        InputError: if it is not one truth value for each of the two players of a zero-sum game.
        Unproven: if it cannot be decided here.
    """
    if _zero_sum(listing.game) is None:
        raise InputError('"unique" is stated, which is said of zero-sum games only')
    game = listing.two_sided()
    stated = items(equilibrium.certificate.evidence["unique"], "unique")
    if len(stated) != 2 or any(type(word) is not bool for word in stated):
        raise InputError('"unique" is not one truth value for each player')
    pair = listing.exact(equilibrium)
    failed = []
    for k, said in enumerate(stated):
        if is_only(game, pair, k) is not said:
            player = listing.game.players[game.players[k]]
            other = "not the only one" if said else "the only one"
            failed.append(f"the optimal strategy of {player!r} is {other}")
    return failed


def _zero_sum(game: NormalFormGame) -> Bimatrix | None:
    """The game of the two who choose, None unless their payoffs add up to a constant."""
    bimatrix = Bimatrix.of(game)
    return bimatrix if bimatrix and is_constant_sum(game, bimatrix.players) else None


def is_constant_sum(game: NormalFormGame, players: tuple[int, int]) -> bool:
    """Whether the payoffs of two players add up to the same number at every profile."""
    one, two = (game.payoffs[player] for player in players)
    total = (
        one.numerators.astype(object) * two.denominator
        + two.numerators.astype(object) * one.denominator
    )
    return bool(np.all(total == total.flat[0]))


def is_only(game: Bimatrix, pair: Pair, player: int) -> bool:
    """Whether one player's strategy of an equilibrium of a zero-sum game is its only optimal one.

    Every optimal strategy plays only best responses to the other player's optimal strategy and
    leaves that player's played actions equally good. So another one differs in a direction d that
    sums to zero, keeps the played actions of the other player equally good, is nonnegative where
    this one is zero, and helps no best response of the other player. Such directions are a cone.

    Raises:
        Unproven: if the cone is too large to look for.

    >>> from gtlearn import games, solvers
    >>> game = games.load("rock_paper_scissors")
    >>> is_only(Bimatrix.of(game), solvers.solve(game)[0].strategies, 0)
    True
    """
    best = game.best(pair)
    own, other = pair[player], pair[1 - player]
    payoffs = game.columns if player == 0 else game.rows.T  # the other's, a row an own action
    rows, played = best[player], support(other)
    block = payoffs[np.ix_(rows, played)]
    equal = np.hstack([block, np.ones((len(block), 1), dtype=block.dtype)])
    if full_rank(equal):
        return True
    if equal.size > _MAX_ENTRIES:
        raise Unproven("the strategy is too degenerate to see that here")
    basis = _null_space(equal.T)
    idle = [k for k, action in enumerate(rows) if own[action] == 0]
    unplayed = [j for j in best[1 - player] if j not in set(played)]
    signs = np.vstack([basis[idle], -payoffs[np.ix_(rows, unplayed)].T.astype(object) @ basis])
    return not _has_a_ray(signs)


def _null_space(matrix: NDArray[Any]) -> NDArray[Any]:
    """Columns of integers that span the solutions of matrix d = 0."""
    basis, nullity = integers(matrix).nullspace()
    rows = [[int(basis[i, j]) for j in range(nullity)] for i in range(matrix.shape[1])]
    return np.array(rows, dtype=object).reshape(matrix.shape[1], nullity)


def _has_a_ray(inequalities: NDArray[Any]) -> bool:
    """Whether some u other than zero has inequalities u >= 0.

    Where the inequalities leave no line, some of them are coordinates of the space: in these the
    cone lies in the nonnegative orthant.
    """
    size = inequalities.shape[1]
    coordinates = _independent_rows(inequalities)
    if len(coordinates) < size:
        return True
    square = flint.fmpq_mat(integers(inequalities[coordinates]))
    others = [k for k in range(len(inequalities)) if k not in set(coordinates)]
    if not others:
        return True
    rest = flint.fmpq_mat(integers(inequalities[others])) * square.inv()
    rows = [_integers([rest[k, j] for j in range(size)]) for k in range(len(others))]
    return bool(extreme_rays(size, rows))


def _independent_rows(matrix: NDArray[Any]) -> list[int]:
    """The first rows that span all others."""
    reduced, _, rank = integers(matrix.T).rref()
    columns = range(matrix.shape[0])
    return [next(j for j in columns if reduced[k, j] != 0) for k in range(rank)]


def _integers(values: Sequence[Any]) -> list[int]:
    common = flint.fmpz(1)
    for value in values:
        common = common.lcm(value.q)
    return [int(value.p * (common // value.q)) for value in values]
