"""What a list of Nash equilibria says as a list: components, indices, and maximal subsets.

The index of a component is found by perturbing the payoffs: it is the sum of the indices of the
equilibria near by of a game near by, all of which are regular (Shapley 1974; Ritzberger 1994).
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import combinations, product
from typing import Any

import numpy as np

from gtlearn.games import NormalFormGame
from gtlearn.solvers.testing.claims import (
    Doubt,
    Doubts,
    Vector,
    determinant,
    deviations,
    expected,
    holds_float,
    is_distribution,
    numbers,
    solved,
)

_Key = tuple[Fraction, ...]  # a strategy
_Pair = tuple[_Key, _Key]
Biclique = tuple[frozenset[_Key], frozenset[_Key]]

_STEP = Fraction(1, 10**15)  # of the perturbation, relative to the largest payoff
_NEAR = 1e-3  # how far a perturbed equilibrium may be off
_MOST_STRATEGIES = 10  # of a player, whose sets are all tried for maximal subsets
_DIGITS = 9  # to which strategies in floats are told apart


class Lists:
    """The equilibria of a two-player game near which those of a perturbed game lie."""

    def __init__(self, game: NormalFormGame) -> None:
        self.game = game

    @cached_property
    def _perturbed(self) -> list[tuple[Vector, Vector, int]]:
        """The equilibria of a game near by, each with its index."""
        rng = random.Random(20240)
        payoffs = []
        for array in self.game.payoffs:
            exact = array.fractions()
            largest = max(1, *(abs(value) for value in exact.ravel()))
            payoffs.append(
                [
                    [Fraction(v) + _STEP * largest * rng.randint(-999, 999) / 1000 for v in row]
                    for row in exact
                ]
            )
        return _regular_equilibria(payoffs[0], payoffs[1])

    def index(self, subsets: Sequence[Biclique]) -> int:
        """The index of the component that consists of these Nash subsets."""
        return sum(
            index
            for x, y, index in self._perturbed
            if any(_near(x, rows) and _near(y, columns) for rows, columns in subsets)
        )


def list_doubts(lists: Lists, data: Mapping[str, Any], original: Mapping[str, Any]) -> Doubts:
    """What does not hold of the list as a whole.

    Args:
        lists: of the game.
        data: the JSON of the claim.
        original: the JSON of a correct solution.
    """
    exact = data["arithmetic"] == "rational"
    pairs = [_pair(outcome, exact) for outcome in data["solutions"]]
    whole = data["solutions"]
    if (exact and len(set(pairs)) < len(pairs)) or any(whole.count(one) > 1 for one in whole):
        yield Doubt("the solutions are different ones")
    for pair, outcome in zip(pairs, data["solutions"], strict=True):
        own = [(frozenset([pair[0]]), frozenset([pair[1]]))]
        if "index" in outcome and outcome["index"] != lists.index(own):
            yield Doubt("the index")
    if "component_indices" in data and "components" not in data:
        yield Doubt("there are components for the indices")
    if "components" in data:
        yield from _component_doubts(lists, data, pairs)
    if "subsets" in data:
        yield from _subset_doubts(lists, data["subsets"], pairs, exact)
    known = {_pair(outcome, exact) for outcome in original["solutions"]}
    if data["complete"] and original["complete"] and set(pairs) != known:
        yield Doubt("all are listed")


def _component_doubts(lists: Lists, data: Mapping[str, Any], pairs: Sequence[_Pair]) -> Doubts:
    components = data["components"]
    if sorted(k for component in components for k in component) != list(range(len(pairs))):
        yield Doubt("the components are a partition")
        return
    if {frozenset(component) for component in components} != _connected(pairs):
        yield Doubt("the components are the connected ones")
        return
    if "component_indices" in data:
        true = [
            lists.index(maximal_subsets([pairs[k] for k in component])) for component in components
        ]
        if data["component_indices"] != true:
            yield Doubt("the indices of the components")


def _subset_doubts(
    lists: Lists, subsets: Sequence[Mapping[str, Any]], pairs: Sequence[_Pair], exact: bool
) -> Doubts:
    """Subsets are always exact; where the solutions are in floats, they are those near by."""
    places = {pair: k for k, pair in enumerate(pairs)}
    vertices = []
    for subset in subsets:
        rows = [_key(row, exact) for row in subset["rows"]]
        columns = [_key(column, exact) for column in subset["columns"]]
        members = [places.get(pair) for pair in product(rows, columns)]
        for x, y in product(subset["rows"], subset["columns"]):
            strategies = [numbers(strategy) for strategy in (x, y)]
            if not _is_equilibrium(lists.game, strategies) or holds_float([x, y]):
                yield Doubt("the pairs of a subset are equilibria")
                return
        said = subset["members"]
        distinct = len(set(rows)) == len(rows) and len(set(columns)) == len(columns)
        if not distinct or None in members or sorted(said) != sorted(members):  # type: ignore[type-var]
            yield Doubt("the members of a subset are those of its rows and columns")
            return
        vertices.append((frozenset(rows), frozenset(columns)))
    if len(set(vertices)) < len(vertices) or set(vertices) != set(maximal_subsets(pairs)):
        yield Doubt("the subsets are the maximal ones")


def _is_equilibrium(game: NormalFormGame, strategies: list[Vector]) -> bool:
    if [len(strategy) for strategy in strategies] != list(game.shape):
        return False
    earned = expected(game, strategies)
    return all(map(is_distribution, strategies)) and all(
        max(deviations(game, strategies, player)) == earned[player] for player in (0, 1)
    )


def maximal_subsets(pairs: Sequence[_Pair]) -> list[Biclique]:
    """The maximal sets of rows and of columns all of whose pairs are listed, by trying all."""
    listed = set(pairs)
    rows, columns = ({pair[k] for pair in pairs} for k in (0, 1))
    if len(rows) > len(columns):  # the sets of the fewer are tried
        return [(x, y) for y, x in maximal_subsets([(y, x) for x, y in pairs])]
    out = set()
    for size in range(1, len(rows) + 1):
        for chosen in combinations(sorted(rows), size):
            partners = frozenset(y for y in columns if all((x, y) in listed for x in chosen))
            whole = frozenset(x for x in rows if all((x, y) in listed for y in partners))
            if partners:
                out.add((whole, partners))
    return list(out)


def _connected(pairs: Sequence[_Pair]) -> set[frozenset[int]]:
    """The places of pairs, joined where they share a strategy."""
    groups = [({k}, {(0, x), (1, y)}) for k, (x, y) in enumerate(pairs)]
    out: list[tuple[set[int], set[Any]]] = []
    for members, strategies in groups:
        touching = [group for group in out if group[1] & strategies]
        out = [group for group in out if not group[1] & strategies]
        for group in touching:
            members, strategies = members | group[0], strategies | group[1]
        out.append((members, strategies))
    return {frozenset(members) for members, _ in out}


def _pair(outcome: Mapping[str, Any], exact: bool) -> _Pair:
    first, second = outcome["strategies"]
    return _key(first, exact), _key(second, exact)


def _key(strategy: Any, exact: bool) -> _Key:
    values = numbers(strategy)
    return tuple(values if exact else [round(value, _DIGITS) for value in values])


def _near(point: Vector, vertices: frozenset[_Key]) -> bool:
    """Whether a point is near the convex hull of others."""
    from scipy.optimize import nnls

    corners = np.array([[float(p) for p in vertex] + [1.0] for vertex in sorted(vertices)])
    return bool(nnls(corners.T, np.array([float(p) for p in point] + [1.0]))[1] < _NEAR)


def _regular_equilibria(
    first: list[list[Fraction]], second: list[list[Fraction]]
) -> list[tuple[Vector, Vector, int]]:
    """All equilibria of a nondegenerate bimatrix game and their indices, by their supports."""
    rows, columns = range(len(first)), range(len(first[0]))
    turned = [list(column) for column in zip(*second, strict=True)]
    out = []
    for size in range(1, min(len(rows), len(columns)) + 1):
        for support, other in product(combinations(rows, size), combinations(columns, size)):
            y = _equalising(first, support, other)
            x = _equalising(turned, other, support)
            if x is None or y is None:
                continue
            if _is_best(first, support, y) and _is_best(turned, other, x):
                out.append((x, y, _index(first, second, support, other)))
    return out


def _equalising(
    payoffs: list[list[Fraction]], own: Sequence[int], other: Sequence[int]
) -> Vector | None:
    """The mix of the opponent's actions that makes one's own actions equally good."""
    system = [[payoffs[i][j] for j in other] + [Fraction(-1)] for i in own]
    system.append([Fraction(1)] * len(other) + [Fraction(0)])
    mixture = solved(system, [Fraction(0)] * len(own) + [Fraction(1)])
    if mixture is None or any(p <= 0 for p in mixture[:-1]):
        return None
    mix = [Fraction(0)] * len(payoffs[0])
    for j, p in zip(other, mixture, strict=False):
        mix[j] = p
    return mix


def _is_best(payoffs: list[list[Fraction]], support: Sequence[int], mix: Vector) -> bool:
    values = [sum(p * v for p, v in zip(mix, row, strict=True)) for row in payoffs]
    return all(values[i] == max(values) for i in support)


def _index(
    first: list[list[Fraction]],
    second: list[list[Fraction]],
    support: Sequence[int],
    other: Sequence[int],
) -> int:
    """(-1)^(k + 1) sign det A sign det B on the supports, with positive payoffs."""
    sign = 1 if len(support) % 2 else -1
    for payoffs in (first, second):
        lowest = min(min(row) for row in payoffs)
        square = [[payoffs[i][j] - lowest + 1 for j in other] for i in support]
        sign *= 1 if determinant(square) > 0 else -1
    return sign
