"""HiGHS without a word on standard output, and float bases from its simplex method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import child, limits
from gtlearn.limits import TimeLimitReached

_ENTRY = (
    3e-7  # seconds a nonzero that HiGHS may work, as in its presolve, without a look at the time
)


Entries = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


@dataclass(frozen=True)
class FloatOptimum:
    """What HiGHS says about max c x, A x <= b, x >= 0, in floats.

    `columns` are the basic columns and `rows` the nonbasic rows, equally many; `primal` (n,) and
    `dual` (m,) belong to the program that HiGHS was given.
    """

    columns: NDArray[np.int64]
    rows: NDArray[np.int64]
    primal: NDArray[np.float64]
    dual: NDArray[np.float64]


def silent_highs(time_limit: float | None = None, **options: Any) -> Any:
    """A `highspy.Highs` on one thread that prints nothing, its constructor included.

    Args:
        time_limit: in seconds.
        **options: further options of HiGHS.
    """
    solver = _silent_class()()
    settings = {"output_flag": False, "threads": 1, **options}
    if time_limit is not None:
        settings["time_limit"] = max(time_limit, 0.0)
    for name, value in settings.items():
        solver.setOptionValue(name, value)
    return solver


@cache
def _silent_class() -> Any:
    import highspy

    class Silent(highspy.Highs):
        def enableCallbacks(self) -> None:
            """Called by the constructor, and prints a banner from HiGHS 1.16 on."""
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()  # type: ignore[no-untyped-call]

    return Silent


def highs_program(
    costs: NDArray[np.float64],
    entries: Entries,
    columns: tuple[Any, Any],
    rows: tuple[Any, Any],
    integral: NDArray[np.bool_] | None = None,
) -> Any:
    """The HighsLp that minimises costs x, where x and A x lie between bounds.

    Args:
        costs: shape (n,).
        entries: A in compressed rows: starts (m + 1,), column indices and values (nonzeros,).
        columns: lower and upper bounds of x, each of shape (n,).
        rows: those of A x, each of shape (m,).
        integral: which columns are integers, shape (n,).
    """
    import highspy

    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(costs), len(entries[0]) - 1
    lp.col_cost_ = costs
    lp.col_lower_, lp.col_upper_ = columns
    lp.row_lower_, lp.row_upper_ = rows
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = entries
    if integral is not None:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(whole)] for whole in integral]
    return lp


def compressed(
    rows: NDArray[np.int64], columns: NDArray[np.int64], values: NDArray[np.float64], count: int
) -> Entries:
    """A matrix of so many rows, given entry by entry, in compressed rows."""
    order = np.lexsort((columns, rows))
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=count))])
    return starts, columns[order], values[order]


def float_basis(
    objective: NDArray[Any],
    matrix: NDArray[Any],
    bounds: NDArray[Any],
    equalities: Sequence[int],
) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Basic columns and tight rows of max c x, A x <= b, x >= 0; None where HiGHS has none.

    Rows are scaled to a largest entry of one first, so that payoffs of any size are welcome.

    Raises:
        LimitReached: at a limit.
    """
    scaled, rhs = _scaled_rows(matrix, bounds)
    rows, columns = np.nonzero(scaled)
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=matrix.shape[0]))])
    costs = _scaled_rows(objective[None, :], np.zeros(1))[0][0]
    entries = (starts, columns, scaled[rows, columns])
    optimum = simplex(costs, entries, rhs, equalities)
    return None if optimum is None else (optimum.columns, optimum.rows)


def simplex(
    objective: NDArray[np.float64],
    entries: Entries,
    bounds: NDArray[np.float64],
    equalities: Sequence[int],
    *,
    lower: NDArray[np.float64] | None = None,
    start: FloatOptimum | None = None,
    **options: Any,
) -> FloatOptimum | None:
    """HiGHS's optimum of max c x, A x <= b, x >= 0; None where it ends without a basis.

    Args:
        objective: shape (n,).
        entries: A in compressed rows: starts (m + 1,), column indices and values (nonzeros,).
        bounds: shape (m,).
        equalities: the rows that hold with equality.
        lower: lower bounds of x other than zero, shape (n,).
        start: its basis is where to begin.
        **options: further options of HiGHS.

    Raises:
        LimitReached: at a limit.
    """
    import highspy  # noqa: F401  for what is imported in a child is lost

    arguments = (objective, entries, bounds, equalities, lower, start, options)
    return child.bounded(_simplex, *arguments, seconds=_ENTRY * len(entries[2]))


def _simplex(
    objective: NDArray[np.float64],
    entries: Entries,
    bounds: NDArray[np.float64],
    equalities: Sequence[int],
    lower: NDArray[np.float64] | None,
    start: FloatOptimum | None,
    options: dict[str, Any],
) -> FloatOptimum | None:

    m, n = len(bounds), len(objective)
    row_lower = np.full(m, -np.inf)
    row_lower[list(equalities)] = bounds[list(equalities)]
    columns = np.zeros(n) if lower is None else lower, np.full(n, np.inf)
    lp = highs_program(-objective, entries, columns, (row_lower, bounds))
    solver = silent_highs(limits.seconds_left(), solver="simplex", **options)
    solver.passModel(lp)
    if start is not None:
        solver.setBasis(_highs_basis(start, n, m))
    basis = run_to_basis(solver)
    if basis is None:
        return None
    solution = solver.getSolution()
    return FloatOptimum(*basis, np.array(solution.col_value), -np.array(solution.row_dual))


def run_to_basis(solver: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Runs HiGHS on what it was given; the basic columns and the tight rows, None without a basis.

    Raises:
        TimeLimitReached: at HiGHS's time limit.
    """
    import highspy

    solver.run()
    if solver.getModelStatus() == highspy.HighsModelStatus.kTimeLimit:
        raise TimeLimitReached
    basis = solver.getBasis()
    if not basis.valid:
        return None
    basic = highspy.HighsBasisStatus.kBasic
    columns = np.array([s == basic for s in basis.col_status], dtype=bool)
    rows = np.array([s == basic for s in basis.row_status], dtype=bool)
    return np.flatnonzero(columns), np.flatnonzero(~rows)


def _highs_basis(start: FloatOptimum, n: int, m: int) -> Any:
    import highspy

    status = highspy.HighsBasisStatus
    columns, rows = [status.kLower] * n, [status.kBasic] * m
    for j in start.columns.tolist():
        columns[j] = status.kBasic
    for i in start.rows.tolist():
        rows[i] = status.kUpper
    basis = highspy.HighsBasis()
    basis.col_status, basis.row_status, basis.valid = columns, rows, True
    return basis


def _scaled_rows(
    matrix: NDArray[Any], bounds: NDArray[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Floats with each row's largest entry of size one; huge integers are divided exactly first."""
    if matrix.dtype == object:
        floats, sizes = np.empty(matrix.shape), []
        for row, out in zip(matrix, floats, strict=True):
            limits.check()
            sizes.append(max((abs(int(v)) for v in row), default=0) or 1)
            out[:] = [int(v) / sizes[-1] for v in row]
        rhs = np.array([int(b) / s for b, s in zip(bounds, sizes, strict=True)])
        return floats, rhs
    floats = matrix.astype(np.float64)
    scale = np.abs(floats).max(axis=1, initial=0.0)
    scale[scale == 0] = 1.0
    return floats / scale[:, None], np.asarray(bounds, dtype=np.float64) / scale
