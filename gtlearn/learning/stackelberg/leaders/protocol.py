"""What a leader is, what those share that draw each state's action, and what a decision earned."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from gtlearn.errors import InputError
from gtlearn.learning.stackelberg.contexts import sampled_action
from gtlearn.learning.stackelberg.game import Floats, Ints, LeaderGame, pure_tables, scaled_rewards
from gtlearn.learning.stackelberg.play import Episodes


class Leader(Protocol):
    """Commits to tables, and learns from what they earned.

    Between `learn` and the next `propose` all that it knows is in its `state_dict`. One that learns
    nothing derives from this class, which keeps nothing.

    Attributes:
        game: what is played.
        episodes: how many episodes it learns from at a time.
    """

    game: LeaderGame
    episodes: int

    def propose(self, count: int, rng: np.random.Generator) -> Floats:
        """The tables that are played in the next episodes, one each.

        Args:
            count: how many.
            rng: where draws come from.

        Returns:
            Probabilities of shape (count, states, leader actions).
        """

    def learn(
        self, tables: Floats, episodes: Episodes, shown: Floats | None = None
    ) -> dict[str, float]:
        """Learns from the episodes of the tables that were proposed last.

        Args:
            tables: what was played, as `propose` returned it.
            episodes: one a table, in the same order.
            shown: what the follower was shown, where it is not what was played: deterministic
                tables of the same shape.

        Returns:
            Metrics.
        """
        return {}

    def table(self) -> Floats:
        """What it would commit to now, shape (states, leader actions)."""

    def state_dict(self) -> dict[str, Any]:
        """All that it has learned: nested dicts and lists of arrays, tensors and numbers."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes up what `state_dict` returned."""
        return


class DrawingLeader(ABC):
    """Draws a deterministic table an episode; commits to the likeliest.

    Attributes:
        mixed: plays the mixed table itself, to be shown as sampled actions: the published way,
            which deceives.
    """

    mixed: bool

    def propose(self, count: int, rng: np.random.Generator) -> Floats:
        """Deterministic tables, each state's action drawn from the policy; as in `Leader`."""
        tables = self._probabilities()[None].repeat(count, axis=0)
        return tables if self.mixed else sampled_action(tables, rng)

    def table(self) -> Floats:
        """The likeliest table, or with `mixed` the probabilities."""
        likely = self._probabilities()
        return likely if self.mixed else pure_tables(likely.argmax(axis=1), likely.shape[1])

    @abstractmethod
    def _probabilities(self) -> Floats:
        """The policy, shape (states, leader actions)."""


def episodes_in(game: LeaderGame, steps: int) -> int:
    """How many whole episodes fill a batch of environment steps, queries counted; at least one.

    Raises:
        InputError: if the number of steps is not positive.
    """
    if steps < 1:
        raise InputError(f"a batch of {steps} steps is none; give a positive number")
    return -(-steps // (game.steps + game.queries))


@dataclass(frozen=True, eq=False)
class Decisions:
    """A leader's decisions, in the order in which they were made.

    Attributes:
        states: what was decided about, shape (batch, decisions).
        actions: what was decided, shape (batch, decisions).
        rewards: what came between a decision and the next, shape (batch, decisions). They add up
            to the episode's (discounted) mean reward a step, scaled as `scaled_rewards` does.
    """

    states: Ints
    actions: Ints
    rewards: Floats

    @property
    def returns(self) -> Floats:
        """All that came after each decision, shape (batch, decisions)."""
        return np.cumsum(self.rewards[:, ::-1], axis=1)[:, ::-1]


def mean_returns(game: LeaderGame, episodes: Episodes) -> Floats:
    """The (discounted) mean reward a step of each episode, scaled; shape (batch,)."""
    returns: Floats = _weighted(game, episodes).sum(axis=1)
    return returns


def decisions(
    game: LeaderGame, tables: Floats, episodes: Episodes, shown: Floats | None = None
) -> Decisions:
    """The decisions of a leader that draws what it does.

    Where it plays what it shows, it decides once a state and episode: when it commits. What it
    then does follows from its commitment. So the score of a table is that of its entries, each
    once, whether they were met or not (a threat that works is never carried out); and the
    rewards come after the last decision.

    Where it shows something else (`contexts.sampled_action`, as published), what it shows and
    every action that it takes are decisions of their own.

    Args:
        game: what was played.
        tables: the leader's tables, shape (batch, states, actions): deterministic ones, unless
            `shown` is given.
        episodes: one a table.
        shown: deterministic tables of the same shape, where they are not what was played.
    """
    answers = (tables if shown is None else shown)[:, game.asked].argmax(axis=2)
    asked = np.broadcast_to(game.asked, answers.shape)
    rewards = np.zeros(answers.shape)
    if shown is None:
        rewards[:, -1] = mean_returns(game, episodes)
        return Decisions(asked, answers, rewards)
    return Decisions(
        states=np.concatenate([asked, episodes.states], axis=1),
        actions=np.concatenate([answers, episodes.leader_actions], axis=1),
        rewards=np.concatenate([rewards, _weighted(game, episodes)], axis=1),
    )


def _weighted(game: LeaderGame, episodes: Episodes) -> Floats:
    """Each step's share of the mean reward, shape (batch, steps)."""
    weights = game.discount ** np.arange(game.steps)
    rewards = scaled_rewards(episodes.leader_rewards, game.leader_rewards)
    shares: Floats = rewards * (weights / weights.sum())
    return shares
