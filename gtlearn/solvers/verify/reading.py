"""Solutions read back from the JSON object of schema gtlearn/solution/1, to be re-checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games import BayesianGame, NormalFormGame
from gtlearn.games.numbers import Number, to_fraction
from gtlearn.solvers.solution import (
    Certificate,
    Commitment,
    CorrelatedEquilibrium,
    Distribution,
    NashEquilibrium,
    NashSubset,
    Outcome,
    Solution,
    Strategy,
)

SCHEMA = "gtlearn/solution/1"


def read_solution(data: Mapping[str, Any], game: NormalFormGame | BayesianGame) -> Solution:
    """A Solution from its JSON object; numbers as strings are exact, JSON numbers are floats.

    Args:
        data: the parsed object, as `Solution.to_json` makes it.
        game: the game that it claims to solve (the object holds no payoffs).

    Raises:
        InputError: if a part is missing or of the wrong form.
    """
    if data.get("schema") != SCHEMA:
        raise InputError(f"the object's schema is {data.get('schema')!r}; {SCHEMA!r} is needed")
    try:
        return Solution(
            game=game,
            concept=data["concept"],
            method=data["method"],
            solutions=tuple(_outcome(entry) for entry in data["solutions"]),
            status=data["status"],
            complete=data["complete"],
            arithmetic=data["arithmetic"],
            seconds=data.get("seconds", 0.0),
            components=_tuples(data.get("components")),
            component_indices=_tuple(data.get("component_indices")),
            subsets=_subsets(data.get("subsets")),
            notes=tuple(data.get("notes", ())),
        )
    except KeyError as error:
        raise InputError(f"the solution's JSON lacks {error.args[0]!r}") from None
    except (TypeError, AttributeError) as error:
        raise InputError(f"the solution's JSON is not of the expected form: {error}") from None


def _outcome(entry: Mapping[str, Any]) -> Outcome:
    proof = dict(entry["certificate"])
    certificate = Certificate(
        proof.pop("kind"), proof.pop("arithmetic"), proof.pop("verified"), _evidence(proof)
    )
    payoffs = tuple(_number(p) for p in entry["payoffs"])
    if "leader" in entry:
        response = entry["response"]
        return Commitment(
            strategies=_strategies(entry["strategies"]),
            payoffs=payoffs,
            leader=entry["leader"],
            response=tuple(response) if isinstance(response, list) else response,
            ties=entry["ties"],
            attained=entry["attained"],
            certificate=certificate,
            distribution=_distribution(entry["distribution"]) if "distribution" in entry else None,
        )
    if "distribution" in entry:
        value = entry.get("value")
        return CorrelatedEquilibrium(
            _distribution(entry["distribution"]),
            payoffs,
            certificate,
            None if value is None else _number(value),
        )
    return NashEquilibrium(
        _strategies(entry["strategies"]), payoffs, certificate, entry.get("index")
    )


def _number(value: Any) -> Number:
    return float(value) if isinstance(value, float) else to_fraction(value)


def _evidence(value: Any) -> Any:
    """Number strings as Fractions, lists as tuples; words stay words."""
    if isinstance(value, Mapping):
        return {key: _evidence(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return tuple(_evidence(entry) for entry in value)
    if isinstance(value, str):
        try:
            return to_fraction(value)
        except InputError:
            return value
    return value


def _strategies(entries: Sequence[Sequence[Any]]) -> tuple[Strategy, ...]:
    return tuple(tuple(_number(p) for p in strategy) for strategy in entries)


def _distribution(entries: Sequence[Mapping[str, Any]]) -> Distribution:
    return {tuple(entry["profile"]): _number(entry["probability"]) for entry in entries}


def _subsets(entries: Sequence[Mapping[str, Any]] | None) -> tuple[NashSubset, ...] | None:
    if entries is None:
        return None
    return tuple(
        NashSubset(
            _strategies(entry["rows"]), _strategies(entry["columns"]), tuple(entry["members"])
        )
        for entry in entries
    )


def _tuple(entries: Sequence[int] | None) -> tuple[int, ...] | None:
    return None if entries is None else tuple(entries)


def _tuples(entries: Sequence[Sequence[int]] | None) -> tuple[tuple[int, ...], ...] | None:
    return None if entries is None else tuple(tuple(entry) for entry in entries)
