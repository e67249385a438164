"""Gambit's extensive-form files (.efg), read and written.

The format: https://gambitproject.readthedocs.io/en/stable/formats.efg.html. Nodes stand in
prefix order; an outcome's payoffs are written once and counted wherever its number appears,
also at inner nodes. Gambit takes labels of printable ASCII without spaces at their ends or two in a
row; others are percent-encoded, which the comment says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import chain
from urllib.parse import quote as percent_encoded
from urllib.parse import unquote as percent_decoded

from gtlearn.errors import about
from gtlearn.games.formats.tokens import Tokens, quote
from gtlearn.games.kinds.extensive import ExtensiveGame, TreeRecorder
from gtlearn.games.kinds.extensive.game import CHANCE, LEAF
from gtlearn.games.labels import distinct_labels, shown
from gtlearn.games.numbers import format_number, short_number

_ENCODED = "labels are percent-encoded"
_NOT_PLAIN = re.compile(r"[^ -~]|(?<= ) |^ | $")
_CHANGED = re.compile(f"{_NOT_PLAIN.pattern}|%")


@dataclass
class _Node:
    """One line of the file; `children` many nodes follow below it."""

    outcome: int
    player: int = -1  # -1 chance or terminal
    infoset: int = 0
    children: int = 0


@dataclass
class _File:
    """What has been read so far."""

    num_players: int
    chance: dict[int, tuple[list[str], list[Fraction]]] = field(default_factory=dict)
    actions: dict[tuple[int, int], tuple[str, ...]] = field(default_factory=dict)
    labels: dict[tuple[int, int], str] = field(default_factory=dict)
    outcomes: dict[int, list[Fraction]] = field(default_factory=dict)
    nodes: list[_Node] = field(default_factory=list)


def parse_efg(
    text: str, *, name: str = "", source: str = "", what: str = "the .efg text"
) -> ExtensiveGame:
    """The tree of a .efg text, exact.

    Args:
        text: the content of the file.
        name: what the game is called if the text has no title.
        source: where it comes from, if the text has no comment.
        what: what the text is called in error messages.

    Raises:
        InputError: naming line and column, if the text is no such file; if chance probabilities
            do not sum to exactly 1.
    """
    tokens = Tokens(text, what)
    title, players = tokens.header("EFG", "2")
    comment = tokens.maybe_string("the comment")
    content = _read_nodes(tokens, len(players))
    if comment.endswith(_ENCODED):
        comment = comment.removesuffix(_ENCODED).removesuffix("; ")
        content, players = _decoded(content), [_label_of(label) for label in players]
    record = TreeRecorder(title or name or "efg game", distinct_labels(players))
    with about(what):
        _walk(content, record)
        return record.game(source=comment or source)


def _decoded(content: _File) -> _File:
    chance = {
        key: ([_label_of(label) for label in labels], probabilities)
        for key, (labels, probabilities) in content.chance.items()
    }
    actions = {
        key: tuple(_label_of(label) for label in labels) for key, labels in content.actions.items()
    }
    labels = {key: _label_of(label) for key, label in content.labels.items()}
    return replace(content, chance=chance, actions=actions, labels=labels)


def _read_nodes(tokens: Tokens, num_players: int) -> _File:
    """All nodes in prefix order, with information sets and outcomes."""
    content = _File(num_players)
    missing = 1  # nodes that must still come
    while missing:
        node = _read_node(tokens, content)
        content.nodes.append(node)
        missing += node.children - 1
    if tokens.left:
        token = tokens.take()
        raise tokens.error(f"the tree is complete, but {shown(token)} follows; remove it")
    for node in content.nodes:
        if node.outcome and node.outcome not in content.outcomes:
            raise tokens.error(f"outcome {node.outcome} is used but has no payoffs")
    return content


def _read_node(tokens: Tokens, content: _File) -> _Node:
    kind = tokens.take()
    if kind not in ("c", "p", "t"):
        raise tokens.error(f"expected a node (c, p or t), found {shown(kind)}")
    tokens.string("the node's name")
    node = _Node(0)
    if kind == "c":
        node.infoset = tokens.integer("the chance information set's number")
        node.children = _read_chance(tokens, content, node.infoset)
    elif kind == "p":
        node.player = tokens.integer("the player's number") - 1
        if not 0 <= node.player < content.num_players:
            raise tokens.error(
                f"there is no player {node.player + 1}; players are 1 to {content.num_players}"
            )
        node.infoset = tokens.integer("the information set's number")
        node.children = _read_actions(tokens, content, (node.player, node.infoset))
    node.outcome = tokens.integer("the outcome's number")
    _read_outcome(tokens, content, node.outcome)
    return node


def _read_chance(tokens: Tokens, content: _File, infoset: int) -> int:
    """A chance set's optional name and `{ "a" 1/2 "b" 1/2 }`; the number of actions."""
    tokens.maybe_string("the information set's name")
    if tokens.peek() != "{":
        if infoset not in content.chance:
            raise tokens.error(f"chance information set {infoset} has no actions; list them")
        return len(content.chance[infoset][0])
    tokens.expect("{", "before the actions")
    labels, probabilities = [], []
    while tokens.peek().startswith('"'):
        labels.append(tokens.string("an action's name"))
        probabilities.append(tokens.number("a probability"))
        if probabilities[-1] < 0:
            raise tokens.error(f"the probability {short_number(probabilities[-1])} is negative")
    tokens.expect("}", "after the actions")
    if sum(probabilities) != 1:
        raise tokens.error(
            f"the probabilities of chance information set {infoset} sum to "
            f"{short_number(sum(probabilities))}, not 1; write them as ratios p/q"
        )
    if content.chance.setdefault(infoset, (labels, probabilities)) != (labels, probabilities):
        raise tokens.error(
            f"chance information set {infoset} had other outcomes or probabilities before"
        )
    return len(probabilities)


