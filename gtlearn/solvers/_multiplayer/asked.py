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
    progress: Progress | None,
) -> Solution:
    """See `solvers.solve`.

    Raises:
        InputError: if the method is unknown, or there are too many supports to find all.
    """
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
        solution = all_equilibria(game, progress=progress)
    return nash.select(solution, select) if select is not None and len(solution) else solution
