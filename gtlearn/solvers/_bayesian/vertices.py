"""All extreme equilibria of a Bayesian game of two players, by the vertices of two polyhedra.

A player's polyhedron holds what its types may play, a product of simplices, with what each type of
the other player can earn at most. Two vertices at which each action of each type is unplayed or a
best response are an equilibrium, as in a bimatrix game (Mangasarian 1964), and all equilibria are
convex combinations of such pairs (Audet, Belhaiza & Hansen 2009, for the sequence form).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.solvers._nash.exact_polytope import Dictionary
from gtlearn.solvers.outcomes import Strategy

_Strategies = tuple[Strategy, ...]  # one an agent


def extreme_equilibria(
    starts: Sequence[int], first_agents: int, payoffs: NDArray[Any]
) -> list[tuple[_Strategies, _Strategies]]:
    """The extreme equilibria, each what the agents of both players play.

    Args:
        starts: as of `tracing.traced_equilibrium`.
        first_agents: how many agents are player 0's.
        payoffs: as there.

    Raises:
        LimitReached: at a limit.
    """
    middle, end = starts[first_agents], starts[-1]
    first = _vertices(starts[: first_agents + 1], starts[first_agents:], payoffs[middle:, :middle])
    second = _vertices(starts[first_agents:], starts[: first_agents + 1], payoffs[:middle, middle:])
    everything = (1 << end) - 1
    out = []
    for labels, own in first.items():
        limits.check()
        out += [(own, other) for more, other in second.items() if labels | more == everything]
    return sorted(out, key=_order)


def _order(pair: tuple[_Strategies, _Strategies]) -> tuple[Any, ...]:
    """Small supports first, then by what is played."""
    played = [[k for k, p in enumerate(s) if p] for strategies in pair for s in strategies]
    return sum(map(len, played)), played, pair


def _vertices(
    own: Sequence[int], other: Sequence[int], earned: NDArray[Any]
) -> dict[int, _Strategies]:
    """The vertices of a player's polyhedron by their labels, as bits: unplayed actions of its own,
    and the other's best responses.

    Args:
        own: the first action of each of its types, and the last one's end.
        other: the same of the other player.
        earned: (other's actions, own actions), what the other's types earn: integers.
    """
    current, labels, worths = _origin(own, other, earned)
    for variable in worths:
        column = current.nonbasic.index(variable)
        current = current.pivot(current.leaving(column), column)
    out: dict[int, _Strategies] = {}
    frontier, seen = [current], {frozenset(current.nonbasic)}
    while frontier:
        limits.check()
        current = frontier.pop()
        tight = _labels_of(current, labels)
        if tight not in out:
            out[tight] = _strategies(current, own)
        for column in range(len(current.nonbasic)):
            row = current.leaving(column)
            if current.basic[row] in worths:  # an edge without an end
                continue
            key = frozenset(current.nonbasic) - {current.nonbasic[column]} | {current.basic[row]}
            if key not in seen:
                seen.add(key)
                frontier.append(current.pivot(row, column))
    return out


def _origin(
    own: Sequence[int], other: Sequence[int], earned: NDArray[Any]
) -> tuple[Dictionary, dict[int, int], range]:
    """The dictionary in which each type plays its last action and the other's worths are zero.

    Variables are the probabilities of all but the last actions; then, for each type of the other
    player, what it loses at least against a payoff that none reaches; then the slacks: the last
    actions' probabilities, and what more each of the other's actions loses.

    Returns:
        The dictionary, the label of each variable that has one, and the variables of the worths.
    """
    lost = earned.max() + 1 - earned  # positive
    types = [range(a - own[0], b - own[0]) for a, b in pairwise(own)]
    last = [actions[-1] for actions in types]
    free = [action for actions in types for action in actions[:-1]]
    count, against = len(free), len(other) - 1
    table = np.zeros((len(types) + len(lost), count + against + 1), dtype=object)
    labels = {k: own[0] + action for k, action in enumerate(free)}
    slack = count + against
    for row, actions in enumerate(types):
        table[row, [k for k, action in enumerate(free) if action in actions]] = 1
        table[row, -1] = 1
        labels[slack + row] = own[0] + actions[-1]
    last_of = [next(top for top, own_ in zip(last, types, strict=True) if a in own_) for a in free]
    for place, (start, end) in enumerate(pairwise(other)):
        for action in range(start - other[0], end - other[0]):
            row = len(types) + action
            table[row, :count] = lost[action, last_of] - lost[action, free]
            table[row, count + place] = 1
            table[row, -1] = sum(lost[action, last].tolist())
            labels[slack + row] = other[0] + action
    nonbasic, basic = list(range(slack)), list(range(slack, slack + len(table)))
    return Dictionary(table, nonbasic, basic, 1), labels, range(count, count + against)


def _labels_of(current: Dictionary, labels: dict[int, int]) -> int:
    zero = [v for v, row in zip(current.basic, current.table, strict=True) if row[-1] == 0]
    bits = (1 << labels[variable] for variable in (*current.nonbasic, *zero))
    return sum(set(bits))


def _strategies(current: Dictionary, own: Sequence[int]) -> _Strategies:
    at = dict(zip(current.basic, current.table[:, -1], strict=True))
    out: list[Strategy] = []
    variable = 0
    for start, end in pairwise(own):
        count = end - start - 1
        some = [
            Fraction(int(at.get(v, 0)), int(current.denominator))
            for v in range(variable, variable + count)
        ]
        out.append((*some, 1 - sum(some, Fraction(0))))
        variable += count
    return tuple(out)
