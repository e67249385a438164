"""The exact check of a learned commitment: what is played counts."""

from fractions import Fraction

import numpy as np
import pytest

from gtlearn import games
from gtlearn.learning.stackelberg.game import leader_game, pure_tables
from gtlearn.learning.stackelberg.verified import best_commitment, verified

DILEMMA = leader_game(games.iterated("prisoners_dilemma", horizon=10))
TIT_FOR_TAT = pure_tables(np.array([0, 0, 1, 0, 1]), 2)
DEFECT = pure_tables(np.ones(5, dtype=int), 2)


def checked(game, leader, follower, follower_class, *, mixes=False):
    best = best_commitment(game, follower_class, mixes=mixes)
    return verified(game, leader, follower, follower_class, best)


def test_tit_for_tat_in_the_dilemma():
    # The best answer cooperates until the last step: 9 x 3 + 1 for the leader, 9 x 3 + 4 for the
    # follower. One that always defects gets 4 once and 2 nine times, 22.
    found = checked(DILEMMA, TIT_FOR_TAT, DEFECT, "optimal")
    assert (found.strong, found.weak) == (Fraction(28, 10), Fraction(28, 10))
    assert found.exact == found.bound == Fraction(29, 10)
    assert found.gap == Fraction(1, 10)
    assert found.with_learned == Fraction(1 + 9 * 2, 10)
    assert found.regret == Fraction(31 - 22, 10)


def test_the_class_of_the_follower_matters():
    # A stationary follower cannot defect in the last step alone, and is repaid to the end.
    found = checked(DILEMMA, TIT_FOR_TAT, pure_tables(np.zeros(5, dtype=int), 2), "stationary")
    assert (found.strong, found.exact, found.regret) == (3, Fraction(31, 10), 0)


def test_a_leader_that_mixes_is_held_to_the_best_that_mixes():
    half = np.array([[0, 1], [0.5, 0.5], [0, 1], [0.5, 0.5], [0, 1]])
    found = checked(DILEMMA, half, DEFECT, "optimal", mixes=True)
    assert (found.strong, found.weak) == (Fraction(67, 20), 2)
    assert (found.exact, found.gap) == (Fraction(67, 20), 0)


@pytest.mark.parametrize("leader", [0, 1])
def test_either_player_may_lead(leader):
    game = leader_game(games.iterated("battle_of_the_sexes", horizon=1), leader)
    first = pure_tables(np.full(game.num_states, leader), 2)
    found = checked(game, first, first, "optimal")
    assert (found.strong, found.exact, found.regret) == (2, 2, 0)


def test_where_tables_are_too_many_to_try_there_is_a_bound_but_no_exact_value():
    # Shapley's game pays both players 1 together at most, and the leader never more than 1.
    game = leader_game(games.iterated("shapley", horizon=2))
    best = best_commitment(game, "stationary", mixes=False)
    assert best.exact is None and 0 < best.bound <= 1
    first = pure_tables(np.zeros(game.num_states, dtype=int), 3)
    found = verified(game, first, first, "stationary", best)
    assert found.gap == best.bound - found.strong >= 0
    assert found.to_json(game)["exact_value"] is None
