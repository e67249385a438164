"""The optimal mixed commitment under weak ties: a supremum (von Stengel and Zamir 2010).

Follower actions with equal payoffs form a class. Inside the region where a class is the only best
response the leader earns the least of its members, so the supremum is the best such value over
the closures of the regions that have an inside. Whether it is attained is decided with a
proof either way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from gtlearn import child, limits
from gtlearn.games.numbers import integer_array
from gtlearn.progress import tell
from gtlearn.solvers._commitment.data import (
    LeaderPayoffs,
    best_pure,
    earned,
    maximise_least,
    support_program,
)
from gtlearn.solvers._commitment.dual_simplex import CUT, INFEASIBLE, OPTIMAL, Proposal, maximise
from gtlearn.solvers._commitment.multipliers import Multipliers, bounds, rounded
from gtlearn.solvers._commitment.strong import (
    MARGIN,
    best_responses,
    checking_seconds,
    exact_region,
)
from gtlearn.solvers._linear.program import Infeasible, Optimum, solve

_Row = tuple[list[int], int]
_Step = tuple[Any, dict[int, Fraction]]  # multipliers of the follower's actions, of tied ones


@dataclass(frozen=True)
class ClassOptimum:
    """The best mix in a class's region, by the least of the class: exact value and dual."""

    mix: list[Fraction]
    value: Fraction
    row: _Row
    weights: dict[int, Fraction]


@dataclass
class WeakSearch:
    """What is known about each class; classes are named by their first member.

    Attributes:
        game: the integers.
        value: the supremum as far as known.
        best: the class that reaches it, None where a pure commitment does.
        floats: float multipliers by class.
        owner: the member whose leader payoffs the float multipliers of a class bound.
        optima: the classes solved exactly.
        interiors: mixes to which a class is the only best response; None where there are none.
        flat_rows: the proof that a class has no such mix.
    """

    game: LeaderPayoffs
    value: Fraction = Fraction(0)
    best: int | None = None
    floats: dict[int, Proposal] = field(default_factory=dict)
    owner: dict[int, int] = field(default_factory=dict)
    optima: dict[int, ClassOptimum] = field(default_factory=dict)
    interiors: dict[int, list[Fraction] | None] = field(default_factory=dict)
    flat_rows: dict[int, _Row] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.groups = {group[0]: group for group in self.game.classes}
        self.pure = best_pure([self.game], "weak")
        self.value = self.pure.value

    def run(self) -> None:
        """Finds the supremum: floats first, then every class that they leave open.

        Raises:
            LimitReached: at a limit; what is known stays.
        """
        self._propose()
        tops = self.tops()
        for j in sorted(self.groups, key=lambda j: -tops[j]):
            if tops[j] > self.value and j not in self.flat_rows and j not in self.optima:
                self.settle(j)

    def _propose(self) -> None:
        game = self.game
        limits.require(8 * 8 * game.leader.size)
        leader = np.ascontiguousarray(game.leader_floats.T)
        follower = np.ascontiguousarray(game.follower_floats.T)
        tops = leader.max(axis=1)
        order = sorted(self.groups, key=lambda j: -min(tops[k] for k in self.groups[j]))
        for rank, j in enumerate(order):
            limits.check()
            if rank % 16 == 0:
                tell(rank / len(order), "linear programs, one a class of responses")
            best = game.leader_float(self.value)
            for k in sorted(self.groups[j], key=lambda k: tops[k]):
                self.owner[j] = k
                if tops[k] <= best:
                    self.floats.pop(j, None)
                    break
                proposal = maximise(leader[k], follower[j] - follower, best - MARGIN)
                self.floats[j] = proposal
                if proposal.status in (CUT, INFEASIBLE):
                    break
            else:
                if self.floats[j].bound > best:
                    self.settle(j)

    def settle(self, j: int) -> None:
        """Decides exactly whether j's class has an inside, and its value if so."""
        limits.check()
        if self.interior(j) is None:
            return
        optimum = self.optimum(j)
        if optimum.value > self.value:
            self.value, self.best = optimum.value, j

    def interior(self, j: int) -> list[Fraction] | None:
        """A mix to which only the class of j responds; None (with a proof kept) if there is none.

        The class's own region may be empty, which the same program shows.
        """
        if j in self.interiors:
            return self.interiors[j]
        m, n = self.game.shape
        others = sorted(set(range(n)) - set(self.groups[j]))
        mix = _inside(self.game, j, others) if others else [Fraction(1, m)] * m
        if mix is None:
            least = maximise_least(-self.game.disobedience(j)[others])
            if least.value > 0:
                mix = least.mix
            else:
                row = [0] * n
                for k, weight in zip(others, least.weights, strict=True):
                    row[k] = weight
                self.flat_rows[j] = row, least.denominator
        self.interiors[j] = mix
        return mix

    def optimum(self, j: int) -> ClassOptimum:
        """The exact optimum over the (nonempty) region of j's class."""
        if j not in self.optima:
            self.optima[j] = class_optimum(self.game, j, self.groups[j])
        return self.optima[j]

    def tops(self) -> dict[int, Fraction]:
        """The exact bound of each class by the multipliers known.

        Raises:
            LimitReached: at a limit.
        """
        rough = self._rounded()
        columns = [self.owner.get(j, j) for j in range(self.game.shape[1])]
        proven = child.bounded(
            bounds,
            self.game,
            rough,
            self.game.leader[:, columns],
            seconds=checking_seconds(self.game),
        )
        exact = {j: optimum.value for j, optimum in self.optima.items()}
        flat = dict.fromkeys(self.flat_rows, self.value)
        return {j: exact.get(j, proven[j]) for j in self.groups} | flat

    def _rounded(self) -> Multipliers:
        return rounded(self.game, {j: proposal.multipliers for j, proposal in self.floats.items()})

    def proof(self) -> dict[str, Any]:
        """The evidence that bounds every class: multipliers, weights and flat regions."""
        rows = {j: optimum.row for j, optimum in self.optima.items()} | self.flat_rows
        weights = {j: {k: Fraction(1)} for j, k in self.owner.items() if k != j}
        weights |= {j: optimum.weights for j, optimum in self.optima.items()}
        for j in self.flat_rows:
            weights.pop(j, None)
        return {
            "multipliers": self._rounded().replaced(rows).for_payoffs(self.game.ratio),
            "weights": {j: w for j, w in weights.items() if w != {j: 1}},
            "flat": tuple(sorted(self.flat_rows)),
        }


