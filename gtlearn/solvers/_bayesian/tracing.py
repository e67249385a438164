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
from typing import Any, NamedTuple, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.solvers._linear.algebra import multiply, solve_integer_system
from gtlearn.solvers._nash.exact_polytope import Dictionary
from gtlearn.solvers.outcomes import Strategy

_SMALL = 1e-10  # what floats are not told apart by, and what payoffs are moved by against ties
_PATHS, _MOST_PIVOTS = 20, 10  # in floats; of each path, times the number of actions


def traced_equilibrium(starts: Sequence[int], payoffs: NDArray[Any]) -> tuple[Strategy, ...]:
    """An equilibrium, one strategy an agent, in exact arithmetic.

    The path is followed in floats first, and what is played at its end solved for exactly. Where
    that is no equilibrium it is followed exactly: no path turns back, since ties are broken
    lexicographically, and z stays between 0 and 1.

    Args:
        starts: the first action of each agent, if all actions are counted through, and how many
            there are.
        payoffs: (actions, actions), what an action earns by each one of other agents: Python
            integers, zero among the actions of one agent.

    Raises:
        LimitReached: at a limit.
    """
    guessed = _guessed(starts, payoffs)
    if guessed is not None:
        return guessed
    sizes = [end - first for first, end in pairwise(starts)]
    scale = math.lcm(*sizes)
    weights = [scale // size for size in sizes for _ in range(size)]
    start = _start(starts, payoffs, np.array(weights, dtype=object))
    end = _followed(start, Dictionary(start.table, *start.variables, 1))
    assert end is not None  # as nothing turns back
    at = dict(zip(end.basic, end.table[:, -1].tolist(), strict=True))
    plays = [at.get(start.names.index(("play", action)), 0) for action in range(len(payoffs))]
    return _strategies(starts, plays, end.denominator)


def _strategies(starts: Sequence[int], plays: Sequence[int], bottom: int) -> tuple[Strategy, ...]:
    numbers = [Fraction(int(play), int(bottom)) for play in plays]
    return tuple(tuple(numbers[first:end]) for first, end in pairwise(starts))


_Name = tuple[str, int]  # of a variable: "play" or "slack" of an action, or the "prior"
_PRIOR: _Name = ("prior", 0)


class _Start(NamedTuple):
    """The dictionary of the best responses to the prior.

    Attributes:
        table: as of `Dictionary`.
        names: of the variables, the nonbasic ones first.
        entering: the variable that enters.
    """

    table: NDArray[Any]
    names: list[_Name]
    entering: _Name

    @property
    def variables(self) -> tuple[list[int], list[int]]:
        """The numbers of the nonbasic and of the basic variables."""
        count = len(self.names) - len(self.table)
        return list(range(count)), list(range(count, len(self.names)))


class _Path(Protocol):
    """A dictionary that a path leads through, exact or in floats."""

    @property
    def table(self) -> NDArray[Any]: ...
    @property
    def nonbasic(self) -> list[int]: ...
    @property
    def basic(self) -> list[int]: ...
    def leaving(self, column: int) -> int: ...
    def pivot(self, row: int, column: int) -> Self: ...


_Any = TypeVar("_Any", bound=_Path)


def _followed(start: _Start, current: _Any, most: float = math.inf) -> _Any | None:
    """The end of the path, where z is zero; None after too many pivots."""
    number = {name: k for k, name in enumerate(start.names)}
    entering, pivots = start.entering, 0
    while pivots < most:
        limits.check()
        column = current.nonbasic.index(number[entering])
        row = current.leaving(column)
        if row < 0:
            return None
        kind, action = start.names[current.basic[row]]
        current = current.pivot(row, column)
        pivots += 1
        if kind == "prior" or current.table[current.basic.index(number[_PRIOR]), -1] == 0:
            return current
        entering = ("slack" if kind == "play" else "play", action)
    return None


class _Floats:
    """A dictionary in floats, of which every row is one variable less the nonbasic ones'."""

    def __init__(self, table: NDArray[np.float64], nonbasic: list[int], basic: list[int]) -> None:
        self.table, self.nonbasic, self.basic = table, nonbasic, basic

    def leaving(self, column: int) -> int:
        """The row of the smallest ratio, of ties that with the largest entry; -1 for none."""
        entries = self.table[:, column]
        rows = np.flatnonzero(entries > _SMALL)
        if not len(rows):
            return -1
        ratios = np.maximum(self.table[rows, -1], 0) / entries[rows]
        rows = rows[ratios <= ratios.min() + _SMALL]
        return int(rows[entries[rows].argmax()])

    def pivot(self, row: int, column: int) -> _Floats:
        """Itself, after exchanging one variable."""
        table, pivot = self.table, self.table[row, column]
        others = table[:, column] / -pivot
        table[row] /= pivot
        others[row] = 1 / pivot
        scaled = table[row] * pivot
        scaled[column] = 0
        table[:, column] = 0
        kept = table[row].copy()
        table += np.outer(others, scaled)
        table[row] = kept
        table[:, column] = others
        self.nonbasic[column], self.basic[row] = self.basic[row], self.nonbasic[column]
        return self


def _guessed(starts: Sequence[int], payoffs: NDArray[Any]) -> tuple[Strategy, ...] | None:
    """The equilibrium at the end of a path in floats, exactly; None where there is none.

    Paths may be long, so several are followed, from the uniform prior and from others.
    """
    scaled = np.empty(payoffs.shape)
    for first, end in pairwise(starts):
        largest = int(abs(payoffs[first:end]).max()) or 1
        scaled[first:end] = [[v / largest for v in row] for row in payoffs[first:end].tolist()]
    generator = np.random.default_rng(0)
    scaled *= 1 + _SMALL * generator.standard_normal(payoffs.shape)
    prior = np.ones(len(payoffs))
    for attempt in range(_PATHS):
        if attempt:
            prior = generator.exponential(size=len(payoffs))
        for first, end in pairwise(starts):
            prior[first:end] /= prior[first:end].sum()
        start = _start(starts, scaled, prior)
        with np.errstate(all="ignore"):
            path = _Floats(start.table, *start.variables)
            final = _followed(start, path, _MOST_PIVOTS * len(payoffs))
        if final is not None:
            solved = _at_end(starts, payoffs, start, final)
            if solved is not None:
                return solved
    return None


def _at_end(
    starts: Sequence[int], payoffs: NDArray[Any], start: _Start, final: _Floats
) -> tuple[Strategy, ...] | None:
    """What is played where a path ended, exactly."""
    inside, outside = ([start.names[v] for v in vs] for vs in (final.basic, final.nonbasic))
    played = sorted(action for kind, action in inside if kind == "play")
    best = sorted(action for kind, action in outside if kind == "slack")
    return _solved(starts, payoffs, played, best)


def _solved(
    starts: Sequence[int], payoffs: NDArray[Any], played: Sequence[int], best: Sequence[int]
) -> tuple[Strategy, ...] | None:
    """The equilibrium that plays nothing but `played`, where the `best` actions of each agent earn
    the same; None if it is none."""
    if len(played) != len(best):
        return None
    agents, count = len(starts) - 1, len(played)
    matrix = np.zeros((count + agents, count + agents), dtype=object)
    right = np.zeros(count + agents, dtype=object)
    matrix[:count, :count] = payoffs[np.ix_(best, played)]
    owner = np.searchsorted(starts, np.arange(len(payoffs)), side="right") - 1
    matrix[np.arange(count), count + owner[best]] = -1
    matrix[count + owner[played], np.arange(count)] = 1
    right[count:] = 1
    solved = solve_integer_system(matrix, right)
    if solved is None:
        return None
    tops, bottom = solved
    if min(tops[:count]) < 0:
        return None
    earned = multiply(payoffs[:, played], tops[:count])
    if any(worth > tops[count + who] for worth, who in zip(earned, owner.tolist(), strict=True)):
        return None
    plays = [0] * len(payoffs)
    for action, top in zip(played, tops, strict=False):
        plays[action] = top
    return _strategies(starts, plays, bottom)


def _start(starts: Sequence[int], payoffs: NDArray[Any], prior: NDArray[Any]) -> _Start:
    """The dictionary of the best responses to a prior, whose sum is the same for all agents.

    An action's probability is "play" plus z times the prior's. Basic are the slacks of actions that
    are not the best, z (the "prior"), and the play of the best action of all agents but the first,
    whose play enters.
    """
    agents = [range(first, end) for first, end in pairwise(starts)]
    scale = prior[: starts[1]].sum()
    earned = payoffs @ prior
    best = [max(own, key=lambda action: earned[action]) for own in agents]
    others = [
        [action for action in own if action != top] for own, top in zip(agents, best, strict=True)
    ]
    entering, first = best[0], list(agents[0])
    listed: list[_Name] = [("play", action) for own in others for action in own]
    outside = [*listed, ("play", entering), *(("slack", top) for top in best)]
    inside = [*(("slack", action) for own in others for action in own), _PRIOR]
    inside += [("play", top) for top in best[1:]]
    column = {name: k for k, name in enumerate(outside)}
    table = np.zeros((len(inside), len(outside) + 1), dtype=payoffs.dtype)
    of_first = [column["play", action] for action in first]
    row = 0
    for rest_of, top in zip(others, best, strict=True):
        for action in rest_of:
            lost = (payoffs[top] - payoffs[action]) * scale
            at_start = earned[top] - earned[action]
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
    return _Start(table, [*outside, *inside], ("play", entering))