def _read_actions(tokens: Tokens, content: _File, key: tuple[int, int]) -> int:
    """A player's set: optional name and `{ "a" "b" }`; the number of actions."""
    if label := tokens.maybe_string("the information set's name"):
        content.labels.setdefault(key, label)
    if tokens.peek() != "{":
        if key not in content.actions:
            raise tokens.error(
                f"information set {key[1]} of player {key[0] + 1} has no actions; list them"
            )
        return len(content.actions[key])
    actions = distinct_labels(tokens.strings("an action's name"))
    if not actions:
        raise tokens.error("a decision node needs at least one action")
    known = content.actions.setdefault(key, actions)
    if len(known) != len(actions):
        raise tokens.error(
            f"information set {key[1]} of player {key[0] + 1} had {len(known)} actions before, "
            f"{len(actions)} here; they must be the same"
        )
    if known != actions:
        raise tokens.error(
            f"information set {key[1]} of player {key[0] + 1} had the actions {', '.join(known)} "
            f"before, {', '.join(actions)} here; write the same in the same order"
        )
    return len(actions)


def _read_outcome(tokens: Tokens, content: _File, number: int) -> None:
    """An outcome's optional name and payoffs."""
    tokens.maybe_string("the outcome's name")
    if tokens.peek() != "{":
        return
    tokens.expect("{", "before the payoffs")
    payoffs = [tokens.number("a payoff") for _ in range(content.num_players)]
    tokens.expect("}", f"after {content.num_players} payoffs")
    if number == 0:
        raise tokens.error("outcome 0 means none, so it has no payoffs; number it from 1")
    if content.outcomes.setdefault(number, payoffs) != payoffs:
        raise tokens.error(f"outcome {number} had other payoffs before; give it another number")


def _walk(content: _File, record: TreeRecorder) -> None:
    """Records the tree; the stack holds what is known at the nodes that come next."""
    stack = [(-1, 0, [Fraction(0)] * content.num_players)]
    for node in content.nodes:
        parent, move, payoffs = stack.pop()
        if node.outcome:
            gained = content.outcomes[node.outcome]
            payoffs = [a + b for a, b in zip(payoffs, gained, strict=True)]
        if node.children == 0:
            record.leaf(parent, move, payoffs)
            continue
        if node.player < 0:
            here = record.chance(parent, move, *content.chance[node.infoset])
        else:
            key = (node.player, node.infoset)
            place = record.known(node.player, node.infoset)
            if place is None:
                label = content.labels.get(key) or str(node.infoset)
                place = record.meet(node.player, node.infoset, label, content.actions[key])
            here = record.decision(parent, move, node.player, place, node.children)
        stack.extend((here, k, payoffs) for k in reversed(range(node.children)))


def dump_efg(game: ExtensiveGame) -> str:
    """A tree as a .efg text, chance and payoffs as ratios."""
    encoded = any(map(_NOT_PLAIN.search, _labels(game)))
    label_text = _label_text if encoded else quote
    players = " ".join(map(label_text, game.players))
    lines = [f"EFG 2 R {quote(game.name)} {{ {players} }}"]
    lines.append(quote("; ".join(filter(None, (game.source, _ENCODED * encoded)))))
    rows = zip(game.mover.tolist(), game.place.tolist(), strict=True)
    payoffs = [array.texts() for array in game.payoffs]
    for mover, place in rows:
        if mover == LEAF:
            paid = ", ".join(own[place] for own in payoffs)
            lines.append(f't "" {place + 1} "" {{ {paid} }}')
        elif mover == CHANCE:
            drawn = game.chance[place]
            pairs = zip(drawn.labels, drawn.probabilities, strict=True)
            listed = " ".join(f"{label_text(label)} {format_number(p)}" for label, p in pairs)
            lines.append(f'c "" {place + 1} "" {{ {listed} }} 0')
        else:
            known = game.sets[mover][place]
            listed = " ".join(map(label_text, known.actions))
            label = label_text(known.label)
            lines.append(f'p "" {mover + 1} {place + 1} {label} {{ {listed} }} 0')
    return "\n".join(lines) + "\n"


def _label_text(label: str) -> str:
    return quote(
        _CHANGED.sub(
            lambda part: percent_encoded(part.group(), safe="", errors="surrogatepass"), label
        )
    )


def _labels(game: ExtensiveGame) -> Iterator[str]:
    yield from game.players
    for drawn in game.chance:
        yield from drawn.labels
    for known in chain.from_iterable(game.sets):
        yield known.label
        yield from known.actions


def _label_of(text: str) -> str:
    return percent_decoded(text, errors="surrogatepass")
