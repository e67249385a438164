"""Solutions read back from the JSON object of schema gtlearn/solution/1, to be re-checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
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
from gtlearn.solvers.verify.form import as_float

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
            concept=one_of(CONCEPTS, data["concept"]),
            method=of_kind(str, data["method"]),
            solutions=tuple(_outcome(entry) for entry in of_kind(list, data["solutions"])),
            status=of_kind(str, data["status"]),
            complete=of_kind(bool, data["complete"]),
            arithmetic=one_of((RATIONAL, FLOAT), data["arithmetic"]),
            seconds=as_float(Fraction(read_number(data.get("seconds", 0.0)))),
            components=_components(data.get("components")),
            component_indices=read_integers(data.get("component_indices")),
            subsets=_subsets(data.get("subsets")),
            notes=tuple(of_kind(str, note) for note in of_kind(list, data.get("notes", []))),
        )
    except KeyError as error:
        raise InputError(f"the solution's JSON lacks {error.args[0]!r}") from None
    except (TypeError, OverflowError, RecursionError) as error:
        raise InputError(f"the solution's JSON is not of the expected form: {error}") from None


def of_kind(kind: type, value: Any) -> Any:
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


def one_of(allowed: Sequence[str], value: Any) -> str:
    """The value, if it is one of those words.

    Raises:
        InputError: if not.
    """
    if value not in allowed:
        raise InputError(f"{str(value)[:40]!r} is none of {', '.join(allowed)}")
    return str(value)


def _outcome(entry: Any) -> Outcome:
    of_kind(dict, entry)
    proof = dict(of_kind(dict, entry["certificate"]))
    certificate = Certificate(
        of_kind(str, proof.pop("kind")),
        one_of((RATIONAL, FLOAT), proof.pop("arithmetic")),
        of_kind(bool, proof.pop("verified")),
        read_evidence(proof),
    )
    payoffs = tuple(read_number(p) for p in of_kind(list, entry["payoffs"]))
    if "leader" in entry:
        response = entry["response"]
        return Commitment(
            strategies=read_strategies(entry["strategies"]),
            payoffs=payoffs,
            leader=of_kind(int, entry["leader"]),
            response=read_integers(response) if isinstance(response, list) else response,
            ties=of_kind(str, entry["ties"]),
            attained=of_kind(bool, entry["attained"]),
            certificate=certificate,
            distribution=_distribution(entry["distribution"]) if "distribution" in entry else None,
        )
    if "distribution" in entry:
        value = entry.get("value")
        return CorrelatedEquilibrium(
            _distribution(entry["distribution"]),
            payoffs,
            certificate,
            None if value is None else read_number(value),
        )
    return NashEquilibrium(
        read_strategies(entry["strategies"]), payoffs, certificate, entry.get("index")
    )


def read_number(value: Any) -> Number:
    """A float as it is; an integer or a text such as "1/2" exactly.

    Raises:
        InputError: if it is no number.
    """
    exact = to_fraction(value)
    return value if isinstance(value, float) else exact


def read_evidence(value: Any) -> Any:
    """Number strings as Fractions, lists as tuples; words stay words."""
    if isinstance(value, Mapping):
        return {key: read_evidence(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return tuple(read_evidence(entry) for entry in value)
    if isinstance(value, str):
        try:
            return to_fraction(value)
        except InputError:
            return value
    return value


def read_strategies(entries: Any) -> tuple[Strategy, ...]:
    """A list of lists of numbers.

    Raises:
        InputError: if it is none.
    """
    return tuple(
        tuple(read_number(p) for p in of_kind(list, entry)) for entry in of_kind(list, entries)
    )


def _distribution(entries: Any) -> Distribution:
    out: dict[tuple[int, ...], Number] = {}
    for entry in of_kind(list, entries):
        profile = read_integers(of_kind(dict, entry)["profile"]) or ()
        if profile in out:
            raise InputError(f"the distribution names the profile {list(profile)} twice")
        out[profile] = read_number(entry["probability"])
    return out


def _subsets(entries: Any) -> tuple[NashSubset, ...] | None:
    if entries is None:
        return None
    return tuple(
        NashSubset(
            read_strategies(of_kind(dict, entry)["rows"]),
            read_strategies(entry["columns"]),
            read_integers(entry["members"]) or (),
        )
        for entry in of_kind(list, entries)
    )


def read_integers(entries: Any) -> tuple[int, ...] | None:
    """A list of integers, or None where there is none.

    Raises:
        InputError: if it is neither.
    """
    if entries is None:
        return None
    return tuple(of_kind(int, entry) for entry in of_kind(list, entries))


def _components(entries: Any) -> tuple[tuple[int, ...], ...] | None:
    return (
        None if entries is None else tuple(read_integers(e) or () for e in of_kind(list, entries))
    )
