"""Tables from any tool: JSON, npz, OpenSpiel policies, callables, solutions, finished runs."""

from gtlearn.solvers._markov.profiles.read import TableProfile as TableProfile
from gtlearn.solvers._markov.profiles.read import load_tables as load_tables

__all__ = ["TableProfile", "load_tables"]
