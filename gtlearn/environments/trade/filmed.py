"""Two-player Space Invaders, filmed while it is played."""

from __future__ import annotations

from gtlearn.environments.trade.atari import Emulator
from gtlearn.environments.trade.battlefield import Bytes, Move, Shot

SCREEN_RATE = 60  # pictures a second of the console
EVERY = 2  # steps from one picture to the next
SCALE = 2  # in both directions


class FilmedEmulator(Emulator):
    """An `Emulator`, one frame a step, that keeps a picture of every other step.

    Attributes:
        pictures: of the last game that was reset, each of shape (420, 320, 3).
        rate: pictures a second.

    Raises:
        InputError: if a package or the game's ROM is missing.
    """

    rate = SCREEN_RATE / EVERY

    def reset(self, seed: int = 0) -> None:
        """Begins a new game, and a new film."""
        super().reset(seed)
        self.pictures: list[Bytes] = []
        self._steps = 0
        self._film()

    def step(self, moves: tuple[Move, Move]) -> Shot:
        """Plays a step."""
        shot = super().step(moves)
        self._steps += 1
        if self._steps % EVERY == 0:
            self._film()
        return shot

    def _film(self) -> None:
        self.pictures.append(self.render().repeat(SCALE, axis=0).repeat(SCALE, axis=1))
