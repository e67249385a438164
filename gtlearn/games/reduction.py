"""From a game tree to its reduced normal form.

A tree is walked once for the players' sequences (their own moves so far, von Stengel 1996), of
which several may lead to an information set, and at each sequence profile the sum of chance
probability times payoff. A reduced strategy of a player says what it does at the
information sets that its own earlier moves leave reachable; two pure strategies that differ only
elsewhere are one. Everything is exact.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError, quoted
from gtlearn.games.kinds.extensive import ExtensiveGame
from gtlearn.games.kinds.extensive.game import CHANCE, LEAF
from gtlearn.games.kinds.normal_form import NormalFormGame
from gtlearn.games.labels import shown
from gtlearn.games.numbers import ExactArray, common_denominator, integer_array, lowest_terms

MAX_REDUCED_PROFILES = 1_000_000
_MAX_INDICATORS = 20_000_000  # sequences x strategies of one player
_MAX_ENUMERATED = 50_000  # strategies counted one by one, where there is no perfect recall
_EXACT_BITS = 53  # integers below 2**53 are exact in doubles, and so are their sums


# a reduced strategy: its action at each set that it reaches, and its sequences
_Plan = tuple[dict[int, int], frozenset[int]]


@dataclass
class _Set:
    """What one player cannot tell apart.

    Attributes:
        label: its name in messages.
        actions: labels of the actions, the same at all its nodes.
        parents: the player's sequences that lead to it (one, with perfect recall).
    """

    label: str
    actions: tuple[str, ...]
    parents: list[int] = field(default_factory=list)


@dataclass
class _Tree:
    """One player's information sets, and the sequences of its moves; sequence 0 is empty."""

    sets: list[_Set] = field(default_factory=list)
    number: dict[Hashable, int] = field(default_factory=dict)
    children: dict[tuple[int, int, int], int] = field(default_factory=dict)
    before: list[tuple[int, int]] = field(default_factory=lambda: [(0, -1)])  # sequence, set
    entered: dict[int, list[int]] = field(default_factory=dict)  # sequence: sets below it
    size: int = 1
    choices: int = 1  # a lower bound on the number of reduced strategies


def reduced_normal_form(game: ExtensiveGame) -> NormalFormGame:
    """The reduced normal form of a tree; see `TreeRecord.reduced_normal_form`.

    Raises:
        InputError: naming the size, if there are more than a million profiles.
    """
    return _recorded(game).reduced_normal_form(source=game.source, number_note=game.number_note)


def plans_of(game: ExtensiveGame) -> list[list[dict[int, int]]]:
    """Each player's reduced strategies, in the order of the reduced normal form: what they play at
    each information set that their own moves leave reachable."""
    return [[plan for plan, _ in _strategies(tree)] for tree in _recorded(game)._trees]


def _recorded(game: ExtensiveGame) -> TreeRecord:
    record = TreeRecord(game.name, game.players)
    probabilities = [Fraction(1)] * game.num_nodes
    at = [record.root] * game.num_nodes
    below: dict[int, list[tuple[int, ...]]] = {}  # the sequences after each action of a node
    rows = zip(*(a.tolist() for a in (game.parent, game.move, game.mover, game.place)), strict=True)
    payoffs = list(zip(*(array.fractions().tolist() for array in game.payoffs), strict=True))
    for node, (parent, move, mover, place) in enumerate(rows):
        if parent >= 0:
            drawn = int(game.mover[parent]) == CHANCE
            p = game.chance[int(game.place[parent])].probabilities[move] if drawn else 1
            probabilities[node] = probabilities[parent] * p
            at[node] = at[parent] if drawn else below[parent][move]
        if mover == LEAF:
            record.leaf(at[node], probabilities[node], payoffs[place])
        elif mover != CHANCE:
            known = game.sets[mover][place]
            below[node] = record.visit(at[node], mover, place, known.label, known.actions)
    return record


