"""A run's config: the algorithm, its options, the seed, how it is recorded; and config.toml.

A file holds the algorithm, the seed, a table [config] with the algorithm's options (which may also
stand above all tables) and a table [run] with those of `Recording`:

    algorithm = "contextual-stackelberg"
    seed = 0

    [config]
    game = "prisoners_dilemma"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gtlearn.errors import InputError, about, nearest
from gtlearn.files import read_bytes
from gtlearn.learning.options import described
from gtlearn.learning.registry import Algorithm, find_algorithm
from gtlearn.reading import reported
from gtlearn.runs.fields import NONE, Field, fields_of, make, written
from gtlearn.sources import Source, is_source, require_allowed
from gtlearn.version import __version__

_MAX_BYTES = 30_000  # bytes; tomllib takes minutes for some of ten times as many
_MAX_LINES = 1000
_MAX_THREADS = 1000
LARGEST_SEED = 2**31 - 1
SEED = Field("seed", int, help="Of all randomness.", minimum=0, maximum=LARGEST_SEED)
_TEXT = {name: Field(name, str) for name in ("algorithm", "env", "version")}
_TABLES = ("config", "run")
_ADDRESS = "ray_address"
_OLD_ADDRESS = re.compile(f"^{_ADDRESS} = .*\n", re.MULTILINE)


@dataclass(frozen=True)
class Recording:
    """How a run is carried out and recorded.

    Only `threads` and `ray_workers` can change its outcome, by rounding.

    Attributes:
        log_every: iterations from one row of metrics to the next; None: all of the first 500, then
            ever fewer, see `gtlearn.runs.metrics.is_kept`. The last one always has a row.
        checkpoint_every: iterations from one checkpoint to the next; None: about ten seconds.
        threads: threads of one run. Sums in another order are rounded differently, so it is fixed.
        tensorboard: whether metrics are also written for TensorBoard.
        logger: what else gets the metrics; a name of `loggers`, or module:function.
        ray_workers: in how many parts an iteration's work is done, by Ray; 1: here, at once.
    """

    log_every: int | None = described(
        None,
        "Iterations from one row of metrics to the next; none: all of the first 500, then fewer.",
        minimum=1,
    )
    checkpoint_every: int | None = described(
        None, "Iterations from one checkpoint to the next; none: about ten seconds.", minimum=1
    )
    threads: int = described(1, "Threads of a run.", minimum=1, maximum=_MAX_THREADS)
    tensorboard: bool = described(True, "Write metrics for TensorBoard too.")
    logger: str | Source | None = described(None, "A logger of your own, which gets metrics too.")
    ray_workers: int = described(
        1, "Ray processes that share each iteration's work.", minimum=1, maximum=_MAX_THREADS
    )


@dataclass(frozen=True)
class RunConfig:
    """Everything needed to repeat a run.

    Attributes:
        algorithm: what learns.
        options: its options, an instance of its dataclass.
        seed: of all randomness.
        recording: how the run is recorded.
        version: of gtlearn, which the run was made with; None in a file written by hand.
    """

    algorithm: Algorithm
    options: Any
    seed: int = 0
    recording: Recording = Recording()
    version: str | None = __version__

    @property
    def subject(self) -> tuple[str, str] | None:
        """("game", its name) or ("env", its name), where the options have one."""
        played = [
            (k, getattr(self.options, k)) for k in ("game", "env") if hasattr(self.options, k)
        ]
        return (played[0][0], str(played[0][1])) if played else None

    @property
    def sources(self) -> list[str]:
        """The user's own code that it names, each as module:attribute."""
        name = self.algorithm.name
        held = [
            (field, getattr(part, key))
            for part in (self.options, self.recording)
            for key, field in fields_of(type(part)).items()
        ]
        named = [value for field, value in held if field.names_code(value)]
        return [name, *named] if is_source(name) else named

    def to_toml(self) -> str:
        """The text of config.toml."""
        return "\n".join(self._lines()) + "\n"

    def is_that_of(self, text: str) -> bool:
        """Whether a config.toml is this one's, or was before addresses were left out of it."""
        return _OLD_ADDRESS.sub("", text) == self.to_toml()

    def continued(self, text: str) -> RunConfig | None:
        """The config whose config.toml this is, where it is this one or `changed` makes this of it.

        None where it is not. The algorithm need not be known by its name here.
        """
        try:
            held = tomllib.loads(text)
            length = dict(held["config"]).get("iterations")
            recording = replace(self.recording, tensorboard=held["run"]["tensorboard"])
        except (tomllib.TOMLDecodeError, LookupError, TypeError, ValueError, RecursionError):
            return None
        changed = replace(self, recording=recording)
        if self.iterations is not None:
            if type(length) is not int or length > self.iterations:
                return None
            changed = replace(changed, options=replace(self.options, iterations=length))
        return changed if changed.is_that_of(text) else None

    @property
    def iterations(self) -> int | None:
        """The length of the run, where its options have one."""
        return getattr(self.options, "iterations", None)

    def changed(self, iterations: int | None = None, tensorboard: bool | None = None) -> RunConfig:
        """The config of the same run, made longer, or with TensorBoard switched on or off.

        Args:
            iterations: its new length; None leaves it as it is.
            tensorboard: whether it is wanted; None leaves it as it is.

        Raises:
            InputError: if the run has no length, or a greater one.
        """
        options, recording = self.options, self.recording
        if iterations is not None and iterations != self.iterations:
            if self.iterations is None:
                raise InputError(f"{self.algorithm.name} has no iterations; leave them out")
            if iterations < self.iterations:
                raise InputError(
                    f"the run has {self.iterations} iterations, and can only be made longer than "
                    f"that; {iterations} are fewer"
                )
            options = replace(options, iterations=iterations)
        if tensorboard is not None:
            recording = replace(recording, tensorboard=tensorboard)
        return replace(self, options=options, recording=recording)

    def _lines(self) -> Iterator[str]:
        yield f"algorithm = {written(self.algorithm.name)}"
        yield f"seed = {self.seed}"
        if self.version is not None:
            yield f"version = {written(self.version)}"
        for table, held in zip(_TABLES, (self.options, self.recording), strict=True):
            yield f"\n[{table}]"
            for name in fields_of(type(held)):
                value = getattr(held, name)
                if (name, value) != ("logger", None):  # which earlier files do not have
                    yield f"{name} = {written(value)}"


