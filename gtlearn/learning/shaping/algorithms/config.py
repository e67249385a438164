"""The options of opponent shaping."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

_GAME = {"help": "A stage game, or a whole gtlearn_iterated(...)."}
_DISCOUNT = {"help": "Of a stage game: what a reward one step later is worth."}


_DEVICE = {"help": "Where tensors live: cpu, or cuda for a GPU."}
_OUTER = "Adam's learning rate of the start"
_LEARN_RATES = {"help": "The player learns its own inner rates, too."}
_RATES_RATE = {
    "help": "Adam's learning rate of the inner rates; none: as of the start.",
    "above": 0,
}
_DEPENDENCE = {
    "help": "What a dependence on an action one step earlier counts where learning is "
    "differentiated; below 1: biased, less noise.",
    "minimum": 0,
    "maximum": 1,
}
_LOOK_AHEADS: dict[str, Any] = {"help": "Steps of the peers that are foreseen.", "minimum": 1}


@dataclass(frozen=True)
class GameOptions:
    """Which game is played, and how."""

    game: str = field(default="ipd_meta_mapg", metadata=_GAME)
    discount: str = field(default="24/25", metadata=_DISCOUNT)
    exact: bool = field(
        default=False,
        metadata={"help": "Exact values of tables, instead of trajectories."},
    )
    policy: Literal["lstm", "table"] = field(
        default="lstm",
        metadata={"help": "What the learner plays, where it is not exact; peers play tables."},
    )


@dataclass(frozen=True)
class SamplingOptions:
    """How a learner samples the chain, and ascends; defaults of Kim et al. (2021), Table 3."""

    chain: int = field(
        default=5, metadata={"help": "L: how often both players learn.", "minimum": 1}
    )
    inner_rate: float = field(
        default=1.0, metadata={"help": "The learning rate in the chain.", "above": 0}
    )
    outer_rate: float | None = field(
        default=None,
        metadata={"help": f"{_OUTER}; none: 1e-4 for an LSTM, 0.1 for tables.", "above": 0},
    )
    critic_rate: float = field(
        default=1.5e-4, metadata={"help": "Of an LSTM's value network.", "above": 0}
    )
    iterations: int = field(
        default=300, metadata={"help": "Steps of Adam; 0: a random start stays.", "minimum": 0}
    )
    chains: int = field(
        default=5,
        metadata={"help": "Chains played in an iteration, a persona each.", "minimum": 1},
    )
    trajectories: int = field(
        default=64, metadata={"help": "K: of each joint policy.", "minimum": 1}
    )
    horizon: int = field(default=150, metadata={"help": "H: steps of a trajectory.", "minimum": 1})
    decay: float = field(
        default=0.95,
        metadata={"help": "lambda of an LSTM's advantages.", "minimum": 0, "maximum": 1},
    )
    clip: float = field(
        default=1.0, metadata={"help": "The longest gradient of one chain.", "above": 0}
    )
    published: bool = field(
        default=False,
        metadata={"help": "The published estimator: later steps are not discounted; biased."},
    )
    validate_every: int = field(
        default=10,
        metadata={"help": "Iterations between two validations.", "minimum": 1},
    )
    device: str = field(default="cpu", metadata=_DEVICE)


@dataclass(frozen=True)
class PersonaConfig(SamplingOptions, GameOptions):
    """The options of a learner that is trained against personas; all of `reinforce`."""

    pcgrad: bool = field(
        default=True,
        metadata={"help": "Conflicting gradients of groups of personas are projected."},
    )
    batch: int | None = field(
        default=None,
        metadata={"help": "Personas in an exact iteration; none: all.", "minimum": 1},
    )
    population_seed: int = field(
        default=0, metadata={"help": "The seed of the personas.", "minimum": 0}
    )
    distribution: Literal["in", "out"] = field(
        default="in",
        metadata={"help": "Whether the test personas are like those of the training."},
    )


@dataclass(frozen=True)
class MetaConfig(PersonaConfig):
    """The options of `gtlearn train meta-mapg` and `gtlearn train meta-pg`."""

    learn_rates: bool = field(default=True, metadata=_LEARN_RATES)
    rates_rate: float | None = field(default=None, metadata=_RATES_RATE)
    dependence: float = field(default=1.0, metadata=_DEPENDENCE)


@dataclass(frozen=True)
class LolaDiceConfig(PersonaConfig):
    """The options of `gtlearn train lola-dice`."""

    look_aheads: int = field(default=1, metadata=_LOOK_AHEADS)
    dependence: float = field(default=1.0, metadata=_DEPENDENCE)


@dataclass(frozen=True)
class InEnvironment:
    """In which environment is played."""

    env: Literal["half-cheetah"] = field(
        default="half-cheetah", metadata={"help": "The environment."}
    )


@dataclass(frozen=True)
class TeammateOptions(InEnvironment):
    """And with whom."""

    teammates: str = field(
        default="runs/teammates",
        metadata={"help": "The folder of a run of `gtlearn train teammates`."},
    )


@dataclass(frozen=True)
class CheetahConfig(SamplingOptions, TeammateOptions):
    """The options of a learner with teammates in a cheetah; all of `reinforce`.

    Defaults are those of Kim et al. (2021), Table 5, but for the critic: within the iterations
    that a few cores can do, a value network at their rate learns nothing.
    """

    chain: int = field(
        default=2, metadata={"help": "L: how often both players learn.", "minimum": 1}
    )
    inner_rate: float = field(
        default=5e-3, metadata={"help": "The learning rate in the chain.", "above": 0}
    )
    outer_rate: float | None = field(
        default=5e-5, metadata={"help": f"{_OUTER}; none: 1e-4.", "above": 0}
    )
    critic_rate: float = field(
        default=5.5e-5, metadata={"help": "Of the value network.", "above": 0}
    )
    horizon: int = field(default=200, metadata={"help": "H: steps of a trajectory.", "minimum": 1})
    critic: bool = field(
        default=False,
        metadata={
            "help": "A value network judges in the outer loop, as published; or else the linear "
            "baseline of the chain."
        },
    )


@dataclass(frozen=True)
class CheetahMetaConfig(CheetahConfig):
    """The options of `gtlearn train meta-mapg --env half-cheetah`, and of meta-pg."""

    learn_rates: bool = field(default=True, metadata=_LEARN_RATES)
    rates_rate: float | None = field(default=None, metadata=_RATES_RATE)
    dependence: float = field(default=1.0, metadata=_DEPENDENCE)


@dataclass(frozen=True)
class CheetahLolaDiceConfig(CheetahConfig):
    """The options of `gtlearn train lola-dice --env half-cheetah`."""

    look_aheads: int = field(default=1, metadata=_LOOK_AHEADS)
    dependence: float = field(default=1.0, metadata=_DEPENDENCE)


@dataclass(frozen=True)
class TeammatesConfig(InEnvironment):
    """The options of `gtlearn train teammates`; a team that learns to run the other way."""

    iterations: int = field(
        default=500, metadata={"help": "Steps of Adam, each kept as a teammate.", "minimum": 1}
    )
    trajectories: int = field(
        default=64, metadata={"help": "K: played in an iteration.", "minimum": 1}
    )
    horizon: int = field(default=200, metadata={"help": "H: steps of a trajectory.", "minimum": 1})
    rate: float = field(default=3e-3, metadata={"help": "Adam's learning rate.", "above": 0})
    clip: float = field(
        default=10.0, metadata={"help": "The longest gradient of a player.", "above": 0}
    )
    device: str = field(default="cpu", metadata=_DEVICE)


@dataclass(frozen=True)
class SelfPlayConfig:
    """The options of the learners that play each other: LOLA and its family."""

    game: str = field(default="ipd_meta_mapg", metadata=_GAME)
    discount: str = field(default="24/25", metadata=_DISCOUNT)
    rate: float = field(default=1.0, metadata={"help": "All players' learning rate.", "above": 0})
    look_ahead: float | None = field(
        default=None,
        metadata={"help": "The rate of the step that is foreseen; none: as the rate.", "above": 0},
    )
    iterations: int = field(default=500, metadata={"help": "Updates of all players.", "minimum": 1})
    deviation: float = field(
        default=1.0,
        metadata={"help": "Standard deviation of the logits at the start.", "minimum": 0},
    )


@dataclass(frozen=True)
class ProximalConfig:
    """The options of POLA in self-play; its steps are long, so that few are needed."""

    game: str = field(default="ipd_meta_mapg", metadata=_GAME)
    discount: str = field(default="24/25", metadata=_DISCOUNT)
    rate: float = field(
        default=3.0, metadata={"help": "The value's weight beside the divergence.", "above": 0}
    )
    look_ahead: float | None = field(
        default=0.1,
        metadata={"help": "The rate of the step that is foreseen; none: as the rate.", "above": 0},
    )
    iterations: int = field(default=20, metadata={"help": "Updates of all players.", "minimum": 1})
    deviation: float = field(
        default=1.0,
        metadata={"help": "Standard deviation of the logits at the start.", "minimum": 0},
    )
