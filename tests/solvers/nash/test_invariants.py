"""What must hold in every bimatrix game: hypothesis looks for one where it does not."""

import math
from fractions import Fraction

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from gtlearn.games import normal_form
from gtlearn.games.testing import bimatrix_games
from gtlearn.solvers import all_equilibria, one_equilibrium, solve
from gtlearn.solvers._linear.program import Infeasible, LinearProgram
from gtlearn.solvers._linear.program import solve as solve_program
from gtlearn.solvers._nash.lemke_howson import path_equilibrium

few = settings(max_examples=40, deadline=None)
TIED = bimatrix_games(max_rows=4, max_columns=4, payoffs=st.integers(0, 2))
ANY = st.one_of(TIED, bimatrix_games(max_rows=4, max_columns=4))


def matrices(game):
    """Both players' payoffs as lists of rows of Fractions."""
    return [tensor.fractions().tolist() for tensor in game.payoffs]


def regrets(game, x, y):
    """By the definition, one action at a time."""
    a, b = matrices(game)
    rows = [sum(p * q for p, q in zip(row, y, strict=True)) for row in a]
    columns = [sum(x[i] * b[i][j] for i in range(len(x))) for j in range(len(y))]
    own = sum(p * v for p, v in zip(x, rows, strict=True))
    other = sum(p * v for p, v in zip(y, columns, strict=True))
    return max(rows) - own, max(columns) - other


def found(game):
    solution = all_equilibria(game)
    assert solution.complete
    return {e.strategies: e.payoffs for e in solution}


def in_hull(point, corners):
    """Whether a point is a convex combination of the corners, by an exact linear program."""
    rows = [[*(corner[i] for corner in corners), p] for i, p in enumerate(point)]
    scaled = [[1] * (len(corners) + 1)]
    for row in rows:
        scale = math.lcm(*(Fraction(v).denominator for v in row))
        scaled.append([int(v * scale) for v in row])
    table = np.array(scaled, dtype=object)
    nothing = np.zeros(len(corners), dtype=object)
    program = LinearProgram(nothing, table[:, :-1], table[:, -1], range(len(table)))
    try:
        solve_program(program)
    except Infeasible:
        return False
    return True


@given(ANY)
@few
def test_every_equilibrium_has_no_regret(game):
    solution = all_equilibria(game)
    assert len(solution) >= 1
    for outcome in solution:
        x, y = outcome.strategies
        assert sum(x) == sum(y) == 1
        assert min(*x, *y) >= 0
        assert regrets(game, x, y) == (0, 0)
        assert outcome.certificate.verified
        assert outcome.certificate.evidence["regrets"] == (0, 0)


@given(ANY)
@few
def test_indices_add_up_to_one(game):
    solution = all_equilibria(game)
    assert sum(solution.component_indices) == 1
    if all(e.index for e in solution):
        assert len(solution) % 2 == 1
    assert sorted(k for c in solution.components for k in c) == list(range(len(solution)))


@given(ANY, st.data())
@few
def test_positive_affine_transformations_keep_equilibria(game, data):
    slopes = st.fractions(Fraction(1, 50), 50, max_denominator=50)
    shifts = st.fractions(-50, 50, max_denominator=50)
    changes = [(data.draw(slopes), data.draw(shifts)) for _ in range(2)]
    moved = normal_form(
        *(
            [[slope * v + shift for v in row] for row in payoffs]
            for payoffs, (slope, shift) in zip(matrices(game), changes, strict=True)
        )
    )
    expected = {
        strategies: tuple(s * p + t for p, (s, t) in zip(payoffs, changes, strict=True))
        for strategies, payoffs in found(game).items()
    }
    assert found(moved) == expected


@given(ANY, st.data())
@few
def test_what_one_player_gets_from_the_other_alone_is_no_matter(game, data):
    # a constant added to a column of the row player's payoffs changes no best response
    a, b = matrices(game)
    extra = data.draw(st.lists(st.integers(-9, 9), min_size=len(a[0]), max_size=len(a[0])))
    moved = [[v + e for v, e in zip(row, extra, strict=True)] for row in a]
    assert set(found(normal_form(moved, b))) == set(found(game))


@given(ANY, st.data())
@few
def test_permuted_actions_permute_equilibria(game, data):
    rows, columns = (data.draw(st.permutations(range(size))) for size in game.shape)
    order = np.ix_(rows, columns)
    moved = normal_form(*(tensor.fractions()[order] for tensor in game.payoffs))
    expected = {
        (tuple(x[i] for i in rows), tuple(y[j] for j in columns)): payoffs
        for (x, y), payoffs in found(game).items()
    }
    assert found(moved) == expected


@given(ANY)
@few
def test_swapped_players_swap_strategies(game):
    first, second = game.payoffs
    mirrored = found(normal_form(second.transpose(), first.transpose()))
    assert mirrored == {(y, x): (q, p) for (x, y), (p, q) in found(game).items()}


