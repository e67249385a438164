"""What tables earn, what deviations from them earn, and how a follower responds; all exact. And the
tables and responses of a claim, read exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import fmpq

from gtlearn.errors import InputError
from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.games.given import of_games
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.limits import check
from gtlearn.solvers.enclosures import exact_row
from gtlearn.solvers.outcomes import (
    OPTIMAL,
    STATIONARY,
    Commitment,
    NashEquilibrium,
    committed,
    pure,
)
from gtlearn.solvers.verify.form import ROUNDING, index, items, number, number_failures
from gtlearn.solvers.verify.markov_process import (
    Allowed,
    DecisionProcess,
    KnownTables,
    best_values,
    conserving,
    decision_process,
    policy_values,
    reached,
    restricted,
    to_fraction,
)
from gtlearn.solvers.verify.report import Statement, TooLarge

CLASSES = (STATIONARY, OPTIMAL)
MAX_NODES = 20_000  # of the search for a best table that does not see the time

Rows = Sequence[Sequence[Fraction]]


@dataclass(frozen=True)
class BestResponse:
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
def table_payoffs(game: MarkovGame | IteratedGame, tables: KnownTables) -> tuple[Fraction, ...]:
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
    game: MarkovGame | IteratedGame, tables: KnownTables, player: int, kind: str = OPTIMAL
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
def table_regrets(game: MarkovGame | IteratedGame, tables: KnownTables) -> tuple[Fraction, ...]:
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


def response_to(
    game: MarkovGame | IteratedGame, table: Any, leader: int, follower: str, ties: str
) -> BestResponse:
    """A best response to a leader's table, of the class "optimal" or "stationary".

    Args:
        game: the game of two players.
        table: the leader's, as in `table_payoffs`.
        leader: who commits.
        follower: the class, as in `best_deviation`.
        ties: "strong" for the leader, "weak" against it.

    Raises:
        TooLarge: if the search among stationary tables would take too long.
        LimitReached: at a limit.
    """
    player, sign = 1 - leader, 1 if ties == "strong" else -1
    process = decision_process(as_markov(game), committed(table, leader), player)
    if follower == STATIONARY and process.timed:
        own, other, plan = _stationary_search(process, player, leader, sign)
    else:
        own, other, rows = _lexicographic(process, player, leader, sign, process.actions)
        plan = [actions[0] for actions in rows]
    return BestResponse(to_fraction(own), to_fraction(other), tuple(plan))


def best_actions(
    game: MarkovGame | IteratedGame, tables: KnownTables, player: int
) -> tuple[tuple[int, ...], ...]:
    """The actions that optimal responses to the history play, one tuple a row.

    The tuple is empty where no optimal response comes, so that whatever is chosen from the others
    is an optimal response. Row `t * states + s` is state s at step t where there is a horizon.
    """
    process = decision_process(as_markov(game), tables, player)
    best = conserving(process, player, best_values(process, player))
    seen = set(reached(process, best))
    return tuple(actions if row in seen else () for row, actions in enumerate(best))


def plays_best_everywhere(
    game: MarkovGame | IteratedGame, tables: KnownTables, player: int
) -> bool:
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
    game: MarkovGame | IteratedGame, tables: KnownTables, player: int, most: int = 100
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
    responses: list[tuple[int | None, ...]] = []
    waiting: list[dict[int, int]] = [{}]
    nodes = 0
    while waiting and len(responses) < most:
        nodes += 1
        _limit(nodes)
        fixed = waiting.pop()
        allowed = restricted(process, fixed)
        if process.at_start(best_values(process, player, allowed)) < best:
            continue
        free = _first_free(process, fixed)
        if free is None:
            responses.append(tuple(fixed.get(s) for s in range(process.states)))
        else:
            waiting += [{**fixed, free: a} for a in reversed(process.actions[free])]
    return tuple(responses)


def _first_free(process: DecisionProcess, fixed: dict[int, int]) -> int | None:
    """A state without a fixed action that the fixed ones reach, None if there is none."""
    states = [row % process.states for row in range(len(process.rows))]
    known = [(fixed[state],) if state in fixed else () for state in states]
    return next((states[r] for r in reached(process, known) if states[r] not in fixed), None)


def _lexicographic(
    process: DecisionProcess, player: int, favoured: int, sign: int, allowed: Allowed
) -> tuple[fmpq, fmpq, list[tuple[int, ...]]]:
    """The best value of `player`, then of `favoured` among its best policies; and all of these."""
    own = best_values(process, player, allowed)
    best = conserving(process, player, own, allowed)
    other = best_values(process, favoured, best, sign)
    rows = conserving(process, favoured, other, best)
    return process.at_start(own), process.at_start(other), rows


def _stationary_search(
    process: DecisionProcess, player: int, favoured: int, sign: int
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
        allowed = restricted(process, fixed)
        own, other, rows = _lexicographic(process, player, favoured, sign, allowed)
        if best is not None and (own, sign * other) <= best:
            continue
        policy = [actions[0] for actions in rows]
        chosen, undecided = _by_state(process, policy)
        if undecided is None:
            best = (own, sign * other)
            plan = [chosen.get(s, policy[s]) for s in range(process.states)]
            continue
        first = chosen[undecided]
        others = [a for a in process.actions[undecided] if a != first]
        waiting += [{**fixed, undecided: a} for a in [*others, first]]
    assert best is not None  # the root has a table below it
    return best[0], sign * best[1], plan


def _by_state(process: DecisionProcess, policy: Sequence[int]) -> tuple[dict[int, int], int | None]:
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


def refused(what: str, error: InputError) -> Statement:
    """The statement about a part that is not of the form that is needed."""

    def test() -> tuple[str, ...]:
        raise error

    return Statement(what, test)


def read_table(game: MarkovGame, table: Any, player: int, rows: int, exact: bool) -> Rows:
    """The table in Fractions, if its rows are distributions over the legal actions.

    Args:
        game: the game.
        table: rows of numbers.
        player: whose table it is.
        rows: how many are needed.
        exact: whether the probabilities must sum to one exactly.

    Raises:
        InputError: if it is no such table.
    """
    whose = f"the table of {game.players[player]!r}"
    if len(items(table, whose)) != rows:
        raise InputError(f"{whose} has {len(table)} rows where {rows} are needed")
    out = []
    for place, row in enumerate(table):
        where = f"{whose} in row {place}"
        numbers = [number(p, where) for p in items(row, where)]
        if len(numbers) != game.shape[player] or min(numbers) < 0:
            raise InputError(f"{where}: {game.shape[player]} probabilities are needed")
        total = sum(numbers, Fraction(0))
        if total != 1 if exact else abs(total - 1) > ROUNDING:
            raise InputError(f"{where} does not sum to one")
        legal = game.legal[player][place % game.num_states]
        if any(p and not legal[action] for action, p in enumerate(numbers)):
            raise InputError(f"{where} plays what is not legal")
        out.append(tuple(p / total for p in numbers))
    return tuple(out)


def lists_every_step(game: MarkovGame, steps: Any) -> bool:
    """Whether there is a list of an entry a state for each step."""
    return len(steps) == game.horizon and all(
        isinstance(step, list) and len(step) == game.num_states for step in steps
    )


def step_failures(game: MarkovGame, outcome: NashEquilibrium, strategies: Any) -> list[str]:
    """Whether tables that see the time, and no others, are a list of tables, one a step."""
    for table in strategies or ():
        timed = any(isinstance(entry, list) for step in table for entry in step)
        if timed is not outcome.timed or (timed and not lists_every_step(game, table)):
            return ["the tables do not list the steps as they are said to"]
    return []


def read_response(game: MarkovGame, outcome: Commitment, follower: int) -> Rows:
    """The follower's response as a table, if it is one of its class.

    Raises:
        InputError: if it is none.
    """
    sizes = {game.num_states}
    if outcome.follower != STATIONARY:
        sizes.add(game.num_states * (game.horizon or 1))
    actions = items(outcome.response, "the response")
    if len(actions) not in sizes:
        raise InputError(
            f"the response has {len(actions)} rows where {' or '.join(map(str, sorted(sizes)))} "
            "are needed"
        )
    for place, action in enumerate(actions):
        index(action, game.shape[follower], "an action of the response")
        if not game.legal[follower][place % game.num_states, action]:
            raise InputError(f"the response plays what is not legal in row {place}")
    return tuple(exact_row(pure(game.shape[follower], action)) for action in actions)


def payoff_failures(
    game: MarkovGame, true: Sequence[Fraction], stated: Any, exact: bool
) -> list[str]:
    """Which payoffs are not as stated; in floats, up to a rounding."""
    if len(items(stated, "the payoffs")) != game.num_players:
        raise InputError(f"there is not one payoff for each of {game.num_players} players")
    return each_failures("the payoff", game, true, stated, exact)


def each_failures(
    what: str, game: MarkovGame, true: Sequence[Fraction], stated: Sequence[Any], exact: bool
) -> list[str]:
    """Which of the players' numbers are not as stated; in floats, up to a rounding."""
    failed: list[str] = []
    for player, value, said in zip(game.players, true, stated, strict=True):
        failed += number_failures(f"{what} of {player!r}", value, said, exact)
    return failed
