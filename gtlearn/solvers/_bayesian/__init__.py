"""Bayes-Nash equilibria of games with types on every side, in strategies by type."""
