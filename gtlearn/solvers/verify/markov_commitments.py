"""The statements of a commitment to a table, each recomputed from the game."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from math import prod
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games import MarkovGame
from gtlearn.solvers.outcomes import DETERMINISTIC, RATIONAL, STATIONARY, STOCHASTIC, Commitment
from gtlearn.solvers.verify.claim import Claim, verified_failures
from gtlearn.solvers.verify.form import in_words, index, items, number, number_failures, text
from gtlearn.solvers.verify.markov_bounds import bound_failures, limit_failures
from gtlearn.solvers.verify.markov_search import Tried
from gtlearn.solvers.verify.markov_values import (
    CLASSES,
    Response,
    Table,
    lists_every_step,
    payoff_failures,
    read_response,
    read_table,
    refused,
    response_to,
    table_payoffs,
)
from gtlearn.solvers.verify.report import Statement, unless

EVIDENCE = ("bound", "upper_bound", "tables", "boxes", "folk", "unlimited_memory", "direction")
BESIDES = ("value", "upper_bound", "gap", "unit", "states", "response")  # of the JSON


def commitment_statements(
    game: MarkovGame,
    outcome: Commitment,
    claim: Claim | None,
    besides: Mapping[str, Any],
    tried: Tried | None,
) -> Iterator[Statement]:
    """The table, the response, what both get, and the upper bound.

    Args:
        game: the game.
        outcome: the commitment.
        claim: the solution that it belongs to, None where it stands alone.
        besides: what its JSON says besides.
        tried: where tables of the leader are tried; None to try none.
    """
    try:
        played = _Played.read(game, outcome)
    except InputError as error:
        yield refused("the commitment and the response", error)
        return
    evidence = outcome.certificate.evidence
    bound = text(number(outcome.upper_bound, "the upper bound"))
    yield Statement(f"that it is a {outcome.policy} table, with a response", tuple)
    yield Statement(
        "the payoffs",
        lambda: payoff_failures(game, played.payoffs, outcome.payoffs, True),
    )
    yield Statement(
        f"that no {outcome.follower} response is better", partial(_best_response, played)
    )
    yield Statement(f"what the leader gets with {outcome.ties} ties", partial(_ties, played))
    if claim is not None:
        pairs = [(claim.follower, outcome.follower), (claim.policy, outcome.policy)]
        same = all(whole in (None, own) for whole, own in pairs)
        yield Statement(
            "that its follower and policy are those of all",
            unless(same, "its follower or policy is not that of the solution"),
        )
    yield from _repeated(game, outcome, besides)
    yield Statement(
        f"that no {outcome.policy} table earns more than {bound}",
        partial(bound_failures, game, outcome, tried),
    )
    if "tables" in evidence:
        yield Statement("how many tables there are", partial(_count, game, outcome))
    yield Statement("whether it is verified", lambda: verified_failures(outcome, True))


@dataclass(frozen=True)
class _Played:
    """A commitment and the response to it.

    Attributes:
        game: the game.
        outcome: what is stated.
        tables: what both play, exactly, in the game's order.
    """

    game: MarkovGame
    outcome: Commitment
    tables: tuple[Table, Table]

    @classmethod
    def read(cls, game: MarkovGame, outcome: Commitment) -> _Played:
        """The tables, if they are of the form that belongs to the game."""
        if game.num_players != 2:
            raise InputError(f"{game.name} has {game.num_players} players; a commitment needs two")
        if outcome.certificate.arithmetic != RATIONAL:
            raise InputError("a commitment is proven in exact arithmetic only")
        leader = index(outcome.leader, 2, "the leader")
        if outcome.follower not in CLASSES or outcome.ties not in ("strong", "weak"):
            raise InputError(f"the follower {outcome.follower!r} or its ties are not known")
        if outcome.policy not in (DETERMINISTIC, STOCHASTIC):
            raise InputError(f"the policy {outcome.policy!r} is not known")
        if type(outcome.attained) is not bool:
            raise InputError("whether the value is attained is no truth value")
        table = read_table(game, outcome.commitment, leader, game.num_states, True)
        if outcome.policy == DETERMINISTIC and any(p not in (0, 1) for row in table for p in row):
            raise InputError("the commitment is not deterministic")
        number(outcome.upper_bound, "the upper bound")
        if len(items(outcome.payoffs, "the payoffs")) != 2:
            raise InputError("there is not one payoff for each of 2 players")
        response = read_response(game, outcome, 1 - leader)
        return cls(game, outcome, (table, response) if leader == 0 else (response, table))

    @property
    def leader(self) -> int:
        """Who commits."""
        return self.outcome.leader

    @cached_property
    def payoffs(self) -> tuple[Fraction, ...]:
        """What both get."""
        return table_payoffs(self.game, self.tables)

    @cached_property
    def best(self) -> Response:
        """A best response of the class to the leader's table, with ties broken as stated."""
        own, outcome = self.tables[self.leader], self.outcome
        return response_to(self.game, own, self.leader, outcome.follower, outcome.ties)

    def stated(self, player: int) -> Fraction:
        """The payoff that is stated."""
        return number(self.outcome.payoffs[player], "the payoffs")


