"""How far a profile from any tool is from an equilibrium, or from the best commitment, exactly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from gtlearn import child, limits
from gtlearn.errors import InputError, quoted
from gtlearn.games import BayesianGame, Game, NormalFormGame
from gtlearn.games.numbers import to_fraction
from gtlearn.limits import LimitReached
from gtlearn.solvers.checking.commitment import check_commitment, leading_pair
from gtlearn.solvers.checking.comparing import cut_short, with_notes
from gtlearn.solvers.checking.nash import check_nash
from gtlearn.solvers.checking.result import CheckReport
from gtlearn.solvers.checking.table_commitment import check_table_commitment, require_two_players
from gtlearn.solvers.outcomes import (
    DETERMINISTIC,
    OPTIMAL,
    STATIONARY,
    STOCHASTIC,
    Distribution,
)
from gtlearn.solvers.profile import Profile
from gtlearn.solvers.profiles.joint import is_joint_tensor, joint_of
from gtlearn.solvers.profiles.read import read_profile
from gtlearn.solvers.verify import payoffs, table_payoffs
from gtlearn.solvers.verify.correlated import largest_gain

Vector = tuple[Fraction, ...]

CONCEPTS = ("nash", "stackelberg", "correlated", "coarse-correlated")
_WORDS = {
    "ties": ("strong", "weak"),
    "follower": (STATIONARY, OPTIMAL, None),
    "policy": (DETERMINISTIC, STOCHASTIC, None),
}


def check(
    profile: Any,
    game: Game,
    concept: str = "nash",
    *,
    leader: int | None = None,
    ties: str = "strong",
    follower: str | None = None,
    policy: str | None = None,
    tolerance: Any = 0,
    nearest: bool = True,
    index: int = 0,
) -> CheckReport:
    """As `solvers.check`, of a game that is loaded, under the limits that hold.

    Raises:
        InputError: if the profile, the game or an option cannot be used.

    >>> from gtlearn import games
    >>> pennies = games.normal_form([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    >>> report = check([["3/4", "1/4"], ["1/2", "1/2"]], pennies)
    >>> report.holds, report.regrets, report.nearest.distance
    (False, (Fraction(0, 1), Fraction(1, 2)), Fraction(1, 4))
    """
    for name, value in {"ties": ties, "follower": follower, "policy": policy}.items():
        if value not in _WORDS[name]:
            known = " or ".join(word for word in _WORDS[name] if word)
            raise InputError(f"the {name} {value!r} is not known; choose {known}")
    limit = to_fraction(tolerance)
    if limit < 0:
        raise InputError(f"the tolerance {quoted(tolerance)} is negative; give zero or more")
    if isinstance(game, BayesianGame):
        raise InputError("profiles of a Bayesian game cannot be checked; give a normal-form game")

    def read(source: Any, whose: int | None = None) -> Profile:
        return read_profile(source, game, tolerance=limit, index=index, leader=whose)

    if concept == "nash":
        return check_nash(read(profile), limit, nearest)
    if concept == "stackelberg":
        if isinstance(game, NormalFormGame):
            leading_pair(game, leader or 0)
            played = read(profile, leader or 0)
        else:
            require_two_players(game, leader)
            played = read(profile, leader)
        return _check_commitment(played, limit, leader, ties, follower, policy)
    assert isinstance(game, NormalFormGame)
    return _check_correlated(profile, game, concept, limit, read)


def _check_commitment(
    profile: Profile,
    tolerance: Fraction,
    leader: int | None,
    ties: str,
    follower: str | None,
    policy: str | None,
) -> CheckReport:
    game = profile.game
    who = next((k for k in (leader, profile.leader) if k is not None), 0)
    if profile.tables[who] is None:
        shape = (
            '{"commitment": TABLE}'
            if game.in_steps
            else '{"leader": 0, "strategies": [["1/2", "1/2"]]}'
        )
        raise InputError(
            f"the profile holds no {'table' if game.in_steps else 'strategy'} of the leader "
            f"{game.players[who]!r}; give {shape}"
        )
    report = CheckReport(profile, "stackelberg", False, tolerance)
    what = "the commitment's value was" if game.in_steps else "the follower's responses were"
    try:
        if isinstance(game, NormalFormGame):
            commitment, notes, status = check_commitment(profile, game, who, ties)
            report = replace(report, profile=_with_dummies(profile, game, who))
        else:
            assert not isinstance(game, BayesianGame)
            report = replace(report, payoffs=_payoffs(profile))
            commitment, notes, status = check_table_commitment(
                profile, game, who, ties, follower, policy
            )
    except LimitReached as error:
        return cut_short(report, error, what, profile.notes)
    return replace(
        report,
        holds=commitment.holds(tolerance),
        payoffs=_payoffs(report.profile),
        stackelberg=commitment,
        status=status,
        notes=with_notes(game, (*profile.notes, *notes)),
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


def _check_correlated(
    source: Any,
    game: NormalFormGame,
    concept: str,
    tolerance: Fraction,
    read: Callable[[Any], Profile],
) -> CheckReport:
    if is_joint_tensor(source, game, tolerance):
        source = {"distribution": source}
    profile = read(source)
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
