"""Personas that nobody trains: their principal components, and what of the test is new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games.drawing import COLOURS
from gtlearn.reproduce.figure import Figure, Panel, Reproduction
from gtlearn.reproduce.kinds.kind import FigureKind, Measures, draw_panels, table_of
from gtlearn.runs.pictures import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas
    from rich.table import Table

    from gtlearn.learning.shaping.personas import Personas

_COMPONENTS = 2
_OPTIONS = ("game", "discount", "population_seed", "distribution")
_MARKS = {"train": (".", 0.35, 18), "validation": ("+", 0.9, 32), "test": ("s", 0.9, 16)}
_NOTES = (
    "probability: of the preferred action, the mean over personas and states, and the range. "
    "covered: the fraction of the test's probabilities that lie within the training's range. "
    "shift: how far the test's centre is from the training's along the first two components, over "
    "the root mean square distance of the training's personas from theirs; by chance: about what "
    "it would be, in root mean square, were both of one distribution."
)


@dataclass(frozen=True, eq=False)
class Projection:
    """The personas of all splits, seen along their principal components.

    Attributes:
        splits: the personas, by split.
        places: by split, shape (personas, _COMPONENTS).
        explained: the fraction of the variance along each component, shape (_COMPONENTS,).
    """

    splits: Mapping[str, Personas]
    places: Mapping[str, Array]
    explained: Array

    @property
    def groups(self) -> tuple[str, ...]:
        """What the groups are called: the action that each prefers."""
        return self.splits["train"].names

    def members(self, split: str, group: int) -> Array:
        """Whether each persona of a split is of a group."""
        of_group: Array = self.splits[split].group == group
        return of_group

    def preferred(self, split: str, group: int) -> Array:
        """How likely its group's action is, shape (personas of the group, states)."""
        return self.splits[split].tables[self.members(split, group), :, group]

    def covered(self, group: int) -> float:
        """The fraction of the test's probabilities that lie within the training's range.

        Of the preferred action, over personas of a group and states.
        """
        train, test = self.preferred("train", group), self.preferred("test", group)
        return float(((test >= train.min()) & (test <= train.max())).mean())

    def shift(self, group: int) -> float:
        """How far the test's centre is from the training's, in units of the training's spread.

        Of a group, along the components that are kept. The spread is the root mean square distance
        of its training personas from their centre.
        """
        train, test = (self.places[s][self.members(s, group)] for s in ("train", "test"))
        spread = np.sqrt(train.var(axis=0).sum())
        return float(np.linalg.norm(test.mean(axis=0) - train.mean(axis=0)) / spread)

    def shift_by_chance(self, group: int) -> float:
        """About what the shift is, in root mean square, if both splits are of one distribution."""
        train, test = (self.members(s, group).sum() for s in ("train", "test"))
        return float(np.sqrt(1 / train + 1 / test))


def population_of(figure: Figure, panel: Panel) -> Projection:
    """The population that a panel's options describe.

    Args:
        figure: whose options all panels share.
        panel: whose options come on top; both together give `_OPTIONS`.

    Raises:
        InputError: if there is no such game or distribution, or an option is missing.
    """
    from gtlearn.learning.shaping.algorithms.settings import make_game
    from gtlearn.learning.shaping.personas import personas

    options = {**figure.options, **panel.options}
    try:
        name, discount, seed, distribution = (options[key] for key in _OPTIONS)
    except KeyError as missing:
        raise InputError(
            f"the figure {figure.name} has no option {missing}; a population needs "
            f"{', '.join(_OPTIONS)}"
        ) from None
    return along_components(personas(make_game(name, discount), 1, seed, distribution))


def principal_components(rows: Array) -> tuple[Array, Array]:
    """The principal components of centred rows, the strongest first.

    By a singular value decomposition. Directions are known up to their sign; here the largest entry
    of each is positive.

    Returns:
        The directions, orthonormal rows of shape (components, features), and the fraction of the
        variance along each, of shape (components,); these add up to one.
    """
    _, strengths, directions = np.linalg.svd(rows, full_matrices=False)
    largest = np.abs(directions).argmax(axis=1)
    signs = np.sign(directions[np.arange(len(directions)), largest])
    return directions * signs[:, None], strengths**2 / (strengths**2).sum()


