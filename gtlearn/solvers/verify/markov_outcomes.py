"""The statements of an equilibrium in tables, and of a commitment to one, each recomputed from the
game."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from math import prod
from typing import Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games import MarkovGame
from gtlearn.solvers.outcomes import (
    DETERMINISTIC,
    ENCLOSURE,
    RATIONAL,
    STATIONARY,
    STOCHASTIC,
    Commitment,
    NashEquilibrium,
    Outcome,
)
from gtlearn.solvers.verify.claim import Claim, verified_failures
from gtlearn.solvers.verify.enclosure import EVIDENCE as ENCLOSED
from gtlearn.solvers.verify.enclosure import enclosed_statements
from gtlearn.solvers.verify.form import in_words, index, items, number, number_failures, text
from gtlearn.solvers.verify.markov_bounds import bound_failures, limit_failures
from gtlearn.solvers.verify.markov_search import Tried
from gtlearn.solvers.verify.markov_values import (
    CLASSES,
    BestResponse,
    Rows,
    best_deviation,
    each_failures,
    lists_every_step,
    payoff_failures,
    plays_best_everywhere,
    read_response,
    read_table,
    refused,
    response_to,
    step_failures,
    table_payoffs,
)
from gtlearn.solvers.verify.report import Statement, unless

_COMMITMENT = ("bound", "upper_bound", "tables", "boxes", "folk", "unlimited_memory", "direction")
_BESIDES = ("value", "upper_bound", "gap", "unit", "states", "response")  # of the JSON
_EQUILIBRIUM = ("regrets", "subgame_perfect", "lower", "upper")  # evidence that is tested


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
        played = _PlayedCommitment.read(game, outcome)
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
class _PlayedCommitment:
    """A commitment and the response to it.

    Attributes:
        game: the game.
        outcome: what is stated.
        tables: what both play, exactly, in the game's order.
    """

    game: MarkovGame
    outcome: Commitment
    tables: tuple[Rows, Rows]

    @classmethod
    def read(cls, game: MarkovGame, outcome: Commitment) -> _PlayedCommitment:
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
    def best(self) -> BestResponse:
        """A best response of the class to the leader's table, with ties broken as stated."""
        own, outcome = self.tables[self.leader], self.outcome
        return response_to(self.game, own, self.leader, outcome.follower, outcome.ties)

    def stated(self, player: int) -> Fraction:
        """The payoff that is stated."""
        return number(self.outcome.payoffs[player], "the payoffs")


def _best_response(played: _PlayedCommitment) -> list[str]:
    follower = 1 - played.leader
    own = played.payoffs[follower]
    if own == played.best.own:
        return []
    name = played.game.players[follower]
    return [
        f"the response is not a best one: {name!r} can get {text(played.best.own)}, not {text(own)}"
    ]


def _ties(played: _PlayedCommitment) -> list[str]:
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


def equilibrium_statements(
    game: MarkovGame, outcome: NashEquilibrium, besides: Mapping[str, Any]
) -> Iterator[Statement]:
    """The tables, the payoffs, the regrets, and what the certificate says besides.

    Regrets are those of the best deviation from the start, whatever it may depend on. In floats
    payoffs and regrets are stated up to a float's rounding, of tables whose rows are divided by
    their sums.

    Args:
        game: the game.
        outcome: the equilibrium.
        besides: what its JSON says besides.
    """
    if outcome.certificate.arithmetic == ENCLOSURE:
        yield from enclosed_statements(game, outcome, besides)
        return
    try:
        played = _PlayedTables(game, outcome, _tables(game, outcome))
    except InputError as error:
        yield refused("the tables", error)
        return
    evidence = outcome.certificate.evidence
    yield Statement("the tables", partial(step_failures, game, outcome, besides.get("strategies")))
    yield Statement(
        "the payoffs",
        lambda: payoff_failures(game, played.payoffs, outcome.payoffs, played.exact),
    )
    yield Statement("each player's regret, against every deviation", partial(_regrets, played))
    if "lower" in evidence or "upper" in evidence:
        yield Statement("the bounds on the value", partial(_bounds, played))
    if "subgame_perfect" in evidence:
        yield Statement("whether it is subgame perfect", partial(_perfect, played))
    yield Statement(
        "whether it is verified",
        lambda: verified_failures(outcome, played.exact and not any(played.regrets)),
    )


