"""A whole solution re-checked: the game that it names, every outcome, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games import Game, IteratedGame, MarkovGame
from gtlearn.limits import LimitReached, limited
from gtlearn.solvers.outcomes import MarkovEquilibrium, TableCommitment
from gtlearn.solvers.verify.claim import Claim, claim_of
from gtlearn.solvers.verify.form import items
from gtlearn.solvers.verify.game_block import game_statements
from gtlearn.solvers.verify.markov import markov_statements
from gtlearn.solvers.verify.one_shot import one_shot_statements
from gtlearn.solvers.verify.reading import read_claim
from gtlearn.solvers.verify.report import Report, Statement, ended, settled


def solution(
    game: Game,
    claimed: Any,
    *,
    time_limit: float | None = None,
    memory_limit: float | None = None,
) -> Report:
    """What of a solution is false of the game, what is proven, and what is taken on trust.

    Everything that a reader can read is compared with the game or recomputed from it. On trust are
    only `complete` and `unique` where they were too much to prove, and bounds on commitments to
    tables that are too many to try; and whatever a limit left unverified. The name of the game, the
    method, the status, the seconds and the notes state nothing about the game, and stand in no
    part.

    Args:
        game: the game, which alone is believed.
        claimed: a Solution or MarkovSolution, or the JSON object of one.
        time_limit: seconds after which what is not yet verified is on trust.
        memory_limit: bytes of growth after which it is.

    Raises:
        InputError: if `claimed` is no solution of such a game and no JSON object of schema
            gtlearn/solution/1.

    >>> from gtlearn import games, solvers
    >>> game = games.load("battle_of_the_sexes")
    >>> found = solvers.solve(game, find="all")
    >>> solution(game, found).false, solution(game, found.to_json()).false
    ((), ())
    """
    with limited(time_limit, memory_limit):
        try:
            claim = read_claim(claimed) if isinstance(claimed, Mapping) else claim_of(claimed)
        except LimitReached as limit:
            return Report(on_trust=(f"the solution: {ended(limit)}",))
        _require_same_kind(game, claim)
        return settled(chain(game_statements(game, claim.game), _statements(game, claim)))


def _statements(game: Game, claim: Claim) -> Iterator[Statement]:
    if isinstance(game, MarkovGame | IteratedGame):
        return markov_statements(game, claim)
    return one_shot_statements(game, claim)


def _require_same_kind(game: Game, claim: Claim) -> None:
    """Refuses outcomes in one shot of a Markov game, and the other way round."""
    several_steps = isinstance(game, MarkovGame | IteratedGame)
    for outcome in items(claim.outcomes, "the solutions"):
        if isinstance(outcome, MarkovEquilibrium | TableCommitment) != several_steps:
            raise InputError(f"the solution is of another kind of game than {game.name!r}")
