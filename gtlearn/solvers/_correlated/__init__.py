"""Correlated and coarse correlated equilibria of n-player games, exact and optimal."""

from gtlearn.solvers._correlated.solve import coarse_correlated as coarse_correlated
from gtlearn.solvers._correlated.solve import correlated as correlated

__all__ = ["coarse_correlated", "correlated"]
