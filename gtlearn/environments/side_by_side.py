"""Many copies of a PettingZoo environment, stepped one after another as if at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gtlearn.errors import DivergenceError, InputError

Floats = NDArray[np.float64]


class SideBySide:
    """Copies of a parallel environment whose agents all see the same numbers.

    What they see is `state()` where the environment has it, and else what the first agent
    observes. All agents must be there until the end, and their actions must be vectors of one
    length.

    Args:
        make: makes one copy.
        count: how many.

    Raises:
        InputError: if the number is no number of copies, or the agents' actions are no vectors of
            one length.
    """

    def __init__(self, make: Callable[[], Any], count: int) -> None:
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise InputError(f"{count!r} is no number of environments; give 1 or more")
        self._copies = [make() for _ in range(count)]
        first = self._copies[0]
        self.agents: tuple[str, ...] = tuple(first.possible_agents)
        shapes = {getattr(first.action_space(agent), "shape", ()) for agent in self.agents}
        if len(shapes) != 1 or len(next(iter(shapes))) != 1:
            raise InputError(
                "the agents' actions must be vectors of one length; theirs have the shapes "
                f"{sorted(shapes)}"
            )

    def reset(self, seeds: Sequence[int]) -> Floats:
        """Begins an episode in each; states, shape (count, numbers).

        Raises:
            InputError: if there are not as many seeds as copies.
        """
        if len(seeds) != len(self._copies):
            raise InputError(
                f"{len(seeds)} seeds for {len(self._copies)} environments; give as many"
            )
        pairs = zip(self._copies, seeds, strict=True)
        return np.array([self._seen(copy, copy.reset(seed=seed)[0]) for copy, seed in pairs])

    def step(self, actions: ArrayLike) -> tuple[Floats, Floats]:
        """Takes a step in each.

        Args:
            actions: shape (count, agents, numbers of an action).

        Returns:
            States (count, numbers) and rewards (count, agents).

        Raises:
            InputError: if an episode is over, or an agent is gone.
            DivergenceError: if a state or a reward is not finite.
        """
        found = [
            self._stepped(place, copy, joint)
            for place, (copy, joint) in enumerate(
                zip(self._copies, np.asarray(actions, dtype=np.float64), strict=True)
            )
        ]
        states, rewards = (np.array(part) for part in zip(*found, strict=True))
        return states, rewards

    def _stepped(self, place: int, copy: Any, joint: Floats) -> tuple[Floats, list[float]]:
        """One copy's state and rewards after a step."""
        if tuple(copy.agents) != self.agents:
            gone = [agent for agent in self.agents if agent not in copy.agents]
            raise InputError(
                f"in environment {place} {', '.join(gone)} cannot act any more; play shorter "
                "episodes, in which all agents stay to the end"
            )
        observed, rewards, *_ = copy.step(dict(zip(self.agents, joint, strict=True)))
        seen, earned = self._seen(copy, observed), [float(rewards[a]) for a in self.agents]
        if not (np.isfinite(seen).all() and np.isfinite(earned).all()):
            raise DivergenceError(
                f"environment {place} came to a state or a reward that is not finite; reset it"
            )
        return seen, earned

    def _seen(self, copy: Any, observed: dict[str, Any]) -> Floats:
        """The state as one vector."""
        try:
            seen = copy.state()
        except NotImplementedError:
            seen = observed[self.agents[0]]
        return np.asarray(seen, dtype=np.float64).ravel()
