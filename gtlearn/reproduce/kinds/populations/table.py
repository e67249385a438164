"""The table of a figure of populations: how many, what they prefer, what of the test is new."""

from __future__ import annotations

from typing import Any

from gtlearn.reproduce.engine import Reproduction
from gtlearn.reproduce.kinds.populations.measures import Population, population
from gtlearn.reproduce.kinds.text import around, numbered

_NOTES = (
    "probability: of the preferred action, the mean over personas and states, and the range. "
    "covered: the fraction of the test's probabilities that lie within the training's range. "
    "shift: how far the test's centre is from the training's along the first two components, over "
    "the root mean square distance of the training's personas from theirs; by chance: about what "
    "it would be, in root mean square, were both of one distribution."
)


def report(found: Reproduction) -> str:
    """All that is printed: the paper's statements, the table, what differs, what is left out."""
    return around(found, [_table(found), _sums(found), _NOTES])


def to_json(found: Reproduction) -> dict[str, Any]:
    """The numbers of the table, as JSON values."""
    rows = [
        {"panel": panel.name, **_numbers(population(found.figure, panel))}
        for panel in found.figure.panels
    ]
    return {**numbered(found, lambda runs: {}), "rows": rows}


def _numbers(people: Population) -> dict[str, Any]:
    return {
        "explained": people.explained.tolist(),
        "groups": {
            name: {
                **{split: _preference(people, split, group) for split in people.splits},
                "covered": people.covered(group),
                "shift": people.shift(group),
                "shift_by_chance": people.shift_by_chance(group),
            }
            for group, name in enumerate(people.groups)
        },
    }


def _preference(people: Population, split: str, group: int) -> dict[str, Any]:
    held = people.preferred(split, group)
    return {
        "personas": len(held),
        "probability": [float(held.mean()), float(held.min()), float(held.max())],
    }


def _table(found: Reproduction) -> Any:
    from gtlearn.solvers.output.pieces import add_row, new_table

    heads = ("population", "prefers", "split", "personas", "probability", "covered", "shift")
    table = new_table(*heads, right=("personas", "covered", "shift"))
    for panel in found.figure.panels:
        people = population(found.figure, panel)
        first = panel.name
        for group, name in enumerate(people.groups):
            for place, split in enumerate(people.splits):
                numbers = _preference(people, split, group)
                mean, low, high = numbers["probability"]
                cells = [
                    first,
                    "" if place else name,
                    split,
                    str(numbers["personas"]),
                    f"{mean:.2f} ({low:.2f} to {high:.2f})",
                    *(_apart(people, group) if split == "test" else ("", "")),
                ]
                add_row(table, cells)
                first = ""
    return table


def _apart(people: Population, group: int) -> list[str]:
    """How unlike the training's the test's personas of a group are."""
    return [f"{people.covered(group):.0%}", f"{people.shift(group):.2f}"]


def _sums(found: Reproduction) -> str:
    """What holds of all groups of each panel, which are of one size, in sentences."""
    said = []
    for panel in found.figure.panels:
        people = population(found.figure, panel)
        shares = " and ".join(f"{share:.0%}" for share in people.explained)
        said.append(
            f"{panel.name}: {shares} of the variance are along the first two components; shift by "
            f"chance: {people.shift_by_chance(0):.2f}."
        )
    return "\n".join(said)
