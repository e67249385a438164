"""Whether a supremum under weak ties is attained, with a proof either way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gtlearn import child, limits
from gtlearn.games.numbers import ExactArray, integer_array
from gtlearn.solvers._commitment.data import LeaderPayoffs, earned, support_program
from gtlearn.solvers._commitment.strong import best_responses
from gtlearn.solvers._commitment.weak import ClassOptimum, WeakSearch, class_optimum
from gtlearn.solvers._linear.program import Optimum, solve

_Step = tuple[Any, dict[int, Fraction]]  # multipliers of the follower's actions, of tied ones


@dataclass(frozen=True)
class Attainment:
    """A mix that attains the supremum and the follower's worst response to it; or, with no mix,
    a chain of proof steps for each class that reaches the supremum, see `verify.commitment_weak`.
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
        mix = [Fraction(int(i == search.pure.action)) for i in range(game.shape[0])]
        return Attainment(mix, search.pure.response, {})
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
            return None, [*steps, (_row(game, best), best.weights)]
        steps.append((_row(game, best), best.weights))
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


def _row(game: LeaderPayoffs, best: ClassOptimum) -> ExactArray:
    """The multipliers of the follower's actions, for the true payoffs."""
    row, denominator = best.row
    ratio = game.ratio
    return integer_array(
        [v * ratio.numerator for v in row], (game.shape[1],), denominator * ratio.denominator
    )


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