def _inside(game: LeaderPayoffs, j: int, others: list[int]) -> list[Fraction] | None:
    """A mix to which the class of j alone responds, by floats that are checked exactly; or None.

    The vertex where j beats `others` by a small margin is rounded to binary fractions.
    """
    follower = np.ascontiguousarray(game.follower_floats.T)
    gains = game.disobedience(j)[others].astype(object)
    for margin in (1e-2, 1e-4, 1e-6):
        proposal = maximise(game.leader_floats[:, j], follower[j] - follower[others] - margin)
        if proposal.status != OPTIMAL:
            continue
        weights = np.rint(np.ldexp(proposal.point.clip(0.0), 40)).astype(np.int64).astype(object)
        if (gains @ weights < 0).all():
            total = int(weights.sum())
            return [Fraction(v, total) for v in weights.tolist()]
    return None


def class_optimum(game: LeaderPayoffs, j: int, group: list[int]) -> ClassOptimum:
    """Maximise the least payoff of `group`, which holds j, over j's region, which is not empty.

    Raises:
        LimitReached: at a limit.
    """
    if len(group) == 1:
        follower = np.ascontiguousarray(game.follower_floats.T)
        hint = maximise(game.leader_floats[:, j], follower[j] - follower)
        region = exact_region(game, j, hint)
        if region is None:
            raise Infeasible
        mix, earned, dual, denominator = region
        return ClassOptimum(mix, Fraction(*earned), (dual, denominator), {j: Fraction(1)})
    least = maximise_least(game.leader[:, group].T, game.disobedience(j))
    weights = {
        k: Fraction(weight, least.denominator)
        for k, weight in zip(group, least.weights, strict=True)
        if weight
    }
    return ClassOptimum(least.mix, least.value, (least.multipliers, least.denominator), weights)


@dataclass(frozen=True)
class Attainment:
    """A mix that attains the supremum and the follower's worst response to it; or, with no mix,
    a chain of proof steps for each class that reaches the supremum, see `verify.commitment`.
    """

    mix: list[Fraction] | None
    response: int | None
    chains: dict[int, list[_Step]]


