"""The statements of an equilibrium in tables, each recomputed from the game."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games import MarkovGame
from gtlearn.games.numbers import nearest_double
from gtlearn.solvers.outcomes import ENCLOSURE, RATIONAL, NashEquilibrium, Outcome
from gtlearn.solvers.verify.common import verified_failures
from gtlearn.solvers.verify.enclosure import EVIDENCE as ENCLOSED
from gtlearn.solvers.verify.enclosure import enclosed_statements
from gtlearn.solvers.verify.form import items, number, text
from gtlearn.solvers.verify.markov_form import (
    lists_every_step,
    payoff_failures,
    read_table,
    refused,
)
from gtlearn.solvers.verify.markov_values import (
    Table,
    best_deviation,
    plays_best_everywhere,
    table_payoffs,
)
from gtlearn.solvers.verify.report import Statement

EVIDENCE = ("regrets", "subgame_perfect", "lower", "upper")
BESIDES = ("strategies",)  # what the JSON says besides


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
        played = _Played(game, outcome, _tables(game, outcome))
    except InputError as error:
        yield refused("the tables", error)
        return
    evidence = outcome.certificate.evidence
    yield Statement("the tables", partial(_steps, game, outcome, besides.get("strategies")))
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


def evidence_of(outcome: Outcome) -> Collection[str]:
    """The names of the evidence that is tested."""
    return ENCLOSED if outcome.certificate.arithmetic == ENCLOSURE else EVIDENCE


@dataclass(frozen=True)
class _Played:
    """Tables that are played.

    Attributes:
        game: the game.
        outcome: the equilibrium that they are said to be.
        tables: one a player, exactly.
    """

    game: MarkovGame
    outcome: NashEquilibrium
    tables: list[Table]

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


def _tables(game: MarkovGame, outcome: NashEquilibrium) -> list[Table]:
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


def _steps(game: MarkovGame, outcome: NashEquilibrium, strategies: Any) -> list[str]:
    """Whether tables that see the time, and no others, are a list of tables, one a step."""
    for table in strategies or ():
        timed = any(isinstance(entry, list) for step in table for entry in step)
        if timed is not outcome.timed or (timed and not lists_every_step(game, table)):
            return ["the tables do not list the steps as they are said to"]
    return []


def _regrets(played: _Played) -> list[str]:
    stated = _numbers(played, "regrets", played.game.num_players)
    failed = []
    for player, regret, said in zip(played.game.players, played.regrets, stated, strict=True):
        if regret != said if played.exact else nearest_double(regret) != nearest_double(said):
            failed.append(f"the regret of {player!r} is {text(regret)}, not {text(said)}")
    return failed


def _numbers(played: _Played, name: str, size: int) -> list[Fraction]:
    given = items(played.outcome.certificate.evidence.get(name, ()), f"the {name}")
    if len(given) != size:
        raise InputError("the certificate does not say the regret of each player")
    return [number(value, f"the {name}") for value in given]


def _bounds(played: _Played) -> list[str]:
    """Whether the tables guarantee both players what bounds the value of a constant-sum game."""
    evidence = played.outcome.certificate.evidence
    lower, upper = (number(evidence.get(name), name) for name in ("lower", "upper"))
    if _is_constant_sum(played.game):
        value = played.payoffs[0]
        if lower <= value - played.regrets[1] and value + played.regrets[0] <= upper:
            return []
    return [f"the tables do not prove that the value lies in [{text(lower)}, {text(upper)}]"]


def _perfect(played: _Played) -> list[str]:
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
