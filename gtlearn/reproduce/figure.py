"""A figure as data: panels times methods times seeds, and what the paper says of them."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from gtlearn.errors import InputError, nearest
from gtlearn.learning.registry import find_algorithm
from gtlearn.runs.config import Recording, RunConfig
from gtlearn.runs.fields import fields_of, make
from gtlearn.runs.jobs import parse_seeds

Options = Mapping[str, Any]
Part = TypeVar("Part", "FigureMethod", "Need")
_FOLDER = files("gtlearn.reproduce") / "figures"
_SUFFIX = ".toml"


@dataclass(frozen=True)
class Quotation:
    """What the paper says.

    Attributes:
        text: in its words, or close to them.
        where: in it.
    """

    text: str
    where: str


@dataclass(frozen=True)
class Panel:
    """One pair of axes, with the options that all its runs share.

    Attributes:
        name: of its folder.
        options: of the algorithm.
    """

    name: str
    options: Options

    @property
    def title(self) -> str:
        """Its name in words."""
        return self.name.replace("_", " ")


@dataclass(frozen=True)
class FigureMethod:
    """One curve in each panel.

    Attributes:
        name: of its folder, and in the table.
        label: in the legend.
        options: of the algorithm.
        algorithm: what learns, where it is not the figure's.
        seeds: of its runs, where they are not the figure's; one where nothing is random.
        paper: what the paper reports of it, by columns of the table, such as "steps", or by column
            and panel, such as "auc_in".
    """

    name: str
    label: str
    options: Options
    algorithm: str | None = None
    seeds: tuple[int, ...] = ()
    paper: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Need:
    """A run that all others of a figure need.

    Attributes:
        name: of its folder, and of the option by which the others are told of it.
        algorithm: what learns.
        options: of the algorithm.
        seed: its seed.
    """

    name: str
    algorithm: str
    options: Options
    seed: int = 0


@dataclass(frozen=True)
class Comparison:
    """What a paper says of two methods of a figure of convergence.

    Attributes:
        text: in its words, or close to them.
        where: the paper.
        lower: the method whose NashConv is said to be lower.
        higher: the other one.
        along: of what both had the same number: "iterations" or "nodes".
    """

    text: str
    where: str
    lower: str
    higher: str
    along: str = "iterations"


def _method(seeds: str = "", **part: Any) -> FigureMethod:
    return FigureMethod(seeds=parse_seeds(seeds) if seeds else (), **part)


_PARTS: Mapping[str, Callable[..., Any]] = {
    "needs": Need,
    "panels": Panel,
    "methods": _method,
    "statements": Quotation,
    "comparisons": Comparison,
}


@dataclass(frozen=True)
class Figure:
    """A figure of a paper.

    Attributes:
        name: what users write.
        title: what it shows.
        source: the paper, and which figure.
        algorithm: what learns; see `gtlearn.learning.registry`.
        kind: what is read of the runs, and how it is shown; see `gtlearn.reproduce.kinds`.
        folder: of the runs, under runs/, where figures share them; else the figure's name.
        seeds: of the runs of each panel and method that has none of its own; none without methods.
        options: of the algorithm, the same everywhere.
        recording: how runs are recorded.
        needs: what must be run before.
        panels: its axes.
        methods: its curves; none where nothing is trained, as in figures of populations.
        statements: what the paper says.
        comparisons: of convergence: what papers say of two methods each.
        differences: how ours differs from the paper's experiment, one sentence each.
        group: of adaptation: which personas are shown.
        across: of adaptation: the option that differs from panel to panel, to draw the AUC against
            it; empty: rewards along the chain are drawn, each panel in axes of its own.
        tolerance: of commitments: a run has made it where its commitment is truly worth the exact
            optimum less at most this fraction of it.
        values: of rewards, the least and the largest that are drawn.
        log_steps: whether steps are drawn on a logarithmic axis.
        columns: of the grid of panels.
        reduced: of `quick`, what it leaves out, in words; empty for the whole figure.
    """

    name: str
    title: str
    source: str
    algorithm: str
    seeds: tuple[int, ...]
    options: Options
    recording: Options
    needs: tuple[Need, ...]
    panels: tuple[Panel, ...]
    methods: tuple[FigureMethod, ...]
    statements: tuple[Quotation, ...]
    comparisons: tuple[Comparison, ...] = ()
    differences: tuple[str, ...] = ()
    kind: str = "commitments"
    folder: str = ""
    group: str = "all"
    across: str = ""
    tolerance: float = 0.02
    values: Sequence[float] | None = None
    log_steps: bool = False
    columns: int = 1
    reduced: tuple[str, ...] = ()

    def seeds_of(self, method: FigureMethod) -> tuple[int, ...]:
        """The seeds of a curve's runs."""
        return method.seeds or self.seeds

    def config(
        self, panel: Panel, method: FigureMethod, seed: int, parent: Path = Path("runs")
    ) -> RunConfig:
        """The config of one run.

        Args:
            panel: its axes.
            method: its curve.
            seed: its seed.
            parent: the folder of all runs.

        Raises:
            InputError: if an option is unknown, or cannot have its value.
        """
        needed = {need.name: str(parent / need.name) for need in self.needs}
        values = {**self.options, **needed, **panel.options, **method.options}
        return self._config(method.algorithm or self.algorithm, values, seed)

    def needed(self, need: Need) -> RunConfig:
        """The config of a run that the others need.

        Raises:
            InputError: as `config`.
        """
        return self._config(need.algorithm, need.options, need.seed)

    def _config(self, name: str, values: Options, seed: int) -> RunConfig:
        algorithm = find_algorithm(name, values.get("env"))
        options = _checked(algorithm.config_type(), values, self.name)
        return RunConfig(
            algorithm, options, seed, _checked(Recording, dict(self.recording), self.name)
        )


