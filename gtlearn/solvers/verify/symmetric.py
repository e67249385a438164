"""Symmetric equilibria re-checked from the payoffs alone.

Mixed ones of two actions are roots of an integer polynomial; they are counted by Descartes' rule of
signs on halved intervals (Vincent 1836; Collins & Akritas 1976), in integers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import partial
from itertools import pairwise
from math import comb, factorial, lcm, prod
from typing import Any

from flint import fmpq, fmpz_poly

from gtlearn.errors import InputError
from gtlearn.games import SymmetricGame
from gtlearn.games.numbers import to_fraction
from gtlearn.limits import check
from gtlearn.solvers.enclosures import Enclosure, Real
from gtlearn.solvers.outcomes import ENCLOSURE, RATIONAL, NashEquilibrium, Outcome
from gtlearn.solvers.verify.claim import (
    OF_TABLES,
    Claim,
    foreign_statements,
    outcome_statements,
    verified_failures,
    whole_statements,
)
from gtlearn.solvers.verify.form import index, items, text
from gtlearn.solvers.verify.report import Statement, Tested, unless

_EVIDENCE = ("regrets", "radius")
_COMPLETE = "that these are all symmetric ones (complete)"
_KEY = "symmetric"  # of the JSON
_SETS = ("components", "component_indices", "subsets")
_HALVING = fmpz_poly([1, 2])

RootInterval = tuple[Fraction, Fraction]


def earnings(game: SymmetricGame, strategy: Sequence[Any]) -> tuple[Fraction, ...]:
    """What each action earns, exactly, where each of the others plays one strategy.

    Raises:
        InputError: if it is no distribution over the actions.
    """
    exact = [to_fraction(p) for p in strategy]
    if len(exact) != len(game.actions):
        raise InputError(f"the strategy has {len(exact)} probabilities for {len(game.actions)}")
    if min(exact) < 0 or sum(exact) != 1:
        raise InputError("the strategy is no distribution over the actions")
    scale = lcm(*(p.denominator for p in exact))
    weights = [int(p * scale) for p in exact]
    others = game.num_players - 1
    powers = [[weight**k for k in range(others + 1)] for weight in weights]
    ways = [
        prod((powers[action][count] for action, count in enumerate(counts)), start=1)
        * (factorial(others) // prod(map(factorial, counts)))
        for counts in game.counts
    ]
    below = game.payoffs.denominator * scale**others
    rows = game.payoffs.numerators.tolist()
    return tuple(
        Fraction(sum(way * value for way, value in zip(ways, row, strict=True)), below)
        for row in rows
    )


def regret_and_payoff(game: SymmetricGame, strategy: Sequence[Any]) -> tuple[Fraction, Fraction]:
    """What a player gains by its best deviation, and earns, where all play one strategy.

    Raises:
        InputError: if it is no distribution over the actions.
    """
    earned = earnings(game, strategy)
    payoff = sum((to_fraction(p) * e for p, e in zip(strategy, earned, strict=True)), Fraction(0))
    return max(earned) - payoff, payoff


def payoff_box(game: SymmetricGame, mid: Fraction, radius: Fraction) -> Real:
    """What the first or the second action earns where the probability of the second is in a box.

    Its derivative by that probability is at most n - 1 times the largest difference between
    neighbours in the table, since it is a polynomial in Bernstein form.
    """
    changes = [
        max(abs(b - a) for a, b in pairwise(row)) for row in game.payoffs.numerators.tolist()
    ]
    action = changes.index(min(changes))
    row = game.payoffs.numerators[action].tolist()
    near = _bernstein(row, mid) / game.payoffs.denominator
    apart = (game.num_players - 1) * Fraction(changes[action], game.payoffs.denominator) * radius
    if apart == 0:
        return near
    digits = max(0, len(str(apart.denominator // apart.numerator))) + 2
    rounded = Fraction(round(near * 10**digits), 10**digits)
    return Enclosure(rounded, _rounded_up(apart + abs(near - rounded), digits))


def _bernstein(coefficients: Sequence[int], probability: Fraction) -> Fraction:
    """A polynomial in Bernstein form at a probability below one."""
    degree = len(coefficients) - 1
    odds = probability / (1 - probability)
    form = fmpz_poly([c * comb(degree, k) for k, c in enumerate(coefficients)])
    value = form(fmpq(odds.numerator, odds.denominator))
    return Fraction(int(value.p), int(value.q)) * (1 - probability) ** degree


def _rounded_up(value: Fraction, digits: int) -> Fraction:
    scaled = value * 10**digits
    return Fraction(-(-scaled.numerator // scaled.denominator), 10**digits)


def gain_polynomial(game: SymmetricGame) -> fmpz_poly:
    """A polynomial in t = p / (1 - p) with the sign of what the second action gains at p."""
    first, second = game.payoffs.numerators.tolist()
    others = len(first) - 1
    return fmpz_poly([comb(others, k) * (second[k] - first[k]) for k in range(len(first))])


def isolated_roots(polynomial: fmpz_poly) -> list[RootInterval]:
    """Disjoint open intervals of p = t / (1 + t) in which a polynomial in t > 0 has one root each;
    a root at an end of an interval is an interval without length.

    Args:
        polynomial: not zero.
    """
    common = polynomial.gcd(polynomial.derivative())
    return sorted(_isolated(_without_zero(polynomial // common), Fraction(0), Fraction(1)))


def _isolated(polynomial: fmpz_poly, low: Fraction, high: Fraction) -> Iterator[RootInterval]:
    """As `isolated_roots`, where p = (low + high t) / (1 + t), and all roots are simple."""
    check()
    variations = _variations(polynomial)
    if variations == 1:
        yield low, high
    elif variations > 1:
        middle = (low + high) / 2
        right = polynomial(_HALVING)  # t = 1 + 2 s
        if right[0] == 0:
            yield middle, middle
        yield from _isolated(_without_zero(right), middle, high)
        yield from _isolated(_reversed(_reversed(polynomial)(_HALVING)), low, middle)


def _variations(polynomial: fmpz_poly) -> int:
    """How often the sign changes from one coefficient that is not zero to the next."""
    signs = [c > 0 for c in polynomial.coeffs() if c != 0]
    return sum(a != b for a, b in pairwise(signs))


def _reversed(polynomial: fmpz_poly) -> fmpz_poly:
    return fmpz_poly(polynomial.coeffs()[::-1])


def _without_zero(polynomial: fmpz_poly) -> fmpz_poly:
    """Divided by the powers of t that divide it."""
    return _reversed(_reversed(polynomial))


def _sign_at(polynomial: fmpz_poly, probability: Fraction) -> int:
    odds = probability / (1 - probability)
    value = polynomial(fmpq(odds.numerator, odds.denominator))
    return int(value > 0) - int(value < 0)


def _is_monotone(polynomial: fmpz_poly, mid: Fraction, radius: Fraction) -> bool:
    """Whether (1 - p)^m times a polynomial of degree m in t = p / (1 - p) is monotone in a box.

    Both derivatives are Bernstein polynomials of the differences of its coefficients.
    """
    degree = polynomial.degree()
    scale = lcm(*(comb(degree, k) for k in range(degree + 1)))
    values = [int(c) * (scale // comb(degree, k)) for k, c in enumerate(polynomial.coeffs())]
    slopes = [b - a for a, b in pairwise(values)]
    bends = [abs(b - a) for a, b in pairwise(slopes)]
    return abs(_bernstein(slopes, mid)) > (degree - 1) * max(bends, default=0) * radius


def equilibrium_failures(game: SymmetricGame, outcome: Outcome) -> list[str]:
    """What of a symmetric equilibrium does not hold."""
    if not isinstance(outcome, NashEquilibrium) or outcome.in_steps:
        return [f"a {type(outcome).__name__} is no symmetric equilibrium"]
    strategies = items(outcome.strategies, "the strategies")
    payoffs = items(outcome.payoffs, "the payoffs")
    if len(strategies) != 1 or len(payoffs) != 1:
        return ["there is not one strategy, with one payoff, that all play"]
    if outcome.index is not None:
        return ["an index is stated, which symmetric equilibria have none"]
    strategy = items(strategies[0], "the strategy")
    evidence = outcome.certificate.evidence
    if [to_fraction(r) for r in items(evidence.get("regrets", ()), "the regrets")] != [0]:
        return ["the certificate does not say that the regret is 0"]
    if outcome.certificate.arithmetic == ENCLOSURE:
        return _box_failures(game, strategy, payoffs[0], evidence.get("radius"))
    if outcome.certificate.arithmetic != RATIONAL:
        return ["a symmetric equilibrium is exact or enclosed, but this one is in floats"]
    regret, payoff = regret_and_payoff(game, strategy)
    failures = [f"the regret is {text(regret)}"] if regret else []
    if payoff != payoffs[0]:
        failures.append(f"the payoff is {text(payoff)}, not {text(payoffs[0])}")
    return failures


def _box_failures(
    game: SymmetricGame, strategy: Sequence[Any], payoff: Real, radius: Any
) -> list[str]:
    """Whether it is not proven that exactly one equilibrium is in a box, or not what it pays."""
    if len(game.actions) != 2 or len(strategy) != 2:
        return ["a box is proven to hold a symmetric equilibrium of two actions only"]
    first, second = strategy
    if not isinstance(first, Enclosure) or not isinstance(second, Enclosure):
        return ["the two probabilities are not both enclosed"]
    if first.mid + second.mid != 1 or first.radius != second.radius or radius != second.radius:
        return ["the two probabilities, or the radius, do not fit together"]
    low, high = second.lower, second.upper
    if not 0 < low < high < 1:
        return ["the box is not between 0 and 1"]
    polynomial = gain_polynomial(game)
    if polynomial.is_zero():
        return ["there is no single equilibrium in the box, since both actions earn the same"]
    single = polynomial // polynomial.gcd(polynomial.derivative())
    if _sign_at(single, low) * _sign_at(single, high) >= 0:
        return ["the gain has no root in the box, or more than one"]
    if not _is_monotone(single, second.mid, second.radius):
        return ["the gain is not proven to have a single root in the box"]
    true = payoff_box(game, second.mid, second.radius)
    if not _holds(payoff, true):
        return [f"the payoff is {true}, which the one that is stated does not enclose"]
    return []


def _holds(stated: Real, true: Real) -> bool:
    """Whether an interval or number holds all of another."""
    if not isinstance(stated, Enclosure):
        return not isinstance(true, Enclosure) and stated == true
    low, high = (true.lower, true.upper) if isinstance(true, Enclosure) else (true, true)
    return bool(stated.lower <= low and high <= stated.upper)


def missing_failures(game: SymmetricGame, equilibria: Sequence[Outcome]) -> list[str]:
    """Whether a list of true and different equilibria lacks a symmetric one.

    Raises:
        InputError: if the game has other than two actions.
    """
    if len(game.actions) != 2:
        raise InputError("lists of symmetric equilibria are proven to be complete for two actions")
    if doubled := _doubled(equilibria):
        return doubled
    polynomial = gain_polynomial(game)
    if polynomial.is_zero():
        return ["the list is said to be complete, but every strategy is a symmetric equilibrium"]
    first, second = game.payoffs.numerators.tolist()
    pure = int(second[0] <= first[0]) + int(second[-1] >= first[-1])
    count = pure + len(isolated_roots(polynomial))
    if count != len(equilibria):
        return [f"there are {count} symmetric equilibria, of which {len(equilibria)} are listed"]
    return []


def _doubled(equilibria: Sequence[Outcome]) -> list[str]:
    """Which of several equilibria may be the same, since their last probabilities overlap."""
    ends = []
    for k, equilibrium in enumerate(equilibria):
        last = equilibrium.strategies[0][-1] if isinstance(equilibrium, NashEquilibrium) else None
        box = (last.lower, last.upper) if isinstance(last, Enclosure) else (last, last)
        ends.append((*box, k))
    ends.sort()
    return [
        f"solutions {one} and {other} are the same"
        for (_, high, one), (low, _, other) in pairwise(ends)
        if low <= high
    ]


def symmetric_statements(game: SymmetricGame, claim: Claim) -> Iterator[Statement]:
    """The statements of a solution of a symmetric game."""
    tested = []
    for k, outcome in enumerate(claim.outcomes):
        place = f"solution {k}"
        test = Tested(partial(equilibrium_failures, game, outcome))
        tested.append(test)
        yield Statement("that it is a symmetric equilibrium, and its payoff", test, place)
        if test.failed:
            continue
        yield from outcome_statements(claim, k, outcome, (_KEY,), _EVIDENCE)
        verified = partial(verified_failures, outcome, True)
        yield Statement("whether it is verified", verified, place)
    if any(test.failed for test in tested):
        return
    yield from whole_statements(claim, (_KEY,))
    yield from foreign_statements(claim, (*OF_TABLES, *_SETS), "other solutions")
    said = [claim.besides, *claim.besides_of]
    holds = all(parts.get(_KEY, True) is True for parts in said)
    yield Statement("that they are symmetric", unless(holds, "symmetric is not said to be true"))
    if len(claim.outcomes) > 1:
        yield Statement("that the solutions are different ones", partial(_doubled, claim.outcomes))
    if claim.open_supports is not None:
        yield Statement("the open supports", partial(_open_failures, game, claim))
    if claim.complete:
        yield Statement(_COMPLETE, partial(missing_failures, game, claim.outcomes))


def _open_failures(game: SymmetricGame, claim: Claim) -> list[str]:
    """Whether open supports are none of the game, or stand beside a complete list."""
    for supports in items(claim.open_supports, "the open supports"):
        for own in items(supports, "open supports"):
            for action in items(own, "an open support"):
                index(action, len(game.actions), "an action of an open support")
    if claim.complete and claim.open_supports:
        return ["the list is said to be complete, though supports are open"]
    return []
