"""Where bullets are fired: what the trade needs to know of the game around it."""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

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
