"""A time limit returns what was found, marked incomplete, and raises nothing."""

from dataclasses import replace

import numpy as np
import pytest

from gtlearn.games import families, load
from gtlearn.solvers import all_equilibria, one_equilibrium, solve, verify, zero_sum
from gtlearn.solvers._nash.labels import Matches, joined, vertex_sets
from gtlearn.solvers._nash.matching import match_vertices


def stopped(solution):
    assert solution.status == "time_limit"
    assert not solution.complete
    assert any("time limit" in note for note in solution.notes)
    for outcome in solution:
        assert verify.regrets(solution.game, outcome.strategies) == (0, 0)
        assert outcome.certificate.verified


@pytest.mark.parametrize("limit", [1e-9, 0.01])
@pytest.mark.parametrize(
    "game",
    [families.uniform(20, 20, seed=1), families.degenerate(20, 20, seed=1)],
    ids=["uniform", "degenerate"],
)
class TestAll:
    def test_stops(self, game, limit):
        solution = all_equilibria(game, time_limit=limit)
        stopped(solution)
        assert solution.component_indices is None
        assert all(e.index is None for e in solution)

    def test_selection_of_nothing_is_empty_with_a_reason(self, game, limit):
        stopped(solve(game, select="welfare", time_limit=limit))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("limit", [1e-9, 0.01, 0.1])
def test_what_was_found_in_time_is_part_of_all(seed, limit):
    game = families.uniform(10, 10, high=9, seed=seed)
    part = all_equilibria(game, time_limit=limit)
    whole = {e.strategies for e in all_equilibria(game)}
    for equilibrium in part if part.subsets is not None else ():
        assert equilibrium.strategies in whole
    if not part.complete:
        stopped(part)


@pytest.mark.parametrize("late", [0, 1])
def test_no_vertex_of_one_side_was_found_in_time(late):
    matrix = np.array([[3, 1], [1, 2]])
    players = [joined(list(vertex_sets(matrix, names))) for names in ([0, 1, 2, 3], [2, 3, 0, 1])]
    found = Matches()
    list(match_vertices(*players, found))
    assert found.pairs
    labelled = players[late]
    none = replace(labelled.vertices, tight=labelled.vertices.tight[:0], extra={})
    players[late] = replace(
        labelled, vertices=none, bases=labelled.bases[:0], full=labelled.full[:0]
    )
    found = Matches()
    list(match_vertices(*players, found))
    assert not found.pairs


@pytest.mark.parametrize("method", [None, "lemke-howson", "barrier"])
def test_one(method):
    game = families.covariant(80, 80, rho=-0.95, seed=1)
    solution = one_equilibrium(game, method=method, time_limit=1e-9)
    stopped(solution)
    assert len(solution) == 0


def test_one_that_is_found_at_once_counts():
    solution = one_equilibrium(load("prisoners_dilemma"), time_limit=1e-9)
    assert len(solution) == 1
    assert solution.status == "ok"


@pytest.mark.parametrize("n", [60, 360])
def test_zero_sum(n):
    solution = zero_sum(families.zero_sum(n, n, seed=1), time_limit=1e-9)
    stopped(solution)
    assert len(solution) == 0


@pytest.mark.parametrize("limit", [60.0, None])
def test_enough_time_changes_nothing(limit):
    game = families.uniform(4, 4, seed=1)
    solution = all_equilibria(game, time_limit=limit)
    assert solution.complete
    assert solution.status == "ok"
    assert {e.strategies for e in solution} == {e.strategies for e in all_equilibria(game)}
