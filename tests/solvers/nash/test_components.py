"""Components and their indices: against perturbed games, and on graphs made by hand."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import linprog

from gtlearn.games import families, normal_form
from gtlearn.solvers import all_equilibria, verify
from gtlearn.solvers._nash.components import connected_components, maximal_bicliques
from gtlearn.solvers._nash.labels import index_sign, positive_payoffs

TINY = Fraction(1, 10**12)


def distance(point, corners):
    """The largest coordinate's distance from a point to conv(corners), in floats."""
    corners = np.array([[float(p) for p in corner] for corner in corners]).T
    point = np.array([float(p) for p in point])
    size = corners.shape[1]
    column = np.full((len(point), 1), -1.0)
    above = np.hstack([corners, column]), point
    below = np.hstack([-corners, column]), -point
    result = linprog(
        [0.0] * size + [1.0],
        A_ub=np.vstack([above[0], below[0]]),
        b_ub=np.concatenate([above[1], below[1]]),
        A_eq=[[1.0] * size + [0.0]],
        b_eq=[1.0],
    )
    return result.fun


def sign_of_regular(game, strategies):
    """Shapley's index from determinants of floats, payoffs made positive."""
    played, answers = ([i for i, p in enumerate(s) if p] for s in strategies)
    assert len(played) == len(answers)
    sign = (-1) ** (len(played) + 1)
    for tensor in game.payoffs:
        values = np.array([[float(v) for v in row] for row in tensor.fractions().tolist()])
        values = values - values.min() + 1
        sign *= int(np.sign(np.linalg.det(values[np.ix_(played, answers)])))
    return sign


@pytest.mark.parametrize("seed", range(24))
def test_an_index_is_what_remains_in_any_nearby_game(seed, brute_force):
    """Perturbed payoffs leave regular equilibria only; their signs add up, component by component.

    The perturbed game is solved by brute force, and its signs come from numpy's determinants.
    """
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(2, 4, 2, endpoint=True))
    high = int(rng.integers(1, 3))
    game = normal_form(*rng.integers(0, high, (2, *shape), endpoint=True))
    solution = all_equilibria(game)
    step = Fraction(1, 10**5)
    moved = normal_form(
        *(
            tensor.fractions() + step * rng.integers(-1000, 1000, shape).astype(object) / 1000
            for tensor in game.payoffs
        )
    )
    payoffs = [tensor.fractions().tolist() for tensor in moved.payoffs]
    totals = [0] * len(solution.components)
    for strategies in brute_force(*payoffs):
        gaps = []
        for component in solution.components:
            inside = [s for s in solution.subsets if set(s.members) & set(component)]
            gaps.append(
                min(
                    max(distance(strategies[0], s.rows), distance(strategies[1], s.columns))
                    for s in inside
                )
            )
        nearest = int(np.argmin(gaps))
        assert gaps[nearest] < 1e-3
        totals[nearest] += sign_of_regular(moved, strategies)
    assert tuple(totals) == solution.component_indices


@pytest.mark.parametrize("seed", range(10))
def test_an_isolated_regular_equilibrium_has_its_sign(seed):
    game = families.uniform(5, 5, high=10**6, seed=seed)
    for outcome in all_equilibria(game):
        assert outcome.index == sign_of_regular(game, outcome.strategies)


@pytest.mark.parametrize("seed", range(20))
def test_an_isolated_equilibrium_has_the_index_of_its_component(seed):
    solution = all_equilibria(families.degenerate(4, 4, seed=seed))
    for component, index in zip(solution.components, solution.component_indices, strict=True):
        expected = index if len(component) == 1 else None
        assert {solution[k].index for k in component} == {expected}


