"""What a check says."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gtlearn.games import Game
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.limits import OK
from gtlearn.solvers.checking.nearest import Nearest
from gtlearn.solvers.outcomes import Distribution, Table
from gtlearn.solvers.profile import Profile


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


@dataclass(frozen=True)
class CheckReport:
    """How far a profile is from what it claims to be.

    Attributes:
        profile: what is played, exactly.
        concept: what was checked.
        holds: whether every regret, gap or gain is at most `tolerance`, compared exactly.
        tolerance: as given.
        payoffs: the expected payoff of each player, in the game's unit, where all strategies are
            known.
        regrets: what each player could gain by its best deviation, which in several steps may use
            the whole history (nash only).
        nearest: the nearest equilibrium (nash, two players, small games in one shot).
        stationary_regrets: in several steps, what each could gain by its best deterministic table
            that does not see the time; below zero where the player's own table is better than all
            of those. None where the search for it took too long (nash only).
        stochastic_regrets: the same for its best stochastic table that does not see the time:
            what one known gains, and a proven upper bound on what any gains; None without a
            horizon, where a deterministic table is best, and for a player where not known.
        stackelberg: what the commitment is worth (stackelberg only).
        gain: the largest gain of a deviation (correlated concepts only).
        status: "ok", or what cut the check short: "time_limit", "memory_limit" or "interrupted";
            what was not known by then is None, and `holds` is false where it depends on that.
        notes: sentences that a reader should see.
    """

    profile: Profile
    concept: str
    holds: bool
    tolerance: Fraction
    payoffs: tuple[Fraction, ...] | None = None
    regrets: tuple[Fraction, ...] | None = None
    nearest: Nearest | None = None
    stationary_regrets: tuple[Fraction | None, ...] | None = None
    stochastic_regrets: tuple[tuple[Fraction, Fraction] | None, ...] | None = None
    stackelberg: CommitmentCheck | None = None
    gain: Fraction | None = None
    status: str = OK
    notes: tuple[str, ...] = ()

    @property
    def game(self) -> Game:
        """The game."""
        return self.profile.game

    @property
    def strategies(self) -> tuple[Any, ...]:
        """One strategy a player, exactly; None for a player of whom nothing is said."""
        return self.profile.strategies

    @property
    def joint(self) -> Distribution | None:
        """The joint distribution, for correlated concepts."""
        return self.profile.joint

    @property
    def nash_conv(self) -> Fraction | None:
        """The sum of the regrets (Lanctot et al. 2017), in the game's unit."""
        return None if self.regrets is None else sum(self.regrets, Fraction(0))

    @property
    def epsilon(self) -> Fraction | None:
        """The largest regret: the profile is an epsilon-equilibrium for no smaller epsilon."""
        return None if self.regrets is None else max(self.regrets)

    @property
    def openspiel_nash_conv(self) -> Fraction | None:
        """In several steps, OpenSpiel's `nash_conv` of `game.openspiel`, whose returns are sums.

        None without a horizon: there OpenSpiel's game goes on by chance and has no such number.
        """
        if self.nash_conv is None or not self.game.in_steps:
            return None
        markov = as_markov(self.game)
        return None if markov.horizon is None else self.nash_conv / markov.scale

    def to_json(self) -> dict[str, Any]:
        """The report as the JSON object of schema gtlearn/check/1."""
        from gtlearn.solvers.checking.report import to_json

        return to_json(self)

    def __str__(self) -> str:
        from gtlearn.solvers.checking.report import render

        return render(self)
