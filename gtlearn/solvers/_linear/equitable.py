"""Linear programs made smaller by their symmetries.

Rows and columns of one class have the same sums over each other class, so that some optimal
solution gives all columns of a class the same value, and the program with one row and one column a
class has the same optimum (Grohe, Kersting, Mladenov & Selman 2014, Dimension reduction via colour
refinement, Theorem 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_Integers = NDArray[np.int64]

_WORTHWHILE = 0.9  # of the rows, above which classes are not worth having


@dataclass(frozen=True)
class Classes:
    """Which rows and columns of a matrix are alike.

    Attributes:
        rows: (m,), the class of each row.
        columns: (n,), the class of each column.
    """

    rows: _Integers
    columns: _Integers

    def quotient(self, matrix: Any) -> Any:
        """One row and one column a class: the sum over a class in a row of each class."""
        from scipy.sparse import csr_array

        kept = matrix[first_of(self.rows)].tocoo()
        shape = int(self.rows.max()) + 1, int(self.columns.max()) + 1
        return csr_array((kept.data, (kept.row, self.columns[kept.col])), shape=shape)


def first_of(classes: _Integers) -> _Integers:
    """The first member of each class."""
    return np.unique(classes, return_index=True)[1]


def equitable_classes(matrix: Any, rows: _Integers, columns: _Integers) -> Classes | None:
    """The coarsest equitable classes within those that are given, by colour refinement; None where
    they are hardly fewer than rows.

    Sums are compared by random weights of 64 bits, so that classes may be too coarse with a
    probability of less than 1e-9 for 10^4 rows: what follows from them is to be tested.

    Args:
        matrix: (m, n), a scipy sparse matrix of integers.
        rows, columns: classes in which those stay apart that differ otherwise, as numbers from 0.
    """
    from scipy.sparse import csr_array

    random = np.random.default_rng(0)

    def weights(count: int) -> NDArray[np.uint64]:
        return random.integers(0, 2**64, count, dtype=np.uint64, endpoint=False)

    values, which = np.unique(matrix.data, return_inverse=True)
    coded = weights(len(values))[which]
    across = csr_array((coded, matrix.indices, matrix.indptr), shape=matrix.shape)
    down = across.T.tocsr()
    counts = (0, 0)
    while True:
        rows = _refined(rows, across @ weights(int(columns.max()) + 1)[columns])
        columns = _refined(columns, down @ weights(int(rows.max()) + 1)[rows])
        sizes = int(rows.max()) + 1, int(columns.max()) + 1
        if sizes[0] > _WORTHWHILE * len(rows):
            return None
        if sizes == counts:
            return Classes(rows, columns)
        counts = sizes


def _refined(classes: _Integers, sums: NDArray[np.uint64]) -> _Integers:
    """Those of one class and one sum."""
    apart = classes.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)  # an odd number of 64 bits
    inverse: _Integers = np.unique(apart + sums, return_inverse=True)[1]
    return inverse.ravel()