class TestByHand:
    def test_two_subsets_share_a_corner(self):
        # Against row 1 both columns are best, against column 1 both rows are: an L of equilibria.
        game = normal_form([[1, 1], [1, 0]], [[1, 1], [1, 0]])
        solution = all_equilibria(game)
        corners = {((1, 0), (1, 0)), ((1, 0), (0, 1)), ((0, 1), (1, 0))}
        assert {e.strategies for e in solution} == corners
        assert solution.components == ((0, 1, 2),)
        assert {(frozenset(s.rows), frozenset(s.columns)) for s in solution.subsets} == {
            (frozenset({(1, 0)}), frozenset({(1, 0), (0, 1)})),
            (frozenset({(1, 0), (0, 1)}), frozenset({(1, 0)})),
        }
        half = (Fraction(1, 2), Fraction(1, 2))
        assert verify.is_nash(game, (half, (1, 0)))
        assert not verify.is_nash(game, (half, half))

    def test_a_square_beside_a_point(self):
        # rows 1, 2 and columns 1, 2 pay the same; row 3 and column 3 are for each other
        block = [[1, 1, 0], [1, 1, 0], [0, 0, 1]]
        solution = all_equilibria(normal_form(block, block))
        assert len(solution.components) == 3
        # a square, the point, and a square's worth of mixtures between them
        assert sorted(solution.component_indices) == [-1, 1, 1]
        assert sorted(len(c) for c in solution.components) == [1, 4, 4]

    def test_a_component_of_index_zero_vanishes_in_a_nearby_game(self):
        rows, columns = [[3, 3], [2, 5], [0, 6]], [[3, 3], [2, 6], [3, 1]]
        before = all_equilibria(normal_form(rows, columns))
        assert before.component_indices == (0, 1)
        columns[0][1] = 3 + TINY
        after = all_equilibria(normal_form(rows, columns))
        assert [e.strategies for e in after] == [before[2].strategies]
        columns[0][1] = 3 - TINY
        after = all_equilibria(normal_form(rows, columns))
        assert [e.index for e in after] == [1, -1, 1]


class TestGraphs:
    def test_components_are_ordered_by_their_first_member(self):
        assert connected_components([(0, 0), (1, 1), (0, 2), (2, 2)]) == [[0, 2, 3], [1]]
        assert connected_components([(0, 0), (1, 1)]) == [[0], [1]]
        assert connected_components([]) == []

    def test_bicliques_of_a_path(self):
        pairs = [(0, 0), (0, 1), (1, 1)]
        assert maximal_bicliques(pairs) == [([0], [0, 1]), ([0, 1], [1])]

    def test_a_complete_graph_is_one_biclique(self):
        assert maximal_bicliques([(r, c) for r in range(3) for c in range(4)]) == [
            ([0, 1, 2], [0, 1, 2, 3])
        ]

    def test_bicliques_of_a_hexagon(self):
        pairs = [(0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (2, 0)]
        assert len(maximal_bicliques(pairs)) == 6

    @pytest.mark.parametrize("seed", range(10))
    def test_bicliques_by_brute_force(self, seed):
        from itertools import chain, combinations

        rng = np.random.default_rng(seed)
        pairs = [(0, c) for c in range(4)]  # connected through row 0
        pairs += [(r, c) for r in range(1, 4) for c in range(4) if rng.random() < 0.5]
        pairs += [(r, 0) for r in range(1, 4) if (r, 0) not in pairs]
        edges = set(pairs)
        closed = set()
        rows = range(4)
        for chosen in chain.from_iterable(combinations(rows, k) for k in range(1, 5)):
            columns = {c for c in range(4) if all((r, c) in edges for r in chosen)}
            if columns:
                every = frozenset(r for r in rows if all((r, c) in edges for c in columns))
                closed.add((tuple(sorted(every)), tuple(sorted(columns))))
        assert {(tuple(r), tuple(c)) for r, c in maximal_bicliques(pairs)} == closed


@pytest.mark.parametrize("numbers", [[[1, 2], [3, 4]], [[-5, 5], [0, 2**61]], [[7, 7], [7, 7]]])
def test_positive_payoffs(numbers):
    shifted = positive_payoffs(np.array(numbers))
    assert min(int(v) for v in shifted.ravel()) >= 1
    difference = {int(s) - v for s, v in zip(shifted.ravel(), np.ravel(numbers), strict=True)}
    assert len({int(d) for d in difference}) == 1


def test_index_signs():
    assert index_sign(np.array([[3]]), np.array([[2]])) == 1
    identity = np.eye(2, dtype=np.int64)
    assert index_sign(identity, identity) == -1
    assert index_sign(identity, identity[::-1].copy()) == 1