def _best_response(played: _Played) -> list[str]:
    follower = 1 - played.leader
    own = played.payoffs[follower]
    if own == played.best.own:
        return []
    name = played.game.players[follower]
    return [
        f"the response is not a best one: {name!r} can get {text(played.best.own)}, not {text(own)}"
    ]


def _ties(played: _Played) -> list[str]:
    """Whether the leader gets its payoff, or comes near it where it is not attained."""
    value, kept = played.stated(played.leader), played.best.other
    if not played.outcome.attained:
        failed = limit_failures(played.game, played.outcome)
        if value == kept and not failed:
            return [f"it is attained: the leader gets {text(kept)}"]
        return failed
    if value == kept:
        return []
    who, ties = played.game.players[played.leader], played.outcome.ties
    return [f"with {ties} ties {who!r} gets {text(kept)}, not {text(value)}"]


def _repeated(
    game: MarkovGame, outcome: Commitment, besides: Mapping[str, Any]
) -> Iterator[Statement]:
    """What the JSON says once more in other words: the value, the gap, the unit and the states."""
    for key, said in besides.items():
        if key in ("value", "upper_bound", "gap"):
            yield Statement(f"the {key}", partial(_number, outcome, key, said))
        elif key == "unit":
            yield unit_statement(game, said)
        elif key == "states":
            false = "the states are not those of the game, in its order"
            yield Statement("the states", unless(said == list(game.states), false))
        elif key == "response":
            yield Statement("the response of each step", partial(_steps, game, outcome, said))


def _number(outcome: Commitment, key: str, said: Any) -> list[str]:
    value, bound = number(outcome.value, "the value"), number(outcome.upper_bound, "the bound")
    true = {"value": value, "upper_bound": bound, "gap": bound - value}[key]
    return number_failures(f"the {key}", true, said, True)


def unit_statement(game: MarkovGame, unit: Any) -> Statement:
    """That values are in that unit."""
    false = f"the unit is {game.unit!r}, not {in_words(unit)}"
    return Statement("the unit", unless(unit == game.unit, false))


def _steps(game: MarkovGame, outcome: Commitment, response: Any) -> list[str]:
    """Whether the response is a list for each step, or one list for a response that sees none."""
    timed = any(isinstance(step, list) for step in response)
    if not timed or (outcome.follower != STATIONARY and lists_every_step(game, response)):
        return []
    return ["the response is no list for each step"]


def _count(game: MarkovGame, outcome: Commitment) -> list[str]:
    """How many deterministic tables the leader has where play can be."""
    legal = game.legal[outcome.leader][game.reachable]
    count = prod(legal.sum(axis=1).tolist())
    stated = outcome.certificate.evidence["tables"]
    if type(stated) is int and stated == count:
        return []
    return [f"there are {count} deterministic tables, not {in_words(stated)}"]
