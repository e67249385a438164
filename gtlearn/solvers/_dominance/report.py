"""What iterated elimination removes and leaves, as JSON and as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gtlearn.games import NormalFormGame
from gtlearn.limits import OK
from gtlearn.solvers.outcomes import Strategy
from gtlearn.solvers.output.json import game_json, json_number
from gtlearn.solvers.output.pieces import add_row, describe, mix, new_table, short_number, to_text

_DOMINANCE_SCHEMA = "gtlearn/dominance/1"

Belief = Mapping[tuple[int, ...], Fraction]
Standing = tuple[tuple[int, ...], ...]  # the actions that each player still has


@dataclass(frozen=True)
class DominanceStep:
    """One action removed.

    Attributes:
        round: counted from 1.
        player: who loses the action.
        action: its index in the original game.
        label: its label.
        dominator: a mixed strategy over the original actions, positive only where actions stood
            when the round began, that does better.
        margin: strict: the least that it does better by; weak: what it does better by on
            average over the others' joint actions.
    """

    round: int
    player: int
    action: int
    label: str
    dominator: Strategy
    margin: Fraction


@dataclass(frozen=True, eq=False)
class DominanceResult:
    """What iterated elimination removes and leaves.

    Attributes:
        game: the original game.
        kind: "strict" or "weak".
        reduced: the game that is left, labels kept.
        surviving: the original indices of the actions left, one tuple a player.
        steps: what was removed, round by round.
        beliefs: for each (player, action) left, a distribution over the others' joint actions
            (original indices, in order of players) to which the action is a best response; with
            weak dominance it is positive everywhere. It proves that the action is not dominated
            (Pearce 1984, Lemmas 3 and 4).
        complete: whether it is proven that nothing more can be removed.
        status: "ok", or what cut the elimination short: "time_limit", "memory_limit" or
            "interrupted".
        seconds: wall-clock time.
        notes: sentences that a reader should see.
    """

    game: NormalFormGame
    kind: str
    reduced: NormalFormGame
    surviving: Standing
    steps: tuple[DominanceStep, ...]
    beliefs: Mapping[tuple[int, int], Belief]
    complete: bool
    status: str = OK
    seconds: float = 0.0
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The object of schema gtlearn/dominance/1; exact numbers are strings."""
        out: dict[str, Any] = {
            "schema": _DOMINANCE_SCHEMA,
            "game": game_json(self.game),
            "kind": self.kind,
            "status": self.status,
            "complete": self.complete,
            "steps": [
                {
                    "round": step.round,
                    "player": step.player,
                    "action": step.action,
                    "label": step.label,
                    "dominator": [json_number(p) for p in step.dominator],
                    "margin": json_number(step.margin),
                }
                for step in self.steps
            ],
            "surviving": [list(actions) for actions in self.surviving],
            "reduced": {
                **game_json(self.reduced),
                "payoffs": [
                    _nested(tensor.fractions().tolist()) for tensor in self.reduced.payoffs
                ],
            },
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
            blocks.append(f"No action is found {self.kind}ly dominated.")
        else:
            table = new_table(
                "round", "player", "removed", "dominated by", "margin", right=["margin"]
            )
            for step in self.steps:
                labels = game.actions[step.player]
                cells = [str(step.round), game.players[step.player], step.label]
                cells += [mix(labels, step.dominator), short_number(step.margin)]
                add_row(table, cells)
            blocks.append(table)
        for player, labels in zip(game.players, self.reduced.actions, strict=True):
            blocks.append(f"{player} keeps {', '.join(labels)}.")
        claim = "Certificate: verified from the payoffs alone, in exact arithmetic: "
        claim += "every removed action "
        claim += "does" if self.kind == "strict" else "never does better, and somewhere"
        claim += " worse than the mixture named"
        if self.complete:
            claim += ", and every action kept is a best response to some belief"
        blocks.append(claim + ".")
        blocks += [f"Note: {note}." for note in self.notes]
        return to_text(blocks)


def _nested(values: Any) -> Any:
    return [_nested(v) for v in values] if isinstance(values, list) else json_number(values)
