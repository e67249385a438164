"""Best responses to fixed tables: optimal over all histories, or by a deterministic table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError
from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.games.given import of_games
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.limits import limited
from gtlearn.solvers._markov.planning import best_plans, optimal_plan
from gtlearn.solvers._markov.process import Process, induced_process, plan_payoffs, reached_rows
from gtlearn.solvers.outcomes import OPTIMAL, STATIONARY
from gtlearn.solvers.profiles.tables import exact_tables

STRONG, WEAK = "strong", "weak"
LIMIT = 1_000_000  # of the deterministic tables that are enumerated

_Plan = tuple[int, ...]


@dataclass(frozen=True)
class Response:
    """A best response of one player to the tables of the others.

    Attributes:
        player: who responds.
        kind: "stationary" (deterministic tables, the time unseen) or "optimal" (any response to
            the history).
        payoffs: what each player then gets, in the game's unit.
        plan: the action at each state; where it depends on the time, row `t * states + s` is for
            state s at step t.
        ties: the rows of the plan that are reached, and where another action is as good for the
            player (as part of a suitable plan).
        choices: for each row, the actions that belong to some best response: those that are
            optimal from that row on, or that an optimal table plays there.
        tables: for a stationary response with a horizon, the optimal tables, which play the first
            legal action in the states of `idle`; else empty.
        idle: with `tables`, the states that are never reached, whatever the player does.
    """

    player: int
    kind: str
    payoffs: tuple[Fraction, ...]
    plan: _Plan
    ties: tuple[int, ...]
    choices: tuple[tuple[int, ...], ...]
    tables: tuple[_Plan, ...] = ()
    idle: tuple[int, ...] = ()

    @property
    def value(self) -> Fraction:
        """What the player itself gets."""
        return self.payoffs[self.player]

    @property
    def unique(self) -> bool:
        """Whether every best response of the kind does the same wherever play leads."""
        return not self.ties

    def all_optimal(self) -> Iterator[_Plan]:
        """All optimal tables; for an optimal response, all plans that are optimal at every row."""
        if not self.tables:
            yield from product(*self.choices)
        for table in self.tables:
            rows: list[_Plan] = [(action,) for action in table]
            for state in self.idle:
                rows[state] = self.choices[state]
            yield from product(*rows)


@of_games(MarkovGame, IteratedGame)
def optimal_response(
    game: MarkovGame | IteratedGame,
    tables: Sequence[Any],
    player: int,
    *,
    ties: str | None = None,
    favoured: int | None = None,
    time_limit: float | None = None,
    memory_limit: float | None = None,
) -> Response:
    """A best response among all responses to the history.

    Against tables, the state (and with a horizon the step) is all of the history that matters:
    dynamic programming over the steps with a horizon, policy iteration without (Puterman 1994,
    sections 4.3 and 6.4), in exact integers.

    Args:
        game: an iterated or a Markov game.
        tables: one a player, as `evaluate` takes them; that of `player` is ignored.
        player: who responds.
        ties: "strong" or "weak": which of the best responses, the best or the worst one for the
            player `favoured`. By default, and among those, the first action is taken.
        favoured: whom ties are broken for or against; the other one of two players by default.
        time_limit: in seconds.
        memory_limit: bytes by which the process may grow.

    Raises:
        InputError: if a table does not fit, or there is no such player or ties.
        LimitReached: at a limit.

    >>> from gtlearn import games
    >>> game = games.iterated("prisoners_dilemma", horizon=3)
    >>> tit_for_tat = [[1, 0], [1, 0], [1, 0], [0, 1], [0, 1]]  # as the second player
    >>> response = optimal_response(game, [None, tit_for_tat], 0)
    >>> response.value, response.plan[0], response.plan[5 + 1], response.plan[10 + 1]
    (Fraction(10, 3), 0, 0, 1)
    """
    markov = as_markov(game)
    sign, favoured = _preference(markov, player, ties, favoured)
    with limited(time_limit, memory_limit):
        faced = induced_process(markov, exact_tables(tables, markov, player), player)
        plan, choices = optimal_plan(faced, player, sign, favoured)
        return _response(faced, player, OPTIMAL, plan, choices)


def _response(
    faced: Process,
    player: int,
    kind: str,
    plan: NDArray[np.int64],
    choices: NDArray[np.bool_],
    **more: tuple[Any, ...],
) -> Response:
    """The response by a plan (steps, states); `choices` (steps, states, actions) are as good."""
    played = np.eye(choices.shape[-1], dtype=bool)[plan]
    tied = reached_rows(faced, played) & (choices.sum(axis=-1) > 1)
    return Response(
        player=player,
        kind=kind,
        payoffs=plan_payoffs(faced, plan),
        plan=tuple(plan.ravel().tolist()),
        ties=tuple(np.flatnonzero(tied).tolist()),
        choices=tuple(
            tuple(np.flatnonzero(row).tolist()) for row in choices.reshape(-1, choices.shape[-1])
        ),
        **more,
    )


@of_games(MarkovGame, IteratedGame)
def stationary_response(
    game: MarkovGame | IteratedGame,
    tables: Sequence[Any],
    player: int,
    *,
    ties: str | None = None,
    favoured: int | None = None,
    limit: int = LIMIT,
    time_limit: float | None = None,
    memory_limit: float | None = None,
) -> Response:
    """A best response among the deterministic tables, which do not see the time.

    With a horizon it need not be optimal, and finding it is NP-hard in general (Littman 1994,
    Memoryless policies: theoretical limitations and practical results): all tables are tried, in
    floats with a bound on their error, and those near the best exactly. Without a horizon an
    optimal response is a deterministic table (Puterman 1994, theorem 6.2.7).

    Args:
        game: as in `optimal_response`.
        tables: as in `optimal_response`.
        player: as in `optimal_response`.
        ties: as in `optimal_response`.
        favoured: as in `optimal_response`.
        limit: the most tables that are tried.
        time_limit: in seconds.
        memory_limit: bytes by which the process may grow.

    Raises:
        InputError: as `optimal_response`, or if there are more tables than `limit`.
        LimitReached: at a limit.

    >>> from gtlearn import games
    >>> game = games.iterated("prisoners_dilemma", horizon=3)
    >>> tit_for_tat = [[1, 0], [1, 0], [1, 0], [0, 1], [0, 1]]  # as the second player
    >>> response = stationary_response(game, [None, tit_for_tat], 0)
    >>> response.value, response.plan, response.ties
    (Fraction(3, 1), (0, 0, 0, 0, 0), (0, 1))
    """
    markov = as_markov(game)
    if markov.horizon is None:
        asked: dict[str, Any] = {"time_limit": time_limit, "memory_limit": memory_limit}
        best = optimal_response(markov, tables, player, ties=ties, favoured=favoured, **asked)
        return replace(best, kind=STATIONARY)
    sign, favoured = _preference(markov, player, ties, favoured)
    with limited(time_limit, memory_limit):
        faced = induced_process(markov, exact_tables(tables, markov, player), player)
        return _stationary(faced, player, sign, favoured, limit)


def _stationary(faced: Process, player: int, sign: int, favoured: int, limit: int) -> Response:
    best = best_plans(faced, player, limit)
    plan = best.plans[np.argmax(sign * best.values[:, favoured])]
    played = np.zeros_like(faced.legal)
    played[np.arange(len(plan)), best.plans] = True
    played[best.idle] = faced.legal[best.idle]
    tables = tuple(map(tuple, best.plans.tolist()))
    idle = tuple(np.flatnonzero(best.idle).tolist())
    return _response(faced, player, STATIONARY, plan[None], played[None], tables=tables, idle=idle)


def _preference(
    game: MarkovGame, player: int, ties: str | None, favoured: int | None
) -> tuple[int, int]:
    """1, -1 or 0 (indifferent), and the player whose value then counts."""
    if not 0 <= player < game.num_players:
        raise InputError(f"there is no player {player}; {game.name} has {game.num_players}")
    if ties not in (None, STRONG, WEAK):
        raise InputError(f"there are no ties {ties!r}; use 'strong' or 'weak'")
    if ties is None:
        return 0, player
    if favoured is None:
        if game.num_players != 2:
            raise InputError("say for or against whom ties are broken: give `favoured`")
        favoured = 1 - player
    if not 0 <= favoured < game.num_players:
        raise InputError(f"there is no player {favoured}; {game.name} has {game.num_players}")
    return (1 if ties == STRONG else -1), favoured
