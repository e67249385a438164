"""How far a profile from any tool is from an equilibrium, exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from gtlearn import child, limits
from gtlearn.errors import InputError, quoted
from gtlearn.games import BayesianGame, NormalFormGame
from gtlearn.games.dummies import Pair, choosing_pair, follower_of, two_player_game
from gtlearn.games.numbers import short_number, to_fraction
from gtlearn.limits import OK, LimitReached, TimeLimitReached
from gtlearn.solvers._linear.cost import product_seconds
from gtlearn.solvers.checking.nearest import Nearest, nearest_equilibrium
from gtlearn.solvers.checking.profiles import Joint, Profile, as_joint, as_profile, load_profile
from gtlearn.solvers.solution import Commitment, pure
from gtlearn.solvers.verify import deviation_payoffs, payoffs
from gtlearn.solvers.verify.correlated import largest_gain
from gtlearn.solvers.verify.nash import regrets_and_payoffs

CONCEPTS = ("nash", "stackelberg", "correlated", "coarse-correlated")
TIES = ("strong", "weak")
COMPARING = 5.0  # seconds for what a profile is compared with, where there is no time limit

Vector = tuple[Fraction, ...]


@dataclass(frozen=True)
class CommitmentCheck:
    """What a commitment is worth.

    Attributes:
        leader: the player who commits.
        ties: "strong" or "weak", which `value`, `achieved` and `gap` assume.
        value: the Stackelberg value, None where the time did not suffice to prove it.
        achieved: what the leader gets from its strategy when the follower best-responds.
        gap: value minus achieved.
        follower_regret: what the follower's strategy loses against its best response; None where
            the profile has no follower's strategy.
        best_responses: the follower's action indices that best respond to the commitment.
        strong: what the leader gets if the follower takes the best response best for the leader.
        weak: what it gets if the follower takes the one worst for the leader.
    """

    leader: int
    ties: str
    value: Fraction | None
    achieved: Fraction
    gap: Fraction | None
    follower_regret: Fraction | None
    best_responses: tuple[int, ...]
    strong: Fraction
    weak: Fraction


@dataclass(frozen=True)
class CheckReport:
    """How far a profile is from what it claims to be.

    Attributes:
        game: the game.
        concept: what was checked.
        holds: whether every regret, gap or gain is at most `tolerance`, compared exactly.
        tolerance: as given.
        strategies: the profile, exactly; None for a player of whom nothing is said.
        joint: the joint distribution, for correlated concepts.
        payoffs: the expected payoff of each player, where all strategies are known.
        regrets: what each player could gain by its best deviation (Nash only).
        nearest: the nearest equilibrium (Nash, two players, small games).
        stackelberg: what the commitment is worth (Stackelberg only).
        gain: the largest gain of a deviation (correlated concepts only).
        status: "ok", or what cut the check short: "time_limit", "memory_limit" or "interrupted";
            what was not known by then is None, and `holds` is false.
        notes: sentences that a reader should see.
    """

    game: NormalFormGame
    concept: str
    holds: bool
    tolerance: Fraction
    strategies: tuple[Vector | None, ...]
    joint: Joint | None = None
    payoffs: tuple[Fraction, ...] | None = None
    regrets: tuple[Fraction, ...] | None = None
    nearest: Nearest | None = None
    stackelberg: CommitmentCheck | None = None
    gain: Fraction | None = None
    status: str = OK
    notes: tuple[str, ...] = ()

    @property
    def nash_conv(self) -> Fraction | None:
        """The sum of the regrets (Lanctot et al. 2017)."""
        return None if self.regrets is None else sum(self.regrets, Fraction(0))

    @property
    def epsilon(self) -> Fraction | None:
        """The largest regret: the profile is an epsilon-equilibrium for no smaller epsilon."""
        return None if self.regrets is None else max(self.regrets)

    def to_json(self) -> dict[str, Any]:
        """The report as the JSON object of schema gtlearn/check/1."""
        from gtlearn.solvers.checking.report import to_json

        return to_json(self)

    def __str__(self) -> str:
        from gtlearn.solvers.checking.report import render

        return render(self)


def check(
    profile: Any,
    game: NormalFormGame,
    concept: str = "nash",
    *,
    leader: int | None = None,
    tolerance: Any = 0,
    ties: str = "strong",
    nearest: bool = True,
    index: int = 0,
    time_limit: float | None = None,
    memory_limit: float | None = None,
) -> CheckReport:
    """Says exactly how far a profile is from an equilibrium.

    Args:
        profile: what `profiles.load_profile` and `profiles.as_profile` read: a file, JSON, lists,
            numpy arrays, a Solution, an OpenSpiel policy, a callable. For "stackelberg" the
            leader's strategy suffices; for correlated concepts it is a joint distribution, or
            strategies, which are then independent.
        game: the game.
        concept: "nash", "stackelberg", "correlated" or "coarse-correlated".
        leader: who commits, for "stackelberg"; as the profile says, else player 0, unless given.
        tolerance: the largest regret, gap or gain that still holds; any exact number. A sum of
            probabilities may miss one by as much; they are then divided by it.
        ties: for "stackelberg", how the follower breaks ties: "strong" or "weak".
        nearest: whether to look for the nearest Nash equilibrium.
        index: which solution of a list is meant.
        time_limit: seconds after which what is known is returned; without a limit, the nearest
            equilibrium and the Stackelberg value are looked for during 5 seconds.
        memory_limit: bytes by which the process may grow, with the same outcome.

    Raises:
        InputError: if the profile, the game or an option cannot be used.

    >>> from gtlearn import games
    >>> pennies = games.normal_form([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    >>> report = check([["3/4", "1/4"], ["1/2", "1/2"]], pennies)
    >>> report.holds, report.regrets, report.nearest.distance
    (False, (Fraction(0, 1), Fraction(1, 2)), Fraction(1, 4))
    """
    if concept not in CONCEPTS:
        raise InputError(f"the concept {concept!r} is not known; choose {', '.join(CONCEPTS)}")
    if isinstance(game, BayesianGame) or not isinstance(game, NormalFormGame):
        what = "a Bayesian game" if isinstance(game, BayesianGame) else f"a {type(game).__name__}"
        raise InputError(f"profiles of {what} cannot be checked; give a normal-form game")
    limit = to_fraction(tolerance)
    if limit < 0:
        raise InputError(f"the tolerance {quoted(tolerance)} is negative; give zero or more")
    with limits.limited(time_limit, memory_limit):
        if concept == "nash":
            found = load_profile(profile, game, tolerance=limit, index=index)
            return _check_nash(found, game, limit, nearest)
        if concept == "stackelberg":
            first = 0 if leader is None else leader
            _pair(game, first)
            found = load_profile(profile, game, tolerance=limit, index=index, leader=first)
            who = next((k for k in (leader, found.leader) if k is not None), 0)
            return _check_commitment(found, game, limit, who, ties)
        return _check_correlated(profile, game, concept, limit, index)


@contextmanager
def comparing(seconds: float) -> Iterator[bool]:
    """So much time for what a profile is compared with, unless the user has set a time limit.

    Yields whether the user has not.
    """
    own = limits.seconds_left() is None
    with limits.limited(seconds if own else None):
        yield own


def status_of(reached: LimitReached | None, own: bool) -> str:
    """The status that a limit leaves, where time that is our `own` is no limit of the user's."""
    if reached is None or (own and isinstance(reached, TimeLimitReached)):
        return OK
    return reached.status


def ended(reached: LimitReached, what: str) -> str:
    """A note on a check that a limit ended before it knew something essential."""
    return f"{reached} before {what} known, so that it is not known whether this holds"


def _check_nash(
    profile: Profile, game: NormalFormGame, tolerance: Fraction, wanted: bool
) -> CheckReport:
    strategies, notes = as_profile(profile, game)
    report = CheckReport(game, "nash", False, tolerance, strategies)
    try:
        losses, earned = _deviations(game, strategies)
    except LimitReached as error:
        return _cut_short(report, error, "the regrets were", notes)
    report = replace(report, holds=max(losses) <= tolerance, payoffs=earned, regrets=losses)
    if wanted:
        with comparing(COMPARING) as own:
            closest, note, reached = nearest_equilibrium(game, strategies)
        notes += (note,) if note else ()
        report = replace(report, nearest=closest, status=status_of(reached, own))
    return replace(report, notes=_with_number_note(game, notes))


def _cut_short(
    report: CheckReport, reached: LimitReached, what: str, notes: Sequence[str]
) -> CheckReport:
    """The report of a check that a limit ended before it knew something essential."""
    remarks = _with_number_note(report.game, (*notes, ended(reached, what)))
    return replace(report, status=reached.status, notes=remarks)


def _deviations(game: NormalFormGame, strategies: Sequence[Vector]) -> tuple[Vector, Vector]:
    """The regrets and the payoffs.

    Raises:
        LimitReached: at a limit.
    """
    seconds = _mixing_seconds(game, strategies)
    with limits.sparing(seconds):
        return child.bounded(regrets_and_payoffs, game, strategies, seconds=seconds)


def _mixing_seconds(game: NormalFormGame, strategies: Sequence[Vector]) -> float:
    """About how long the expected payoffs of all deviations take."""
    played = max(p.denominator.bit_length() for strategy in strategies for p in strategy)
    payoffs = max(tensor.bits for tensor in game.payoffs)
    entries = game.payoffs[0].numerators.size
    return game.num_players * product_seconds(entries, payoffs, played)


def _check_commitment(
    profile: Profile, game: NormalFormGame, tolerance: Fraction, leader: int, ties: str
) -> CheckReport:
    if ties not in TIES:
        raise InputError(f"the ties {ties!r} are not known; choose strong or weak")
    pair = _pair(game, leader)
    follower = follower_of(game, leader)
    own, theirs = profile.strategies[leader], profile.strategies[follower]
    if own is None:
        raise InputError(
            f"the profile holds no strategy of the leader {game.players[leader]!r}; give "
            '{"leader": 0, "strategies": [["1/2", "1/2"]]}'
        )
    two = two_player_game(game, pair)
    report = CheckReport(game, "stackelberg", False, tolerance, profile.strategies)
    try:
        place = pair.index(leader)
        seconds = two.shape[1 - place] * _mixing_seconds(two, [own])
        with limits.sparing(seconds):
            replies, earned = child.bounded(_responses, two, place, own, seconds=seconds)
    except LimitReached as error:
        return _cut_short(report, error, "the follower's responses were", profile.notes)
    most = max(replies)
    best = tuple(j for j, payoff in enumerate(replies) if payoff == most)
    strong, weak = max(earned[j] for j in best), min(earned[j] for j in best)
    achieved = strong if ties == "strong" else weak
    notes = list(profile.notes)
    value, status = _stackelberg_value(game, leader, ties)
    gap = None if value is None else value - achieved
    if gap is None:
        notes.append("the Stackelberg value was not proven in time, so the gap is not known")
    regret = None
    if theirs is not None:
        got = sum((p * v for p, v in zip(theirs, replies, strict=True)), Fraction(0))
        regret = max(replies) - got
        gets = sum((p * v for p, v in zip(theirs, earned, strict=True)), Fraction(0))
        if regret == 0 and gets != achieved:
            notes.append(
                f"the follower's best response given earns the leader {short_number(gets)}, "
                f"{ties} ties would give it {short_number(achieved)}"
            )
    holds = gap is not None and gap <= tolerance and (regret is None or regret <= tolerance)
    strategies = tuple(
        s if s is not None or k in pair else (Fraction(1),)  # a player without a choice
        for k, s in enumerate(profile.strategies)
    )
    both = None if theirs is None else payoffs(game, [s for s in strategies if s is not None])
    return replace(
        report,
        holds=holds,
        strategies=strategies,
        payoffs=both,
        stackelberg=CommitmentCheck(leader, ties, value, achieved, gap, regret, best, strong, weak),
        status=status,
        notes=_with_number_note(game, notes),
    )


def _stackelberg_value(game: NormalFormGame, leader: int, ties: str) -> tuple[Fraction | None, str]:
    """What the best commitment earns, None where that is not proven in time; and the status."""
    from gtlearn.solvers._commitment import stackelberg

    with comparing(COMPARING) as own:
        solution = stackelberg(game, leader=leader, ties=ties)
    found = solution[0] if len(solution) else None
    if not isinstance(found, Commitment) or found.gap != 0:
        reached = None if solution.status == OK else limits.of_status(solution.status)
        return None, status_of(reached, own)
    return Fraction(found.payoffs[leader]), OK


def _check_correlated(
    profile: Any, game: NormalFormGame, concept: str, tolerance: Fraction, index: int
) -> CheckReport:
    if isinstance(profile, str) or hasattr(profile, "read_text"):
        profile = load_profile(profile, game, tolerance=tolerance, index=index)
    report = CheckReport(game, concept, False, tolerance, (None,) * game.num_players)
    notes: tuple[str, ...] = ()
    try:
        joint, notes = as_joint(profile, game, tolerance=tolerance, index=index)
        report = replace(report, joint=joint)
        seconds = 1e-6 * len(joint) * (sum(game.shape) + 10)
        coarse = concept == "coarse-correlated"
        with limits.sparing(seconds):
            gain, earned = child.bounded(_obeyed, game, joint, coarse, seconds=seconds)
    except LimitReached as error:
        return _cut_short(report, error, "the gains were", notes)
    return replace(
        report,
        holds=gain <= tolerance,
        payoffs=earned,
        gain=gain,
        notes=_with_number_note(game, notes),
    )


def _obeyed(game: NormalFormGame, joint: Joint, coarse: bool) -> tuple[Fraction, Vector]:
    """The largest gain of a deviation, and what the players get without one."""
    earned = tuple(
        sum((p * game.payoff(k, s) for s, p in joint.items()), Fraction(0))
        for k in range(game.num_players)
    )
    return largest_gain(game, joint, coarse=coarse), earned


def _responses(game: NormalFormGame, leader: int, own: Vector) -> tuple[Vector, Vector]:
    """The follower's and the leader's payoffs from each of the follower's actions."""
    follower = 1 - leader
    replies: Vector = ()
    earned = []
    for action in range(game.shape[follower]):
        pair = [own, pure(game.shape[follower], action)]
        strategies = pair if leader == 0 else pair[::-1]
        earned.append(payoffs(game, strategies)[leader])
        if not replies:
            replies = deviation_payoffs(game, strategies)[follower]
    return replies, tuple(earned)


def _pair(game: NormalFormGame, leader: int) -> Pair:
    """The leader and its follower, the one who comes first in the game first."""
    if isinstance(leader, bool) or leader not in range(game.num_players):
        known = "0 or 1" if game.num_players == 2 else f"0 to {game.num_players - 1}"
        raise InputError(
            f"the leader {quoted(leader)} is no player of {game.name!r}; choose {known}"
        )
    pair = choosing_pair(game, leader)
    if pair is None:
        raise InputError(
            f"a commitment needs two players who choose, {game.name!r} has more of its "
            f"{game.num_players}; check it as a Nash equilibrium"
        )
    return pair


def _with_number_note(game: NormalFormGame, notes: Sequence[str]) -> tuple[str, ...]:
    return (*((game.number_note,) if game.number_note else ()), *notes)
