"""PPO and DQN leaders: Stable-Baselines3's algorithms, given whole batches of episodes.

Why Stable-Baselines3 (Raffin et al. 2021): its PPO and DQN are the most widely used and tested
ones in PyTorch, they are maintained and typed, and an algorithm's update (`train`), buffers and
policy can be used without its loop. So a thousand episodes are played at once by `play.rollout`,
and nothing of an environment has to be kept in a checkpoint. (OpenSpiel's agents are made for its
own time steps; TorchRL brings a compiled extension.)

Only public methods are used. The library draws from the global generators of numpy and PyTorch;
here they are seeded for each call from a generator of the leader's own, and put back afterwards, so
that a leader whose state was restored goes on bit-equally, whatever else runs in the process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from gtlearn.learning.optimisers import load_optimiser_state, optimiser_state
from gtlearn.learning.stackelberg.contexts import random_actions
from gtlearn.learning.stackelberg.environments import one_hot, state_space
from gtlearn.learning.stackelberg.game import Floats, Ints, LeaderGame, pure_tables
from gtlearn.learning.stackelberg.leaders.protocol import (
    Decisions,
    DrawingLeader,
    decisions,
    episodes_in,
)
from gtlearn.learning.stackelberg.play import Episodes
from gtlearn.optional import needed

with needed("PPO and DQN leaders", "learn"):
    import gymnasium
    from stable_baselines3 import DQN, PPO
    from stable_baselines3.common.buffers import ReplayBuffer, RolloutBuffer
    from stable_baselines3.common.logger import Logger

LINEAR: dict[str, Any] = {
    "net_arch": []
}  # one-hot states and no hidden layer: a table, as in the paper
_NEVER = -1e9  # a weight of what is not legal: its probability is 0, and so is its gradient


class LibraryLeader:
    """A leader whose algorithm is the library's.

    Args:
        game: what is played.
        seed: of the network and of all that the library draws.
        batch_steps: environment steps between updates, queries counted.
        algorithm: the library's class.
        options: of this class.
    """

    def __init__(
        self, game: LeaderGame, seed: int, batch_steps: int, algorithm: Any, **options: Any
    ) -> None:
        self.game = game
        self.episodes = episodes_in(game, batch_steps)
        self._rng = np.random.default_rng(seed)
        given = {"policy_kwargs": dict(LINEAR), "device": "cpu", **options}
        with _global_generators(self._rng):
            self.model: Any = algorithm("MlpPolicy", _Spaces(game), **given)
        self.model.set_logger(Logger(None, []))
        self._observations = torch.from_numpy(one_hot(game, np.arange(game.num_states)))

    def state_dict(self) -> dict[str, Any]:
        """Network, optimiser and generator."""
        held = self.model.policy.state_dict()
        return {
            "policy": {name: value.clone() for name, value in held.items()},
            "optimiser": optimiser_state(self.model.policy.optimizer),
            "generator": self._rng.bit_generator.state,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes up what `state_dict` returned."""
        self.model.policy.load_state_dict(state["policy"])
        load_optimiser_state(self.model.policy.optimizer, state["optimiser"])
        self._rng.bit_generator.state = state["generator"]


