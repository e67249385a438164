"""Every kind of single change of a solution's JSON object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games.numbers import format_number, to_fraction

Path = tuple[str | int, ...]

WORDS: Mapping[str, tuple[Any, ...]] = {
    "concept": ("nash", "subgame-perfect", "correlated", "coarse-correlated", "stackelberg"),
    "kind": ("nash", "subgame-perfect", "correlated", "coarse-correlated", "stackelberg"),
    "arithmetic": ("rational", "float"),
    "follower": ("stationary", "optimal"),
    "policy": ("deterministic", "stochastic"),
    "ties": ("strong", "weak"),
    "bound": ("enumeration", "branch_and_bound", "folk", "unlimited_memory"),
    "objective": ("welfare", "fairness", "gini", "player:0", "player:1", None),
    "unit": ("mean reward a step", "sum of rewards", "discounted sum of rewards"),
    "commitment": ("mixed", "pure", "correlated"),
}
TEXTS = (
    *("schema", "name", "source", "players", "actions", "states", "types", "type_actions"),
    *("fingerprint", "method", "status", "notes"),
)
_ADDED: Mapping[str, Any] = {  # parts of a whole that some kinds of solution cannot have
    "components": [[0]],
    "component_indices": [1],
    "subsets": [{"rows": [["1"]], "columns": [["1"]], "members": [0]}],
    "follower": "optimal",
    "policy": "stochastic",
}
_MOST_PLACES = 8  # of a list, at which an element is dropped, repeated and exchanged
_LARGEST_FLOAT = 10**308

Edit = tuple[Path, Any]


class _Removed:
    """What stands for a key or an element that is left out."""

    def __repr__(self) -> str:
        return "removed"


REMOVED = _Removed()


@dataclass(frozen=True)
class Mutant:
    """A solution's JSON object with one change, or one relabelling that takes several edits.

    Attributes:
        change: what was done, in a word or two.
        edits: pairs of a path in the object and the value that now stands there.
        original: the object as it was.
    """

    change: str
    edits: tuple[tuple[Path, Any], ...]
    original: Mapping[str, Any]

    @property
    def path(self) -> Path:
        """Where the change is; of a relabelling, where its first edit is."""
        return self.edits[0][0]

    @property
    def field(self) -> str:
        """The path without its places in lists, as in "solutions.certificate.regrets"."""
        return ".".join(key for key in self.path if isinstance(key, str))

    @property
    def data(self) -> Any:
        """The changed object; what is not changed is shared with the original."""
        data: Any = self.original
        for path, value in self.edits:
            data = _edited(data, path, value)
        return data

    def __str__(self) -> str:
        edits = "; ".join(f"{'/'.join(map(str, path))} -> {value!r}" for path, value in self.edits)
        return f"{self.change}: {edits[:300]}"


def mutants(data: Mapping[str, Any]) -> Iterator[Mutant]:
    """Every kind of single change of a solution's JSON object, in the order of the object.

    Numbers are moved by one and by very little, doubled, halved, inverted, negated, replaced by
    zero, one or another number of the object, and turned into floats or into exact numbers; truth
    values are flipped; words that a fixed vocabulary allows are replaced by each other one, and all
    texts by others; lists are emptied, cut, doubled and reversed, their elements left out, repeated
    and exchanged; keys are removed, and parts of other kinds of solutions added. In strategies of a
    tree, labels are changed, and probabilities moved from one action to another. `relabelled` adds
    changes that alter a claim consistently.

    Args:
        data: the parsed object, as `json.loads` gives it.
    """
    others = _Others.of(data)
    for path, value in places(data):
        for change, changed in _replacements(path, value, others):
            if type(changed) is not type(value) or changed != value:  # 1, 1.0 and true differ
                yield Mutant(change, ((path, changed),), data)
        if isinstance(path[-1], str):
            yield Mutant("removed", ((path, REMOVED),), data)
    for key, value in _ADDED.items():
        if key not in data:
            yield Mutant("added", (((key,), value),), data)


def places(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The path and the value of each part of a JSON value, without the whole itself."""
    if path:
        yield path, value
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from places(part, (*path, key))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from places(part, (*path, place))


