"""Answers that are solved for once and then remembered."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gtlearn.learning.stackelberg.game import Floats

MAX_KEPT = 10_000


class Answers:
    """A function of one leader's table, applied to batches; what it returned is remembered."""

    def __init__(self, solve: Callable[[Floats], Floats]) -> None:
        """Remembers nothing yet.

        Args:
            solve: from a leader's table (states, leader actions) to an answer (rows, follower
                actions).
        """
        self._solve = solve
        self._known: dict[bytes, Floats] = {}

    def __call__(self, leader_tables: Floats) -> Floats:
        """The answers to tables (batch, states, leader actions), (batch, rows, actions)."""
        return np.stack([self._answer(table) for table in leader_tables])

    def forget(self) -> None:
        """Forgets all answers."""
        self._known.clear()

    def _answer(self, table: Floats) -> Floats:
        key = table.tobytes()
        if key not in self._known:
            if len(self._known) >= MAX_KEPT:
                self.forget()
            self._known[key] = self._solve(table)
        return self._known[key]
