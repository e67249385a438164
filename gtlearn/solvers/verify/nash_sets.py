"""What a list of Nash equilibria says beyond each of them: subsets, components and indices.

Whether it holds all of them is proven, refuted, or left on trust; the rest follows from the list
alone. A maximal Nash subset is a maximal set of pairs of strategies which are all listed (Winkels
1979; Avis, Rosenberg, Savani & von Stengel 2010, Theorem 3), and two extreme equilibria lie in one
component where a chain of listed ones that share a strategy joins them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame
from gtlearn.limits import check
from gtlearn.solvers.verify.bimatrix import Bimatrix, Exact, Pair
from gtlearn.solvers.verify.continua import continuum_statements
from gtlearn.solvers.verify.elimination import undominated
from gtlearn.solvers.verify.equilibrium import is_constant_sum, is_only
from gtlearn.solvers.verify.extreme import (
    component_index,
    extreme_equilibria,
    is_extreme,
    is_regular,
    partnered,
)
from gtlearn.solvers.verify.form import index, items, text
from gtlearn.solvers.verify.listing import Listing
from gtlearn.solvers.verify.many_players import index_failures, open_failures
from gtlearn.solvers.verify.proof import replayed, require_of_game
from gtlearn.solvers.verify.report import Statement, Unproven
from gtlearn.solvers.verify.support_proof import missing_on_supports


def set_statements(listing: Listing) -> Iterator[Statement]:
    """The statements about the list as a whole, but for whether it is complete."""
    claim = listing.claim
    for k, equilibrium in enumerate(listing.equilibria):
        if equilibrium.index is not None:
            yield Statement("the index", partial(_index, listing, k), f"solution {k}")
    if claim.subsets is not None:
        yield Statement("the maximal Nash subsets of the solutions", partial(_subsets, listing))
        yield Statement("that their strategies are extreme", partial(not_extreme, listing))
    if claim.components is not None:
        yield Statement("the connected components of the solutions", partial(_components, listing))
    if claim.component_indices is not None:
        yield Statement("the indices of the components", partial(_component_indices, listing))
    if claim.open_supports is not None:
        yield Statement("the open supports", partial(open_failures, listing.game, claim))
    yield from continuum_statements(listing.game, claim)


def not_extreme(listing: Listing) -> list[str]:
    """The solutions whose strategies are no vertices, so that others span them."""
    game, failed = listing.two_sided(), []
    for k, pair in enumerate(listing.pairs):
        check()
        if not is_extreme(game, pair):
            failed.append(f"solution {k} is not extreme: there are others that it is a mixture of")
    return failed


def connected(pairs: Sequence[Pair]) -> set[frozenset[int]]:
    """The numbers of the equilibria, joined where they share a strategy."""
    import networkx as nx

    graph = nx.Graph((k, own) for k, pair in enumerate(pairs) for own in enumerate(pair))
    groups = nx.connected_components(graph)
    return {frozenset(k for k in group if isinstance(k, int)) for group in groups}


def _index(listing: Listing, k: int) -> list[str]:
    """Whether the index is another one than that of an isolated equilibrium.

    Raises:
        InputError: if it is no index of a bimatrix game's equilibrium.
        Unproven: if the game is too large to see that a degenerate equilibrium is isolated.
    """
    said = listing.equilibria[k].index
    if listing.bimatrix is None:
        return index_failures(listing.game, listing.equilibria[k])
    game, pair = listing.bimatrix, listing.pair(k)
    if not is_regular(game, pair):
        if not is_extreme(game, pair):
            return ["an index is given, but the equilibrium is not isolated"]
        known = list(listing.pairs) if listing.claim.complete else list(extreme_equilibria(game))
        if not any(set(group) == {known.index(pair)} for group in connected(known)):
            return ["an index is given, but the equilibrium is not isolated"]
    true = component_index(game, [pair])
    return [] if true == said else [_not(true, said)]


def _subsets(listing: Listing) -> list[str]:
    """Each subset must hold all that its members span, be as large as can be, and be there once."""
    places = {pair: k for k, pair in enumerate(listing.pairs)}
    failed: list[str] = []
    stated: dict[tuple[frozenset[Exact], frozenset[Exact]], int] = {}
    for k, (rows, columns, members) in enumerate(listing.subsets):
        check()
        pairs = [(x, y) for x in rows for y in columns]
        absent = [
            (i, j)
            for i, x in enumerate(rows)
            for j, y in enumerate(columns)
            if (x, y) not in places
        ]
        if absent:
            failed.append(
                f"subset {k}: row {absent[0][0]} and column {absent[0][1]} are no solution"
            )
        elif not pairs or sorted(members) != sorted(places[pair] for pair in pairs):
            failed.append(f"subset {k}: its members are not the solutions of its rows and columns")
        elif len(set(rows)) < len(rows) or len(set(columns)) < len(columns):
            failed.append(f"subset {k}: a strategy is listed twice")
        elif (factors := (frozenset(rows), frozenset(columns))) in stated:
            failed.append(f"subsets {stated[factors]} and {k} are the same")
        else:
            stated[factors] = k
    if failed:
        return failed
    true = _maximal(listing.pairs, len(stated))
    failed = [f"subset {k} is not maximal" for factors, k in stated.items() if factors not in true]
    if not failed and len(true) > len(stated):
        failed = [f"there are more maximal Nash subsets than the {len(stated)} listed"]
    return failed


def _maximal(pairs: Sequence[Pair], enough: int) -> set[tuple[frozenset[Exact], frozenset[Exact]]]:
    """The maximal sets of rows and columns all pairs of which are listed; one more than enough.

    Their columns are the intersections of what rows are paired with.
    """
    partners: dict[Exact, frozenset[Exact]] = {}
    for row, column in pairs:
        partners[row] = partners.get(row, frozenset()) | {column}
    closed: set[frozenset[Exact]] = set()
    for own in partners.values():
        check()
        closed |= {own & other for other in closed} | {own}
        closed.discard(frozenset())
        if len(closed) > enough:
            break
    return {
        (frozenset(row for row, own in partners.items() if columns <= own), columns)
        for columns in closed
    }


def _components(listing: Listing) -> list[str]:
    count = len(listing.equilibria)
    components = _stated_components(listing)
    if sorted(k for component in components for k in component) != list(range(count)):
        return ["the components are no partition of the solutions"]
    if listing.bimatrix is None and count > 1:
        listing.two_sided()  # raises
    true = {frozenset([0])} if count == 1 else connected(listing.pairs)
    if {frozenset(component) for component in components} != true:
        return ["the components are not those of equilibria that share a strategy"]
    return []


def _stated_components(listing: Listing) -> list[list[int]]:
    count = len(listing.equilibria)
    return [
        [index(k, count, "a member of a component") for k in items(component, "a component")]
        for component in items(listing.claim.components, "the components")
    ]


def _component_indices(listing: Listing) -> list[str]:
    stated = items(listing.claim.component_indices, "the indices")
    components = [] if listing.claim.components is None else _stated_components(listing)
    if len(stated) != len(components):
        return ["there is not one index for each component"]
    game, pairs = listing.two_sided(), listing.pairs
    failed = []
    for k, (component, said) in enumerate(zip(components, stated, strict=True)):
        if type(said) is not int:
            raise InputError(f"the index of component {k} is no integer")
        true = component_index(game, [pairs[member] for member in component])
        if said != true:
            failed.append(f"component {k}: {_not(true, said)}")
    return failed


def _not(true: int, said: int | None) -> str:
    return f"the index is {_signed(true)}, not {'none' if said is None else _signed(said)}"


def _signed(value: int) -> str:
    short = text(value)
    return f"+{short}" if short.isdigit() else short


def missing(listing: Listing) -> list[str]:
    """What shows that the list lacks an (extreme) equilibrium; nothing where it holds all.

    It is proven to hold all where iterated strict dominance leaves one profile, where both optimal
    strategies of a zero-sum game are the only ones, and by enumerating the vertices of the
    best-response polytopes where they are not too many; where a log of the vertices is given, by
    that alone. Of more than two players it may lack others on the continua and open supports that
    are named.

    Raises:
        Unproven: if the game is too large for any of that.
        InputError: if a log is given that does not prove its vertices to be all.
    """
    if not listing.equilibria:
        return ["no solution is listed, but every finite game has an equilibrium (Nash 1951)"]
    absent = _absent_pure(listing)
    if absent:
        labels = zip(listing.game.actions, absent, strict=True)
        return [f"the equilibrium {', '.join(names[a] for names, a in labels)} is not listed"]
    if listing.bimatrix is None and listing.claim.log is not None:
        require_of_game(listing.game, listing.claim.log)
        besides = {continuum.supports for continuum in listing.claim.continua or ()}
        besides |= set(listing.claim.open_supports or ())
        return missing_on_supports(listing.game, listing.equilibria, listing.claim.log, besides)
    if listing.claim.log is not None:
        return not_extreme(listing) or _missing_of_vertices(listing, listing.claim.log)
    if is_dominance_solvable(listing.game):
        return []
    bimatrix = listing.bimatrix
    if bimatrix is None:
        raise Unproven("for more than two players only a log proves it, that of `solve --proof`")
    return not_extreme(listing) or _missing_of_two(listing, bimatrix)


def is_dominance_solvable(game: NormalFormGame) -> bool:
    """Whether iterated strict dominance is seen to leave one profile."""
    return all(len(left) == 1 for left in undominated([t.numerators for t in game.payoffs]))


def _absent_pure(listing: Listing) -> tuple[int, ...] | None:
    """A pure equilibrium that is not listed."""
    game = listing.game
    stable = np.ones(game.shape, dtype=bool)
    for player, tensor in enumerate(game.payoffs):
        stable &= tensor.numerators == tensor.numerators.max(axis=player, keepdims=True)
    listed = {
        tuple(strategy.index(1) for strategy in equilibrium.strategies)
        for equilibrium in listing.equilibria
        if all(1 in strategy for strategy in equilibrium.strategies)
    }
    profiles = map(tuple, np.argwhere(stable).tolist())
    return next((profile for profile in profiles if profile not in listed), None)


def _missing_of_two(listing: Listing, game: Bimatrix) -> list[str]:
    pairs = listing.pairs
    if len(pairs) == 1 and is_constant_sum(listing.game, game.players):
        lacking = [k for k in (0, 1) if not is_only(game, pairs[0], k)]
        return ["an optimal strategy of it is not the only one"] if lacking else []
    try:
        others = extreme_equilibria(game) - set(pairs)
    except Unproven:
        total = sum(
            component_index(game, [pairs[k] for k in component]) for component in connected(pairs)
        )
        if total != 1:
            return [f"the indices of all components add up to {total}, not 1 (Shapley 1974)"]
        raise
    return _not_listed(others)


def _missing_of_vertices(listing: Listing, log: Any) -> list[str]:
    player, vertices = replayed(listing.game, log)
    return _not_listed(set(partnered(listing.two_sided(), player, vertices)) - set(listing.pairs))


def _not_listed(others: set[Pair]) -> list[str]:
    if not others:
        return []
    count = len(others)
    verb = "equilibrium is" if count == 1 else "equilibria are"
    return [f"{count} extreme {verb} not listed, such as {_shown(min(others))}"]


def _shown(pair: Pair) -> str:
    words = "; ".join(" ".join(map(text, strategy)) for strategy in pair)
    return words if len(words) <= 100 else f"{words[:97]}..."
