"""A battlefield without an emulator: bullets fly for a while, and then they hit or not.

It is what the trade sees of Space Invaders, and thousands of times as fast. `Twin` is played step
by step, as the emulator is; `DrawnShots` leaves the steps out, for batches of episodes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gtlearn.environments.trade.battlefield import Bools, Bytes, Move, Shot, SmallInts
from gtlearn.errors import InputError

# Measured on the emulator, with a good shot and 100 bullets an episode; of the first 10 all hit.
HITS = (0.99, 0.99)
FLIGHT = 34  # frames from firing to the end, on average


class Twin:
    """Bullets that hit with a given probability.

    What is observed are two bytes: the steps that the seller's bullet has yet to fly, and the
    buyer's.

    Args:
        hits: the probabilities that a bullet of the seller hits, and one of the buyer.
        flight: steps from firing to the end.

    Raises:
        InputError: if an argument is out of range.
    """

    shape = (2,)

    def __init__(self, hits: tuple[float, float] = HITS, flight: int = FLIGHT) -> None:
        if flight not in range(1, 256):
            raise InputError(f"flight is {flight}; give a whole number of steps from 1 to 255")
        self.hits = checked_hits(hits)
        self.flight = flight
        self.reset()

    def reset(self, seed: int = 0) -> None:
        """Begins a new game."""
        self._rng = np.random.default_rng(seed)
        self._left = [0, 0]

    def step(self, moves: tuple[Move, Move]) -> Shot:
        """Plays a step; who moves but does not fire does nothing here."""
        for player, left in enumerate(self._left):
            if left:
                self._left[player] = left - 1
                if left > 1:
                    return Shot.FLYING
                return Shot.HIT if self._rng.random() < self.hits[player] else Shot.MISSED
        for player, move in enumerate(moves):
            if move.fires:
                self._left[player] = self.flight
                return Shot.FLYING
        return Shot.NONE

    def observe(self) -> Bytes:
        """The steps that each player's bullet has yet to fly."""
        return np.array(self._left, dtype=np.uint8)

    def aim(self, player: int, armed: bool) -> Move:
        """Fires at once: there is nothing to aim at."""
        return Move.FIRE if armed else Move.NOOP

    def render(self) -> Bytes:
        """Refuses: there is nothing to see."""
        raise InputError("the twin has no screen; render the emulator instead")

    def close(self) -> None:
        """Has nothing to free."""


@dataclass(frozen=True)
class DrawnShots:
    """The hits of whole batches of bullets, drawn at once.

    Args:
        hits: as in `Twin`.

    Raises:
        InputError: if these are not two probabilities.
    """

    hits: tuple[float, float] = HITS

    def __post_init__(self) -> None:
        checked_hits(self.hits)

    def fire(self, owners: SmallInts, rng: np.random.Generator) -> Bools:
        """Which bullets hit.

        Args:
            owners: who fires them, of any shape.
            rng: draws the hits.
        """
        hit: Bools = rng.random(owners.shape) < np.array(self.hits)[owners]
        return hit


def checked_hits(hits: tuple[float, float]) -> tuple[float, float]:
    """Two probabilities.

    Raises:
        InputError: if they are not.
    """
    if len(hits) != 2 or not all(0 <= hit <= 1 for hit in hits):
        raise InputError(f"hits is {hits}; give two probabilities, the seller's and the buyer's")
    return hits
