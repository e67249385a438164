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
_LOW = 16  # how far the aliens came down
_ALIENS = 17  # how many are left
_ROWS = slice(18, 24)  # a byte a row, the lowest row first; bit c is the alien in column c
_HEADING = 24  # bit 1: the aliens move to the right
_BLOCK = 26  # where column 0 is
_SHIELDS = 27  # where the left shield is
_SHIPS = 28  # where the seller's ship is; the buyer's follows
_CLOCK = 74  # counts frames down
_BOMB_HEIGHTS, _BOMB_PLACES = slice(81, 83), slice(83, 85)

_COLUMN = 16  # from a column of aliens to the next
_SURE, _TOUCHED = range(2, 8), range(10)  # places in a column where a bullet hits; where it may
_LEFT_END, _RIGHT_END = 23, 129  # beyond these no living column goes: all turn and come down
_DROP = 5  # how far they come down
_BOTTOM, _ROW = 25, 9  # frames that a bullet takes to the lowest row, and on to the next one
_SHIELD_PERIOD, _SHIELD_WIDTH, _SHIELDS_WIDTH = 32, 11, 75
_GUN = 5  # from a ship's place to where its bullets are
_GUN_LEFT, _GUN_RIGHT = 40, 122  # how far guns can go
_BOMB_NEAR, _BOMB_GONE = 70, 110  # heights between which to step aside
_BOMB_HITS = (-6, 4)  # a bomb's place from the gun's, with 2 to spare

_PERIOD = 64  # frames, into which as many strides fit as are whole
_PACES = ((22, 1, 32), (8, 2, 21), (5, 3, 16), (4, 3, 11), (3, 3, 7), (2, 4, 7), (1, 5, 4))
"""With so many aliens or more: pixels in a stride, and frames from one to the next."""


def aim(memory: Sequence[int], player: int, armed: bool) -> Move:
    """What a good shot does now.

    Args:
        memory: the 128 bytes of the console's memory.
        player: whose ship it is.
        armed: whether there is a bullet to fire.
    """
    gun = memory[_SHIPS + player] + _GUN
    move = _aside(memory, gun)
    if not armed:
        return move
    targets = _targets(memory)
    if _hits(memory, targets, gun):
        return WITH_FIRE[move]
    return _towards(memory, targets, gun) if move is Move.NOOP else move


def _aside(memory: Sequence[int], gun: int) -> Move:
    """Steps aside for a bomb, or does nothing."""
    for height, place in zip(memory[_BOMB_HEIGHTS], memory[_BOMB_PLACES], strict=True):
        near, far = _BOMB_HITS
        if _BOMB_NEAR <= height < _BOMB_GONE and near <= place - gun <= far:
            to_the_left = 2 * (place - gun) > near + far
            if gun + near < _GUN_LEFT or gun + far > _GUN_RIGHT:  # there is room on one side only
                to_the_left = 2 * gun > _GUN_LEFT + _GUN_RIGHT
            return Move.LEFT if to_the_left else Move.RIGHT
    return Move.NOOP


def _targets(memory: Sequence[int]) -> list[tuple[int, int]]:
    """Each row's aliens, and where column 0 will be when a bullet fired now is there."""
    rows = memory[_ROWS]
    if not any(rows):
        return []
    path = alien_path(memory, _BOTTOM + 6 * _ROW)
    targets = []
    for index, row in enumerate(rows):
        frames = _BOTTOM - memory[_LOW] + _ROW * index
        for _ in range(2):  # they may come down meanwhile
            place, low = path[min(max(frames, 0), len(path) - 1)]
            frames = _BOTTOM - low + _ROW * index
        if row and frames >= 0:
            targets.append((row, place))
    return targets


def alien_path(memory: Sequence[int], frames: int) -> list[tuple[int, int]]:
    """Where column 0 is, and how far the aliens came down, now and in the frames to come.

    Args:
        memory: the 128 bytes of the console's memory; at least one alien is left.
        frames: how many, this one included.
    """
    place, low, clock = memory[_BLOCK], memory[_LOW], memory[_CLOCK]
    right = bool(memory[_HEADING] & 2)
    alive = [c for c in range(6) if any(row >> c & 1 for row in memory[_ROWS])]
    left_end, right_end = _LEFT_END - _COLUMN * alive[0], _RIGHT_END - _COLUMN * alive[-1]
    stride, pause = next(pace[1:] for pace in _PACES if memory[_ALIENS] >= pace[0])
    times = range(0, _PERIOD // pause * pause, pause)
    path = [(place, low)]
    for frame in range(1, frames):
        if (clock - frame) % _PERIOD in times:
            place += stride if right else -stride
            if not left_end <= place <= right_end:
                place = right_end + 1 if right else left_end
                right, low = not right, low + _DROP
        path.append((place, low))
    return path


def _hits(memory: Sequence[int], targets: list[tuple[int, int]], gun: int) -> bool:
    """Whether a bullet that is fired here is going to hit an alien."""
    from_shield = gun - memory[_SHIELDS] + 1
    if 0 <= from_shield <= _SHIELDS_WIDTH and from_shield % _SHIELD_PERIOD <= _SHIELD_WIDTH:
        return False
    for row, place in targets:
        column, inside = divmod(gun - place, _COLUMN)
        if 0 <= column < 6 and row >> column & 1 and inside in _TOUCHED:
            return inside in _SURE
    return False


def _towards(memory: Sequence[int], targets: list[tuple[int, int]], gun: int) -> Move:
    """A step to the nearest place from which a bullet hits."""
    for distance in range(1, _GUN_RIGHT - _GUN_LEFT):
        if gun + distance <= _GUN_RIGHT and _hits(memory, targets, gun + distance):
            return Move.RIGHT
        if gun - distance >= _GUN_LEFT and _hits(memory, targets, gun - distance):
            return Move.LEFT
    return Move.NOOP
