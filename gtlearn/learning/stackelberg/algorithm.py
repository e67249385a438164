"""Stackelberg learning as one algorithm: a follower is trained, then a leader against it.

Phase 1 trains the follower against random leaders (Gerstgrasser & Parkes 2023, Algorithm 1), phase
2 the leader against the frozen follower. A follower who is not shown its leader (Q-learning,
Brero et al. 2022) has no phase 1, and learns against each of the leader's policies in turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games import IteratedGame
from gtlearn.learning.stackelberg.contexts import SAMPLED_ACTION, random_leaders, shown
from gtlearn.learning.stackelberg.followers import Follower
from gtlearn.learning.stackelberg.followers.protocol import env_steps
from gtlearn.learning.stackelberg.game import Floats, IteratedMatrix, iterated_matrix, rollout
from gtlearn.learning.stackelberg.leaders import Leader
from gtlearn.learning.stackelberg.verified import (
    Verified,
    best_commitment,
    true_value,
    verified,
)

PRETRAINING, TRAINING = 0.0, 1.0  # the phases, as they stand in the metrics
MAX_KEPT = 10_000  # exact values that are remembered


@dataclass(frozen=True)
class StackelbergConfig:
    """The options of `gtlearn train contextual-stackelberg`."""

    game: str = field(
        default="prisoners_dilemma",
        metadata={"help": "A stage game, or a whole gtlearn_iterated(...)."},
    )
    horizon: int = field(default=10, metadata={"help": "Steps of a stage game.", "minimum": 1})
    leader_player: int = field(
        default=0, metadata={"help": "Which player leads.", "minimum": 0, "maximum": 1}
    )
    follower: Literal["contextual", "relabelling", "planning", "q-learning", "oracle"] = field(
        default="contextual", metadata={"help": "Who answers the leader."}
    )
    model: Literal["linear", "network"] = field(
        default="linear", metadata={"help": "Of a contextual follower: a table, or a network."}
    )
    reset: bool = field(
        default=True,
        metadata={"help": "A Q-learning follower forgets when its leader changes."},
    )
    context: Literal["policy", "sampled_action"] = field(
        default="policy",
        metadata={"help": "What the follower is shown; sampled_action, as published, deceives."},
    )
    leader: Literal["pg", "ppo", "dqn", "es", "bandit", "exact"] = field(
        default="pg", metadata={"help": "How the leader learns."}
    )
    pretraining: int = field(
        default=500,
        metadata={"help": "Iterations of the follower against random leaders.", "minimum": 0},
    )
    pretraining_steps: int = field(
        default=100, metadata={"help": "Environment steps of such an iteration.", "minimum": 1}
    )
    iterations: int = field(
        default=400, metadata={"help": "Iterations of the leader.", "minimum": 0}
    )
    inner: int = field(
        default=100,
        metadata={"help": "Episodes of a Q-learning follower for each leader.", "minimum": 1},
    )
    batch: int | None = field(
        default=None,
        metadata={
            "help": "Tables that PG or PPO tries in an iteration; none: as many as the paper.",
            "minimum": 1,
        },
    )
    posttraining: int = field(
        default=50,
        metadata={"help": "Iterations of the follower against the final leader.", "minimum": 0},
    )


class StackelbergLearner:
    """One run; see `gtlearn.runs.learner.Learner`.

    Args:
        config: the options.
        seed: of all that is random.
    """

    def __init__(self, config: StackelbergConfig, seed: int) -> None:
        self.config = config
        self.game = iterated_matrix(_game(config), config.leader_player)
        self.rng = np.random.default_rng(seed)
        self.follower = _follower(config, self.game, seed)
        self.leader = _leader(config, self.game, self.follower, seed)
        learns = self.follower.sees_leader and config.follower != "oracle"
        self.pretraining = config.pretraining if learns else 0
        self.iterations = self.pretraining + config.iterations
        self.done = self.env_steps = 0
        self.reward = self.worth = 0.0
        self._worths: dict[bytes, float] = {}
        mixes = config.context == SAMPLED_ACTION
        self.exact = float(
            best_commitment(self.game, self.follower.follower_class, mixes=mixes).value
        )

    def step(self) -> Mapping[str, float]:
        """One iteration of the follower, or of the leader."""
        metrics = self._pretrain() if self.done < self.pretraining else self._train()
        self.done += 1
        return {"env_steps": self.env_steps, **metrics}

    def headline(self) -> tuple[float, float | None]:
        """What the leader's present table is truly worth, and the best commitment."""
        return self.worth, self.exact

    def result(self) -> dict[str, Any]:
        """The commitment that is really played, checked exactly and by further training."""
        table = self.leader.table()
        table = table / table.sum(axis=1, keepdims=True)  # networks answer in 32 bits
        if not self.follower.sees_leader:
            self._learned_answer(table[None])  # what it knows yet are tables tried before
        outcome = self._verified(table)
        more = self._posttrained(table)
        return {
            "game": self.game.game.name,
            "env_steps": self.env_steps,
            **outcome.to_json(self.game.game.markov.unit),
            "posttraining": more,
            "seems": self.reward,
        }

    def state_dict(self) -> dict[str, Any]:
        """Both players, the generator and the counters."""
        return {
            "follower": self.follower.state_dict(),
            "leader": self.leader.state_dict(),
            "rng": self.rng.bit_generator.state,
            "counters": [self.done, self.env_steps, self.reward, self.worth],
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes back to what `state_dict` returned."""
        self.follower.load_state_dict(state["follower"])
        self.leader.load_state_dict(state["leader"])
        self.rng.bit_generator.state = state["rng"]
        self.done, self.env_steps, self.reward, self.worth = state["counters"]

    def _pretrain(self) -> dict[str, float]:
        """One batch of the follower against random leaders."""
        each = self.game.steps + self.game.queries
        count = max(1, self.config.pretraining_steps // each)
        tables = random_leaders(self.game, count, self.rng)
        metrics, steps = self._practice(self.follower, tables)
        self.env_steps += steps
        return {"phase": PRETRAINING, **metrics}

    def _train(self) -> dict[str, float]:
        """One batch of the leader against the follower, which learns where it must."""
        tables = self.leader.propose(self.leader.episodes, self.rng)
        seen = shown(tables, self.config.context, self.rng)
        answers = self._answers(seen)
        episodes = rollout(self.game, tables, answers, self.rng)
        self.env_steps += env_steps(self.follower, episodes)
        self.reward = float(self.game.values(episodes.leader_rewards).mean())
        told = seen if self.config.context == SAMPLED_ACTION else None
        metrics = self.leader.learn(tables, episodes, told)
        self.worth = self._true_value()
        values = {"leader_value": self.reward, "true_value": self.worth}
        return {"phase": TRAINING, **values, **metrics}

    def _answers(self, seen: Floats) -> Floats:
        """The follower's answer to each leader, which it learns first where it is not shown it."""
        if self.follower.sees_leader:
            return self.follower.tables(seen)
        return np.concatenate([self._learned_answer(table[None]) for table in seen])

    def _learned_answer(self, table: Floats) -> Floats:
        """What the follower answers to one leader after episodes with it."""
        self.follower.leader_changed()
        for _ in range(self.config.inner):
            self.env_steps += self._practice(self.follower, table)[1]
        return self.follower.tables(table)

    def _true_value(self) -> float:
        """What the leader's present table is truly worth, against the exact best response."""
        table = self.leader.table()
        key = table.tobytes()
        if key not in self._worths:
            if len(self._worths) >= MAX_KEPT:
                self._worths.clear()
            value = true_value(self.game, table, self.follower.follower_class)
            self._worths[key] = float(value)
        return self._worths[key]

    def _practice(self, follower: Follower, tables: Floats) -> tuple[dict[str, float], int]:
        """One episode with each of the leaders, shown as the leader shows itself."""
        seen = shown(tables, self.config.context, self.rng)
        episodes = rollout(self.game, tables, follower.explore(seen), self.rng)
        return follower.learn(seen, episodes), env_steps(follower, episodes)

    def _verified(self, table: Floats) -> Verified:
        answer = self.follower.tables(shown(table[None], self.config.context, self.rng))[0]
        return verified(self.game, table, answer, self.follower.follower_class)

    def _posttrained(self, table: Floats) -> dict[str, float]:
        """The paper's check: a copy of the follower is trained on against the frozen leader."""
        before = self._verified(table)
        copy = _follower(self.config, self.game, 0)
        copy.load_state_dict(self.follower.state_dict())
        count = max(1, self.config.pretraining_steps // self.game.steps)
        for _ in range(self.config.posttraining):
            self._practice(copy, np.repeat(table[None], count, axis=0))
        answer = copy.tables(shown(table[None], self.config.context, self.rng))[0]
        after = verified(self.game, table, answer, copy.follower_class)
        return {
            "iterations": self.config.posttraining,
            "leader_change": float(after.with_learned - before.with_learned),
            "follower_gain": float(before.regret - after.regret),
        }


def build(config: StackelbergConfig, seed: int) -> StackelbergLearner:
    """A new run.

    Raises:
        InputError: if the game cannot be used, or options do not fit together.
    """
    if config.leader in ("es", "bandit", "exact") and config.context == SAMPLED_ACTION:
        raise InputError(
            f"the leader {config.leader!r} shows its policy; use context 'policy', or leader 'pg' "
            "or 'ppo'"
        )
    return StackelbergLearner(config, seed)


def _game(config: StackelbergConfig) -> IteratedGame:
    """The iterated game that the options stand for."""
    loaded = games.load(config.game)
    if isinstance(loaded, IteratedGame):
        return loaded
    return games.iterated(loaded, horizon=config.horizon)


def _follower(config: StackelbergConfig, game: IteratedMatrix, seed: int) -> Follower:
    from gtlearn.learning.stackelberg import followers

    if config.follower == "contextual":
        return followers.ContextualFollower(game, seed=seed, model=config.model)
    if config.follower == "q-learning":
        return followers.QLearningFollower(game, seed=seed, reset=config.reset)
    if config.follower == "relabelling":
        return followers.RelabellingFollower(game)
    if config.follower == "planning":
        return followers.PlanningFollower(game)
    return followers.OracleFollower(game)


def _leader(
    config: StackelbergConfig, game: IteratedMatrix, follower: Follower, seed: int
) -> Leader:
    from gtlearn.learning.stackelberg import leaders

    mixed = config.context == SAMPLED_ACTION
    each = game.steps + game.queries
    sized: dict[str, Any] = {"batch_steps": config.batch * each} if config.batch else {}
    if config.leader == "pg":
        return leaders.PolicyGradientLeader(game, mixed=mixed, **sized)
    if config.leader == "es":
        return leaders.EvolutionLeader(game, deterministic=True)
    if config.leader == "bandit":
        return leaders.BanditLeader(game)
    if config.leader == "exact":
        return leaders.ExactLeader(game, follower_class=follower.follower_class)
    from gtlearn.learning.stackelberg.leaders.sb3 import DQNLeader, PPOLeader

    if config.leader == "dqn":
        return DQNLeader(game, seed)
    return PPOLeader(game, seed, mixed=mixed, **sized)