class TreeRecord:
    """A finite game tree, recorded in one walk.

    Args:
        name: the game's name.
        players: one label a player.
    """

    def __init__(self, name: str, players: Sequence[str]) -> None:
        self.name = name
        self.players = tuple(players)
        self._trees = [_Tree() for _ in players]
        self._leaves: dict[tuple[int, ...], list[Fraction]] = {}

    @property
    def root(self) -> tuple[int, ...]:
        """The sequences at the root: nobody has moved."""
        return (0,) * len(self.players)

    def visit(
        self, at: tuple[int, ...], player: int, key: Hashable, label: str, actions: Sequence[str]
    ) -> list[tuple[int, ...]]:
        """Records a decision node; the sequences after each of its actions.

        Args:
            at: the sequences at the node, one a player.
            player: who moves.
            key: identifies the information set among this player's.
            label: the information set's name.
            actions: labels of the actions.

        Raises:
            InputError: once it is certain that the reduced normal form is too large.
        """
        tree = self._trees[player]
        index = tree.number.setdefault(key, len(tree.sets))
        if index == len(tree.sets):
            tree.sets.append(_Set(label, tuple(actions)))
            tree.choices += len(actions) - 1
            if math.prod(s.choices for s in self._trees) > MAX_REDUCED_PROFILES:
                raise InputError(self._too_large(f"more than {MAX_REDUCED_PROFILES}"))
        own = at[player]
        if (own, index, 0) not in tree.children:
            tree.sets[index].parents.append(own)
            tree.entered.setdefault(own, []).append(index)
            for action in range(len(actions)):
                tree.children[own, index, action] = tree.size
                tree.before.append((own, index))
                tree.size += 1
        return [
            (*at[:player], tree.children[own, index, action], *at[player + 1 :])
            for action in range(len(actions))
        ]

    def leaf(self, at: tuple[int, ...], probability: Fraction, payoffs: Sequence[Fraction]) -> None:
        """Records a leaf that chance reaches with `probability` if all play towards it."""
        total = self._leaves.setdefault(at, [Fraction(0)] * len(self.players))
        for k, payoff in enumerate(payoffs):
            total[k] += probability * payoff

    def reduced_normal_form(self, *, source: str = "", number_note: str = "") -> NormalFormGame:
        """The reduced normal form.

        A strategy's label names its action at each information set, in the order in which the
        walk met them, joined by "/"; "*" stands where its own earlier moves make the set
        unreachable. Sets with a single action are left out.

        Players without perfect recall are named in the game's `number_note`.

        Raises:
            InputError: naming the size, if there are more than a million profiles.
        """
        self._check_size()
        strategies = [list(_strategies(tree)) for tree in self._trees]
        indicators = [
            _indicators(tree, plans) for tree, plans in zip(self._trees, strategies, strict=True)
        ]
        payoffs = [self._tensor(k, indicators) for k in range(len(self.players))]
        labels = [_labels(tree, plans) for tree, plans in zip(self._trees, strategies, strict=True)]
        return NormalFormGame(
            name=self.name,
            players=self.players,
            actions=tuple(labels),
            payoffs=tuple(payoffs),
            source=source,
            number_note="; ".join(filter(None, (number_note, *self.recall_notes()))),
        )

    def recall_notes(self) -> tuple[str, ...]:
        """What to say of players without perfect recall (Kuhn 1953), one sentence each.

        A player forgets at an information set to which several of its own sequences lead. Then not
        every mixture of plans, of which it draws one before play, can be played by drawing at each
        information set anew. Where a set lies on a path twice the player is absent-minded
        (Piccione and Rubinstein 1997), and a plan takes the same action at every visit.
        """
        notes = []
        for player, tree in zip(self.players, self._trees, strict=True):
            forgotten = [known for known in tree.sets if len(known.parents) > 1]
            twice = [tree.sets[index] for index in _visited_twice(tree)]
            if forgotten:
                notes.append(
                    f"{player} forgets at {_named(forgotten)} what it knew or did before "
                    "(imperfect recall), so its mixture of plans is drawn once, before play"
                )
            if twice:
                notes.append(
                    f"{player} does not know at {_named(twice)} whether it has been there before "
                    "(absent-mindedness), and a plan takes the same action at every visit"
                )
        return tuple(notes)

    def _check_size(self) -> None:
        counts = [_count(tree) for tree in self._trees]
        if math.prod(counts) > MAX_REDUCED_PROFILES:
            raise InputError(self._too_large(" x ".join(map(_rough, counts))))
        for count, tree, player in zip(counts, self._trees, self.players, strict=True):
            if count * tree.size > _MAX_INDICATORS:
                raise InputError(
                    f"player {quoted(player)} of {shown(self.name)} has {count} reduced strategies "
                    f"over {tree.size} sequences, which is too large; use a smaller game"
                )

    def _too_large(self, size: str) -> str:
        return (
            f"the reduced normal form of {shown(self.name)} has {size} profiles, and at most "
            f"{MAX_REDUCED_PROFILES} are built; use a smaller game"
        )

    def _tensor(self, player: int, indicators: list[NDArray[np.float64]]) -> ExactArray:
        """The expected payoffs of `player` at every profile of reduced strategies."""
        values = [payoffs[player] for payoffs in self._leaves.values()]
        denominator = common_denominator(values)
        weights = [value.numerator * (denominator // value.denominator) for value in values]
        paths = np.array(list(self._leaves), dtype=np.int64)
        shape = tuple(matrix.shape[1] for matrix in indicators)
        limb = _EXACT_BITS - len(weights).bit_length()
        total: Any = 0
        shift = 0
        while any(weights):  # in pieces whose sums are exact in doubles
            piece = np.array([_lowest_bits(w, limb) for w in weights], dtype=np.float64)
            part = _contract(paths, piece, indicators)
            whole = part.astype(np.int64).astype(object)
            total = total + (whole << shift if shift else whole)
            weights = [_towards_zero(w, limb) for w in weights]
            shift += limb
        if shift == 0:
            return integer_array([0] * math.prod(shape), shape)
        return lowest_terms(total.ravel().tolist(), shape, denominator)


def _visited_twice(tree: _Tree) -> list[int]:
    """The information sets that come twice on one path."""
    twice = []
    for index, known in enumerate(tree.sets):
        if len(known.parents) < 2:  # of a set that comes twice, one parent has passed it
            continue
        for sequence in known.parents:
            while sequence and tree.before[sequence][1] != index:
                sequence = tree.before[sequence][0]
            if sequence:
                twice.append(index)
                break
    return twice


def _named(sets: Sequence[_Set]) -> str:
    """Information sets by their labels, the first three of them."""
    names = ", ".join(quoted(known.label, 40) for known in sets[:3])
    what = "the information set" if len(sets) == 1 else "the information sets"
    return f"{what} {names}" + (f" and {len(sets) - 3} more" if len(sets) > 3 else "")


def _lowest_bits(value: int, bits: int) -> int:
    low = abs(value) & ((1 << bits) - 1)
    return low if value >= 0 else -low


def _towards_zero(value: int, bits: int) -> int:
    return value >> bits if value >= 0 else -(-value >> bits)


def _contract(
    paths: NDArray[np.int64], weights: NDArray[np.float64], indicators: list[NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Sums weights over leaves, at each profile whose strategies all allow the leaf.

    Args:
        paths: (leaves, players), the sequence of each player.
        weights: (leaves,).
        indicators: per player (sequences, strategies), 1 where the strategy plays the sequence.
    """
    sequences, group = np.unique(paths[:, 0], return_inverse=True)
    if len(indicators) == 1:
        sums = np.zeros(len(sequences))
        np.add.at(sums, group, weights)
        return np.asarray(sums @ indicators[0][sequences])
    order = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[order], np.arange(len(sequences) + 1))
    rests = [
        _contract(paths[chosen, 1:], weights[chosen], indicators[1:])
        for chosen in (order[a:b] for a, b in pairwise(bounds))
    ]
    return np.tensordot(indicators[0][sequences], np.array(rests), axes=(0, 0))


def _count(tree: _Tree) -> int:
    """The number of reduced strategies; without perfect recall, up to a limit."""
    if any(len(known.parents) > 1 for known in tree.sets):
        for count, _ in enumerate(_strategies(tree), start=1):
            if count > _MAX_ENUMERATED:
                return MAX_REDUCED_PROFILES + 1
        return count
    counts = [1] * tree.size
    for sequence in range(tree.size - 1, -1, -1):  # children are numbered after their parents
        for index in tree.entered.get(sequence, ()):
            counts[sequence] *= sum(
                counts[tree.children[sequence, index, action]]
                for action in range(len(tree.sets[index].actions))
            )
    return counts[0]


def _strategies(tree: _Tree) -> Iterator[_Plan]:
    """Each reduced strategy."""
    start = _advance(tree, {}, {0}, [0])
    stack: list[tuple[dict[int, int], set[int], list[int]]] = [({}, {0}, start)]
    while stack:
        plan, played, open_sets = stack.pop()
        if not open_sets:
            yield plan, frozenset(played)
            continue
        index, rest = open_sets[0], open_sets[1:]
        for action in reversed(range(len(tree.sets[index].actions))):
            longer = {**plan, index: action}
            parents = (parent for parent in tree.sets[index].parents if parent in played)
            fresh = [tree.children[parent, index, action] for parent in parents]
            grown = played.union(fresh)
            reached = _advance(tree, longer, grown, fresh)
            merged = sorted({*rest, *reached} - longer.keys())
            stack.append((longer, grown, merged))


def _advance(tree: _Tree, plan: dict[int, int], played: set[int], fresh: list[int]) -> list[int]:
    """Sets that become reachable after `fresh` sequences; extends `played` by decided ones."""
    reached = []
    todo = list(fresh)
    while todo:
        sequence = todo.pop()
        for index in tree.entered.get(sequence, ()):
            if index not in plan:
                reached.append(index)
                continue
            child = tree.children[sequence, index, plan[index]]  # decided before: no perfect recall
            if child not in played:
                played.add(child)
                todo.append(child)
    return sorted(set(reached))


def _indicators(tree: _Tree, strategies: list[_Plan]) -> NDArray[np.float64]:
    """A (sequences, strategies) matrix: 1 where the strategy plays the sequence."""
    matrix = np.zeros((tree.size, len(strategies)))
    for column, (_, played) in enumerate(strategies):
        matrix[list(played), column] = 1
    return matrix


def _labels(tree: _Tree, strategies: list[_Plan]) -> tuple[str, ...]:
    """One label a strategy; numbers stand for actions where the labels would be ambiguous."""
    sets = [i for i, known in enumerate(tree.sets) if len(known.actions) > 1]
    if not sets:
        return ("-",)
    names = [known.actions for known in tree.sets]
    labels = _spell(sets, names, strategies)
    if len(set(labels)) < len(labels):
        numbers = [tuple(str(a + 1) for a in range(len(actions))) for actions in names]
        labels = _spell(sets, numbers, strategies)
    return labels


def _spell(
    sets: list[int], names: list[tuple[str, ...]], strategies: list[_Plan]
) -> tuple[str, ...]:
    return tuple(
        "/".join(names[i][plan[i]] if i in plan else "*" for i in sets) for plan, _ in strategies
    )


def _rough(count: int) -> str:
    """A count in digits, or its order of magnitude where it is long."""
    if count.bit_length() < 60:
        return str(count)
    return f"about 10^{int((count.bit_length() - 1) * math.log10(2))}"
