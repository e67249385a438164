"""Nash equilibria re-checked from the payoffs alone."""

from __future__ import annotations

from fractions import Fraction

from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame
from gtlearn.games.numbers import nearest_double
from gtlearn.solvers.outcomes import ENCLOSURE, RATIONAL, NashEquilibrium
from gtlearn.solvers.verify.bimatrix import Bimatrix
from gtlearn.solvers.verify.correlated import FLOAT_TOLERANCE, payoff_range
from gtlearn.solvers.verify.enclosure import enclosure_failures
from gtlearn.solvers.verify.form import ROUNDING, items, number, require_form, text
from gtlearn.solvers.verify.listing import Listing
from gtlearn.solvers.verify.nash import regrets_and_payoffs
from gtlearn.solvers.verify.zero_sum import is_constant_sum, is_only


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
    for side, said in enumerate(stated):
        if is_only(game, pair, side) is not said:
            player = listing.game.players[game.players[side]]
            other = "not the only one" if said else "the only one"
            failed.append(f"the optimal strategy of {player!r} is {other}")
    return failed


def _zero_sum(game: NormalFormGame) -> Bimatrix | None:
    """The game of the two who choose, None unless their payoffs add up to a constant."""
    bimatrix = Bimatrix.of(game)
    return bimatrix if bimatrix and is_constant_sum(game, bimatrix.players) else None
