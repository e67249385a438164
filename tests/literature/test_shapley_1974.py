"""L. S. Shapley (1974), A Note on the Lemke-Howson Algorithm, Mathematical Programming Study 1.

Figures 2 and 3, as filed in Gambit's catalogue (journals/other/shapley1974).
"""

from fractions import Fraction as F

from gtlearn import games, solvers
from gtlearn.solvers._nash.lemke_howson import path_equilibrium


def ends(game):
    return {path_equilibrium(game, label).strategies for label in range(6)}


def test_figure_3_hides_two_equilibria_from_every_path():
    game = games.load("0,0 3,2 0,3; 2,3 2,2 0,0; 3,0 0,0 1,1")
    pair = (F(1, 3), F(2, 3), 0)
    all_three = (F(1, 6), F(1, 3), F(1, 2))
    solution = solvers.all_equilibria(game)
    assert {e.strategies: e.index for e in solution} == {
        ((0, 0, 1), (0, 0, 1)): 1,
        (pair, pair): -1,
        (all_three, all_three): 1,
    }
    assert ends(game) == {((0, 0, 1), (0, 0, 1))}


def test_figure_2_has_paths_to_both_equilibria_of_positive_index():
    game = games.load("2,3 2,0 0,2; 0,0 3,3 0,2; 3,0 0,0 1,1")
    solution = solvers.all_equilibria(game)
    positive = {((0, 1, 0), (0, 1, 0)), ((0, 0, 1), (0, 0, 1))}
    mixed = ((0, F(1, 2), F(1, 2)), (0, F(1, 4), F(3, 4)))
    assert {e.strategies: e.index for e in solution} == {**dict.fromkeys(positive, 1), mixed: -1}
    assert ends(game) == positive


def test_the_index_of_pure_strict_equilibria_is_plus_one():
    solution = solvers.all_equilibria(games.load("2,1 0,0; 0,0 1,2"))
    by_profile = {e.strategies: e.index for e in solution}
    assert by_profile[(1, 0), (1, 0)] == by_profile[(0, 1), (0, 1)] == 1
    assert by_profile[(F(2, 3), F(1, 3)), (F(1, 3), F(2, 3))] == -1
