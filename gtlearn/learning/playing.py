"""What was learned, taken out of a learner: tables by the labels of players and states, modules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from gtlearn.games import Game


@runtime_checkable
class Playing(Protocol):
    """A learner whose policies can be taken out, after any iteration."""

    def policies(self) -> Mapping[Any, Any]:
        """What was learned so far, by the player's label (or index, in a game without labels).

        A table is a mapping from states to probabilities, see `labelled`; a network is a
        `gtlearn.learning.policy_module.PolicyModule`.
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
    found = {}
    for index, table in enumerate(tables):
        if table is not None:
            states = [point.label for point in game.points(index)]
            parts = [table[at : at + len(states)] for at in range(0, len(table), len(states))]
            steps = [dict(zip(states, map(tuple, part), strict=True)) for part in parts]
            found[game.players[index]] = steps[0] if len(steps) == 1 else steps
    return found
