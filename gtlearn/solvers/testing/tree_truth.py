"""Equilibria of trees in behaviour strategies, rechecked over all plans and all subgames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from gtlearn.games import ExtensiveGame
from gtlearn.solvers.testing.claims import (
    Doubt,
    Doubts,
    Unreadable,
    Vector,
    is_distribution,
    listed,
    number,
    numbers,
    same,
)

_CHANCE, _LEAF = -1, -2

_Step = tuple[int, int, int]  # who moves (-1: chance), at which of its sets, and to what


@dataclass(frozen=True)
class _Leaf:
    node: int
    moves: tuple[_Step, ...]
    payoffs: Vector


class TreeTruth:
    """A small tree, of which everything is summed over its leaves.

    Args:
        game: the tree, whose players have perfect recall.
    """

    def __init__(self, game: ExtensiveGame) -> None:
        self.game = game
        paths: list[tuple[_Step, ...]] = [()]
        for node in range(1, game.num_nodes):
            before = int(game.parent[node])
            mover, place = int(game.mover[before]), int(game.place[before])
            paths.append((*paths[before], (mover, place, int(game.move[node]))))
        self._leaves = [
            _Leaf(node, paths[node], [Fraction(own[int(game.place[node])]) for own in game.payoffs])
            for node in range(game.num_nodes)
            if game.mover[node] == _LEAF
        ]

    def payoffs(self, profile: Sequence[list[Vector]], root: int = 0) -> Vector:
        """What each player gets from a node on."""
        totals = [Fraction(0)] * self.game.num_players
        for leaf, reach, _ in self._played(profile, root, None):
            totals = [t + reach * paid for t, paid in zip(totals, leaf.payoffs, strict=True)]
        return totals

    def best(self, profile: Sequence[list[Vector]], player: int, root: int = 0) -> Fraction:
        """The most that a plan of a player earns from a node on, over all its plans."""
        worth: dict[tuple[tuple[int, int], ...], Fraction] = {}
        for leaf, reach, own in self._played(profile, root, player):
            worth[own] = worth.get(own, Fraction(0)) + reach * leaf.payoffs[player]
        return max(
            sum((value for own, value in worth.items() if _allows(plan, own)), Fraction(0))
            for plan in plans(worth)
        )

    def regrets(self, profile: Sequence[list[Vector]], root: int = 0) -> Vector:
        """What each player gains from a node on."""
        earned = self.payoffs(profile, root)
        return [self.best(profile, k, root) - paid for k, paid in enumerate(earned)]

    def regrets_in_subgames(self, profile: Sequence[list[Vector]]) -> Vector:
        """The most that each player gains in a subgame (Selten 1965)."""
        each = [self.regrets(profile, root) for root in self.subgames()]
        return [max(own) for own in zip(*each, strict=True)]

    def subgames(self) -> Iterator[int]:
        """The nodes below which no information set has only some of its nodes."""
        game = self.game
        for root in range(game.num_nodes):
            below = {root}
            for node in range(root + 1, game.num_nodes):
                if int(game.parent[node]) in below:
                    below.add(node)
            inside = {_set_at(game, node) for node in below} - {None}
            outside = {_set_at(game, node) for node in range(game.num_nodes) if node not in below}
            if game.mover[root] != _LEAF and not inside & outside:
                yield root

    def _played(
        self, profile: Sequence[list[Vector]], root: int, free: int | None
    ) -> Iterator[tuple[_Leaf, Fraction, tuple[tuple[int, int], ...]]]:
        """The leaves below a node, how likely the others' moves after it lead there, and the moves
        of the player who is free."""
        depth = int(self.game.depth[root])
        for leaf in self._leaves:
            if not self._is_below(leaf.node, root):
                continue
            reach, own = Fraction(1), []
            for mover, place, move in leaf.moves[depth:]:
                if mover == free:
                    own.append((place, move))
                elif mover == _CHANCE:
                    reach *= self.game.chance[place].probabilities[move]
                else:
                    reach *= profile[mover][place][move]
            yield leaf, reach, tuple(own)

    def _is_below(self, node: int, root: int) -> bool:
        while node > root:
            node = int(self.game.parent[node])
        return node == root


def plans(sequences: Iterable[tuple[tuple[int, int], ...]]) -> Iterator[Mapping[int, int]]:
    """Every reduced plan: what is played at each information set that it leaves reachable.

    Args:
        sequences: the pairs (set, action) that lead to the leaves.
    """
    tails: dict[int, dict[int, list[tuple[tuple[int, int], ...]]]] = {}
    for sequence in sequences:
        if sequence:
            place, action = sequence[0]
            tails.setdefault(place, {}).setdefault(action, []).append(sequence[1:])
    choices = [
        [{place: action, **rest} for action, after in own.items() for rest in plans(after)]
        for place, own in tails.items()
    ]
    for parts in product(*choices):
        yield {place: action for part in parts for place, action in part.items()}


def _allows(plan: Mapping[int, int], own: tuple[tuple[int, int], ...]) -> bool:
    return all(plan.get(place) == action for place, action in own)


def _set_at(game: ExtensiveGame, node: int) -> tuple[int, int] | None:
    mover = int(game.mover[node])
    return (mover, int(game.place[node])) if mover >= 0 else None


def tree_doubts(truth: TreeTruth, outcome: Mapping[str, Any], exact: bool) -> Doubts:
    """What does not hold of one equilibrium of a tree.

    Args:
        truth: of the game.
        outcome: the JSON of the equilibrium.
        exact: whether it says that its numbers are exact.
    """
    game, certificate = truth.game, outcome["certificate"]
    if outcome.get("index") is not None:
        yield Doubt("only equilibria of a normal form have an index")
    profile = _profile_of(game, listed(outcome["strategies"], game.num_players))
    if not all(is_distribution(row) for rows in profile for row in rows):
        yield Doubt("the strategies are probability distributions")
        return
    earned = truth.payoffs(profile)
    stated = numbers(outcome["payoffs"], game.num_players)
    if not all(same(true, said, exact) for true, said in zip(earned, stated, strict=True)):
        yield Doubt("the payoffs")
    perfect = certificate["kind"] == "subgame-perfect"
    regrets = truth.regrets_in_subgames(profile) if perfect else truth.regrets(profile)
    said = numbers(certificate.get("regrets"), game.num_players)
    if not all(same(true, claim, exact) for true, claim in zip(regrets, said, strict=True)):
        yield Doubt("the regrets")
    if certificate["verified"] is not (not any(said)):
        yield Doubt("whether it is verified")
    if "value" in certificate and not (
        game.is_zero_sum
        and not any(regrets)
        and same(earned[0], number(certificate["value"]), exact)
    ):
        yield Doubt("the value")


def _profile_of(game: ExtensiveGame, strategies: Sequence[Any]) -> list[list[Vector]]:
    """The strategies by the labels of information sets and actions."""
    profile = []
    for own, strategy in zip(game.sets, strategies, strict=True):
        if set(strategy) != {known.label for known in own}:
            raise Unreadable("the information sets are not those of the game")
        for known in own:
            if set(strategy[known.label]) != set(known.actions):
                raise Unreadable(f"the actions at {known.label} are not those of the game")
        profile.append([[number(strategy[known.label][a]) for a in known.actions] for known in own])
    return profile
