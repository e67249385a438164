"""A PettingZoo parallel environment seen as a table: states that compare, actions from 0."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games.kinds.iterated import Joint
from gtlearn.games.numbers import to_fraction
from gtlearn.optional import optional

Legal = tuple[tuple[int, ...], ...]  # the actions an agent may choose from
StateFunction = Callable[[Any, Mapping[str, Any]], Any]

_LABEL = 40  # characters


@dataclass(frozen=True)
class Moment:
    """What is seen of an environment after a reset or a step.

    Attributes:
        key: what tells the state apart, None where the episode has terminated.
        label: what the state is called, "" where only its number can tell.
        legal: what may be played next; nothing where the episode is over.
        rewards: what the step paid, one number an agent.
        terminated: whether the episode ended of itself.
        over: whether it ended, of itself or by being truncated.
    """

    key: Hashable
    label: str
    legal: Legal
    rewards: tuple[Any, ...] = ()
    terminated: bool = False
    over: bool = False


class TabularEnvironment:
    """A parallel environment with discrete actions whose agents all stay to the end.

    Args:
        environment: a PettingZoo parallel environment; it is reset.
        state: what tells the states apart, called as `state(environment, observations)`; without
            one, `environment.state()` where there is that method, else all observations.

    Raises:
        InputError: if it is no parallel environment, or an action space is not discrete.

    Attributes:
        name: what the environment is called.
        agents: its agents.
        actions: the numbers by which each agent's actions are known to the environment.
    """

    def __init__(self, environment: Any, state: StateFunction | None) -> None:
        self.name = str(environment)
        if isinstance(environment, optional("pettingzoo", "envs").AECEnv):
            raise InputError(
                f"the agents of {self.name} move one after the other; wrap it in PettingZoo's "
                "aec_to_parallel or turn_based_aec_to_parallel"
            )
        if not getattr(environment, "possible_agents", None):
            raise InputError(
                f"{self.name} has no list possible_agents; give a PettingZoo parallel environment"
            )
        self.agents = tuple(environment.possible_agents)
        self.actions = tuple(self._actions(environment, agent) for agent in self.agents)
        self._environment = environment
        self._state = state
        self._named = state is not None
        self._length = 0

    def begin(self, seed: int) -> Moment:
        """Resets the environment."""
        observations, infos = self._environment.reset(seed=seed)
        self._length = 0
        if self._state is None:
            self._state = _default_state(self._environment, self.agents)
        if set(self._environment.agents) != set(self.agents):
            raise InputError(
                f"{self.name} begins with the agents {self._environment.agents} of "
                f"{list(self.agents)}; a Markov game has all its players in every state"
            )
        return self._alive(observations, infos)

    def act(self, joint: Joint) -> Moment:
        """Takes a step: one action an agent, counted from 0.

        Raises:
            InputError: if some agents are done and others are not, or a reward is no number.
        """
        chosen = zip(self.agents, self.actions, joint, strict=True)
        step = self._environment.step({agent: numbers[a] for agent, numbers, a in chosen})
        observations, rewards, terminations, truncations, infos = step
        self._length += 1
        done = {a for a in self.agents if terminations.get(a) or truncations.get(a)}
        if done and done != set(self.agents):
            raise InputError(
                f"only {sorted(done)} of the agents {list(self.agents)} of {self.name} ended after "
                f"{self._length} step(s); a Markov game has all its players to the end"
            )
        paid = tuple(self._reward(rewards[agent], agent) for agent in self.agents)
        if not done:
            alive = self._alive(observations, infos)
            return Moment(alive.key, alive.label, alive.legal, paid)
        if any(terminations.get(agent) for agent in self.agents):
            return Moment(None, "", (), paid, terminated=True, over=True)
        key, label = self._identity(observations)
        return Moment(key, label, (), paid, over=True)

    def _alive(self, observations: Mapping[str, Any], infos: Mapping[str, Any]) -> Moment:
        key, label = self._identity(observations)
        legal = tuple(
            _legal(observations[agent], infos.get(agent, {}), len(numbers))
            for agent, numbers in zip(self.agents, self.actions, strict=True)
        )
        return Moment(key, label, legal)

    def _identity(self, observations: Mapping[str, Any]) -> tuple[Hashable, str]:
        assert self._state is not None
        value = self._state(self._environment, observations)
        try:
            key = _frozen(value)
            hash(key)
        except TypeError:
            raise InputError(
                f"states of {self.name} cannot be told apart by a {type(value).__name__}; let "
                "`state` return a text, numbers or an array"
            ) from None
        label = str(value) if self._named else ""
        return key, label if len(label) <= _LABEL else ""

    def _reward(self, value: Any, agent: str) -> Any:
        try:
            to_fraction(value)
        except InputError as error:
            raise InputError(f"a reward of {agent} in {self.name}: {error}") from None
        return value

    def _actions(self, environment: Any, agent: str) -> tuple[int, ...]:
        space = environment.action_space(agent)
        if not isinstance(space, optional("gymnasium.spaces", "envs").Discrete):
            raise InputError(
                f"the actions of {agent} in {self.name} are {space}; only Discrete ones can be "
                "listed"
            )
        return tuple(range(int(space.start), int(space.start + space.n)))


def _default_state(environment: Any, agents: tuple[str, ...]) -> StateFunction:
    """By `environment.state()` where that is a method which has been written."""
    try:
        if callable(getattr(environment.unwrapped, "state", None)):
            environment.state()
            return lambda environment, observations: environment.state()
    except NotImplementedError:
        pass
    return lambda environment, observations: tuple(observations[agent] for agent in agents)


def _legal(observation: Any, info: Mapping[str, Any], size: int) -> tuple[int, ...]:
    """The actions that a mask allows; the first where it allows none, as the agent waits then."""
    mask = info.get("action_mask")
    if isinstance(observation, Mapping):
        mask = observation.get("action_mask", mask)
    if mask is None:
        return tuple(range(size))
    return tuple(int(a) for a in np.flatnonzero(mask)) or (0,)


def _frozen(value: Any) -> Hashable:
    """A value that compares as an array's, a list's or a mapping's entries do."""
    if isinstance(value, np.generic):
        return value.item()  # type: ignore[no-any-return]
    if isinstance(value, np.ndarray):
        return value.shape, tuple(value.ravel().tolist())
    if isinstance(value, Mapping):
        return tuple((key, _frozen(entry)) for key, entry in sorted(value.items()))
    if isinstance(value, list | tuple):
        return tuple(map(_frozen, value))
    return value  # type: ignore[no-any-return]