def tested_of(outcome: Outcome) -> tuple[Collection[str], Collection[str]]:
    """The names of what is tested besides the outcome itself: in its JSON, and of the evidence."""
    if isinstance(outcome, Commitment):
        return _BESIDES, _COMMITMENT
    enclosed = outcome.certificate.arithmetic == ENCLOSURE
    return ("strategies",), ENCLOSED if enclosed else _EQUILIBRIUM


@dataclass(frozen=True)
class _PlayedTables:
    """Tables that are played.

    Attributes:
        game: the game.
        outcome: the equilibrium that they are said to be.
        tables: one a player, exactly.
    """

    game: MarkovGame
    outcome: NashEquilibrium
    tables: list[Rows]

    @property
    def exact(self) -> bool:
        """Whether the equilibrium says that its numbers are exact."""
        return self.outcome.certificate.arithmetic == RATIONAL

    @cached_property
    def payoffs(self) -> tuple[Fraction, ...]:
        """What each player gets."""
        return table_payoffs(self.game, self.tables)

    @cached_property
    def regrets(self) -> tuple[Fraction, ...]:
        """What each player could gain."""
        return tuple(
            best_deviation(self.game, self.tables, player) - payoff
            for player, payoff in enumerate(self.payoffs)
        )


def _tables(game: MarkovGame, outcome: NashEquilibrium) -> list[Rows]:
    if len(items(outcome.strategies, "the tables")) != game.num_players:
        raise InputError(f"there is not one table for each of {game.num_players} players")
    if outcome.timed and game.horizon is None:
        raise InputError("the tables see the time, but the game has no horizon")
    rows = game.num_states * ((game.horizon or 1) if outcome.timed else 1)
    exact = outcome.certificate.arithmetic == RATIONAL
    return [
        read_table(game, table, player, rows, exact)
        for player, table in enumerate(outcome.strategies)
    ]


def _regrets(played: _PlayedTables) -> list[str]:
    given = items(played.outcome.certificate.evidence.get("regrets", ()), "the regrets")
    if len(given) != played.game.num_players:
        raise InputError("the certificate does not say the regret of each player")
    return each_failures("the regret", played.game, played.regrets, given, played.exact)


def _bounds(played: _PlayedTables) -> list[str]:
    """Whether the tables guarantee both players what bounds the value of a constant-sum game."""
    evidence = played.outcome.certificate.evidence
    lower, upper = (number(evidence.get(name), name) for name in ("lower", "upper"))
    if _is_constant_sum(played.game):
        value = played.payoffs[0]
        if lower <= value - played.regrets[1] and value + played.regrets[0] <= upper:
            return []
    return [f"the tables do not prove that the value lies in [{text(lower)}, {text(upper)}]"]


def _perfect(played: _PlayedTables) -> list[str]:
    game = played.game
    gaining = [
        player
        for k, player in enumerate(game.players)
        if not plays_best_everywhere(game, played.tables, k)
    ]
    said = played.outcome.certificate.evidence["subgame_perfect"]
    if type(said) is not bool:
        return ["whether it is subgame perfect is no truth value"]
    if said and gaining:
        return [
            f"{player!r} gains by deviating in a state that need not be reached"
            for player in gaining
        ]
    return [] if said or gaining else ["no player gains in any state, so it is subgame perfect"]


def _is_constant_sum(game: MarkovGame) -> bool:
    """Whether two players' payoffs add up to the same in all states and under all actions."""
    if game.num_players != 2:
        return False
    legal: Sequence[tuple[int, ...]] = [tuple(where) for where in np.argwhere(game.legal_profiles)]
    return len({game.payoffs[0][where] + game.payoffs[1][where] for where in legal}) == 1