def attainment(search: WeakSearch) -> Attainment:
    """Decides whether some mix earns the supremum that `search` found.

    Raises:
        LimitReached: at a limit.
    """
    game = search.game
    if search.best is None:
        return Attainment(search.pure.mix, search.pure.responses[0], {})
    mix = search.optimum(search.best).mix
    value, response = weak_value(game, mix)
    if value == search.value:
        return Attainment(mix, response, {})
    chains: dict[int, list[_Step]] = {}
    for j in _reaching(search):
        point, chains[j] = _follow(search, j)
        if point is not None:
            return Attainment(point, weak_value(game, point)[1], {})
    return Attainment(None, None, chains)


def weak_value(game: LeaderPayoffs, mix: list[Fraction]) -> tuple[Fraction, int]:
    """What the leader earns where ties go against it, in the game's integers, and the response."""
    own = {k: earned(mix, game.leader[:, k], 1) for k in best_responses(game, mix)}
    response = min(own, key=lambda k: own[k])
    return own[response], response


def _reaching(search: WeakSearch) -> Iterator[int]:
    """The classes whose region has an inside and whose value is the supremum, one by one."""
    tops = search.tops()
    for j in sorted(search.groups, key=lambda j: j not in search.optima):
        if tops[j] == search.value and j not in search.flat_rows:
            search.settle(j)
            if j not in search.flat_rows and search.optima[j].value == search.value:
                yield j


def _follow(search: WeakSearch, j: int) -> tuple[list[Fraction] | None, list[_Step]]:
    """A mix that earns the supremum in j's region, or the proof that there is none.

    Some actions tie with j wherever it earns the supremum; they must earn it too. That
    leaves less room, where further actions may tie, and so on, until a mix makes just the tied
    actions best responses, or no room is left.
    """
    game, value = search.game, search.value
    tied = list(search.groups[j])
    steps: list[_Step] = []
    while True:
        limits.check()
        best = class_optimum(game, j, tied)
        if best.value < value:
            return None, [*steps, (game.exported(*best.row), best.weights)]
        steps.append((game.exported(*best.row), best.weights))
        known_tied = [k for k, v in enumerate(best.row[0]) if v and k not in tied]
        if known_tied:  # complementary slackness tells of ties already
            tied += known_tied
            continue
        others = [k for k in best_responses(game, best.mix) if k not in tied]
        if not others:
            return best.mix, []
        optimum = _separated(game, j, tied, value, others)
        terms = optimum.primal[game.shape[0] :]
        if all(terms):  # others are worse there, and all else is worse than j at the optimum
            weights = optimum.primal[: game.shape[0]]
            total = 2 * sum(weights)
            return [p / 2 + Fraction(v, total) for p, v in zip(best.mix, weights, strict=True)], []
        steps.append(_more_ties(game, optimum, tied, others, value.denominator))
        tied += [k for k, term in zip(others, terms, strict=True) if not term]


def _separated(
    game: LeaderPayoffs, j: int, tied: list[int], value: Fraction, others: list[int]
) -> Optimum:
    """The optimum of `support_program`.

    Raises:
        LimitReached: at a limit.
    """
    import highspy  # noqa: F401  for what is imported in a child is lost

    seconds = 2e-7 * (game.shape[1] + 3 * len(others)) * (game.shape[0] + len(others))
    return child.bounded(_optimum, game, j, tied, value, others, seconds=seconds)


def _optimum(
    game: LeaderPayoffs, j: int, tied: list[int], value: Fraction, others: list[int]
) -> Optimum:
    return solve(support_program(game, j, tied, (value.numerator, value.denominator), others))


def _more_ties(
    game: LeaderPayoffs, optimum: Optimum, tied: list[int], others: list[int], unit: int
) -> _Step:
    """The dual of `support_program` as a step: each action that ties has a positive multiplier."""
    n = game.shape[1]
    row = list(optimum.dual[:n])
    for place, k in enumerate(others):
        row[k] += optimum.dual[n + len(tied) + place]
    worth = Fraction(unit * game.leader_scale, game.follower_scale * optimum.dual_denominator)
    weights = {t: optimum.dual[n + place] * worth for place, t in enumerate(tied)}
    return (
        integer_array(row, (n,), optimum.dual_denominator),
        {t: weight for t, weight in weights.items() if weight},
    )
