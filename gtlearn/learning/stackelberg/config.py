"""The options of Stackelberg learning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gtlearn.learning.options import described


@dataclass(frozen=True)
class StackelbergConfig:
    """The options of `gtlearn train contextual-stackelberg`."""

    game: str = described(
        "prisoners_dilemma", "A stage game, which is iterated; or an iterated or Markov game."
    )
    horizon: int = described(10, "Steps of a stage game.", minimum=1)
    leader_player: int = described(0, "Which player leads.", minimum=0, maximum=1)
    leader: Literal["pg", "ppo", "dqn", "es", "bandit", "exact"] = described(
        "pg", "How the leader learns."
    )
    policy: Literal["deterministic", "stochastic"] = described(
        "deterministic", "What the leader commits to; stochastic tables need es or exact."
    )
    context: Literal["policy", "sampled_action"] = described(
        "policy", "What the follower is shown; sampled_action, as published, deceives."
    )
    follower: Literal["contextual", "relabelling", "planning", "q-learning", "oracle"] = described(
        "contextual", "Who answers the leader."
    )
    follower_class: Literal["stationary", "optimal"] | None = described(
        None,
        "What planning and the oracle may answer with: tables that do not see the time, or "
        "anything; none: anything.",
    )
    model: Literal["linear", "network"] = described(
        "linear", "Of a contextual follower: a table, or a network."
    )
    reset: bool = described(True, "A Q-learning follower forgets when its leader changes.")
    pretraining: int = described(
        500, "Iterations of the follower against random leaders.", minimum=0
    )
    pretraining_steps: int = described(100, "Environment steps of such an iteration.", minimum=1)
    iterations: int = described(400, "Iterations of the leader.", minimum=0)
    inner: int = described(100, "Episodes of a Q-learning follower for each leader.", minimum=1)
    batch: int | None = described(
        None, "Tables that PG or PPO tries in an iteration; none: as many as the paper.", minimum=1
    )
    posttraining: int = described(
        50, "Iterations of the follower against the final leader.", minimum=0
    )


@dataclass(frozen=True)
class TradeConfig:
    """The options of `gtlearn train contextual-stackelberg --env trade-atari`, and of its twin."""

    env: Literal["trade-atari", "trade-twin"] = described(
        "trade-atari", "Bullets are shot in Space Invaders, or hits are drawn."
    )
    leader: Literal["seller", "buyer"] = described(
        "seller", "Who commits: to a price, or to what it accepts."
    )
    learner: Literal["ppo", "pg"] = described("ppo", "How the leader learns.")
    model: Literal["linear", "network"] = described(
        "linear", "Of the contextual follower: a table, or a network."
    )
    bullets: int = described(10, "Of a game of Space Invaders.", minimum=1)
    haste: float = described(
        0.1, "In Space Invaders, the probability to fire without aiming.", minimum=0, maximum=1
    )
    hits: float = described(
        0.7, "Of the twin: the probability that a bullet hits.", minimum=0, maximum=1
    )
    measured: int = described(
        300, "In Space Invaders, bullets a player to measure hits.", minimum=1
    )
    pretraining: int = described(
        500, "Iterations of the follower against random leaders.", minimum=0
    )
    pretraining_bullets: int = described(200, "Bullets of such an iteration.", minimum=1)
    iterations: int = described(60, "Iterations of the leader.", minimum=0)
    batch: int = described(60, "Rules that the leader tries in an iteration.", minimum=1)
    posttraining: int = described(
        5, "Iterations of the follower against the final leader.", minimum=0
    )
