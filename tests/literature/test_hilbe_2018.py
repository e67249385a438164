"""Hilbe, Simsa, Chatterjee & Nowak (2018), Evolution of cooperation in stochastic games, Nature."""

from fractions import Fraction

import numpy as np

from gtlearn import games


def test_figure_2_benefits_and_transitions():
    """Two donation games, b1 = 2, b2 = 1.2, c = 1; only mutual cooperation leads to the first."""
    game = games.load("stochastic_dilemma")
    for s, benefit in enumerate((2, Fraction(6, 5))):
        assert game.payoffs[0].fractions()[s].tolist() == [[benefit - 1, -1], [benefit, 0]]
        assert np.array_equal(game.payoffs[1].fractions()[s], game.payoffs[0].fractions()[s].T)
        follows = game.transitions.numerators[s].argmax(axis=-1)
        assert follows.tolist() == [[0, 1], [1, 1]]


def test_defection_dominates_in_each_state_alone():
    game = games.load("stochastic_dilemma")
    row = game.payoffs[0].fractions()
    assert (row[:, 1, :] > row[:, 0, :]).all()
