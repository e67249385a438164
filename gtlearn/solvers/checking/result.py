"""What a check of a commitment says."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gtlearn.solvers.outcomes import Table


@dataclass(frozen=True)
class Optimum:
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
    optimum: Optimum | None = None
    follower: str | None = None
    best_tables: tuple[tuple[int | None, ...], ...] | None = None
    stochastic: Optimum | None = None
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
