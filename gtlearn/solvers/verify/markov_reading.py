"""Solutions of iterated and Markov games read back from their JSON, to be re-checked."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import chain
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.games.numbers import Number
from gtlearn.solvers.markov.solution import (
    DETERMINISTIC,
    OPTIMAL,
    STATIONARY,
    STOCHASTIC,
    MarkovEquilibrium,
    MarkovSolution,
    Outcome,
    Table,
    TableCommitment,
)
from gtlearn.solvers.solution import FLOAT, RATIONAL, Certificate
from gtlearn.solvers.verify.form import as_float
from gtlearn.solvers.verify.reading import (
    SCHEMA,
    of_kind,
    one_of,
    read_evidence,
    read_integers,
    read_number,
    read_strategies,
)

CONCEPTS = ("nash", "stackelberg")


def read_markov_solution(data: Any, game: MarkovGame | IteratedGame) -> MarkovSolution:
    """A MarkovSolution from its JSON object; numbers as strings are exact, JSON numbers floats.

    Args:
        data: the parsed object, as `MarkovSolution.to_json` makes it.
        game: the game that it claims to solve (the object holds no payoffs).

    Raises:
        InputError: if a part is missing or of the wrong form.
    """
    if not isinstance(data, Mapping):
        raise InputError(f"a {type(data).__name__} is no JSON object of a solution")
    if data.get("schema") != SCHEMA:
        raise InputError(f"the object's schema is {data.get('schema')!r}; {SCHEMA!r} is needed")
    try:
        return MarkovSolution(
            game=game,
            concept=one_of(CONCEPTS, data["concept"]),
            method=of_kind(str, data["method"]),
            solutions=tuple(
                _outcome({**data, **of_kind(dict, entry)})
                for entry in of_kind(list, data["solutions"])
            ),
            status=of_kind(str, data["status"]),
            complete=of_kind(bool, data["complete"]),
            arithmetic=one_of((RATIONAL, FLOAT), data["arithmetic"]),
            seconds=as_float(Fraction(read_number(data.get("seconds", 0.0)))),
            follower=_class(data, "follower", (STATIONARY, OPTIMAL)),
            policy=_class(data, "policy", (DETERMINISTIC, STOCHASTIC)),
            bounds=_bounds(data.get("bounds")),
            robustness=tuple(map(_pair, of_kind(list, data.get("robustness", [])))),
            notes=tuple(of_kind(str, note) for note in of_kind(list, data.get("notes", []))),
        )
    except KeyError as error:
        raise InputError(f"the solution's JSON lacks {error.args[0]!r}") from None
    except (TypeError, OverflowError, RecursionError) as error:
        raise InputError(f"the solution's JSON is not of the expected form: {error}") from None


def _outcome(entry: Mapping[str, Any]) -> Outcome:
    """An outcome from its entry, to which the solution's own keys have been added."""
    proof = dict(of_kind(dict, entry["certificate"]))
    certificate = Certificate(
        of_kind(str, proof.pop("kind")),
        one_of((RATIONAL, FLOAT), proof.pop("arithmetic")),
        of_kind(bool, proof.pop("verified")),
        read_evidence(proof),
    )
    payoffs = tuple(read_number(p) for p in of_kind(list, entry["payoffs"]))
    if "commitment" not in entry:
        timed = of_kind(bool, entry["timed"])
        tables = of_kind(list, entry["strategies"])
        return MarkovEquilibrium(
            tuple(_table(table, timed) for table in tables), timed, payoffs, certificate
        )
    return TableCommitment(
        leader=of_kind(int, entry["leader"]),
        commitment=_table(entry["commitment"], False),
        follower=one_of((STATIONARY, OPTIMAL), entry["follower"]),
        policy=one_of((DETERMINISTIC, STOCHASTIC), entry["policy"]),
        ties=one_of(("strong", "weak"), entry["ties"]),
        payoffs=payoffs,
        response=_response(entry["response"]),
        upper_bound=read_number(entry["upper_bound"]),
        attained=of_kind(bool, entry["attained"]),
        certificate=certificate,
    )


def _table(rows: Any, timed: bool) -> Table:
    """A table; one that sees the time is a list of tables, one a step."""
    steps = of_kind(list, rows) if timed else [rows]
    return tuple(chain.from_iterable(read_strategies(step) for step in steps))


def _response(actions: Any) -> tuple[int, ...]:
    """An action a state; one that sees the time is a list of such lists, one a step."""
    listed = of_kind(list, actions)
    steps = listed if any(isinstance(entry, list) for entry in listed) else [listed]
    return tuple(chain.from_iterable(read_integers(step) or () for step in steps))


def _class(data: Mapping[str, Any], key: str, allowed: tuple[str, ...]) -> str | None:
    value = data.get(key)
    return None if value is None else one_of(allowed, value)


def _bounds(values: Any) -> dict[str, Number] | None:
    if values is None:
        return None
    return {name: read_number(value) for name, value in of_kind(dict, values).items()}


def _pair(values: Any) -> tuple[Number, Number]:
    numbers = [read_number(v) for v in of_kind(list, values)]
    if len(numbers) != 2:
        raise InputError("an entry of the robustness is no pair of a distance and a value")
    return numbers[0], numbers[1]
