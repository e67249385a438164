"""Equilibria in tables that do not see the time: all deterministic ones, and repeated stage ones.

They are equilibria against every deviation, whatever it makes of the history.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.errors import InputError
from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.progress import tell
from gtlearn.solvers._markov.certified import SUBGAME_PERFECT, measured
from gtlearn.solvers._markov.planning import optimal_plan
from gtlearn.solvers._markov.process import induced_process
from gtlearn.solvers._markov.stage_games import stage_solver
from gtlearn.solvers.outcomes import NashEquilibrium
from gtlearn.solvers.profiles.tables import all_tables, pure_table

ENUMERATION = "enumeration of deterministic tables"
REPETITION = "repeated stage equilibrium"

MAX_RESPONSES = 5_000  # decision problems that are solved
_MAX_PROFILES = 2_000_000
_CHUNK = 2_000_000  # entries of an array that is worked on at once

Booleans = NDArray[np.bool_]


def repeated_stage_equilibrium(
    game: IteratedGame, *, select: str | None = None
) -> NashEquilibrium | None:
    """A stage equilibrium that is played at every step, whatever happened before.

    It is an equilibrium of the iterated game, from every history on: nothing that is done now
    changes what the others do later (Friedman 1971).

    Args:
        game: an iterated game.
        select: with "welfare", "fairness" or "entropy", the stage equilibrium that is best by it.

    Returns:
        None where a stage game of three or more players has no pure equilibrium.

    Raises:
        LimitReached: at a limit.
    """
    profile = stage_solver(select)(game.stage)
    if profile is None:
        return None
    states = game.markov.num_states
    return measured(game.markov, tuple((strategy,) * states for strategy in profile))


def too_many_tables(game: MarkovGame, most: int = MAX_RESPONSES) -> str:
    """Why `deterministic_equilibria` cannot be asked of this game; empty where it can.

    Args:
        game: the game.
        most: how many decision problems may be solved.
    """
    counts = _counts(game)
    total = prod(counts)
    if total <= _MAX_PROFILES and sum(total // count for count in counts) <= most:
        return ""
    return (
        f"{game.name} has {' x '.join(map(str, counts))} profiles of deterministic tables, too "
        f"many to try (at most {_MAX_PROFILES}, and {most} tables of the opponents)"
    )


def deterministic_equilibria(game: MarkovGame) -> Iterator[NashEquilibrium]:
    """Every equilibrium in deterministic tables, in the order of `deterministic_tables`.

    A table is a best response if, in each state that is reached, it takes an action that is
    optimal against the others' tables; with a horizon, optimal at the step when the state is
    reached (Puterman 1994, Theorems 4.3.3 and 6.2.7, for the states reached). So one decision
    problem is solved for each profile of the others' tables, and all else is looking up.

    Args:
        game: the game.

    Raises:
        InputError: if there are too many tables.
        LimitReached: at a limit; what came before it holds.
    """
    refusal = too_many_tables(game)
    if refusal:
        raise InputError(f"{refusal}; use find 'one'")
    search = _Search.of(game)
    size = prod(search.counts)
    step = max(1, _CHUNK // (search.rows * game.num_states))
    for first in range(0, size, step):
        limits.check()
        numbers = np.arange(first, min(first + step, size))
        indices = np.unravel_index(numbers, search.counts)
        nash, perfect = search.judged(indices)
        for place in np.flatnonzero(nash):
            limits.check()
            actions = [
                tables[index[place]] for tables, index in zip(search.tables, indices, strict=True)
            ]
            tables = [pure_table(game, k, row.tolist()) for k, row in enumerate(actions)]
            yield measured(game, tables, **{SUBGAME_PERFECT: bool(perfect[place])})


def _counts(game: MarkovGame) -> list[int]:
    return [prod(mask.sum(axis=1).tolist()) for mask in game.legal]


@dataclass(frozen=True, eq=False)
class _Search:
    """All deterministic tables, and what is optimal against each profile of the others'.

    Attributes:
        game: the game.
        tables: one array a player, of actions, shape (tables, states).
        optimal: one array a player, of shape (*tables of the others, rows, actions), where the
            rows are the states, or state s at step t in row `t * states + s`.
    """

    game: MarkovGame
    tables: tuple[NDArray[np.int64], ...]
    optimal: tuple[Booleans, ...]

    @classmethod
    def of(cls, game: MarkovGame) -> _Search:
        limits.require(8 * 3 * sum(_counts(game)) * game.num_states)
        tables = tuple(all_tables(game.legal[k]) for k in range(game.num_players))
        return cls(game, tables, tuple(_optimal(game, tables, k) for k in range(len(tables))))

    @property
    def counts(self) -> tuple[int, ...]:
        return tuple(map(len, self.tables))

    @property
    def rows(self) -> int:
        return self.game.num_states * (self.game.horizon or 1)

    def judged(self, indices: tuple[NDArray[np.int64], ...]) -> tuple[Booleans, Booleans]:
        """Which of the profiles of tables are equilibria, and which are subgame perfect."""
        actions = [table[index] for table, index in zip(self.tables, indices, strict=True)]
        reached = self._reached(actions)
        steps = self.rows // self.game.num_states
        nash = np.ones(len(reached), dtype=bool)
        perfect = nash.copy()
        for player, optimal in enumerate(self.optimal):
            others = indices[:player] + indices[player + 1 :]
            own = np.tile(actions[player], steps)[..., None]
            conserving = np.take_along_axis(optimal[others], own, axis=2)[..., 0]
            perfect &= conserving.all(axis=1)
            nash &= (conserving | ~reached).all(axis=1)
        return nash, perfect

    def _reached(self, actions: list[NDArray[np.int64]]) -> Booleans:
        """Which rows matter for what is earned from the start, shape (profiles, rows)."""
        game = self.game
        linked = game.transitions.numerators[(np.arange(game.num_states), *actions)] > 0
        here = np.broadcast_to([p > 0 for p in game.start], linked.shape[:2])
        seen = [here]
        if game.discount == 0:  # what comes later is worth nothing
            linked = np.zeros_like(linked)
        for _ in range((game.horizon or game.num_states) - 1):
            here = (here[:, :, None] & linked).any(axis=1)
            seen.append(here)
        if game.horizon is not None:
            return np.concatenate(seen, axis=1)
        ever: Booleans = np.logical_or.reduce(seen)
        return ever


def _optimal(game: MarkovGame, tables: tuple[NDArray[np.int64], ...], player: int) -> Booleans:
    """The optimal actions of a player against each profile of the others' tables."""
    others = [range(len(t)) if k != player else (0,) for k, t in enumerate(tables)]
    pure = [
        [pure_table(game, k, row) for row in held.tolist()] if k != player else [()]
        for k, held in enumerate(tables)
    ]
    out = []
    for numbers in product(*others):
        limits.check()
        tell(None, ENUMERATION)
        profile = [rows[number] for rows, number in zip(pure, numbers, strict=True)]
        _, choices = optimal_plan(induced_process(game, profile, player), player)
        out.append(choices.reshape(-1, game.shape[player]))
    shape = [len(held) for k, held in enumerate(tables) if k != player]
    return np.array(out).reshape(*shape, *out[0].shape)
