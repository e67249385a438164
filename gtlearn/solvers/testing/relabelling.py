"""Changes of a solution's JSON object that take several edits, so that it agrees with itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from gtlearn.games.numbers import format_number
from gtlearn.solvers.testing.mutation import WORDS, Mutant, Path, as_number, places

Edit = tuple[Path, Any]


def relabelled(data: Mapping[str, Any]) -> Iterator[Mutant]:
    """Changes that alter a claim everywhere where it stands.

    Every word of a fixed vocabulary is replaced by each other one wherever it stands, and with it
    the word for the proof: so the best deterministic commitment becomes the best stochastic one, by
    branch and bound. All numbers of a kind are moved together, such as each value, upper bound and
    payoff; the solutions are listed twice, or not at all, together with what refers to them.

    Args:
        data: the parsed object of a correct solution.
    """
    for change, edits in _changes(data):
        mutant = Mutant(change, tuple(edits), data)
        if edits and mutant.data != data:
            yield mutant


def _changes(data: Mapping[str, Any]) -> Iterator[tuple[str, list[Edit]]]:
    for key, words in WORDS.items():
        here = [
            (path, value)
            for path, value in places(data)
            if path[-1] == key and (value in words or value is None)
        ]
        for word in words:
            edits = [(p, word) for p, v in here if isinstance(v, str | None) and v != word]
            yield f"{key} {word} everywhere", edits
            if key == "policy" and edits:
                yield f"policy {word} by branch and bound", edits + _bounded(data)
    for shift in (Fraction(1), Fraction(-1), Fraction(1, 10**12)):
        yield f"upper bounds moved by {shift}", _moved(data, {"upper_bound", "gap"}, shift)
        keys = {"value", "upper_bound", "payoffs", "bound", "lower", "upper"}
        yield f"values moved by {shift}", _moved(data, keys, shift)
    solutions = data["solutions"]
    again = [list(c) + [k + len(solutions) for k in c] for c in data.get("components", [])]
    yield "listed twice", [(("solutions",), solutions * 2), *_set(data, "components", again)]
    nothing: list[Any] = []
    lists = ("components", "component_indices", "subsets", "robustness")
    emptied = [edit for key in lists for edit in _set(data, key, nothing)]
    yield "nothing listed", [(("solutions",), nothing), *emptied]
    yield (
        "nothing listed, and complete",
        [
            (("solutions",), nothing),
            *emptied,
            (("complete",), True),
        ],
    )
    yield "only the first listed", _only_first(data)
    yield from _game_changes(data)


def _bounded(data: Mapping[str, Any]) -> list[Edit]:
    """What a commitment says whose bound was found by branch and bound and is met."""
    out: list[Edit] = []
    for k, outcome in enumerate(data["solutions"]):
        value = outcome.get("value")
        for key, word in (("upper_bound", value), ("gap", "0")):
            out.append((("solutions", k, key), word))
        for key, word in (("bound", "branch_and_bound"), ("upper_bound", value), ("boxes", 1000)):
            out.append((("solutions", k, "certificate", key), word))
    return out


def _moved(data: Mapping[str, Any], keys: set[str], shift: Fraction) -> list[Edit]:
    """All numbers that stand under some keys, moved; floats stay floats."""
    out: list[Edit] = []
    for path, value in places(data["solutions"], ("solutions",)):
        number = as_number(value)
        if number is None or not keys & set(path) or isinstance(value, int):
            continue
        moved = number + shift
        out.append((path, float(moved) if isinstance(value, float) else format_number(moved)))
    return out


def _set(data: Mapping[str, Any], key: str, value: Any) -> list[Edit]:
    return [((key,), value)] if key in data else []


def _only_first(data: Mapping[str, Any]) -> list[Edit]:
    """The first solution alone, as a list that agrees with itself."""
    if len(data["solutions"]) < 2:
        return []
    edits: list[Edit] = [(("solutions",), data["solutions"][:1])]
    edits += _set(data, "components", [[0]]) + _set(data, "component_indices", [1])
    if "subsets" in data:
        first = data["solutions"][0].get("strategies", [[], []])
        subset = {"rows": first[:1], "columns": first[1:], "members": [0]}
        edits += _set(data, "subsets", [subset])
    return edits


def _game_changes(data: Mapping[str, Any]) -> Iterator[tuple[str, list[Edit]]]:
    """A game that lasts longer, shorter or otherwise."""
    block = data.get("game", {})
    horizon, discount = block.get("horizon"), block.get("discount")
    if horizon is not None:
        yield "one step more", [(("game", "horizon"), horizon + 1)]
        yield "for ever", [(("game", "horizon"), None), (("game", "discount"), "1/2")]
    if "states" in block:
        yield (
            "discounted more",
            [
                (("game", "discount"), "1/3" if discount != "1/3" else "1/4"),
                *((path, WORDS["unit"][2]) for path, _ in places(data) if path[-1] == "unit"),
            ],
        )
        yield (
            "states renamed everywhere",
            [
                (path, [f"state {label}" for label in value])
                for path, value in places(data)
                if path[-1] == "states"
            ],
        )
    for key in ("players", "actions"):
        if key in block:
            yield f"{key} turned round", [(("game", key), block[key][::-1])]