def key_of(path: Path) -> str:
    """The last key of a path, as in "regrets" for the first of them."""
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def as_number(value: Any) -> Fraction | None:
    """The number that a string such as "1/2", an integer or a float stands for; else None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return to_fraction(value)
    except InputError:
        return None


@dataclass(frozen=True)
class _Others:
    """The numbers and the labels of an object, with which some of it are replaced."""

    numbers: tuple[str, ...]
    labels: tuple[str, ...]

    @classmethod
    def of(cls, data: Any) -> _Others:
        numbers: dict[str, None] = {}
        labels: dict[str, None] = {}
        for path, value in places(data):
            if isinstance(value, str) and key_of(path) in TEXTS:
                labels[value] = None
            elif isinstance(value, str) and as_number(value) is not None:
                numbers[value] = None
        return cls(tuple(numbers), tuple(labels))


def _replacements(path: Path, value: Any, others: _Others) -> Iterator[tuple[str, Any]]:
    key = key_of(path)
    if isinstance(value, bool):
        yield from (("flipped", not value), ("as a number", int(value)))
    elif isinstance(value, int):
        yield from _integers(value)
    elif isinstance(value, float):
        yield from _floats(value)
    elif value is None:
        yield from (("filled", 0), ("filled", "0"))
        yield from (("other word", word) for word in WORDS.get(key, ()))
    elif isinstance(value, list):
        yield from _lists(value)
    elif isinstance(value, Mapping):
        yield "emptied", {}
        if "strategies" in path and value:
            yield from _by_label(value)
    elif key not in TEXTS and (number := as_number(value)) is not None:
        yield from _exact(number, _next(others.numbers, value))
    elif key in WORDS:
        yield from (("other word", word) for word in WORDS[key])
        yield "unknown word", f"{value}?"
    else:
        yield from (("renamed", f"{value}'"), ("blank", ""))
        yield "other label", _next(others.labels, value)


def _exact(value: Fraction, other: str) -> Iterator[tuple[str, Any]]:
    top, bottom = value.numerator, value.denominator
    moved = {
        "plus one": value + 1,
        "minus one": value - 1,
        "plus very little": value + Fraction(1, 10**12),
        "minus very little": value - Fraction(1, 10**12),
        "negated": -value,
        "doubled": 2 * value,
        "halved": value / 2,
        "inverted": 1 / value if value else value,
        "another numerator": Fraction(top + 1, bottom),
        "another denominator": Fraction(top, bottom + 1),
        "zero": Fraction(0),
        "one": Fraction(1),
    }
    yield from ((change, format_number(number)) for change, number in moved.items())
    yield "another number", other
    if abs(value) < _LARGEST_FLOAT:
        yield "as a float", float(value)
    yield "no number", f"{format_number(value)}?"


def _floats(value: float) -> Iterator[tuple[str, Any]]:
    moved = {
        "plus one": value + 1,
        "minus one": value - 1,
        "plus a little": value + 1e-3,
        "negated": -value,
        "doubled": 2 * value,
        "halved": value / 2,
        "zero": 0.0,
        "one": 1.0,
    }
    yield from moved.items()
    yield "as an exact number", format_number(Fraction(value))


def _integers(value: int) -> Iterator[tuple[str, Any]]:
    moved = {
        "plus one": value + 1,
        "minus one": value - 1,
        "negated": -value,
        "zero": 0,
        "far off": value + 1000,
        "nothing": None,
    }
    yield from moved.items()


def _lists(value: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    whole = list(value)
    if not whole:
        return
    yield from (("emptied", []), ("doubled", whole * 2), ("reversed", whole[::-1]))
    yield "cut", whole[: len(whole) // 2]
    for k in range(min(len(whole), _MOST_PLACES)):
        yield "one left out", whole[:k] + whole[k + 1 :]
        yield "one repeated", [*whole, whole[k]]
        if k + 1 < len(whole):
            yield "two exchanged", [*whole[:k], whole[k + 1], whole[k], *whole[k + 2 :]]
            yield "one in another's place", [*whole[: k + 1], whole[k], *whole[k + 2 :]]


def _by_label(strategy: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Of a tree's strategy, or of what it plays at one information set."""
    (first, value), *rest = strategy.items()
    yield "label changed", {f"{first}'": value, **dict(rest)}
    yield "label added", {**strategy, f"{first}'": value}
    numbers = [as_number(entry) for entry in strategy.values()]
    known = [number for number in numbers if number is not None]
    if len(known) < max(2, len(numbers)):
        return
    size, little = len(known), min(known[-1], Fraction(1, 10**12))
    moved = {
        "probabilities reversed": known[::-1],
        "a little moved": [known[0] + little, *known[1:-1], known[-1] - little],
        "always one": [Fraction(int(k == size - 1)) for k in range(size)],
        "uniform": [Fraction(1, size)] * size,
    }
    for change, row in moved.items():
        yield change, dict(zip(strategy, map(format_number, row), strict=True))


def _next(values: Sequence[str], value: str) -> str:
    """The value after another in the object, the first one after the last."""
    return values[(values.index(value) + 1) % len(values)] if value in values else value


def _edited(data: Any, path: Path, value: Any) -> Any:
    """A copy in which another value stands at a path; all else is shared."""
    if not path:
        return value
    copy: Any = dict(data) if isinstance(data, Mapping) else list(data)
    if value is REMOVED and len(path) == 1:
        del copy[path[0]]
    else:
        before = copy[path[0]] if len(path) > 1 else None
        copy[path[0]] = _edited(before, path[1:], value)
    return copy


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
    for word in WORDS["concept"]:
        kinds = [
            (("solutions", k, "certificate", "kind"), word) for k in range(len(data["solutions"]))
        ]
        yield f"as {word}", [(("concept",), word), *kinds]
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
