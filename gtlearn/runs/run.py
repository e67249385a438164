"""Runs in Python: `train`, `load_run` and `sweep`, and the `Run` that they give."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError
from gtlearn.files import require_plain
from gtlearn.optional import optional
from gtlearn.runs import folder, jobs, loop, options, pictures
from gtlearn.runs import result as results
from gtlearn.runs.config import SEED, RunConfig
from gtlearn.runs.folder import RunFolder
from gtlearn.runs.loop import Watch
from gtlearn.runs.metrics import MetricsRow, read_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gtlearn.games import Game

_PARENT = Path("runs")  # of folders that the user does not name


class Metrics(dict[str, NDArray[Any]]):
    """The rows of metrics.jsonl by columns, each of shape (rows,).

    Where a row lacks a number it is NaN; columns of integers without gaps stay integers.
    """

    def __init__(self, rows: Sequence[MetricsRow]) -> None:
        names = dict.fromkeys(name for row in rows for name in row)
        super().__init__((k, np.array([row.get(k, np.nan) for row in rows])) for k in names)

    def __repr__(self) -> str:
        count = len(next(iter(self.values()), ()))
        return f"<{count} rows of {', '.join(self)}>"

    def to_frame(self) -> Any:
        """A pandas DataFrame with these columns.

        Raises:
            InputError: if pandas is missing.
        """
        return optional("pandas", "excel").DataFrame(dict(self))


@dataclass(frozen=True)
class Run:
    """A run, finished or stopped; everything is read from its folder when it is asked for.

    Attributes:
        folder: where it is.
    """

    folder: Path

    @property
    def config(self) -> RunConfig:
        """Everything needed to repeat it.

        Raises:
            InputError: if its config.toml is missing or damaged.
        """
        return folder.find(self.folder).config()

    @property
    def result(self) -> dict[str, Any] | None:
        """What came out, as result.json holds it; None before the end.

        Raises:
            InputError: if it is damaged or was edited.
        """
        return RunFolder(self.folder).result()

    @property
    def metrics(self) -> Metrics:
        """What training measured, a row for each iteration that has one.

        Raises:
            InputError: if metrics.jsonl is damaged or was edited.
        """
        run = RunFolder(self.folder)
        run.require_unedited(folder.METRICS)
        return Metrics(read_rows(run.metrics_file))

    def policy(self) -> dict[Any, Any]:
        """What was learned, by the player's label (or index, in a game without labels).

        For players of tables: {state: probabilities of the actions}, exactly as they were checked
        where the run is finished; `check` takes such a profile. A leader's table is its
        commitment, the follower's its answer. Of a learner that is trained among others, only its
        own start. A network is a torch module that plays, see `PolicyModule` in
        `gtlearn.learning.shaping.sampled.policies.module`. In a game of numbers: the numbers.

        Raises:
            InputError: if nothing was kept yet, the run was edited, or its learner has no policy.
        """
        known = self.result
        if known is not None and "start" not in known and _has_tables(known):
            from gtlearn.learning.protocol import labelled
            from gtlearn.solvers.profiles.read import read_profile

            result, game, _ = self.claim()
            return labelled(game, read_profile(result, game).tables)
        from gtlearn.learning.protocol import Playing

        learner = loop.restored(self.folder)
        if not isinstance(learner, Playing):
            raise InputError(f"the learner of {self.folder} has no policy to be taken out")
        return dict(learner.policies())

    def plot(self, ax: Axes | None = None, metric: str | None = None) -> Axes:
        """Draws its curve; see `plot`."""
        return plot([self], ax, metric)

    def resume(self, iterations: int | None = None, **options: Any) -> Run:
        """Goes on from the last checkpoint, to the end or to a new length; returns the run.

        Arguments and errors are those of `gtlearn.runs.loop.resume`.
        """
        loop.resume(self.folder, iterations=iterations, **options)
        return self

    def claim(
        self,
        game: Any = None,
        concept: str | None = None,
        load: Callable[[Any], Game] | None = None,
    ) -> tuple[dict[str, Any], Game, str]:
        """What `check` measures of it: its result, the game, and what its tables claim to be.

        Args:
            game: where to check them; None: in the game that was played.
            concept: what they claim to be; None: "stackelberg" of a leader, else "nash".
            load: reads the game; None: `games.load`.

        Raises:
            InputError: if it is no run or not finished, was edited, has nothing to check, or
                cannot have played that game.
        """
        from gtlearn import games

        require_plain(self.folder)
        result = results.read(self.folder / results.FILE, required=())
        if result is None:
            path = folder.find(self.folder).path
            raise InputError(f"{path} is not finished; go on by `gtlearn resume {path}`")
        results.require_unedited(result, self.folder)
        if not _has_tables(result):
            raise InputError(_without_tables(self.folder, result.get("env")))
        played = result.get("game") if game is None else game
        if played is None:
            raise InputError("say in which GAME to check the profile; this run names none")
        loaded = games.load((load or games.load)(played), merge_states=False)
        if not loaded.in_steps and not isinstance(loaded, games.ExtensiveGame):
            raise InputError(
                f"{self.folder} learned tables of states, and {loaded.name} is played once"
            )
        if game is None and result.get("fingerprint", loaded.fingerprint) != loaded.fingerprint:
            raise InputError(
                f"{played} was changed since {self.folder} played it; put the old one back, or "
                "give GAME"
            )
        learned = "stackelberg" if "commitment" in result else "nash"
        return result, loaded, concept or learned

    def __repr__(self) -> str:
        return f"<run {self.folder}: {self._words()}>"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self._words())}<br><code>{escape(str(self.folder))}</code></p>"

    def _words(self) -> str:
        config, result = self.config, self.result
        subject = f" on {config.subject[1]}" if config.subject else ""
        said = "not finished"
        if result is not None:
            numbers = [f"{k} {v:.5g}" for k, v in result["metrics"].items() if k in _HEADLINES]
            said = ", ".join([f"{result['iterations']} iterations", *numbers])
        return f"{config.algorithm.name}{subject}, seed {config.seed}, {said}"


_HEADLINES = (pictures.HEADLINE, "exact")


def train(
    algorithm: str | os.PathLike[str] | RunConfig,
    *,
    output: str | os.PathLike[str] | None = None,
    watch: Watch | None = None,
    ray_address: str | None = None,
    **chosen: Any,
) -> Run:
    """Trains a learner, in a new folder; `gtlearn train` in Python.

    Args:
        algorithm: its name, the path of a config.toml, or a config.
        output: the folder to make; None: one with algorithm, game, seed and time in its name, under
            runs/.
        watch: called after every iteration with its number and the learner.
        ray_address: of a Ray cluster, for runs with several `ray_workers`.
        **chosen: `seed`, the algorithm's options, and those of `gtlearn.runs.config.Recording`, by
            the names of `gtlearn train ALGORITHM --help`.

    Raises:
        InputError: if there is no such algorithm or option, they do not fit together, the folder
            exists, or a package is missing.
        DivergenceError: if a metric is not finite, or a part of the learner's state is NaN.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as parent:
    ...     run = train("lola", game="chicken", iterations=3, output=f"{parent}/run")
    ...     run.result["iterations"], list(run.policy()["Row"])
    (3, ['init', 'CC', 'CD', 'DC', 'DD'])
    """
    configs = _configs(algorithm, chosen)
    if len(configs) > 1:
        raise InputError(
            "a list gives an option several values, which only `gtlearn.sweep` takes; write a "
            "tuple where one value is a list"
        )
    path = folder.default_path(configs[0], _PARENT) if output is None else Path(output)
    return Run(loop.train(configs[0], path, watch=watch, ray_address=ray_address).folder)


def load_run(path: str | os.PathLike[str]) -> Run:
    """The run in a folder, finished or stopped.

    Raises:
        InputError: if it is no run.
    """
    if folder.is_sweep(Path(path)):
        raise InputError(f"{path} holds the runs of a sweep; give the folder of one of them")
    return Run(folder.find(Path(path)).path)


def sweep(
    algorithm: str | os.PathLike[str] | RunConfig,
    *,
    seeds: str | Iterable[int],
    output: str | os.PathLike[str] | None = None,
    workers: int = 1,
    **chosen: Any,
) -> list[Run]:
    """Trains every combination of the options' values with every seed; `gtlearn sweep` in Python.

    Args:
        algorithm: as of `train`.
        seeds: integers, or a text such as "0..4" (both included).
        output: the folder of all runs, which must be new; None: a name under runs/.
        workers: processes at a time.
        **chosen: as of `train`; a list gives an option several values, a tuple is one.

    Returns:
        The runs, those of one combination together; what `gtlearn.runs.plot` draws.

    Raises:
        InputError: as `train`, or if runs failed; the others are finished all the same.
    """
    configs = _configs(algorithm, chosen)
    given = jobs.parse_seeds(seeds) if isinstance(seeds, str) else _seeds(seeds)
    jobs.require_backend("local", workers)
    parent = folder.default_sweep_path(configs, given, _PARENT) if output is None else Path(output)
    todo = jobs.prepare(configs, given, parent)
    failed = [outcome for outcome in jobs.train_all(todo, workers=workers) if outcome.error]
    if failed:
        raise InputError(
            f"{len(failed)} of {len(todo)} runs in {parent} failed; the first, "
            f"{failed[0].folder.name}: {failed[0].error}"
        )
    return [Run(job.folder.path) for job in todo]


def plot(
    runs: Iterable[Run | str | os.PathLike[str]],
    ax: Axes | None = None,
    metric: str | None = None,
) -> Axes:
    """Draws the learning curves of runs; those that differ in nothing but the seed are one.

    Args:
        runs: runs, or folders of runs or sweeps.
        ax: where to draw; None: on new axes of pyplot.
        metric: a name in their metrics; None: "learned".

    Returns:
        The axes.

    Raises:
        InputError: as `gtlearn.runs.pictures.curves_of`, or if matplotlib is missing.
    """
    paths = [one.folder if isinstance(one, Run) else Path(one) for one in runs]
    curves = pictures.curves_of(paths, metric or pictures.HEADLINE)
    if ax is None:
        ax = optional("matplotlib.pyplot", "plots").subplots()[1]
    pictures.draw_on(ax, curves)
    ax.legend(fontsize=8)
    return ax


def _configs(
    algorithm: str | os.PathLike[str] | RunConfig, chosen: Mapping[str, Any]
) -> list[RunConfig]:
    """The configs of a call, one for each combination of values."""
    base = algorithm
    if not isinstance(base, RunConfig):
        env = chosen.get("env")
        one = env[0] if isinstance(env, list) and env else env
        base = options.base_of(os.fspath(base), one if isinstance(one, str) else None)
    return options.grid(base, options.checked(base, chosen))


def _seeds(seeds: Iterable[int]) -> tuple[int, ...]:
    numbers = tuple(SEED.checked(options.plain(seed)) for seed in seeds)
    if not numbers or len(set(numbers)) < len(numbers):
        raise InputError("give seeds, each once, such as range(5)")
    return numbers


def _has_tables(result: Mapping[str, Any]) -> bool:
    return "strategies" in result or "commitment" in result


def _without_tables(run: Path, env: str | None) -> str:
    """Why a finished run has nothing to check."""
    if env is not None:
        return (
            f"{run} ended with policies in {env}, of which no game is known to check them in; "
            f"its result.json says what they earn, and `gtlearn watch {run}` shows it"
        )
    return (
        f"{run} ended with no tables, so that they cannot be checked; its kind of policy may be "
        "an option, such as --policy table"
    )
