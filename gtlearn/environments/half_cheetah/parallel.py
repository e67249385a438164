"""One cheetah as a PettingZoo environment, on Gymnasium-Robotics' multi-agent MuJoCo."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gtlearn.environments.half_cheetah import rules
from gtlearn.environments.half_cheetah.rules import Direction, Floats
from gtlearn.environments.parallel import Environment, Infos, StepResult
from gtlearn.errors import DivergenceError, InputError
from gtlearn.optional import needed, optional

with needed("the environments", "envs"):
    from gymnasium.spaces import Box

PICTURES = "rgb_array"
_CANNOT_DRAW = (
    "MuJoCo cannot draw here ({}); set the environment variable MUJOCO_GL to egl or osmesa before "
    "Python starts, and install that library"
)


class HalfCheetah(Environment[Floats, Floats]):
    """A cheetah whose back leg is "agent_0" and whose front leg is "agent_1".

    Both see all 17 numbers of the state, in float64, and get the same reward; `rules` says what
    they are. An action is of thigh, shin and foot, and a step lasts 50 ms. An episode is truncated
    after `horizon` steps and never terminates. The game of Kim et al. 2021, Question 5: to run to
    the right with a teammate that has learned to run to the left.

    Args:
        direction: where running is rewarded.
        horizon: steps of an episode; 200 in the paper.
        render_mode: "rgb_array" for pictures of shape (480, 480, 3), or None.

    Raises:
        InputError: if an argument cannot be used, or a package is missing.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "gtlearn_half_cheetah_v0",
        "render_modes": [PICTURES],
        "render_fps": 20,
        "is_parallelizable": True,
    }

    def __init__(
        self,
        direction: Direction = "right",
        horizon: int = 200,
        render_mode: str | None = None,
    ) -> None:
        if render_mode not in (None, PICTURES):
            raise InputError(f"{render_mode!r} is no way to render; use {PICTURES!r} or None")
        self.render_mode = render_mode
        with rules.quiet_loading():
            self._world: Any = optional("gymnasium_robotics", "envs").mamujoco_v1.parallel_env(
                "HalfCheetah",
                f"{rules.NUM_AGENTS}x{rules.JOINTS}",
                agent_obsk=0,  # its own observations have no setting for the whole state, so that
                local_categories=[[]],  # they are left empty
                global_categories=(),
                forward_reward_weight=rules.forward_weight(direction),
                max_episode_steps=rules.at_least_one(horizon, "steps"),
                render_mode=render_mode,
                camera_name="track",  # goes along with the cheetah
                **rules.SETTINGS,
            )
        self._cheetah: Any = self._world.single_agent_env.unwrapped
        rules.keep_diverged(self._cheetah.model)
        self._steps = 0
        self.possible_agents: list[str] = list(self._world.possible_agents)
        self.agents: list[str] = []
        self.observation_spaces = {
            agent: Box(-np.inf, np.inf, (rules.STATE,), np.float64)
            for agent in self.possible_agents
        }
        self.action_spaces = {a: self._world.action_space(a) for a in self.possible_agents}

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Floats], Infos]:
        """Begins an episode.

        Args:
            seed: of the noise in the first state; None goes on with the last one's numbers.
            options: there are none.

        Raises:
            InputError: if the seed is none.
        """
        if seed is not None:
            rules.check_seed(seed, "the seed")
            seed = int(seed)  # Gymnasium refuses NumPy's integers
        _, infos = self._world.reset(seed=seed, options=options)
        self.agents = list(self.possible_agents)
        self._steps = 0
        return self._seen(), infos

    def step(self, actions: dict[str, ArrayLike]) -> StepResult[Floats]:
        """Plays a step.

        Args:
            actions: one an agent, shape (3,).

        Returns:
            States, rewards, terminations, truncations, and Gymnasium's infos, by agent.

        Raises:
            InputError: if an action has another shape or is not finite, or the episode is over.
            DivergenceError: if the motion has diverged.
        """
        self.require_all(actions)
        checked = [
            rules.numbers(actions[agent], (rules.JOINTS,), f"the actions of {agent}")
            for agent in self.agents
        ]
        rules.control_costs(np.array(checked), "agent_")
        joint = dict(zip(self.agents, checked, strict=True))
        _, rewards, terminated, truncated, infos = self._world.step(joint)
        self._steps += 1
        self._check_motion()
        seen = self._seen()
        self.agents = list(self._world.agents)
        return seen, rewards, terminated, truncated, infos

    def render(self) -> Any:
        """A picture, shape (480, 480, 3) of bytes; None without a render mode.

        Raises:
            InputError: if nothing here can draw, or before `reset`.
        """
        if self.render_mode is None:
            return None
        if not self.agents and self._steps == 0:
            raise InputError("there is nothing to draw yet; reset the environment first")
        if _needs_display():
            raise InputError(_CANNOT_DRAW.format("there is no display"))
        try:
            return self._world.render()
        except Exception as error:  # each way to draw fails in its own
            raise InputError(_CANNOT_DRAW.format(error)) from error

    def close(self) -> None:
        """Frees what pictures are drawn with."""
        self._world.close()

    def _seen(self) -> dict[str, Floats]:
        state: Floats = self._world.state()
        return {agent: state.copy() for agent in self.possible_agents}

    def _check_motion(self) -> None:
        data = self._cheetah.data
        motion = np.concatenate((data.qpos, data.qvel, data.qacc_warmstart))
        if rules.lost(motion[None]) is not None:
            raise DivergenceError(
                f"the motion of the cheetah diverged at step {self._steps}; reset it"
            )


def _needs_display() -> bool:
    """Whether MuJoCo would draw through a display that is not there.

    It must not try: the second time it ends the process.
    """
    display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    way = os.environ.get("MUJOCO_GL", "glfw").lower()
    return sys.platform == "linux" and not display and way in ("", "glfw")


class FilmedCheetah:
    """The interface of `HalfCheetahs` for one cheetah, with a picture of each state.

    Attributes:
        pictures: of the states since the last reset, each of shape (480, 480, 3), bytes.
        rate: pictures a second of simulated time.

    Args:
        direction: where running is rewarded.
        horizon: the longest episode.

    Raises:
        InputError: if a package is missing.
    """

    def __init__(self, direction: Direction = "right", horizon: int = 200) -> None:
        self._cheetah = HalfCheetah(direction, horizon, PICTURES)
        self._agent = self._cheetah.possible_agents[0]  # both see and earn the same
        self.pictures: list[NDArray[np.uint8]] = []
        self.rate: int = self._cheetah.metadata["render_fps"]

    def reset(self, seeds: Sequence[int]) -> Floats:
        """Begins an episode; the state, shape (1, 17).

        Args:
            seeds: one.

        Raises:
            InputError: if nothing here can draw.
        """
        seen, _ = self._cheetah.reset(seed=seeds[0])
        self.pictures = [self._cheetah.render()]
        return seen[self._agent][None]

    def step(self, actions: Floats) -> tuple[Floats, Floats]:
        """Plays a step and draws it; see `HalfCheetahs.step`."""
        joint = rules.numbers(actions, (1, rules.NUM_AGENTS, rules.JOINTS), "the actions")[0]
        given = dict(zip(self._cheetah.agents, joint, strict=True))
        seen, rewards, *_ = self._cheetah.step(given)
        self.pictures.append(self._cheetah.render())
        return seen[self._agent][None], np.array([rewards[self._agent]])

    def close(self) -> None:
        """Frees what pictures are drawn with."""
        self._cheetah.close()
