"""What a list of Nash equilibria says beyond each of them: subsets, components and indices."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import flint
import numpy as np

from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame
from gtlearn.games.numbers import Number
from gtlearn.solvers.outcomes import (
    FLOAT,
    RATIONAL,
    NashEquilibrium,
    NashSubset,
    Strategy,
)
from gtlearn.solvers.verify.claim import Claim
from gtlearn.solvers.verify.dummies import Pair, of_two
from gtlearn.solvers.verify.form import index, items, number, require_form
from gtlearn.solvers.verify.nash import deviation_payoffs, regrets

Key = tuple[Number, ...]  # a strategy, exactly or in floats
Keys = tuple[Key, Key]


def set_failures(game: NormalFormGame, claimed: Claim) -> list[str]:
    """The statements about the list as a whole that do not hold.

    Every pair of a subset's extreme strategies must be an equilibrium (then all mixtures are), and
    its members all the listed equilibria of such a pair, one each. The components must be the
    connected ones of the listed equilibria, joined where they share a strategy. The components'
    indices must add up to one where the list is called complete, and agree with those of the
    equilibria that are components alone.

    Equilibria in floats may coincide where the exact ones do not, so then the components need only
    be a partition that cuts no subset.
    """
    listed = [e.strategies for e in claimed.outcomes if isinstance(e, NashEquilibrium)]
    if claimed.subsets is None and claimed.components is None:
        return [] if claimed.component_indices is None else ["there are indices of no components"]
    two = of_two(game)
    if len(listed) < len(claimed.outcomes) or two is None:
        return ["only Nash equilibria of two players have subsets and components"]
    for equilibrium in claimed.outcomes:
        require_form(game, equilibrium)
    game, listed = two[1], [_pair_of(strategies, two[0]) for strategies in listed]
    rounded = claimed.arithmetic == FLOAT
    keys = [(_key(x, rounded), _key(y, rounded)) for x, y in listed]
    try:
        failed = [] if claimed.subsets is None else _subset_failures(game, claimed, keys)
        if claimed.components is not None and not failed:
            failed = _component_failures(claimed, keys)
        return failed or _component_index_failures(claimed)
    except InputError as error:  # of the wrong form
        return [str(error)]


def index_failures(game: NormalFormGame, equilibrium: NashEquilibrium) -> list[str]:
    """Whether the index is not that of a regular equilibrium.

    It is (-1)^(k+1) sign(det A) sign(det B) with the payoffs A and B on the two supports, shifted
    to be positive, where both have k actions, no other action is a best response, and neither
    matrix is singular (Shapley 1974). The index of any other equilibrium is not checked.
    """
    if equilibrium.index is None:
        return []
    two = of_two(game)
    if two is None:
        return ["an index is given, which only equilibria of two players have"]
    if equilibrium.certificate.arithmetic != RATIONAL:
        return []
    game, strategies = two[1], _pair_of(equilibrium.strategies, two[0])
    supports = [[k for k, p in enumerate(s) if p] for s in strategies]
    for support, values in zip(supports, deviation_payoffs(game, strategies), strict=True):
        if [k for k, value in enumerate(values) if value == max(values)] != support:
            return []
    size = len(supports[0])
    if size != len(supports[1]):
        return []
    sign = 1 if size % 2 else -1
    for tensor in game.payoffs:
        square = tensor.numerators[np.ix_(*supports)].astype(object)
        determinant = flint.fmpz_mat((square - square.min() + 1).tolist()).det()
        sign *= 0 if determinant == 0 else 1 if determinant > 0 else -1
    if sign not in (0, equilibrium.index):
        return [f"the index is {sign:+d}, not {equilibrium.index:+d}"]
    return []


def _pair_of(strategies: Sequence[Strategy], pair: Pair) -> tuple[Strategy, Strategy]:
    """The strategies of the two who choose."""
    return strategies[pair[0]], strategies[pair[1]]


def _subset_failures(game: NormalFormGame, claimed: Claim, keys: Sequence[Keys]) -> list[str]:
    rounded = claimed.arithmetic == FLOAT
    places: dict[tuple[Key, ...], list[int]] = {}
    for k, pair in enumerate(keys):
        places.setdefault(pair, []).append(k)
    failed: list[str] = []
    outside = set(range(len(keys)))
    for k, subset in enumerate(items(claimed.subsets, "the subsets")):
        if not isinstance(subset, NashSubset):
            return [f"subset {k} is none"]
        rows, columns = items(subset.rows, "the rows"), items(subset.columns, "the columns")
        sides = [{_key(s, rounded) for s in side} for side in (rows, columns)]
        for (i, x), (j, y) in itertools.product(enumerate(rows), enumerate(columns)):
            if any(regrets(game, (x, y))):
                failed.append(f"subset {k}: row {i} and column {j} are no equilibrium")
        given = items(subset.members, "the members")
        members = [index(member, len(keys), "a member of a subset") for member in given]
        outside.difference_update(members)
        found = {m for pair in itertools.product(*sides) for m in places.get(pair, ())}
        fine = found >= set(members) if rounded else found == set(members)
        if not fine or not len(set(members)) == len(members) == len(rows) * len(columns) > 0:
            failed.append(f"subset {k}: its members are not the equilibria of its rows and columns")
    return failed + [f"solution {k} is in no subset" for k in sorted(outside)]


def _key(strategy: Strategy, rounded: bool) -> Key:
    exact = [number(p, "a strategy") for p in items(strategy, "a strategy")]
    return tuple(float(p) for p in exact) if rounded else tuple(exact)


def _component_failures(claimed: Claim, keys: Sequence[Keys]) -> list[str]:
    components = [
        [index(k, len(keys), "a member of a component") for k in items(c, "a component")]
        for c in items(claimed.components, "the components")
    ]
    if sorted(k for component in components for k in component) != list(range(len(keys))):
        return ["the components are no partition of the solutions"]
    place = {k: number for number, component in enumerate(components) for k in component}
    if claimed.arithmetic == FLOAT:
        cut = (len({place[k] for k in subset.members}) > 1 for subset in claimed.subsets or ())
        return ["the components cut a subset"] if any(cut) else []
    if {frozenset(component) for component in components} != _connected(keys):
        return ["the components are not those of equilibria that share a strategy"]
    return []


def _connected(keys: Sequence[Keys]) -> set[frozenset[int]]:
    """The equilibria's numbers, joined where they share a strategy."""
    sharing: dict[tuple[int, Key], list[int]] = {}
    for k, pair in enumerate(keys):
        for own in enumerate(pair):
            sharing.setdefault(own, []).append(k)
    found: set[frozenset[int]] = set()
    seen: set[int] = set()
    for first in range(len(keys)):
        group, waiting = set(), {first} - seen
        while waiting:
            k = waiting.pop()
            group.add(k)
            for own in enumerate(keys[k]):
                waiting.update(set(sharing.pop(own, ())) - group)
        if group:
            found.add(frozenset(group))
            seen |= group
    return found


def _component_index_failures(claimed: Claim) -> list[str]:
    if claimed.component_indices is None:
        return []
    indices = items(claimed.component_indices, "the indices")
    if claimed.components is None or len(indices) != len(claimed.components):
        return ["there is not one index for each component"]
    failed = []
    for component, stated in zip(claimed.components, indices, strict=True):
        if type(stated) is not int:
            return ["the index of a component is no integer"]
        alone = claimed.outcomes[component[0]] if len(component) == 1 else None
        if isinstance(alone, NashEquilibrium) and alone.index not in (None, stated):
            failed.append(f"solution {component[0]} has another index than its component")
    if claimed.complete and sum(indices) != 1:
        failed.append("the indices of all components do not add up to 1")
    return failed
