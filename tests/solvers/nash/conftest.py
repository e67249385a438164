"""An oracle that shares nothing with the solvers: every basis of both polyhedra, in Fractions.

Player 0's polyhedron is {(x, v): x >= 0, sum x = 1, B'x <= v}; a vertex has k played actions and k
tight columns with one solution (Mangasarian 1964). Extreme equilibria are the pairs of vertices
that are best responses to each other.
"""

from fractions import Fraction
from itertools import combinations

import pytest

from gtlearn.games import normal_form
from gtlearn.solvers import all_equilibria


@pytest.fixture(scope="session")
def brute_force():
    """A function of both players' payoffs that returns the set of extreme equilibria."""
    return extreme_equilibria


@pytest.fixture(scope="session")
def check_all():
    """A function that solves a game, compares with brute force and returns the solution."""
    return compared


def solve(matrix, right):
    """The one solution of a square system by Gauss-Jordan, or None."""
    rows = [[*map(Fraction, row), Fraction(r)] for row, r in zip(matrix, right, strict=True)]
    for c in range(len(rows)):
        pivot = next((r for r in range(c, len(rows)) if rows[r][c]), None)
        if pivot is None:
            return None
        rows[c], rows[pivot] = rows[pivot], rows[c]
        rows[c] = [v / rows[c][c] for v in rows[c]]
        for r in range(len(rows)):
            if r != c and rows[r][c]:
                rows[r] = [a - rows[r][c] * b for a, b in zip(rows[r], rows[c], strict=True)]
    return [row[-1] for row in rows]


def vertices(payoffs):
    """Extreme mixtures of the rows against an opponent who gets `payoffs` (rows x columns)."""
    m, n = len(payoffs), len(payoffs[0])
    found = set()
    for k in range(1, min(m, n) + 1):
        for played in combinations(range(m), k):
            for tight in combinations(range(n), k):
                system = [[*(payoffs[i][j] for i in played), -1] for j in tight]
                solved = solve([*system, [1] * k + [0]], [0] * k + [1])
                if solved is None or min(solved[:k]) < 0:
                    continue
                x = [Fraction(0)] * m
                for i, p in zip(played, solved, strict=False):
                    x[i] = p
                values = [sum(x[i] * payoffs[i][j] for i in range(m)) for j in range(n)]
                if max(values) <= solved[k]:
                    found.add(tuple(x))
    return found


def extreme_equilibria(row_payoffs, column_payoffs):
    a = [[Fraction(v) for v in row] for row in row_payoffs]
    b = [[Fraction(v) for v in row] for row in column_payoffs]
    m, n = len(a), len(a[0])
    transposed = [[a[i][j] for i in range(m)] for j in range(n)]
    equilibria = set()
    for x in vertices(b):
        answers = [sum(x[i] * b[i][j] for i in range(m)) for j in range(n)]
        for y in vertices(transposed):
            values = [sum(a[i][j] * y[j] for j in range(n)) for i in range(m)]
            if all(values[i] == max(values) for i in range(m) if x[i]) and all(
                answers[j] == max(answers) for j in range(n) if y[j]
            ):
                equilibria.add((x, y))
    return equilibria


def compared(row_payoffs, column_payoffs):
    solution = all_equilibria(normal_form(row_payoffs, column_payoffs))
    assert solution.complete
    assert len({e.strategies for e in solution}) == len(solution)
    assert {e.strategies for e in solution} == extreme_equilibria(row_payoffs, column_payoffs)
    assert sum(solution.component_indices) == 1
    return solution
