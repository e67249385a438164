"""What solvers find, and the proof of each.

Data only: `verify` and every output are written over these classes, and over nothing of the solvers
that make them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar

from gtlearn.games.numbers import Number
from gtlearn.solvers.evidence import evidence_of

Strategy = tuple[Number, ...]  # one probability an action
Table = tuple[Strategy, ...]  # one strategy a state
Distribution = Mapping[tuple[int, ...], Number]  # probability of each pure profile, zeros absent

RATIONAL = "rational"
ENCLOSURE = "enclosure"
FLOAT = "float"
ARITHMETICS = (RATIONAL, ENCLOSURE, FLOAT)  # the strongest first

STATIONARY, OPTIMAL = "stationary", "optimal"  # the follower's classes
DETERMINISTIC, STOCHASTIC = "deterministic", "stochastic"  # what a leader may commit to

_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True)
class Certificate:
    """The proof that comes with one solution.

    Attributes:
        kind: what is proven ("nash", "correlated", "coarse-correlated", "stackelberg", ...).
        arithmetic: "rational" where every number in it is exact, "enclosure" where numbers lie in
            proven intervals, else "float".
        verified: whether `gtlearn.solvers.verify` accepted it from the payoffs alone.
        evidence: what proves it, by name: of gtlearn's own concepts one of the dataclasses of
            `evidence`, whose fields can be read as attributes too.
    """

    kind: str
    arithmetic: str
    verified: bool
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if isinstance(self.evidence, Mapping) and isinstance(self.kind, str):
            object.__setattr__(self, "evidence", evidence_of(self.kind, self.evidence))


@dataclass(frozen=True)
class StrategyProfile:
    """What each player plays, as a concept has it.

    Attributes:
        strategies: one a player: a probability vector where players decide once, a table of them
            (states x actions) in a game of several steps. Where the certificate's arithmetic is
            "enclosure", strategies that are not pure hold an `Enclosure` for each action played.
        payoffs: what each player gets, in the game's unit; the concept says when.
        certificate: the proof.
        timed: in several steps, whether the tables belong to the game with its time unrolled, so
            that row `t * states + s` is played in state s at step t; None where players decide
            once.
    """

    strategies: tuple[Any, ...]
    payoffs: tuple[Any, ...]  # each a Number, or an Enclosure
    certificate: Certificate
    timed: bool | None = field(default=None, kw_only=True)

    @property
    def in_steps(self) -> bool:
        """Whether it is of a game of several steps."""
        return self.timed is not None


@dataclass(frozen=True)
class NashEquilibrium(StrategyProfile):
    """What each player plays, none of whom gains by deviating, whatever the deviation.

    The payoffs are the expected ones. The certificate's evidence is "regrets", one a player (all
    zero when exact); in a game of several steps against every history-dependent deviation.

    Attributes:
        index: +1 or -1 where the equilibrium is isolated and regular (Shapley 1974), else None.
    """

    index: int | None = None


@dataclass(frozen=True)
class CorrelatedEquilibrium:
    """A distribution over pure profiles that no player gains by disobeying.

    Attributes:
        distribution: probability of each pure profile; absent profiles have probability zero.
        payoffs: the expected payoff of each player.
        value: the objective's value, None where nothing was maximised.
        certificate: evidence "gain" (the largest gain of a deviation) and, where an objective was
            maximised, the dual proof of optimality.
    """

    distribution: Distribution
    payoffs: tuple[Number, ...]
    certificate: Certificate
    value: Number | None = None
    in_steps: ClassVar[bool] = False  # no solver finds any in a game of several steps

    @property
    def gap(self) -> Number | None:
        """How much better by the objective another one could be at most; None where not known.

        0 says that this one is optimal.
        """
        bound: Number | None = self.certificate.evidence.get("bound")
        return None if bound is None or self.value is None else bound - self.value


@dataclass(frozen=True)
class Commitment:
    """A leader's commitment and what a follower makes of it (a Stackelberg equilibrium).

    In a game of several steps its worth depends on the follower's class too.

    Attributes:
        strategies: one a player, as in `NashEquilibrium`; None for a follower of whom `response`
            says what it plays in each state.
        payoffs: the expected payoff of each player, in the game's unit. Where `attained` is
            false, the leader's is the supremum, approached by commitments near its strategy, and
            in a game of several steps all are what the players get in that limit.
        leader: the index of the player who commits.
        response: the follower's action: an index, one index a follower type, or one index a
            state; where it depends on the time, row `t * states + s` is for state s at step t.
            None where the follower mixes.
        ties: "strong" (the follower breaks ties for the leader) or "weak" (against it).
        attained: whether some commitment earns the leader its value; False when it is only a
            supremum.
        certificate: the proof of the leader's value; evidence "upper_bound": no commitment of the
            class earns the leader more.
        distribution: the joint distribution, for a commitment to a correlated strategy.
        follower: in several steps, the follower's class: "stationary" (a deterministic table, the
            time unseen) or "optimal" (any response to the history); empty where players decide
            once.
        policy: in several steps, what was searched: "deterministic" or "stochastic" tables.
    """

    strategies: tuple[Any, ...]
    payoffs: tuple[Number, ...]
    leader: int
    response: Any
    ties: str
    attained: bool
    certificate: Certificate
    distribution: Distribution | None = None
    follower: str = ""
    policy: str = ""

    @property
    def in_steps(self) -> bool:
        """Whether it is of a game of several steps."""
        return bool(self.policy)

    @property
    def commitment(self) -> Any:
        """The leader's strategy."""
        return self.strategies[self.leader]

    @property
    def value(self) -> Number:
        """What the leader earns by this commitment (or near it, where it is not attained)."""
        bayesian = isinstance(self.response, tuple) and not self.in_steps
        return self.payoffs[0 if bayesian else self.leader]  # those begin with the leader's

    @property
    def upper_bound(self) -> Any:
        """What no commitment earns the leader more than; None where no bound is known."""
        return self.certificate.evidence.get("upper_bound")

    @property
    def gap(self) -> Any:
        """How much more a better commitment could earn at most; None where no bound is known.

        0 says that this one is optimal.
        """
        return None if self.upper_bound is None else self.upper_bound - self.value


