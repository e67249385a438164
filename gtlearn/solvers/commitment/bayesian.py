"""Bayesian Stackelberg games: which method runs, and how its result becomes a Solution."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from gtlearn.games import BayesianGame
from gtlearn.solvers.commitment.clock import Clock
from gtlearn.solvers.commitment.data import Bimatrix, earned, narrowed
from gtlearn.solvers.commitment.report import solution
from gtlearn.solvers.commitment.strong import strong_response
from gtlearn.solvers.solution import RATIONAL, Certificate, Commitment, Solution, pure

HARSANYI = "branch and bound over response profiles (Harsanyi transformation)"
DOBSS = "DOBSS mixed-integer program (Paruchuri et al. 2008)"
ENUMERATION = "enumeration of the pure commitments"
PROOF_NODES = 20_000  # how many partial profiles the proof of DOBSS's optimum may look at
GAP = (
    "optimality rests on the mixed-integer program's float bound {bound:.9g}, not on an exact "
    "proof; the certificate's upper_bound is proven exactly"
)


@dataclass(frozen=True)
class BayesianView:
    """The game in integers: one Bimatrix a type, whose leader payoffs are weighted by the prior.

    All leader payoffs have the same scale, so that they may be added.
    """

    types: tuple[Bimatrix, ...]
    prior: tuple[Fraction, ...]

    @classmethod
    def of(cls, game: BayesianGame) -> BayesianView:
        """The game seen from its leader."""
        views = [Bimatrix.of(g, game.leader) for g in game.games]
        weights = [p / v.leader_scale for p, v in zip(game.prior, views, strict=True)]
        scale = math.lcm(*(w.denominator for w in weights))
        types = []
        for view, weight in zip(views, weights, strict=True):
            factor = int(weight * scale)
            leader = narrowed(view.leader.astype(object) * factor)
            types.append(Bimatrix(leader, view.follower, scale, view.follower_scale))
        return cls(tuple(types), game.prior)

    @property
    def scale(self) -> int:
        """What the leader's integers are divided by."""
        return self.types[0].leader_scale

    def respond(self, mix: Sequence[Fraction]) -> tuple[tuple[int, ...], Fraction]:
        """Each type's best response that the leader likes best, and the leader's integer payoff."""
        profile, total = [], Fraction(0)
        for view in self.types:
            response, value = strong_response(view, mix)
            profile.append(response)
            total += value
        return tuple(profile), total


def solve_pure(game: BayesianGame, ties: str, clock: Clock) -> Solution:
    """The best pure commitment, by enumeration."""
    view = BayesianView.of(game)
    m = view.types[0].shape[0]
    choose = max if ties == "strong" else min
    best: tuple[int, int, tuple[int, ...]] | None = None
    for i in range(m):
        profile = []
        for table in view.types:
            row = table.follower[i].tolist()
            replies = [k for k, v in enumerate(row) if v == max(row)]
            profile.append(choose(replies, key=lambda k: table.leader[i, k]))
        value = sum(int(t.leader[i, k]) for t, k in zip(view.types, profile, strict=True))
        if best is None or value > best[0]:
            best = value, i, tuple(profile)
    if best is None:
        raise ArithmeticError("a game without actions")
    mix = [Fraction(int(i == best[1])) for i in range(m)]
    evidence = {"commitment": "pure", "upper_bound": Fraction(best[0], view.scale)}
    outcome = _outcome(game, view, mix, best[2], evidence)
    outcome = replace(outcome, ties=ties)
    return solution(game, outcome, ENUMERATION, clock)


def solve_mixed(
    game: BayesianGame, clock: Clock, method: str | None, *, prove: bool = True
) -> Solution:
    """The optimal mixed commitment under strong ties.

    `method` is "harsanyi" (also where it is None, being faster and exact) or "dobss". With `prove`
    false, DOBSS's result is taken as it is.
    """
    from gtlearn.solvers.commitment.dobss import dobss
    from gtlearn.solvers.commitment.profiles import SEARCH_SHARE, ProfileSearch

    view = BayesianView.of(game)
    search = ProfileSearch(view, clock)
    mixed_integer = method == "dobss"
    float_bound = None
    if mixed_integer:
        profile, float_bound = dobss(view, clock)
        if profile is not None:
            search.offer(profile)
    done = not prove and mixed_integer
    if not done:
        done = search.run(PROOF_NODES if mixed_integer else None)
    timed_out = not done and clock.used > SEARCH_SHARE
    evidence: dict[str, Any] = {
        "commitment": "mixed",
        "upper_bound": search.upper_bound() / view.scale,
        **search.proof(),
    }
    notes = []
    if float_bound is not None and abs(float_bound) < Fraction(sys.float_info.max) * view.scale:
        evidence["float_bound"] = float(float_bound / view.scale)
        if not done and not timed_out:
            notes.append(GAP.format(bound=evidence["float_bound"]))
    outcome = _outcome(game, view, search.mix, search.profile, evidence)
    name = DOBSS if mixed_integer else HARSANYI
    return solution(game, outcome, name, clock, timed_out=timed_out, notes=notes)


def _outcome(
    game: BayesianGame,
    view: BayesianView,
    mix: Sequence[Fraction],
    profile: Sequence[int],
    evidence: dict[str, Any],
) -> Commitment:
    own = sum(
        (earned(mix, t.leader[:, k], view.scale) for t, k in zip(view.types, profile, strict=True)),
        Fraction(0),
    )
    others = [
        earned(mix, t.follower[:, k], t.follower_scale)
        for t, k in zip(view.types, profile, strict=True)
    ]
    replies = [pure(t.shape[1], k) for t, k in zip(view.types, profile, strict=True)]
    return Commitment(
        strategies=(tuple(mix), *replies),
        payoffs=(own, *others),
        leader=game.leader,
        response=tuple(profile),
        ties="strong",
        attained=True,
        certificate=Certificate("stackelberg", RATIONAL, False, evidence),
    )
