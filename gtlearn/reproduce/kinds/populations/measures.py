"""The principal components of a population, and how far the test is from the training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.reproduce.figure import Figure, Panel
from gtlearn.runs.pictures import Array

if TYPE_CHECKING:
    from gtlearn.learning.shaping.personas import Personas

COMPONENTS = 2
OPTIONS = ("game", "discount", "population_seed", "distribution")


@dataclass(frozen=True, eq=False)
class Components:
    """The principal components of rows of numbers, the strongest first.

    Attributes:
        centre: the mean row, shape (features,).
        directions: orthonormal rows, shape (components, features).
        explained: the fraction of the variance along each; they add up to one.
    """

    centre: Array
    directions: Array
    explained: Array


@dataclass(frozen=True, eq=False)
class Population:
    """The personas of all splits, seen along their principal components.

    Attributes:
        splits: the personas, by split.
        places: by split, shape (personas, COMPONENTS).
        explained: the fraction of the variance along each component, shape (COMPONENTS,).
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
        found: Array = self.splits[split].tables[self.members(split, group), :, group]
        return found

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


def population(figure: Figure, panel: Panel) -> Population:
    """The population that a panel's options describe.

    Args:
        figure: whose options all panels share.
        panel: whose options come on top; both together give `OPTIONS`.

    Raises:
        InputError: if there is no such game or distribution, or an option is missing.
    """
    from gtlearn.learning.shaping.algorithms.stage import make_game
    from gtlearn.learning.shaping.personas import personas

    options = {**figure.options, **panel.options}
    try:
        name, discount, seed, distribution = (options[key] for key in OPTIONS)
    except KeyError as missing:
        raise InputError(
            f"the figure {figure.name} has no option {missing}; a population needs "
            f"{', '.join(OPTIONS)}"
        ) from None
    return along_components(personas(make_game(name, discount), 1, seed, distribution))


def principal_components(rows: Array) -> Components:
    """By a singular value decomposition of the centred rows.

    Directions are known up to their sign; here the largest entry of each is positive.
    """
    centre = rows.mean(axis=0)
    _, strengths, directions = np.linalg.svd(rows - centre, full_matrices=False)
    largest = np.abs(directions).argmax(axis=1)
    signs = np.sign(directions[np.arange(len(directions)), largest])
    return Components(centre, directions * signs[:, None], strengths**2 / (strengths**2).sum())


def along_components(splits: Mapping[str, Personas]) -> Population:
    """Principal component analysis of all splits together.

    The last action's probability is left out in each state: the others say it.
    """
    flat = {
        split: people.tables[..., :-1].reshape(len(people), -1) for split, people in splits.items()
    }
    found = principal_components(np.concatenate(list(flat.values())))
    kept = found.directions[:COMPONENTS]
    return Population(
        splits,
        {split: (rows - found.centre) @ kept.T for split, rows in flat.items()},
        found.explained[:COMPONENTS],
    )


def read_run(path: Path) -> Any:
    """Refuses: populations are not trained.

    Raises:
        InputError: always.
    """
    raise InputError(f"{path}: figures of populations have no runs; leave methods and seeds out")
