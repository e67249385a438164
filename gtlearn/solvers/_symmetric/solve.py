"""All symmetric equilibria of a symmetric game of two actions, proven."""

from __future__ import annotations

import time
from fractions import Fraction
from math import comb

from flint import fmpz_poly

from gtlearn.errors import CertificateError, InputError, option
from gtlearn.games import SymmetricGame
from gtlearn.limits import OK, LimitReached
from gtlearn.progress import Progress, heard_by, tell
from gtlearn.solvers._symmetric.roots import probabilities
from gtlearn.solvers.enclosures import Enclosure, Real
from gtlearn.solvers.evidence import NashEvidence, SymmetricEvidence
from gtlearn.solvers.outcomes import ENCLOSURE, RATIONAL, Certificate, NashEquilibrium, weakest
from gtlearn.solvers.solution import Solution
from gtlearn.solvers.verify.symmetric import (
    earnings,
    equilibrium_failures,
    missing_failures,
    payoff_box,
)

_METHOD = "roots of a Bernstein polynomial"
_MAX_PLAYERS = 1000
_CONTINUUM = "both actions always earn the same, so that every strategy is a symmetric equilibrium"


def solve_symmetric(
    game: SymmetricGame,
    *,
    find: str = "one",
    symmetric_equilibria: bool = False,
    progress: Progress | None = None,
) -> Solution:
    """All equilibria in which all players play the same strategy, or one of them.

    Where each other player takes the second action with probability p, this earns more than the
    first by the sum of d_k C(n-1, k) p^k (1-p)^(n-1-k), d_k being what it earns more where k others
    take it: a polynomial in Bernstein form, whose roots are the mixed equilibria. The pure ones are
    at its ends, where it is not positive, or not negative. There is always one (Nash 1951).

    Args:
        game: of two actions.
        find: "one", unless all symmetric ones are asked for.
        symmetric_equilibria: whether all of them are asked for.
        progress: called with what is done.

    Raises:
        InputError: if there are other than two actions, too many players, or all equilibria are
            asked for.
    """
    if find == "all" and not symmetric_equilibria:
        raise InputError(
            f"{game.name!r} is given by counts of actions, of which only symmetric equilibria are "
            f"found; ask for {option('symmetric_equilibria')}, or write it as .nfg and solve that"
        )
    if len(game.actions) != 2:
        raise InputError(
            f"{game.name!r} has {len(game.actions)} actions; symmetric equilibria are found for two"
        )
    if game.num_players > _MAX_PLAYERS:
        raise InputError(
            f"{game.name!r} has {game.num_players} players; symmetric equilibria are found for at "
            f"most {_MAX_PLAYERS}"
        )
    start, notes = time.monotonic(), [game.number_note] if game.number_note else []
    equilibria: list[NashEquilibrium] = []
    status, gains = OK, _gains(game)
    with heard_by(progress):
        try:
            tell(None, _METHOD)
            for probability in _all(gains):
                equilibria.append(_equilibrium(game, probability))
        except LimitReached as reached:
            status = reached.status
            notes.append(f"{reached}: not all symmetric equilibria were found; {reached.more}")
    same_everywhere = not any(gains)
    complete = symmetric_equilibria and not same_everywhere and status == OK
    if same_everywhere:
        notes.append(_CONTINUUM)
    if not symmetric_equilibria:
        equilibria = equilibria[:1]
    elif complete and missing_failures(game, equilibria):
        raise CertificateError(
            f"the symmetric equilibria of {game.name!r} failed verification; please report it"
        )
    return Solution(
        game=game,
        concept="nash",
        method=_METHOD,
        solutions=tuple(equilibria),
        status=status,
        complete=complete,
        arithmetic=weakest(e.certificate.arithmetic for e in equilibria),
        seconds=time.monotonic() - start,
        open_supports=(((0, 1),),) if symmetric_equilibria and same_everywhere else None,
        notes=tuple(notes),
    )


def _gains(game: SymmetricGame) -> list[int]:
    """What the second action earns more than the first, by how many others take it, scaled."""
    first, second = game.payoffs.numerators.tolist()
    return [b - a for a, b in zip(first, second, strict=True)]


def _all(gains: list[int]) -> list[Real]:
    """The probabilities of the second action in all symmetric equilibria, or the ends of them."""
    others = len(gains) - 1
    odds = fmpz_poly([comb(others, k) * gain for k, gain in enumerate(gains)])
    ends = [Fraction(0)] * (gains[0] <= 0), [Fraction(1)] * (gains[-1] >= 0)
    inside = probabilities(odds) if any(gains) else []
    return [*ends[0], *inside, *ends[1]]


def _equilibrium(game: SymmetricGame, probability: Real) -> NashEquilibrium:
    """The equilibrium with its proof."""
    payoff: Real
    if isinstance(probability, Enclosure):
        mid, radius = probability.mid, probability.radius
        strategy: tuple[Real, ...] = (Enclosure(1 - mid, radius), probability)
        payoff = payoff_box(game, mid, radius)
        certificate = Certificate(
            "nash", ENCLOSURE, True, SymmetricEvidence((Fraction(0),), radius)
        )
    else:
        exact = Fraction(probability)
        strategy = (1 - exact, exact)
        payoff = max(earnings(game, (1 - exact, exact)))
        certificate = Certificate("nash", RATIONAL, True, NashEvidence((Fraction(0),)))
    equilibrium = NashEquilibrium((strategy,), (payoff,), certificate)
    if failures := equilibrium_failures(game, equilibrium):
        raise CertificateError(
            f"a symmetric equilibrium of {game.name!r} failed verification ({failures[0]}); please "
            "report it"
        )
    return equilibrium
