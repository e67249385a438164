"""The subgames of a tree (Selten 1965), one inside the other, and what is left between them."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError
from gtlearn.games.kinds.extensive import ExtensiveGame, TreeRecorder
from gtlearn.games.kinds.extensive.game import CHANCE, LEAF
from gtlearn.solvers.outcomes import Strategy

Payoffs = tuple[Fraction, ...]  # one a player


@dataclass(frozen=True)
class Subgames:
    """Where the subgames of a tree begin.

    Attributes:
        roots: the nodes, the innermost first: what is below shares no information set with the rest
            of the tree, and the mover knows that play is there.
        end: for each node, one more than the last node below it.
    """

    roots: list[int]
    end: list[int]


def subgames_of(game: ExtensiveGame) -> Subgames:
    """The subgames of a tree, the whole of it among them."""
    low, high = _extent_of_sets(game)
    end = np.arange(1, game.num_nodes + 1)
    for nodes in reversed(game.levels[1:]):
        before = game.parent[nodes]
        np.minimum.at(low, before, low[nodes])
        np.maximum.at(high, before, high[nodes])
        np.maximum.at(end, before, end[nodes])
    closed = (low >= np.arange(game.num_nodes)) & (high < end) & (game.mover != LEAF)
    return Subgames(np.flatnonzero(closed)[::-1].tolist(), end.tolist())


def _extent_of_sets(game: ExtensiveGame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first and the last node of the information set at each node; elsewhere the node."""
    low, high = np.arange(game.num_nodes), np.arange(game.num_nodes)
    for player, own in enumerate(game.sets):
        nodes = np.flatnonzero(game.mover == player)
        places = game.place[nodes]
        first = np.full(len(own), game.num_nodes)
        last = np.full(len(own), -1)
        np.minimum.at(first, places, nodes)
        np.maximum.at(last, places, nodes)
        low[nodes], high[nodes] = first[places], last[places]
    return low, high


@dataclass(frozen=True)
class Layer:
    """A subgame in which each smaller subgame is a leaf that pays what is played there.

    Attributes:
        nodes: those of the tree, in its order; the first is the root.
        movers: the players who move, in their order.
    """

    nodes: list[int]
    movers: tuple[int, ...]


def layer_of(game: ExtensiveGame, root: int, subgames: Subgames, inner: Container[int]) -> Layer:
    """The layer at the root of a subgame.

    Args:
        game: the tree.
        root: where the subgame begins.
        subgames: all of them.
        inner: the roots of the smaller ones, among others that are not below.

    Raises:
        InputError: if more than two players move in the layer.
    """
    nodes, movers, node = [root], {int(game.mover[root])}, root + 1
    while node < subgames.end[root]:
        nodes.append(node)
        if node in inner:
            node = subgames.end[node]
        else:
            movers.add(int(game.mover[node]))
            node += 1
    layer = Layer(nodes, tuple(sorted(k for k in movers if k >= 0)))
    if len(layer.movers) > 2:
        raise InputError(
            f"{len(layer.movers)} players move in the subgame at {history_of(game, root)}; "
            "subgames of at most two are solved"
        )
    return layer


def history_of(game: ExtensiveGame, root: int) -> str:
    """The moves that lead to a subgame, in words."""
    return "/".join(game.history(root)) or "the start"


def layer_payoffs(
    game: ExtensiveGame,
    layer: Layer,
    played: Callable[[tuple[int, int]], Strategy],
    paid: Callable[[int], Payoffs | None],
) -> Payoffs:
    """What all players get in a layer.

    Args:
        game: the tree.
        layer: the layer.
        played: the probabilities at an information set, given by its player and place.
        paid: what is paid from a node on; None where the layer goes on.
    """
    reach = {layer.nodes[0]: Fraction(1)}
    totals = [Fraction(0)] * game.num_players
    for node in layer.nodes[1:]:
        before, move = int(game.parent[node]), int(game.move[node])
        mover, place = int(game.mover[before]), int(game.place[before])
        drawn = mover == CHANCE
        vector = game.chance[place].probabilities if drawn else played((mover, place))
        reach[node] = reach[before] * Fraction(vector[move])
        got = paid(node)
        if got is not None and reach[node]:
            totals = [t + reach[node] * p for t, p in zip(totals, got, strict=True)]
    return tuple(totals)


def leaf_payoffs(game: ExtensiveGame) -> list[Payoffs]:
    """What is paid at each leaf."""
    return [tuple(row) for row in zip(*(p.fractions() for p in game.payoffs), strict=True)]


def layer_game(
    game: ExtensiveGame, layer: Layer, inner: dict[int, Payoffs]
) -> tuple[ExtensiveGame, list[list[int]]]:
    """The layer as a game of those who move, and which information sets of the tree theirs are."""
    recorder = TreeRecorder(game.name, [game.players[k] for k in layer.movers] or [game.players[0]])
    places: list[list[int]] = [[] for _ in layer.movers]
    number: dict[int, int] = {}
    payoffs = [game.payoffs[k] for k in layer.movers]
    for position, node in enumerate(layer.nodes):
        number[node] = position
        before = number[int(game.parent[node])] if position else -1
        move = int(game.move[node]) if position else 0
        mover, place = int(game.mover[node]), int(game.place[node])
        if position and node in inner:
            recorder.leaf(before, move, [inner[node][k] for k in layer.movers])
        elif mover == LEAF:
            recorder.leaf(before, move, [own[place] for own in payoffs])
        elif mover == CHANCE:
            recorder.chance(before, move, *game.chance[place])
        else:
            player, known = layer.movers.index(mover), game.sets[mover][place]
            at = recorder.known(player, place)
            if at is None:
                at = recorder.meet(player, place, known.label, known.actions)
                places[player].append(place)
            recorder.decision(before, move, player, at, len(known.actions))
    return recorder.game(), places
