"""What one cheetah and many share: the direction, Gymnasium's settings, when a motion is lost.

The state has 17 numbers, as in Gymnasium's HalfCheetah-v5: height and pitch of the torso, the six
joint angles (back thigh, shin, foot, then front), and the nine velocities of these and of the
position along the track, which comes first among them. Metres, radians and seconds.

The reward of a step is the mean forward velocity in it minus 0.1 times the sum of the squared
actions of both agents. An action beyond -1 to 1 drives its motor no harder than the bound, for
MuJoCo clamps it, but costs what its square says: so it is in Gymnasium, and here.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gtlearn.errors import InputError
from gtlearn.optional import optional

NUM_AGENTS = 2
JOINTS = 3  # of an agent
STATE = 17
FRAME_SKIP = 5  # steps of the physics, 10 ms each, in a step
CONTROL_COST = 0.1
RESET_NOISE = 0.1
LARGEST_MOTION = 1e10  # mjMAXVAL, beyond which MuJoCo calls a motion unstable
SETTINGS = {
    "frame_skip": FRAME_SKIP,
    "ctrl_cost_weight": CONTROL_COST,
    "reset_noise_scale": RESET_NOISE,
    "disable_env_checker": True,  # what is given is checked here
}

Floats: TypeAlias = NDArray[np.float64]
Direction: TypeAlias = Literal["right", "left"]


def forward_weight(direction: str) -> float:
    """What the velocity to the right is multiplied by in the reward.

    Raises:
        InputError: if there is no such direction.
    """
    if direction not in get_args(Direction):
        raise InputError(f"{direction!r} is no direction to run in; use 'right' or 'left'")
    return 1.0 if direction == "right" else -1.0


def at_least_one(number: int, what: str) -> int:
    """The number, if it is a whole one from one on.

    Raises:
        InputError: if it is not; `what` says of what.
    """
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < 1:
        raise InputError(f"{number!r} is no number of {what}; give a whole number of at least 1")
    return int(number)


def check_seed(seed: Any, what: str, *, generator: bool = False) -> None:
    """Refuses what is no seed.

    Args:
        seed: a whole number from 0 on, or, if `generator`, a generator of NumPy.
        what: its name in the message.
        generator: whether one will do.

    Raises:
        InputError: if it is none.
    """
    if generator and isinstance(seed, np.random.Generator):
        return
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        also = " or a generator of NumPy" if generator else ""
        raise InputError(f"{what} is {seed!r}; give a whole number from 0 on{also}")


def numbers(given: ArrayLike, shape: tuple[int, ...], what: str) -> Floats:
    """What was given as an array of float64 of that shape.

    Raises:
        InputError: if it is none; `what` names it.
    """
    try:
        array = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{what} are no array of numbers; give one of shape {shape}") from None
    if array.shape != shape:
        raise InputError(f"{what} have shape {array.shape}; they must have shape {shape}")
    return array


def control_costs(controls: Floats, rows: str) -> Floats:
    """The cost of each row of actions.

    Args:
        controls: the actions, shape (rows, any).
        rows: what a row's number follows in a message, such as "cheetah ".

    Raises:
        InputError: if a cost is not finite, as an action is NaN, infinite or huge.
    """
    with np.errstate(over="ignore"):
        costs: Floats = CONTROL_COST * np.square(controls).sum(axis=1)
    finite = np.isfinite(costs)
    if not finite.all():
        row = int((~finite).argmax())
        raise InputError(
            f"the control cost of {rows}{row}'s actions {controls[row].tolist()} is not finite; "
            "give numbers from -1 to 1"
        )
    return costs


def lost(motions: Floats) -> int | None:
    """The first row whose motion has diverged, None if none has.

    Args:
        motions: positions, velocities and accelerations, one cheetah a row.

    Returns:
        The row with a number that is NaN or beyond `LARGEST_MOTION`.
    """
    sizes = np.abs(motions)
    if sizes.max() <= LARGEST_MOTION:  # false if one is NaN
        return None
    return int((~(sizes <= LARGEST_MOTION)).any(axis=1).argmax())


def keep_diverged(model: Any) -> None:
    """Lets a motion that diverges stay as it is; by default MuJoCo starts it anew and goes on."""
    mujoco = optional("mujoco", "envs")
    model.opt.disableflags |= mujoco.mjtDisableBit.mjDSBL_AUTORESET.value


@contextmanager
def quiet_loading() -> Iterator[None]:
    """Silences what users can do nothing about while a model is loaded.

    Gymnasium's model of the cheetah is in an older style, of which MuJoCo 4 warns on the console
    and in a file in the current folder each time. Gymnasium-Robotics prints a notice of other
    environments when it is imported.
    """
    mujoco = optional("mujoco", "envs")
    before = mujoco.get_mju_user_warning()
    mujoco.set_mju_user_warning(lambda text: None)
    try:
        with redirect_stderr(io.StringIO()):
            yield
    finally:
        mujoco.set_mju_user_warning(before)