@given(ANY, st.data())
@few
def test_a_strictly_dominated_action_changes_nothing(game, data):
    a, b = matrices(game)
    weights = data.draw(st.lists(st.integers(0, 3), min_size=len(a), max_size=len(a)).filter(any))
    worse = [
        Fraction(sum(w * row[j] for w, row in zip(weights, a, strict=True)), sum(weights)) - 1
        for j in range(len(a[0]))
    ]
    whatever = data.draw(st.lists(st.integers(-9, 9), min_size=len(b[0]), max_size=len(b[0])))
    place = data.draw(st.integers(0, len(a)))
    a.insert(place, worse)
    b.insert(place, whatever)
    expected = {((*x[:place], 0, *x[place:]), y): p for (x, y), p in found(game).items()}
    assert found(normal_form(a, b)) == expected


@given(ANY, st.data())
@few
def test_a_copied_action_splits_equilibria_and_keeps_indices(game, data):
    # A vertex plays one of the copies at most. The index of a component does not depend on copies.
    a, b = matrices(game)
    twice = data.draw(st.integers(0, len(a) - 1))
    a.append(a[twice])
    b.append(b[twice])
    before, after = all_equilibria(game), all_equilibria(normal_form(a, b))
    expected = {((*x, 0), y) for x, y in (e.strategies for e in before)}
    for x, y in (e.strategies for e in before):
        if x[twice]:
            expected.add(((*x[:twice], 0, *x[twice + 1 :], x[twice]), y))
    assert {e.strategies for e in after} == expected
    assert sorted(after.component_indices) == sorted(before.component_indices)


@given(TIED, st.data())
@few
def test_every_convex_combination_in_a_subset_is_an_equilibrium(game, data):
    for subset in all_equilibria(game).subsets:
        mixes = []
        for corners in (subset.rows, subset.columns):
            size = len(corners)
            weights = data.draw(st.lists(st.integers(0, 5), min_size=size, max_size=size))
            weights[0] += 1
            mixes.append(
                [
                    sum(w * corner[i] for w, corner in zip(weights, corners, strict=True))
                    / Fraction(sum(weights))
                    for i in range(len(corners[0]))
                ]
            )
        assert regrets(game, *mixes) == (0, 0)


@given(TIED)
@few
def test_subsets_are_maximal_and_hold_every_extreme_equilibrium(game):
    solution = all_equilibria(game)
    subsets = [(set(s.rows), set(s.columns), set(s.members)) for s in solution.subsets]
    every = {e.strategies: k for k, e in enumerate(solution)}
    for rows, columns, members in subsets:
        assert {every[x, y] for x in rows for y in columns} == members
        for x in {x for x, _ in every} - rows:
            assert not all((x, y) in every for y in columns)
        for y in {y for _, y in every} - columns:
            assert not all((x, y) in every for x in rows)
    assert set().union(*(members for *_, members in subsets)) == set(every.values())
    for component in solution.components:
        inside = [members for *_, members in subsets if members & set(component)]
        assert set().union(*inside) == set(component)


@given(ANY)
@few
def test_one_is_a_member_of_all(game):
    x, y = one_equilibrium(game)[0].strategies
    subsets = all_equilibria(game).subsets
    assert any(in_hull(x, subset.rows) and in_hull(y, subset.columns) for subset in subsets)


@given(ANY)
@few
def test_every_path_ends_at_an_equilibrium(game):
    extreme = found(game)
    for label in range(sum(game.shape)):
        outcome = path_equilibrium(game, label)
        assert outcome.strategies in extreme  # a pair of vertices
        assert regrets(game, *outcome.strategies) == (0, 0)


@given(ANY)
@few
def test_paths_end_at_the_index_plus_one(game):
    # Shapley (1974): where all equilibria are regular, a path from the artificial one ends at +1
    indices = {e.strategies: e.index for e in all_equilibria(game)}
    if all(indices.values()):
        ends = {path_equilibrium(game, label).strategies for label in range(sum(game.shape))}
        assert {indices[end] for end in ends} == {1}


@pytest.mark.parametrize("method", ["pure", "small-supports", "lemke-howson", "barrier"])
@given(game=ANY)
@few
def test_whatever_a_method_finds_is_an_equilibrium(method, game):
    solution = one_equilibrium(game, method=method)
    assert solution.status == "ok"
    if method == "lemke-howson":
        assert len(solution) == 1
    if len(solution):
        assert regrets(game, *solution[0].strategies) == (0, 0)
    else:
        assert solution.notes


@given(ANY)
@few
def test_selected_equilibria_are_the_best_of_all(game):
    payoffs = found(game).values()
    assert sum(solve(game, select="welfare")[0].payoffs) == max(map(sum, payoffs))
    assert min(solve(game, select="fairness")[0].payoffs) == max(map(min, payoffs))
    spread = solve(game, select="entropy")[0]
    assert regrets(game, *spread.strategies) == (0, 0)
