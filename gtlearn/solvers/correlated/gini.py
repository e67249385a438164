"""The most spread-out equilibrium."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame
from gtlearn.solvers.correlated.deviations import Deviations
from gtlearn.solvers.correlated.objectives import Proof


def most_spread(
    game: NormalFormGame, rows: Deviations, deadline: float | None
) -> tuple[Mapping[tuple[int, ...], Fraction], Proof]:
    """Not there yet.

    Raises:
        InputError: always.
    """
    raise InputError("the objective 'gini' is not offered yet; choose welfare or fairness")
