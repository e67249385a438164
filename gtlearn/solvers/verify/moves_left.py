"""What players can still play in a tree from which moves were removed, and what that earns."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games import ExtensiveGame
from gtlearn.limits import check
from gtlearn.solvers.verify.report import Unproven

_MAX_ENTRIES = 300_000  # of payoffs, at one information set

OwnMove = tuple[int, int]  # an information set and an action, by their places
MovesLeft = list[set[OwnMove]]  # the moves that each player still has


class TreeMoves:
    """A tree as lists.

    Attributes:
        last: for each player and node, its last own move before it.
        before: for each player and information set, the own move that leads there.
    """

    def __init__(self, game: ExtensiveGame) -> None:
        self.game = game
        arrays = (game.parent, game.move, game.mover, game.place)
        self.parent, self.move, self.mover, self.place = (a.tolist() for a in arrays)
        count = len(self.parent)
        self.last: list[list[OwnMove | None]] = [[None] * count for _ in game.players]
        self.before: list[list[OwnMove | None]] = [[None] * len(own) for own in game.sets]
        self.reach = [Fraction(1)] * count  # by chance alone
        for node, up in enumerate(self.parent):
            if up >= 0:
                mover, move = self.mover[up], self.move[node]
                for player, own in enumerate(self.last):
                    own[node] = (self.place[up], move) if player == mover else own[up]
                p = game.chance[self.place[up]].probabilities[move] if mover == -1 else 1
                self.reach[node] = self.reach[up] * p
            if self.mover[node] >= 0:
                player = self.mover[node]
                self.before[player][self.place[node]] = self.last[player][node]

    def place_of(self, player: int, label: str) -> int:
        """The place of an information set.

        Raises:
            InputError: if there is none of that label.
        """
        labels = [known.label for known in self.game.sets[player]]
        if label not in labels:
            raise InputError(f"{self.game.players[player]} has no information set {label!r}")
        return labels.index(label)

    def all_moves(self) -> MovesLeft:
        """What all players have."""
        return [
            {(place, k) for place, known in enumerate(own) for k in range(len(known.actions))}
            for own in self.game.sets
        ]

    def after(self, left: MovesLeft, removed: Sequence[tuple[int, OwnMove]]) -> MovesLeft:
        """What they have without some moves, those that follow, and those after which a set without
        moves follows."""
        out = [set(own) for own in left]
        for player, move in removed:
            out[player].discard(move)
        for player, before in enumerate(self.before):
            own = out[player]
            while True:
                gone = {m for m in own if before[m[0]] is not None and before[m[0]] not in own}
                gone |= {
                    b
                    for place, b in enumerate(before)
                    if b in own and not any(m[0] == place for m in own)
                }
                if not gone:
                    break
                own -= gone
        return out

    def labelled(self, left: MovesLeft) -> list[dict[str, list[str]]]:
        """The same by labels."""
        return [
            {
                known.label: [a for k, a in enumerate(known.actions) if (place, k) in moves]
                for place, known in enumerate(own)
            }
            for own, moves in zip(self.game.sets, left, strict=True)
        ]


class PlansBelow:
    """What a player can still play from an information set on, and what the others can.

    Attributes:
        places: the set, and those of the player that it leads to.
        denominator: of what `payoffs` returns.
    """

    def __init__(self, tree: TreeMoves, left: MovesLeft, player: int, place: int) -> None:
        self.tree, self.left, self.player, self.place = tree, left, player, place
        inside: list[bool] = []
        way = set()
        for node, up in enumerate(tree.parent):
            starts = tree.mover[node] == player and tree.place[node] == place
            inside.append(starts or (up >= 0 and inside[up]))
            while starts and up >= 0:
                way.add(up)
                up = tree.parent[up]
        nodes = [node for node, within in enumerate(inside) if within]
        self.places = {tree.place[n] for n in nodes if tree.mover[n] == player}
        self._leaves = [n for n in nodes if tree.mover[n] == -2 and tree.reach[n]]
        self._plans = self._plans_of(player, nodes)
        self._others = [k for k in range(tree.game.num_players) if k != player]
        self._theirs = [self._plans_of(k, sorted({*nodes, *way})) for k in self._others]
        if math.prod(map(len, (self._plans, *self._theirs))) > _MAX_ENTRIES:
            raise Unproven("there are too many plans at an information set")
        self.denominator = 1

    def _plans_of(self, player: int, nodes: Sequence[int]) -> list[dict[int, int]]:
        tree, plans = self.tree, [dict[int, int]()]
        met = {tree.place[n]: None for n in nodes if tree.mover[n] == player}
        for place in met:
            starts = player == self.player and place == self.place
            own = None if starts else tree.before[player][place]
            actions = [a for at, a in sorted(self.left[player]) if at == place]
            plans = [
                longer
                for plan in plans
                for longer in (
                    [plan]
                    if own is not None and plan.get(own[0]) != own[1]
                    else [{**plan, place: a} for a in actions]
                )
            ]
            if len(plans) > _MAX_ENTRIES:
                break
        return plans

    def playing(self, move: OwnMove) -> list[int]:
        """Which plans make a move."""
        return [k for k, plan in enumerate(self._plans) if plan.get(move[0]) == move[1]]

    def weights(
        self, strategy: Mapping[str, Mapping[str, Fraction]]
    ) -> dict[OwnMove, Fraction] | None:
        """The probability of each move in a behaviour strategy from here on; None if it is none, or
        plays what is not left."""
        tree, sets = self.tree, self.tree.game.sets[self.player]
        labels = {sets[place].label: place for place in self.places}
        weights: dict[OwnMove, Fraction] = {}
        for label in strategy:
            if label not in labels:
                return None
        for place in sorted(self.places):
            own = None if place == self.place else tree.before[self.player][place]
            reached = Fraction(1) if own is None else weights.get(own, Fraction(0))
            if not reached:
                continue
            row = strategy.get(sets[place].label, {})
            if set(row) != set(sets[place].actions) or sum(row.values()) != 1:
                return None
            for k, action in enumerate(sets[place].actions):
                if row[action] < 0 or (row[action] and (place, k) not in self.left[self.player]):
                    return None
                weights[place, k] = reached * row[action]
        return weights

    def payoffs(self) -> Any:
        """(plans, what the others may play that leads here), integers over `denominator`."""
        made = [
            {k: Fraction(int(plan.get(p) == a)) for k, (p, a) in self._ends()}
            for plan in self._plans
        ]
        table = [self._earned(weights) for weights in made]
        self.denominator = math.lcm(*(v.denominator for row in table for v in row))
        rows = [[v.numerator * (self.denominator // v.denominator) for v in row] for row in table]
        columns = len(rows[0]) if rows else 0
        return np.array(rows, dtype=object).reshape(len(rows), columns)

    def earned_by(self, weights: Mapping[OwnMove, Fraction]) -> list[Fraction]:
        """The same of a strategy, from the probabilities of its moves."""
        return self._earned({leaf: weights.get(move, Fraction(0)) for leaf, move in self._ends()})

    def _ends(self) -> list[tuple[int, OwnMove]]:
        """The leaves below, each with the player's last move before it."""
        own = self.tree.last[self.player]
        return [(leaf, move) for leaf in self._leaves if (move := own[leaf]) is not None]

    def _earned(self, weights: Mapping[int, Fraction]) -> list[Fraction]:
        """What is earned against each choice of the others that leads here, from the probability
        with which the player plays towards each leaf."""
        game, tree = self.tree.game, self.tree
        out = []
        for choice in itertools.product(*self._theirs):
            check()
            total, leads = Fraction(0), False
            for leaf in self._leaves:
                lasts = (tree.last[k][leaf] for k in self._others)
                pairs = zip(lasts, choice, strict=True)
                if all(own is None or plan.get(own[0]) == own[1] for own, plan in pairs):
                    leads = True
                    paid = game.payoffs[self.player][tree.place[leaf]]
                    total += weights[leaf] * tree.reach[leaf] * paid
            if leads:
                out.append(total)
        return out
