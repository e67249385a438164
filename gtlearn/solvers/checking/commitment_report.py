"""What a check of a commitment says, as data and as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gtlearn.games.dummies import follower_of
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.solvers.outcomes import Table
from gtlearn.solvers.output.pieces import add_row, exactly, mix, new_table, tie_words
from gtlearn.solvers.output.steps import when_played
from gtlearn.solvers.profile import Profile

_MAX_STATES = 60
_MAX_TABLES = 4  # best responses of a stationary follower that are shown


@dataclass(frozen=True)
class BestCommitment:
    """The most that a leader can earn by a commitment.

    Attributes:
        policy: in several steps, the tables that it may commit to: "deterministic" or "stochastic".
        value: what the best one known earns, the checked one among them.
        upper_bound: no commitment earns more.
        achieved: what the checked commitment earns.
    """

    policy: str | None
    value: Fraction
    upper_bound: Fraction
    achieved: Fraction

    @property
    def gap(self) -> Fraction:
        """How much more another commitment earns at most."""
        return self.upper_bound - self.achieved


@dataclass(frozen=True)
class Deception:
    """What a follower makes of a table that it was shown while the leader plays another.

    Attributes:
        shown: the table that the follower was told.
        promised: what the leader would earn if it played what it showed.
        seeming: what it earns by its own table where the follower responds to what was shown.
        follower_loss: how much less the follower gets so than by its best response to what is
            played.
    """

    shown: Table
    promised: Fraction
    seeming: Fraction
    follower_loss: Fraction


@dataclass(frozen=True)
class CommitmentCheck:
    """What a commitment is worth.

    Attributes:
        leader: the player who commits.
        ties: "strong" or "weak", which `achieved` and the optima assume.
        achieved: what the leader gets when the follower best-responds to what is played.
        strong: what it gets if the follower breaks ties for the leader.
        weak: what it gets if it breaks them against it.
        follower_value: what the follower gets by a best response.
        follower_regret: what the follower's own strategy loses against that, None where the
            profile has none.
        best_responses: the follower's actions that best respond to the commitment: in one shot
            their indices; in several steps, against an optimal follower, the actions of its best
            responses in each row (`t * states + s`, or s without a horizon), empty where they
            never come.
        optimum: the best commitment, in several steps of the kind that this one is; None where it
            is not known.
        follower: in several steps, the follower's class: "stationary" or "optimal".
        best_tables: for a stationary one, its best tables (at most so many), an action a state,
            None where it never comes.
        stochastic: the best stochastic one where this one is deterministic, None where not known.
        deception: what the follower was told, where that is another table than is played.
    """

    leader: int
    ties: str
    achieved: Fraction
    strong: Fraction
    weak: Fraction
    follower_value: Fraction
    follower_regret: Fraction | None = None
    best_responses: tuple[Any, ...] | None = None
    optimum: BestCommitment | None = None
    follower: str | None = None
    best_tables: tuple[tuple[int | None, ...], ...] | None = None
    stochastic: BestCommitment | None = None
    deception: Deception | None = None

    @property
    def value(self) -> Fraction | None:
        """What the best commitment earns, None where the time did not suffice to find it."""
        return None if self.optimum is None else self.optimum.value

    @property
    def gap(self) -> Fraction | None:
        """How much more the best commitment earns at most."""
        return None if self.optimum is None else self.optimum.gap

    def holds(self, tolerance: Fraction) -> bool:
        """Whether neither the leader nor the follower can do better by more than `tolerance`."""
        return (
            self.gap is not None
            and self.gap <= tolerance
            and (self.follower_regret or 0) <= tolerance
        )


def commitment_blocks(profile: Profile, check: CommitmentCheck, unit: str) -> list[Any]:
    """The follower's best responses, what both get, and what the best commitment earns.

    Args:
        profile: what is played.
        check: what the commitment is worth.
        unit: what payoffs are counted in.
    """
    leader, follower = _pair(profile, check)
    blocks: list[Any] = []
    if profile.game.in_steps:
        blocks.append(_response_table(profile, check))
    else:
        labels = profile.game.points(profile.game.players.index(follower))[0].actions
        best = ", ".join(labels[j] for j in check.best_responses or ())
        blocks.append(f"{follower}'s best responses to it: {best}.")
    earned = f"{exactly(check.strong)}, however {follower} breaks ties"
    if check.strong != check.weak:
        earned = (
            f"{exactly(check.strong)} if {follower} breaks ties in its favour, "
            f"{exactly(check.weak)} if against it"
        )
    blocks.append(
        f"{leader} gets {earned}; {follower} gets {exactly(check.follower_value)} ({unit})."
    )
    for optimum in (check.optimum, check.stochastic):
        if optimum is not None:
            blocks.append(_optimum_line(optimum, check, leader, follower))
    if check.follower_regret is not None:
        what = "table" if profile.game.in_steps else "strategy"
        blocks.append(f"{follower}'s own {what} loses {exactly(check.follower_regret)}.")
    if check.deception is not None:
        blocks.append(_deception_line(check, check.deception, leader, follower))
    return blocks


def _pair(profile: Profile, check: CommitmentCheck) -> tuple[str, str]:
    """The labels of the leader and the follower."""
    game: Any = profile.game
    place = 1 - check.leader if game.in_steps else follower_of(game, check.leader)
    return game.players[check.leader], game.players[place]


def _optimum_line(
    optimum: BestCommitment, check: CommitmentCheck, leader: str, follower: str
) -> str:
    ties = f"{follower} breaking ties {tie_words(check.ties, leader)}"
    best = f"The best {optimum.policy or ''} commitment".replace("  ", " ")
    earns = f"earns {exactly(optimum.value)}, {ties}"
    if optimum.upper_bound == optimum.value:
        return f"{best} {earns}: a gap of {exactly(optimum.gap)}."
    return (
        f"{best} known {earns}; none earns more than {exactly(optimum.upper_bound)}: a gap of at "
        f"most {exactly(optimum.gap)}."
    )


def _deception_line(
    check: CommitmentCheck, deception: Deception, leader: str, follower: str
) -> str:
    return (
        f"Deception: {leader} shows {follower} another table than it plays. By {follower}'s "
        f"response to what is shown it would seem to earn {exactly(deception.seeming)}, which "
        f"costs {follower} {exactly(deception.follower_loss)}; scored is what is played, "
        f"{exactly(check.achieved)}. The table shown, if played, would earn "
        f"{exactly(deception.promised)}."
    )


def _response_table(profile: Profile, check: CommitmentCheck) -> Any:
    """A line a state: what the leader plays, and the follower's best responses there."""
    game, follower = as_markov(profile.game), 1 - check.leader
    own = profile.strategies[check.leader]
    labels = game.actions[follower]
    heads = ["state", f"{game.players[check.leader]} plays"]
    columns: list[list[str]] = []
    if check.best_responses is not None:
        heads.append(f"{game.players[follower]}'s best responses")
        columns.append(
            [
                _by_time(check.best_responses[s :: game.num_states], labels)
                for s in range(game.num_states)
            ]
        )
    for number, best in enumerate((check.best_tables or ())[:_MAX_TABLES]):
        several = len(check.best_tables or ()) > 1
        heads.append(f"{game.players[follower]}'s best" + (f" #{number}" if several else ""))
        columns.append(["-" if action is None else labels[action] for action in best])
    table = new_table(*heads)
    for state, label in list(enumerate(game.states))[:_MAX_STATES]:
        cells = [label, mix(game.actions[check.leader], tuple(own[state]))]
        add_row(table, [*cells, *(column[state] for column in columns)])
    hidden = len(check.best_tables or ()) - _MAX_TABLES
    if hidden > 0:
        table.caption = f"{hidden} more best tables are in the JSON"
    return table


def _by_time(steps: Sequence[Sequence[int]], labels: Sequence[str]) -> str:
    """The best actions in a state, at the steps at which best responses come there."""
    return when_played(
        {
            step: " or ".join(labels[a] for a in actions)
            for step, actions in enumerate(steps)
            if actions
        }
    )
