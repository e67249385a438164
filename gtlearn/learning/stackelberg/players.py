"""The game, the leader and the follower that options stand for."""

from __future__ import annotations

from typing import Any

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.learning.stackelberg import followers, leaders
from gtlearn.learning.stackelberg.config import StackelbergConfig
from gtlearn.learning.stackelberg.contexts import SAMPLED_ACTION
from gtlearn.learning.stackelberg.followers import Follower
from gtlearn.learning.stackelberg.game import LeaderGame
from gtlearn.learning.stackelberg.leaders import Leader
from gtlearn.solvers.solution import OPTIMAL, STATIONARY, STOCHASTIC

_SHOW_POLICIES = ("es", "bandit", "exact")  # they have no other context
_MIX = ("es", "exact")
_SURE = ("relabelling", "planning")  # what they have seen once is certain to them
_CLASSES = {"contextual": STATIONARY, "q-learning": STATIONARY, "relabelling": OPTIMAL}


def make_game(config: StackelbergConfig) -> IteratedGame | MarkovGame:
    """The game, which is iterated if it is a stage game.

    Raises:
        InputError: if there is none.
    """
    loaded = games.load(config.game)
    if isinstance(loaded, IteratedGame | MarkovGame):
        return loaded
    memory = min(1, config.horizon - 1)  # what is played once, nobody can remember
    return games.iterated(config.game, horizon=config.horizon, memory=memory)


def make_follower(config: StackelbergConfig, game: LeaderGame, seed: int) -> Follower:
    """The follower, which has learned nothing yet."""
    if config.follower == "contextual":
        return followers.ContextualFollower(game, seed=seed, model=config.model)
    if config.follower == "q-learning":
        return followers.QLearningFollower(game, seed=seed, reset=config.reset)
    if config.follower == "relabelling":
        return followers.RelabellingFollower(game)
    if config.follower == "planning":
        return followers.PlanningFollower(game, config.follower_class or OPTIMAL)
    return followers.OracleFollower(game, config.follower_class or OPTIMAL)


def make_leader(
    config: StackelbergConfig, game: LeaderGame, follower: Follower, seed: int
) -> Leader:
    """The leader, which has learned nothing yet."""
    mixed = config.context == SAMPLED_ACTION
    each = game.steps + game.queries
    sized: dict[str, Any] = {"batch_steps": config.batch * each} if config.batch else {}
    if config.leader == "pg":
        return leaders.PolicyGradientLeader(game, mixed=mixed, **sized)
    if config.leader == "es":
        return leaders.EvolutionLeader(game, deterministic=config.policy != STOCHASTIC)
    if config.leader == "bandit":
        return leaders.BanditLeader(game)
    if config.leader == "exact":
        return leaders.ExactLeader(
            game, follower_class=follower.follower_class, policy=config.policy
        )
    from gtlearn.learning.stackelberg.leaders.sb3 import DQNLeader, PPOLeader

    if config.leader == "dqn":
        return DQNLeader(game, seed)
    return PPOLeader(game, seed, mixed=mixed, **sized)


def require_fit(config: StackelbergConfig, *, noisy: bool = False) -> None:
    """Refuses options that do not fit together.

    Args:
        config: the options.
        noisy: whether what is paid for the same may differ from time to time.

    Raises:
        InputError: if so.
    """
    leader, follower = config.leader, config.follower
    if noisy and follower in _SURE:
        raise InputError(
            f"the follower {follower!r} takes what it has seen once for certain, and rewards are "
            "noisy here; use follower 'contextual', 'q-learning' or 'oracle'"
        )
    if leader in _SHOW_POLICIES and config.context == SAMPLED_ACTION:
        raise InputError(
            f"the leader {leader!r} shows its policy; use context 'policy', or leader 'pg' or 'ppo'"
        )
    own = _CLASSES.get(follower)
    if own is not None and config.follower_class not in (None, own):
        raise InputError(
            f"the follower {follower!r} is of the class {own!r}; leave follower_class out, or "
            "use follower 'planning' or 'oracle'"
        )
    if config.policy != STOCHASTIC:
        return
    if leader not in _MIX:
        raise InputError(
            f"the leader {leader!r} learns deterministic tables; for stochastic ones use leader "
            "'es' or 'exact'"
        )
    if follower == "relabelling" or (follower == "contextual" and config.model == "linear"):
        named = "contextual follower of a linear model" if follower == "contextual" else follower
        raise InputError(
            f"the {named} knows deterministic leaders only; against stochastic ones use model "
            "'network', or follower 'planning', 'q-learning' or 'oracle'"
        )
