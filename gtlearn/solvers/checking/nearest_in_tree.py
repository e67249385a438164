"""The equilibrium of a tree of constant sum that is nearest to a profile."""

from __future__ import annotations

from collections.abc import Sequence

from gtlearn import child
from gtlearn.errors import InputError
from gtlearn.games import ExtensiveGame
from gtlearn.limits import LimitReached
from gtlearn.solvers._trees.form import form_of
from gtlearn.solvers._trees.nash import exact_tables
from gtlearn.solvers._trees.nearest import nearest_tables
from gtlearn.solvers._trees.zero_sum import program_seconds
from gtlearn.solvers.checking.nearest import Nearest
from gtlearn.solvers.outcomes import Table


def nearest_in_tree(
    game: ExtensiveGame, strategies: Sequence[Table]
) -> tuple[Nearest | None, str, LimitReached | None]:
    """The nearest equilibrium, or None; a note if there is more to say; and the limit that ended
    the search.

    Args:
        game: the tree.
        strategies: one exact behaviour strategy a player.
    """
    if not game.is_constant_sum:
        return None, "the nearest equilibrium of a tree is computed for constant sums only", None
    form = form_of(game)
    if not form.is_small:
        return None, "the payoffs have too many digits to compute the nearest equilibrium", None
    asked = form, (strategies[0], strategies[1])
    try:
        known = exact_tables(form)
        closest = child.bounded(nearest_tables, *asked, known, seconds=10 * program_seconds(form))
    except InputError as error:
        return None, str(error), None
    except LimitReached as reached:
        return None, "the nearest equilibrium was not found in time", reached
    if closest is None:
        return None, "no equilibrium is proven to be the nearest one", None
    distance, tables = closest
    return Nearest(None, distance, tables), "", None
