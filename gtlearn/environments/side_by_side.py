"""Many copies of a PettingZoo environment, stepped as if at once; all they show are vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gtlearn.environments.parallel import ACTION_MASK
from gtlearn.errors import DivergenceError, InputError
from gtlearn.optional import needed

with needed("the environments", "envs"):
    from gymnasium.spaces import Box, Dict, Discrete

Floats = NDArray[np.float64]
_PICTURE = 2  # axes of bytes, from which on they are pixels
_BYTE = 255.0


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
    picture = space.dtype == np.uint8 and len(space.shape or ()) >= _PICTURE
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
    return numbers / _BYTE if space.dtype == np.uint8 else numbers


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


class SideBySide:
    """Copies of a parallel environment, whose states and actions are arrays.

    Observations are vectors; see `length`. All agents must stay as long as there is one.
    When all are gone, the copy stays in its last state and pays nothing until it is reset.

    Args:
        make: makes one copy.
        count: how many.
        shared: whether all agents see the same numbers: `state()` where the environment has it, and
            else what the first agent observes. False: a state is what all of them observe, one
            after another.

    Raises:
        InputError: if the number is no number of copies, or an agent's space cannot be used.

    Attributes:
        name: of the environment.
        agents: in the order of states, actions and rewards.
        action_spaces: of each agent, a `Discrete` or a `Box`.
        views: which numbers of a state each agent sees.
        masked: whether the last of these say which of its actions are legal.
    """

    def __init__(self, make: Callable[[], Any], count: int, *, shared: bool = True) -> None:
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise InputError(f"{count!r} is no number of environments; give 1 or more")
        self._copies = [make() for _ in range(count)]
        first = self._copies[0]
        if hasattr(first, "agent_iter"):
            raise InputError(
                f"in {first} agents take turns; make it parallel by "
                "pettingzoo.utils.conversions.aec_to_parallel"
            )
        self.name = str(getattr(first, "metadata", {}).get("name", type(first).__name__))
        self.agents: tuple[str, ...] = tuple(first.possible_agents)
        self.action_spaces: tuple[Any, ...] = tuple(
            usable_actions(agent, first.action_space(agent)) for agent in self.agents
        )
        self._width = max(prod(space.shape) for space in self.action_spaces)  # () has 1
        self._spaces = {agent: first.observation_space(agent) for agent in self.agents}
        self._shared, self._states = shared, np.empty((0, 0))
        self.views = (slice(None),) * len(self.agents)
        self.masked = (False,) * len(self.agents)
        if not shared:
            ends = [0, *accumulate(length(agent, self._spaces[agent]) for agent in self.agents)]
            self.views = tuple(map(slice, ends[:-1], ends[1:]))
            spaces = zip(self.agents, self._spaces.values(), self.action_spaces, strict=True)
            self.masked = tuple(is_masked(*each) for each in spaces)

    def reset(self, seeds: Sequence[int]) -> Floats:
        """Begins an episode in each; states, shape (count, numbers).

        Raises:
            InputError: if there are not as many seeds as copies, or an agent observes what is not
                in its space.
        """
        if len(seeds) != len(self._copies):
            raise InputError(
                f"{len(seeds)} seeds for {len(self._copies)} environments; give as many"
            )
        pairs = zip(self._copies, seeds, strict=True)
        begun = [self._seen(copy, copy.reset(seed=seed)[0]) for copy, seed in pairs]
        self._states = np.array(begun)
        return self._states

    def step(self, actions: ArrayLike) -> tuple[Floats, Floats]:
        """Takes a step in each.

        Args:
            actions: shape (count, agents, numbers of the longest action). Of a `Box` they are the
                numbers, which are clipped to its bounds; of a `Discrete` space the first is the
                index of a choice. What follows is not read.

        Returns:
            States (count, numbers) and rewards (count, agents).

        Raises:
            InputError: if there was no reset, the actions have another shape, or some agents are
                gone while others are there.
            DivergenceError: if a state or a reward is not finite.
        """
        joint = np.asarray(actions, dtype=np.float64)
        wanted = (len(self._copies), len(self.agents), self._width)
        if joint.shape != wanted or not len(self._states):
            raise InputError(
                f"actions of shape {joint.shape} were given to {wanted[0]} environments; give them "
                f"the shape {wanted}, after a reset"
            )
        stepped = [self._stepped(place, each) for place, each in enumerate(joint)]
        self._states, rewards = (np.array(part) for part in zip(*stepped, strict=True))
        return self._states, rewards

    def _stepped(self, place: int, joint: Floats) -> tuple[Floats, list[float]]:
        """One copy's state and rewards after a step."""
        copy = self._copies[place]
        if not copy.agents:
            return self._states[place], [0.0] * len(self.agents)
        if set(copy.agents) != set(self.agents):
            gone = [agent for agent in self.agents if agent not in copy.agents]
            raise InputError(
                f"in environment {place} {', '.join(gone)} cannot act any more, and others can; "
                "play shorter episodes, in which all agents stay to the end"
            )
        chosen = map(action, self.action_spaces, joint)
        observed, rewards, *_ = copy.step(dict(zip(self.agents, chosen, strict=True)))
        seen, earned = self._seen(copy, observed), [float(rewards[a]) for a in self.agents]
        if not (np.isfinite(seen).all() and np.isfinite(earned).all()):
            raise DivergenceError(
                f"environment {place} came to a state or a reward that is not finite; reset it"
            )
        return seen, earned

    def _seen(self, copy: Any, observed: dict[str, Any]) -> Floats:
        """The state as one vector."""
        if not self._shared:
            return np.concatenate([self._observation(agent, observed) for agent in self.agents])
        try:
            return np.asarray(copy.state(), dtype=np.float64).ravel()
        except NotImplementedError:
            return self._observation(self.agents[0], observed)

    def _observation(self, agent: str, observed: dict[str, Any]) -> Floats:
        """What an agent observes, as a vector."""
        space, seen = self._spaces[agent], observed.get(agent)
        numbers = vector(space, seen)
        if numbers is None:
            raise InputError(
                f"{self.name} lets {agent} observe {seen!r}, which is not in its space {space}; "
                "correct the one or the other"
            )
        return numbers
