"""What the run layer asks of a learning algorithm, and the algorithms that it knows."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from gtlearn.errors import InputError
from gtlearn.games.names import nearest


class Learner(Protocol):
    """One run of a learning algorithm, which the loop moves on step by step.

    Attributes:
        iterations: how many steps a whole run has.
    """

    iterations: int

    def step(self) -> Mapping[str, float]:
        """Does one iteration.

        Returns:
            Metrics by name, among them "env_steps": all steps of environments counted so far.
        """

    def state_dict(self) -> dict[str, Any]:
        """Everything that later steps depend on, the states of all random generators included.

        Returns:
            Nested dicts, lists and tuples of tensors, numpy arrays, numbers, texts and None.
        """

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes back to what `state_dict` returned."""

    def result(self) -> dict[str, Any]:
        """What result.json of a finished run holds beside the keys of every run (JSON values)."""

    def headline(self) -> tuple[float, float | None]:
        """The learned value and the exact one (None where it is unknown); called at every row."""


@dataclass(frozen=True)
class Algorithm:
    """An algorithm by name; its code is imported only when it is used.

    Attributes:
        name: what users write.
        summary: one line for `--help`.
        config: "module:Class", a frozen dataclass of options; see `gtlearn.runs.fields`.
        build: "module:function", which makes a Learner from such a config and a seed.
    """

    name: str
    summary: str
    config: str
    build: str

    def config_type(self) -> type[Any]:
        """The dataclass of its options."""
        found: type[Any] = _imported(self.config)
        return found

    def learner(self, config: Any, seed: int) -> Learner:
        """A new run.

        Raises:
            InputError: if the options do not fit together, or a package is missing.
        """
        made: Learner = _imported(self.build)(config, seed)
        return made


_SHAPING = "gtlearn.learning.shaping.algorithms"


def _meta(name: str, summary: str) -> Algorithm:
    build = f"{_SHAPING}.meta:build_{name.replace('-', '_')}"
    return Algorithm(name, summary, f"{_SHAPING}.config:MetaConfig", build)


def _self_play(name: str, summary: str, options: str = "SelfPlayConfig") -> Algorithm:
    build = f"{_SHAPING}.self_play:build_{name}"
    return Algorithm(name, summary, f"{_SHAPING}.config:{options}", build)


_KNOWN = (
    Algorithm(
        "contextual-stackelberg",
        "A leader against a follower that knows how to answer any leader.",
        config="gtlearn.learning.stackelberg.config:StackelbergConfig",
        build="gtlearn.learning.stackelberg.algorithm:build",
    ),
    _meta("meta-mapg", "A start from which to learn and to shape peers that learn, too."),
    _meta("meta-pg", "A start from which to learn among peers that learn, too."),
    _self_play("naive", "Two players who each follow their own gradient."),
    _self_play("lookahead", "Two players who foresee the other's step."),
    _self_play("lola", "Two players who shape the other's step."),
    _self_play("sos", "Two players between LookAhead and LOLA, so that they converge."),
    _self_play("consensus", "Two players who also make their gradients small."),
    _self_play("cgd", "Two players who step to the equilibrium of a local game."),
    _self_play("pola", "Two players who shape the other's step, by policies.", "ProximalConfig"),
)
ALGORITHMS: dict[str, Algorithm] = {algorithm.name: algorithm for algorithm in _KNOWN}


def find_algorithm(name: str) -> Algorithm:
    """The algorithm of that name.

    Raises:
        InputError: if there is none; the nearest name is said.
    """
    if name not in ALGORITHMS:
        advice = nearest(name, ALGORITHMS) or f"use {' or '.join(ALGORITHMS)}"
        raise InputError(f"there is no algorithm {name[:60]!r}; {advice}")
    return ALGORITHMS[name]


def _imported(source: str) -> Any:
    module, _, attribute = source.partition(":")
    return getattr(importlib.import_module(module), attribute)
