"""What a leader decided in its episodes, and what each decision earned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gtlearn.learning.stackelberg.game import Floats, Ints, LeaderGame, scaled_rewards
from gtlearn.learning.stackelberg.play import Episodes


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
