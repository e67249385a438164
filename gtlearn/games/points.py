"""Decision points: where a player chooses, and among what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Point:
    """A decision point of a player; its strategy has one vector of probabilities at each.

    Attributes:
        label: a state, or a type of the player; empty where the player decides once.
        actions: the labels of the actions.
    """

    label: str
    actions: tuple[str, ...]
