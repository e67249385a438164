"""What the two checks at the end of a run say, and that a disagreement is said."""

from fractions import Fraction

import numpy as np
import pytest

from gtlearn import games
from gtlearn.learning.stackelberg.game import leader_game, pure_tables
from gtlearn.learning.stackelberg.verified import PostTraining, best_commitment, findings, verified

DILEMMA = leader_game(games.iterated("prisoners_dilemma", horizon=10))
BEST = best_commitment(DILEMMA, "optimal", mixes=False)
TIT_FOR_TAT = pure_tables(np.array([0, 0, 1, 0, 1]), 2)
COOPERATE, DEFECT = (pure_tables(np.full(5, action), 2) for action in (0, 1))
TENTH = Fraction(1, 10)


def said(answer, gain, seemed=None, leader=TIT_FOR_TAT):
    outcome = verified(DILEMMA, leader, answer, "optimal", BEST)
    return " ".join(findings(outcome, PostTraining(50, Fraction(0), gain), seemed))


def test_both_checks_agree_on_a_fault():
    # Against tit for tat, 9 x 3 + 4 is best and always cooperating earns 30: 0.1 a step is lost.
    text = said(COOPERATE, TENTH)
    assert "worth 2.8; the best deterministic one is worth 2.9" in text
    assert "worse than it could, by 0.1, and gives the leader 3" in text
    assert "gain it 0.1" in text and "both checks agree" in text


@pytest.mark.parametrize("gain", [0, Fraction(-1, 5)])
def test_further_training_that_finds_no_fault_is_contradicted(gain):
    text = said(COOPERATE, Fraction(gain))
    assert "gain it nothing" in text and "DISAGREE" in text
    assert not PostTraining(50, Fraction(0), Fraction(gain)).agrees(TENTH)


def test_an_exact_follower_and_no_gain_agree():
    text = said(DEFECT, Fraction(0), leader=DEFECT)
    assert "by a best response" in text and "both checks agree" in text


def test_ties_are_named():
    # In a game where nothing matters to the follower, it may give the leader anything.
    game = leader_game(games.iterated(games.load("2,0 0,0; 2,0 0,0"), horizon=1))
    first, second = (pure_tables(np.full(game.num_states, a), 2) for a in (0, 1))
    best = best_commitment(game, "optimal", mixes=False)
    outcome = verified(game, first, second, "optimal", best)
    text = " ".join(findings(outcome, PostTraining(0, Fraction(0), Fraction(0)), None))
    assert "worth 2, and 0 where the follower breaks ties against it" in text
    assert "with ties broken so that the leader gets 0" in text
    assert "more iterations" not in text


def test_what_seems_more_than_any_commitment_is_named():
    assert "more than any commitment can" in said(COOPERATE, TENTH, seemed=3.0)
    assert "more than any commitment can" not in said(COOPERATE, TENTH, seemed=2.9)