def along_components(splits: Mapping[str, Personas]) -> Projection:
    """Principal component analysis of all splits together.

    The last action's probability is left out in each state: the others say it.
    """
    flat = {s: held.tables[..., :-1].reshape(len(held), -1) for s, held in splits.items()}
    together = np.concatenate(list(flat.values()))
    centre = together.mean(axis=0)
    directions, explained = principal_components(together - centre)
    places = {s: (rows - centre) @ directions[:_COMPONENTS].T for s, rows in flat.items()}
    return Projection(splits, places, explained[:_COMPONENTS])


def _populations(reproduction: Reproduction) -> list[tuple[Panel, Projection]]:
    figure = reproduction.figure
    return [(panel, population_of(figure, panel)) for panel in figure.panels]


def _numbers(population: Projection) -> Measures:
    return {
        "explained": population.explained.tolist(),
        "groups": {
            name: {
                **{split: _preference(population, split, group) for split in population.splits},
                "covered": population.covered(group),
                "shift": population.shift(group),
                "shift_by_chance": population.shift_by_chance(group),
            }
            for group, name in enumerate(population.groups)
        },
    }


def _preference(population: Projection, split: str, group: int) -> Measures:
    chances = population.preferred(split, group)
    ends = float(chances.mean()), float(chances.min()), float(chances.max())
    return {"personas": len(chances), "probability": [*ends]}


def _tables(reproduction: Reproduction) -> list[Table | str]:
    rows, said = [], []
    for panel, population in _populations(reproduction):
        rows += _rows(panel, population)
        shares = " and ".join(f"{share:.0%}" for share in population.explained)
        said.append(
            f"{panel.name}: {shares} of the variance are along the first two components; shift by "
            f"chance: {population.shift_by_chance(0):.2f}."  # all groups are of one size
        )
    right = ("personas", "covered", "shift")
    return [table_of(rows, right), "\n".join(said), _NOTES]


def _rows(panel: Panel, population: Projection) -> list[dict[str, str]]:
    rows = []
    for group, name in enumerate(population.groups):
        for place, split in enumerate(population.splits):
            numbers = _preference(population, split, group)
            mean, low, high = numbers["probability"]
            tested = split == "test"
            cells = {
                "population": panel.name,
                "prefers": "" if place else name,
                "split": split,
                "personas": str(numbers["personas"]),
                "probability": f"{mean:.2f} ({low:.2f} to {high:.2f})",
                "covered": f"{population.covered(group):.0%}" if tested else "",
                "shift": f"{population.shift(group):.2f}" if tested else "",
            }
            rows.append(cells)
    return rows


def _drawn(reproduction: Reproduction) -> tuple[Canvas, str]:
    count = len(reproduction.figure.panels)
    groups = len(population_of(reproduction.figure, reproduction.figure.panels[0]).groups)
    size = max(6.5, 5.0 * count), 5.4
    return draw_panels(reproduction, _draw_panel, count, size, legend=groups), ""


def _draw_panel(axes: Axes, reproduction: Reproduction, panel: Panel) -> None:
    population = population_of(reproduction.figure, panel)
    for group, name in enumerate(population.groups):
        for split, (mark, opacity, size) in _MARKS.items():
            across, along = population.places[split][population.members(split, group)].T
            axes.scatter(
                across,
                along,
                s=size,
                marker=mark,
                color=COLOURS[group],
                alpha=opacity,
                edgecolors="black" if mark == "s" else None,
                linewidths=0.5 if mark == "s" else None,
                label=f"prefers {name}, {split}",
            )
    shares = [f"component ({share:.0%} of the variance)" for share in population.explained]
    axes.set_xlabel(f"first {shares[0]}", fontsize=9)
    axes.set_ylabel(f"second {shares[1]}", fontsize=9)


def _shown(reproduction: Reproduction) -> str:
    population = population_of(reproduction.figure, reproduction.figure.panels[0])
    counts = ", ".join(f"{len(held)} {split}" for split, held in population.splits.items())
    return (
        ", drawn again. A point a persona, along the principal components of all together: "
        f"{counts}."
    )


POPULATIONS = FigureKind(
    name="populations",
    rows=lambda reproduction: [
        {"panel": panel.name, **_numbers(population)}
        for panel, population in _populations(reproduction)
    ],
    tables=_tables,
    drawn=_drawn,
    shown=_shown,
)
