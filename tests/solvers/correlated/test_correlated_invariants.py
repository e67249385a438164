"""What must hold in every game: hypothesis looks for one where it does not."""

import itertools
from fractions import Fraction

import hypothesis.strategies as st
import numpy as np
from hypothesis import given, settings

from gtlearn.games import normal_form
from gtlearn.solvers._correlated import coarse_correlated, correlated
from gtlearn.solvers._nash.pure import pure_equilibria
from gtlearn.solvers.verify.correlated import largest_gain, violations

OBJECTIVES = ("welfare", "fairness", "player:0", "player:1", "gini", None)


@st.composite
def payoffs(draw, max_players=3):
    """One table a player of a game of two or three players, many payoffs tied."""
    players = draw(st.integers(2, max_players))
    shape = tuple(draw(st.integers(1, 4 if players == 2 else 3)) for _ in range(players))
    top = draw(st.sampled_from([1, 2, 9, 10**6]))
    size = int(np.prod(shape))
    tables = st.lists(st.integers(-top, top), min_size=size, max_size=size)
    return [np.array(draw(tables)).reshape(shape) for _ in range(players)]


@given(payoffs(), st.sampled_from(OBJECTIVES), st.booleans())
@settings(max_examples=150, deadline=None)
def test_every_answer_is_proven(tables, objective, coarse):
    game = normal_form(*tables)
    solution = (coarse_correlated if coarse else correlated)(game, objective=objective)
    (found,) = solution
    assert violations(game, found) == []
    assert largest_gain(game, found.distribution, coarse=coarse) == 0
    assert sum(found.distribution.values()) == 1
    assert (found.gap == 0) == (objective is not None)


@given(payoffs())
@settings(max_examples=60, deadline=None)
def test_nash_in_correlated_in_coarse(tables):
    game = normal_form(*tables)
    for objective in ("welfare", "fairness", "player:0", "gini"):
        narrow, wide = (
            correlated(game, objective=objective)[0],
            coarse_correlated(game, objective=objective)[0],
        )
        assert narrow.value <= wide.value
        assert largest_gain(game, narrow.distribution, coarse=True) == 0
    welfare = correlated(game)[0].value
    for profile in pure_equilibria(game):
        assert welfare >= sum(game.payoff(k, profile) for k in range(game.num_players))


@given(
    payoffs(),
    st.fractions(Fraction(1, 9), 9, max_denominator=60),
    st.fractions(-9, 9, max_denominator=60),
)
@settings(max_examples=60, deadline=None)
def test_affine_transformations_keep_the_equilibria(tables, factor, shift):
    game = normal_form(*tables)
    changed = normal_form(*[t.astype(object) * factor + shift for t in tables])
    for objective, times in (("welfare", game.num_players), ("fairness", 1), ("player:1", 1)):
        before, after = (correlated(g, objective=objective)[0].value for g in (game, changed))
        assert after == before * factor + shift * times
    before, after = (correlated(g, objective="gini")[0].distribution for g in (game, changed))
    assert before == after


@given(payoffs(max_players=2), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_permuting_actions_permutes_the_unique_equilibrium(tables, random):
    m, n = tables[0].shape
    rows, columns = random.sample(range(m), m), random.sample(range(n), n)
    game = normal_form(*tables)
    shuffled = normal_form(*[t[np.ix_(rows, columns)] for t in tables])
    assert correlated(shuffled)[0].value == correlated(game)[0].value
    original = correlated(game, objective="gini")[0].distribution
    permuted = correlated(shuffled, objective="gini")[0].distribution
    assert {(rows[i], columns[j]): p for (i, j), p in permuted.items()} == original


@given(payoffs())
@settings(max_examples=40, deadline=None)
def test_most_spread_has_the_largest_gini_index(tables):
    game = normal_form(*tables)
    best = correlated(game, objective="gini")[0].value
    for objective in ("welfare", "fairness", "player:0"):
        other = correlated(game, objective=objective)[0].distribution
        assert best >= 1 - sum(p * p for p in other.values())


@given(st.lists(st.integers(-3, 3), min_size=8, max_size=8))
@settings(max_examples=60, deadline=None)
def test_brute_force_over_all_vertices(numbers):
    """2 x 2 games: the best of all vertices of the polytope, found by solving every basis."""
    first, second = np.array(numbers[:4]).reshape(2, 2), np.array(numbers[4:]).reshape(2, 2)
    game = normal_form(first, second)
    rows = [[int(i == j) for i in range(4)] for j in range(4)]  # p >= 0
    for a in (0, 1):  # and no gain: told a, playing 1 - a
        gain = np.zeros((2, 2), int)
        gain[a] = first[a] - first[1 - a]
        rows.append(gain.ravel().tolist())
        gain = np.zeros((2, 2), int)
        gain[:, a] = second[:, a] - second[:, 1 - a]
        rows.append(gain.ravel().tolist())
    values = []
    for tight in itertools.combinations(rows, 3):
        vertex = _solution([*tight, [1, 1, 1, 1]])
        if vertex is not None and all(
            sum(r * p for r, p in zip(row, vertex, strict=True)) >= 0 for row in rows
        ):
            welfare = (first + second).ravel().tolist()
            values.append(sum(w * p for w, p in zip(welfare, vertex, strict=True)))
    assert correlated(game)[0].value == max(values)


def _solution(matrix):
    """The rational x with matrix x = (0, 0, 0, 1), by Cramer's rule, None where singular."""
    determinant = _determinant(matrix)
    if determinant == 0:
        return None
    out = []
    for column in range(4):
        replaced = [list(row) for row in matrix]
        for i in range(4):
            replaced[i][column] = int(i == 3)
        out.append(Fraction(_determinant(replaced), determinant))
    return out


def _determinant(matrix):
    if len(matrix) == 1:
        return matrix[0][0]
    total = 0
    for j, entry in enumerate(matrix[0]):
        minor = [row[:j] + row[j + 1 :] for row in matrix[1:]]
        total += (-1) ** j * entry * _determinant(minor)
    return total