@dataclass(frozen=True)
class NashSubset:
    """A maximal Nash subset: every pair from conv(rows) x conv(columns) is an equilibrium.

    Attributes:
        rows: the extreme strategies of player 0.
        columns: the extreme strategies of player 1.
        members: indices into the solution's list of the extreme equilibria that it holds.
    """

    rows: tuple[Strategy, ...]
    columns: tuple[Strategy, ...]
    members: tuple[int, ...]


@dataclass(frozen=True)
class BilinearCondition:
    """That a player who does not mix loses nothing by playing as it does.

    Attributes:
        player: who.
        action: what else it might play.
        losses: what it loses by that, at each extreme strategy of the first player who mixes and
            each of the second; the mean, weighted as they mix these, is to be at least 0.
    """

    player: int
    action: int
    losses: tuple[tuple[Number, ...], ...]


@dataclass(frozen=True)
class Continuum:
    """Infinitely many equilibria of more than two players, all of which play the same actions.

    Attributes:
        supports: those actions, one tuple a player.
        segment: two of these equilibria, which differ in one player's strategy, so that all between
            them are equilibria too.
        within: one tuple of strategies a player: all these equilibria are mixtures of them, player
            by player; None where more than two players mix.
        conditions: which profiles of such mixtures are no equilibria; where there is none, all are.
    """

    supports: tuple[tuple[int, ...], ...]
    segment: tuple[tuple[Strategy, ...], tuple[Strategy, ...]]
    within: tuple[tuple[Strategy, ...], ...] | None = None
    conditions: tuple[BilinearCondition, ...] = ()


Outcome = StrategyProfile | CorrelatedEquilibrium | Commitment


def weakest(arithmetics: Iterable[str]) -> str:
    """The weakest of several arithmetics, "rational" where there is none."""
    return max(arithmetics, key=ARITHMETICS.index, default=RATIONAL)


def committed(strategy: Any, leader: int) -> tuple[Any, ...]:
    """The strategies of two players of whom only the leader's is given."""
    return (strategy, None) if leader == 0 else (None, strategy)


def pure(size: int, action: int) -> Strategy:
    """The pure strategy that plays `action` of `size`, in Fractions."""
    strategy = [_ZERO] * size
    strategy[action] = _ONE
    return tuple(strategy)