class PPOLeader(LibraryLeader, DrawingLeader):
    """Draws a deterministic table an episode, shows it and plays it; commits to the likeliest.

    The decisions of an episode are those of its commitment (see `decisions`): no discount, and
    Monte-Carlo advantages. Hyper-parameters are the paper's (Table 1, leader PPO): learning rate
    0.008, batches of 1000 environment steps in one piece, no entropy bonus; and RLlib 2.0's
    defaults where the paper names none: 30 epochs a batch, clipping at 0.3, advantages with
    lambda 1, weight 1 for the value loss. RLlib's penalty on the KL divergence and its clipping of
    the value loss have no counterpart here, and Stable-Baselines3's clipping of gradients at 0.5
    stays.

    Args:
        game: what is played.
        seed: of the network and of all that the library draws.
        learning_rate: of Adam.
        batch_steps: environment steps in a batch, queries counted.
        epochs: passes over a batch.
        clip_range: of the ratio of new and old probabilities.
        entropy_coefficient: of the entropy bonus.
        mixed: plays the mixed table itself, to be shown as sampled actions: the published way,
            which deceives.
    """

    def __init__(
        self,
        game: LeaderGame,
        seed: int = 0,
        *,
        learning_rate: float = 0.008,
        batch_steps: int = 1000,
        epochs: int = 30,
        clip_range: float = 0.3,
        entropy_coefficient: float = 0.0,
        mixed: bool = False,
    ) -> None:
        super().__init__(
            game,
            seed,
            batch_steps,
            PPO,
            learning_rate=learning_rate,
            n_epochs=epochs,
            clip_range=clip_range,
            ent_coef=entropy_coefficient,
            vf_coef=1.0,
        )
        self.mixed = mixed
        with torch.no_grad():
            weight = self.model.policy.action_net.weight
            weight[torch.from_numpy(~game.leader_legal.T)] = _NEVER

    def learn(
        self, tables: Floats, episodes: Episodes, shown: Floats | None = None
    ) -> dict[str, float]:
        """One PPO update; as in `Leader`."""
        buffer = self._rollout(decisions(self.game, tables, episodes, shown))
        self.model.rollout_buffer = buffer
        self.model.batch_size = buffer.buffer_size * buffer.n_envs
        with _global_generators(self._rng):
            self.model.train()
        return _metrics(self.model.logger)

    def _probabilities(self) -> Floats:
        with torch.no_grad():
            policy = self.model.policy.get_distribution(self._observations).distribution
        probabilities: Floats = policy.probs.double().numpy()
        return probabilities

    def _rollout(self, made: Decisions) -> RolloutBuffer:
        """The decisions as the library keeps them: an episode is one of many environments."""
        batch, length = made.states.shape
        buffer = RolloutBuffer(
            length,
            self.model.observation_space,
            self.model.action_space,
            device="cpu",
            gae_lambda=1.0,
            gamma=1.0,
            n_envs=batch,
        )
        for k in range(length):
            seen = one_hot(self.game, made.states[:, k])
            done = made.actions[:, k]
            with torch.no_grad():
                values, likelihoods, _ = self.model.policy.evaluate_actions(
                    torch.from_numpy(seen), torch.from_numpy(done)
                )
            starts = np.full(batch, k == 0)
            buffer.add(seen, done, made.rewards[:, k], starts, values, likelihoods)
        buffer.compute_returns_and_advantage(torch.zeros(batch), np.ones(batch))
        return buffer


