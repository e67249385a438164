"""Where bullets are fired: what the trade needs to know of the game around it, and a game without.

`Twin` is a battlefield without an emulator: bullets fly for a while, and then they hit or not. It
is what the trade sees of Space Invaders, and thousands of times as fast. It is played step by step,
as the emulator is; `DrawnShots` leaves the steps out, for batches of episodes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError

SELLER, BUYER = 0, 1  # the players, in the order of the game: left, green; and right, yellow
ROLES = ("seller", "buyer")  # what they are called

Bytes = NDArray[np.uint8]
SmallInts = NDArray[np.int8]
Bools = NDArray[np.bool_]


class Move(IntEnum):
    """What a player can do in a step: the minimal actions of Space Invaders, in its order."""

    NOOP = 0
    FIRE = 1
    RIGHT = 2
    LEFT = 3
    RIGHTFIRE = 4
    LEFTFIRE = 5

    @property
    def fires(self) -> bool:
        """Whether it fires."""
        return self in (Move.FIRE, Move.RIGHTFIRE, Move.LEFTFIRE)


WITHOUT_FIRE = (Move.NOOP, Move.NOOP, Move.RIGHT, Move.LEFT, Move.RIGHT, Move.LEFT)
"""The same moves without firing, by the move."""

WITH_FIRE = (Move.FIRE, Move.FIRE, Move.RIGHTFIRE, Move.LEFTFIRE, Move.RIGHTFIRE, Move.LEFTFIRE)
"""The same moves with firing, by the move."""


class Shot(Enum):
    """What became of a bullet in a step."""

    NONE = "none"
    """None was in the air."""
    FLYING = "flying"
    MISSED = "missed"
    HIT = "hit"

    @property
    def over(self) -> bool:
        """Whether the bullet was used up in this step."""
        return self in (Shot.MISSED, Shot.HIT)


class Battlefield(Protocol):
    """A game of two players, one of whom at most fires, while no other bullet is in the air."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of what is observed, which is bytes."""

    def reset(self, seed: int) -> None:
        """Begins a new game.

        Args:
            seed: of all that is drawn.
        """

    def step(self, moves: tuple[Move, Move]) -> Shot:
        """Plays a step; a game that is lost begins anew at once.

        Args:
            moves: the seller's and the buyer's; one of them fires at most.
        """

    def observe(self) -> Bytes:
        """What both players see."""

    def aim(self, player: int, armed: bool) -> Move:
        """What a good shot does now, who fires only if `armed`."""

    def render(self) -> Bytes:
        """The picture, shape (height, width, 3)."""

    def close(self) -> None:
        """Frees what the game holds."""


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
        return rng.random(owners.shape) < np.array(self.hits)[owners]


def checked_hits(hits: tuple[float, float]) -> tuple[float, float]:
    """Two probabilities.

    Raises:
        InputError: if they are not.
    """
    if len(hits) != 2 or not all(0 <= hit <= 1 for hit in hits):
        raise InputError(f"hits is {hits}; give two probabilities, the seller's and the buyer's")
    return hits
