"""What a commitment in one shot is worth, exactly."""

from __future__ import annotations

from fractions import Fraction

from gtlearn import child, limits
from gtlearn.errors import InputError, quoted
from gtlearn.games import NormalFormGame
from gtlearn.games.dummies import Pair, choosing_pair, two_player_game
from gtlearn.games.numbers import short_number
from gtlearn.limits import OK
from gtlearn.solvers.checking.comparing import comparing, status_of
from gtlearn.solvers.checking.nash import mixing_seconds
from gtlearn.solvers.checking.result import CommitmentCheck, Optimum
from gtlearn.solvers.outcomes import Commitment, pure
from gtlearn.solvers.profile import Profile
from gtlearn.solvers.verify import deviation_payoffs, payoffs

COMPARING = 5.0  # seconds for the best commitment, where there is no time limit

Vector = tuple[Fraction, ...]


def commitment_worth(
    profile: Profile, game: NormalFormGame, leader: int, ties: str
) -> tuple[CommitmentCheck, tuple[str, ...], str]:
    """What the leader's strategy of a profile is worth, notes, and a status.

    Args:
        profile: only the leader's strategy is needed.
        game: a game in which two players choose, the leader one of them.
        leader: who commits.
        ties: "strong" or "weak".

    Raises:
        LimitReached: at a limit, before it is known what the commitment earns.
    """
    pair = leading_pair(game, leader)
    follower = pair[1 - pair.index(leader)]
    own, theirs = profile.strategies[leader], profile.strategies[follower]
    two, place = two_player_game(game, pair), pair.index(leader)
    seconds = two.shape[1 - place] * mixing_seconds(two, [own])
    with limits.sparing(seconds):
        replies, earned = child.bounded(_responses, two, place, own, seconds=seconds)
    most = max(replies)
    best = tuple(j for j, payoff in enumerate(replies) if payoff == most)
    strong, weak = max(earned[j] for j in best), min(earned[j] for j in best)
    achieved = strong if ties == "strong" else weak
    optimum, status = _optimum(game, leader, ties, achieved)
    notes: list[str] = []
    if optimum is None:
        notes.append("the Stackelberg value was not proven in time, so the gap is not known")
    regret = None
    if theirs is not None:
        regret = most - sum((p * v for p, v in zip(theirs, replies, strict=True)), Fraction(0))
        gets = sum((p * v for p, v in zip(theirs, earned, strict=True)), Fraction(0))
        if regret == 0 and gets != achieved:
            notes.append(other_ties(gets, achieved, ties))
    check = CommitmentCheck(leader, ties, achieved, strong, weak, most, regret, best, optimum)
    return check, tuple(notes), status


def other_ties(gets: Fraction, achieved: Fraction, ties: str) -> str:
    """A note on a follower whose best response breaks ties in another way."""
    return (
        f"the follower's best response given earns the leader {short_number(gets)}, {ties} ties "
        f"would give it {short_number(achieved)}"
    )


def _optimum(
    game: NormalFormGame, leader: int, ties: str, achieved: Fraction
) -> tuple[Optimum | None, str]:
    """The best commitment, None where that is not proven in time; and the status."""
    from gtlearn.solvers._commitment import stackelberg

    with comparing(COMPARING) as own:
        solution = stackelberg(game, leader=leader, ties=ties)
    best = solution[0] if len(solution) else None
    if not isinstance(best, Commitment) or best.gap != 0:
        reached = None if solution.status == OK else limits.of_status(solution.status)
        return None, status_of(reached, own)
    value = Fraction(best.payoffs[leader])
    return Optimum(None, value, value, achieved), OK


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


def leading_pair(game: NormalFormGame, leader: int) -> Pair:
    """The leader and its follower, the one who comes first in the game first.

    Raises:
        InputError: if there are no such two.
    """
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
