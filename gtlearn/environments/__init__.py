"""Environments that are played rather than solved: two real ones, and games as PettingZoo."""
