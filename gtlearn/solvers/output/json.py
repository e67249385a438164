"""A Solution as JSON, and the pieces that every JSON object of gtlearn is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from gtlearn.games import Game, HarsanyiGame, MarkovGame, SequentialGame, SymmetricGame
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.games.numbers import ExactArray, Number, format_number
from gtlearn.solvers.enclosures import Enclosure, Real, decimal_text
from gtlearn.solvers.outcomes import (
    Certificate,
    Commitment,
    Continuum,
    CorrelatedEquilibrium,
    NashSubset,
    Outcome,
    StrategyProfile,
)
from gtlearn.solvers.record import Record
from gtlearn.solvers.verify.game_block import game_block

_SOLUTION_SCHEMA = "gtlearn/solution/1"
MOST_FULL_ROWS = 100  # of multipliers: of more, nearly all are zeros, and they fill gigabytes


def to_json(solution: Record) -> dict[str, Any]:
    """The solution as the JSON object of schema gtlearn/solution/1.

    In a game of several steps a commitment has "commitment" (states x actions, the states labelled
    by "states"), "response" (the index of the follower's action in each state, or one such list a
    step where the response depends on the step), "value", "upper_bound", "gap" and "attained"; an
    equilibrium has "strategies", one table a player, each a list of tables, one a step, where
    "timed" is true. In a symmetric game that is given by counts, "strategies" holds the one
    strategy that all players play, and "symmetric" is true.
    """
    game = solution.game
    out: dict[str, Any] = {
        "schema": _SOLUTION_SCHEMA,
        "game": game_json(game),
        "concept": solution.concept,
        "symmetric": isinstance(game, SymmetricGame) or None,
        "method": solution.method,
        "status": solution.status,
        "complete": solution.complete,
        "arithmetic": solution.arithmetic,
        "follower": solution.follower,
        "policy": solution.policy,
        "unit": as_markov(game).unit if game.in_steps else None,
        "solutions": [_outcome_json(outcome, game) for outcome in solution],
        "components": plain(solution.components),
        "component_indices": plain(solution.component_indices),
        "subsets": _subsets_json(solution.subsets),
        "open_supports": plain(solution.open_supports),
        **_continua_json(solution.continua),
        "open_subgames": plain(solution.open_subgames),
        "bounds": solution.bounds and {n: json_number(v) for n, v in solution.bounds.items()},
        "robustness": plain(solution.robustness) or None,
        "proofs": plain(solution.proofs) or None,
        "seconds": solution.seconds,
        "notes": list(solution.notes) or None,
    }
    return {key: value for key, value in out.items() if value is not None}


def game_json(game: Game) -> dict[str, Any]:
    """The game's name, labels and fingerprint, as every JSON output of gtlearn shows them."""
    block = game_block(game)
    if block.get("discount") == 1:
        del block["discount"]
    block |= {key: plain(block[key]) for key in ("prior", "discount") if key in block}
    return {"name": game.name, **{k: value for k, value in block.items() if value is not None}}


def _continua_json(continua: Sequence[Continuum] | None) -> dict[str, Any]:
    """The supports, and beside them what is known of each."""
    if continua is None:
        return {}
    sets = [
        {
            "segment": plain(c.segment),
            "within": plain(c.within),
            "conditions": plain([vars(condition) for condition in c.conditions]) or None,
        }
        for c in continua
    ]
    known = [{key: value for key, value in own.items() if value is not None} for own in sets]
    return {"continua": plain([c.supports for c in continua]), "continuum_sets": known}


def _or_none(value: Number | None) -> Any:
    return None if value is None else json_number(value)


def json_number(value: Any) -> Any:
    """An exact number as "p" or "p/q", a float as it is, an enclosed one as `Enclosure.to_json`.

    >>> json_number(Fraction(2, 4)), json_number(0.5)
    ('1/2', 0.5)
    """
    if type(value) is Fraction:  # as most are
        return format_number(value)
    if isinstance(value, float | np.floating):
        return float(value)
    if isinstance(value, Enclosure):
        return value.to_json()
    return format_number(Fraction(int(value.numerator), int(value.denominator)))


def plain(value: Any) -> Any:
    """Any value of a certificate's evidence, made of what JSON knows.

    Exact numbers become strings, indices and counts stay integers. A mapping whose keys are not
    all strings becomes a list of [key, value] pairs.

    >>> plain({"regrets": (Fraction(0), Fraction(1, 3)), "basis": np.array([0, 2])})
    {'regrets': ['0', '1/3'], 'basis': [0, 2]}
    """
    if type(value) is Fraction:  # as most are
        return format_number(value)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Fraction | float | Enclosure):
        return json_number(value)
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        if value and all(isinstance(key, str) for key in value):
            return {key: plain(item) for key, item in value.items()}
        return [[plain(key), plain(item)] for key, item in value.items()]
    if isinstance(value, ExactArray):
        return plain(value.fractions().tolist())
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, Sequence | set | frozenset):
        return [plain(item) for item in value]
    if hasattr(value, "p") and hasattr(value, "q"):  # python-flint's rationals
        return format_number(Fraction(int(value.p), int(value.q)))
    return str(value)


