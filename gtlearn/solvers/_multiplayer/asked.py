"""One equilibrium of n players, all, or the best of all, as asked for."""

from __future__ import annotations

from gtlearn import limits
from gtlearn.errors import InputError, option
from gtlearn.games import NormalFormGame
from gtlearn.progress import Progress
from gtlearn.solvers import _nash as nash
from gtlearn.solvers._multiplayer.enumeration import all_equilibria
from gtlearn.solvers._multiplayer.single import one_equilibrium
from gtlearn.solvers.solution import Solution


def solve_many(
    game: NormalFormGame,
    *,
    find: str,
    select: str | None,
    method: str | None,
    workers: int = 1,
    progress: Progress | None,
) -> Solution:
    """See `solvers.solve`.

    Raises:
        InputError: if the method is unknown, there are too many supports to find all, or what is
            asked for is not shared among workers.
    """
    if workers != 1 and ((find == "one" and select is None) or method == "pure"):
        raise InputError(
            f"{option('workers')} shares the search for all equilibria of three players and more; "
            f"leave it out, or ask for {option('find', 'all')}"
        )
    if select == "entropy":
        raise InputError(
            f"{option('select', select)} needs two players who choose; use welfare or fairness"
        )
    if find == "one" and select is None:
        return one_equilibrium(game, method=method, progress=progress)
    if method == "pure" and select is None:
        return nash.every_pure(game, progress=progress)
    if method not in (None, "supports"):
        raise InputError(
            f"{method!r} is no method for all equilibria where more than two players choose; leave "
            f"{option('method')} out"
        )
    with limits.keeping(0.0, 0.0):
        solution = all_equilibria(game, workers=workers, progress=progress)
    return nash.select(solution, select) if select is not None and len(solution) else solution
