"""Many cheetahs at once, on threads: plain arrays, the same numbers as `HalfCheetah`.

What decides a cheetah's future is a row of 33 numbers: positions, velocities, the accelerations
from which MuJoCo's solver starts its next search, and the actions. One simulator a thread takes a
row, goes on for a step, and puts the row back. `mujoco.rollout` would do this with less Python,
but does not hand out the accelerations, without which the last digits, and after some steps the
first, are not those of a simulator that runs on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gtlearn.environments.half_cheetah import rules
from gtlearn.environments.half_cheetah.rules import Direction, Floats
from gtlearn.errors import DivergenceError, InputError
from gtlearn.optional import optional

# of a row
_POSITIONS, _VELOCITIES, _CONTROLS = slice(0, 9), slice(9, 18), slice(27, 33)
_SEEN, _MOTION = slice(1, 18), slice(0, 27)

Seeds: TypeAlias = Sequence[int | np.random.Generator] | NDArray[np.integer]


class HalfCheetahs:
    """Cheetahs side by side, each of two agents: the back leg and the front leg.

    State, reward and actions are described in `rules`. Nothing ends an episode: reset when the
    horizon is reached.

    Args:
        count: how many cheetahs.
        direction: where running is rewarded.
        threads: how many to use; what comes out does not depend on it.

    Raises:
        InputError: if an argument cannot be used, or a package is missing.
    """

    def __init__(self, count: int, direction: Direction = "right", threads: int = 1) -> None:
        self.count = rules.at_least_one(count, "cheetahs")
        self._weight = rules.forward_weight(direction)
        threads = min(rules.at_least_one(threads, "threads"), self.count)
        self._mujoco = optional("mujoco", "envs")
        self._model = _model()
        self._simulators = [self._mujoco.MjData(self._model) for _ in range(threads)]
        self._helpers = ThreadPoolExecutor(threads)
        self._duration = self._model.opt.timestep * rules.FRAME_SKIP
        part = self._mujoco.mjtState
        parts = part.mjSTATE_QPOS, part.mjSTATE_QVEL, part.mjSTATE_WARMSTART, part.mjSTATE_CTRL
        self._parts = sum(int(part) for part in parts)
        self._states = np.zeros((self.count, _CONTROLS.stop))
        self._rows = list(self._states)
        self._steps: int | None = None

    def reset(self, seeds: Seeds) -> Floats:
        """Begins an episode of each cheetah.

        Args:
            seeds: one a cheetah: a seed, for what Gymnasium draws with it, or a generator, from
                which the next numbers are drawn; cheetahs that share one draw in their order.

        Returns:
            The states, shape (count, 17).

        Raises:
            InputError: if there are not as many seeds as cheetahs, or one is none.
        """
        if len(seeds) != self.count:
            raise InputError(
                f"{len(seeds)} seeds for {self.count} cheetahs; give one of each a cheetah"
            )
        for cheetah, seed in enumerate(seeds):
            rules.check_seed(seed, f"the seed of cheetah {cheetah}", generator=True)
        self._states[:] = 0.0
        for row, seed in zip(self._rows, seeds, strict=True):
            generator = np.random.default_rng(seed)  # a generator stays what it is
            row[_POSITIONS] = generator.uniform(-rules.RESET_NOISE, rules.RESET_NOISE, 9)
            row[_VELOCITIES] = rules.RESET_NOISE * generator.standard_normal(9)
        self._steps = 0
        return self._observed()

    def step(self, actions: ArrayLike) -> tuple[Floats, Floats]:
        """Plays a step of each cheetah.

        Args:
            actions: of both agents, shape (count, 2, 3); thigh, shin and foot, -1 to 1.

        Returns:
            The states, shape (count, 17), and the reward of both agents, shape (count,).

        Raises:
            InputError: if the actions have another shape or are not finite, or before `reset`.
            DivergenceError: if a cheetah's motion has diverged.
        """
        if self._steps is None:
            raise InputError("the cheetahs stand nowhere yet; reset them before the first step")
        controls = rules.numbers(
            actions, (self.count, rules.NUM_AGENTS, rules.JOINTS), "the actions"
        )
        controls = controls.reshape(self.count, rules.NUM_AGENTS * rules.JOINTS)
        costs = rules.control_costs(controls, "cheetah ")
        self._states[:, _CONTROLS] = controls
        before = self._states[:, 0].copy()
        self._simulate()
        self._steps += 1
        self._check_motion()
        velocities = (self._states[:, 0] - before) / self._duration
        return self._observed(), self._weight * velocities - costs

    def _observed(self) -> Floats:
        return self._states[:, _SEEN].copy()

    def _simulate(self) -> None:
        """One step of all, this thread's share included."""
        rows = iter(self._rows)  # one for all threads: who is done takes the next row
        others = self._simulators[1:]
        running = [self._helpers.submit(self._run, simulator, rows) for simulator in others]
        self._run(self._simulators[0], rows)
        for helper in running:
            helper.result()

    def _run(self, simulator: Any, rows: Iterator[Floats]) -> None:
        """Takes rows one step on, in place, until there are none left."""
        model, mujoco = self._model, self._mujoco
        load, advance, store = mujoco.mj_setState, mujoco.mj_step, mujoco.mj_getState
        for row in rows:
            load(model, simulator, row, self._parts)
            advance(model, simulator, rules.FRAME_SKIP)
            store(model, simulator, row, self._parts)

    def _check_motion(self) -> None:
        cheetah = rules.lost(self._states[:, _MOTION])
        if cheetah is not None:
            raise DivergenceError(
                f"the motion of cheetah {cheetah} diverged at step {self._steps}; reset the "
                "cheetahs to go on"
            )


def _model() -> Any:
    """Gymnasium's cheetah."""
    gymnasium = optional("gymnasium", "envs")
    with rules.quiet_loading():
        cheetah: Any = gymnasium.make("HalfCheetah-v5", **rules.SETTINGS)
    model = cheetah.unwrapped.model
    rules.keep_diverged(model)
    return model
