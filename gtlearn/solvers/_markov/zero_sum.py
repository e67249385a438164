"""Two-player zero-sum games without a horizon: the value between proven bounds.

The value v of a discounted game is the fixed point of v -> Tv, where (Tv)(s) is the value of the
stage game of state s with v earned afterwards (Shapley 1953, Theorem 1). Shapley's iteration
repeats v -> Tv. Pollatschek and Avi-Itzhak (1969) take v to the exact value of the stage games'
optimal strategies, which is Newton's method for Tv = v: fast, but it may fail to converge, so here
it is taken only where it comes at least as much nearer as Shapley's step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import isqrt, log10

from gtlearn import limits
from gtlearn.games import MarkovGame
from gtlearn.games.numbers import ExactArray
from gtlearn.limits import LimitReached
from gtlearn.progress import tell
from gtlearn.solvers._markov.certified import (
    ACCURACY,
    decimal,
    measured,
    measuring_seconds,
    shortened,
    tolerances,
)
from gtlearn.solvers._markov.evaluation import evaluate
from gtlearn.solvers._markov.stage_games import (
    StageProfile,
    continuation_payoffs,
    over_all_actions,
    require_solved,
    stage_game,
)
from gtlearn.solvers._nash.zero_sum import zero_sum as solve_stage
from gtlearn.solvers.outcomes import NashEquilibrium, Table

SHAPLEY = "Shapley iteration"
NEWTON = "Pollatschek-Avi-Itzhak iteration"

_SIMPLE = 10**6  # the largest denominator of probabilities that are taken as they are
_DIGITS = 12  # of the probabilities of an iterate that a limit has stopped
POLISH = 4  # Newton steps beyond that, each of which doubles the digits, to recognise a fraction


@dataclass(frozen=True)
class _Iterate:
    """A guess at the value, and what the stage games make of it.

    Attributes:
        values: the guess v, one number a state, for the first player.
        stage_values: Tv.
        tables: optimal strategies of the stage games, one table a player.
    """

    values: tuple[Fraction, ...]
    stage_values: tuple[Fraction, ...]
    tables: tuple[Table, ...]

    @property
    def residual(self) -> Fraction:
        """The largest |Tv - v|; the value is within residual / (1 - discount) of v."""
        return max(abs(a - b) for a, b in zip(self.values, self.stage_values, strict=True))


def is_constant_sum(game: MarkovGame) -> bool:
    """Whether the payoffs of two players add up to the same number at every legal profile."""
    if game.num_players != 2:
        return False
    row, column = (
        array.numerators.astype(object)[game.legal_profiles] * other.denominator
        for array, other in zip(game.payoffs, reversed(game.payoffs), strict=True)
    )
    return bool(((row + column) == (row + column)[0]).all())


def discounted_zero_sum(
    game: MarkovGame, *, newton: bool = True
) -> tuple[NashEquilibrium | None, LimitReached | None]:
    """Optimal stationary strategies, and exact bounds on the value at the start.

    The evidence has "lower" and "upper": what the first player's table guarantees it against the
    best response, and what the second player's concedes at most; the value lies between. They are
    equal, and the regrets zero, where the values are rational numbers of moderate length; else
    they differ by at most 1e-9 of what the payoffs of a play can differ by.

    Args:
        game: two players whose payoffs add up to a constant; without a horizon.
        newton: take Newton's steps where they help; False for Shapley's iteration alone.

    Returns:
        The equilibrium, and the limit that ended the iteration: then it is the last one reached,
        or None.
    """
    opposed = _opposed(game)
    allowed = tolerances(game, ACCURACY)
    accuracy = allowed[0] * (1 - game.discount) / 2
    iterate: _Iterate | None = None
    reached: LimitReached | None = None
    try:
        with limits.keeping(5 * measuring_seconds(game), share=1 / 4):
            iterate = _iterate(opposed, _middle(opposed))
            while iterate.residual > accuracy:
                tell(None, "values of the stage games")
                iterate = _next(opposed, iterate, newton)
            iterate = _polished(opposed, iterate, newton)
    except LimitReached as error:
        reached = error
    if iterate is None:
        return None, reached
    try:
        with limits.finishing():
            return with_bounds(_made_exact(game, iterate, allowed, reached is None)), reached
    except LimitReached as error:
        return None, error


def _made_exact(
    game: MarkovGame, iterate: _Iterate, allowed: Sequence[Fraction], finished: bool
) -> NashEquilibrium:
    """The equilibrium of an iterate, with proven regrets.

    Raises:
        LimitReached: at a limit.
    """
    if iterate.residual == 0:
        return measured(game, iterate.tables)
    if finished:
        return shortened(game, iterate.tables, allowed)
    short = [tuple(decimal(row, _DIGITS) for row in table) for table in iterate.tables]
    return measured(game, short)


def _opposed(game: MarkovGame) -> MarkovGame:
    """The game in which the second player is paid what the first one loses."""
    own = game.payoffs[0]
    return replace(game, payoffs=(own, ExactArray(-own.numerators, own.denominator)))


def _middle(game: MarkovGame) -> tuple[Fraction, ...]:
    """In every state, the middle of what a play can be worth."""
    payoffs = game.payoffs[0]
    legal = payoffs.numerators[game.legal_profiles]
    both_ends = Fraction(int(legal.min()) + int(legal.max()), payoffs.denominator)
    return (both_ends / (2 * (1 - game.discount)),) * game.num_states


def _iterate(game: MarkovGame, values: tuple[Fraction, ...]) -> _Iterate:
    payoffs = continuation_payoffs(game, (values, tuple(-v for v in values)))
    rows: list[StageProfile] = []
    worth: list[Fraction] = []
    for state in range(game.num_states):
        limits.check()
        solved = solve_stage(stage_game(game, payoffs, state), uniqueness=False)
        require_solved(solved)
        rows.append(over_all_actions(game, state, solved[0].strategies))  # type: ignore[union-attr]
        worth.append(Fraction(solved[0].payoffs[0]))
    return _Iterate(values, tuple(worth), tuple(zip(*rows, strict=True)))


def _next(game: MarkovGame, iterate: _Iterate, newton: bool) -> _Iterate:
    """The next iterate, whose residual is smaller by about the discount or better.

    All is rounded, so that digits do not multiply: finely enough for Newton's quadratic
    convergence, and for Shapley's contraction.
    """
    residual, keep = iterate.residual, game.discount
    spread = tolerances(game, 1 - keep)[0]
    grid = min(residual * (1 - keep) / 8, residual**2 / spread)
    if newton:
        digits = round(int(spread / grid).bit_length() * log10(2)) + 3
        short = [[decimal(row, digits) for row in table] for table in iterate.tables]
        met = evaluate(game, short).state_values[0]
        candidate = _iterate(game, _to_grid(met, grid))
        if candidate.residual <= keep * residual:
            return candidate
    return _iterate(game, _to_grid(iterate.stage_values, grid))


def _to_grid(values: Sequence[Fraction], grid: Fraction) -> tuple[Fraction, ...]:
    """The values rounded to multiples of a power of two that is no larger than `grid`."""
    unit = Fraction(2) ** (grid.numerator.bit_length() - grid.denominator.bit_length() - 1)
    return tuple(round(v / unit) * unit for v in values)


def _polished(game: MarkovGame, iterate: _Iterate, newton: bool) -> _Iterate:
    """An iterate with the residual zero if the values can be guessed, else a better one."""
    for _ in range(POLISH if newton else 1):
        if iterate.residual == 0:
            return iterate
        for guess in _guesses(game, iterate):
            guessed = _iterate(game, guess)
            if guessed.residual == 0:
                return guessed
        iterate = _next(game, iterate, newton)
    return iterate


def _guesses(game: MarkovGame, iterate: _Iterate) -> Iterator[tuple[Fraction, ...]]:
    """What the values may be exactly: the nearest fractions, or what simple tables are worth."""
    error = iterate.residual / (1 - game.discount)
    longest = isqrt(int(1 / (4 * error))) + 1  # no two such fractions are as near
    yield tuple(v.limit_denominator(longest) for v in iterate.values)
    denominators = {
        Fraction(p).denominator for table in iterate.tables for row in table for p in row
    }
    if max(denominators) <= _SIMPLE:
        yield evaluate(game, iterate.tables).state_values[0]


def with_bounds(equilibrium: NashEquilibrium) -> NashEquilibrium:
    """The same equilibrium with the bounds that the regrets prove in its evidence."""
    old = equilibrium.certificate
    first, second = (Fraction(r) for r in old.evidence["regrets"])
    value = Fraction(equilibrium.payoffs[0])
    evidence = {**old.evidence, "lower": value - second, "upper": value + first}
    return replace(equilibrium, certificate=replace(old, evidence=evidence))
