"""One equilibrium of a polymatrix game by complementary pivoting from the uniform prior.

Each agent plays against each other one a bimatrix game; a Bayesian game of two players is such a
game among its types. A path of equilibria against (1 - z) times what is played plus z times the
prior leads from the best responses to the prior, z = 1, to an equilibrium, z = 0 (Lemke 1965;
Howson 1972; von Stengel, van den Elzen & Talman 2002, section 4).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.solvers._nash.exact_polytope import Dictionary
from gtlearn.solvers.outcomes import Strategy


def traced_equilibrium(starts: Sequence[int], payoffs: NDArray[Any]) -> tuple[Strategy, ...]:
    """An equilibrium, one strategy an agent, in exact arithmetic.

    No path turns back: ties are broken lexicographically, and z stays between 0 and 1.

    Args:
        starts: the first action of each agent, if all actions are counted through, and how many
            there are.
        payoffs: (actions, actions), what an action earns by each one of other agents: Python
            integers, zero among the actions of one agent.

    Raises:
        LimitReached: at a limit.
    """
    table, nonbasic, played = _start(starts, payoffs)
    count = len(payoffs)
    current = Dictionary(table, list(range(count + 1)), list(range(count + 1, 2 * count + 1)), 1)
    names = [*nonbasic[0], *nonbasic[1]]  # of the variables, by their numbers
    number = {name: k for k, name in enumerate(names)}
    entering = number["play", played]
    while True:
        limits.check()
        column = current.nonbasic.index(entering)
        row = current.leaving(column)
        leaving = current.basic[row]
        current = current.pivot(row, column)
        at = dict(zip(current.basic, current.table[:, -1], strict=True))
        if not at.get(number["prior", 0], 0):
            break
        kind, action = names[leaving]
        entering = number["slack" if kind == "play" else "play", action]
    return tuple(
        tuple(
            Fraction(int(at.get(number["play", action], 0)), int(current.denominator))
            for action in range(first, end)
        )
        for first, end in pairwise(starts)
    )


_Name = tuple[str, int]  # of a variable: "play" or "slack" of an action, or the "prior"


def _start(
    starts: Sequence[int], payoffs: NDArray[Any]
) -> tuple[NDArray[Any], tuple[list[_Name], list[_Name]], int]:
    """The dictionary of the best responses to the uniform prior.

    An action's probability is "play" plus z times the prior's. Basic are the slacks of actions that
    are not the best, z (the "prior"), and the play of the best action of all agents but the first.

    Returns:
        The table; the names of the nonbasic and of the basic variables; the best action of the
        first agent, whose play enters.
    """
    agents = [range(first, end) for first, end in pairwise(starts)]
    scale = math.lcm(*map(len, agents))
    prior = np.empty(len(payoffs), dtype=object)
    for own in agents:
        prior[own.start : own.stop] = scale // len(own)
    earned = payoffs @ prior
    best = [max(own, key=lambda action: earned[action]) for own in agents]
    others = [
        [action for action in own if action != top] for own, top in zip(agents, best, strict=True)
    ]
    entering, first = best[0], list(agents[0])
    listed: list[_Name] = [("play", action) for own in others for action in own]
    outside = [*listed, ("play", entering), *(("slack", top) for top in best)]
    inside = [*(("slack", action) for own in others for action in own), ("prior", 0)]
    inside += [("play", top) for top in best[1:]]
    column = {name: k for k, name in enumerate(outside)}
    table = np.zeros((len(inside), len(outside) + 1), dtype=object)
    of_first = [column["play", action] for action in first]
    row = 0
    for rest_of, top in zip(others, best, strict=True):
        for action in rest_of:
            lost = (payoffs[top] - payoffs[action]) * scale
            at_start = int(earned[top] - earned[action])
            table[row, column["slack", top]] = -1
            table[row, -1] = at_start
            for k, (rest, other_top) in enumerate(zip(others, best, strict=True)):
                if k:
                    for b in rest:
                        table[row, column["play", b]] = -(lost[b] - lost[other_top])
            gone = sum(lost[top_] for top_ in best[1:]) - at_start
            for b in first:
                table[row, column["play", b]] = -(lost[b] + gone)
            row += 1
    table[row, of_first] = 1
    table[row, -1] = 1
    for k, rest_of in enumerate(others[1:], start=row + 1):
        table[k, of_first] = -1
        table[k, [column["play", action] for action in rest_of]] = 1
    return table, (outside, inside), entering
