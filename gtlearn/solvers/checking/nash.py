"""How far a profile is from a Nash equilibrium, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from gtlearn import child, limits
from gtlearn.errors import InputError
from gtlearn.games import BayesianGame, Game, MarkovGame, NormalFormGame
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.limits import OK, LimitReached
from gtlearn.solvers._linear.cost import product_seconds
from gtlearn.solvers._markov.certified import measuring_seconds
from gtlearn.solvers.checking.comparing import comparing, cut_short, status_of, with_notes
from gtlearn.solvers.checking.nearest import nearest_equilibrium
from gtlearn.solvers.checking.report import CheckReport
from gtlearn.solvers.outcomes import STATIONARY, NashEquilibrium, Table
from gtlearn.solvers.profile import Profile, profile_of
from gtlearn.solvers.verify import table_payoffs, table_regrets
from gtlearn.solvers.verify.enclosure import enclosure_failures
from gtlearn.solvers.verify.markov_values import best_deviation
from gtlearn.solvers.verify.nash import regrets_and_payoffs

MAX_BOXES = 500  # of the search for a best stochastic table that does not see the time
COMPARING = 5.0  # seconds for the nearest equilibrium, where there is no time limit

ENCLOSED = (
    "exactly one equilibrium is proven to be in the intervals that were given; the regrets are its"
)

Vector = tuple[Fraction, ...]


def check_nash(profile: Profile, tolerance: Fraction, nearest: bool) -> CheckReport:
    """The regret of each player, and whether all are within the tolerance.

    Args:
        profile: one strategy a player.
        tolerance: the largest regret that still holds.
        nearest: whether to look for the nearest equilibrium of a game in one shot.

    Raises:
        InputError: if a player's strategy is not known.
    """
    strategies, game = profile.known(), profile.game
    report = CheckReport(profile, "nash", False, tolerance)
    try:
        if isinstance(game, NormalFormGame):
            regrets, payoffs = _deviations(game, strategies)
        else:
            markov = as_markov(game)
            with limits.sparing(measuring_seconds(markov)):
                payoffs = table_payoffs(markov, strategies)
                regrets = table_regrets(markov, strategies)
    except LimitReached as error:
        return cut_short(report, error, "the regrets were", profile.notes)
    report = replace(report, holds=max(regrets) <= tolerance, payoffs=payoffs, regrets=regrets)
    if isinstance(game, NormalFormGame):
        return _with_nearest(report, game) if nearest else _with_notes(report)
    return _with_tables(report, as_markov(game), payoffs)


def check_enclosed(boxed: NashEquilibrium, game: Game, tolerance: Fraction) -> CheckReport:
    """Proves again that exactly one equilibrium is in a box; no deviation from it gains anything.

    Args:
        boxed: the equilibrium.
        game: no Bayesian game.
        tolerance: the largest regret that still holds.
    """
    assert not isinstance(game, BayesianGame)
    report = CheckReport(profile_of(game, boxed), "nash", False, tolerance)
    try:
        failures = enclosure_failures(game, boxed)
    except LimitReached as error:
        return cut_short(report, error, "the proof was")
    if failures:
        return _with_notes(report, [f"no equilibrium is proven to be in the box: {failures[0]}"])
    none = (Fraction(0),) * len(game.players)
    report = replace(report, holds=True, payoffs=boxed.payoffs, regrets=none)
    if game.in_steps:
        report = replace(report, stationary_regrets=none)
    return _with_notes(report, [ENCLOSED])


def _with_notes(report: CheckReport, notes: Sequence[str] = ()) -> CheckReport:
    return replace(report, notes=with_notes(report.game, (*report.profile.notes, *notes)))


def _with_nearest(report: CheckReport, game: NormalFormGame) -> CheckReport:
    with comparing(COMPARING) as own:
        closest, note, reached = nearest_equilibrium(game, report.strategies)
    report = replace(report, nearest=closest, status=status_of(reached, own))
    return _with_notes(report, (note,) if note else ())


def _deviations(game: NormalFormGame, strategies: Sequence[Vector]) -> tuple[Vector, Vector]:
    """The regrets and the payoffs.

    Raises:
        LimitReached: at a limit.
    """
    seconds = mixing_seconds(game, strategies)
    with limits.sparing(seconds):
        return child.bounded(regrets_and_payoffs, game, strategies, seconds=seconds)


def mixing_seconds(game: NormalFormGame, strategies: Sequence[Vector]) -> float:
    """About how long the expected payoffs of all deviations take."""
    played = max(p.denominator.bit_length() for strategy in strategies for p in strategy)
    payoffs = max(tensor.bits for tensor in game.payoffs)
    entries = game.payoffs[0].numerators.size
    return game.num_players * product_seconds(entries, payoffs, played)


def _with_tables(
    report: CheckReport, game: MarkovGame, payoffs: tuple[Fraction, ...]
) -> CheckReport:
    """Adds what the players could gain by tables that do not see the time."""
    tables = report.strategies
    hidden = [_unseen(game, tables, player, payoffs[player]) for player in range(len(tables))]
    mixed = tuple(unseen.stochastic for unseen in hidden)
    report = replace(
        report,
        stationary_regrets=tuple(unseen.stationary for unseen in hidden),
        stochastic_regrets=None if game.horizon is None else mixed,
        status=next((unseen.status for unseen in hidden if unseen.status != OK), OK),
    )
    return _with_notes(report, list(dict.fromkeys(n for unseen in hidden for n in unseen.notes)))


@dataclass(frozen=True)
class _Unseen:
    """What a player gains by its best deterministic and by its best stochastic table (and a bound
    on that) which do not see the time; None where that is not known, with the notes that say why.
    """

    stationary: Fraction | None = None
    stochastic: tuple[Fraction, Fraction] | None = None
    status: str = OK
    notes: tuple[str, ...] = ()


def _unseen(game: MarkovGame, tables: Sequence[Table], player: int, payoff: Fraction) -> _Unseen:
    known = _Unseen()
    try:
        known = _stationary(game, tables, player, payoff)
        if game.horizon is not None:
            known = _stochastic(game, tables, player, payoff, known)
    except LimitReached as error:
        note = f"{error} before all tables were compared that do not see the time"
        return replace(known, status=error.status, notes=(*known.notes, note))
    return known


def _stationary(
    game: MarkovGame, tables: Sequence[Table], player: int, payoff: Fraction
) -> _Unseen:
    try:
        return _Unseen(best_deviation(game, tables, player, STATIONARY) - payoff)
    except InputError:
        note = (
            f"the best deterministic table of {game.players[player]!r} that does not see the time "
            "is not known: there are too many to search"
        )
        return _Unseen(notes=(note,))


def _stochastic(
    game: MarkovGame, tables: Sequence[Table], player: int, payoff: Fraction, known: _Unseen
) -> _Unseen:
    """Adds what the best stochastic table found gains, and a bound on what any gains."""
    from gtlearn.solvers._markov.stochastic_response import stochastic_response

    try:
        best = stochastic_response(game, tables, player, max_boxes=MAX_BOXES)
    except InputError:  # too many tables
        return known
    gains = best.value - payoff, best.upper_bound - payoff
    return replace(known, stochastic=gains, status=best.status)
