"""Maximal Nash subsets and connected components of the set of equilibria.

The equilibria of a bimatrix game are the union of products of convex hulls, one a maximal biclique
of the graph that joins the extreme strategies which form an equilibrium (Millham 1974; Winkels
1979; Avis, Rosenberg, Savani & von Stengel 2010, Theorem 3).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from gtlearn import limits
from gtlearn.solvers._nash.extreme import ExtremeEquilibria
from gtlearn.solvers.outcomes import NashSubset

_Pair = tuple[int, int]

_BLOCK = 2**16  # sets of neighbours that are intersected between two looks at the limits


def connected_components(pairs: Sequence[_Pair]) -> list[list[int]]:
    """Indices of the pairs in each connected component, ordered by their first member.

    Raises:
        LimitReached: at a limit.
    """
    by_row: dict[int, list[int]] = {}
    by_column: dict[int, list[int]] = {}
    for k, (row, column) in enumerate(pairs):
        by_row.setdefault(row, []).append(k)
        by_column.setdefault(column, []).append(k)
    if all(len(members) == 1 for members in (*by_row.values(), *by_column.values())):
        return [[k] for k in range(len(pairs))]
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(range(len(pairs)))
    for members in (*by_row.values(), *by_column.values()):
        limits.check()
        nx.add_path(graph, members)
    return sorted(sorted(component) for component in nx.connected_components(graph))


def maximal_bicliques(pairs: Sequence[_Pair]) -> list[tuple[list[int], list[int]]]:
    """All (rows, columns) with every pair joined, neither of which can be enlarged.

    The column sides of maximal bicliques are the nonempty intersections of the rows' sets of
    neighbours. They are built up row by row, so the work is proportional to their number.

    Raises:
        LimitReached: at a limit.
    """
    columns = sorted({column for _, column in pairs})
    bit = {column: 1 << k for k, column in enumerate(columns)}
    neighbours: dict[int, int] = {}
    for row, column in pairs:
        neighbours[row] = neighbours.get(row, 0) | bit[column]
    closed: set[int] = set()
    for joined in neighbours.values():
        fresh = {joined}
        others = iter(closed)
        while part := list(itertools.islice(others, _BLOCK)):
            limits.check()
            fresh.update(joined & other for other in part)
        closed |= fresh
    closed.discard(0)
    return sorted(_biclique(neighbours, columns, bit, common) for common in closed)


def _biclique(
    neighbours: dict[int, int], columns: list[int], bit: dict[int, int], common: int
) -> tuple[list[int], list[int]]:
    limits.check()
    return (
        sorted(row for row, joined in neighbours.items() if joined & common == common),
        [column for column in columns if bit[column] & common],
    )


def nash_subsets(
    extreme: ExtremeEquilibria, components: Sequence[Sequence[int]]
) -> tuple[NashSubset, ...]:
    """The maximal Nash subsets, component by component.

    Raises:
        LimitReached: at a limit.
    """
    number = {pair: k for k, pair in enumerate(extreme.pairs)}
    subsets = []
    for component in components:
        for rows, columns in maximal_bicliques([extreme.pairs[k] for k in component]):
            members = sorted(number[row, column] for row in rows for column in columns)
            subsets.append(
                NashSubset(
                    tuple(extreme.rows[row] for row in rows),
                    tuple(extreme.columns[column] for column in columns),
                    tuple(members),
                )
            )
    return tuple(subsets)
