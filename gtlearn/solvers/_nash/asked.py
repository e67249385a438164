"""One Nash equilibrium or all, as asked for: which method runs, and in which arithmetic."""

from __future__ import annotations

from gtlearn import limits
from gtlearn.errors import InputError, option
from gtlearn.games import NormalFormGame
from gtlearn.progress import Progress
from gtlearn.solvers import _nash as nash
from gtlearn.solvers._nash.floats import rounded
from gtlearn.solvers.solution import Solution


def solve_nash(
    game: NormalFormGame,
    *,
    find: str = "one",
    select: str | None = None,
    arithmetic: str = "exact",
    method: str | None = None,
    progress: Progress | None = None,
) -> Solution:
    """One equilibrium, all, or the best of all; see `solvers.solve`.

    Raises:
        InputError: if the method does not find what is asked for.
    """
    if find == "all" or select is not None:
        if method is not None and (method not in nash.ALL_METHODS or select is not None):
            raise InputError(
                f"method {method!r} does not find all equilibria; use "
                f"{' or '.join(nash.ALL_METHODS)} with {option('find', 'all')}, or drop "
                f"{option('method')}"
            )
        enumerate_all = nash.ALL_METHODS[method or nash.VERTEX_ENUMERATION]
        with limits.keeping(0.0, _share_after(select, arithmetic)):
            solution = enumerate_all(game, progress=progress)
        if select is not None and len(solution):
            solution = nash.select(solution, select)
    else:
        solution = nash.one_equilibrium(game, method=method, progress=progress)
    return rounded(solution) if arithmetic == "float" else solution


def _share_after(criterion: str | None, arithmetic: str) -> float:
    """The share of a limit that what follows an enumeration needs."""
    if criterion == "entropy":
        return 0.3
    return 0.3 if criterion is None and arithmetic == "float" else 0.0