def read_config(path: Path, *, follow: bool = True) -> RunConfig:
    """The config that a TOML file holds.

    Args:
        path: the file.
        follow: whether it may be a link.

    Raises:
        InputError: if it cannot be read, names an unknown algorithm or key, holds a value of a
            wrong type, or names code that the user did not allow (see `sources.allowing`); the
            message names the file, the line and the nearest known key.
    """
    return parse_config(read_text(path, follow=follow), str(path))


def read_text(path: Path, *, follow: bool = False) -> str:
    """The text of a config.toml; as for `read_config`.

    Raises:
        InputError: if it cannot be read.
    """
    try:
        with reported(f"{path} cannot be read", "give a config.toml"):
            text = read_bytes(path, _MAX_BYTES, follow=follow).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path} is not text; give a config.toml") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def parse_config(text: str, where: str) -> RunConfig:
    """The config that a TOML text holds; `where` is what errors call it.

    Raises:
        InputError: as for `read_config`.
    """
    return _Reader(text, where).config()


class _Reader:
    """One TOML text; errors say the line."""

    def __init__(self, text: str, where: str) -> None:
        self.text, self.where = text, where
        if text.count("\n") > _MAX_LINES:
            raise InputError(f"{where} has more than {_MAX_LINES} lines; give a config.toml")
        try:
            self.held = tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            said = str(error).partition(" (at ")[0].lower()[:200]
            if isinstance(error, ValueError) and not isinstance(error, tomllib.TOMLDecodeError):
                said = "an integer has more than 4300 digits"
            line = line_of(text, None)
            raise InputError(f"{where}, line {line}: this is not TOML: {said}") from None

    def config(self) -> RunConfig:
        tables = {name: self._table(name) for name in _TABLES}
        above = {key: value for key, value in self.held.items() if key not in _TABLES}
        own = {k: above.pop(k) for k in ("algorithm", "version", "seed") if k in above}
        if "algorithm" not in own:
            raise InputError(f'{self.where} names no algorithm; add a line algorithm = "NAME"')
        env = tables["config"].get("env", above.get("env"))
        algorithm = self._algorithm(own["algorithm"], env)
        known = fields_of(algorithm.config_type())
        for key in above:
            if key in tables["config"]:
                raise self._error(key, f"{key} stands in [config] too; leave one out")
        values = {
            **self._values(above, known, None, ["algorithm", "seed", *known, *_TABLES]),
            **self._values(tables["config"], known, "config", list(known)),
        }
        recording = fields_of(Recording)
        self._require_no_address(tables["run"])
        run = self._values(tables["run"], recording, "run", list(recording))
        version = self._checked(_TEXT["version"], own["version"]) if "version" in own else None
        seed = self._checked(SEED, own["seed"]) if "seed" in own else 0
        with about(self.where):
            options = make(algorithm.config_type(), values)
        return RunConfig(algorithm, options, seed, Recording(**run), version)

    def _require_no_address(self, run: dict[str, Any]) -> None:
        """Refuses to connect to where a file says; "none" was written there once."""
        if run.pop(_ADDRESS, NONE) != NONE:
            raise self._error(
                _ADDRESS,
                "an address to connect to is not taken from a file; leave it out, and give it on "
                "the command line by --ray-address, or in the variable RAY_ADDRESS",
                "run",
            )

    def _algorithm(self, name: Any, env: Any) -> Algorithm:
        text = self._checked(_TEXT["algorithm"], name)
        where = None if env is None else self._checked(_TEXT["env"], env)
        with self._blaming("algorithm"):
            if is_source(text):
                require_allowed(text)
            return find_algorithm(text, where)

    def _table(self, name: str) -> dict[str, Any]:
        table = self.held.get(name, {})
        if not isinstance(table, dict):
            raise self._error(name, f"{name} is no table; write [{name}] and its keys below")
        return table

    def _values(
        self, held: dict[str, Any], known: dict[str, Field], table: str | None, words: list[str]
    ) -> dict[str, Any]:
        values = {}
        for key, value in held.items():
            if key not in known:
                advice = nearest(key, words, "the keys are")
                raise self._error(key, f"there is no key {key[:60]!r} here; {advice}", table)
            values[key] = self._checked(known[key], value, table)
        return values

    def _checked(self, field: Field, value: Any, table: str | None = None) -> Any:
        with self._blaming(field.name, table):
            if field.names_code(value):
                require_allowed(value)
            return field.checked(value)

    @contextmanager
    def _blaming(self, key: str, table: str | None = None) -> Iterator[None]:
        """Has an error inside name the line of a key."""
        try:
            yield
        except InputError as error:
            raise self._error(key, str(error), table) from None

    def _error(self, key: str, message: str, table: str | None = None) -> InputError:
        return InputError(f"{self.where}, line {line_of(self.text, key, table)}: {message}")


def line_of(text: str, key: str | None, table: str | None = None) -> int:
    """The line, from 1, on which a key of a TOML text begins; without a key, its first wrong line.

    The lines before it are TOML without the key; with its own lines they are TOML with it.

    >>> line_of('a = 1\\n[config]\\nb = [\\n2]\\nc = 3', "b", "config")
    3
    """
    lines = text.splitlines()
    begin = 0
    for end in range(1, len(lines) + 1):
        try:
            held: Any = tomllib.loads("\n".join(lines[:end]))
        except (ValueError, RecursionError):
            continue
        if key is not None and key in (held.get(table, {}) if table else held):
            break
        begin = end
    return begin + 1
