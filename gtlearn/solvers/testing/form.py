"""Whether a JSON object still has the form of a solution; what it says may be false."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from gtlearn.solvers.testing.mutation import WORDS, as_number

_SOLUTION_SCHEMA = "gtlearn/solution/1"

Form = Callable[[Any], bool]


def is_solution(data: Any, *, steps: bool = False, tree: bool = False) -> bool:
    """Whether an object has every part that a solution must have, each of its kind.

    How many entries a list has, and which keys of the certificate a proof needs, is not asked:
    those are questions of truth.

    Args:
        data: the object.
        steps: whether the game is one of many steps, an iterated or a Markov game.
        tree: whether it is a game in extensive form.
    """
    return _SOLUTION(data) and all(
        _PLAYED(outcome) if tree else _is_outcome(with_classes(outcome, data), steps)
        for outcome in data["solutions"]
    )


def with_classes(outcome: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """An outcome with the follower and the policy of the whole, where it says none itself."""
    return {**{key: data[key] for key in ("follower", "policy") if key in data}, **outcome}


def _is_outcome(outcome: Mapping[str, Any], steps: bool) -> bool:
    """Whether an outcome has the parts of one of the kinds of outcome."""
    if steps:
        return (_TABLE_COMMITMENT if "commitment" in outcome else _TABLES)(outcome)
    if "leader" in outcome:
        return _COMMITMENT(outcome)
    return (_CORRELATED if "distribution" in outcome else _NASH)(outcome)


def _anything(value: Any) -> bool:
    return True


def _of(kind: object) -> Form:
    return lambda value: type(value) is kind


def _number(value: Any) -> bool:
    finite = not isinstance(value, float) or math.isfinite(value)
    return finite and as_number(value) is not None


def _word(key: str) -> Form:
    return lambda value: value in WORDS[key]


def _mapping(form: Form) -> Form:
    return lambda value: isinstance(value, Mapping) and all(map(form, value.values()))


def _list(form: Form) -> Form:
    return lambda value: isinstance(value, list) and all(map(form, value))


def _either(*forms: Form) -> Form:
    return lambda value: any(form(value) for form in forms)


def _object(needed: Mapping[str, Form], optional: Mapping[str, Form] = {}) -> Form:
    """A mapping that has all `needed` keys, and whose values are of their forms."""
    forms = {**needed, **optional}

    def has_form(value: Any) -> bool:
        return (
            isinstance(value, Mapping)
            and set(needed) <= set(value)
            and all(form(value[key]) for key, form in forms.items() if key in value)
        )

    return has_form


_integer, _truth, _text, _nothing = map(_of, (int, bool, str, type(None)))
_NUMBERS = _list(_number)


def _pair(value: Any) -> bool:
    return _NUMBERS(value) and len(value) == 2


_ROWS = _list(_NUMBERS)
_INTEGERS = _list(_integer)
_CERTIFICATE = _object(
    {"kind": _text, "arithmetic": _word("arithmetic"), "verified": _truth},
    {
        "regrets": _NUMBERS,
        "value": _number,
        "unique": _list(_truth),
        "gain": _number,
        "objective": _either(_text, _nothing),
        "weights": _either(_NUMBERS, _list(_list(_anything))),
        "multipliers": _list(_list(_anything)),
        "upper_bound": _number,
        "violation": _number,
        "interior": _NUMBERS,
        "flat": _INTEGERS,
        "subgame_perfect": _truth,
        "lower": _number,
        "upper": _number,
        "tables": _integer,
        "boxes": _integer,
        "direction": _ROWS,
    },
)
_DISTRIBUTION = _list(_object({"profile": _INTEGERS, "probability": _number}))
_COMMON = {"payoffs": _NUMBERS, "certificate": _CERTIFICATE}
_NASH = _object({"strategies": _ROWS, **_COMMON}, {"index": _integer})
_CORRELATED = _object(
    {"distribution": _DISTRIBUTION, **_COMMON}, {"value": _number, "gap": _number}
)
_COMMITMENT = _object(
    {
        "strategies": _ROWS,
        "leader": _integer,
        "response": _either(_integer, _INTEGERS, _nothing),
        "ties": _word("ties"),
        "attained": _truth,
        **_COMMON,
    },
    {"distribution": _DISTRIBUTION, "value": _number, "gap": _number},
)
_TABLES = _object({"strategies": _list(_either(_ROWS, _list(_ROWS))), "timed": _truth, **_COMMON})
_TABLE_COMMITMENT = _object(
    {
        "leader": _integer,
        "commitment": _ROWS,
        "follower": _word("follower"),
        "policy": _word("policy"),
        "ties": _word("ties"),
        "response": _either(_INTEGERS, _list(_INTEGERS)),
        "upper_bound": _number,
        "attained": _truth,
        **_COMMON,
    },
    {"states": _list(_text), "value": _number, "unit": _text, "gap": _number},
)
_PLAYED = _object(  # of a tree: by information set and action
    {"strategies": _list(_mapping(_mapping(_number))), **_COMMON}, {"index": _integer}
)
_SUBSET = _object({"rows": _ROWS, "columns": _ROWS, "members": _INTEGERS})
_SOLUTION = _object(
    {
        "schema": lambda value: value == _SOLUTION_SCHEMA,
        "concept": _word("concept"),
        "method": _text,
        "status": _text,
        "complete": _truth,
        "arithmetic": _word("arithmetic"),
        "solutions": _list(_object({})),
    },
    {
        "game": _object({}),
        "components": _list(_INTEGERS),
        "component_indices": _INTEGERS,
        "subsets": _list(_SUBSET),
        "follower": _word("follower"),
        "policy": _word("policy"),
        "unit": _text,
        "bounds": lambda value: isinstance(value, Mapping) and all(map(_number, value.values())),
        "robustness": _list(_pair),
        "proofs": _object({}),
        "seconds": _number,
        "notes": _list(_text),
    },
)
