"""A float basis of a linear program from HiGHS's simplex method."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def float_basis(
    objective: NDArray[Any],
    matrix: NDArray[Any],
    bounds: NDArray[Any],
    equalities: Sequence[int],
    time_limit: float | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Basic columns and tight rows of max c x, A x <= b, x >= 0; None where HiGHS has none.

    Rows are scaled to a largest entry of one first, so that payoffs of any size are welcome.

    Raises:
        TimeoutError: if `time_limit` seconds pass first.
    """
    import highspy

    m, n = matrix.shape
    scaled, sides = _scaled_rows(matrix, bounds)
    rows, columns = np.nonzero(scaled)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = n, m
    costs = _scaled_rows(objective[None, :], np.zeros(1))[0][0]
    lp.col_cost_ = -costs
    lp.col_lower_, lp.col_upper_ = np.zeros(n), np.full(n, highspy.kHighsInf)
    lower = np.full(m, -highspy.kHighsInf)
    lower[list(equalities)] = sides[list(equalities)]
    lp.row_lower_, lp.row_upper_ = lower, sides
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=m))])
    lp.a_matrix_.index_ = columns
    lp.a_matrix_.value_ = scaled[rows, columns]
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("solver", "simplex")
    if time_limit is not None:
        solver.setOptionValue("time_limit", max(time_limit, 0.0))
    solver.passModel(lp)
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kTimeLimit:
        raise TimeoutError
    basis = solver.getBasis()
    if not basis.valid:
        return None
    basic = highspy.HighsBasisStatus.kBasic
    basic_columns = np.array([s == basic for s in basis.col_status], dtype=bool)
    basic_rows = np.array([s == basic for s in basis.row_status], dtype=bool)
    return np.flatnonzero(basic_columns), np.flatnonzero(~basic_rows)


def _scaled_rows(
    matrix: NDArray[Any], bounds: NDArray[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Floats with each row's largest entry of size one; huge integers are divided exactly first."""
    if matrix.dtype == object:
        sizes = [max((abs(int(v)) for v in row), default=0) or 1 for row in matrix]
        floats = np.array(
            [[int(v) / s for v in row] for row, s in zip(matrix, sizes, strict=True)]
        ).reshape(matrix.shape)
        sides = np.array([int(b) / s for b, s in zip(bounds, sizes, strict=True)])
        return floats, sides
    floats = matrix.astype(np.float64)
    scale = np.abs(floats).max(axis=1, initial=0.0)
    scale[scale == 0] = 1.0
    return floats / scale[:, None], np.asarray(bounds, dtype=np.float64) / scale
