"""What our parallel environments of PettingZoo share: their spaces, and who must act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeAlias, TypeVar

from gtlearn.errors import InputError
from gtlearn.optional import needed

with needed("the environments", "envs"):
    from gymnasium import Space
    from pettingzoo import ParallelEnv

ACTION_MASK = "action_mask"  # PettingZoo's name of what is legal, one 0 or 1 an action
_Seen = TypeVar("_Seen")
Act = TypeVar("Act")
Infos: TypeAlias = dict[str, dict[str, Any]]
StepResult: TypeAlias = tuple[
    dict[str, _Seen], dict[str, float], dict[str, bool], dict[str, bool], Infos
]  # observations, rewards, terminations, truncations and infos, by agent


class Environment(ParallelEnv[str, _Seen, Act], Generic[_Seen, Act]):  # type: ignore[misc]
    """A parallel environment whose agents all stay to the end.

    Attributes:
        observation_spaces: what each agent observes.
        action_spaces: what each can do.
    """

    agents: list[str]
    observation_spaces: Mapping[str, Space[Any]]
    action_spaces: Mapping[str, Space[Any]]

    def observation_space(self, agent: str) -> Space[Any]:
        """What an agent observes."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> Space[Any]:
        """What an agent can do."""
        return self.action_spaces[agent]

    def require_all(self, actions: Mapping[str, Any]) -> None:
        """Refuses actions that are not one for each agent, or after the end.

        Raises:
            InputError: if so.
        """
        if set(actions) != set(self.agents) or not self.agents:
            raise InputError(
                f"actions were given for {sorted(actions)}, and {sorted(self.agents)} play; give "
                "one an agent, and reset the environment when an episode is over"
            )
