"""Game trees as JSON of schema gtlearn/tree/1: nested nodes, as one would write them by hand."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from gtlearn.errors import InputError, quoted
from gtlearn.games.kinds.extensive import ExtensiveGame, TreeRecorder
from gtlearn.games.kinds.extensive.game import CHANCE, LEAF
from gtlearn.games.numbers import format_number, to_fraction

TREE_SCHEMA = "gtlearn/tree/1"
_NESTED = 800  # objects and lists inside one another, of which Python's reader takes about 1,000


def tree_json(game: ExtensiveGame) -> dict[str, Any]:
    """The JSON object of a tree, exact, with its labels.

    A leaf is {"payoffs": [...]}; a move of chance {"chance": [{"label", "probability", "then"}]};
    a player's {"player", "set", "actions": {label: node}}.

    Raises:
        InputError: if it is too deep for readers of JSON.
    """
    _require_shallow(game)
    below: list[dict[str, Any]] = []
    payoffs = [array.texts() for array in game.payoffs]
    rows = zip(*(a.tolist() for a in (game.parent, game.move, game.mover, game.place)), strict=True)
    for parent, move, mover, place in rows:
        if mover == LEAF:
            node: dict[str, Any] = {"payoffs": [own[place] for own in payoffs]}
        elif mover == CHANCE:
            drawn = game.chance[place]
            node = {
                "chance": [
                    {"label": label, "probability": format_number(p), "then": None}
                    for label, p in zip(drawn.labels, drawn.probabilities, strict=True)
                ]
            }
        else:
            known = game.sets[mover][place]
            actions = dict.fromkeys(known.actions)
            node = {"player": game.players[mover], "set": known.label, "actions": actions}
        below.append(node)
        if parent >= 0:
            _put(below[parent], move, node)
    head = {"schema": TREE_SCHEMA, "name": game.name, "players": list(game.players)}
    said = {"source": game.source, "number_note": game.number_note}
    return {**head, **{k: v for k, v in said.items() if v}, "root": below[0]}


def _require_shallow(game: ExtensiveGame) -> None:
    levels = [0] * game.num_nodes  # two for each move of a player, three for one of chance
    for node, before in enumerate(game.parent.tolist()):
        if before >= 0:
            levels[node] = levels[before] + (3 if game.mover[before] == CHANCE else 2)
    if max(levels) > _NESTED:
        raise InputError(
            f"{game.name} is {int(game.depth.max())} moves deep, and few readers of JSON take more "
            f"than {_NESTED // 2}, nested one in another; write it as .efg"
        )


def _put(parent: dict[str, Any], move: int, node: dict[str, Any]) -> None:
    if "chance" in parent:
        parent["chance"][move]["then"] = node
    else:
        parent["actions"][list(parent["actions"])[move]] = node


def parse_tree(value: Mapping[str, Any], name: str, source: str) -> ExtensiveGame:
    """The tree of a JSON object of schema gtlearn/tree/1.

    Raises:
        InputError: naming where, if it is none.
    """
    players = value.get("players")
    if not isinstance(players, list) or len(players) < 2 or not all(map(_is_text, players)):
        raise InputError("players is no list of two or more labels")
    record = TreeRecorder(str(value.get("name", name)), players)
    stack: list[tuple[Any, int, int, str]] = [(value.get("root"), -1, 0, "root")]
    while stack:
        node, parent, move, where = stack.pop()
        if not isinstance(node, Mapping):
            raise InputError(f"{where} is no object of a node; write payoffs, chance or a player")
        below = _record(record, node, parent, move, where)
        here = len(record.parent) - 1
        stack.extend(
            (child, here, k, place) for k, (child, place) in reversed(list(enumerate(below)))
        )
    return record.game(
        source=str(value.get("source", source)), number_note=str(value.get("number_note", ""))
    )


def _record(
    record: TreeRecorder, node: Mapping[str, Any], parent: int, move: int, where: str
) -> list[tuple[Any, str]]:
    """Records a node; those below it, and where they stand."""
    if sum(key in node for key in ("payoffs", "chance", "player")) != 1:
        raise InputError(f"{where} has not exactly one of payoffs, chance and player")
    if "payoffs" in node:
        payoffs = node["payoffs"]
        if not isinstance(payoffs, list) or len(payoffs) != len(record.players):
            raise InputError(f"{where} has not one payoff a player")
        record.leaf(parent, move, [_number(p, where) for p in payoffs])
        return []
    if "chance" in node:
        drawn = node["chance"]
        if not isinstance(drawn, list) or not drawn or not all(map(_is_outcome, drawn)):
            raise InputError(f"{where} has no list of outcomes with label, probability and then")
        labels = [str(entry["label"]) for entry in drawn]
        record.chance(parent, move, labels, [_number(e["probability"], where) for e in drawn])
        return [(e["then"], f"{where}/{label}") for e, label in zip(drawn, labels, strict=True)]
    player = str(node.get("player"))
    if player not in record.players:
        raise InputError(f"{where} names a player {quoted(player)}, unknown")
    mover, label = record.players.index(player), node.get("set", where)
    if not _is_text(label):
        raise InputError(f"{where} names its information set by no text")
    actions = node.get("actions")
    if not isinstance(actions, Mapping) or not actions:
        raise InputError(f"{where} has no actions; give an object of labels and nodes")
    place = record.known(mover, label)
    if place is None:
        place = record.meet(mover, label, label, list(actions))
    record.decision(parent, move, mover, place, len(actions))
    below = [(child, f"{where}/{action}") for action, child in actions.items()]
    return [below[k] for k in record.ordered(mover, place, list(actions))]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_outcome(value: Any) -> bool:
    return isinstance(value, Mapping) and {"label", "probability", "then"} <= set(value)


def _number(value: Any, where: str) -> Fraction:
    try:
        return to_fraction(value)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
