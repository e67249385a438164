"""How far tables from any tool are from an equilibrium or the best commitment, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from gtlearn import limits
from gtlearn.errors import InputError, option, quoted
from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.games.numbers import to_fraction
from gtlearn.limits import OK, LimitReached
from gtlearn.solvers._markov.certified import measuring_seconds
from gtlearn.solvers._markov.checking.commitment import check_commitment
from gtlearn.solvers._markov.checking.result import TableReport
from gtlearn.solvers._markov.profiles.files import read_source
from gtlearn.solvers._markov.profiles.read import TableProfile, enclosed_outcome, load_tables
from gtlearn.solvers._markov.profiles.rows import Rows
from gtlearn.solvers._markov.solution import (
    DETERMINISTIC,
    OPTIMAL,
    STATIONARY,
    STOCHASTIC,
    MarkovEquilibrium,
)
from gtlearn.solvers._markov.tables import as_markov
from gtlearn.solvers.checking.check import ended
from gtlearn.solvers.verify import table_payoffs, table_regrets
from gtlearn.solvers.verify.enclosure import enclosure_failures
from gtlearn.solvers.verify.markov_values import best_deviation

CONCEPTS = ("nash", "stackelberg")
MAX_BOXES = 500  # of the search for a best stochastic table that does not see the time
ENCLOSED = (
    "exactly one equilibrium is proven to be in the intervals that were given; the regrets are its"
)
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
    time_limit: float | None = None,
    memory_limit: float | None = None,
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
        time_limit: seconds after which what is known is returned; without a limit, each best
            commitment is looked for during 10 seconds, and what is proven by then compared with.
        memory_limit: bytes by which the process may grow, with the same outcome.

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
    for name, value in given.items():
        if value not in _WORDS[name]:
            known = " or ".join(word for word in _WORDS[name] if word)
            raise InputError(f"the {name} {value!r} is not known; choose {known}")
    limit = to_fraction(tolerance)
    if limit < 0:
        raise InputError(f"the tolerance {quoted(tolerance)} is negative; give zero or more")
    markov = as_markov(game)
    with limits.limited(time_limit, memory_limit):
        if isinstance(profile, str | Path):
            profile = read_source(profile)
        if concept == "nash":
            boxed = enclosed_outcome(profile, index)
            if boxed is not None:
                return _check_enclosed(boxed, game, limit)
            found = load_tables(profile, game, tolerance=limit, index=index)
            return _check_nash(found, game, limit)
        _require_leader(markov, leader)
        found = load_tables(profile, game, tolerance=limit, index=index, leader=leader)
        report = TableReport(game, concept, False, limit, found.tables)
        try:
            payoffs = _payoffs(markov, found.tables)
            commitment, notes, status = check_commitment(
                found,
                game,
                leader=next((k for k in (leader, found.leader) if k is not None), 0),
                follower=follower or found.follower or OPTIMAL,
                policy=policy or found.policy,
                ties=ties,
            )
        except LimitReached as error:
            return _cut_short(report, error, "the commitment's value was", found.notes)
    gap = None if commitment.optimum is None else commitment.optimum.gap
    return replace(
        report,
        holds=gap is not None and gap <= limit and (commitment.follower_regret or 0) <= limit,
        payoffs=payoffs,
        stackelberg=commitment,
        status=status,
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
            f"check it as a commitment by {option('concept', 'stackelberg')}"
        )
    tables = [table for table in found.tables if table is not None]
    report = TableReport(game, "nash", False, tolerance, found.tables)
    try:
        with limits.sparing(measuring_seconds(markov)):
            payoffs, regrets = table_payoffs(markov, tables), table_regrets(markov, tables)
    except LimitReached as error:
        return _cut_short(report, error, "the regrets were", found.notes)
    hidden = [_unseen(markov, tables, player, payoffs[player]) for player in range(len(tables))]
    notes = [note for unseen in hidden for note in unseen.notes]
    mixed = tuple(unseen.stochastic for unseen in hidden)
    return replace(
        report,
        holds=max(regrets) <= tolerance,
        payoffs=payoffs,
        regrets=regrets,
        stationary_regrets=tuple(unseen.stationary for unseen in hidden),
        stochastic_regrets=None if markov.horizon is None else mixed,
        status=next((unseen.status for unseen in hidden if unseen.status != OK), OK),
        notes=(*_number_notes(markov), *found.notes, *dict.fromkeys(notes)),
    )


def _check_enclosed(
    boxed: MarkovEquilibrium, game: MarkovGame | IteratedGame, tolerance: Fraction
) -> TableReport:
    """Proves again that an equilibrium is in the box; then no deviation from it gains anything."""
    markov = as_markov(game)
    report = TableReport(game, "nash", False, tolerance, boxed.tables)
    try:
        failures = enclosure_failures(markov, boxed)
    except LimitReached as error:
        return _cut_short(report, error, "the proof was", ())
    if failures:
        why = f"no equilibrium is proven to be in the box: {failures[0]}"
        return replace(report, notes=(*_number_notes(markov), why))
    none = (Fraction(0),) * markov.num_players
    return replace(
        report,
        holds=True,
        payoffs=boxed.payoffs,
        regrets=none,
        stationary_regrets=none,
        notes=(*_number_notes(markov), ENCLOSED),
    )


@dataclass(frozen=True)
class _Unseen:
    """What a player gains by its best deterministic and by its best stochastic table (and a bound
    on that) which do not see the time; None where that is not known, with the notes that say why.
    """

    stationary: Fraction | None = None
    stochastic: tuple[Fraction, Fraction] | None = None
    status: str = OK
    notes: tuple[str, ...] = ()


def _unseen(game: MarkovGame, tables: Sequence[Rows], player: int, payoff: Fraction) -> _Unseen:
    known = _Unseen()
    try:
        known = _stationary(game, tables, player, payoff)
        if game.horizon is not None:
            known = _stochastic(game, tables, player, payoff, known)
    except LimitReached as error:
        note = f"{error} before all tables were compared that do not see the time"
        return replace(known, status=error.status, notes=(*known.notes, note))
    return known


def _stationary(game: MarkovGame, tables: Sequence[Rows], player: int, payoff: Fraction) -> _Unseen:
    try:
        return _Unseen(best_deviation(game, tables, player, STATIONARY) - payoff)
    except InputError:
        note = (
            f"the best deterministic table of {game.players[player]!r} that does not see the time "
            "is not known: there are too many to search"
        )
        return _Unseen(notes=(note,))


def _stochastic(
    game: MarkovGame, tables: Sequence[Rows], player: int, payoff: Fraction, known: _Unseen
) -> _Unseen:
    """Adds what the best stochastic table found gains, and a bound on what any gains."""
    from gtlearn.solvers._markov.stochastic_response import stochastic_response

    try:
        best = stochastic_response(game, tables, player, max_boxes=MAX_BOXES)
    except InputError:  # too many tables
        return known
    gains = best.value - payoff, best.upper_bound - payoff
    return replace(known, stochastic=gains, status=best.status)


def _cut_short(
    report: TableReport, reached: LimitReached, what: str, notes: Sequence[str]
) -> TableReport:
    """The report of a check that a limit ended before it knew something essential."""
    remarks = (*_number_notes(as_markov(report.game)), *notes, ended(reached, what))
    return replace(report, status=reached.status, notes=remarks)


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
        raise InputError(
            f"the leader {quoted(leader)} is no player of {game.name!r}; choose 0 or 1"
        )
