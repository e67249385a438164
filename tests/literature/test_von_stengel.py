"""The 3x2 games of von Stengel's chapters, with their degenerate variants.

B. von Stengel (2002), Computing Equilibria for Two-Person Games, Handbook of Game Theory 3, ch. 45.
B. von Stengel (2007), Equilibrium Computation for Two-Player Games in Strategic and Extensive Form,
in Nisan et al. (eds.), Algorithmic Game Theory, ch. 3.
"""

from fractions import Fraction as F

import pytest

from gtlearn import games, solvers
from gtlearn.games import normal_form
from gtlearn.solvers._nash.lemke_howson import path_equilibrium

PURE = ((1, 0, 0), (1, 0))
FIRST = ((F(4, 5), F(1, 5), 0), (F(2, 3), F(1, 3)))
SECOND = ((0, F(1, 3), F(2, 3)), (F(1, 3), F(2, 3)))


class TestNondegenerate:
    """Algorithmic Game Theory, chapter 3: the running example, with three equilibria."""

    game = games.load("3,3 3,2; 2,2 5,6; 0,3 6,1")

    def test_is_the_game_of_the_catalogue(self):
        assert games.load("von_stengel").payoffs == self.game.payoffs

    def test_equilibria_payoffs_and_indices(self):
        solution = solvers.all_equilibria(self.game)
        assert [e.strategies for e in solution] == [PURE, FIRST, SECOND]
        assert [e.payoffs for e in solution] == [(3, 3), (3, F(14, 5)), (4, F(8, 3))]
        assert [e.index for e in solution] == [1, -1, 1]
        assert solution.components == ((0,), (1,), (2,))
        assert solution.component_indices == (1, -1, 1)
        assert solution.complete

    @pytest.mark.parametrize(
        ("label", "end"),
        # By hand. Label 0: row 1, answered by column 1, answered by row 1. Label 1: row 2, column
        # 2, row 3; mixing rows 2 and 3 reaches (0, 1/3, 2/3), where column 1 enters until row 2
        # does as well as row 3. Label 2: row 3, column 1, row 1. Label 3: column 1, row 1. Label
        # 4: column 2, row 3, column 1, which enters until row 2 does, and then rows 2 and 3 mix.
        [(0, PURE), (1, SECOND), (2, PURE), (3, PURE), (4, SECOND)],
    )
    def test_lemke_howson_paths(self, label, end):
        assert path_equilibrium(self.game, label).strategies == end

    def test_the_negative_index_is_no_end_of_a_path(self):
        ends = {path_equilibrium(self.game, label).strategies for label in range(5)}
        assert ends == {PURE, SECOND}


class TestDegenerate:
    """The same with b_12 = 3: the first row has two best responses, a segment of equilibria."""

    game = games.load("3,3 3,3; 2,2 5,6; 0,3 6,1")
    end = ((1, 0, 0), (F(2, 3), F(1, 3)))

    def test_extreme_equilibria_and_components(self):
        solution = solvers.all_equilibria(self.game)
        assert [e.strategies for e in solution] == [PURE, self.end, SECOND]
        assert solution.components == ((0, 1), (2,))
        assert solution.component_indices == (0, 1)  # the two that merged had +1 and -1
        assert [e.index for e in solution] == [None, None, 1]
        assert solution.complete

    def test_maximal_nash_subsets(self):
        segment, point = solvers.all_equilibria(self.game).subsets
        assert segment.rows == ((1, 0, 0),)
        assert set(segment.columns) == {(1, 0), (F(2, 3), F(1, 3))}
        assert segment.members == (0, 1)
        assert (point.rows, point.columns) == ((SECOND[0],), (SECOND[1],))

    def test_the_segment_ends_there(self):
        inside = ((1, 0, 0), (F(3, 4), F(1, 4)))
        outside = ((1, 0, 0), (F(3, 5), F(2, 5)))
        assert solvers.verify.is_nash(self.game, inside)
        assert not solvers.verify.is_nash(self.game, outside)


class TestHandbook:
    """Handbook chapter: rows 0 6, 2 5, 3 3 against 1 0, 0 2, 4 3."""

    def test_three_equilibria(self):
        solution = solvers.all_equilibria(
            normal_form([[0, 6], [2, 5], [3, 3]], [[1, 0], [0, 2], [4, 3]])
        )
        assert {e.strategies for e in solution} == {
            ((0, 0, 1), (1, 0)),
            ((0, F(1, 3), F(2, 3)), (F(2, 3), F(1, 3))),
            ((F(2, 3), F(1, 3), 0), (F(1, 3), F(2, 3))),
        }
        assert sorted(solution.component_indices) == [-1, 1, 1]

    def test_degenerate_with_four_in_the_last_place(self):
        solution = solvers.all_equilibria(
            normal_form([[0, 6], [2, 5], [3, 3]], [[1, 0], [0, 2], [4, 4]])
        )
        assert {e.strategies for e in solution} == {
            ((0, 0, 1), (1, 0)),
            ((0, 0, 1), (F(2, 3), F(1, 3))),
            ((F(2, 3), F(1, 3), 0), (F(1, 3), F(2, 3))),
        }
        assert sorted(solution.component_indices) == [0, 1]
