"""Game trees as JSON of schema gtlearn/tree/1: nested nodes, as one would write them by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games.formats.json_pieces import Keys, Place
from gtlearn.games.kinds.extensive import ExtensiveGame, TreeRecorder
from gtlearn.games.kinds.extensive.game import CHANCE, LEAF
from gtlearn.games.numbers import format_number

TREE_SCHEMA = "gtlearn/tree/1"
_KEYS = "schema name players root source number_note"
_NODE_KEYS = {"payoffs": "payoffs", "chance": "chance", "player": "player set actions"}
_OUTCOME_KEYS = "label probability then"
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
        InputError: naming the key, or the moves that lead to the node, that are wrong.
    """
    keys = Keys(value, "the tree", _KEYS, TREE_SCHEMA)
    players = keys.labels_at("players") or []
    if len(players) < 2:
        raise InputError('"players" must be a list of two or more labels')
    record = TreeRecorder(keys.text("name", name), players)
    stack = [(Place(value.get("root"), "root"), -1, 0)]
    while stack:
        node, parent, move = stack.pop()
        below = _record(record, node, parent, move)
        here = len(record.parent) - 1
        stack.extend((child, here, k) for k, child in reversed(list(enumerate(below))))
    return record.game(source=keys.text("source", source), number_note=keys.text("number_note", ""))


def _record(record: TreeRecorder, node: Place, parent: int, move: int) -> list[Place]:
    """Records a node; those below it."""
    given = node.must_be(Mapping, "must be an object of a node")
    kinds = [kind for kind in _NODE_KEYS if kind in given]
    if len(kinds) != 1:
        raise InputError(f"{node.where} must have exactly one of {', '.join(_NODE_KEYS)}")
    Keys(given, node.where, _NODE_KEYS[kinds[0]], TREE_SCHEMA)
    return _RECORDS[kinds[0]](record, node, parent, move)


def _record_leaf(record: TreeRecorder, node: Place, parent: int, move: int) -> list[Place]:
    paid = Place(node.value["payoffs"], f"the payoffs of {node.where}")
    paid.must_be(list, "must be a list of numbers")
    if len(paid.value) != len(record.players):
        raise InputError(
            f"{node.where} has {len(paid.value)} payoffs for {len(record.players)} players; give "
            "one a player"
        )
    record.leaf(parent, move, [Place(payoff, paid.where).number() for payoff in paid.value])
    return []


def _record_chance(record: TreeRecorder, node: Place, parent: int, move: int) -> list[Place]:
    where = f"an outcome of chance at {node.where}"
    drawn = Place(node.value["chance"], f"the chance of {node.where}")
    for outcome in drawn.must_be(list, "must be a list of outcomes"):
        Place(outcome, where).must_be(Mapping, "must be an object")
        Keys(outcome, where, _OUTCOME_KEYS, TREE_SCHEMA)
        for key in _OUTCOME_KEYS.split():
            if key not in outcome:
                raise InputError(f'{where} has no "{key}"; give one')
    labels = Place([outcome["label"] for outcome in drawn.value], drawn.where).labels()
    numbers = [Place(outcome["probability"], where).number() for outcome in drawn.value]
    record.chance(parent, move, labels, numbers)
    pairs = zip(drawn.value, labels, strict=True)
    return [Place(outcome["then"], f"{node.where}/{label}") for outcome, label in pairs]


def _record_decision(record: TreeRecorder, node: Place, parent: int, move: int) -> list[Place]:
    player = Place([node.value["player"]], f"the player at {node.where}")
    (name,) = player.labels()
    player.known(record.players, "player", [name])
    mover = record.players.index(name)
    label = Place(node.value.get("set", node.where), f"the set at {node.where}")
    label.must_be(str, "must be a string")
    below = Place(node.value.get("actions"), f"the actions at {node.where}")
    actions = list(below.must_be(Mapping, "must be an object of labels and nodes"))
    place = record.known(mover, label.value)
    if place is None:
        place = record.meet(mover, label.value, label.value, actions)
    record.decision(parent, move, mover, place, len(actions))
    order = (actions[k] for k in record.ordered(mover, place, actions))
    return [Place(below.value[action], f"{node.where}/{action}") for action in order]


_RECORDS = {"payoffs": _record_leaf, "chance": _record_chance, "player": _record_decision}
