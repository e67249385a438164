"""Exact equilibria on supports where the equations are singular, so that no box holds one alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.games import NormalFormGame
from gtlearn.solvers._multiplayer.classes import SupportProfile
from gtlearn.solvers._multiplayer.roots import certified_rational, gains_at, slopes_at
from gtlearn.solvers.outcomes import NashEquilibrium

_Floats = NDArray[np.float64]

_STARTS, _STEPS = 8, 60
_CLOSE = 1e-12  # of the payoffs' range
_INSIDE = 1e-6  # the least probability of what is played
_PARTS = 12  # a mixture that is held fixed is a multiple of one in so many


def rational_equilibria(
    game: NormalFormGame, payoffs: Sequence[_Floats], supports: SupportProfile
) -> Iterator[NashEquilibrium]:
    """Equilibria on supports with short probabilities, near where the least-squares steps lead.

    Where there are infinitely many, one mixture is held at a simple one while the others follow.

    Args:
        game: the game.
        payoffs: its payoffs, one array a player, of a range of about one.
        supports: what is played.

    Raises:
        LimitReached: at a limit.
    """
    played = [p[np.ix_(*supports)] for p in payoffs]
    mixers = [k for k, own in enumerate(supports) if len(own) > 1]
    for start in _starts([len(own) for own in supports]):
        limits.check()
        near = _solution_near(played, start, None)
        if near is None:
            continue
        for fixed in (None, *mixers):
            held = list(near)
            if fixed is not None:
                held[fixed] = _simple(near[fixed])
            solution = _solution_near(played, held, fixed)
            if solution is not None:
                equilibrium = certified_rational(game, supports, solution)
                if equilibrium is not None:
                    yield equilibrium


def _starts(sizes: Sequence[int]) -> Iterator[list[_Floats]]:
    yield [np.full(size, 1 / size) for size in sizes]
    generator = np.random.default_rng(0)
    for _ in range(_STARTS - 1):
        yield [generator.dirichlet(np.ones(size)) for size in sizes]


def _simple(mixture: _Floats) -> _Floats:
    """A mixture of all actions near one, in equal parts."""
    parts = np.maximum(np.round(mixture * _PARTS), 1)
    return np.asarray(parts / parts.sum())


def _solution_near(
    played: Sequence[_Floats], start: Sequence[_Floats], fixed: int | None
) -> list[_Floats] | None:
    """Mixtures of all actions against which all that is played earns the same."""
    strategies = [np.array(x) for x in start]
    mixers = [k for k, x in enumerate(strategies) if len(x) > 1]
    free = np.concatenate([np.full(len(strategies[k]) - 1, k != fixed) for k in mixers])
    for _ in range(_STEPS):
        earned = [gains_at(played, strategies, k) for k in mixers]
        excess = np.concatenate([e[1:] - e[0] for e in earned])
        if np.abs(excess).max() < _CLOSE:
            return strategies
        step = np.zeros(len(free))
        slopes = slopes_at(played, strategies)[:, free]
        step[free] = np.linalg.lstsq(slopes, excess, rcond=1e-9)[0]
        begin = 0
        for k in mixers:
            own = step[begin : begin + len(strategies[k]) - 1]
            begin += len(own)
            strategies[k][1:] -= own
            strategies[k][0] += own.sum()
        if min(x.min() for x in strategies) < _INSIDE:
            return None
    return None
