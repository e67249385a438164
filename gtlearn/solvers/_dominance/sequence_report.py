"""Which sequences of a tree iterated elimination removes and leaves, as JSON and as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from gtlearn.games import ExtensiveGame
from gtlearn.limits import OK
from gtlearn.solvers.output.json import game_json, json_number
from gtlearn.solvers.output.pieces import (
    add_row,
    describe,
    mix,
    new_table,
    one_line,
    short_number,
    to_text,
)

_SCHEMA = "gtlearn/sequence-dominance/1"

LocalStrategy = Mapping[str, Mapping[str, Fraction]]  # by information set and action


@dataclass(frozen=True)
class SequenceStep:
    """One sequence removed: an action at an information set, with the own moves that lead there.

    Attributes:
        round: counted from 1.
        player: who loses it.
        at: the label of the information set from which on something does better.
        information_set: the label of the one at which the sequence ends; it may be the same.
        action: the label of its last action.
        dominator: what does better: a behaviour strategy at `at` and wherever it leads from there.
        margin: the least that it gains over all plans that play the sequence, in the expected
            payoff of the whole game, against what the others had left and leads to `at`.
        sequence: the number of the sequence, as `game.sequences(player)` has it.
    """

    round: int
    player: int
    at: str
    information_set: str
    action: str
    dominator: LocalStrategy
    margin: Fraction
    sequence: int = field(repr=False)


@dataclass(frozen=True, eq=False)
class SequenceDominance:
    """What iterated elimination removes from a tree, and leaves.

    Attributes:
        game: the tree.
        steps: what was removed, round by round.
        kept: one mapping a player: the actions left at each information set, by their labels;
            none where its own moves that are left do not lead there.
        complete: whether it is proven that nothing more can be removed.
        status: "ok", or what cut the elimination short.
        seconds: wall-clock time.
        notes: sentences that a reader should see.
    """

    game: ExtensiveGame
    steps: tuple[SequenceStep, ...]
    kept: tuple[Mapping[str, tuple[str, ...]], ...]
    complete: bool
    status: str = OK
    seconds: float = 0.0
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The object of schema gtlearn/sequence-dominance/1; exact numbers are strings."""
        out: dict[str, Any] = {
            "schema": _SCHEMA,
            "game": game_json(self.game),
            "status": self.status,
            "complete": self.complete,
            "steps": [
                {
                    "round": step.round,
                    "player": step.player,
                    "at": step.at,
                    "information_set": step.information_set,
                    "action": step.action,
                    "dominator": {
                        label: {action: json_number(p) for action, p in row.items()}
                        for label, row in step.dominator.items()
                    },
                    "margin": json_number(step.margin),
                }
                for step in self.steps
            ],
            "kept": [{label: list(actions) for label, actions in own.items()} for own in self.kept],
            "seconds": self.seconds,
        }
        if self.notes:
            out["notes"] = list(self.notes)
        return out

    def __str__(self) -> str:
        """What was removed, round by round, and what is left."""
        game = self.game
        blocks: list[Any] = [describe(game)]
        if not self.steps:
            blocks.append("No sequence is found dominated.")
        else:
            heads = ("round", "player", "removed", "at", "dominated by", "margin")
            table = new_table(*heads, right=["margin"])
            for step in self.steps:
                row = step.dominator[step.at]
                where = one_line(step.information_set)
                cells = [str(step.round), game.players[step.player], f"{step.action} at {where}"]
                cells += [one_line(step.at), mix(tuple(row), tuple(row.values()))]
                add_row(table, [*cells, short_number(step.margin)])
            blocks.append(table)
        for player, own in zip(game.players, self.kept, strict=True):
            listed = "; ".join(
                f"{', '.join(actions)} at {one_line(label)}"
                for label, actions in own.items()
                if actions
            )
            blocks.append(f"{player} keeps {listed or 'nothing to decide'}.")
        claim = "every removed sequence does worse than the strategy that begins as named"
        if self.complete:
            claim += ", and no sequence that is left does"
        blocks.append(
            f"Certificate: verified from the payoffs alone, in exact arithmetic: {claim}."
        )
        blocks += [f"Note: {note}." for note in self.notes]
        return to_text(blocks)
