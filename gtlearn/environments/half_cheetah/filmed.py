"""One cheetah that is filmed while it is stepped like many."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gtlearn.environments.half_cheetah.parallel import PICTURES, HalfCheetah
from gtlearn.environments.half_cheetah.rules import AGENTS, JOINTS, Direction, Floats, numbers


class FilmedCheetah:
    """The interface of `HalfCheetahs` for one cheetah, with a picture of each state.

    Attributes:
        pictures: of the states since the last reset, each of shape (480, 480, 3), bytes.
        rate: pictures a second of simulated time.

    Args:
        direction: where running is rewarded.
        horizon: the longest episode.

    Raises:
        InputError: if a package is missing.
    """

    def __init__(self, direction: Direction = "right", horizon: int = 200) -> None:
        self._cheetah = HalfCheetah(direction, horizon, PICTURES)
        self._agent = self._cheetah.possible_agents[0]  # both see and earn the same
        self.pictures: list[NDArray[np.uint8]] = []
        self.rate: int = self._cheetah.metadata["render_fps"]

    def reset(self, seeds: Sequence[int]) -> Floats:
        """Begins an episode; the state, shape (1, 17).

        Args:
            seeds: one.

        Raises:
            InputError: if nothing here can draw.
        """
        seen, _ = self._cheetah.reset(seed=seeds[0])
        self.pictures = [self._cheetah.render()]
        return seen[self._agent][None]

    def step(self, actions: Floats) -> tuple[Floats, Floats]:
        """Plays a step and draws it; see `HalfCheetahs.step`."""
        joint = numbers(actions, (1, AGENTS, JOINTS), "the actions")[0]
        given = dict(zip(self._cheetah.agents, joint, strict=True))
        seen, rewards, *_ = self._cheetah.step(given)
        self.pictures.append(self._cheetah.render())
        return seen[self._agent][None], np.array([rewards[self._agent]])

    def close(self) -> None:
        """Frees what pictures are drawn with."""
        self._cheetah.close()
