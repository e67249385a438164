"""Upper bounds on what a commitment to a table can earn, re-checked from the game alone."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product

import numpy as np

from gtlearn.games import MarkovGame
from gtlearn.solvers.markov.solution import DETERMINISTIC, TableCommitment
from gtlearn.solvers.verify.form import number, text
from gtlearn.solvers.verify.markov_values import best_response

MAX_TABLES = 3_000  # deterministic tables of the leader that are all tried again


def bound_failures(game: MarkovGame, outcome: TableCommitment) -> list[str]:
    """The statements about the upper bound of a commitment that do not hold.

    A bound for deterministic tables is checked by trying all of them where there are at most
    `MAX_TABLES`; the value must not exceed the bound, and be attained where the two meet.

    Args:
        game: the game.
        outcome: a commitment whose payoffs and response have been checked.
    """
    value = number(outcome.payoffs[outcome.leader], "the value")
    bound = number(outcome.upper_bound, "the upper bound")
    if bound < value:
        return [f"the value {text(value)} exceeds the upper bound {text(bound)}"]
    if (outcome.attained is True) != (bound == value):
        met = "is" if bound == value else "is not"
        return [f"whether it is attained is {outcome.attained}, but the bound {met} met"]
    evidence = outcome.certificate.evidence
    if "upper_bound" in evidence and number(evidence["upper_bound"], "the bound") != bound:
        return ["the certificate's upper bound is not that of the commitment"]
    if outcome.policy == DETERMINISTIC:
        return _enumeration(game, outcome, bound)
    return []


def _enumeration(game: MarkovGame, outcome: TableCommitment, bound: Fraction) -> list[str]:
    """Whether some deterministic table of the leader earns more than `bound`."""
    leader = outcome.leader
    legal = [np.flatnonzero(row).tolist() for row in game.legal[leader]]
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


def _pure(actions: Sequence[int], size: int) -> list[list[Fraction]]:
    return [[Fraction(int(a == action)) for a in range(size)] for action in actions]
