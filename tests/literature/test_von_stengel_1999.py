"""B. von Stengel (1999), New Maximal Numbers of Equilibria in Bimatrix Games, Discrete &
Computational Geometry 21: a 6x6 game with 75 equilibria, more than the 63 that 2^n - 1 would allow.

The payoffs are those of Gambit's catalogue (journals/dcg/vonstengel1999); the small ones are from
Savani & von Stengel (2006), Hard-to-Solve Bimatrix Games, Econometrica 74.
"""

import numpy as np
import pytest

from gtlearn import solvers
from gtlearn.games import normal_form

LARGE = [
    [9504, -660, 19976, -20526, 1776, -8976],
    [-111771, 31680, -130944, 168124, -8514, 52764],
    [397584, -113850, 451176, -586476, 29216, -178761],
    [171204, -45936, 208626, -263076, 14124, -84436],
    [1303104, -453420, 1227336, -1718376, 72336, -461736],
    [737154, -227040, 774576, -1039236, 48081, -300036],
]
SMALL = [
    [-81, 36, -126, 126, -36, 90],
    [-180, 72, -333, 297, -153, 270],
    [20, -3, 42, -33, 17, -30],
    [-30, 17, -33, 42, -3, 20],
    [270, -153, 297, -333, 72, -180],
    [90, -36, 126, -126, 36, -81],
]
LARGE_TRANSPOSED = [  # the column player's payoffs, one row a column
    [72336, -461736, 1227336, -1718376, 1303104, -453420],
    [48081, -300036, 774576, -1039236, 737154, -227040],
    [29216, -178761, 451176, -586476, 397584, -113850],
    [14124, -84436, 208626, -263076, 171204, -45936],
    [1776, -8976, 19976, -20526, 9504, -660],
    [-8514, 52764, -130944, 168124, -111771, 31680],
]
SMALL_TRANSPOSED = [
    [72, -180, 297, -333, 270, -153],
    [36, -81, 126, -126, 90, -36],
    [17, -30, 42, -33, 20, -3],
    [-3, 20, -33, 42, -30, 17],
    [-36, 90, -126, 126, -81, 36],
    [-153, 270, -333, 297, -180, 72],
]


@pytest.mark.parametrize(
    ("row", "transposed"), [(LARGE, LARGE_TRANSPOSED), (SMALL, SMALL_TRANSPOSED)]
)
def test_seventy_five(row, transposed):
    solution = solvers.all_equilibria(normal_form(row, np.array(transposed).T))
    assert len(solution) == 75
    assert solution.complete
    assert all(len(component) == 1 for component in solution.components)
    # regular equilibria: one more of index +1 than of -1
    assert sorted(e.index for e in solution) == [-1] * 37 + [1] * 38
