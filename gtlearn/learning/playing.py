"""What was learned, taken out of a learner: tables by the labels of players and states, modules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from gtlearn.solvers._markov.tables import as_markov


@runtime_checkable
class Playing(Protocol):
    """A learner whose policies can be taken out, after any iteration."""

    def policies(self) -> Mapping[Any, Any]:
        """What was learned so far, by the player's label (or index, in a game without labels).

        A table is a mapping from states to probabilities, see `labelled`; a network is a
        `gtlearn.learning.policy_module.PolicyModule`.
        """


def labelled(game: Any, tables: Sequence[Sequence[Sequence[Any]] | None]) -> dict[str, Any]:
    """Tables by the labels of players and states; `solvers.check` reads them.

    Args:
        game: an iterated or Markov game.
        tables: one a player, states x actions or, where it depends on the time, (steps x states) x
            actions; None for those that have none.

    Returns:
        For each player with a table {state: row}, or a list of these, one a step.

    >>> from gtlearn import games
    >>> labelled(games.iterated("chicken", horizon=4, memory=0), [[[1, 0]], None])
    {'Row': {'init': (1, 0)}}
    """
    markov, found = as_markov(game), {}
    count = len(markov.states)
    for player, table in zip(markov.players, tables, strict=False):
        if table is not None:
            parts = [table[at : at + count] for at in range(0, len(table), count)]
            steps = [dict(zip(markov.states, map(tuple, part), strict=True)) for part in parts]
            found[player] = steps[0] if len(steps) == 1 else steps
    return found
