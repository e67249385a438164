"""Proof from the payoffs alone: every certificate re-checked by separate code, which imports no
solver.

`regrets` is the basic measure; `solution` re-checks a whole Solution, or its JSON, and reports
what is false, what is proven, and what is taken on trust.
"""

from gtlearn.solvers.verify.commitment import commitment as commitment
from gtlearn.solvers.verify.commitment import commitment_values as commitment_values
from gtlearn.solvers.verify.markov_values import table_payoffs as table_payoffs
from gtlearn.solvers.verify.markov_values import table_regrets as table_regrets
from gtlearn.solvers.verify.nash import deviation_payoffs as deviation_payoffs
from gtlearn.solvers.verify.nash import is_nash as is_nash
from gtlearn.solvers.verify.nash import payoffs as payoffs
from gtlearn.solvers.verify.nash import regrets as regrets
from gtlearn.solvers.verify.report import Report as Report
from gtlearn.solvers.verify.solution import solution as solution

__all__ = [
    "Report",
    "commitment",
    "commitment_values",
    "deviation_payoffs",
    "is_nash",
    "payoffs",
    "regrets",
    "solution",
    "table_payoffs",
    "table_regrets",
]
