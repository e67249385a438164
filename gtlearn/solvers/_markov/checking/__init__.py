"""How far tables, from any tool, are from the solutions of an iterated or Markov game."""

from gtlearn.solvers._markov.checking.check import check_tables as check_tables
from gtlearn.solvers._markov.checking.check import is_nash as is_nash

__all__ = ["check_tables", "is_nash"]
