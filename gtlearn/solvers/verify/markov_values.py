"""What tables earn, what deviations from them earn, and how a follower responds; all exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq

from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.games.given import of_games
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.limits import check
from gtlearn.solvers.outcomes import OPTIMAL, STATIONARY
from gtlearn.solvers.verify.markov_process import (
    Allowed,
    Process,
    Tables,
    best_values,
    conserving,
    decision_process,
    policy_values,
    reached,
    restricted,
    to_fraction,
)
from gtlearn.solvers.verify.report import TooLarge

CLASSES = (STATIONARY, OPTIMAL)
MAX_NODES = 20_000  # of the search for a best table that does not see the time

Table = Sequence[Sequence[Fraction]]


@dataclass(frozen=True)
class Response:
    """A best response of a class, with ties broken one way.

    Attributes:
        own: what the responding player gets by it.
        other: what the player gets for or against whom ties are broken.
        plan: the action at each state; with a horizon and the class "optimal", row
            `t * states + s` is for state s at step t.
    """

    own: Fraction
    other: Fraction
    plan: tuple[int, ...]


@of_games(MarkovGame, IteratedGame)
def table_payoffs(game: MarkovGame | IteratedGame, tables: Tables) -> tuple[Fraction, ...]:
    """What each player gets where all play their tables, in the game's unit.

    Args:
        game: the game.
        tables: one exact table a player, states x actions; or with a horizon (states x horizon) x
            actions, where row `t * states + s` is played in state s at step t.

    >>> from gtlearn import games
    >>> tit_for_tat = [[1, 0], [1, 0], [0, 1], [1, 0], [0, 1]]
    >>> dilemma = games.iterated("prisoners_dilemma", horizon=10)
    >>> table_payoffs(dilemma, [tit_for_tat, [[0, 1]] * 5])  # exploited once, in the first step
    (Fraction(19, 10), Fraction(11, 5))
    """
    game = as_markov(game)
    process = decision_process(game, tables)
    alone = [0] * len(process.rows)
    return tuple(
        to_fraction(process.at_start(policy_values(process, alone, player)))
        for player in range(game.num_players)
    )


def best_deviation(
    game: MarkovGame | IteratedGame, tables: Tables, player: int, kind: str = OPTIMAL
) -> Fraction:
    """The most that `player` can get against the others' tables.

    Args:
        game: the game.
        tables: as in `table_payoffs`; `tables[player]` is not looked at.
        player: who deviates.
        kind: "optimal" for any response to the history, "stationary" for the deterministic tables
            that do not see the time.

    Raises:
        TooLarge: if the search among stationary tables would take too long.
        LimitReached: at a limit.
    """
    process = decision_process(as_markov(game), tables, player)
    if kind == STATIONARY and process.timed:
        return to_fraction(_stationary_search(process, player, player, 1)[0])
    return to_fraction(process.at_start(best_values(process, player)))


@of_games(MarkovGame, IteratedGame)
def table_regrets(game: MarkovGame | IteratedGame, tables: Tables) -> tuple[Fraction, ...]:
    """How much each player could gain by its best history-dependent deviation; 0 in equilibrium.

    Args:
        game: the game.
        tables: as in `table_payoffs`.

    >>> from gtlearn import games
    >>> dilemma = games.iterated("prisoners_dilemma", discount="24/25")
    >>> grim = [[1, 0], [1, 0], [0, 1], [0, 1], [0, 1]]
    >>> table_regrets(dilemma, [grim, grim])
    (Fraction(0, 1), Fraction(0, 1))
    """
    payoffs = table_payoffs(game, tables)
    return tuple(
        best_deviation(game, tables, player) - payoff for player, payoff in enumerate(payoffs)
    )


def best_response(
    game: MarkovGame | IteratedGame,
    tables: Tables,
    player: int,
    kind: str = OPTIMAL,
    *,
    favoured: int,
    ties: str = "strong",
) -> Response:
    """A best response of a class that breaks ties for or against another player.

    Args:
        game: the game.
        tables: as in `table_payoffs`; `tables[player]` is not looked at.
        player: who responds.
        kind: "optimal" or "stationary", as in `best_deviation`.
        favoured: for or against whom ties are broken.
        ties: "strong" for, "weak" against.

    Raises:
        TooLarge: if the search among stationary tables would take too long.
        LimitReached: at a limit.
    """
    sign = 1 if ties == "strong" else -1
    process = decision_process(as_markov(game), tables, player)
    if kind == STATIONARY and process.timed:
        own, other, plan = _stationary_search(process, player, favoured, sign)
    else:
        own, other, rows = _lexicographic(process, player, favoured, sign, process.actions)
        plan = [actions[0] for actions in rows]
    return Response(to_fraction(own), to_fraction(other), tuple(plan))


def best_actions(
    game: MarkovGame | IteratedGame, tables: Tables, player: int
) -> tuple[tuple[int, ...], ...]:
    """The actions that optimal responses to the history play, one tuple a row.

    The tuple is empty where no optimal response comes, so that whatever is chosen from the others
    is an optimal response. Row `t * states + s` is state s at step t where there is a horizon.
    """
    process = decision_process(as_markov(game), tables, player)
    best = conserving(process, player, best_values(process, player))
    seen = set(reached(process, best))
    return tuple(actions if row in seen else () for row, actions in enumerate(best))


def plays_best_everywhere(game: MarkovGame | IteratedGame, tables: Tables, player: int) -> bool:
    """Whether a player's table is optimal from every state on, and with a horizon every step.

    It is where it plays only actions that conserve the optimal value (Puterman 1994, Theorems
    4.3.3 and 6.2.7).
    """
    process = decision_process(as_markov(game), tables, player)
    best = conserving(process, player, best_values(process, player))
    own = tables[player] or ()
    return all(
        action in actions
        for row, actions in enumerate(best)
        for action, p in enumerate(own[row % len(own)])
        if p
    )


def best_tables(
    game: MarkovGame | IteratedGame, tables: Tables, player: int, most: int = 100
) -> tuple[tuple[int | None, ...], ...]:
    """The best tables that do not see the time: an action a state, None where it is never reached.

    Args:
        game: the game.
        tables: as in `table_payoffs`; `tables[player]` is not looked at.
        player: who responds.
        most: how many are returned at most.

    Raises:
        TooLarge: if the search would take too long.
        LimitReached: at a limit.
    """
    process = decision_process(as_markov(game), tables, player)
    if process.timed:
        best = _stationary_search(process, player, player, 1)[0]
    else:
        best = process.at_start(best_values(process, player))
    found: list[tuple[int | None, ...]] = []
    waiting: list[dict[int, int]] = [{}]
    nodes = 0
    while waiting and len(found) < most:
        nodes += 1
        _limit(nodes)
        fixed = waiting.pop()
        allowed = list(restricted(process, fixed))
        if process.at_start(best_values(process, player, allowed)) < best:
            continue
        free = _first_free(process, fixed)
        if free is None:
            found.append(tuple(fixed.get(s) for s in range(process.states)))
        else:
            waiting += [{**fixed, free: a} for a in reversed(process.actions[free])]
    return tuple(found)


def _first_free(process: Process, fixed: dict[int, int]) -> int | None:
    """A state without a fixed action that the fixed ones reach, None if there is none."""
    states = [row % process.states for row in range(len(process.rows))]
    known = [(fixed[state],) if state in fixed else () for state in states]
    return next((states[r] for r in reached(process, known) if states[r] not in fixed), None)


def _lexicographic(
    process: Process, player: int, favoured: int, sign: int, allowed: Allowed
) -> tuple[fmpq, fmpq, list[tuple[int, ...]]]:
    """The best value of `player`, then of `favoured` among its best policies; and all of these."""
    own = best_values(process, player, allowed)
    best = conserving(process, player, own, allowed)
    other = best_values(process, favoured, best, sign)
    rows = conserving(process, favoured, other, best)
    return process.at_start(own), process.at_start(other), rows


def _stationary_search(
    process: Process, player: int, favoured: int, sign: int
) -> tuple[fmpq, fmpq, list[int]]:
    """The best table that does not see the time, by branch and bound.

    A node fixes the action of some states; its bound lets the others see the time, and is compared
    lexicographically: first what `player` gets, then what `favoured` gets, times `sign`.
    """
    best: tuple[fmpq, fmpq] | None = None
    plan: list[int] = []
    waiting: list[dict[int, int]] = [{}]
    nodes = 0
    while waiting:
        nodes += 1
        _limit(nodes)
        fixed = waiting.pop()
        allowed = list(restricted(process, fixed))
        own, other, rows = _lexicographic(process, player, favoured, sign, allowed)
        if best is not None and (own, sign * other) <= best:
            continue
        policy = [actions[0] for actions in rows]
        chosen, torn = _by_state(process, policy)
        if torn is None:
            best = (own, sign * other)
            plan = [chosen.get(s, policy[s]) for s in range(process.states)]
            continue
        first = chosen[torn]
        others = [a for a in process.actions[torn] if a != first]
        waiting += [{**fixed, torn: a} for a in [*others, first]]
    assert best is not None  # the root has a table below it
    return best[0], sign * best[1], plan


def _by_state(process: Process, policy: Sequence[int]) -> tuple[dict[int, int], int | None]:
    """The first action in each state that is reached, and a state with two, None if none has."""
    chosen: dict[int, int] = {}
    for row in reached(process, [(action,) for action in policy]):
        state = row % process.states
        if chosen.setdefault(state, policy[row]) != policy[row]:
            return chosen, state
    return chosen, None


def _limit(nodes: int) -> None:
    check()
    if nodes > MAX_NODES:
        raise TooLarge(
            f"the best table of the follower that does not see the time is not known after "
            f"{MAX_NODES} steps of the search; ask for the follower class 'optimal'"
        )
