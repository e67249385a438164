"""What solvers find, of games in one shot and of Markov games, and the proof of each.

Data only: `verify` and every output are written over these classes, and over nothing of the solvers
that make them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from gtlearn.games.numbers import Number
from gtlearn.solvers.enclosures import EnclosedTable, Real

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
        evidence: the numbers that prove it, by name; see `verify` for their meaning.
    """

    kind: str
    arithmetic: str
    verified: bool
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NashEquilibrium:
    """A mixed strategy a player, none of whom gains by deviating.

    Attributes:
        strategies: one probability vector a player.
        payoffs: the expected payoff of each player.
        certificate: evidence "regrets", one a player (all zero when exact).
        index: +1 or -1 where the equilibrium is isolated and regular (Shapley 1974), else None.
    """

    strategies: tuple[Strategy, ...]
    payoffs: tuple[Number, ...]
    certificate: Certificate
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

    @property
    def gap(self) -> Number | None:
        """How much better by the objective another one could be at most; None where not known.

        0 says that this one is optimal.
        """
        bound: Number | None = self.certificate.evidence.get("bound")
        return None if bound is None or self.value is None else bound - self.value


@dataclass(frozen=True)
class Commitment:
    """A leader's commitment and the follower's response (a Stackelberg equilibrium).

    Attributes:
        strategies: one probability vector a player; the follower's is its response.
        payoffs: the expected payoff of each player. Where `attained` is false, the leader's is
            the supremum, approached by commitments near `strategies[leader]`.
        leader: the index of the player who commits.
        response: the follower's action index, or one index a follower type.
        ties: "strong" (the follower breaks ties for the leader) or "weak" (against it).
        attained: whether some commitment earns the leader its value; False when it is only a
            supremum.
        certificate: the proof of the leader's value.
        distribution: the joint distribution, for a commitment to a correlated strategy.
    """

    strategies: tuple[Strategy, ...]
    payoffs: tuple[Number, ...]
    leader: int
    response: int | tuple[int, ...] | None
    ties: str
    attained: bool
    certificate: Certificate
    distribution: Distribution | None = None

    @property
    def value(self) -> Number:
        """What the leader earns by this commitment (or near it, where it is not attained)."""
        bayesian = isinstance(self.response, tuple)  # whose payoffs begin with the leader's
        return self.payoffs[0 if bayesian else self.leader]

    @property
    def gap(self) -> Number | None:
        """How much more a better commitment could earn at most; None where no bound is known.

        0 says that this one is optimal.
        """
        bound: Number | None = self.certificate.evidence.get("upper_bound")
        return None if bound is None else bound - self.value


@dataclass(frozen=True)
class NashSubset:
    """A maximal Nash subset: every pair from conv(rows) x conv(columns) is an equilibrium.

    Attributes:
        rows: the extreme strategies of player 0 (vertices of its side).
        columns: the extreme strategies of player 1.
        members: indices into the solution's list of the extreme equilibria that it holds.
    """

    rows: tuple[Strategy, ...]
    columns: tuple[Strategy, ...]
    members: tuple[int, ...]


@dataclass(frozen=True)
class MarkovEquilibrium:
    """A Markov strategy a player, none of whom gains by deviating, whatever the deviation.

    Attributes:
        tables: one table a player, states x actions; where the certificate's arithmetic is
            "enclosure", rows that are not pure hold an `Enclosure` for each action that is played.
        timed: whether the tables belong to the game with its time unrolled
            (`games.markov.unrolled`), so that row `t * states + s` is played in state s at step t.
        payoffs: the value of each player, in the game's unit.
        certificate: evidence "regrets", one a player, against every history-dependent deviation.
    """

    tables: tuple[EnclosedTable, ...]
    timed: bool
    payoffs: tuple[Real, ...]
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
        payoffs: what each player gets from this commitment, in the game's unit; where `attained`
            is false, what they get in the limit from commitments that come ever nearer to it
            along the certificate's direction.
        response: the follower's action at each state; where it depends on the time, row
            `t * states + s` is for state s at step t.
        upper_bound: no commitment of the class earns the leader more.
        attained: whether the commitment itself earns the leader the value; false where, under
            weak ties, only commitments near it come as near to the value as one likes.
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
    attained: bool
    certificate: Certificate

    @property
    def value(self) -> Number:
        """What the leader earns by this commitment (or near it, where it is not attained)."""
        return self.payoffs[self.leader]

    @property
    def gap(self) -> Number:
        """How much more a better commitment of the class could earn at most."""
        return self.upper_bound - self.value


def weakest(arithmetics: Iterable[str]) -> str:
    """The weakest of several arithmetics, "rational" where there is none."""
    return max(arithmetics, key=ARITHMETICS.index, default=RATIONAL)


OneShotOutcome = NashEquilibrium | CorrelatedEquilibrium | Commitment
MarkovOutcome = MarkovEquilibrium | TableCommitment
Outcome = OneShotOutcome | MarkovOutcome


def pure(size: int, action: int) -> Strategy:
    """The pure strategy that plays `action` of `size`, in Fractions."""
    strategy = [_ZERO] * size
    strategy[action] = _ONE
    return tuple(strategy)
