"""M. Dresher (1961), Games of Strategy, on Colonel Blotto: four regiments against three, two posts.

A post is worth one, plus one for each enemy regiment that is destroyed there.
"""

from fractions import Fraction as F

from gtlearn import solvers
from gtlearn.games import normal_form

BLOTTO = [  # his (4,0), (0,4), (3,1), (1,3), (2,2) against (3,0), (0,3), (2,1), (1,2)
    [4, 0, 2, 1],
    [0, 4, 1, 2],
    [1, -1, 3, 0],
    [-1, 1, 0, 3],
    [-2, -2, 2, 2],
]


def test_blotto_wins_fourteen_ninths():
    game = normal_form(BLOTTO, [[-v for v in row] for row in BLOTTO])
    solution = solvers.zero_sum(game)
    evidence = solution[0].certificate.evidence
    assert evidence["value"] == F(14, 9)
    # by hand: (4, 4, 0, 0, 1)/9 earns 14/9 against the two splits of each kind
    blotto = (F(4, 9), F(4, 9), 0, 0, F(1, 9))
    enemy = (F(1, 18), F(1, 18), F(4, 9), F(4, 9))
    assert solution[0].strategies[0] == blotto
    assert solvers.verify.is_nash(game, (blotto, enemy))
    assert evidence["unique"] == (True, False)


def test_the_enemy_has_a_segment_of_optimal_strategies():
    game = normal_form(BLOTTO, [[-v for v in row] for row in BLOTTO])
    solution = solvers.all_equilibria(game)
    assert solution.component_indices == (1,)
    assert {e.strategies[0] for e in solution} == {(F(4, 9), F(4, 9), 0, 0, F(1, 9))}
    assert len(solution) == 2
    assert {e.payoffs[0] for e in solution} == {F(14, 9)}
