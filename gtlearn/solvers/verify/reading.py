"""Solutions read back from the JSON object of schema gtlearn/solution/1, to be re-checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games import BayesianGame, NormalFormGame
from gtlearn.games.numbers import Number, to_fraction
from gtlearn.solvers.solution import (
    FLOAT,
    RATIONAL,
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
CONCEPTS = ("nash", "correlated", "coarse-correlated", "stackelberg")


def read_solution(data: Mapping[str, Any], game: NormalFormGame | BayesianGame) -> Solution:
    """A Solution from its JSON object; numbers as strings are exact, JSON numbers are floats.

    Args:
        data: the parsed object, as `Solution.to_json` makes it.
        game: the game that it claims to solve (the object holds no payoffs).

    Raises:
        InputError: if a part is missing or of the wrong form.
    """
    if not isinstance(data, Mapping):
        raise InputError(f"a {type(data).__name__} is no JSON object of a solution")
    if data.get("schema") != SCHEMA:
        raise InputError(f"the object's schema is {data.get('schema')!r}; {SCHEMA!r} is needed")
    try:
        return Solution(
            game=game,
            concept=_one_of(CONCEPTS, data["concept"]),
            method=_of(str, data["method"]),
            solutions=tuple(_outcome(entry) for entry in _of(list, data["solutions"])),
            status=_of(str, data["status"]),
            complete=_of(bool, data["complete"]),
            arithmetic=_one_of((RATIONAL, FLOAT), data["arithmetic"]),
            seconds=float(_number(data.get("seconds", 0.0))),
            components=_components(data.get("components")),
            component_indices=_integers(data.get("component_indices")),
            subsets=_subsets(data.get("subsets")),
            notes=tuple(_of(str, note) for note in _of(list, data.get("notes", []))),
        )
    except KeyError as error:
        raise InputError(f"the solution's JSON lacks {error.args[0]!r}") from None
    except (TypeError, OverflowError, RecursionError) as error:
        raise InputError(f"the solution's JSON is not of the expected form: {error}") from None


def _of(kind: type, value: Any) -> Any:
    """The value, if it is of that kind.

    Raises:
        InputError: if not.
    """
    if type(value) is not kind:
        raise InputError(
            "the solution's JSON is not of the expected form: "
            f"a {type(value).__name__} stands where a {kind.__name__} is needed"
        )
    return value


def _one_of(allowed: Sequence[str], value: Any) -> str:
    if value not in allowed:
        raise InputError(f"{str(value)[:40]!r} is none of {', '.join(allowed)}")
    return str(value)


def _outcome(entry: Any) -> Outcome:
    _of(dict, entry)
    proof = dict(_of(dict, entry["certificate"]))
    certificate = Certificate(
        _of(str, proof.pop("kind")),
        _one_of((RATIONAL, FLOAT), proof.pop("arithmetic")),
        _of(bool, proof.pop("verified")),
        _evidence(proof),
    )
    payoffs = tuple(_number(p) for p in _of(list, entry["payoffs"]))
    if "leader" in entry:
        response = entry["response"]
        return Commitment(
            strategies=_strategies(entry["strategies"]),
            payoffs=payoffs,
            leader=_of(int, entry["leader"]),
            response=_integers(response) if isinstance(response, list) else response,
            ties=_of(str, entry["ties"]),
            attained=_of(bool, entry["attained"]),
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
    exact = to_fraction(value)
    return value if isinstance(value, float) else exact


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


def _strategies(entries: Any) -> tuple[Strategy, ...]:
    return tuple(tuple(_number(p) for p in _of(list, entry)) for entry in _of(list, entries))


def _distribution(entries: Any) -> Distribution:
    out: dict[tuple[int, ...], Number] = {}
    for entry in _of(list, entries):
        profile = _integers(_of(dict, entry)["profile"]) or ()
        if profile in out:
            raise InputError(f"the distribution names the profile {list(profile)} twice")
        out[profile] = _number(entry["probability"])
    return out


def _subsets(entries: Any) -> tuple[NashSubset, ...] | None:
    if entries is None:
        return None
    return tuple(
        NashSubset(
            _strategies(_of(dict, entry)["rows"]),
            _strategies(entry["columns"]),
            _integers(entry["members"]) or (),
        )
        for entry in _of(list, entries)
    )


def _integers(entries: Any) -> tuple[int, ...] | None:
    return None if entries is None else tuple(_of(int, entry) for entry in _of(list, entries))


def _components(entries: Any) -> tuple[tuple[int, ...], ...] | None:
    return None if entries is None else tuple(_integers(e) or () for e in _of(list, entries))
