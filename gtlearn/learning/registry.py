"""The learners by name: what each is composed of, and those that users add."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, get_type_hints

from gtlearn.environments.registry import ENVIRONMENTS
from gtlearn.errors import InputError, nearest, quoted
from gtlearn.learning.options import composed
from gtlearn.learning.protocol import Learner
from gtlearn.plugins import plugin_sources
from gtlearn.sources import attribute, function, is_source

_GROUP = "gtlearn.learners"  # of entry points
_LEARNED = "learned value"

Build = Callable[[Any, int], Learner]  # from options and a seed


@dataclass(frozen=True)
class Algorithm:
    """An algorithm by name; its code is imported only when it is used.

    Attributes:
        name: what users write.
        summary: one line for `--help`.
        config: its options: a frozen dataclass as "module:Class", or several, which are composed;
            none: the type of `build`'s first argument. See `gtlearn.runs.fields`.
        build: makes a Learner from such options and a seed; a function or a class, or one as
            "module:attribute".
        headline: what its metric "learned" is, in the words of a picture's axis.
        env: the environment that this version of it plays; None where it plays games.
        log: whether pictures have logarithmic axes, as of a gap that falls towards 0.
    """

    name: str
    summary: str
    config: str | tuple[str, ...]
    build: str | Build
    headline: str = _LEARNED
    env: str | None = None
    log: bool = False

    def config_type(self) -> type[Any]:
        """The dataclass of its options.

        Raises:
            InputError: if a user's own code cannot be imported, or says no such dataclass.
        """
        if not self.config:
            return _options_of(self._built(), self.name)
        parts = (self.config,) if isinstance(self.config, str) else self.config
        kinds = [attribute(part) for part in parts]
        return kinds[0] if len(kinds) == 1 else composed(*kinds)

    def learner(self, config: Any, seed: int) -> Learner:
        """A new run.

        Raises:
            InputError: if the options do not fit together, or a package is missing.
        """
        return self._built()(config, seed)

    def _built(self) -> Build:
        return function(self.build) if isinstance(self.build, str) else self.build


_SHAPING = "gtlearn.learning.shaping.algorithms"
_OPTIONS = f"{_SHAPING}.options"
_STACKELBERG = "gtlearn.learning.stackelberg"
_TRUE_VALUE = "true value of the leader's present table"
_VALIDATION = "best AUC in validation so far"
_TOGETHER = "sum of the players' values"

_METHODS = {  # of shaping, each with its summary against personas, and among others
    "meta-mapg": ("MetaMapg", "A start from which to learn and to shape {} that learn, too."),
    "meta-pg": ("MetaPg", "A start from which to learn among {} that learn, too."),
    "lola-dice": ("LolaDice", "A start and a way to learn that shape the {}' next steps."),
    "reinforce": ("Reinforce", "A start that is best as long as nobody learns."),
}
_RULES = {
    "naive": "Players who each follow their own gradient.",
    "lookahead": "Players who foresee the others' steps.",
    "lola": "Players who shape the others' steps.",
    "sos": "Players between LookAhead and LOLA, so that they converge.",
    "consensus": "Players who also make their gradients small.",
    "cgd": "Players who step to the equilibrium of a local game.",
    "pola": "Players who shape the others' steps, by policies.",
}


def _parts(*names: str) -> tuple[str, ...]:
    return tuple(f"{_OPTIONS}:{name}" for name in names)


def _shaping(name: str, peers: str, build: str, *parts: str, env: str | None = None) -> Algorithm:
    """A method in a setting."""
    method, summary = _METHODS[name]
    config = (*_parts(*parts), f"gtlearn.learning.shaping.methods:{method}")
    return Algorithm(name, summary.format(peers), config, f"{_SHAPING}.{build}", _VALIDATION, env)


def _against_personas(name: str) -> Algorithm:
    parts = ("Iterated", "Exactness", "PolicyOptions", "Training", "AgainstPersonas")
    return _shaping(name, "peers", "against_personas:PersonaLearner", *parts)


def _among_teammates(name: str) -> Algorithm:
    parts = ("Cheetah", "Among", "Training", "CheetahTraining")
    build = "in_environments:TeammateLearner"
    return _shaping(name, "teammates", build, *parts, env="half-cheetah")


def _in_environment(name: str, env: str) -> Algorithm:
    parts = ("OwnEnvironment", "PolicyOptions", "Training")
    return _shaping(name, "peers", "in_environments:EnvironmentLearner", *parts, env=env)


def _self_play(name: str) -> Algorithm:
    parts = ("Iterated", "SelfPlay", *(("ProximalSelfPlay",) if name == "pola" else ()))
    build = partial(_playing_itself, name=name)
    return Algorithm(name, _RULES[name], _parts(*parts), build, _TOGETHER)


def _playing_itself(config: Any, seed: int, name: str) -> Learner:
    from gtlearn.learning.shaping.algorithms.self_play import SelfPlayLearner

    return SelfPlayLearner(config, seed, name)


def _trading(env: str) -> Algorithm:
    return Algorithm(
        "contextual-stackelberg",
        "The seller or the buyer of bullets leads; the other knows how to answer.",
        f"{_STACKELBERG}.config:TradeConfig",
        f"{_STACKELBERG}.trade:TradeLearner",
        "what a bullet truly earns by the leader's present rule",
        env,
    )


def _in_trees(name: str, kind: str, summary: str) -> Algorithm:
    module = f"gtlearn.learning.regret.{name.replace('-', '_')}"
    config, build = f"{module}:{kind}Config", f"{module}:{kind}Learner"
    headline = "NashConv of the average strategies"
    return Algorithm(name, summary, config, build, headline, log=True)


_KNOWN = (
    Algorithm(
        "contextual-stackelberg",
        "A leader against a follower that knows how to answer any leader.",
        f"{_STACKELBERG}.config:StackelbergConfig",
        f"{_STACKELBERG}.algorithm:build",
        _TRUE_VALUE,
    ),
    *map(_against_personas, _METHODS),
    Algorithm(
        "teammates",
        "A team that learns to run left, for those who are to lead it right.",
        _parts("Cheetah", "TeamTraining"),
        f"{_SHAPING}.teammates:TeammateTraining",
        "mean reward a step",
        "half-cheetah",
    ),
    *map(_self_play, _RULES),
    _in_trees("cfr", "Cfr", "Two players who minimise regret in a game tree."),
    _in_trees(
        "fictitious-play", "FictitiousPlay", "Two players who best respond to averages in a tree."
    ),
    _in_trees("mccfr", "Mccfr", "Two players who minimise regret on samples of a game tree."),
)
ALGORITHMS: dict[str, Algorithm] = {algorithm.name: algorithm for algorithm in _KNOWN}
IN_ENVIRONMENTS = {
    (algorithm.name, str(algorithm.env)): algorithm
    for algorithm in (
        *map(_trading, ("trade-atari", "trade-twin")),
        *map(_among_teammates, _METHODS),
    )
}


def register(
    name: str, build: Build, *, summary: str | None = None, headline: str = _LEARNED
) -> Algorithm:
    """Makes a learner known by a name, to `RunConfig` and to the command line.

    Args:
        name: what users write.
        build: makes a `Learner` from options and a seed; the type of its first argument is a frozen
            dataclass, whose fields are the options.
        summary: one line for `--help`; the first of its docstring by default.
        headline: what `Learner.headline` returns, in the words of a picture's axis.

    Raises:
        InputError: if the name is empty, meant as module:attribute, or one of gtlearn's own, or
            `build` does not say its options.
    """
    if not name or is_source(name) or name in {known.name for known in _KNOWN}:
        raise InputError(f"a learner cannot be called {name!r}; give a name of its own without ':'")
    _options_of(build, name)
    line = (build.__doc__ or "").strip().partition("\n")[0]
    ALGORITHMS[name] = Algorithm(name, line if summary is None else summary, (), build, headline)
    return ALGORITHMS[name]


def known_algorithms() -> dict[str, Algorithm]:
    """All that have a name: gtlearn's own, and what was registered or is installed."""
    added = {name: _own(name, source) for name, source in plugin_sources(_GROUP).items()}
    return {**added, **ALGORITHMS}


