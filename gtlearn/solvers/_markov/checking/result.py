"""What a check of tables says."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.limits import OK
from gtlearn.solvers._markov.profiles.rows import Rows
from gtlearn.solvers.enclosures import EnclosedTable, Real


@dataclass(frozen=True)
class Optimum:
    """The most that a leader can earn by committing to a table of a kind.

    Attributes:
        policy: the tables that it may commit to: "deterministic" or "stochastic".
        value: what the best one known earns, the checked one among them.
        upper_bound: no table earns more.
        achieved: what the checked commitment earns.
    """

    policy: str
    value: Fraction
    upper_bound: Fraction
    achieved: Fraction

    @property
    def gap(self) -> Fraction:
        """How much more another table earns at most."""
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

    shown: Rows
    promised: Fraction
    seeming: Fraction
    follower_loss: Fraction


@dataclass(frozen=True)
class CommitmentCheck:
    """What a commitment to a table is worth.

    Attributes:
        leader: the player who commits.
        follower: the follower's class: "stationary" or "optimal".
        ties: "strong" or "weak", which `achieved` and the optima assume.
        achieved: what the leader gets when the follower best-responds to what is played.
        strong: what it gets if the follower breaks ties for the leader.
        weak: what it gets if it breaks them against it.
        follower_value: what the follower gets by a best response.
        follower_regret: what the follower's own table loses against that, None where the profile
            has none.
        best_actions: against an optimal follower, the actions of its best responses in each row
            (`t * states + s`, or s without a horizon); empty where they never come.
        best_tables: for a stationary one, its best tables (at most so many), an action a state,
            None where it never comes.
        optimum: the best commitment of the kind that this one is, None where it is not known.
        stochastic: the best stochastic one where this one is deterministic, None where not known.
        deception: what the follower was told, where that is another table than is played.
    """

    leader: int
    follower: str
    ties: str
    achieved: Fraction
    strong: Fraction
    weak: Fraction
    follower_value: Fraction
    follower_regret: Fraction | None = None
    best_actions: tuple[tuple[int, ...], ...] | None = None
    best_tables: tuple[tuple[int | None, ...], ...] | None = None
    optimum: Optimum | None = None
    stochastic: Optimum | None = None
    deception: Deception | None = None


@dataclass(frozen=True)
class TableReport:
    """How far tables are from what they claim to be.

    Attributes:
        game: the game.
        concept: "nash" or "stackelberg".
        holds: whether every regret, or the gap to the best commitment's upper bound, is at most
            `tolerance`, compared exactly.
        tolerance: as given.
        tables: one a player, exactly or, of an equilibrium in a box, enclosed; None for a player
            of whom nothing is said.
        payoffs: what each player gets, in the game's unit, where all tables are known.
        regrets: what each player could gain by its best deviation, which may use the whole
            history (nash only).
        stationary_regrets: what each could gain by its best deterministic table that does not see
            the time; below zero where the player's own table is better than all of those. None
            where the search for it took too long (nash only).
        stochastic_regrets: the same for its best stochastic table that does not see the time:
            what one that was found gains, and a proven upper bound on what any gains; None without
            a horizon, where a deterministic table is best, and for a player where not known.
        stackelberg: what the commitment is worth (stackelberg only).
        status: "ok", or what cut the check short: "time_limit", "memory_limit" or "interrupted";
            what was not known by then is None, and `holds` is false where it depends on that.
        notes: sentences that a reader should see.
    """

    game: MarkovGame | IteratedGame
    concept: str
    holds: bool
    tolerance: Fraction
    tables: tuple[EnclosedTable | None, ...]
    payoffs: tuple[Real, ...] | None = None
    regrets: tuple[Fraction, ...] | None = None
    stationary_regrets: tuple[Fraction | None, ...] | None = None
    stochastic_regrets: tuple[tuple[Fraction, Fraction] | None, ...] | None = None
    stackelberg: CommitmentCheck | None = None
    status: str = OK
    notes: tuple[str, ...] = ()

    @property
    def nash_conv(self) -> Fraction | None:
        """The sum of the regrets (Lanctot et al. 2017), in the game's unit."""
        return None if self.regrets is None else sum(self.regrets, Fraction(0))

    @property
    def openspiel_nash_conv(self) -> Fraction | None:
        """What OpenSpiel's `nash_conv` is of `game.openspiel`, whose returns are sums of rewards.

        None without a horizon: there OpenSpiel's game goes on by chance and has no such number.
        """
        markov = self.game.markov if isinstance(self.game, IteratedGame) else self.game
        if self.nash_conv is None or markov.horizon is None:
            return None
        return self.nash_conv / markov.scale

    def to_json(self) -> dict[str, Any]:
        """The report as the JSON object of schema gtlearn/check/1."""
        from gtlearn.solvers._markov.checking.report import to_json

        return to_json(self)

    def __str__(self) -> str:
        from gtlearn.solvers._markov.checking.report import render

        return render(self)
