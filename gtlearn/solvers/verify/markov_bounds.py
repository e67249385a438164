"""Upper bounds on what a commitment to a table can earn, re-checked from the game alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from gtlearn.games import MarkovGame
from gtlearn.solvers.outcomes import DETERMINISTIC, OPTIMAL, Commitment
from gtlearn.solvers.verify.form import in_words, index, items, number, require_only, text
from gtlearn.solvers.verify.markov_search import CommitmentKind, Tried
from gtlearn.solvers.verify.markov_values import response_to
from gtlearn.solvers.verify.report import Unproven

_NEAR, _NEARER = Fraction(1, 2**60), Fraction(1, 2**90)  # steps off a table towards its limit
_LEAST_GAIN = 2**15  # by how much nearer the second comes to the value at least


def bound_failures(game: MarkovGame, outcome: Commitment, tried: Tried | None) -> list[str]:
    """The statements about the upper bound of a commitment that do not hold.

    The bound must not lie below the value, nor below what another table earns that is tried, and
    must follow from the proof that the certificate names: "folk", "unlimited_memory", or
    "enumeration" of all deterministic tables.

    Args:
        game: the game.
        outcome: a commitment whose tables have been read.
        tried: where tables of the leader are tried; None to try none.

    Raises:
        Unproven: if nothing refutes the bound, but no proof is given that can be checked: one by
            "branch_and_bound" keeps no log.
    """
    value = number(outcome.payoffs[outcome.leader], "the value")
    bound = number(outcome.upper_bound, "the upper bound")
    evidence = outcome.certificate.evidence
    if bound < value:
        return [f"the value {text(value)} exceeds the upper bound {text(bound)}"]
    name = evidence.get("bound")
    if name in ("folk", "unlimited_memory"):
        proven = proven_bound(game, outcome.leader, outcome.follower, str(name), evidence)
        if proven is None or proven > bound:
            shown = "nothing" if proven is None else text(proven)
            return [f"the {name} proof gives {shown}, not the upper bound {text(bound)}"]
        return []
    if name == "branch_and_bound" or (name == "enumeration" and outcome.policy == DETERMINISTIC):
        return _searched(game, outcome, bound, tried)
    return [f"nothing proves the upper bound {text(bound)}"]


def _searched(
    game: MarkovGame, outcome: Commitment, bound: Fraction, tried: Tried | None
) -> list[str]:
    """Whether a table that is tried again earns more than the bound."""
    if tried is None:
        raise Unproven("it was not looked for a better table")
    best, table = tried.best(outcome)
    if best > bound:
        shown = "; ".join(_shown(game, outcome.leader, row) for row in table)
        return [
            f"the table that plays {shown} earns {text(best)}, more than the upper bound "
            f"{text(bound)}"
        ]
    boxes = outcome.certificate.evidence.get("boxes")
    if boxes is not None and (type(boxes) is not int or boxes < 1):
        return [f"{in_words(boxes)} is no number of boxes"]
    if outcome.policy != DETERMINISTIC:
        if _proven_otherwise(game, outcome, bound):
            return []
        raise Unproven(
            "branch and bound keeps no log that could be checked; no table that was tried earns "
            "more"
        )
    if tried.deterministic(CommitmentKind.of(outcome)) is None:
        raise Unproven("there are too many tables to try all of them again")
    return []


def _proven_otherwise(game: MarkovGame, outcome: Commitment, bound: Fraction) -> bool:
    """Whether another proof in the certificate gives the bound, or a lower one."""
    evidence = outcome.certificate.evidence
    proven = (
        proven_bound(game, outcome.leader, outcome.follower, name, evidence)
        for name in ("folk", "unlimited_memory")
        if name in evidence
    )
    return any(value is not None and value <= bound for value in proven)


def proven_bound(
    game: MarkovGame, leader: int, follower: str, name: str, evidence: Mapping[str, Any]
) -> Fraction | None:
    """What the evidence proves of the bound "folk" or "unlimited_memory", None if nothing.

    Args:
        game: the game.
        leader: who commits.
        follower: the follower's class.
        name: of the bound.
        evidence: the proofs by name.

    Raises:
        InputError: if it has a wrong form.
    """
    folk = _mapping(evidence, "folk")
    if name == "folk":
        return folk_bound(game, leader, folk)
    if follower == OPTIMAL or game.horizon == 1:
        return unlimited_bound(game, leader, folk, evidence.get("unlimited_memory"))
    return None


def _shown(game: MarkovGame, leader: int, row: Sequence[Fraction]) -> str:
    """A row of a table in words, such as "C" or "C: 1/2, D: 1/2"."""
    played = {label: p for label, p in zip(game.actions[leader], row, strict=True) if p}
    if len(played) == 1:
        return next(iter(played))
    return ", ".join(f"{label}: {text(p)}" for label, p in played.items())


def folk_bound(game: MarkovGame, leader: int, evidence: Mapping[str, Any]) -> Fraction | None:
    """The bound that a multiplier and a securing strategy of the follower prove, None if nothing.

    If in every state the follower's mixed strategy secures it `minmax`, a best response to any
    commitment is worth that much a step; so for any multiplier m >= 0 the leader's mean payoff is
    at most the largest u_leader + m (u_follower - minmax).
    """
    minmax = _secured(game, leader, evidence)
    multiplier = number(evidence.get("multiplier"), "the multiplier")
    if minmax is None or multiplier < 0:
        return None
    ours, theirs = _payoffs(game, leader)
    best = max(mine + multiplier * (theirs[where] - minmax) for where, mine in ours.items())
    return best * _weight(game)


def unlimited_bound(
    game: MarkovGame, leader: int, folk: Mapping[str, Any], steps: Any
) -> Fraction | None:
    """The bound of a leader with unlimited memory that the multipliers prove, None if nothing.

    h(k, w), the largest (leader's payoff) + w (follower's payoff) over k steps, is bounded as in
    `UnlimitedBound` of the solver: whatever the follower is meant to play, the multipliers m >= 0
    weigh that no other action, followed by what the follower can secure, is better for it.
    """
    minmax = _secured(game, leader, folk)
    if minmax is None or game.horizon is None:
        return None
    ours, theirs = _payoffs(game, leader)
    size = game.shape[1 - leader]
    proven: dict[tuple[int, Fraction], Fraction] = {}
    stated = []
    for step in items(steps, "the steps of the proof"):
        if isinstance(step, Mapping):
            require_only(step, ("steps", "weight", "multipliers"), "a step of the proof")
            count = index(step.get("steps"), game.horizon + 1, "the number of steps")
            weight = number(step.get("weight"), "a weight")
            rows = items(step.get("multipliers"), "the multipliers")
            stated.append((count, weight, rows))
    for k, weight, multipliers in sorted(stated, key=lambda step: step[:2]):
        secured = minmax * sum((game.discount**t for t in range(k - 1)), Fraction(0))
        bounds = []
        for meant, listed in enumerate(multipliers):
            weights = [number(m, "a multiplier") for m in items(listed, "the multipliers")]
            heavier = weight + sum(weights)
            if (
                len(weights) != size
                or min(weights) < 0
                or (k > 1 and (k - 1, heavier) not in proven)
            ):
                return None
            later = game.discount * proven[k - 1, heavier] if k > 1 else Fraction(0)
            for (s, a, b), mine in ours.items():
                if b != meant:
                    continue
                own = theirs[s, a, b]
                kept = sum(
                    m * (own - theirs[s, a, c] - game.discount * secured)
                    for c, m in enumerate(weights)
                    if m
                )
                bounds.append(mine + weight * own + kept + later)
        if len(multipliers) != size:
            return None
        proven[k, weight] = max(bounds)
    if (game.horizon, Fraction(0)) not in proven:
        return None
    return proven[game.horizon, Fraction(0)] * game.scale


def limit_failures(game: MarkovGame, outcome: Commitment) -> list[str]:
    """Whether tables ever nearer to a commitment that does not attain its value come near it.

    Those at 2^-60 and 2^-90 along the certificate's direction are evaluated exactly. What they
    earn is a rational function of the step where it is small, so that the second must miss the
    value by less than the first, by a factor that no other limit leaves room for.
    """
    if outcome.ties != "weak":
        return ["it is not attained, which happens under weak ties only"]
    if outcome.policy == DETERMINISTIC:  # near which there is no other
        return ["it is not attained, but the best deterministic table attains its value"]
    rows = [
        items(row, "the direction")
        for row in items(outcome.certificate.evidence.get("direction"), "the direction")
    ]
    if [len(row) for row in rows] != [game.shape[outcome.leader]] * game.num_states:
        return ["its direction is no table"]
    value = number(outcome.payoffs[outcome.leader], "the value")
    missing = []
    for step in (_NEAR, _NEARER):
        table = [
            [
                number(p, "a probability") + step * number(d, "the direction")
                for p, d in zip(*pair, strict=True)
            ]
            for pair in zip(outcome.commitment, rows, strict=True)
        ]
        if any(p < 0 for row in table for p in row) or any(sum(row) != 1 for row in table):
            return ["its direction leads out of the tables"]
        best = response_to(game, table, outcome.leader, outcome.follower, "weak")
        missing.append(abs(value - best.other))
    if missing[1] * _LEAST_GAIN > missing[0]:
        return [f"tables near it do not come near the value {text(value)}"]
    return []


def _secured(game: MarkovGame, leader: int, evidence: Mapping[str, Any]) -> Fraction | None:
    """What a step is worth to the follower at least, if the stated strategy secures it."""
    minmax = number(evidence.get("minmax"), "the minmax value")
    securing = [number(p, "a probability") for p in items(evidence.get("securing"), "a strategy")]
    _, theirs = _payoffs(game, leader)
    if len(securing) != game.shape[1 - leader] or min(securing) < 0 or sum(securing) != 1:
        return None
    if not all(mask.all() for mask in game.legal):
        return None
    for s, a in product(np.flatnonzero(game.reachable).tolist(), range(game.shape[leader])):
        if sum((p * theirs[s, a, b] for b, p in enumerate(securing)), Fraction(0)) < minmax:
            return None
    return minmax


def _payoffs(
    game: MarkovGame, leader: int
) -> tuple[dict[tuple[int, int, int], Fraction], dict[tuple[int, int, int], Fraction]]:
    """The leader's and the follower's payoffs by (state, leader's action, follower's action), in
    the states that can be reached."""
    own, other = (range(game.shape[player]) for player in (leader, 1 - leader))
    places = list(product(np.flatnonzero(game.reachable).tolist(), own, other))
    ours, theirs = (
        {(s, a, b): array[(s, a, b) if leader == 0 else (s, b, a)] for s, a, b in places}
        for array in (game.payoffs[leader], game.payoffs[1 - leader])
    )
    return ours, theirs


def _weight(game: MarkovGame) -> Fraction:
    """What a payoff of one at every step is worth in the game's unit."""
    if game.horizon is None:
        return 1 / (1 - game.discount)
    return game.scale * sum((game.discount**t for t in range(game.horizon)), Fraction(0))


def _mapping(evidence: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    multipliers = evidence.get(name)
    if not isinstance(multipliers, Mapping):
        return {}
    require_only(multipliers, ("minmax", "securing", "multiplier"), f"the {name} proof")
    return multipliers
