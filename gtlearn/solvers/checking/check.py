"""How far a profile from any tool is from an equilibrium, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games import BayesianGame, NormalFormGame
from gtlearn.games.dummies import Pair, choosing_pair, follower_of, two_player_game
from gtlearn.games.numbers import short_number, to_fraction
from gtlearn.solvers.checking.nearest import Nearest, nearest_equilibrium
from gtlearn.solvers.checking.profiles import Joint, Profile, as_joint, as_profile, load_profile
from gtlearn.solvers.solution import OK, Commitment, pure
from gtlearn.solvers.verify import deviation_payoffs, payoffs, regrets
from gtlearn.solvers.verify.correlated import largest_gain

CONCEPTS = ("nash", "stackelberg", "correlated", "coarse-correlated")
TIES = ("strong", "weak")

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
    leader: int = 0,
    tolerance: Any = 0,
    ties: str = "strong",
    nearest: bool = True,
    index: int = 0,
    time_limit: float | None = 5.0,
) -> CheckReport:
    """Says exactly how far a profile is from an equilibrium.

    Args:
        profile: what `profiles.load_profile` and `profiles.as_profile` read: a file, JSON, lists,
            numpy arrays, a Solution, an OpenSpiel policy, a callable. For "stackelberg" the
            leader's strategy suffices; for correlated concepts it is a joint distribution, or
            strategies, which are then independent.
        game: the game.
        concept: "nash", "stackelberg", "correlated" or "coarse-correlated".
        leader: who commits, for "stackelberg".
        tolerance: the largest regret, gap or gain that still holds; any exact number. A sum of
            probabilities may miss one by as much; they are then divided by it.
        ties: for "stackelberg", how the follower breaks ties: "strong" or "weak".
        nearest: whether to look for the nearest Nash equilibrium.
        index: which solution of a list is meant.
        time_limit: seconds for the nearest equilibrium or the Stackelberg value.

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
        raise InputError("only profiles of normal-form games can be checked")
    limit = to_fraction(tolerance)
    if limit < 0:
        raise InputError(f"the tolerance {tolerance} is negative; give zero or more")
    if concept == "nash":
        found = load_profile(profile, game, tolerance=limit, index=index)
        return _check_nash(found, game, limit, time_limit if nearest else None, nearest)
    if concept == "stackelberg":
        _pair(game, leader)
        return _check_commitment(
            load_profile(profile, game, tolerance=limit, index=index, leader=leader),
            game,
            limit,
            (leader, ties, time_limit),
        )
    return _check_correlated(profile, game, concept, limit, index)


def _check_nash(
    profile: Profile,
    game: NormalFormGame,
    tolerance: Fraction,
    time_limit: float | None,
    wanted: bool,
) -> CheckReport:
    strategies, notes = as_profile(profile, game)
    losses = regrets(game, strategies)
    closest = None
    if wanted:
        closest, note = nearest_equilibrium(game, strategies, time_limit=time_limit)
        notes += (note,) if note else ()
    return CheckReport(
        game,
        "nash",
        max(losses) <= tolerance,
        tolerance,
        strategies,
        payoffs=payoffs(game, strategies),
        regrets=losses,
        nearest=closest,
        notes=_with_number_note(game, notes),
    )


def _check_commitment(
    profile: Profile,
    game: NormalFormGame,
    tolerance: Fraction,
    options: tuple[int, str, float | None],
) -> CheckReport:
    from gtlearn.solvers.commitment import stackelberg

    leader, ties, time_limit = options
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
    replies, earned = _responses(two, pair.index(leader), own)
    best = tuple(j for j, payoff in enumerate(replies) if payoff == max(replies))
    strong, weak = max(earned[j] for j in best), min(earned[j] for j in best)
    achieved = strong if ties == "strong" else weak
    notes = list(profile.notes)
    solution = stackelberg(game, leader=leader, ties=ties, time_limit=time_limit)
    value = gap = None
    if solution.status == OK and solution.complete and isinstance(solution[0], Commitment):
        value = Fraction(solution[0].payoffs[leader])
        gap = value - achieved
    else:
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
    return CheckReport(
        game,
        "stackelberg",
        holds,
        tolerance,
        strategies,
        payoffs=None if theirs is None else payoffs(game, [s for s in strategies if s is not None]),
        stackelberg=CommitmentCheck(leader, ties, value, achieved, gap, regret, best, strong, weak),
        notes=_with_number_note(game, notes),
    )


def _check_correlated(
    profile: Any, game: NormalFormGame, concept: str, tolerance: Fraction, index: int
) -> CheckReport:
    if isinstance(profile, str) or hasattr(profile, "read_text"):
        profile = load_profile(profile, game, tolerance=tolerance, index=index)
    joint, notes = as_joint(profile, game, tolerance=tolerance, index=index)
    gain = largest_gain(game, joint, coarse=concept == "coarse-correlated")
    earned = tuple(
        sum((p * game.payoff(k, s) for s, p in joint.items()), Fraction(0))
        for k in range(game.num_players)
    )
    return CheckReport(
        game,
        concept,
        gain <= tolerance,
        tolerance,
        (None,) * game.num_players,
        joint=joint,
        payoffs=earned,
        gain=gain,
        notes=_with_number_note(game, notes),
    )


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
        raise InputError(f"the leader {leader!r} is no player of {game.name!r}; choose {known}")
    pair = choosing_pair(game, leader)
    if pair is None:
        raise InputError(
            f"a commitment needs two players who choose, {game.name!r} has more of its "
            f"{game.num_players}; check it as a Nash equilibrium"
        )
    return pair


def _with_number_note(game: NormalFormGame, notes: Sequence[str]) -> tuple[str, ...]:
    return (*((game.number_note,) if game.number_note else ()), *notes)
