"""What leaders share that draw each state's action from a policy."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from gtlearn.learning.stackelberg.contexts import sampled_action
from gtlearn.learning.stackelberg.game import Floats, pure_tables


class DrawingLeader(ABC):
    """Draws a deterministic table an episode; commits to the likeliest.

    Attributes:
        mixed: plays the mixed table itself, to be shown as sampled actions: the published way,
            which deceives.
    """

    mixed: bool

    def propose(self, count: int, rng: np.random.Generator) -> Floats:
        """Deterministic tables, each state's action drawn from the policy; as in `Leader`."""
        tables = self._probabilities()[None].repeat(count, axis=0)
        return tables if self.mixed else sampled_action(tables, rng)

    def table(self) -> Floats:
        """The likeliest table, or with `mixed` the probabilities."""
        likely = self._probabilities()
        return likely if self.mixed else pure_tables(likely.argmax(axis=1), likely.shape[1])

    @abstractmethod
    def _probabilities(self) -> Floats:
        """The policy, shape (states, leader actions)."""
