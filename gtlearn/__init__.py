"""Exact game theory as ground truth, and learning measured against it."""

__version__ = "0.1.0"
