"""Upper bounds on what a leader can earn in an iterated game, and what proves them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from fractions import Fraction
from typing import Any

from gtlearn import limits
from gtlearn.games import IteratedGame
from gtlearn.limits import LimitReached
from gtlearn.solvers._markov.commitment.folk import FolkBound, folk_bound, largest_payoff
from gtlearn.solvers._markov.commitment.unlimited import UnlimitedBound, unlimited_memory_bound
from gtlearn.solvers._markov.commitment.view import LeaderView

BoundProof = dict[str, Any]


def upper_bounds(game: IteratedGame, view: LeaderView) -> tuple[dict[str, Fraction], BoundProof]:
    """Upper bounds on the leader's value by name as far as a limit allows, and what proves them."""
    try:
        with limits.keeping(0.0, share=3 / 4):
            folk = folk_bound(game, view.leader)
    except LimitReached:
        return bound_at_hand(game, view)
    bounds = {"folk": folk.value}
    evidence: BoundProof = {"folk": _folk_evidence(folk)}
    if view.sees_time or game.horizon == 1:
        with suppress(LimitReached), limits.keeping(0.0, share=3 / 4):  # else one bound less
            unlimited = unlimited_memory_bound(game, view.leader, folk)
            bounds["unlimited_memory"] = unlimited.value
            evidence["unlimited_memory"] = _unlimited_evidence(unlimited)
    return bounds, evidence


def bound_at_hand(game: IteratedGame, view: LeaderView) -> tuple[dict[str, Fraction], BoundProof]:
    """The leader's largest payoff, as the folk bound that needs no computation."""
    folk = largest_payoff(game, view.leader)
    return {"folk": folk.value}, {"folk": _folk_evidence(folk)}


def least(bounds: Mapping[str, Fraction]) -> BoundProof:
    """The name and the value of the least bound."""
    name = min(bounds, key=lambda key: bounds[key])
    return {"bound": name, "upper_bound": bounds[name]}


def _folk_evidence(folk: FolkBound) -> BoundProof:
    return {
        "minmax": folk.minmax,
        "securing": folk.securing,
        "multiplier": folk.multiplier,
    }


def _unlimited_evidence(unlimited: UnlimitedBound) -> list[BoundProof]:
    return [
        {"steps": steps, "weight": weight, "multipliers": multipliers}
        for (steps, weight), multipliers in sorted(unlimited.multipliers.items())
    ]
