"""What a run asks of whatever learns; a learner of one's own is anything that has these."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias, runtime_checkable

from gtlearn.environments.film import Film
from gtlearn.games import Game

MEASURED = "measured_step"  # a metric: after which iteration the others were measured


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
            With `MEASURED` curves have a point where values were measured, not at every row.
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


Parallel: TypeAlias = Callable[[Callable[[Any], Any], Sequence[Any]], list[Any]]  # an ordered map


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


@runtime_checkable
class Playing(Protocol):
    """A learner whose policies can be taken out, after any iteration."""

    def policies(self) -> Mapping[Any, Any]:
        """What was learned so far, by the player's label (or index, in a game without labels).

        A table is a mapping from states to probabilities, see `labelled`; a network is a
        `gtlearn.learning.shaping.sampled.policies.module.PolicyModule`.
        """


def labelled(game: Game, tables: Sequence[Sequence[Sequence[Any]] | None]) -> dict[str, Any]:
    """Tables by the labels of players and states; `solvers.check` reads them.

    Args:
        game: what is played.
        tables: one a player, states x actions or, where it depends on the time, (steps x states) x
            actions; None for those that have none.

    Returns:
        For each player with a table {state: row}, or a list of these, one a step.

    >>> from gtlearn import games
    >>> labelled(games.iterated("chicken", horizon=4, memory=0), [[[1, 0]], None])
    {'Row': {'init': (1, 0)}}
    """
    values = {}
    for index, table in enumerate(tables):
        if table is not None:
            states = [point.label for point in game.points(index)]
            parts = [table[at : at + len(states)] for at in range(0, len(table), len(states))]
            steps = [dict(zip(states, map(tuple, part), strict=True)) for part in parts]
            values[game.players[index]] = steps[0] if len(steps) == 1 else steps
    return values
