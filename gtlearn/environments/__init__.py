"""Environments that are played rather than solved: two real ones, and games as PettingZoo."""

from gtlearn.environments.registry import register as register
