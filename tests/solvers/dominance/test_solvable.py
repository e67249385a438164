"""Games that strict dominance solves, against elimination by linear programs and by brute force."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtlearn import games, solvers
from gtlearn.solvers._dominance.elimination import dominance
from gtlearn.solvers._dominance.solvable import dominance_solution


def test_a_mixture_that_dominates_solves_the_game():
    """Fudenberg & Tirole (1991), Figure 1.2: (1/2, 0, 1/2) dominates M, then L is better for U."""
    game = games.normal_form([[2, -1], [0, 0], [-1, 2]], [[1, 0], [1, 0], [1, 0]])
    assert dominance_solution(game) == (0, 0)
    shifted = games.normal_form([[2, -1], [1, 1], [-1, 2]], [[1, 0], [1, 0], [1, 0]])
    assert dominance_solution(shifted) == (0, 0)  # by columns first


@pytest.mark.parametrize(
    ("name", "solution"),
    [
        ("prisoners_dilemma", (1, 1)),
        ("deadlock", (1, 1)),
        ("harmony", (0, 0)),
        ("stag_hunt", None),
        ("matching_pennies", None),
        ("rock_paper_scissors", None),
    ],
)
def test_games_of_the_catalogue(name, solution):
    assert dominance_solution(games.load(name)) == solution


def test_a_weakly_dominated_action_is_not_removed():
    assert dominance_solution(games.normal_form([[1, 1], [1, 0]], [[1, 0], [0, 1]])) is None


@given(st.lists(st.integers(0, 4), min_size=18, max_size=18))
def test_three_actions_agree_with_linear_programs(numbers):
    """With three actions a mixture of two others is every mixture there is."""
    row, column = np.array(numbers).reshape(2, 3, 3)
    game = games.normal_form(row, column)
    kept = dominance(game).surviving
    single = tuple(actions[0] for actions in kept) if sum(map(len, kept)) == 2 else None
    assert dominance_solution(game) == single
    if single is not None:
        (equilibrium,) = solvers.solve(game, find="all")
        assert tuple(s.index(1) for s in equilibrium.strategies) == single


@given(st.lists(st.integers(0, 2), min_size=24, max_size=24))
def test_three_players(numbers):
    payoffs = np.array(numbers).reshape(3, 2, 2, 2)
    game = games.normal_form(*payoffs)
    single = dominance_solution(game)
    kept = dominance(game).surviving
    assert (single is None) == (sum(map(len, kept)) > 3)
    if single is not None:
        assert solvers.pure_equilibria(game) == [single]
