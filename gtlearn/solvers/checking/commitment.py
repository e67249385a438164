"""What a commitment is worth, exactly: in one shot, or to a table, which is scored by what is
played and not by what is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, TypeVar

from gtlearn import child, limits
from gtlearn.errors import InputError, quoted
from gtlearn.games import IteratedGame, MarkovGame, NormalFormGame
from gtlearn.games.dummies import PlayerPair, choosing_pair, two_player_game
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.games.numbers import short_number
from gtlearn.limits import OK, LimitReached
from gtlearn.solvers._linear.cost import product_seconds
from gtlearn.solvers.checking.commitment_report import BestCommitment, CommitmentCheck, Deception
from gtlearn.solvers.checking.report import comparing, status_of
from gtlearn.solvers.outcomes import (
    DETERMINISTIC,
    OPTIMAL,
    STATIONARY,
    STOCHASTIC,
    Commitment,
    Table,
)
from gtlearn.solvers.profile import Profile
from gtlearn.solvers.profiles.tables import pure_table
from gtlearn.solvers.solution import Solution
from gtlearn.solvers.verify import table_payoffs
from gtlearn.solvers.verify.commitment_arithmetic import TypePayoffs, expected
from gtlearn.solvers.verify.markov_values import (
    BestResponse,
    best_actions,
    best_tables,
    response_to,
)

_SECONDS = 5.0  # for the best commitment in one shot, where there is no time limit
_SECONDS_IN_STEPS = 10.0  # for each best commitment to a table
_Answer = TypeVar("_Answer")
_MOST_TABLES = 20  # of a stationary follower's best responses that are listed

_Vector = tuple[Fraction, ...]


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


def mixing_seconds(game: NormalFormGame, strategies: Sequence[_Vector]) -> float:
    """About how long the expected payoffs of all deviations take."""
    played = max(p.denominator.bit_length() for strategy in strategies for p in strategy)
    payoffs = max(tensor.bits for tensor in game.payoffs)
    entries = game.payoffs[0].numerators.size
    return game.num_players * product_seconds(entries, payoffs, played)


def other_ties(gets: Fraction, achieved: Fraction, ties: str) -> str:
    """A note on a follower whose best response breaks ties in another way."""
    return (
        f"the follower's best response given earns the leader {short_number(gets)}, {ties} ties "
        f"would give it {short_number(achieved)}"
    )


def _optimum(
    game: NormalFormGame, leader: int, ties: str, achieved: Fraction
) -> tuple[BestCommitment | None, str]:
    """The best commitment, None where that is not proven in time; and the status."""
    from gtlearn.solvers._commitment import stackelberg

    with comparing(_SECONDS) as own:
        solution = stackelberg(game, leader=leader, ties=ties)
    best = solution[0] if len(solution) else None
    if not isinstance(best, Commitment) or best.gap != 0:
        reached = None if solution.status == OK else limits.of_status(solution.status)
        return None, status_of(reached, own)
    value = Fraction(best.payoffs[leader])
    return BestCommitment(None, value, value, achieved), OK


def _responses(game: NormalFormGame, leader: int, own: _Vector) -> tuple[_Vector, _Vector]:
    """The follower's and the leader's payoffs from each of the follower's actions."""
    payoffs = TypePayoffs.of(game, leader)
    replies = expected(payoffs.follower, payoffs.follower_denominator, own)
    return tuple(replies), tuple(expected(payoffs.leader, payoffs.leader_denominator, own))


def leading_pair(game: NormalFormGame, leader: int) -> PlayerPair:
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


