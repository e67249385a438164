"""The battlefield itself: two-player Space Invaders on an emulated console.

The emulator is that of PettingZoo's `space_invaders_v2` (multi-agent-ale-py), which is asked
directly: PettingZoo's wrappers take as long as the emulator does. The same moves give the same
games; the tests compare the two.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np

from gtlearn.environments.trade.aim import aim
from gtlearn.environments.trade.battlefield import Bytes, Move, Shot
from gtlearn.errors import InputError
from gtlearn.optional import optional

Observations = Literal["ram", "rgb_image", "grayscale_image"]
SHAPES: dict[str, tuple[int, ...]] = {
    "ram": (128,),
    "rgb_image": (210, 160, 3),
    "grayscale_image": (210, 160, 1),
}

TWO_PLAYERS = 34  # the mode that PettingZoo plays by default: 33, and 1 for moving shields
INTRODUCTION = 124  # frames at the start of a game in which nothing happens; then the ships appear
SHOT_HEIGHTS = slice(85, 87)  # in the console's memory
NO_SHOT = 246
ALIEN = range(5, 31)  # points for one, by its row
BONUS = 100  # a UFO, or twice that for the other player's loss of a life: no hits


class Emulator:
    """Space Invaders with both players at once.

    A game begins where the ships appear. It is lost when both players together lost three lives,
    or when the aliens landed; the next one begins at once, and a bullet that was in the air has
    missed. Nothing is drawn here: the same moves give the same game.

    Args:
        observations: "ram", the console's memory; "rgb_image" or "grayscale_image", the screen.
        frame_skip: frames in a step, in which a move is held; 1 to 4. A bullet that misses is in
            the air for longer, so none is overlooked.

    Raises:
        InputError: if an argument is wrong, or a package or the game's ROM is missing.
    """

    def __init__(self, observations: Observations = "ram", frame_skip: int = 1) -> None:
        if observations not in SHAPES:
            raise InputError(f"observations is {observations!r}; choose from {', '.join(SHAPES)}")
        if frame_skip not in range(1, 5):
            raise InputError(f"frame_skip is {frame_skip}; give a whole number from 1 to 4")
        self.observations = observations
        self.frame_skip = frame_skip
        self._ale = _console(frame_skip)
        actions = self._ale.getMinimalActionSet()
        self._codes = np.stack(np.meshgrid(actions, actions, indexing="ij"), axis=-1)
        for _ in range(INTRODUCTION // frame_skip):
            self._ale.act(self._codes[Move.NOOP, Move.NOOP])
        self._start = self._ale.cloneSystemState()
        self.reset()

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of an observation."""
        return SHAPES[self.observations]

    def reset(self, seed: int = 0) -> None:
        """Begins a new game, always the same one; the seed is not needed."""
        self._begin()

    def _begin(self) -> None:
        self._ale.restoreSystemState(self._start)
        self._ale.act(self._codes[Move.NOOP, Move.NOOP])  # memory and screen are read anew by it
        self._look()

    def step(self, moves: tuple[Move, Move]) -> Shot:
        """Plays `frame_skip` frames."""
        flying = self._flying
        points = self._ale.act(self._codes[moves])
        self._look()
        hit = any(point % BONUS in ALIEN for point in points.tolist())
        if self._ale.game_over():
            flying = flying or self._flying
            self._begin()
        if hit:
            return Shot.HIT
        if self._flying:
            return Shot.FLYING
        return Shot.MISSED if flying else Shot.NONE

    def observe(self) -> Bytes:
        """The memory or the screen, as the two players see it."""
        if self.observations == "ram":
            return self._ram
        if self.observations == "rgb_image":
            return self.render()
        screen: Bytes = self._ale.getScreenGrayscale()
        return screen

    def aim(self, player: int, armed: bool) -> Move:
        """What a good shot does now: `gtlearn.environments.trade.aim`."""
        return aim(self._memory, player, armed)

    def render(self) -> Bytes:
        """The screen, shape (210, 160, 3)."""
        screen: Bytes = self._ale.getScreenRGB()
        return screen

    def close(self) -> None:
        """Frees the emulator; it cannot be used any more."""
        if self._ale is not None:
            self._ale.deleteState(self._start)
            self._ale = None

    def _look(self) -> None:
        """Reads the console's memory."""
        self._ram: Bytes = self._ale.getRAM()
        self._memory: list[int] = self._ram.tolist()
        self._flying = min(self._memory[SHOT_HEIGHTS]) < NO_SHOT


def _console(frame_skip: int) -> Any:
    """An emulated console that plays the game."""
    library = optional("multi_agent_ale_py", "atari")
    rom = Path(str(optional("ale_py", "atari").__file__)).parent / "roms" / "space_invaders.bin"
    if not rom.exists():
        raise InputError(
            f"the ROM of Space Invaders is not at {rom}; run "
            "pip install --force-reinstall ale-py, which brings it"
        )
    library.ALEInterface.setLoggerMode("error")
    console = library.ALEInterface()
    console.setFloat("repeat_action_probability", 0.0)
    console.setInt("frame_skip", frame_skip)
    console.loadROM(str(rom))
    console.setMode(TWO_PLAYERS)
    console.reset_game()
    return console


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
