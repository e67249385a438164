"""What a learned commitment is really worth, exactly: scored is the table that is played.

`findings` says it in sentences.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games import IteratedGame
from gtlearn.learning.stackelberg.followers.protocol import best_response
from gtlearn.learning.stackelberg.game import Floats, LeaderGame
from gtlearn.solvers import solve
from gtlearn.solvers._markov.evaluation import evaluate
from gtlearn.solvers.outcomes import DETERMINISTIC, OPTIMAL, STOCHASTIC, Commitment, Table
from gtlearn.solvers.profiles.tables import simple_rows, written
from gtlearn.solvers.solution import Solution

_TIME_LIMIT = 10.0  # seconds for the best commitment
_ROUNDING = 1e-9  # of rewards that were summed in floats


@dataclass(frozen=True)
class Reference:
    """What a learned commitment is compared with.

    Attributes:
        kind: "deterministic" or "stochastic" commitments.
        exact: what the best of them earns under strong ties; None where that is not known.
        bound: none of them earns more.
    """

    kind: str
    exact: Fraction | None
    bound: Fraction


@dataclass(frozen=True)
class Verified(Reference):
    """An exact check of a leader and its follower, beside what the leader is compared with.

    Attributes:
        commitment: the leader's table, as it is scored.
        follower_class: what the follower may do: "stationary" or "optimal".
        strong: what the leader gets from an exact best response that breaks ties for it.
        weak: what it gets if ties are broken against it.
        answer: the learned follower's table, as it is scored.
        with_learned: what the leader gets from it.
        regret: what it loses against the follower's best response.
    """

    commitment: Table
    follower_class: str
    strong: Fraction
    weak: Fraction
    answer: Table
    with_learned: Fraction
    regret: Fraction

    @property
    def gap(self) -> Fraction:
        """How much more the best commitment earns, at most; just so where `exact` is known."""
        return self.bound - self.strong

    def to_json(self, game: LeaderGame) -> dict[str, Any]:
        """The keys of result.json, with numbers in floats and the tables exact."""
        return {
            "leader": game.leader,
            "states": list(game.markov.states),
            "commitment": written(self.commitment),
            "response": written(self.answer),
            "policy": self.kind,
            "follower_class": self.follower_class,
            "unit": game.markov.unit,
            "true_value": float(self.strong),
            "true_value_weak": float(self.weak),
            "value_with_learned_follower": float(self.with_learned),
            "exact_value": None if self.exact is None else float(self.exact),
            "exact_upper_bound": float(self.bound),
            "gap": float(self.gap),
            "follower_regret": float(self.regret),
        }


def verified(
    game: LeaderGame,
    leader: Floats,
    follower: Floats,
    follower_class: str,
    best: Reference,
) -> Verified:
    """Scores a leader's table against the exact best response to it.

    Args:
        game: what was played.
        leader: what the leader really plays, shape (states, leader actions).
        follower: the learned answer to it, shape (states or steps x states, follower actions).
        follower_class: "stationary" or "optimal".
        best: the best commitment of the kind that the leader learns.
    """
    table = simple_rows(leader)
    answer = simple_rows(follower)
    strong, weak = (
        best_response(game, table, follower_class, ties).payoffs for ties in ("strong", "weak")
    )
    played = evaluate(game.game, game.ordered(table, answer)).payoffs
    return Verified(
        **vars(best),
        commitment=table,
        follower_class=follower_class,
        strong=strong[game.leader],
        weak=weak[game.leader],
        answer=answer,
        with_learned=played[game.leader],
        regret=strong[game.follower] - played[game.follower],
    )


def true_value(game: LeaderGame, leader: Floats, follower_class: str) -> Fraction:
    """What a leader's table is worth against an exact best response that breaks ties for it."""
    return best_response(game, simple_rows(leader), follower_class, "strong").payoffs[game.leader]