def table_worth(
    profile: Profile,
    leader: int,
    ties: str,
    follower: str | None,
    policy: str | None,
) -> tuple[CommitmentCheck, tuple[str, ...], str]:
    """What the leader's table of a profile is worth, notes, and a status.

    Args:
        profile: of a game of two players; only the leader's table is needed.
        leader: who commits.
        ties: "strong" or "weak".
        follower: the follower's class: "stationary" or "optimal"; None for that of the profile,
            or "optimal".
        policy: with the best of which tables it is compared; None for its own kind.

    Raises:
        InputError: if the leader's table sees the time, or the follower's best response is too
            hard to find.
        LimitReached: at a limit, before it is known what the commitment earns.
    """
    game, markov = profile.game, as_markov(profile.game)
    follower = follower or profile.follower or OPTIMAL
    policy = policy or profile.policy
    own, theirs = profile.tables[leader], profile.tables[1 - leader]
    assert own is not None  # as `check` requires
    if len(own) != markov.num_states:
        raise InputError(
            f"the leader's table sees the time: a commitment has one row for each of the "
            f"{markov.num_states} states"
        )
    scene = _Scene(markov, leader, follower)
    strong, weak = scene.response(own, "strong"), scene.response(own, "weak")
    achieved = strong.other if ties == "strong" else weak.other
    notes: list[str] = []
    regret = None
    if theirs is not None:
        gets = table_payoffs(markov, scene.pair(own, theirs))
        regret = strong.own - gets[1 - leader]
        if follower == STATIONARY and len(theirs) != markov.num_states:
            notes.append("the follower's own table sees the time, which its class does not")
        elif regret == 0 and gets[leader] != achieved:
            notes.append(other_ties(gets[leader], achieved, ties))
    pure = all(p in (0, 1) for row in own for p in row)
    kind = policy or (DETERMINISTIC if pure else STOCHASTIC)
    optima, status = {}, OK
    stochastic = (STOCHASTIC,) if isinstance(game, IteratedGame) else ()  # not solved for others
    for compared in dict.fromkeys((kind, *stochastic)):
        try:
            with comparing(_SECONDS_IN_STEPS) as own_time:
                solution = _best(game, leader, follower, compared, ties)
        except InputError as error:
            notes.append(f"the best {compared} commitment is not known: {error}")
            continue
        if solution.status != OK:
            status = status_of(limits.of_status(solution.status), own_time)
        best = solution[0] if len(solution) else None
        if not isinstance(best, Commitment):
            notes.append(f"the best {compared} commitment is not known: none was found in time")
            continue
        value, bound = Fraction(best.value), Fraction(best.upper_bound)
        if pure or compared == STOCHASTIC:  # then the table itself is of the kind
            value = max(value, achieved)
        optima[compared] = BestCommitment(compared, value, bound, achieved)
        if not best.attained:
            notes.append(
                f"the value of the best {compared} commitment is a limit, which tables come as "
                "close to as one likes"
            )
    if kind == DETERMINISTIC and not pure:
        notes.append("the table is stochastic, and compared with deterministic ones only")
    where = (markov, scene.pair(own), 1 - leader)
    check = CommitmentCheck(
        leader,
        ties,
        achieved,
        strong.other,
        weak.other,
        strong.own,
        regret,
        _in_time(best_actions, *where) if follower == OPTIMAL else None,
        optima.get(kind),
        follower,
        _in_time(best_tables, *where, _MOST_TABLES) if follower == STATIONARY else None,
        stochastic=optima.get(STOCHASTIC) if kind == DETERMINISTIC else None,
        deception=_in_time(scene.deception, own, profile.shown, ties),
    )
    return check, tuple(notes), status


class _Scene:
    """A leader, a follower of a class, and the game that they play."""

    def __init__(self, game: MarkovGame, leader: int, follower: str) -> None:
        self.game, self.leader, self.follower = game, leader, follower

    def pair(self, own: Table, theirs: Table | None = None) -> Sequence[Table | None]:
        """The leader's and the follower's table in the order of the players."""
        return [own, theirs] if self.leader == 0 else [theirs, own]

    def response(self, own: Table, ties: str) -> BestResponse:
        """The follower's best response to a table."""
        return response_to(self.game, own, self.leader, self.follower, ties)

    def deception(self, own: Table, shown: Table | None, ties: str) -> Deception | None:
        """What comes of showing another table than is played; None where it is the same."""
        if shown is None or shown == own:
            return None
        believed = self.response(shown, ties)
        plan = pure_table(self.game, 1 - self.leader, believed.plan)
        payoffs = table_payoffs(self.game, self.pair(own, plan))
        loss = self.response(own, ties).own - payoffs[1 - self.leader]
        return Deception(shown, believed.other, payoffs[self.leader], loss)


def _in_time(work: Callable[..., _Answer], *args: Any) -> _Answer | None:
    """What work gives; None at a limit."""
    try:
        return work(*args)
    except LimitReached:
        return None


def _best(
    game: Any,
    leader: int,
    follower: str,
    policy: str,
    ties: str,
) -> Solution:
    """The best commitments of a kind, as far as the time allows."""
    from gtlearn.solvers._markov.commitment import stackelberg

    return stackelberg(game, leader=leader, follower=follower, policy=policy, ties=ties)


def require_two_players(game: Any, leader: int | None) -> None:
    """Refuses commitments in games of more players, and leaders that do not play.

    Raises:
        InputError: if so.
    """
    if game.num_players != 2:
        raise InputError(
            f"a commitment needs two players, {game.name!r} has {game.num_players}; check it as "
            "a Nash equilibrium"
        )
    if isinstance(leader, bool) or leader not in (None, 0, 1):
        raise InputError(
            f"the leader {quoted(leader)} is no player of {game.name!r}; choose 0 or 1"
        )