def _outcome_json(outcome: Outcome, game: Game) -> dict[str, Any]:
    out: dict[str, Any]
    if isinstance(outcome, StrategyProfile):
        out = {
            "strategies": _strategies_json(outcome, game),
            "symmetric": isinstance(game, SymmetricGame) or None,
            "timed": outcome.timed,
            "payoffs": number_list(outcome.payoffs),
            "index": getattr(outcome, "index", None),
        }
    elif isinstance(outcome, CorrelatedEquilibrium):
        out = {
            "payoffs": number_list(outcome.payoffs),
            "distribution": _distribution_json(outcome.distribution),
            "value": _or_none(outcome.value),
            "gap": _or_none(outcome.gap),
        }
    elif outcome.in_steps:
        out = _table_commitment_json(outcome, as_markov(game))
    else:
        out = _commitment_json(outcome)
    shown = {key: value for key, value in out.items() if value is not None or key == "response"}
    return {**shown, "certificate": certificate_json(outcome.certificate)}


def _commitment_json(outcome: Commitment) -> dict[str, Any]:
    joint, response = outcome.distribution, outcome.response
    if response is None and joint is None:
        response = outcome.strategies[1 - outcome.leader]
    names = ("strategies", "payoffs", "leader", "response", "ties", "attained", "gap")
    return {
        **{name: plain(getattr(outcome, name)) for name in names},
        "response": plain(response),
        "distribution": None if joint is None else _distribution_json(joint),
    }


def _table_commitment_json(outcome: Commitment, game: MarkovGame) -> dict[str, Any]:
    response = list(outcome.response)
    timed = len(response) > game.num_states
    of_game = {
        "states": list(game.states),
        "response": by_step(response, game.num_states) if timed else response,
        "unit": game.unit,
    }
    names = (
        *("leader", "commitment", "states", "follower", "policy", "ties", "response", "payoffs"),
        *("value", "unit", "upper_bound", "gap", "attained"),
    )
    return {
        name: of_game[name] if name in of_game else plain(getattr(outcome, name)) for name in names
    }


def _strategies_json(outcome: StrategyProfile, game: Game) -> list[Any]:
    if isinstance(game, SequentialGame | HarsanyiGame):
        return [table_json(game, k, table) for k, table in enumerate(outcome.strategies)]
    return [_strategy_json(strategy, game, outcome.timed) for strategy in outcome.strategies]


def table_json(game: Game, player: int, table: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """A player's strategy, by the labels of its information sets or types and of the actions."""
    return {
        point.label: dict(zip(point.actions, number_list(row), strict=True))
        for point, row in zip(game.points(player), table, strict=True)
    }


def _strategy_json(strategy: Any, game: Game, timed: bool | None) -> list[Any]:
    """A vector, a table, or, where it sees the time, a list of tables, one a step."""
    if timed is None:
        return number_list(strategy)
    rows = [number_list(row) for row in strategy]
    return by_step(rows, as_markov(game).num_states) if timed else rows


def by_step(rows: Sequence[Any], states: int) -> list[list[Any]]:
    """The rows of a table that depends on the time, one list a step.

    >>> by_step(["a", "b", "c", "d"], 2)
    [['a', 'b'], ['c', 'd']]
    """
    return [list(rows[start : start + states]) for start in range(0, len(rows), states)]


def certificate_json(certificate: Certificate) -> dict[str, Any]:
    """A certificate with its evidence beside it."""
    return {
        "kind": certificate.kind,
        "arithmetic": certificate.arithmetic,
        **{key: _evidence_json(key, value) for key, value in certificate.evidence.items()},
        "verified": certificate.verified,
    }


def _evidence_json(key: str, value: Any) -> Any:
    """As `plain`, but of many multipliers each row is a list of [place, number] of the nonzero."""
    if key == "radius":
        return decimal_text(value)
    if key != "multipliers" or not isinstance(value, tuple) or len(value) <= MOST_FULL_ROWS:
        return plain(value)
    if not all(isinstance(row, ExactArray) for row in value):
        return plain(value)
    known: dict[int, Any] = {}  # rows that are the same one
    for row in value:
        if id(row) not in known:
            known[id(row)] = [
                [k, json_number(row[k])] for k in np.flatnonzero(row.numerators).tolist()
            ]
    return [known[id(row)] for row in value]


def _subsets_json(subsets: Sequence[NashSubset] | None) -> list[dict[str, Any]] | None:
    if subsets is None:
        return None
    return [
        {
            "rows": list(map(number_list, subset.rows)),
            "columns": list(map(number_list, subset.columns)),
            "members": list(subset.members),
        }
        for subset in subsets
    ]


def _distribution_json(distribution: Mapping[tuple[int, ...], Number]) -> list[dict[str, Any]]:
    return [
        {"profile": [int(a) for a in profile], "probability": json_number(probability)}
        for profile, probability in sorted(distribution.items())
    ]


def number_list(values: Sequence[Real]) -> list[Any]:
    """Each number as in `json_number`."""
    return [json_number(value) for value in values]