def best_commitment(game: LeaderGame, follower_class: str, *, mixes: bool) -> Reference:
    """What the best commitment of the kind earns under strong ties.

    Where an iterated game has too many deterministic tables to try, stochastic ones give the bound.

    Args:
        game: what is played.
        follower_class: "stationary" or "optimal".
        mixes: whether stochastic tables are meant, or deterministic ones.

    Raises:
        InputError: if nothing is known: of stochastic tables, or of too many deterministic ones, of
            a game that is not iterated.
    """
    kind, iterated = STOCHASTIC if mixes else DETERMINISTIC, isinstance(game.game, IteratedGame)
    if mixes and not iterated:
        raise InputError(
            f"what leaders that mix can earn is known for iterated games only; for "
            f"{game.game.name} use policy 'deterministic' and context 'policy'"
        )
    try:
        best = _solved(game, follower_class, kind)
    except InputError:
        if mixes or not iterated:
            raise
        wider = _solved(game, follower_class, STOCHASTIC)
        return Reference(kind, None, Fraction(wider.upper_bound))
    value, bound = Fraction(best.value), Fraction(best.upper_bound)
    return Reference(kind, value if value == bound else None, bound)


def _solved(game: LeaderGame, follower_class: str, policy: str) -> Commitment:
    solution = solve(
        game.game,
        concept="stackelberg",
        leader=game.leader,
        follower=follower_class,
        policy=policy,
        time_limit=_TIME_LIMIT,
    )
    assert isinstance(solution, Solution)
    best = solution[0]
    assert isinstance(best, Commitment)
    return best


@dataclass(frozen=True)
class PostTraining:
    """The paper's check (Gerstgrasser & Parkes 2023, Appendix C): does more training help?

    Attributes:
        iterations: how long the follower was trained on against the frozen leader.
        leader_change: how much more the leader gets from the follower after it, exactly.
        follower_gain: how much more the follower gets, exactly.
    """

    iterations: int
    leader_change: Fraction
    follower_gain: Fraction

    def agrees(self, regret: Fraction) -> bool:
        """Whether more training helped the follower just where it had something to gain.

        Args:
            regret: what the follower lost against its exact best response before.
        """
        return (self.follower_gain > 0) == (regret > 0)

    def to_json(self, regret: Fraction) -> dict[str, Any]:
        """The keys of result.json, in floats; the argument is that of `agrees`."""
        return {
            "agrees": self.agrees(regret),
            "iterations": self.iterations,
            "leader_change": float(self.leader_change),
            "follower_gain": float(self.follower_gain),
        }


def findings(outcome: Verified, more: PostTraining, seemed: float | None) -> list[str]:
    """What was found, one sentence or two a finding.

    Args:
        outcome: the exact check.
        more: the check by further training.
        seemed: what the leader earned in its last iteration of training; None if there was none,
            or if it may have been luck.
    """
    parts = [_worth(outcome), _learned_follower(outcome)]
    if more.iterations:
        parts.append(_further_training(outcome, more))
    if seemed is not None and seemed > float(outcome.bound) + _ROUNDING:
        parts.append(
            f"In training it seemed to earn {_shown(seemed)}, more than any commitment can: "
            "the follower did not answer what was really played"
        )
    return parts


def _worth(outcome: Verified) -> str:
    article = "an" if outcome.follower_class == OPTIMAL else "a"
    text = (
        f"Against the exact best response of {article} {outcome.follower_class} follower the "
        f"learned commitment is worth {_shown(outcome.strong)}"
    )
    if outcome.weak != outcome.strong:
        text += f", and {_shown(outcome.weak)} where the follower breaks ties against it"
    if outcome.gap == 0:
        return f"{text}; no {outcome.kind} one is worth more"
    if outcome.exact is None:
        return f"{text}; no {outcome.kind} one is worth more than {_shown(outcome.bound)}"
    return f"{text}; the best {outcome.kind} one is worth {_shown(outcome.exact)}"


def _learned_follower(outcome: Verified) -> str:
    given = _shown(outcome.with_learned)
    if outcome.regret > 0:
        return (
            f"The learned follower answers it worse than it could, by "
            f"{_shown(outcome.regret)}, and gives the leader {given}"
        )
    if outcome.with_learned != outcome.strong:
        return (
            "The learned follower answers it by a best response, with ties broken so that the "
            f"leader gets {given}"
        )
    return "The learned follower answers it by a best response"


def _further_training(outcome: Verified, more: PostTraining) -> str:
    helped = more.follower_gain > 0
    text = (
        f"{more.iterations} more iterations of the follower against it "
        + (f"gain it {_shown(more.follower_gain)}" if helped else "gain it nothing")
        + ", "
    )
    if more.agrees(outcome.regret):
        return f"{text}as the exact check says: both checks agree"
    return f"{text}so this check finds no fault. The checks DISAGREE; the exact one is right"


def _shown(value: Fraction | float) -> str:
    return f"{float(value):.6g}"
