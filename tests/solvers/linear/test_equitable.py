"""Classes of alike rows and columns, and programs with one of each."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from gtlearn import games
from gtlearn.solvers._linear.equitable import equitable_classes, first_of
from gtlearn.solvers._trees.form import form_of
from gtlearn.solvers._trees.zero_sum import are_equilibrium, optimal_plans, program_of


def alike(dense):
    matrix = csr_array(np.array(dense, dtype=np.int64))
    return equitable_classes(matrix, *(np.zeros(n, dtype=np.int64) for n in matrix.shape))


def test_a_circulant_matrix_is_one_class():
    """Each row and each column of it is a rotation of the first."""
    classes = alike([[3, 1, 2], [2, 3, 1], [1, 2, 3]])
    assert classes.rows.tolist() == classes.columns.tolist() == [0, 0, 0]
    assert classes.quotient(csr_array([[3, 1, 2], [2, 3, 1], [1, 2, 3]])).toarray() == [[6]]


def test_nothing_is_alike_where_all_sums_differ():
    assert alike(np.diag([1, 2, 3, 4])) is None


@pytest.mark.parametrize("seed", range(20))
def test_sums_over_classes_are_the_same_in_a_class(seed):
    """The definition of equitable classes, on matrices of blocks that are permuted copies."""
    random = np.random.default_rng(seed)
    block = random.integers(-1, 2, (3, 4))
    dense = np.block([[block, block[:, ::-1]], [block[::-1], block[::-1, ::-1]]])
    dense = dense[random.permutation(6)][:, random.permutation(8)]
    classes = alike(dense)
    assert classes.rows.max() + 1 <= 3  # copies of a row are alike
    rows = np.eye(classes.rows.max() + 1, dtype=int)[classes.rows]
    columns = np.eye(classes.columns.max() + 1, dtype=int)[classes.columns]
    across, down = dense @ columns, rows.T @ dense
    assert (across == across[first_of(classes.rows)][classes.rows]).all()
    assert (down == down[:, first_of(classes.columns)][:, classes.columns]).all()
    assert (classes.quotient(csr_array(dense)).toarray() == across[first_of(classes.rows)]).all()


def test_the_suits_of_leduc_poker_are_alike():
    """Its three ranks have two suits each, which the payoffs do not tell apart."""
    form = form_of(games.load("leduc_poker"))
    program = program_of(form)
    smaller, classes = program.smaller()
    assert len(classes.rows) == len(program.bounds) == 1562
    assert smaller.matrix.shape == (482, 482)
    plans = optimal_plans(form)
    assert are_equilibrium(form, plans)
    for (values, _), alike in zip(plans, (classes.columns, classes.rows), strict=True):
        kinds = {}
        for value, kind in zip(values, alike.tolist(), strict=False):
            assert kinds.setdefault(kind, value) == value
