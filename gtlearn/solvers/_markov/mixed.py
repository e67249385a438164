"""Mixed stationary equilibria of discounted games: traced in floats, measured exactly."""

from __future__ import annotations

from fractions import Fraction
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from gtlearn import child
from gtlearn.games import MarkovGame
from gtlearn.progress import tell
from gtlearn.solvers._enclosure.equilibria import enclosed
from gtlearn.solvers._enclosure.krawczyk import NotEnclosed
from gtlearn.solvers._markov.certified import (
    ACCURACY,
    decimal,
    is_exact,
    measured,
    shortened,
    tolerances,
)
from gtlearn.solvers._markov.evaluation import evaluate
from gtlearn.solvers._markov.stage_games import continuation_payoffs, stage_game
from gtlearn.solvers._markov.tracing import FloatGame, traced
from gtlearn.solvers.outcomes import NashEquilibrium, Strategy, Table
from gtlearn.solvers.verify.nash import deviation_payoffs

TRACING = "logarithmic tracing"

_PATHS = 10  # from different weights
_DIGITS = 60  # of probabilities that are recognised as fractions
REFINEMENTS = 12  # each gains seven digits or more
_DENOMINATORS = (10**3, 10**9, 10**25)  # of probabilities, tried in this order

_Vector = NDArray[np.float64]
_Tables = tuple[Table, ...]


def mixed_equilibrium(game: MarkovGame) -> tuple[NashEquilibrium, str] | None:
    """A stationary equilibrium of a discounted game: exact, in a box, or with regrets up to 1e-9.

    With it comes why it is not in a box, where it is approximate. None where no path that was
    followed led to an equilibrium.

    A path of logarithmic tracing leads to it in floats. On the actions that are then played,
    Newton's method makes them earn the same to 60 digits; probabilities that look like fractions
    are taken for these, and where all regrets then are exactly zero, the equilibrium is exact.
    In general the probabilities are irrational, even with two players: where a box around them is
    proven to hold exactly one equilibrium, that is the answer. Else they are rounded, and accepted
    if no regret exceeds 1e-9 of what the payoffs of a play can differ by.

    Args:
        game: a game without a horizon, of any number of players.

    Raises:
        LimitReached: at a limit.
    """
    allowed = tolerances(game, ACCURACY)
    floats = FloatGame.of(game)
    generator = np.random.default_rng(0)
    weights = np.ones(floats.entries)
    size = floats.entries + floats.equations + 1
    for path in range(_PATHS):
        tell(path / _PATHS, TRACING)
        start = weights / (floats.owners @ (floats.owners.T @ weights))
        end = child.bounded(traced, floats, start, seconds=2e-9 * size**3)
        if end is not None:
            result = child.bounded(
                _measured, game, floats, *end, allowed, seconds=2e-8 * floats.entries**3
            )
            regrets = result[0].certificate.evidence["regrets"]
            if all(r <= most for r, most in zip(regrets, allowed, strict=True)):
                return result
        weights = generator.exponential(size=floats.entries)
    return None


def _measured(
    game: MarkovGame, floats: FloatGame, x: _Vector, values: _Vector, allowed: tuple[Fraction, ...]
) -> tuple[NashEquilibrium, str]:
    """The equilibrium near the end of a path: exact, in a box, or as good as it gets and why."""
    tables = _refined(game, floats, x, values)
    for denominator in _DENOMINATORS:
        simple = _simple(tables, denominator)
        if simple is not None:
            result = measured(game, simple)
            if is_exact(result):
                return result, ""
    try:
        return enclosed(game, tables, evaluate(game, tables).state_values), ""
    except NotEnclosed as reason:
        return shortened(game, tables, allowed), str(reason)


def _refined(game: MarkovGame, floats: FloatGame, x: _Vector, values: _Vector) -> _Tables:
    """Tables on the supports that x suggests, where what is played earns the same to many digits.

    Newton's method with one float matrix and exact residuals, as long as these fall.
    """
    played = x > floats.slack(x, values, 0.0)
    by_x, by_values, _ = floats.slack_slopes(x, values, 0.0)
    top = np.hstack([by_x[np.ix_(played, played)], by_values[played]])
    bottom = np.hstack([floats.owners.T[:, played], np.zeros((floats.equations, floats.equations))])
    inverse = np.linalg.pinv(np.vstack([top, bottom]))[: played.sum(), : played.sum()]
    best = tables = _tables(floats, [Fraction(float(p)) for p in np.where(played, x, 0.0)])
    smallest = np.inf
    for _ in range(REFINEMENTS):
        slack = _exact_slack(game, tables)[played]
        size = float(np.abs(slack).max())
        if size >= smallest:
            break
        best, smallest = tables, size
        if size < 10.0**-_DIGITS:
            break
        flat = _flat(floats, tables)
        for place, change in zip(np.flatnonzero(played), inverse @ slack, strict=True):
            flat[place] = max(flat[place] - Fraction(float(change)), Fraction(0))
        tables = _tables(floats, flat)
    return best


def _exact_slack(game: MarkovGame, tables: _Tables) -> _Vector:
    """By how much each entry earns less than the state's value, in units of the float game.

    Exact, and rounded at the end, so that small numbers keep all their digits.
    """
    values = evaluate(game, tables).state_values
    payoffs = continuation_payoffs(game, values)
    units = [1 / unit if unit else Fraction(1) for unit in tolerances(game, Fraction(1))]
    out: list[list[float]] = [[] for _ in tables]
    for state in range(game.num_states):
        stage = stage_game(game, payoffs, state)
        legal = [np.flatnonzero(mask[state]) for mask in game.legal]
        strategies = [
            [table[state][a] for a in actions] for table, actions in zip(tables, legal, strict=True)
        ]
        for player, earned in enumerate(deviation_payoffs(stage, strategies)):
            value, unit = values[player][state], units[player]
            out[player] += [float((value - payoff) * unit) for payoff in earned]
    return np.concatenate([np.array(part) for part in out])


def _tables(floats: FloatGame, flat: list[Fraction]) -> _Tables:
    """One table a player from one number an entry, each row divided by its sum and rounded."""
    tables = floats.tables(np.array(flat, dtype=object))
    return tuple(
        tuple(decimal((row / sum(row)).tolist(), _DIGITS + 10) for row in table) for table in tables
    )


def _flat(floats: FloatGame, tables: _Tables) -> list[Fraction]:
    every = [Fraction(p) for table in tables for row in table for p in row]
    return list(compress(every, floats.mask))


def _simple(tables: _Tables, denominator: int) -> _Tables | None:
    """The tables with every probability the nearest fraction of a small denominator; None if a
    row then does not add up to one."""
    out = []
    for table in tables:
        rows: list[Strategy] = [
            tuple(Fraction(p).limit_denominator(denominator) for p in row) for row in table
        ]
        if any(sum(row) != 1 for row in rows):
            return None
        out.append(tuple(rows))
    return tuple(out)
