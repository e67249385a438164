"""The options of opponent shaping, each with what it belongs to; a learner's are several of them.

The methods' own stand in `gtlearn.learning.shaping.methods`.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass
from typing import Literal

from gtlearn.learning.options import described
from gtlearn.sources import Source

_OUTER = "Adam's learning rate of the start"
_DEVICE = "Where tensors live: cpu, or cuda for a GPU."


@dataclass(frozen=True)
class Iterated:
    """An iterated game."""

    game: str = described("ipd_meta_mapg", "A stage game, or a whole gtlearn_iterated(...).")
    discount: str = described("24/25", "Of a stage game: what a reward one step later is worth.")


@dataclass(frozen=True)
class Exactness:
    """Where gradients come from."""

    exact: bool = described(False, "Exact values of tables, instead of trajectories.")


@dataclass(frozen=True)
class PolicyOptions:
    """What the learner plays."""

    policy: Literal["lstm", "table"] | Source = described(
        "lstm",
        "What the learner plays, where it is not exact; peers play tables. A network of your own "
        "by module:function.",
    )


@dataclass(frozen=True)
class Training:
    """How a learner samples the chain, and ascends; defaults of Kim et al. (2021), Table 3."""

    chain: int = described(5, "L: how often both players learn.", minimum=1)
    inner_rate: float = described(1.0, "The learning rate in the chain.", above=0)
    outer_rate: float | None = described(
        None, f"{_OUTER}; none: 1e-4 for an LSTM, 0.1 for tables.", above=0
    )
    critic_rate: float = described(1.5e-4, "Of an LSTM's value network.", above=0)
    iterations: int = described(300, "Steps of Adam; 0: a random start stays.", minimum=0)
    chains: int = described(5, "Chains played in an iteration, a persona each.", minimum=1)
    trajectories: int = described(64, "K: of each joint policy.", minimum=1)
    horizon: int = described(150, "H: steps of a trajectory.", minimum=1)
    decay: float = described(0.95, "lambda of an LSTM's advantages.", minimum=0, maximum=1)
    clip: float = described(1.0, "The longest gradient of one chain.", above=0)
    published: bool = described(
        False, "The published estimator: later steps are not discounted; biased."
    )
    validate_every: int = described(10, "Iterations between two validations.", minimum=1)
    device: str = described("cpu", _DEVICE)


@dataclass(frozen=True)
class AgainstPersonas:
    """The personas of an iterated game."""

    pcgrad: bool = described(True, "Conflicting gradients of groups of personas are projected.")
    batch: int | None = described(None, "Personas in an exact iteration; none: all.", minimum=1)
    population_seed: int = described(0, "The seed of the personas.", minimum=0)
    distribution: Literal["in", "out"] = described(
        "in", "Whether the test personas are like those of the training."
    )


@dataclass(frozen=True)
class Cheetah:
    """The environment of teammates."""

    env: Literal["half-cheetah"] = described("half-cheetah", "The environment.")


@dataclass(frozen=True)
class Among:
    """The teammates of a learner in the cheetah."""

    teammates: str = described(
        "runs/teammates", "The folder of a run of `gtlearn train teammates`."
    )


@dataclass(frozen=True)
class CheetahTraining:
    """What is otherwise in a cheetah; defaults of Kim et al. (2021), Table 5, but for the critic.

    Within the iterations that a few cores can do, a value network at their rate learns nothing.
    """

    chain: int = described(2, "L: how often both players learn.", minimum=1)
    inner_rate: float = described(5e-3, "The learning rate in the chain.", above=0)
    outer_rate: float | None = described(5e-5, f"{_OUTER}; none: 1e-4.", above=0)
    critic_rate: float = described(5.5e-5, "Of the value network.", above=0)
    horizon: int = described(200, "H: steps of a trajectory.", minimum=1)
    critic: bool = described(
        False,
        "A value network judges in the outer loop, as published; or else the linear baseline of "
        "the chain.",
    )


@dataclass(frozen=True)
class OwnEnvironment:
    """A PettingZoo environment of the user's own, whose peers begin at random."""

    env: str | Source = described(
        MISSING, "The environment: a name that is registered, or module:function of your own."
    )
    discount: float = described(
        0.99, "What a reward one step later is worth.", minimum=0, maximum=1
    )
    peers: int = described(20, "Random peers in validation and test each.", minimum=1)
    population_seed: int = described(0, "The seed of the peers.", minimum=0)


@dataclass(frozen=True)
class TeamTraining:
    """How teammates train, who learn to run the other way."""

    iterations: int = described(500, "Steps of Adam, each kept as a teammate.", minimum=1)
    trajectories: int = described(64, "K: played in an iteration.", minimum=1)
    horizon: int = described(200, "H: steps of a trajectory.", minimum=1)
    rate: float = described(3e-3, "Adam's learning rate.", above=0)
    clip: float = described(10.0, "The longest gradient of a player.", above=0)
    device: str = described("cpu", _DEVICE)


@dataclass(frozen=True)
class SelfPlay:
    """How players of one kind learn, who play each other."""

    rate: float = described(1.0, "All players' learning rate.", above=0)
    look_ahead: float | None = described(
        None, "The rate of the step that is foreseen; none: as the rate.", above=0
    )
    iterations: int = described(500, "Updates of all players.", minimum=1)
    deviation: float = described(1.0, "Standard deviation of the logits at the start.", minimum=0)


@dataclass(frozen=True)
class ProximalSelfPlay:
    """What is otherwise with POLA: its steps are long, so that few are needed."""

    rate: float = described(3.0, "The value's weight beside the divergence.", above=0)
    look_ahead: float | None = described(
        0.1, "The rate of the step that is foreseen; none: as the rate.", above=0
    )
    iterations: int = described(20, "Updates of all players.", minimum=1)
