"""Exact Nash equilibria of two-player games."""

from gtlearn.solvers.nash.enumeration import all_equilibria as all_equilibria
from gtlearn.solvers.nash.pure import pure_equilibria as pure_equilibria
from gtlearn.solvers.nash.selection import CRITERIA as CRITERIA
from gtlearn.solvers.nash.selection import select as select
from gtlearn.solvers.nash.single import one_equilibrium as one_equilibrium

__all__ = ["CRITERIA", "all_equilibria", "one_equilibrium", "pure_equilibria", "select"]
