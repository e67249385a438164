"""The options of opponent shaping."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

_GAME = {"help": "A stage game of two players, or a whole gtlearn_iterated(...)."}
_DISCOUNT = {"help": "Of a stage game: what a reward one step later is worth."}


@dataclass(frozen=True)
class MetaConfig:
    """The options of `gtlearn train meta-mapg` and `gtlearn train meta-pg`."""

    game: str = field(default="ipd_meta_mapg", metadata=_GAME)
    discount: str = field(default="24/25", metadata=_DISCOUNT)
    chain: int = field(
        default=5, metadata={"help": "L: how often both players learn.", "minimum": 1}
    )
    inner_rate: float = field(
        default=1.0, metadata={"help": "The learning rate in the chain.", "above": 0}
    )
    learn_rates: bool = field(
        default=True, metadata={"help": "The player learns its own inner rates, too."}
    )
    outer_rate: float = field(
        default=0.1, metadata={"help": "Adam's learning rate of the meta-gradient.", "above": 0}
    )
    iterations: int = field(default=300, metadata={"help": "Meta-iterations.", "minimum": 1})
    batch: int | None = field(
        default=None,
        metadata={"help": "Personas in an iteration; none: all of the training split."},
    )
    validate_every: int = field(
        default=10,
        metadata={"help": "Iterations between two validations.", "minimum": 1},
    )
    population_seed: int = field(
        default=0, metadata={"help": "The seed of the personas.", "minimum": 0}
    )
    distribution: Literal["in", "out"] = field(
        default="in",
        metadata={"help": "Whether the test personas are like those of the training."},
    )


@dataclass(frozen=True)
class SelfPlayConfig:
    """The options of the learners that play each other: LOLA and its family."""

    game: str = field(default="ipd_meta_mapg", metadata=_GAME)
    discount: str = field(default="24/25", metadata=_DISCOUNT)
    rate: float = field(default=1.0, metadata={"help": "Both players' learning rate.", "above": 0})
    look_ahead: float | None = field(
        default=None,
        metadata={"help": "The rate of the step that is foreseen; none: as the rate.", "above": 0},
    )
    iterations: int = field(default=500, metadata={"help": "Updates of both.", "minimum": 1})
    deviation: float = field(
        default=1.0,
        metadata={"help": "Standard deviation of the logits at the start.", "minimum": 0},
    )
