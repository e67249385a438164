"""A good shot at Space Invaders, which reads nothing but the console's memory.

The aliens move as one block, by the clock; so where they will be when a bullet reaches their row
can be told, until a bullet changes how many they are. The policy fires when the first alien in the
bullet's way will be in its way then, and no shield is; if not, it goes to where that holds. It
steps aside for bombs.

Where the memory keeps the number of aliens, their place and player 1's is known from Anand et al.
(2019), "Unsupervised state representation learning in Atari". The other places, and the numbers
below, were found by playing the two-player game with moving shields.
"""

from __future__ import annotations

from collections.abc import Sequence

from gtlearn.environments.trade.battlefield import WITH_FIRE, Move

# Places in the memory. Lengths are pixels across, and units of two lines down.
LOW = 16  # how far the aliens came down
ALIENS = 17  # how many are left
ROWS = slice(18, 24)  # a byte a row, the lowest row first; bit c is the alien in column c
HEADING = 24  # bit 1: the aliens move to the right
BLOCK = 26  # where column 0 is
SHIELDS = 27  # where the left shield is
SHIPS = 28  # where the seller's ship is; the buyer's follows
CLOCK = 74  # counts frames down
BOMB_HEIGHTS, BOMB_PLACES = slice(81, 83), slice(83, 85)

COLUMN = 16  # from a column of aliens to the next
SURE, TOUCHED = range(2, 8), range(10)  # places in a column where a bullet hits; where it may
LEFT_END, RIGHT_END = 23, 129  # beyond these no living column goes: all turn and come down
DROP = 5  # how far they come down
BOTTOM, ROW = 25, 9  # frames that a bullet takes to the lowest row, and on to the next one
SHIELD_PERIOD, SHIELD_WIDTH, SHIELDS_WIDTH = 32, 11, 75
GUN = 5  # from a ship's place to where its bullets are
GUN_LEFT, GUN_RIGHT = 40, 122  # how far guns can go
BOMB_NEAR, BOMB_GONE = 70, 110  # heights between which to step aside
BOMB_HITS = (-6, 4)  # a bomb's place from the gun's, with 2 to spare

PERIOD = 64  # frames, into which as many strides fit as are whole
PACES = ((22, 1, 32), (8, 2, 21), (5, 3, 16), (4, 3, 11), (3, 3, 7), (2, 4, 7), (1, 5, 4))
"""With so many aliens or more: pixels in a stride, and frames from one to the next."""


def aim(memory: Sequence[int], player: int, armed: bool) -> Move:
    """What a good shot does now.

    Args:
        memory: the 128 bytes of the console's memory.
        player: whose ship it is.
        armed: whether there is a bullet to fire.
    """
    gun = memory[SHIPS + player] + GUN
    move = _aside(memory, gun)
    if not armed:
        return move
    targets = _targets(memory)
    if _hits(memory, targets, gun):
        return WITH_FIRE[move]
    return _towards(memory, targets, gun) if move is Move.NOOP else move


def _aside(memory: Sequence[int], gun: int) -> Move:
    """Steps aside for a bomb, or does nothing."""
    for height, place in zip(memory[BOMB_HEIGHTS], memory[BOMB_PLACES], strict=True):
        near, far = BOMB_HITS
        if BOMB_NEAR <= height < BOMB_GONE and near <= place - gun <= far:
            to_the_left = 2 * (place - gun) > near + far
            if gun + near < GUN_LEFT or gun + far > GUN_RIGHT:  # there is room on one side only
                to_the_left = 2 * gun > GUN_LEFT + GUN_RIGHT
            return Move.LEFT if to_the_left else Move.RIGHT
    return Move.NOOP


def _targets(memory: Sequence[int]) -> list[tuple[int, int]]:
    """Each row's aliens, and where column 0 will be when a bullet fired now is there."""
    rows = memory[ROWS]
    if not any(rows):
        return []
    path = alien_path(memory, BOTTOM + 6 * ROW)
    targets = []
    for index, row in enumerate(rows):
        frames = BOTTOM - memory[LOW] + ROW * index
        for _ in range(2):  # they may come down meanwhile
            place, low = path[min(max(frames, 0), len(path) - 1)]
            frames = BOTTOM - low + ROW * index
        if row and frames >= 0:
            targets.append((row, place))
    return targets


def alien_path(memory: Sequence[int], frames: int) -> list[tuple[int, int]]:
    """Where column 0 is, and how far the aliens came down, now and in the frames to come.

    Args:
        memory: the 128 bytes of the console's memory; at least one alien is left.
        frames: how many, this one included.
    """
    place, low, clock = memory[BLOCK], memory[LOW], memory[CLOCK]
    right = bool(memory[HEADING] & 2)
    alive = [c for c in range(6) if any(row >> c & 1 for row in memory[ROWS])]
    left_end, right_end = LEFT_END - COLUMN * alive[0], RIGHT_END - COLUMN * alive[-1]
    stride, pause = next(pace[1:] for pace in PACES if memory[ALIENS] >= pace[0])
    times = range(0, PERIOD // pause * pause, pause)
    path = [(place, low)]
    for frame in range(1, frames):
        if (clock - frame) % PERIOD in times:
            place += stride if right else -stride
            if not left_end <= place <= right_end:
                place = right_end + 1 if right else left_end
                right, low = not right, low + DROP
        path.append((place, low))
    return path


def _hits(memory: Sequence[int], targets: list[tuple[int, int]], gun: int) -> bool:
    """Whether a bullet that is fired here is going to hit an alien."""
    from_shield = gun - memory[SHIELDS] + 1
    if 0 <= from_shield <= SHIELDS_WIDTH and from_shield % SHIELD_PERIOD <= SHIELD_WIDTH:
        return False
    for row, place in targets:
        column, inside = divmod(gun - place, COLUMN)
        if 0 <= column < 6 and row >> column & 1 and inside in TOUCHED:
            return inside in SURE
    return False


def _towards(memory: Sequence[int], targets: list[tuple[int, int]], gun: int) -> Move:
    """A step to the nearest place from which a bullet hits."""
    for distance in range(1, GUN_RIGHT - GUN_LEFT):
        if gun + distance <= GUN_RIGHT and _hits(memory, targets, gun + distance):
            return Move.RIGHT
        if gun - distance >= GUN_LEFT and _hits(memory, targets, gun - distance):
            return Move.LEFT
    return Move.NOOP
