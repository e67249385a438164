"""The game, the leader and the follower that options stand for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class FollowerKind:
    """A kind of follower.

    Attributes:
        make: from options, game and seed.
        follower_class: what it is; None where options choose.
        certain: whether what it has seen once is certain to it.
    """

    make: Callable[[StackelbergConfig, LeaderGame, int], Follower]
    follower_class: str | None = None
    certain: bool = False


@dataclass(frozen=True)
class LeaderKind:
    """A kind of leader.

    Attributes:
        make: from options, game, follower and seed.
        shows_policy: whether it has no other context.
        mixes: whether it commits to stochastic tables, too.
    """

    make: Callable[[StackelbergConfig, LeaderGame, Follower, int], Leader]
    shows_policy: bool = False
    mixes: bool = False


def _ppo(config: StackelbergConfig, game: LeaderGame, follower: Follower, seed: int) -> Leader:
    from gtlearn.learning.stackelberg.leaders.sb3 import PPOLeader

    return PPOLeader(game, seed, **_drawing(config, game))


def _dqn(config: StackelbergConfig, game: LeaderGame, follower: Follower, seed: int) -> Leader:
    from gtlearn.learning.stackelberg.leaders.sb3 import DQNLeader

    return DQNLeader(game, seed)


def _drawing(config: StackelbergConfig, game: LeaderGame) -> dict[str, Any]:
    """The options of a leader that draws its tables."""
    each = game.steps + game.queries
    sized = {"batch_steps": config.batch * each} if config.batch else {}
    return {"mixed": config.context == SAMPLED_ACTION, **sized}


FOLLOWERS = {
    "contextual": FollowerKind(
        lambda c, game, seed: followers.ContextualFollower(game, seed=seed, model=c.model),
        STATIONARY,
    ),
    "q-learning": FollowerKind(
        lambda c, game, seed: followers.QLearningFollower(game, seed=seed, reset=c.reset),
        STATIONARY,
    ),
    "relabelling": FollowerKind(
        lambda c, game, seed: followers.RelabellingFollower(game), OPTIMAL, certain=True
    ),
    "planning": FollowerKind(
        lambda c, game, seed: followers.PlanningFollower(game, c.follower_class or OPTIMAL),
        certain=True,
    ),
    "oracle": FollowerKind(
        lambda c, game, seed: followers.OracleFollower(game, c.follower_class or OPTIMAL)
    ),
}
LEADERS = {
    "pg": LeaderKind(
        lambda c, game, follower, seed: leaders.PolicyGradientLeader(game, **_drawing(c, game))
    ),
    "ppo": LeaderKind(_ppo),
    "dqn": LeaderKind(_dqn),
    "es": LeaderKind(
        lambda c, game, follower, seed: leaders.EvolutionLeader(
            game, deterministic=c.policy != STOCHASTIC
        ),
        shows_policy=True,
        mixes=True,
    ),
    "bandit": LeaderKind(
        lambda c, game, follower, seed: leaders.BanditLeader(game), shows_policy=True
    ),
    "exact": LeaderKind(
        lambda c, game, follower, seed: leaders.ExactLeader(
            game, follower_class=follower.follower_class, policy=c.policy
        ),
        shows_policy=True,
        mixes=True,
    ),
}


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


def require_fit(config: StackelbergConfig, *, noisy: bool = False) -> None:
    """Refuses options that do not fit together.

    Args:
        config: the options.
        noisy: whether what is paid for the same may differ from time to time.

    Raises:
        InputError: if so.
    """
    leader, follower = config.leader, config.follower
    leads, follows = LEADERS[leader], FOLLOWERS[follower]
    if noisy and follows.certain:
        raise InputError(
            f"the follower {follower!r} takes what it has seen once for certain, and rewards are "
            "noisy here; use follower 'contextual', 'q-learning' or 'oracle'"
        )
    if leads.shows_policy and config.context == SAMPLED_ACTION:
        raise InputError(
            f"the leader {leader!r} shows its policy; use context 'policy', or leader 'pg' or 'ppo'"
        )
    own = follows.follower_class
    if own is not None and config.follower_class not in (None, own):
        raise InputError(
            f"the follower {follower!r} is of the class {own!r}; leave follower_class out, or "
            "use follower 'planning' or 'oracle'"
        )
    if config.policy != STOCHASTIC:
        return
    if not leads.mixes:
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
