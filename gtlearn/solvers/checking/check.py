"""How far a profile from any tool is from an equilibrium, or from the best commitment, exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from gtlearn import child, limits
from gtlearn.errors import InputError, quoted
from gtlearn.games import (
    BayesianGame,
    ExtensiveGame,
    Game,
    HarsanyiGame,
    MarkovGame,
    MergedGame,
    NormalFormGame,
    SymmetricGame,
    symmetric_form,
)
from gtlearn.games.dummies import choosing_pair
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.games.numbers import to_fraction
from gtlearn.limits import OK, LimitReached
from gtlearn.solvers._markov.certified import measuring_seconds
from gtlearn.solvers.checking.commitment import (
    commitment_worth,
    leading_pair,
    mixing_seconds,
    require_two_players,
    table_worth,
)
from gtlearn.solvers.checking.nearest import nearest_equilibrium
from gtlearn.solvers.checking.nearest_in_tree import nearest_in_tree
from gtlearn.solvers.checking.nearest_of_many import nearest_of_many
from gtlearn.solvers.checking.report import CheckReport, comparing, cut_short, status_of, with_notes
from gtlearn.solvers.dummies import expected_payoffs
from gtlearn.solvers.outcomes import STATIONARY, Distribution, NashEquilibrium, Table
from gtlearn.solvers.profile import Profile, profile_of
from gtlearn.solvers.profiles.joint import is_joint_tensor, joint_of
from gtlearn.solvers.profiles.read import read_enclosed, read_profile
from gtlearn.solvers.verify import payoffs, table_payoffs, table_regrets
from gtlearn.solvers.verify.bayesian import box_failures
from gtlearn.solvers.verify.bayesian_values import interim_regrets, tables_of
from gtlearn.solvers.verify.bayesian_values import regrets_and_payoffs as regrets_by_type
from gtlearn.solvers.verify.correlated import largest_gain
from gtlearn.solvers.verify.enclosure import enclosure_failures
from gtlearn.solvers.verify.markov_values import best_deviation
from gtlearn.solvers.verify.nash import regrets_and_payoffs
from gtlearn.solvers.verify.report import Unproven
from gtlearn.solvers.verify.symmetric import equilibrium_failures, regret_and_payoff
from gtlearn.solvers.verify.tree_values import (
    gains_by_set,
    gains_by_subgame,
)
from gtlearn.solvers.verify.tree_values import regrets_and_payoffs as regrets_in_tree

_MAX_BOXES = 500  # of the search for a best stochastic table that does not see the time
_SECONDS = 5.0  # for the nearest equilibrium, where there is no time limit

_ENCLOSED = (
    "exactly one equilibrium is proven to be in the intervals that were given; the regrets are its"
)

_Vector = tuple[Fraction, ...]


def check_equilibrium(
    profile: Any,
    game: Game,
    *,
    tolerance: Any = 0,
    index: int = 0,
    nearest: bool | None = None,
    exact_floats: bool = False,
) -> CheckReport:
    """How far a profile is from a Nash equilibrium; see `solvers.check`.

    Raises:
        InputError: if the profile or the tolerance cannot be used.

    >>> from gtlearn import games
    >>> pennies = games.normal_form([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    >>> report = check_equilibrium([["3/4", "1/4"], ["1/2", "1/2"]], pennies)
    >>> report.holds, report.regrets, report.nearest.distance
    (False, (Fraction(0, 1), Fraction(1, 2)), Fraction(1, 4))
    """
    limit = read_tolerance(tolerance)
    boxed, profile = read_enclosed(profile, game, index)
    if isinstance(game, NormalFormGame) and _is_symmetric(profile, index):
        game = symmetric_form(game)
    if boxed is not None:
        return check_enclosed(boxed, game, limit)
    played = read_profile(profile, game, tolerance=limit, index=index, exact_floats=exact_floats)
    return check_nash(played, limit, nearest)


def _is_symmetric(source: Any, index: int) -> bool:
    """Whether a source says that it holds one strategy that all players play."""
    if isinstance(source, Mapping):
        entries = source.get("solutions", [source])
        inside = isinstance(entries, list) and -len(entries) <= index < len(entries)
        entry = entries[index] if inside else None
        return isinstance(entry, Mapping) and entry.get("symmetric") is True
    return isinstance(getattr(source, "game", None), SymmetricGame)


def check_subgame_perfect(
    profile: Any,
    game: ExtensiveGame | MergedGame,
    *,
    tolerance: Any = 0,
    index: int = 0,
    exact_floats: bool = False,
) -> CheckReport:
    """How far a profile is from an equilibrium in each subgame; see `solvers.check`.

    Raises:
        InputError: if the profile or the tolerance cannot be used.
    """
    limit = read_tolerance(tolerance)
    played = read_profile(profile, game, tolerance=limit, index=index, exact_floats=exact_floats)
    report = CheckReport(played, "subgame-perfect", False, limit)
    try:
        regrets, payoffs = regrets_in_tree(game, played.known())
        report = replace(report, regrets=regrets, payoffs=payoffs)
        gains = gains_by_subgame(game, played.known())
        within = tuple(map(max, zip(*gains.values(), strict=True)))
        if max(within) > 0:
            report = replace(report, worst_subgame=_worst_subgame(game, gains))
    except LimitReached as error:
        return cut_short(report, error, "the regrets were", played.notes)
    held = max(within) <= limit
    return _with_notes(replace(report, holds=held, subgame_regrets=within))


def _worst_subgame(
    game: ExtensiveGame | MergedGame, gains: Mapping[int, _Vector]
) -> tuple[str, ...]:
    """The moves to the first subgame of the largest gain, or the merged state where it begins."""
    if isinstance(game, ExtensiveGame):
        return game.history(max(gains, key=lambda root: (max(gains[root]), -root)))
    # What chance's state gains is a mean over those below, so that a player's has the largest.
    mover, place = game.mover.tolist(), game.place.tolist()
    states = (node for node in gains if mover[node] >= 0)
    worst = max(states, key=lambda node: (max(gains[node]), -node))
    return (game.points(mover[worst])[place[worst]].label,)


def check_commitment(
    profile: Any,
    game: Game,
    *,
    tolerance: Any = 0,
    index: int = 0,
    leader: int | None = None,
    ties: str = "strong",
    follower: str | None = None,
    policy: str | None = None,
) -> CheckReport:
    """How far a leader's strategy is from the best commitment; see `solvers.check`.

    Raises:
        InputError: if the profile or an option cannot be used.
    """
    limit = read_tolerance(tolerance)
    alone = leader  # whose strategy a single one is
    if isinstance(game, NormalFormGame):
        alone = leader or 0
        leading_pair(game, alone)
    else:
        require_two_players(game, leader)
    played = read_profile(profile, game, tolerance=limit, index=index, leader=alone)
    who = next((k for k in (leader, played.leader) if k is not None), 0)
    _require_strategy(played, who)
    report = CheckReport(played, "stackelberg", False, limit)
    what = "the commitment's value was" if game.in_steps else "the follower's responses were"
    try:
        if isinstance(game, NormalFormGame):
            worth, notes, status = commitment_worth(played, game, who, ties)
            report = replace(report, profile=_with_dummies(played, game, who))
        else:
            report = replace(report, payoffs=_payoffs(played))
            worth, notes, status = table_worth(played, who, ties, follower, policy)
    except LimitReached as error:
        return cut_short(report, error, what, played.notes)
    return replace(
        report,
        holds=worth.holds(limit),
        payoffs=_payoffs(report.profile),
        stackelberg=worth,
        status=status,
        notes=with_notes(game, (*played.notes, *notes)),
    )


def read_tolerance(tolerance: Any) -> Fraction:
    """A tolerance as an exact number.

    Raises:
        InputError: if it is none, or negative.
    """
    limit = to_fraction(tolerance)
    if limit < 0:
        raise InputError(f"the tolerance {quoted(tolerance)} is negative; give zero or more")
    return limit


def _require_strategy(profile: Profile, leader: int) -> None:
    if profile.tables[leader] is not None:
        return
    steps, name = profile.game.in_steps, profile.game.players[leader]
    shape = '{"commitment": TABLE}' if steps else '{"leader": 0, "strategies": [["1/2", "1/2"]]}'
    raise InputError(
        f"the profile holds no {'table' if steps else 'strategy'} of the leader {name!r}; give "
        f"{shape}"
    )


def _with_dummies(profile: Profile, game: NormalFormGame, leader: int) -> Profile:
    """The profile, with the strategies of the players who have no choice."""
    pair = leading_pair(game, leader)
    tables = tuple(
        table if table is not None or k in pair else ((Fraction(1),),)
        for k, table in enumerate(profile.tables)
    )
    return replace(profile, tables=tables)


def _payoffs(profile: Profile) -> _Vector | None:
    """What each player gets, where all strategies are known."""
    if None in profile.tables:
        return None
    payoffs_of: Callable[..., _Vector] = table_payoffs if profile.game.in_steps else payoffs
    return payoffs_of(profile.game, profile.strategies)


def check_correlated(
    profile: Any, game: NormalFormGame, *, tolerance: Any = 0, index: int = 0
) -> CheckReport:
    """How far a joint distribution is from a correlated equilibrium; see `solvers.check`.

    Raises:
        InputError: if the profile or the tolerance cannot be used.
    """
    return _check_joint(profile, game, "correlated", read_tolerance(tolerance), index)


def check_coarse_correlated(
    profile: Any, game: NormalFormGame, *, tolerance: Any = 0, index: int = 0
) -> CheckReport:
    """How far it is from a coarse correlated equilibrium; see `solvers.check`.

    Raises:
        InputError: if the profile or the tolerance cannot be used.
    """
    return _check_joint(profile, game, "coarse-correlated", read_tolerance(tolerance), index)


def _check_joint(
    source: Any, game: NormalFormGame, concept: str, tolerance: Fraction, index: int
) -> CheckReport:
    if is_joint_tensor(source, game, tolerance):
        source = {"distribution": source}
    profile = read_profile(source, game, tolerance=tolerance, index=index)
    known = replace(profile, tables=(None,) * game.num_players)
    report = CheckReport(known, concept, False, tolerance)
    try:
        joint = joint_of(profile)
        report = replace(report, profile=replace(known, joint=joint))
        seconds = 1e-6 * len(joint) * (sum(game.shape) + 10)
        coarse = concept == "coarse-correlated"
        with limits.sparing(seconds):
            gain, earned = child.bounded(_obeyed, game, joint, coarse, seconds=seconds)
    except LimitReached as error:
        return cut_short(report, error, "the gains were", profile.notes)
    return replace(
        report,
        holds=gain <= tolerance,
        payoffs=earned,
        gain=gain,
        notes=with_notes(game, profile.notes),
    )


def _obeyed(game: NormalFormGame, joint: Distribution, coarse: bool) -> tuple[Fraction, _Vector]:
    """The largest gain of a deviation, and what the players get without one."""
    return largest_gain(game, joint, coarse=coarse), expected_payoffs(game, joint)


def check_nash(profile: Profile, tolerance: Fraction, nearest: bool | None) -> CheckReport:
    """The regret of each player, and whether all are within the tolerance.

    Args:
        profile: one strategy a player.
        tolerance: the largest regret that still holds.
        nearest: whether to look for the nearest equilibrium; None for games in one shot only.

    Raises:
        InputError: if a player's strategy is not known.
    """
    strategies, game = profile.known(), profile.game
    report = CheckReport(profile, "nash", False, tolerance)
    try:
        if isinstance(game, NormalFormGame):
            regrets, payoffs = _deviations(game, strategies)
        elif isinstance(game, SymmetricGame):
            regret, payoff = regret_and_payoff(game, strategies[0])
            regrets, payoffs = (regret,), (payoff,)
        elif isinstance(game, ExtensiveGame | MergedGame):
            regrets, payoffs = regrets_in_tree(game, strategies)
        elif isinstance(game, HarsanyiGame):
            regrets, payoffs = regrets_by_type(game, strategies)
            report = replace(report, interim_regrets=interim_regrets(game, strategies))
        else:
            markov = as_markov(game)
            with limits.sparing(measuring_seconds(markov)):
                payoffs = table_payoffs(markov, strategies)
                regrets = table_regrets(markov, strategies)
    except LimitReached as error:
        return cut_short(report, error, "the regrets were", profile.notes)
    report = replace(report, holds=max(regrets) <= tolerance, payoffs=payoffs, regrets=regrets)
    if isinstance(game, ExtensiveGame):
        return _with_gains(_with_nearest_in_tree(report, game) if nearest else report, game)
    if isinstance(game, MergedGame | HarsanyiGame):
        return _with_notes(report)
    if isinstance(game, NormalFormGame):
        return _with_notes(report) if nearest is False else _with_nearest(report, game)
    if isinstance(game, SymmetricGame):
        return _with_notes(report)
    return _with_tables(report, as_markov(game), payoffs)


def check_enclosed(boxed: NashEquilibrium, game: Game, tolerance: Fraction) -> CheckReport:
    """Proves again that exactly one equilibrium is in a box; no deviation from it gains anything.

    Args:
        boxed: the equilibrium.
        game: no Bayesian game.
        tolerance: the largest regret that still holds.
    """
    assert not isinstance(game, BayesianGame | ExtensiveGame | MergedGame)
    if isinstance(game, HarsanyiGame):
        boxed = replace(boxed, strategies=tables_of(game, boxed))
    report = CheckReport(profile_of(game, boxed), "nash", False, tolerance)
    try:
        failures: Sequence[str]
        if isinstance(game, HarsanyiGame):
            failures = box_failures(game, boxed)
        elif isinstance(game, SymmetricGame):
            failures = equilibrium_failures(game, boxed)
        else:
            failures = enclosure_failures(game, boxed)
    except LimitReached as error:
        return cut_short(report, error, "the proof was")
    except Unproven as error:
        failures = [str(error)]
    if failures:
        return _with_notes(report, [f"no equilibrium is proven to be in the box: {failures[0]}"])
    none = (Fraction(0),) * len(report.strategies)
    report = replace(report, holds=True, payoffs=boxed.payoffs, regrets=none)
    if game.in_steps:
        report = replace(report, stationary_regrets=none)
    return _with_notes(report, [_ENCLOSED])


def _with_notes(report: CheckReport, notes: Sequence[str] = ()) -> CheckReport:
    return replace(report, notes=with_notes(report.game, (*report.profile.notes, *notes)))


def _with_nearest(report: CheckReport, game: NormalFormGame) -> CheckReport:
    with comparing(_SECONDS) as own:
        many = choosing_pair(game) is None
        nearest = nearest_of_many if many else nearest_equilibrium
        closest, note, reached = nearest(game, report.strategies)
    report = replace(report, nearest=closest, status=status_of(reached, own))
    return _with_notes(report, (note,) if note else ())


def _with_nearest_in_tree(report: CheckReport, game: ExtensiveGame) -> CheckReport:
    closest, note, reached = nearest_in_tree(game, report.profile.known())
    profile = report.profile
    if note:
        profile = replace(profile, notes=(*profile.notes, note))
    status = report.status if reached is None else reached.status
    return replace(report, profile=profile, nearest=closest, status=status)


def _with_gains(report: CheckReport, game: ExtensiveGame) -> CheckReport:
    """Adds what each player could gain at each information set, and its best response."""
    try:
        gains = gains_by_set(game, report.profile.known())
    except LimitReached as error:
        note = f"{error} before the gains at each information set were known"
        return _with_notes(replace(report, status=error.status), [note])
    report = replace(
        report,
        set_regrets=tuple(own.gains for own in gains),
        best_responses=tuple(own.best for own in gains),
    )
    return _with_notes(report)


def _deviations(game: NormalFormGame, strategies: Sequence[_Vector]) -> tuple[_Vector, _Vector]:
    """The regrets and the payoffs.

    Raises:
        LimitReached: at a limit.
    """
    seconds = mixing_seconds(game, strategies)
    with limits.sparing(seconds):
        return child.bounded(regrets_and_payoffs, game, strategies, seconds=seconds)


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
        try:
            known = _Unseen(best_deviation(game, tables, player, STATIONARY) - payoff)
        except InputError:
            note = (
                f"the best deterministic table of {game.players[player]!r} that does not see the "
                "time is not known: there are too many to search"
            )
            known = _Unseen(notes=(note,))
        if game.horizon is not None:
            from gtlearn.solvers._markov.stochastic_response import stochastic_response

            with suppress(InputError):  # too many tables
                best = stochastic_response(game, tables, player, max_boxes=_MAX_BOXES)
                gains = best.value - payoff, best.upper_bound - payoff
                known = replace(known, stochastic=gains, status=best.status)
    except LimitReached as error:
        note = f"{error} before all tables were compared that do not see the time"
        return replace(known, status=error.status, notes=(*known.notes, note))
    return known