class DQNLeader(LibraryLeader):
    """Tries deterministic tables; commits to the actions whose estimated worth is the largest.

    A commitment's decisions are made all at once, so that none leads to another: the worth of an
    action in a state is the mean return of the episodes whose table has it, and each decision is
    terminal in the replay buffer (nothing is bootstrapped, the target network is idle). An action
    is explored for a whole episode, so that what is shown is what is played; Stable-Baselines3 has
    no noise on parameters, which does this in the paper, so each state's action is drawn anew with
    a probability that falls linearly. Hyper-parameters are the paper's (Table 1, leader DQN):
    learning rate 0.001, batches of 1024 decisions, one update an episode, the first after 5000
    environment steps. The replay buffer is shorter than RLlib's 50,000: what an action is worth
    depends on the rest of the table, so that old decisions mislead (with 50,000 the leader stays
    short of the optimum in the dilemma and in battle). A learning rate of 0.003 with exploration
    over 20,000 steps is about three times as fast.

    Args:
        game: what is played.
        seed: of the network and of all that the library draws.
        learning_rate: of Adam.
        batch_steps: environment steps between updates, queries counted.
        replay_batch: decisions an update learns from.
        replay_size: decisions that are remembered.
        learning_starts: environment steps before the first update, queries counted.
        exploration_steps: environment steps over which exploration falls from 1 to its end.
        exploration_end: with what probability a state's action is drawn anew after that.
    """

    def __init__(
        self,
        game: LeaderGame,
        seed: int = 0,
        *,
        learning_rate: float = 0.001,
        batch_steps: int = 10,
        replay_batch: int = 1024,
        replay_size: int = 2000,
        learning_starts: int = 5000,
        exploration_steps: int = 60_000,
        exploration_end: float = 0.05,
    ) -> None:
        super().__init__(
            game, seed, batch_steps, DQN, learning_rate=learning_rate, buffer_size=replay_size
        )
        self.learning_starts = learning_starts
        self.exploration_steps = exploration_steps
        self.exploration_end = exploration_end
        self._replay_batch = replay_batch
        self._steps = 0

    @property
    def exploration(self) -> float:
        """With what probability a state's action is drawn anew."""
        rest = 1 - self._steps / max(self.exploration_steps, 1)
        return max(self.exploration_end, self.exploration_end + (1 - self.exploration_end) * rest)

    def propose(self, count: int, rng: np.random.Generator) -> Floats:
        """The best table, of which some actions are drawn anew; as in `Leader`."""
        shape = (count, self.game.num_states)
        random = random_actions(self.game, count, rng)
        explores = rng.random(shape) < self.exploration
        best = self._worth().argmax(axis=1)
        return pure_tables(np.where(explores, random, best), self.game.leader_actions)

    def learn(
        self, tables: Floats, episodes: Episodes, shown: Floats | None = None
    ) -> dict[str, float]:
        """Remembers the decisions, and makes one update an episode; as in `Leader`."""
        made = decisions(self.game, tables, episodes, shown)
        triples = (made.states.ravel(), made.actions.ravel(), made.returns.ravel())
        self._remember(*triples)
        self._steps += len(tables) * (self.game.steps + self.game.queries)
        if self._steps < self.learning_starts:
            return {"leader_exploration": self.exploration}
        with _global_generators(self._rng):
            self.model.train(gradient_steps=len(tables), batch_size=self._replay_batch)
        return {**_metrics(self.model.logger), "leader_exploration": self.exploration}

    def table(self) -> Floats:
        """The table of the actions that are worth the most."""
        return pure_tables(self._worth().argmax(axis=1), self.game.leader_actions)

    def state_dict(self) -> dict[str, Any]:
        """Network, optimiser, replay buffer and generator."""
        held, buffer = super().state_dict(), self._buffer
        generator = held.pop("generator")
        filled = buffer.buffer_size if buffer.full else buffer.pos
        return {
            **held,
            "replay_states": buffer.observations[:filled, 0].argmax(axis=1),
            "replay_actions": buffer.actions[:filled, 0, 0].copy(),
            "replay_returns": buffer.rewards[:filled, 0].copy(),
            "replay_position": buffer.pos,
            "steps": self._steps,
            "generator": generator,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes up what `state_dict` returned."""
        super().load_state_dict(state)
        buffer = self._buffer
        buffer.reset()
        states, actions = np.asarray(state["replay_states"]), np.asarray(state["replay_actions"])
        self._remember(states, actions, np.asarray(state["replay_returns"]))
        buffer.pos = state["replay_position"]
        self._steps = state["steps"]

    @property
    def _buffer(self) -> ReplayBuffer:
        buffer: ReplayBuffer = self.model.replay_buffer
        return buffer

    def _worth(self) -> Floats:
        """The estimated worth of each action in each state, shape (states, actions); minus
        infinity where it is not legal."""
        with torch.no_grad():
            worth: Floats = self.model.q_net(self._observations).double().numpy()
        return np.where(self.game.leader_legal, worth, -np.inf)

    def _remember(self, states: Ints, actions: Ints, returns: Floats) -> None:
        """Puts terminal decisions into the replay buffer, all of shape (decisions,)."""
        done = np.ones(1)
        for state, action, worth in zip(states, actions, returns, strict=True):
            seen = one_hot(self.game, int(state))[None]
            self._buffer.add(seen, seen, np.array([action]), np.array([worth]), done, [{}])


class _Spaces(gymnasium.Env[Any, Any]):
    """An environment that is never stepped: the library reads its spaces."""

    def __init__(self, game: LeaderGame) -> None:
        self.observation_space = state_space(game)
        self.action_space = gymnasium.spaces.Discrete(game.leader_actions)


@contextmanager
def _global_generators(rng: np.random.Generator) -> Iterator[None]:
    """Seeds the global generators from `rng`, and puts them back afterwards."""
    held = np.random.get_state()  # noqa: NPY002 - the library draws from the global generator
    seed = int(rng.integers(2**32))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        np.random.seed(seed)  # noqa: NPY002
        try:
            yield
        finally:
            np.random.set_state(held)  # noqa: NPY002


def _metrics(logger: Logger) -> dict[str, float]:
    """What the library logged in an update, which is then forgotten.

    The explained variance is left out, which is NaN where all returns are the same, and the
    number of updates, which the library counts anew after a checkpoint.
    """
    left_out = ("train/explained_variance", "train/n_updates")
    logged = {
        f"leader_{name.removeprefix('train/')}": float(value)
        for name, value in logger.name_to_value.items()
        if name.startswith("train/") and name not in left_out
    }
    logger.dump()
    return logged
