"""One Nash equilibrium or all, as asked for: which method runs, and in which arithmetic."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

from gtlearn import child, limits
from gtlearn.errors import InputError, option
from gtlearn.games import NormalFormGame, symmetric_form
from gtlearn.games.dummies import choosing_pair
from gtlearn.limits import LimitReached
from gtlearn.progress import Progress
from gtlearn.solvers import _nash as nash
from gtlearn.solvers._nash.certified import checking_seconds
from gtlearn.solvers.outcomes import FLOAT, Certificate, NashEquilibrium, Outcome, Strategy
from gtlearn.solvers.solution import Solution
from gtlearn.solvers.verify.nash import regrets_and_payoffs

_DOUBLE = 60  # bits of a probability's denominator, about


def solve_nash(
    game: NormalFormGame,
    *,
    find: str = "one",
    select: str | None = None,
    arithmetic: str = "exact",
    method: str | None = None,
    symmetric_equilibria: bool = False,
    workers: int = 1,
    progress: Progress | None = None,
) -> Solution:
    """One equilibrium, all, or the best of all; see `solvers.solve`.

    Raises:
        InputError: if the method does not find what is asked for.
    """
    require_workers(game, workers, symmetric_equilibria)
    if symmetric_equilibria:
        if select is not None or method is not None or arithmetic == "float":
            raise InputError(
                f"{option('symmetric_equilibria')} finds all of them exactly; leave out select, "
                "method and arithmetic"
            )
        from gtlearn.solvers._symmetric.solve import solve_symmetric

        return solve_symmetric(symmetric_form(game), symmetric_equilibria=True, progress=progress)
    if choosing_pair(game) is None:
        from gtlearn.solvers._multiplayer.asked import solve_many  # flint takes a while to import

        solution = solve_many(
            game, find=find, select=select, method=method, workers=workers, progress=progress
        )
    elif find == "all" or select is not None:
        if method is not None and (method not in nash.ALL_METHODS or select is not None):
            raise InputError(
                f"method {method!r} does not find all equilibria; use "
                f"{', '.join(nash.ALL_METHODS)} with {option('find', 'all')}, or drop "
                f"{option('method')}"
            )
        enumerate_all = nash.ALL_METHODS[method or nash.VERTEX_ENUMERATION]
        with limits.keeping(0.0, _share_after(select, arithmetic)):
            solution = enumerate_all(game, progress=progress)
        if select is not None and len(solution):
            solution = nash.select(solution, select)
    else:
        solution = nash.one_equilibrium(game, method=method, progress=progress)
    return _as_floats(game, solution) if arithmetic == "float" else solution


def require_workers(game: NormalFormGame, workers: int, symmetric_equilibria: bool) -> None:
    """Refuses several processes where one does the work, and what is no number of them.

    Raises:
        InputError: if they cannot be used.
    """
    if isinstance(workers, bool) or not isinstance(workers, int) or workers < 1:
        raise InputError(f"{workers!r} cannot be used as workers; give an integer, 1 or more")
    if workers > 1 and (symmetric_equilibria or choosing_pair(game) is not None):
        raise InputError(
            f"{option('workers')} shares the search for all equilibria of three players and more; "
            "leave it out"
        )


def _share_after(criterion: str | None, arithmetic: str) -> float:
    """The share of a limit that what follows an enumeration needs."""
    if criterion == "entropy":
        return 0.3
    return 0.3 if criterion is None and arithmetic == "float" else 0.0


def _as_floats(game: NormalFormGame, solution: Solution) -> Solution:
    """The same solution with float strategies, whose measured regrets are the certificate.

    The rounded strategies are no exact equilibria, so nothing is verified: the regrets say how far
    off they are. At a limit those that could not be rounded are left out.

    Raises:
        InputError: if a payoff is too large for a double.
    """
    for player in range(game.num_players):
        game.floats(player)  # raises where a payoff is too large for a double
    outcomes: list[Outcome] = []
    try:
        for outcome in solution:
            if isinstance(outcome, NashEquilibrium):
                outcome = child.bounded(_rounded, game, outcome, seconds=_seconds(game, outcome))
            outcomes.append(outcome)
    except LimitReached as reached:
        return replace(
            solution,
            solutions=tuple(outcomes),
            arithmetic=FLOAT,
            status=reached.status,
            complete=False,
            components=None,
            component_indices=None,
            subsets=None,
            notes=(*solution.notes, f"{reached}: the rest of what was found was not rounded"),
        )
    return replace(solution, solutions=tuple(outcomes), arithmetic=FLOAT)


def _seconds(game: NormalFormGame, equilibrium: NashEquilibrium) -> float:
    if limits.patience() == math.inf:
        return 0.0
    played = sum(1 for strategy in equilibrium.strategies for p in strategy if p)
    return checking_seconds(game, played, 2 * _DOUBLE * played)


def _rounded(game: NormalFormGame, equilibrium: NashEquilibrium) -> NashEquilibrium:
    strategies: tuple[Strategy, ...] = tuple(
        tuple(float(p) for p in strategy) for strategy in equilibrium.strategies
    )
    normalised = []
    for strategy in strategies:
        exact = [Fraction(p) for p in strategy]
        normalised.append([p / sum(exact) for p in exact])
    losses, payoffs = regrets_and_payoffs(game, normalised)
    evidence = {"regrets": tuple(float(r) for r in losses)}
    certificate = Certificate("nash", FLOAT, False, evidence)
    return NashEquilibrium(
        strategies, tuple(float(p) for p in payoffs), certificate, equilibrium.index
    )
