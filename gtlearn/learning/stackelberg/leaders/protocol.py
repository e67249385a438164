"""What a leader is, and what those share that draw each state's action from a policy."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Protocol

import numpy as np

from gtlearn.errors import InputError
from gtlearn.learning.stackelberg.contexts import sampled_action
from gtlearn.learning.stackelberg.game import Floats, LeaderGame, pure_tables
from gtlearn.learning.stackelberg.play import Episodes


class Leader(Protocol):
    """Commits to tables, and learns from what they earned.

    Between `learn` and the next `propose` all that it knows is in its `state_dict`. One that learns
    nothing derives from this class, which keeps nothing.

    Attributes:
        game: what is played.
        episodes: how many episodes it learns from at a time.
    """

    game: LeaderGame
    episodes: int

    def propose(self, count: int, rng: np.random.Generator) -> Floats:
        """The tables that are played in the next episodes, one each.

        Args:
            count: how many.
            rng: where draws come from.

        Returns:
            Probabilities of shape (count, states, leader actions).
        """

    def learn(
        self, tables: Floats, episodes: Episodes, shown: Floats | None = None
    ) -> dict[str, float]:
        """Learns from the episodes of the tables that were proposed last.

        Args:
            tables: what was played, as `propose` returned it.
            episodes: one a table, in the same order.
            shown: what the follower was shown, where it is not what was played: deterministic
                tables of the same shape.

        Returns:
            Metrics.
        """
        return {}

    def table(self) -> Floats:
        """What it would commit to now, shape (states, leader actions)."""

    def state_dict(self) -> dict[str, Any]:
        """All that it has learned: nested dicts and lists of arrays, tensors and numbers."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes up what `state_dict` returned."""
        return


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


def episodes_in(game: LeaderGame, steps: int) -> int:
    """How many whole episodes fill a batch of environment steps, queries counted; at least one.

    Raises:
        InputError: if the number of steps is not positive.
    """
    if steps < 1:
        raise InputError(f"a batch of {steps} steps is none; give a positive number")
    return -(-steps // (game.steps + game.queries))
