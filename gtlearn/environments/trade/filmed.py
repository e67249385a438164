"""A battlefield that is filmed while others play on it."""

from __future__ import annotations

from gtlearn.environments.trade.battlefield import Battlefield, Bytes, Move, Shot

SCREEN_RATE = 60  # pictures a second of the console
EVERY = 2  # steps from one picture to the next
SCALE = 2  # in both directions


class FilmedBattlefield:
    """A `Battlefield` that keeps a picture of every other step.

    Attributes:
        pictures: of the last game, each of shape (420, 320, 3) on the emulator.
        rate: pictures a second.

    Args:
        field: where the game is played, one frame a step.
    """

    rate = SCREEN_RATE / EVERY

    def __init__(self, field: Battlefield) -> None:
        self._field = field
        self.pictures: list[Bytes] = []
        self._steps = 0

    @property
    def shape(self) -> tuple[int, ...]:
        """As the battlefield's."""
        return self._field.shape

    def reset(self, seed: int) -> None:
        """Begins a new game, and a new film."""
        self._field.reset(seed)
        self.pictures, self._steps = [], 0
        self._look()

    def step(self, moves: tuple[Move, Move]) -> Shot:
        """Plays a step."""
        shot = self._field.step(moves)
        self._steps += 1
        if self._steps % EVERY == 0:
            self._look()
        return shot

    def observe(self) -> Bytes:
        """As the battlefield's."""
        return self._field.observe()

    def aim(self, player: int, armed: bool) -> Move:
        """As the battlefield's."""
        return self._field.aim(player, armed)

    def render(self) -> Bytes:
        """As the battlefield's."""
        return self._field.render()

    def close(self) -> None:
        """As the battlefield's."""
        self._field.close()

    def _look(self) -> None:
        self.pictures.append(self._field.render().repeat(SCALE, axis=0).repeat(SCALE, axis=1))
