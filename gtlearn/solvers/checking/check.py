"""How far a profile from any tool is from an equilibrium, or from the best commitment, exactly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from gtlearn import child, limits
from gtlearn.errors import InputError, quoted
from gtlearn.games import Game, NormalFormGame
from gtlearn.games.numbers import to_fraction
from gtlearn.limits import LimitReached
from gtlearn.solvers.checking.commitment import commitment_worth, leading_pair
from gtlearn.solvers.checking.comparing import cut_short, with_notes
from gtlearn.solvers.checking.nash import check_enclosed, check_nash
from gtlearn.solvers.checking.report import CheckReport
from gtlearn.solvers.checking.table_commitment import require_two_players, table_worth
from gtlearn.solvers.outcomes import (
    Distribution,
)
from gtlearn.solvers.profile import Profile
from gtlearn.solvers.profiles.joint import is_joint_tensor, joint_of
from gtlearn.solvers.profiles.read import read_enclosed, read_profile
from gtlearn.solvers.verify import payoffs, table_payoffs
from gtlearn.solvers.verify.correlated import largest_gain

Vector = tuple[Fraction, ...]


def check_equilibrium(
    profile: Any, game: Game, *, tolerance: Any = 0, index: int = 0, nearest: bool = True
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
    if boxed is not None:
        return check_enclosed(boxed, game, limit)
    played = read_profile(profile, game, tolerance=limit, index=index)
    return check_nash(played, limit, nearest)


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


def _payoffs(profile: Profile) -> Vector | None:
    """What each player gets, where all strategies are known."""
    if None in profile.tables:
        return None
    payoffs_of: Callable[..., Vector] = table_payoffs if profile.game.in_steps else payoffs
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


def _obeyed(game: NormalFormGame, joint: Distribution, coarse: bool) -> tuple[Fraction, Vector]:
    """The largest gain of a deviation, and what the players get without one."""
    earned = tuple(
        sum((Fraction(p) * game.payoff(k, s) for s, p in joint.items()), Fraction(0))
        for k in range(game.num_players)
    )
    return largest_gain(game, joint, coarse=coarse), earned
