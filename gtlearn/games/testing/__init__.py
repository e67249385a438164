"""For tests of users' own games and solvers: a checker of games, and hypothesis strategies.

    from gtlearn.games.testing import bimatrix_games, check_game

    check_game(my_game)            # raises a sentence that says which rule is broken

    @hypothesis.given(bimatrix_games(max_rows=4))
    def test_my_solver(game): ...

The strategies need hypothesis (`pip install hypothesis`); `check_game` does not.
"""

from gtlearn.games.testing.checks import check_game as check_game
from gtlearn.games.testing.strategies import bimatrix_games as bimatrix_games
from gtlearn.games.testing.strategies import iterated_games as iterated_games
from gtlearn.games.testing.strategies import markov_games as markov_games
from gtlearn.games.testing.strategies import mixed_strategies as mixed_strategies
from gtlearn.games.testing.strategies import normal_form_games as normal_form_games
from gtlearn.games.testing.strategies import payoff_numbers as payoff_numbers
from gtlearn.games.testing.strategies import strategy_profiles as strategy_profiles
from gtlearn.games.testing.strategies import tables as tables
from gtlearn.games.testing.trees import behaviour_strategies as behaviour_strategies
from gtlearn.games.testing.trees import extensive_games as extensive_games
from gtlearn.games.testing.trees import random_tree as random_tree
