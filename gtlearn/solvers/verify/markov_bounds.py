"""Upper bounds on what a commitment to a table can earn, re-checked from the game alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from gtlearn.games import MarkovGame
from gtlearn.solvers.outcomes import DETERMINISTIC, OPTIMAL, TableCommitment
from gtlearn.solvers.verify.form import items, number, text
from gtlearn.solvers.verify.markov_values import best_response

MAX_TABLES = 3_000  # deterministic tables of the leader that are all tried again


def bound_failures(game: MarkovGame, outcome: TableCommitment) -> list[str]:
    """The statements about the upper bound of a commitment that do not hold.

    The bound must not lie below the value, and must follow from the proof that the certificate
    names: "folk" or "unlimited_memory". For a bound by "enumeration" or "branch_and_bound" there is
    no short proof; `enumeration_failures` compares it with the deterministic tables.

    Args:
        game: the game.
        outcome: a commitment whose payoffs and response have been checked.
    """
    value = number(outcome.payoffs[outcome.leader], "the value")
    bound = number(outcome.upper_bound, "the upper bound")
    if bound < value:
        return [f"the value {text(value)} exceeds the upper bound {text(bound)}"]
    evidence = outcome.certificate.evidence
    name = evidence.get("bound")
    if name == "branch_and_bound" or (name == "enumeration" and outcome.policy == DETERMINISTIC):
        return []
    if name == "folk":
        proven = folk_bound(game, outcome.leader, _mapping(evidence, "folk"))
    elif name == "unlimited_memory" and (outcome.follower == OPTIMAL or game.horizon == 1):
        proven = unlimited_bound(
            game, outcome.leader, _mapping(evidence, "folk"), evidence.get("unlimited_memory")
        )
    else:
        return [f"nothing proves the upper bound {text(bound)}"]
    if proven is None or proven > bound:
        shown = "nothing" if proven is None else text(proven)
        return [f"the {name} proof gives {shown}, not the upper bound {text(bound)}"]
    return []


def folk_bound(game: MarkovGame, leader: int, evidence: Mapping[str, Any]) -> Fraction | None:
    """The bound that a multiplier and a securing strategy of the follower prove, None if nothing.

    If in every state the follower's mixed strategy secures it `minmax`, a best response to any
    commitment is worth that much a step; so for any multiplier m >= 0 the leader's mean payoff is
    at most the largest u_leader + m (u_follower - minmax).
    """
    minmax, multiplier = _secured(game, leader, evidence), _multiplier(evidence)
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
    stated = [
        (
            int(number(step.get("steps"), "the steps")),
            number(step.get("weight"), "a weight"),
            items(step.get("multipliers"), "the multipliers"),
        )
        for step in items(steps, "the steps of the proof")
        if isinstance(step, Mapping)
    ]
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


def enumeration_failures(game: MarkovGame, outcome: TableCommitment) -> list[str]:
    """Whether some deterministic table of the leader earns more than the upper bound; nothing is
    said where there are more than `MAX_TABLES`.

    In states that cannot be reached only the first legal action is tried: it changes nothing."""
    leader = outcome.leader
    bound = number(outcome.upper_bound, "the upper bound")
    legal = [
        np.flatnonzero(row).tolist()[: None if reached else 1]
        for row, reached in zip(game.legal[leader], game.reachable, strict=True)
    ]
    if np.prod([float(len(actions)) for actions in legal]) > MAX_TABLES:
        return []
    for actions in product(*legal):
        table = _pure(actions, game.shape[leader])
        tables = (table, None) if leader == 0 else (None, table)
        best = best_response(
            game, tables, 1 - leader, outcome.follower, favoured=leader, ties=outcome.ties
        )
        if best.other > bound:
            shown = ", ".join(game.actions[leader][a] for a in actions)
            return [
                f"the table that plays {shown} earns {text(best.other)}, more than the upper "
                f"bound {text(bound)}"
            ]
    return []


def limit_failures(game: MarkovGame, outcome: TableCommitment) -> list[str]:
    """Whether tables ever nearer to a commitment that does not attain its value come near it.

    Those at 2^-20 and 2^-40 along the certificate's direction are evaluated exactly: the second
    must come within a millionth of the value, and nearer than the first.
    """
    if outcome.ties != "weak":
        return ["it is not attained, which happens under weak ties only"]
    rows = [
        items(row, "the direction")
        for row in items(outcome.certificate.evidence.get("direction"), "the direction")
    ]
    if [len(row) for row in rows] != [game.shape[outcome.leader]] * game.num_states:
        return ["its direction is no table"]
    value = number(outcome.payoffs[outcome.leader], "the value")
    missing = []
    for step in (Fraction(1, 2**20), Fraction(1, 2**40)):
        table = [
            [
                number(p, "a probability") + step * number(d, "the direction")
                for p, d in zip(*pair, strict=True)
            ]
            for pair in zip(outcome.commitment, rows, strict=True)
        ]
        if any(p < 0 for row in table for p in row) or any(sum(row) != 1 for row in table):
            return ["its direction leads out of the tables"]
        tables = (table, None) if outcome.leader == 0 else (None, table)
        best = best_response(
            game, tables, 1 - outcome.leader, outcome.follower, favoured=outcome.leader, ties="weak"
        )
        missing.append(abs(value - best.other))
    if missing[1] > Fraction(1, 10**6) * (1 + abs(value)) or missing[1] > missing[0]:
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


def _multiplier(evidence: Mapping[str, Any]) -> Fraction:
    return number(evidence.get("multiplier"), "the multiplier")


def _payoffs(
    game: MarkovGame, leader: int
) -> tuple[dict[tuple[int, int, int], Fraction], dict[tuple[int, int, int], Fraction]]:
    """The leader's and the follower's payoffs by (state, leader's action, follower's action), in
    the states that can be reached."""
    out: list[dict[tuple[int, int, int], Fraction]] = []
    for player in (leader, 1 - leader):
        array = game.payoffs[player]
        out.append(
            {
                (s, a, b): array[(s, a, b) if leader == 0 else (s, b, a)]
                for s in np.flatnonzero(game.reachable).tolist()
                for a in range(game.shape[leader])
                for b in range(game.shape[1 - leader])
            }
        )
    return out[0], out[1]


def _weight(game: MarkovGame) -> Fraction:
    """What a payoff of one at every step is worth in the game's unit."""
    if game.horizon is None:
        return 1 / (1 - game.discount)
    return game.scale * sum((game.discount**t for t in range(game.horizon)), Fraction(0))


def _mapping(evidence: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = evidence.get(name)
    return found if isinstance(found, Mapping) else {}


def _pure(actions: Sequence[int], size: int) -> list[list[Fraction]]:
    return [[Fraction(int(a == action)) for a in range(size)] for action in actions]
