"""Trajectories of iterated games, and learners that shape their opponents by sampling."""
