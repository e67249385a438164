"""How far tables from any tool are from an equilibrium or the best commitment, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.games.numbers import to_fraction
from gtlearn.solvers.markov.checking.commitment import check_commitment
from gtlearn.solvers.markov.checking.result import TableReport
from gtlearn.solvers.markov.profiles.read import TableProfile, load_tables
from gtlearn.solvers.markov.profiles.rows import Rows
from gtlearn.solvers.markov.solution import DETERMINISTIC, OPTIMAL, STATIONARY, STOCHASTIC
from gtlearn.solvers.markov.tables import as_markov
from gtlearn.solvers.verify import table_payoffs, table_regrets
from gtlearn.solvers.verify.markov_values import best_deviation

CONCEPTS = ("nash", "stackelberg")
MAX_BOXES = 500  # of the search for a best stochastic table that does not see the time
_WORDS = {
    "concept": CONCEPTS,
    "ties": ("strong", "weak"),
    "follower": (STATIONARY, OPTIMAL, None),
    "policy": (DETERMINISTIC, STOCHASTIC, None),
}


def check_tables(
    profile: Any,
    game: MarkovGame | IteratedGame,
    concept: str = "nash",
    *,
    leader: int | None = None,
    ties: str = "strong",
    follower: str | None = None,
    policy: str | None = None,
    tolerance: Any = 0,
    index: int = 0,
    time_limit: float | None = 10.0,
) -> TableReport:
    """Says exactly how far tables are from an equilibrium, or from the best commitment.

    Args:
        profile: what `profiles.load_tables` reads. For "stackelberg" the leader's table suffices.
        game: the game.
        concept: "nash" or "stackelberg".
        leader: who commits; as the profile says, else player 0, unless given.
        ties: for "stackelberg", how the follower breaks ties for the leader: "strong" or "weak".
        follower: its class, "optimal" or "stationary"; as the profile says, else "optimal".
        policy: the kind of tables with the best of which a commitment is compared; as the profile
            says, else "deterministic" where the table is, and "stochastic" where not.
        tolerance: the largest regret or gap that still holds; any exact number.
        index: which solution of a list is meant.
        time_limit: seconds for the best commitment; what is proven by then is compared with.

    Raises:
        InputError: if the profile, the game or an option cannot be used.

    >>> from gtlearn import games
    >>> dilemma = games.iterated("prisoners_dilemma", discount="24/25")
    >>> grim = [[1, 0], [1, 0], [0, 1], [0, 1], [0, 1]]
    >>> report = check_tables([grim, grim], dilemma)
    >>> report.holds, report.payoffs
    (True, (Fraction(75, 1), Fraction(75, 1)))
    """
    given = {"concept": concept, "ties": ties, "follower": follower, "policy": policy}
    for option, value in given.items():
        if value not in _WORDS[option]:
            known = " or ".join(word for word in _WORDS[option] if word)
            raise InputError(f"the {option} {value!r} is not known; choose {known}")
    limit = to_fraction(tolerance)
    if limit < 0:
        raise InputError(f"the tolerance {tolerance} is negative; give zero or more")
    if concept == "nash":
        return _check_nash(load_tables(profile, game, tolerance=limit, index=index), game, limit)
    markov = as_markov(game)
    _require_leader(markov, leader)
    found = load_tables(profile, game, tolerance=limit, index=index, leader=leader)
    whose = next((k for k in (leader, found.leader) if k is not None), 0)
    commitment, notes = check_commitment(
        found,
        game,
        leader=whose,
        follower=follower or found.follower or OPTIMAL,
        policy=policy or found.policy,
        ties=ties,
        time_limit=time_limit,
    )
    gap = None if commitment.optimum is None else commitment.optimum.gap
    return TableReport(
        game,
        concept,
        gap is not None and gap <= limit and (commitment.follower_regret or 0) <= limit,
        limit,
        found.tables,
        payoffs=_payoffs(markov, found.tables),
        stackelberg=commitment,
        notes=(*_number_notes(markov), *found.notes, *notes),
    )


def is_nash(profile: Any, game: MarkovGame | IteratedGame, tolerance: Any = 0) -> bool:
    """Whether no player gains more than `tolerance` by a deviation, which may use the history.

    Raises:
        InputError: if the profile cannot be used.

    >>> from gtlearn import games
    >>> is_nash([[[0, 1]] * 5] * 2, games.iterated("prisoners_dilemma", horizon=10))
    True
    """
    return check_tables(profile, game, tolerance=tolerance).holds


def _check_nash(
    found: TableProfile, game: MarkovGame | IteratedGame, tolerance: Fraction
) -> TableReport:
    markov = as_markov(game)
    if None in found.tables:
        missing = found.tables.index(None)
        raise InputError(
            f"the profile holds no table of {markov.players[missing]!r}; give one a player, or "
            "check it as a commitment by --concept stackelberg"
        )
    tables = [table for table in found.tables if table is not None]
    payoffs = table_payoffs(markov, tables)
    regrets = table_regrets(markov, tables)
    notes: list[str] = []
    stationary: list[Fraction | None] = []
    mixed: list[tuple[Fraction, Fraction] | None] = []
    for player, payoff in enumerate(payoffs):
        try:
            stationary.append(best_deviation(markov, tables, player, STATIONARY) - payoff)
        except InputError:
            stationary.append(None)
            notes.append(
                f"the best deterministic table of {markov.players[player]!r} that does not see "
                "the time is not known: there are too many to search"
            )
        if markov.horizon is not None:
            mixed.append(_stochastic(markov, tables, player, payoff))
    return TableReport(
        game,
        "nash",
        max(regrets) <= tolerance,
        tolerance,
        found.tables,
        payoffs=payoffs,
        regrets=regrets,
        stationary_regrets=tuple(stationary),
        stochastic_regrets=tuple(mixed) or None,
        notes=(*_number_notes(markov), *found.notes, *notes),
    )


def _stochastic(
    game: MarkovGame, tables: Sequence[Rows], player: int, payoff: Fraction
) -> tuple[Fraction, Fraction] | None:
    """What the best stochastic table found gains that does not see the time, and a bound."""
    from gtlearn.solvers.markov.stochastic_response import stochastic_response

    try:
        best = stochastic_response(game, tables, player, max_boxes=MAX_BOXES)
    except InputError:  # too many tables
        return None
    return best.value - payoff, best.upper_bound - payoff


def _payoffs(game: MarkovGame, tables: Sequence[Rows | None]) -> tuple[Fraction, ...] | None:
    known = [table for table in tables if table is not None]
    return table_payoffs(game, known) if len(known) == len(tables) else None


def _number_notes(game: MarkovGame) -> tuple[str, ...]:
    return (game.number_note,) if game.number_note else ()


def _require_leader(game: MarkovGame, leader: int | None) -> None:
    if game.num_players != 2:
        raise InputError(
            f"a commitment needs two players, {game.name!r} has {game.num_players}; check it as "
            "a Nash equilibrium"
        )
    if isinstance(leader, bool) or leader not in (None, 0, 1):
        raise InputError(f"the leader {leader!r} is no player of {game.name!r}; choose 0 or 1")
