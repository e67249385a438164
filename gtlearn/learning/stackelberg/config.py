"""The options of Stackelberg learning."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class StackelbergConfig:
    """The options of `gtlearn train contextual-stackelberg`."""

    game: str = field(
        default="prisoners_dilemma",
        metadata={"help": "A stage game, which is iterated; or an iterated or Markov game."},
    )
    horizon: int = field(default=10, metadata={"help": "Steps of a stage game.", "minimum": 1})
    leader_player: int = field(
        default=0, metadata={"help": "Which player leads.", "minimum": 0, "maximum": 1}
    )
    leader: Literal["pg", "ppo", "dqn", "es", "bandit", "exact"] = field(
        default="pg", metadata={"help": "How the leader learns."}
    )
    policy: Literal["deterministic", "stochastic"] = field(
        default="deterministic",
        metadata={"help": "What the leader commits to; stochastic tables need es or exact."},
    )
    context: Literal["policy", "sampled_action"] = field(
        default="policy",
        metadata={"help": "What the follower is shown; sampled_action, as published, deceives."},
    )
    follower: Literal["contextual", "relabelling", "planning", "q-learning", "oracle"] = field(
        default="contextual", metadata={"help": "Who answers the leader."}
    )
    follower_class: Literal["stationary", "optimal"] | None = field(
        default=None,
        metadata={
            "help": "What planning and the oracle may answer with: tables that do not see the "
            "time, or anything; none: anything."
        },
    )
    model: Literal["linear", "network"] = field(
        default="linear", metadata={"help": "Of a contextual follower: a table, or a network."}
    )
    reset: bool = field(
        default=True,
        metadata={"help": "A Q-learning follower forgets when its leader changes."},
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


@dataclass(frozen=True)
class TradeConfig:
    """The options of `gtlearn train contextual-stackelberg --env trade-atari`, and of its twin."""

    env: Literal["trade-atari", "trade-twin"] = field(
        default="trade-atari",
        metadata={"help": "Bullets are shot in Space Invaders, or hits are drawn."},
    )
    leader: Literal["seller", "buyer"] = field(
        default="seller", metadata={"help": "Who commits: to a price, or to what it accepts."}
    )
    learner: Literal["ppo", "pg"] = field(
        default="ppo", metadata={"help": "How the leader learns."}
    )
    model: Literal["linear", "network"] = field(
        default="linear", metadata={"help": "Of the contextual follower: a table, or a network."}
    )
    bullets: int = field(
        default=10, metadata={"help": "Of a game of Space Invaders.", "minimum": 1}
    )
    haste: float = field(
        default=0.1,
        metadata={
            "help": "In Space Invaders, the probability to fire without aiming.",
            "minimum": 0,
            "maximum": 1,
        },
    )
    hits: float = field(
        default=0.7,
        metadata={
            "help": "Of the twin: the probability that a bullet hits.",
            "minimum": 0,
            "maximum": 1,
        },
    )
    measured: int = field(
        default=300,
        metadata={"help": "In Space Invaders, bullets a player to measure hits.", "minimum": 1},
    )
    pretraining: int = field(
        default=500,
        metadata={"help": "Iterations of the follower against random leaders.", "minimum": 0},
    )
    pretraining_bullets: int = field(
        default=200, metadata={"help": "Bullets of such an iteration.", "minimum": 1}
    )
    iterations: int = field(
        default=60, metadata={"help": "Iterations of the leader.", "minimum": 0}
    )
    batch: int = field(
        default=60, metadata={"help": "Rules that the leader tries in an iteration.", "minimum": 1}
    )
    posttraining: int = field(
        default=5,
        metadata={"help": "Iterations of the follower against the final leader.", "minimum": 0},
    )
