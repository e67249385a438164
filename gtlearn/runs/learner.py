"""What the run layer asks of a learning algorithm, and the algorithms that it knows."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from gtlearn.environments.film import Film
from gtlearn.errors import InputError
from gtlearn.games.names import nearest


class Learner(Protocol):
    """One run of a learning algorithm, which the loop moves on step by step.

    Nothing but `iterations` may depend on how many there are: a run can be made longer. A learner
    for which that cannot hold has an attribute `fixed_length` that is true.

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
        """What result.json of a finished run holds beside the keys of every run (JSON values).

        Called once, after the last step and the last checkpoint.
        """

    def headline(self) -> tuple[float, float | None]:
        """What `Algorithm.headline` names, and its exact optimum (None where it is unknown).

        Called at every row of the metrics, where they are "learned" and "exact".
        """


Parallel = Callable[[Callable[[Any], Any], Sequence[Any]], list[Any]]  # an ordered map


@runtime_checkable
class Shared(Protocol):
    """A learner whose iterations can be done in parts, by other processes."""

    def share(self, parallel: Parallel, parts: int) -> None:
        """From now on does the work of an iteration in parts.

        Args:
            parallel: applies a function to each of many arguments, all of which can be pickled.
            parts: in how many parts.

        Raises:
            InputError: if these options leave nothing to share.
        """


@runtime_checkable
class Keeping(Protocol):
    """A learner that leaves more than numbers."""

    def files(self) -> Mapping[str, bytes]:
        """Files for the folder of a finished run, by name."""


@runtime_checkable
class Filmed(Protocol):
    """A learner whose play can be seen."""

    def film(self, seed: int) -> Film:
        """An episode of what it has learned so far.

        Args:
            seed: of the episode.

        Raises:
            InputError: if nothing here can draw.
        """


@dataclass(frozen=True)
class Algorithm:
    """An algorithm by name; its code is imported only when it is used.

    Attributes:
        name: what users write.
        summary: one line for `--help`.
        config: "module:Class", a frozen dataclass of options; see `gtlearn.runs.fields`.
        build: "module:function", which makes a Learner from such a config and a seed.
        headline: what its metric "learned" is, in the words of a picture's axis.
        env: the environment that this version of it plays; None where it plays games.
    """

    name: str
    summary: str
    config: str
    build: str
    headline: str = "learned value"
    env: str | None = None

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
_TRUE_VALUE = "true value of the leader's present table"
_VALIDATION = "best AUC in validation so far"
_TOGETHER = "sum of the players' values"


def _against_personas(name: str, summary: str, options: str) -> Algorithm:
    build = f"{_SHAPING}.against_personas:build_{name.replace('-', '_')}"
    return Algorithm(name, summary, f"{_SHAPING}.config:{options}", build, _VALIDATION)


def _among_teammates(name: str, summary: str, options: str) -> Algorithm:
    build = f"{_SHAPING}.among_teammates:build_{name.replace('-', '_')}"
    return Algorithm(
        name, summary, f"{_SHAPING}.config:{options}", build, _VALIDATION, "half-cheetah"
    )


def _self_play(name: str, summary: str, options: str = "SelfPlayConfig") -> Algorithm:
    build = f"{_SHAPING}.self_play:build_{name}"
    return Algorithm(name, summary, f"{_SHAPING}.config:{options}", build, _TOGETHER)


_KNOWN = (
    Algorithm(
        "contextual-stackelberg",
        "A leader against a follower that knows how to answer any leader.",
        config="gtlearn.learning.stackelberg.config:StackelbergConfig",
        build="gtlearn.learning.stackelberg.algorithm:build",
        headline=_TRUE_VALUE,
    ),
    _against_personas(
        "meta-mapg", "A start from which to learn and to shape peers that learn, too.", "MetaConfig"
    ),
    _against_personas(
        "meta-pg", "A start from which to learn among peers that learn, too.", "MetaConfig"
    ),
    _against_personas(
        "lola-dice",
        "A start and a way to learn that shape the peers' next steps.",
        "LolaDiceConfig",
    ),
    _against_personas(
        "reinforce", "A start that is best as long as nobody learns.", "PersonaConfig"
    ),
    Algorithm(
        "teammates",
        "A team that learns to run left, for those who are to lead it right.",
        config=f"{_SHAPING}.config:TeammatesConfig",
        build=f"{_SHAPING}.training_teammates:TeammateTraining",
        headline="mean reward a step",
        env="half-cheetah",
    ),
    _self_play("naive", "Players who each follow their own gradient."),
    _self_play("lookahead", "Players who foresee the others' steps."),
    _self_play("lola", "Players who shape the others' steps."),
    _self_play("sos", "Players between LookAhead and LOLA, so that they converge."),
    _self_play("consensus", "Players who also make their gradients small."),
    _self_play("cgd", "Players who step to the equilibrium of a local game."),
    _self_play("pola", "Players who shape the others' steps, by policies.", "ProximalConfig"),
)
ALGORITHMS: dict[str, Algorithm] = {algorithm.name: algorithm for algorithm in _KNOWN}

_IN_ENVIRONMENTS = (
    *(
        Algorithm(
            "contextual-stackelberg",
            "The seller or the buyer of bullets leads; the other knows how to answer.",
            config="gtlearn.learning.stackelberg.config:TradeConfig",
            build="gtlearn.learning.stackelberg.trade:TradeLearner",
            headline="what a bullet truly earns by the leader's present rule",
            env=env,
        )
        for env in ("trade-atari", "trade-twin")
    ),
    _among_teammates(
        "meta-mapg",
        "A start from which to learn and to shape teammates that learn, too.",
        "CheetahMetaConfig",
    ),
    _among_teammates(
        "meta-pg", "A start from which to learn among teammates that learn.", "CheetahMetaConfig"
    ),
    _among_teammates(
        "lola-dice",
        "A start and a way to learn that shape the teammates' next steps.",
        "CheetahLolaDiceConfig",
    ),
    _among_teammates(
        "reinforce", "A start that is best as long as nobody learns.", "CheetahConfig"
    ),
)
IN_ENVIRONMENTS = {
    (algorithm.name, str(algorithm.env)): algorithm for algorithm in _IN_ENVIRONMENTS
}


def find_algorithm(name: str, env: str | None = None) -> Algorithm:
    """The algorithm of that name.

    Args:
        name: of the algorithm.
        env: where it plays; None: in games, or in its only environment.

    Raises:
        InputError: if there is none; the nearest name is said.
    """
    if name not in ALGORITHMS:
        advice = nearest(name, ALGORITHMS) or f"use {' or '.join(ALGORITHMS)}"
        raise InputError(f"there is no algorithm {name[:60]!r}; {advice}")
    if env is None or ALGORITHMS[name].env == env:
        return ALGORITHMS[name]
    if (name, env) not in IN_ENVIRONMENTS:
        known = environments_of(name)
        advice = f"use {' or '.join(known)}" if known else "leave env out"
        raise InputError(f"{name} does not play in {env[:60]!r}; {advice}")
    return IN_ENVIRONMENTS[name, env]


def environments_of(name: str) -> list[str]:
    """The environments that an algorithm plays in, beside games."""
    return [env for known, env in IN_ENVIRONMENTS if known == name]


def _imported(source: str) -> Any:
    module, _, attribute = source.partition(":")
    return getattr(importlib.import_module(module), attribute)
