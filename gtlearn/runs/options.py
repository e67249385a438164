"""Options that were chosen, on the command line or in Python, as configs; several values as a grid.

A grid holds every combination of several values of some options, such as two learning rates in
three games. Only the algorithm's own options can have several: how a run is recorded makes no
other curve.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from itertools import accumulate, product
from pathlib import Path
from typing import Any

import numpy as np

from gtlearn.errors import InputError, nearest
from gtlearn.learning.registry import find_algorithm
from gtlearn.runs.config import SEED, Recording, RunConfig
from gtlearn.runs.fields import NONE, Field, fields_of, make
from gtlearn.runs.folder import config_in
from gtlearn.runs.loggers import LOGGERS
from gtlearn.version import __version__

_WHOLE = re.compile(r"[\s;]")  # in a literal game, whose commas are its own


def base_of(name: str, env: str | None = None) -> RunConfig:
    """What a config.toml says; or an algorithm, whose options are None yet.

    Args:
        name: of the file, which ends in .toml or holds a slash, or of the algorithm.
        env: where the algorithm plays; None: in games, or in its only environment.

    Raises:
        InputError: if there is none, or the file is wrong.
    """
    if name.endswith(".toml") or "/" in name:
        return config_in(Path(name))
    return RunConfig(find_algorithm(name, env), None)


def with_options(base: RunConfig, chosen: Mapping[str, Any]) -> RunConfig:
    """A config with some options changed, each already of its field's type; "seed" may be one.

    Raises:
        InputError: if they do not fit together, one is missing, or there is no such logger.
    """
    kind = base.algorithm.config_type()
    held = {**(vars(base.options) if base.options else {}), **vars(base.recording), **chosen}
    options = make(kind, {name: held[name] for name in fields_of(kind) if name in held})
    recording = make(Recording, {name: held[name] for name in fields_of(Recording)})
    if recording.logger is not None:
        LOGGERS.find(recording.logger)  # what is wrong with it is said before there is a folder
    return RunConfig(base.algorithm, options, chosen.get("seed", base.seed), recording, __version__)


def grid(base: RunConfig, chosen: Mapping[str, Sequence[Any]]) -> list[RunConfig]:
    """The configs of every combination; the last option changes first.

    Args:
        base: what is changed.
        chosen: for each option its values.

    Raises:
        InputError: as `with_options`, if an option that is no option of the algorithm has several
            values, or one has a value twice.
    """
    own = fields_of(base.algorithm.config_type())
    for name, values in chosen.items():
        if len(values) > 1 and name not in own:
            raise InputError(f"{name} can have one value only; a grid is over {', '.join(own)}")
        if len(set(values)) < len(values):
            raise InputError(f"{name} is given a value twice; give each once")
    combinations = product(*chosen.values())
    return [with_options(base, dict(zip(chosen, one, strict=True))) for one in combinations]


def parsed(field: Field, text: str) -> list[Any]:
    """The values that a text of the command line gives an option, between commas.

    Commas within brackets separate nothing, nor do those of a text with blanks or semicolons (a
    literal game) or of an option that is itself a list.

    Raises:
        InputError: if one cannot be a value of it.

    >>> parsed(Field("rate", float), "0.1,0.3"), parsed(Field("layers", tuple[int, ...]), "3,2")
    ([0.1, 0.3], [(3, 2)])
    >>> parsed(Field("game", str), "chicken,gtlearn_iterated(stage=hero,horizon=4)")
    ['chicken', 'gtlearn_iterated(stage=hero,horizon=4)']
    """
    kind = field.kind
    whole = kind.many or (kind.scalar is str and _WHOLE.search(text.strip()))
    return [field.parsed(part) for part in ([text] if whole else _parts(text))]


def _parts(text: str) -> list[str]:
    """The parts of a text between the commas that stand in no brackets."""
    depths = accumulate((c in "([") - (c in ")]") for c in text)
    marked = ("\n" if c == "," and depth == 0 else c for c, depth in zip(text, depths, strict=True))
    return "".join(marked).split("\n")


def checked(base: RunConfig, given: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The options of a call in Python, each as a list of its values, in its field's type.

    Args:
        base: the config that they are to change.
        given: the values by name; a list holds several, a tuple is one.

    Raises:
        InputError: if there is no such option, or it cannot have such a value.
    """
    known = {**fields_of(base.algorithm.config_type()), **fields_of(Recording), "seed": SEED}
    grids = {}
    for name, value in given.items():
        if name not in known:
            advice = nearest(name, known, "it has")
            raise InputError(f"{base.algorithm.name} has no option {name[:60]!r}; {advice}")
        values = value if isinstance(value, list) else [value]
        grids[name] = [known[name].checked(plain(one)) for one in values]
    return grids


def differing(configs: Sequence[RunConfig]) -> list[dict[str, Any]]:
    """Of each config, the options in which those of its algorithm differ."""
    points = []
    for config in configs:
        alike = [c.options for c in configs if c.algorithm.name == config.algorithm.name]
        own = vars(config.options).items()
        points.append({k: v for k, v in own if len({getattr(other, k) for other in alike}) > 1})
    return points


def shown(value: Any) -> str:
    """A value as it is written on the command line.

    >>> shown(None), shown(True), shown((3, 2)), shown(0.1)
    ('none', 'true', '3,2', '0.1')
    """
    if isinstance(value, tuple):
        return ",".join(map(shown, value))
    if isinstance(value, bool):
        return str(value).lower()
    return NONE if value is None else str(value)


def plain(value: Any) -> Any:
    """A value of Python as one that a file could hold: numpy's numbers and paths, too."""
    if isinstance(value, np.generic):
        return value.item()
    return os.fspath(value) if isinstance(value, os.PathLike) else value