def find_algorithm(name: str, env: str | None = None) -> Algorithm:
    """The algorithm of that name, or what module:attribute names.

    Args:
        name: of the algorithm.
        env: where it plays; None: in games, or in its only environment. What a learner of the
            user's own makes of it is its own affair.

    Raises:
        InputError: if there is none; the nearest name is said.
    """
    if is_source(name):
        return _own(name, name)
    if name not in ALGORITHMS:
        known = known_algorithms()
        if name in known:
            return known[name]
        raise InputError(f"there is no algorithm {name[:60]!r}; {nearest(name, known)}")
    algorithm = ALGORITHMS[name]
    if env is None or algorithm.env == env or algorithm not in _KNOWN:
        return algorithm
    if (name, env) in IN_ENVIRONMENTS:
        return IN_ENVIRONMENTS[name, env]
    if takes_any_environment(name) and (is_source(env) or env in ENVIRONMENTS.names()):
        return _in_environment(name, env)
    own = environments_of(name) + ["module:function"] * takes_any_environment(name)
    advice = f"use {' or '.join(own)}" if own else "leave env out"
    raise InputError(f"{name} does not play in {env[:60]!r}; {advice}")


def environments_of(name: str) -> list[str]:
    """The environments that an algorithm plays in, beside games."""
    added = ENVIRONMENTS.names() if takes_any_environment(name) else []
    return [env for known, env in IN_ENVIRONMENTS if known == name] + added


def takes_any_environment(name: str) -> bool:
    """Whether an algorithm of gtlearn's own plays in environments of users' own, too."""
    return name in _METHODS


def _own(name: str, source: str) -> Algorithm:
    """A learner of a user's own, which is imported when its options are asked for."""
    return Algorithm(name, f"The learner {source}.", (), source)


def _options_of(build: Build, name: str) -> type[Any]:
    """The type of a builder's first argument.

    Raises:
        InputError: if it does not say, or it is no dataclass.
    """
    asked = build.__init__ if isinstance(build, type) else build  # type: ignore[misc]
    try:
        kinds = [kind for key, kind in get_type_hints(asked).items() if key != "return"]
    except Exception as error:  # whatever stands in the user's annotations
        raise InputError(f"the annotations of {name} cannot be read: {error}") from None
    if not kinds or not isinstance(kinds[0], type) or not dataclasses.is_dataclass(kinds[0]):
        said = quoted(kinds[0]) if kinds else "nothing"
        raise InputError(
            f"the first argument of {name} has the type {said}; annotate it with the frozen "
            "dataclass of its options"
        )
    return kinds[0]
