"""Games in which at most two players choose: solved as games of two, answered for all players."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Concatenate, ParamSpec, cast

from gtlearn.errors import CertificateError
from gtlearn.games import NormalFormGame
from gtlearn.games.dummies import PlayerPair, choosing_pair, two_player_game, with_dummies
from gtlearn.games.numbers import Number
from gtlearn.solvers.outcomes import (
    RATIONAL,
    Certificate,
    Commitment,
    Distribution,
    NashEquilibrium,
    Outcome,
    Strategy,
)
from gtlearn.solvers.solution import Solution
from gtlearn.solvers.verify.bimatrix import others_failures
from gtlearn.solvers.verify.nash import payoffs, regrets_and_payoffs

P = ParamSpec("P")
Solver = Callable[Concatenate[NormalFormGame, P], Solution]

_ONLY: Strategy = (Fraction(1),)  # what a player with one action plays


@dataclass(frozen=True)
class TwoChoose:
    """A game in which two players choose, and all others have one action.

    Attributes:
        whole: the game.
        pair: the places of the two players.
        game: what these two play.
    """

    whole: NormalFormGame
    pair: PlayerPair
    game: NormalFormGame

    def profile(self, strategies: Sequence[Strategy]) -> tuple[Strategy, ...]:
        """One strategy a player, from those of the two."""
        return with_dummies(strategies, self.pair, self.whole.num_players, _ONLY)

    def lifted(self, solution: Solution) -> Solution:
        """A solution of `game` as one of the whole game, each outcome verified there."""
        return replace(
            solution,
            game=self.whole,
            solutions=tuple(self._outcome(outcome) for outcome in solution),
        )

    def _outcome(self, outcome: Outcome) -> Outcome:
        if isinstance(outcome, NashEquilibrium):
            return self._equilibrium(outcome)
        if isinstance(outcome, Commitment):
            return self._commitment(outcome)
        raise TypeError("correlated equilibria are computed for any number of players")

    def _equilibrium(self, outcome: NashEquilibrium) -> NashEquilibrium:
        strategies = self.profile(outcome.strategies)
        losses, earned = regrets_and_payoffs(self.whole, strategies)
        evidence: dict[str, Any] = {"regrets": losses}
        if "unique" in outcome.certificate.evidence:  # of the two who choose
            evidence["unique"] = outcome.certificate.evidence["unique"]
        if any(losses):
            raise CertificateError(
                f"an equilibrium of {self.whole.name!r} failed exact verification; please report it"
            )
        certificate = Certificate("nash", RATIONAL, True, evidence)
        return NashEquilibrium(strategies, earned, certificate, index=outcome.index)

    def _commitment(self, outcome: Commitment) -> Commitment:
        count = self.whole.num_players
        strategies, shared = self.profile(outcome.strategies), None
        if outcome.distribution is None:
            earned = payoffs(self.whole, strategies)
        else:
            profiles = outcome.distribution.items()
            shared = {with_dummies(place, self.pair, count, 0): p for place, p in profiles}
            earned = expected_payoffs(self.whole, shared)
        stated: list[Number] = list(earned)
        for place, payoff in zip(self.pair, outcome.payoffs, strict=True):
            stated[place] = payoff  # which may be a supremum
        lifted = replace(
            outcome,
            strategies=strategies,
            payoffs=tuple(stated),
            leader=self.pair[outcome.leader],
            distribution=shared,
        )
        failed = others_failures(self.whole, lifted)  # all else was verified in the smaller game
        if failed:
            raise CertificateError(
                f"the commitment found for {self.whole.name!r} failed its exact check "
                f"({failed[0]}); please report this game"
            )
        return lifted


def expected_payoffs(game: NormalFormGame, shares: Distribution) -> tuple[Fraction, ...]:
    """What each player is paid on average under a distribution over pure profiles."""
    return tuple(
        sum((Fraction(p) * game.payoff(k, profile) for profile, p in shares.items()), Fraction(0))
        for k in range(game.num_players)
    )


def two_who_choose(game: Any, including: int | None = None) -> TwoChoose | None:
    """The game of the two who choose, in a game of more players; None where there is none.

    Args:
        game: any game.
        including: a player who is to be one of the two.
    """
    if not isinstance(game, NormalFormGame) or game.num_players == 2:
        return None
    pair = choosing_pair(game, including)
    return None if pair is None else TwoChoose(game, pair, two_player_game(game, pair))


def also_with_dummies(solver: Solver[P]) -> Solver[P]:
    """Lets a solver of two-player games take games in which all other players have one action."""

    @functools.wraps(solver)
    def solve(game: NormalFormGame, *args: P.args, **options: P.kwargs) -> Solution:
        two = two_who_choose(game)
        if two is None:
            return solver(game, *args, **options)
        return two.lifted(solver(two.game, *args, **options))

    return cast("Solver[P]", solve)
