"""The table of a figure of populations: how many, what they prefer, what of the test is new."""

from __future__ import annotations

from typing import Any

from gtlearn.reproduce.engine import Reproduction
from gtlearn.reproduce.kinds.populations.measures import Population, population
from gtlearn.reproduce.kinds.text import around, numbered

_NOTES = (
    "probability: of the preferred action, the mean over personas and states, and the range. "
    "covered: the fraction of the test's probabilities that lie within the training's range."
)


def report(found: Reproduction) -> str:
    """All that is printed: the paper's statements, the table, what differs, what is left out."""
    return around(found, [_table(found), _NOTES])


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

    heads = ("population", "prefers", "split", "personas", "probability", "covered")
    table = new_table(*heads, right=("personas", "covered"))
    for panel in found.figure.panels:
        people = population(found.figure, panel)
        first = panel.name
        for group, name in enumerate(people.groups):
            for place, split in enumerate(people.splits):
                numbers = _preference(people, split, group)
                mean, low, high = numbers["probability"]
                covered = f"{people.covered(group):.0%}" if split == "test" else ""
                cells = [
                    first,
                    "" if place else name,
                    split,
                    str(numbers["personas"]),
                    f"{mean:.2f} ({low:.2f} to {high:.2f})",
                    covered,
                ]
                add_row(table, cells)
                first = ""
    return table
