"""The statements of a solution of an iterated or Markov game."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.solvers.outcomes import Commitment, NashEquilibrium, Outcome
from gtlearn.solvers.verify import markov_commitments as commitments
from gtlearn.solvers.verify import markov_equilibria as equilibria
from gtlearn.solvers.verify.claim import Claim
from gtlearn.solvers.verify.common import outcome_statements
from gtlearn.solvers.verify.markov_lists import list_statements
from gtlearn.solvers.verify.markov_search import Tried
from gtlearn.solvers.verify.report import Statement, Tested, TooLarge, Unproven


def markov_statements(game: MarkovGame | IteratedGame, claim: Claim) -> Iterator[Statement]:
    """The statements of a solution of an iterated or Markov game.

    Of an equilibrium they are the tables, the payoffs, and each player's regret against every
    deviation, whatever that makes of the history; whether no player gains in any state and step
    either; and the bounds on the value of a constant-sum game, which are what each table
    guarantees. Of a commitment: the table, the payoffs, that the response is a best one of its
    class with ties broken as stated, and that no table of the leader earns more than the upper
    bound. That follows from the proof in the certificate, or all deterministic tables are tried
    again; a bound on stochastic tables by branch and bound keeps no log, so it is on trust, if no
    better table comes up among those that are tried. The list as a whole is only looked at where
    each outcome alone holds.

    Args:
        game: the game, whose payoffs and transitions alone are believed.
        claim: what is said of it.
    """
    markov = as_markov(game)
    tried = Tried(markov)
    tested: list[Tested] = []
    for k, outcome in enumerate(claim.outcomes):
        besides = claim.besides_of[k] if claim.besides_of else {}
        for statement in _outcome_statements(markov, outcome, claim, besides, tried):
            tested.append(Tested(statement.test))
            yield Statement(statement.says, tested[-1], f"solution {k}")
        committed = isinstance(outcome, Commitment)
        known = commitments.BESIDES if committed else equilibria.BESIDES
        evidence = commitments.EVIDENCE if committed else equilibria.evidence_of(outcome)
        yield from outcome_statements(claim, k, outcome, known, evidence)
    if not any(test.failed for test in tested):
        yield from list_statements(markov, claim, tried)


def markov_outcome(game: MarkovGame | IteratedGame, outcome: Outcome) -> tuple[str, ...]:
    """The statements of one outcome that do not hold; see `markov_statements`.

    What is not of the form of an outcome of this game is a false statement too. Nothing is tried
    again here, so a bound that has no proof in the certificate is taken as it is.

    Raises:
        TooLarge: if the best response takes too long to find.
        LimitReached: at a limit.
    """
    failed: list[str] = []
    for statement in _outcome_statements(as_markov(game), outcome, None, {}, None):
        try:
            failed += statement.test()
        except TooLarge:
            raise
        except InputError as error:
            failed.append(str(error))
        except Unproven:
            continue
    return tuple(failed)


def _outcome_statements(
    game: MarkovGame,
    outcome: Outcome,
    claim: Claim | None,
    besides: Mapping[str, Any],
    tried: Tried | None,
) -> Iterator[Statement]:
    if isinstance(outcome, NashEquilibrium) and outcome.in_steps:
        yield from equilibria.equilibrium_statements(game, outcome, besides)
    elif isinstance(outcome, Commitment) and outcome.in_steps:
        yield from commitments.commitment_statements(game, outcome, claim, besides, tried)
    else:
        yield Statement("the outcome", partial(_no_outcome, outcome))


def _no_outcome(outcome: Outcome) -> tuple[str, ...]:
    return (f"a {type(outcome).__name__} is no outcome of an iterated or Markov game",)
