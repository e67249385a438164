"""What was found about an iterated or Markov game: the sibling of `Solution` for tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.games.numbers import Number
from gtlearn.solvers.solution import OK, RATIONAL, Certificate, Strategy

Table = tuple[Strategy, ...]  # one probability vector a state

STATIONARY, OPTIMAL = "stationary", "optimal"  # the follower's classes
DETERMINISTIC, STOCHASTIC = "deterministic", "stochastic"  # what a leader may commit to


@dataclass(frozen=True)
class MarkovEquilibrium:
    """A Markov strategy a player, none of whom gains by deviating, whatever the deviation.

    Attributes:
        tables: one table a player, states x actions.
        timed: whether the tables belong to the game with its time unrolled
            (`games.markov.unrolled`), so that row `t * states + s` is played in state s at step t.
        payoffs: the value of each player, in the game's unit.
        certificate: evidence "regrets", one a player, against every history-dependent deviation.
    """

    tables: tuple[Table, ...]
    timed: bool
    payoffs: tuple[Number, ...]
    certificate: Certificate


@dataclass(frozen=True)
class TableCommitment:
    """A leader's commitment to a table, states x actions, and what a follower makes of it.

    What it is worth depends on the follower's class and on how that follower breaks ties.

    Attributes:
        leader: the index of the player who commits.
        commitment: the leader's table; exact probabilities.
        follower: "stationary" (a deterministic table, the time unseen) or "optimal" (any
            response to the history).
        policy: what was searched: "deterministic" or "stochastic" tables of the leader.
        ties: "strong" (the follower breaks ties for the leader) or "weak" (against it).
        payoffs: what each player gets from this commitment, in the game's unit.
        response: the follower's action at each state; where it depends on the time, row
            `t * states + s` is for state s at step t.
        upper_bound: no commitment of the class earns the leader more.
        attained: whether the best value is attained: True where `value` meets `upper_bound`,
            False where no commitment of the class attains it, None where that is not known.
        certificate: the proof of the payoffs and of the bound.
    """

    leader: int
    commitment: Table
    follower: str
    policy: str
    ties: str
    payoffs: tuple[Number, ...]
    response: tuple[int, ...]
    upper_bound: Number
    attained: bool | None
    certificate: Certificate

    @property
    def value(self) -> Number:
        """What the leader earns by this commitment."""
        return self.payoffs[self.leader]

    @property
    def gap(self) -> Number:
        """How much more a better commitment of the class could earn at most."""
        return self.upper_bound - self.value


Outcome = MarkovEquilibrium | TableCommitment


@dataclass(frozen=True)
class MarkovSolution:
    """What a solver found about an iterated or Markov game.

    Attributes:
        game: the game that was solved.
        concept: "nash" or "stackelberg".
        method: the method that ran, named as the literature names it.
        solutions: the outcomes found; index or iterate the MarkovSolution to reach them.
        status: "ok", or "time_limit" where the search was cut short by it.
        complete: true only where it is proven that `solutions` holds all that was asked for.
        arithmetic: "rational" or "float".
        seconds: wall-clock time of the solver.
        follower: for commitments, the follower's class: "stationary" or "optimal".
        policy: for commitments, what the leader may commit to: "deterministic" or "stochastic".
        bounds: for commitments, more bounds on the leader's value by name: "folk" and, with a
            horizon, "unlimited_memory".
        robustness: for commitments, what tables that leave the knife-edge earn under weak ties:
            pairs (distance from the first solution's table, the leader's value).
        notes: sentences that a reader should see.
    """

    game: MarkovGame | IteratedGame
    concept: str
    method: str
    solutions: tuple[Outcome, ...]
    status: str = OK
    complete: bool = False
    arithmetic: str = RATIONAL
    seconds: float = 0.0
    follower: str | None = None
    policy: str | None = None
    bounds: Mapping[str, Number] | None = None
    robustness: tuple[tuple[Number, Number], ...] = ()
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.solutions)

    def __iter__(self) -> Iterator[Outcome]:
        return iter(self.solutions)

    def __getitem__(self, index: int) -> Outcome:
        return self.solutions[index]
