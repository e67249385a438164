"""Opponent shaping as algorithms of the run layer."""
