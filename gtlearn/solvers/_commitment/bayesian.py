"""Bayesian Stackelberg games: which method runs, and how its result becomes a Solution."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from gtlearn import child, limits
from gtlearn.games import BayesianGame
from gtlearn.limits import LimitReached
from gtlearn.progress import tell
from gtlearn.solvers._commitment.data import best_pure
from gtlearn.solvers._commitment.float_programs import dobss
from gtlearn.solvers._commitment.profiles import BayesianView, ProfileSearch
from gtlearn.solvers._commitment.report import commitment_outcome, solution
from gtlearn.solvers.outcomes import Commitment
from gtlearn.solvers.solution import Solution

HARSANYI = "branch and bound over response profiles (Harsanyi transformation)"
DOBSS = "DOBSS mixed-integer program (Paruchuri et al. 2008)"
_ENUMERATION = "enumeration of the pure commitments"
_PROOF_SHARE = 0.4  # of a time limit, for checking the proof, which has many leaves
PROOF_NODES = 20_000  # how many partial profiles the proof of DOBSS's optimum may look at
GAP = (
    "optimality rests on the mixed-integer program's float bound {bound:.9g}, not on an exact "
    "proof; the certificate's upper_bound is proven exactly"
)


def solve_pure(game: BayesianGame, ties: str) -> Solution:
    """The best pure commitment, by enumeration."""
    view = BayesianView.of(game)
    best = best_pure(view.types, ties)
    evidence = {"commitment": "pure", "upper_bound": best.value / view.scale}
    outcome = _outcome(game, view, best.mix, best.responses, evidence, ties)
    return solution(game, lambda: outcome, _ENUMERATION, cheap=lambda: outcome)


def solve_mixed(game: BayesianGame, method: str | None, *, prove: bool = True) -> Solution:
    """The optimal mixed commitment under strong ties.

    `method` is "harsanyi" (also where it is None, being faster and exact) or "dobss". With `prove`
    false, DOBSS's result is taken as it is.
    """
    view = BayesianView.of(game)
    mixed_integer = method == "dobss"
    float_bound, done, reached = None, False, None
    with limits.keeping(0.0, share=_PROOF_SHARE):
        search = ProfileSearch(view)
        try:
            float_bound = _offered(view, search) if mixed_integer else None
            if prove or not mixed_integer:
                done = search.run(PROOF_NODES if mixed_integer else None)
        except LimitReached as error:
            reached = error
    evidence, notes = {}, []
    if float_bound is not None and abs(float_bound) < Fraction(sys.float_info.max) * view.scale:
        evidence["float_bound"] = float(float_bound / view.scale)
        if prove and not done and reached is None:
            notes.append(GAP.format(bound=evidence["float_bound"]))
    return solution(
        game,
        lambda: _best_commitment(game, view, search, evidence),
        DOBSS if mixed_integer else HARSANYI,
        reached,
        cheap=lambda: _best_commitment(game, view, ProfileSearch(view, relax=False)),
        notes=notes,
    )


def _offered(view: BayesianView, search: ProfileSearch) -> Fraction | None:
    """Tells the search what DOBSS finds in half of the time; its float bound, if it has one."""
    tell(None, "mixed-integer program")
    try:
        with limits.keeping(0.0, share=1 / 2):
            profile, float_bound = child.bounded(dobss, view.types, seconds=math.inf)
    except LimitReached:
        return None
    if profile is not None:
        search.offer(profile)
    return float_bound


def _best_commitment(
    game: BayesianGame, view: BayesianView, search: ProfileSearch, evidence: Mapping[str, Any] = {}
) -> Commitment:
    """The best commitment of a search, with its proof and further evidence.

    Raises:
        LimitReached: at a limit.
    """
    evidence = {"commitment": "mixed", **search.proof(), **evidence}
    return _outcome(game, view, search.mix, search.profile, evidence)


def _outcome(
    game: BayesianGame,
    view: BayesianView,
    mix: Sequence[Fraction],
    profile: Sequence[int],
    evidence: Mapping[str, Any],
    ties: str = "strong",
) -> Commitment:
    """The outcome, whose parts are those against each type."""
    parts = [
        commitment_outcome(each, 0, mix, reply, ties=ties, evidence=evidence)
        for each, reply in zip(view.types, profile, strict=True)
    ]
    own = sum((Fraction(part.payoffs[0]) for part in parts), Fraction(0))
    return replace(
        parts[0],
        strategies=(tuple(mix), *(part.strategies[1] for part in parts)),
        payoffs=(own, *(part.payoffs[1] for part in parts)),
        leader=game.leader,
        response=tuple(profile),
    )
