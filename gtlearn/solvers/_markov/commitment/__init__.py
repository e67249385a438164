"""Commitments of a leader to tables: exact values, proven bounds, and what ties are worth."""

from gtlearn.solvers._markov.commitment.solve import stackelberg as stackelberg
