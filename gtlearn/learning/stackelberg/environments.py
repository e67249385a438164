"""A leader's game for other libraries' agents: as its leader sees it, and as both do.

Steps are taken one at a time here, as those libraries expect it; `play.rollout` plays many episodes
at once.
"""

from __future__ import annotations

from typing import Any, ClassVar, cast

import numpy as np
from numpy.typing import NDArray

from gtlearn.environments.parallel import Environment, Infos, StepResult
from gtlearn.errors import InputError
from gtlearn.learning.stackelberg.followers.protocol import Follower
from gtlearn.learning.stackelberg.game import Floats, LeaderGame, drawn, last_true, pure_tables
from gtlearn.learning.stackelberg.play import check_tables
from gtlearn.optional import needed

with needed("the environments", "learn"):
    import gymnasium
    from gymnasium.spaces import Box, Discrete, Space

LEADER, FOLLOWER = "leader", "follower"

Observation = NDArray[np.float32]


def state_space(game: LeaderGame) -> Space[Observation]:
    """The space of one-hot states, shape (states,)."""
    space: Any = Box(0.0, 1.0, (game.num_states,), np.float32)
    return cast("Space[Observation]", space)


def one_hot(game: LeaderGame, states: NDArray[np.int64] | int) -> Observation:
    """States as one-hot vectors, shape (*shape of the states, states)."""
    return np.eye(game.num_states, dtype=np.float32)[states]


