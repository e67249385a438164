"""What a commitment to a table is worth, scored by what is played and not by what is shown."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from gtlearn import limits
from gtlearn.errors import InputError, quoted
from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.limits import OK, LimitReached
from gtlearn.solvers._markov.tables import pure_table
from gtlearn.solvers.checking.commitment import other_ties
from gtlearn.solvers.checking.comparing import comparing, status_of
from gtlearn.solvers.checking.result import CommitmentCheck, Deception, Optimum
from gtlearn.solvers.outcomes import (
    DETERMINISTIC,
    OPTIMAL,
    STATIONARY,
    STOCHASTIC,
    Commitment,
    Table,
)
from gtlearn.solvers.profile import Profile
from gtlearn.solvers.solution import Solution
from gtlearn.solvers.verify import table_payoffs
from gtlearn.solvers.verify.markov_values import (
    Response,
    best_actions,
    best_response,
    best_tables,
)

COMPARING = 10.0  # seconds for each best commitment, where there is no time limit
MOST_TABLES = 20  # of a stationary follower's best responses that are listed


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
            with comparing(COMPARING) as own_time:
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
        optima[compared] = Optimum(compared, value, bound, achieved)
        if not best.attained:
            notes.append(
                f"the value of the best {compared} commitment is a limit, which tables come as "
                "close to as one likes"
            )
    if kind == DETERMINISTIC and not pure:
        notes.append("the table is stochastic, and compared with deterministic ones only")
    check = CommitmentCheck(
        leader,
        ties,
        achieved,
        strong.other,
        weak.other,
        strong.own,
        regret,
        best_responses=scene.best_actions(own) if follower == OPTIMAL else None,
        optimum=optima.get(kind),
        follower=follower,
        best_tables=scene.best_tables(own) if follower == STATIONARY else None,
        stochastic=optima.get(STOCHASTIC) if kind == DETERMINISTIC else None,
        deception=scene.deception(own, profile.shown, ties),
    )
    return check, tuple(notes), status


class _Scene:
    """A leader, a follower of a class, and the game that they play."""

    def __init__(self, game: MarkovGame, leader: int, follower: str) -> None:
        self.game, self.leader, self.follower = game, leader, follower

    def pair(self, own: Table, theirs: Table | None = None) -> Sequence[Table | None]:
        """The leader's and the follower's table in the order of the players."""
        return [own, theirs] if self.leader == 0 else [theirs, own]

    def response(self, own: Table, ties: str) -> Response:
        """The follower's best response to a table."""
        return best_response(
            self.game,
            self.pair(own),
            1 - self.leader,
            self.follower,
            favoured=self.leader,
            ties=ties,
        )

    def best_actions(self, own: Table) -> tuple[tuple[int, ...], ...] | None:
        """The actions of the follower's best responses; None at a limit."""
        try:
            return best_actions(self.game, self.pair(own), 1 - self.leader)
        except LimitReached:
            return None

    def best_tables(self, own: Table) -> tuple[tuple[int | None, ...], ...] | None:
        """The follower's best tables, some of them; None at a limit."""
        try:
            return best_tables(self.game, self.pair(own), 1 - self.leader, MOST_TABLES)
        except LimitReached:
            return None

    def deception(self, own: Table, shown: Table | None, ties: str) -> Deception | None:
        """What comes of showing another table than is played; None where it is the same, and at a
        limit."""
        if shown is None or shown == own:
            return None
        try:
            believed = self.response(shown, ties)
            plan = pure_table(self.game, 1 - self.leader, believed.plan)
            payoffs = table_payoffs(self.game, self.pair(own, plan))
            best = self.response(own, ties).own
        except LimitReached:
            return None
        return Deception(
            shown, believed.other, payoffs[self.leader], best - payoffs[1 - self.leader]
        )


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
