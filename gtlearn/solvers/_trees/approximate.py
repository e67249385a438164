"""Near-optimal plans of large trees by regret minimisation, as exact numbers."""

from __future__ import annotations

import numpy as np

from gtlearn import limits
from gtlearn.progress import tell
from gtlearn.solvers._trees.cfr import VARIANTS, Minimiser
from gtlearn.solvers._trees.form import Plan, SequenceForm, plan_of
from gtlearn.solvers._trees.treeplex import Floats
from gtlearn.solvers.profiles.rounding import rounded_table

DCFR = VARIANTS["dcfr"]
_ENOUGH = 1e-6  # of the payoffs' range: NashConv at which it ends
_MEASURE = 500  # iterations between two looks at NashConv
_MOST = 50_000  # iterations


def approximate_plans(form: SequenceForm) -> tuple[Plan, Plan]:
    """The rounded averages of DCFR, once NashConv is small, or as far as the limits allow."""
    minimiser = Minimiser(form, DCFR)
    most = max(float(np.ptp(payoffs.floats())) for payoffs in form.game.payoffs) or 1.0
    while minimiser.iterations < _MOST:
        minimiser.step()
        if limits.reached():
            break
        if minimiser.iterations % _MEASURE == 0:
            gained = minimiser.nash_conv()
            tell(None, f"NashConv {gained:.2g} after {minimiser.iterations} iterations")
            if gained < _ENOUGH * most:
                break
    return rounded_plans(form, (minimiser.average(0), minimiser.average(1)))


def rounded_plans(form: SequenceForm, averages: tuple[Floats, Floats]) -> tuple[Plan, Plan]:
    """Plans in floats as exact ones, of probabilities of 30 bits."""
    first, second = (
        plan_of(own, rounded_table(own, average))
        for own, average in zip(form.sequences, averages, strict=True)
    )
    return first, second
