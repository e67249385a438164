"""Stackelberg learning as one algorithm: a follower is trained, then a leader against it.

Phase 1 trains the follower against random leaders (Gerstgrasser & Parkes 2023, Algorithm 1), phase
2 the leader against the frozen follower. A follower who is not shown its leader (Q-learning,
Brero et al. 2022) has no phase 1, and learns against each of the leader's policies in turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gtlearn.games import IteratedGame
from gtlearn.learning.protocol import labelled
from gtlearn.learning.stackelberg.config import StackelbergConfig
from gtlearn.learning.stackelberg.contexts import SAMPLED_ACTION, random_leaders, shown
from gtlearn.learning.stackelberg.followers import Follower
from gtlearn.learning.stackelberg.followers.protocol import env_steps, remembered, training_step
from gtlearn.learning.stackelberg.game import Floats, leader_game
from gtlearn.learning.stackelberg.play import Play, rollout
from gtlearn.learning.stackelberg.players import FOLLOWERS, LEADERS, make_game, require_fit
from gtlearn.learning.stackelberg.verified import (
    PostTraining,
    Verified,
    best_commitment,
    findings,
    true_value,
    verified,
)
from gtlearn.solvers.outcomes import STOCHASTIC

PRETRAINING, TRAINING = 0.0, 1.0  # the phases, as they stand in the metrics


class StackelbergLearner:
    """One run; see `gtlearn.learning.protocol.Learner`.

    Args:
        config: the options.
        seed: of all that is random.
        play: how episodes are played; what is learned is checked in the game itself.
    """

    def __init__(self, config: StackelbergConfig, seed: int, play: Play = rollout) -> None:
        self.config = config
        self.play = play
        self.game = leader_game(make_game(config), config.leader_player)
        self.rng = np.random.default_rng(seed)
        self.follower = FOLLOWERS[config.follower].make(config, self.game, seed)
        self.leader = LEADERS[config.leader].make(config, self.game, self.follower, seed)
        learns = self.follower.sees_leader and config.follower != "oracle"
        self.pretraining = config.pretraining if learns else 0
        self.iterations = self.pretraining + config.iterations
        self.done = self.env_steps = 0
        self.reward = 0.0
        self._true_value = remembered(self._exact_value)
        self.worth = self._true_value(self.leader.table())
        mixes = config.policy == STOCHASTIC or config.context == SAMPLED_ACTION
        self.best = best_commitment(self.game, self.follower.follower_class, mixes=mixes)

    def step(self) -> Mapping[str, float]:
        """One iteration of the follower, or of the leader."""
        metrics = self._pretrain() if self.done < self.pretraining else self._train()
        self.done += 1
        return {"env_steps": self.env_steps, **metrics}

    def headline(self) -> tuple[float, float | None]:
        """What the leader's present table is truly worth, and the best commitment."""
        return self.worth, None if self.best.exact is None else float(self.best.exact)

    def result(self) -> dict[str, Any]:
        """The commitment that is really played, checked exactly and by further training."""
        table = self.leader.table()
        table = table / table.sum(axis=1, keepdims=True)  # networks answer in 32 bits
        if not self.follower.sees_leader:
            self._learned_answer(table[None])  # what it knows yet are tables tried before
        outcome = self._verified(self.follower, table)
        more = self._posttrained(table, outcome)
        noisy = self.play is not rollout or self.game.chances is not None
        seemed = self.reward if self.config.iterations and not noisy else None
        played = self.game.game  # a Markov game need not be called what it is loaded by
        return {
            "game": played.name if isinstance(played, IteratedGame) else self.config.game,
            "fingerprint": played.fingerprint,
            "env_steps": self.env_steps,
            **outcome.to_json(self.game),
            "posttraining": more.to_json(outcome.regret),
            "seems": self.reward,
            "notes": findings(outcome, more, seemed),
        }

    def policies(self) -> Mapping[str, Any]:
        """The leader's present table; see `gtlearn.learning.protocol`."""
        tables: list[Any] = [None] * self.game.game.num_players
        tables[self.config.leader_player] = self.leader.table().tolist()
        return labelled(self.game.game, tables)

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
        mixed = self.config.policy == STOCHASTIC
        tables = random_leaders(self.game, count, self.rng, mixed=mixed)
        metrics, steps = self._practice(self.follower, tables)
        self.env_steps += steps
        return {"phase": PRETRAINING, **metrics}

    def _train(self) -> dict[str, float]:
        """One batch of the leader against the follower, which learns where it must."""
        tables = self.leader.propose(self.leader.episodes, self.rng)
        seen = shown(tables, self.config.context, self.rng)
        answers = self._answers(seen)
        episodes = self.play(self.game, tables, answers, self.rng)
        self.env_steps += env_steps(self.follower, episodes)
        self.reward = float(self.game.values(episodes.leader_rewards).mean())
        told = seen if self.config.context == SAMPLED_ACTION else None
        metrics = self.leader.learn(tables, episodes, told)
        self.worth = self._true_value(self.leader.table())
        values = {
            "leader_value": self.reward,
            "follower_value": float(self.game.values(episodes.follower_rewards).mean()),
            "true_value": self.worth,
        }
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

    def _exact_value(self, table: Floats) -> float:
        """What a leader's table is truly worth, against the exact best response."""
        return float(true_value(self.game, table, self.follower.follower_class))

    def _practice(self, follower: Follower, tables: Floats) -> tuple[dict[str, float], int]:
        """One episode with each of the leaders, shown as the leader shows itself."""
        seen = shown(tables, self.config.context, self.rng)
        return training_step(follower, tables, self.rng, seen, self.play)

    def _verified(self, follower: Follower, table: Floats) -> Verified:
        """The leader's table and a follower's answer to what it is shown of it, exactly."""
        answer = follower.tables(shown(table[None], self.config.context, self.rng))[0]
        return verified(self.game, table, answer, follower.follower_class, self.best)

    def _posttrained(self, table: Floats, before: Verified) -> PostTraining:
        """The paper's check: a copy of the follower is trained on against the frozen leader."""
        copy = FOLLOWERS[self.config.follower].make(self.config, self.game, 0)
        copy.load_state_dict(self.follower.state_dict())
        count = max(1, self.config.pretraining_steps // self.game.steps)
        for _ in range(self.config.posttraining):
            self._practice(copy, np.repeat(table[None], count, axis=0))
        after = self._verified(copy, table)
        return PostTraining(
            self.config.posttraining,
            leader_change=after.with_learned - before.with_learned,
            follower_gain=before.regret - after.regret,
        )


def build(config: StackelbergConfig, seed: int, play: Play = rollout) -> StackelbergLearner:
    """A new run; arguments as of `StackelbergLearner`.

    Raises:
        InputError: if the game cannot be used, or options do not fit together.
    """
    require_fit(config, noisy=play is not rollout)
    return StackelbergLearner(config, seed, play)
