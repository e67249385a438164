"""All extreme equilibria against brute force: every basis of both polyhedra, in Fractions.

Player 0's polyhedron is {(x, v): x >= 0, sum x = 1, B'x <= v}; a vertex has k played actions and k
tight columns with one solution (Mangasarian 1964). Extreme equilibria are the pairs of vertices
that are best responses to each other.
"""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest

from gtlearn.games import families, normal_form
from gtlearn.solvers import all_equilibria
from gtlearn.solvers.nash import partners, polytope


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


def brute_force(row_payoffs, column_payoffs):
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


def check(row_payoffs, column_payoffs):
    solution = all_equilibria(normal_form(row_payoffs, column_payoffs))
    assert solution.complete
    assert len({e.strategies for e in solution}) == len(solution)
    assert {e.strategies for e in solution} == brute_force(row_payoffs, column_payoffs)
    assert sum(solution.component_indices) == 1
    return solution


def draw(seed, high, largest=4):
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(1, largest, 2, endpoint=True))
    return rng.integers(0, high, (2, *shape), endpoint=True).tolist()


@pytest.mark.parametrize("high", [1, 2, 3])
@pytest.mark.parametrize("block", range(4))
def test_small_integers_are_degenerate(high, block):
    for seed in range(10 * block, 10 * block + 10):
        check(*draw(seed, high))


@pytest.mark.parametrize("block", range(3))
def test_generic_payoffs_have_an_odd_number_of_isolated_equilibria(block):
    for seed in range(8 * block, 8 * block + 8):
        solution = check(*draw(1000 + seed, 10**6))
        assert len(solution) % 2 == 1
        assert all(len(component) == 1 for component in solution.components)
        assert {e.index for e in solution} <= {1, -1}


@pytest.mark.parametrize("kind", families.DEGENERATE_KINDS)
@pytest.mark.parametrize("shape", [(4, 4), (3, 4), (4, 2)])
def test_degenerate_families(kind, shape):
    for seed in range(3):
        game = families.degenerate(*shape, kind=kind, seed=seed)
        check(*(tensor.numerators.tolist() for tensor in game.payoffs))


def test_all_two_by_two_games_with_payoffs_zero_or_one():
    for bits in range(256):
        entries = [bits >> k & 1 for k in range(8)]
        check([entries[:2], entries[2:4]], [entries[4:6], entries[6:]])


@pytest.mark.parametrize("seed", range(10))
def test_fractions(seed):
    rng = np.random.default_rng(seed)
    above, below = rng.integers(-9, 9, (2, 3, 3)), rng.integers(1, 9, (2, 3, 3))
    ratios = np.vectorize(lambda p, q: Fraction(int(p), int(q)), otypes=[object])(above, below)
    check(*ratios.tolist())


GAMES = (
    *(families.degenerate(5, 5, kind=kind, seed=3) for kind in families.DEGENERATE_KINDS),
    *(families.uniform(6, 5, seed=seed) for seed in range(4)),
    families.uniform(3, 9, high=3, seed=1),
    families.uniform(9, 3, high=3, seed=2),
    families.covariant(5, 5, rho=-0.9, seed=2),
    families.ranking(5, seed=1),
    families.unit_vector(4, 6, high=4, seed=5),
    families.sgc(2),
)


def outcome(game):
    solution = all_equilibria(game)
    assert solution.complete
    indices = dict(zip(solution.components, solution.component_indices, strict=True))
    return (
        {e.strategies: e.index for e in solution},
        {frozenset(solution[k].strategies for k in c): i for c, i in indices.items()},
        {(frozenset(s.rows), frozenset(s.columns)) for s in solution.subsets},
    )


@pytest.mark.parametrize("game", GAMES, ids=lambda game: f"{game.name}-{game.shape}")
def test_every_path_of_the_code_finds_the_same(game, monkeypatch):
    usual = outcome(game)  # linear systems, where the game is not too degenerate
    monkeypatch.setattr(partners, "MAX_FACES", -1)  # vertices of both sides, matched
    assert outcome(game) == usual
    monkeypatch.setattr(polytope, "PERTURBATIONS", ())  # by exact pivots
    assert outcome(game) == usual
