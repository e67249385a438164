"""Proof from the payoffs alone: every certificate re-checked by code that shares nothing with
the solvers.

`regrets` is the basic measure; `solution` re-checks a whole Solution and names what fails.
"""

from gtlearn.solvers.verify.nash import deviation_payoffs as deviation_payoffs
from gtlearn.solvers.verify.nash import is_nash as is_nash
from gtlearn.solvers.verify.nash import payoffs as payoffs
from gtlearn.solvers.verify.nash import regrets as regrets
