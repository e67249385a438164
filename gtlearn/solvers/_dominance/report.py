"""A dominance result as JSON and as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gtlearn.solvers.output.json import game_json, json_number
from gtlearn.solvers.output.pieces import add_row, mix, new_table, short_number, to_text
from gtlearn.solvers.output.words import describe

if TYPE_CHECKING:
    from gtlearn.solvers._dominance.elimination import DominanceResult

SCHEMA = "gtlearn/dominance/1"


def to_json(result: DominanceResult) -> dict[str, Any]:
    """The object of schema gtlearn/dominance/1; exact numbers are strings."""
    out: dict[str, Any] = {
        "schema": SCHEMA,
        "game": game_json(result.game),
        "kind": result.kind,
        "status": result.status,
        "complete": result.complete,
        "steps": [
            {
                "round": step.round,
                "player": step.player,
                "action": step.action,
                "label": step.label,
                "dominator": [json_number(p) for p in step.dominator],
                "margin": json_number(step.margin),
            }
            for step in result.steps
        ],
        "surviving": [list(actions) for actions in result.surviving],
        "reduced": {
            **game_json(result.reduced),
            "payoffs": [_nested(tensor.fractions().tolist()) for tensor in result.reduced.payoffs],
        },
        "seconds": result.seconds,
    }
    if result.notes:
        out["notes"] = list(result.notes)
    return out


def render(result: DominanceResult) -> str:
    """What was removed, round by round, and what is left."""
    game = result.game
    blocks: list[Any] = [describe(game)]
    if not result.steps:
        blocks.append(f"No action is found {result.kind}ly dominated.")
    else:
        table = new_table("round", "player", "removed", "dominated by", "margin", right=["margin"])
        for step in result.steps:
            labels = game.actions[step.player]
            cells = [str(step.round), game.players[step.player], step.label]
            cells += [mix(labels, step.dominator), short_number(step.margin)]
            add_row(table, cells)
        blocks.append(table)
    for player, labels in zip(game.players, result.reduced.actions, strict=True):
        blocks.append(f"{player} keeps {', '.join(labels)}.")
    claim = "Certificate: verified from the payoffs alone, in exact arithmetic: "
    claim += "every removed action "
    claim += "does" if result.kind == "strict" else "never does better, and somewhere"
    claim += " worse than the mixture named"
    if result.complete:
        claim += ", and every action kept is a best response to some belief"
    blocks.append(claim + ".")
    blocks += [f"Note: {note}." for note in result.notes]
    return to_text(blocks)


def _nested(values: Any) -> Any:
    return [_nested(v) for v in values] if isinstance(values, list) else json_number(values)
