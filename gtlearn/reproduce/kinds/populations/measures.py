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


def along_components(splits: Mapping[str, Personas]) -> Population:
    """Principal component analysis of all splits together.

    By a singular value decomposition of the centred probabilities. The last action's is left out in
    each state: the others say it.
    """
    flat = {
        split: people.tables[..., :-1].reshape(len(people), -1) for split, people in splits.items()
    }
    together = np.concatenate(list(flat.values()))
    centre = together.mean(axis=0)
    _, strengths, directions = np.linalg.svd(together - centre, full_matrices=False)
    variances = strengths**2 / (strengths**2).sum()
    kept = directions[:COMPONENTS]
    return Population(
        splits,
        {split: (rows - centre) @ kept.T for split, rows in flat.items()},
        variances[:COMPONENTS],
    )


def read_run(path: Path) -> Any:
    """Refuses: populations are not trained.

    Raises:
        InputError: always.
    """
    raise InputError(f"{path}: figures of populations have no runs; leave methods and seeds out")
