"""Stackelberg equilibria: what a leader earns by committing, exactly."""

from gtlearn.solvers._commitment.stackelberg import stackelberg as stackelberg

__all__ = ["stackelberg"]
