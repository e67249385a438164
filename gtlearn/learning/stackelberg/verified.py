"""What a learned commitment is really worth, exactly: scored is the table that is played."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games import IteratedGame
from gtlearn.learning.stackelberg.followers.oracle import best_response
from gtlearn.learning.stackelberg.game import Floats, LeaderGame
from gtlearn.solvers import solve
from gtlearn.solvers._markov.evaluation import evaluate
from gtlearn.solvers._markov.tables import simple_rows, written
from gtlearn.solvers.outcomes import DETERMINISTIC, STOCHASTIC, Commitment, Table
from gtlearn.solvers.solution import Solution

TIME_LIMIT = 10.0  # seconds for the best commitment


@dataclass(frozen=True)
class Reference:
    """What a learned commitment is compared with.

    Attributes:
        kind: "deterministic" or "stochastic" commitments.
        value: what the best of them earns under strong ties; None where that is not known.
        bound: none of them earns more.
    """

    kind: str
    value: Fraction | None
    bound: Fraction


@dataclass(frozen=True)
class Verified:
    """An exact check of a leader and its follower.

    Attributes:
        commitment: the leader's table, as it is scored.
        follower_class: what the follower may do: "stationary" or "optimal".
        strong: what the leader gets from an exact best response that breaks ties for it.
        weak: what it gets if ties are broken against it.
        bound: no commitment of its kind earns more under strong ties.
        exact: what the best of them earns; None where that is not known.
        kind: "deterministic" or "stochastic": among which tables the leader's is compared.
        answer: the learned follower's table, as it is scored.
        with_learned: what the leader gets from it.
        regret: what it loses against the follower's best response.
    """

    commitment: Table
    follower_class: str
    kind: str
    strong: Fraction
    weak: Fraction
    exact: Fraction | None
    bound: Fraction
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
        commitment=table,
        follower_class=follower_class,
        kind=best.kind,
        strong=strong[game.leader],
        weak=weak[game.leader],
        exact=best.value,
        bound=best.bound,
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
    found = solve(
        game.game,
        concept="stackelberg",
        leader=game.leader,
        follower=follower_class,
        policy=policy,
        time_limit=TIME_LIMIT,
    )
    assert isinstance(found, Solution)
    best = found[0]
    assert isinstance(best, Commitment)
    return best