class LeaderEnvironment(gymnasium.Env[Observation, np.int64]):
    """The game as its leader sees it: the follower answers inside (Algorithm 1, main loop).

    An episode first asks the leader what it does in each state that can be met and leaves it a
    choice: one step a state, whose reward is zero. The follower is shown the answers, and then the
    game is played; the rewards are the leader's payoffs, not discounted. The observation is the
    one-hot state in both parts, so that a policy without memory answers as it plays;
    `info["asked"]` tells them apart.

    A leader that draws its actions could answer one thing and do another, which is no commitment.
    So the answers bind: they are played, whatever the actions are, and `info["played"]` is what
    was. With `binding=False` the actions are played, as in the authors' code, where leaders learn
    to deceive.

    An action that is not legal counts as the last one that is, here and in `PairEnvironment`: not
    every library knows that some are not.

    `reset(options={"commitment": table})` asks nothing: the table, of shape (states, actions), is
    shown instead, and played where it binds. The episode then has the length of the game.

    A game with a horizon terminates; one without is truncated after `game.steps` steps.

    Args:
        game: what is played.
        follower: answers by its `tables`, and does not learn here.
        binding: whether what is answered is what is played.

    >>> from gtlearn import games
    >>> from gtlearn.learning.stackelberg.followers.protocol import OracleFollower
    >>> from gtlearn.learning.stackelberg.game import leader_game
    >>> game = leader_game(games.iterated("prisoners_dilemma", horizon=10))
    >>> environment = LeaderEnvironment(game, OracleFollower(game))
    >>> _ = environment.reset(seed=0)
    >>> reward = 0.0
    >>> for action in [1, 0, 1, 0, 1] + [0] * 10:  # five answers, which bind
    ...     _, payoff, ended, _, _ = environment.step(action)
    ...     reward += payoff
    >>> reward, ended
    (29.0, True)
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012 - as in the base class

    def __init__(self, game: LeaderGame, follower: Follower, *, binding: bool = True) -> None:
        self.game = game
        self.follower = follower
        self.binding = binding
        self.observation_space = state_space(game)
        self.action_space = Discrete(game.leader_actions)
        self._answers: list[int] = []
        self._commitment: Floats | None = None
        self._response: Floats = np.empty(0)
        self._state = 0
        self._time = game.steps

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begins an episode: with the first question, or the first step of a given commitment.

        Args:
            seed: of the players' coin flips.
            options: {"commitment": table} shows this table instead of asking.

        Raises:
            InputError: if the table does not fit the game.
        """
        super().reset(seed=seed)
        self._answers, self._commitment = [], None
        self._state, self._time = int(self.game.asked[0]), 0
        if options and "commitment" in options:
            self._show(np.asarray(options["commitment"], dtype=np.float64))
        return self._seen()

    def step(self, action: np.int64 | int) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Answers a question, or plays a step.

        Raises:
            InputError: if there is no such action, or the episode is over.
        """
        legal = self.game.leader_legal[self._state]
        chosen = _checked(action, legal, LEADER)
        if self._commitment is None and self._time == 0:
            self._answer(chosen)
            observation, info = self._seen()
            return observation, 0.0, False, False, info
        if self._commitment is None or self._time >= self.game.steps:
            raise InputError("the episode is over, or has not begun; reset the environment")
        if self.binding:
            chosen = self._drawn(self._commitment[self._state])
        timed = len(self._response) > self.game.num_states
        row = self._state + self._time * self.game.num_states * timed
        joint = (self._state, chosen, self._drawn(self._response[row]))
        reward = float(self.game.leader_rewards[joint])
        self._state = _after(self.game, joint, self.np_random)
        self._time += 1
        over = self._time == self.game.steps
        ends = not self.game.endless
        observation, info = self._seen()
        return observation, reward, over and ends, over and not ends, {**info, "played": chosen}

    def _answer(self, action: int) -> None:
        """Takes down an answer; after the last one the leader is shown."""
        self._answers.append(action)
        if len(self._answers) < self.game.queries:
            self._state = int(self.game.asked[len(self._answers)])
            return
        actions = self.game.leader_legal.argmax(axis=1)  # the first legal ones, where not asked
        actions[self.game.asked] = self._answers
        self._show(pure_tables(actions, self.game.leader_actions))

    def _show(self, table: Floats) -> None:
        """Shows the follower a table, shape (states, actions), takes its response, and begins."""
        check_tables(self.game, table[None], LEADER)
        self._commitment = table
        self._response = self.follower.tables(table[None])[0]
        self._state = int(self.game.first_states(1, self.np_random)[0])

    def _seen(self) -> tuple[Observation, dict[str, Any]]:
        return one_hot(self.game, self._state), {"asked": self._commitment is None}

    def _drawn(self, row: Floats) -> int:
        """An action drawn from a row of probabilities."""
        return int(drawn(row, np.array(self.np_random.random())))


class PairEnvironment(Environment[Observation, np.int64]):
    """The game of both players, "leader" and "follower", who act at the same time.

    Both see the one-hot state. The rewards are the payoffs, not discounted. A game with a horizon
    terminates; one without is truncated after `game.steps` steps. Where a player has a single
    action, whatever it does counts as that.

    Args:
        game: what is played.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "gtlearn_leader_and_follower_v0",
        "render_modes": [],
        "is_parallelizable": True,
    }

    def __init__(self, game: LeaderGame) -> None:
        self.game = game
        self.possible_agents = [LEADER, FOLLOWER]
        self.agents: list[str] = []
        self.render_mode = None
        self.observation_spaces = {agent: state_space(game) for agent in self.possible_agents}
        sizes = {LEADER: game.leader_actions, FOLLOWER: game.follower_actions}
        self.action_spaces = {agent: Discrete(size) for agent, size in sizes.items()}
        self._legal = {LEADER: game.leader_legal, FOLLOWER: game.follower_legal}
        self._rng = np.random.default_rng()
        self._state = self._time = 0

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Observation], Infos]:
        """Begins an episode; there are no options, and the seed is that of random moves."""
        if seed is not None:
            self._rng = np.random.default_rng(seed)
        self.agents = list(self.possible_agents)
        self._state, self._time = int(self.game.first_states(1, self._rng)[0]), 0
        return self._seen(), {agent: {} for agent in self.agents}

    def step(self, actions: dict[str, np.int64]) -> StepResult[Observation]:
        """Plays a step.

        Args:
            actions: one an agent.

        Raises:
            InputError: if an agent has no such action, or the episode is over.
        """
        self.require_all(actions)
        led, followed = (_checked(actions[a], self._legal[a][self._state], a) for a in self.agents)
        joint = (self._state, led, followed)
        rewards = {
            LEADER: float(self.game.leader_rewards[joint]),
            FOLLOWER: float(self.game.follower_rewards[joint]),
        }
        self._state = _after(self.game, joint, self._rng)
        self._time += 1
        over = self._time == self.game.steps
        ends = not self.game.endless
        terminated = dict.fromkeys(self.agents, over and ends)
        truncated = dict.fromkeys(self.agents, over and not ends)
        observations = self._seen()
        infos: Infos = {agent: {} for agent in self.agents}
        if over:
            self.agents = []
        return observations, rewards, terminated, truncated, infos

    def render(self) -> None:
        """Shows nothing."""

    def _seen(self) -> dict[str, Observation]:
        return {agent: one_hot(self.game, self._state) for agent in self.agents}


def _checked(action: Any, legal: NDArray[np.bool_], agent: str) -> int:
    """The index of an action, or of the last legal one where it is not legal."""
    if not 0 <= action < len(legal) or int(action) != action:
        raise InputError(
            f"{action!r} is no action of the {agent}; choose from 0 to {len(legal) - 1}"
        )
    return int(action) if legal[int(action)] else int(last_true(legal))


def _after(game: LeaderGame, joint: tuple[int, int, int], rng: np.random.Generator) -> int:
    """The state after a joint action: the state, the leader's and the follower's action."""
    place = np.ravel_multi_index(joint, game.moves.shape)
    return int(game.next_states(np.array(place), rng))
