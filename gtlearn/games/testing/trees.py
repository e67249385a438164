"""Small random trees with perfect recall, drawn by hypothesis or by a seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from gtlearn.games.kinds.extensive import ExtensiveGame
from gtlearn.games.testing.strategies import mixed_strategies
from gtlearn.games.trees import Node, tree

if TYPE_CHECKING:
    from hypothesis import strategies as st
    from hypothesis.strategies import SearchStrategy
else:
    from gtlearn.games.testing.strategies import st

_Choose = Callable[[int, int], int]  # an integer from the first to the second
_Own = tuple[tuple[str, str], ...]  # a player's moves so far: information sets and actions

_MOST_ACTIONS = 3  # of an information set or of chance
_LARGEST = 3  # payoff by size, so that ties are common


def extensive_games(
    *,
    min_players: int = 2,
    max_players: int = 3,
    max_moves: int = 7,
    zero_sum: bool = False,
    chance: bool = True,
    perfect_information: bool = False,
) -> SearchStrategy[ExtensiveGame]:
    """Trees with perfect recall, whose payoffs are small integers, so that ties are common.

    Args:
        min_players: at least 2.
        max_players: the most players.
        max_moves: the most nodes that are no leaves.
        zero_sum: there are two players, and the second one's payoffs are the first one's negated.
        chance: False for trees without moves of chance.
        perfect_information: every information set is a single node.
    """

    @st.composite
    def games(draw: Any) -> ExtensiveGame:
        def choose(low: int, high: int) -> int:
            return int(draw(st.integers(low, high)))

        players = 2 if zero_sum else choose(min_players, max_players)
        growth = _Growth(choose, players, zero_sum, chance, perfect_information)
        return growth.game(choose(1, max_moves))

    return games()


def random_tree(
    seed: int,
    *,
    players: int = 2,
    moves: int = 7,
    zero_sum: bool = False,
    chance: bool = True,
    perfect_information: bool = False,
) -> ExtensiveGame:
    """One of the trees of `extensive_games`, by a seed; hypothesis is not needed.

    Args:
        seed: of the draw.
        players: how many there are.
        moves: the most nodes that are no leaves; there are fewer only where all branches end.
        zero_sum, chance, perfect_information: as there.

    >>> random_tree(5, moves=4)
    ExtensiveGame('random tree', 10 nodes, 1+3 information sets)
    """
    choose = random.Random(seed).randint
    return _Growth(choose, players, zero_sum, chance, perfect_information).game(moves)


def behaviour_strategies(
    game: ExtensiveGame, *, max_weight: int = 4
) -> SearchStrategy[tuple[tuple[tuple[Fraction, ...], ...], ...]]:
    """One exact behaviour strategy for each player: a vector at each of its information sets.

    Args:
        game: the tree.
        max_weight: bounds the denominators, as in `mixed_strategies`.
    """
    return st.tuples(
        *(
            st.tuples(
                *(mixed_strategies(len(known.actions), max_weight=max_weight) for known in own)
            )
            for own in game.sets
        )
    )


class _Growth:
    """A tree that grows breadth first: each new node joins an information set of its player at
    which the same own moves were made before, or begins one."""

    def __init__(
        self, choose: _Choose, players: int, zero_sum: bool, chance: bool, perfect: bool
    ) -> None:
        self.choose, self.zero_sum = choose, zero_sum
        self.chance, self.perfect = chance, perfect
        self.tree = tree("random tree", [f"P{k}" for k in range(players)])
        self._known: dict[tuple[int, _Own], list[tuple[str, list[str]]]] = {}
        self._count = 0  # of information sets

    def game(self, moves: int) -> ExtensiveGame:
        """The tree, once it has so many nodes that are no leaves, or all branches end."""
        start: tuple[_Own, ...] = ((),) * len(self.tree.players)
        waiting = [(self.tree.root, start)]
        while waiting:
            node, own = waiting.pop(0)
            goes_on = node is self.tree.root or self.choose(0, 4) > 0
            if moves and goes_on:
                moves -= 1
                waiting += self._move(node, own)
            else:
                node.pays(*self._payoffs())
        return self.tree.game()

    def _move(self, node: Node, own: tuple[_Own, ...]) -> list[tuple[Node, tuple[_Own, ...]]]:
        """Somebody moves at a node; the nodes that follow, with everybody's own moves there."""
        mover = self.choose(-1 if self.chance else 0, len(own) - 1)
        if mover < 0:
            weights = [self.choose(int(k == 0), 3) for k in range(self.choose(2, _MOST_ACTIONS))]
            outcomes = {f"c{k}": Fraction(w, sum(weights)) for k, w in enumerate(weights)}
            node.draws(outcomes)
            return [(node[outcome], own) for outcome in outcomes]
        label, actions = self._set(mover, own[mover])
        node.decides(self.tree.players[mover], label, actions)
        after = [(*own[mover], (label, action)) for action in actions]
        return [
            (node[action], (*own[:mover], longer, *own[mover + 1 :]))
            for action, longer in zip(actions, after, strict=True)
        ]

    def _set(self, mover: int, own: _Own) -> tuple[str, list[str]]:
        sets = self._known.setdefault((mover, own), [])
        place = len(sets) if self.perfect else self.choose(0, len(sets))
        if place == len(sets):
            actions = [f"a{k}" for k in range(self.choose(1, _MOST_ACTIONS))]
            sets.append((f"h{self._count}", actions))
            self._count += 1
        return sets[place]

    def _payoffs(self) -> list[int]:
        players = 1 if self.zero_sum else len(self.tree.players)
        own = [self.choose(-_LARGEST, _LARGEST) for _ in range(players)]
        return [own[0], -own[0]] if self.zero_sum else own
