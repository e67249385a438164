"""What agents of PettingZoo observe and do, as vectors of numbers."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.environments.parallel import ACTION_MASK
from gtlearn.errors import InputError
from gtlearn.optional import needed

with needed("the environments", "envs"):
    from gymnasium.spaces import Box, Dict, Discrete

Floats = NDArray[np.float64]
PICTURE = 2  # axes of bytes, from which on they are pixels
BYTE = 255.0


def length(agent: str, space: Any) -> int:
    """How many numbers an observation is.

    A `Discrete` space is one-hot, a `Box` flattened, and a `Dict` its parts one after another.

    Raises:
        InputError: if no policy reads such observations; it names the agent.
    """
    if isinstance(space, Dict):
        return sum(length(agent, part) for part in space.values())
    if isinstance(space, Discrete):
        return int(space.n)
    picture = space.dtype == np.uint8 and len(space.shape or ()) >= PICTURE
    if not isinstance(space, Box) or picture:
        raise InputError(
            f"{agent} observes {'pictures, ' if picture else ''}{space}, which no policy here "
            "reads; wrap the environment so that it observes a Box of a few numbers, a Discrete "
            "space, or a Dict of these"
        )
    return int(prod(space.shape))


def vector(space: Any, seen: Any) -> Floats | None:
    """An observation as numbers, shape (length,); None if it is not in its space.

    Bytes become fractions of 255. In a dictionary the mask of actions comes last.
    """
    if isinstance(space, Dict):
        if not isinstance(seen, dict) or set(seen) != set(space):
            return None
        keys = sorted(space, key=lambda key: bool(key == ACTION_MASK))
        parts = [vector(space[key], seen[key]) for key in keys]
        whole = [part for part in parts if part is not None]
        return np.concatenate(whole) if len(whole) == len(parts) else None
    if seen is None:
        return None
    if isinstance(space, Discrete):
        hot: Floats = (space.start + np.arange(space.n) == seen).astype(np.float64)
        return hot if hot.any() else None
    numbers = np.asarray(seen, dtype=np.float64).ravel()
    if len(numbers) != prod(space.shape):
        return None
    return numbers / BYTE if space.dtype == np.uint8 else numbers


def is_masked(agent: str, space: Any, actions: Any) -> bool:
    """Whether observations end with what is legal, a 0 or 1 for each action.

    Raises:
        InputError: if there is a mask that does not fit the actions.
    """
    if not isinstance(space, Dict) or ACTION_MASK not in space.keys():  # noqa: SIM118 - it is no mapping
        return False
    if not isinstance(actions, Discrete) or prod(space[ACTION_MASK].shape or ()) != actions.n:
        raise InputError(
            f"{agent} observes the mask {space[ACTION_MASK]} of actions that are {actions}; give a "
            "mask of one number an action of a Discrete space"
        )
    return True


def usable_actions(agent: str, space: Any) -> Any:
    """The space of an agent's actions, in which policies can act.

    Raises:
        InputError: if they cannot.
    """
    if isinstance(space, Discrete) or (isinstance(space, Box) and space.dtype.kind == "f"):
        return space
    raise InputError(
        f"the actions of {agent} are {space}, in which no policy here can act; wrap the "
        "environment so that they are a Discrete space, or a Box of floats"
    )


def action(space: Any, numbers: Floats) -> Any:
    """What numbers stand for: those of a `Box`, clipped, or the index of a choice."""
    if isinstance(space, Discrete):
        return int(space.start) + int(numbers[0])
    return np.clip(numbers[: prod(space.shape)].reshape(space.shape), space.low, space.high)
