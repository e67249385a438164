"""Whether integer rows are linearly independent."""

from __future__ import annotations

from typing import Any

import flint
from numpy.typing import NDArray

from gtlearn.solvers.verify.bimatrix import integers

_PRIME = 2**61 - 1


def full_rank(matrix: NDArray[Any]) -> bool:
    """Whether the rows of an integer matrix are linearly independent.

    Rows that are so modulo a prime are so; only where they are not, the rank is found exactly.
    """
    rows, columns = matrix.shape
    if rows > columns:
        return False
    residues = [int(v) % _PRIME for v in matrix.ravel()]
    if flint.nmod_mat(rows, columns, residues, _PRIME).rank() == rows:
        return True
    return bool(integers(matrix).rank() == rows)