@dataclass(frozen=True, eq=False)
class Reproduction:
    """A figure whose runs are finished.

    Attributes:
        figure: what was run.
        runs: by the names of panel and method, in the order of the seeds; what one is depends on
            the figure's kind.
        folder: where the runs are.
    """

    figure: Figure
    runs: Mapping[tuple[str, str], Sequence[Any]]
    folder: Path

    def of(self, panel: Panel, method: FigureMethod) -> Sequence[Any]:
        """The runs of one curve."""
        return self.runs[panel.name, method.name]

    def curves(self) -> Iterator[tuple[Panel, FigureMethod, Sequence[Any]]]:
        """All panels, and in each all methods, with their runs."""
        for panel in self.figure.panels:
            for method in self.figure.methods:
                yield panel, method, self.of(panel, method)


def figure_names() -> tuple[str, ...]:
    """The figures that can be reproduced."""
    names = (file.name for file in _FOLDER.iterdir())
    return tuple(sorted(n.removesuffix(_SUFFIX) for n in names if n.endswith(_SUFFIX)))


def read_figure(name: str, *, quick: bool = False) -> Figure:
    """A figure by name.

    Args:
        name: one of `figure_names`.
        quick: the reduced version, which says in `reduced` what it leaves out.

    Raises:
        InputError: if there is none of that name; the nearest is said.
    """
    known = figure_names()
    if name not in known:
        advice = nearest(name, known, "the figures are")
        raise InputError(f"there is no figure {name[:60]!r}; {advice}")
    held = tomllib.loads((_FOLDER / f"{name}{_SUFFIX}").read_text(encoding="utf-8"))
    return parse_figure(name, held, quick=quick)


def parse_figure(name: str, held: dict[str, Any], *, quick: bool = False) -> Figure:
    """A figure from what its TOML file holds; see `Figure`.

    The table [quick] may hold "seeds", "panels" (names), and in [quick.options] what is other for
    a method, or for a run that is needed.

    Raises:
        InputError: if a key is unknown or missing.
    """
    held = {"options": {}, **held}
    less = held.pop("quick", {})
    seeds = held.pop("seeds", None)
    if held.get("methods") and seeds is None:
        raise InputError(f'the figure {name} has methods and no seeds; add seeds = "0..9"')
    try:
        for key, kind in _PARTS.items():
            held[key] = tuple(kind(**part) for part in held.get(key, ()))
        whole = Figure(
            name=name,
            seeds=parse_seeds(seeds) if held["methods"] else (),
            recording=held.pop("run", {}),
            differences=tuple(held.pop("differences", ())),
            **held,
        )
    except TypeError as error:
        raise InputError(f"the figure {name} cannot be read: {error}") from None
    return _reduced(whole, less) if quick else whole


def _reduced(whole: Figure, less: Options) -> Figure:
    """The quick version, with what it leaves out in words."""
    seeds = parse_seeds(less["seeds"]) if "seeds" in less else whole.seeds
    kept = less.get("panels", [panel.name for panel in whole.panels])
    panels = tuple(panel for panel in whole.panels if panel.name in kept)
    other = less.get("options", {})
    methods, needs = _changed(whole.methods, other), _changed(whole.needs, other)
    counts = (("panels", panels, whole.panels), ("seeds", seeds, whole.seeds))
    fewer = [f"only {len(x)} of {len(y)} {what}" for what, x, y in counts if len(x) < len(y)]
    return dataclasses.replace(
        whole,
        seeds=seeds,
        needs=needs,
        panels=panels,
        methods=methods,
        columns=min(whole.columns, len(panels)),
        reduced=(
            *fewer,
            *_differences(whole.needs, needs, {}),
            *_differences(whole.methods, methods, whole.options),
        ),
    )


def _changed(parts: Sequence[Part], other: Mapping[str, Options]) -> tuple[Part, ...]:
    """Methods or needs with other options, by name."""
    return tuple(
        dataclasses.replace(part, options={**part.options, **other.get(part.name, {})})
        for part in parts
    )


def _differences(before: Sequence[Part], after: Sequence[Part], common: Options) -> list[str]:
    """Which options are others now, in words, where `common` says what is left out."""
    return [
        f"{new.name}: {key} {value}" + (f" instead of {old}" if old is not None else "")
        for was, new in zip(before, after, strict=True)
        for key, value in new.options.items()
        if value != (old := was.options.get(key, common.get(key)))
    ]


def _checked(kind: type[Any], values: Options, where: str) -> Any:
    """The dataclass of values, each checked against its field."""
    known = fields_of(kind)
    for name in values:
        if name not in known:
            advice = nearest(name, known, "the options are")
            raise InputError(f"the figure {where} has an unknown option {name!r}; {advice}")
    return make(kind, {name: known[name].checked(value) for name, value in values.items()})
