"""Iterated elimination of dominated actions, with a proof of every step."""
