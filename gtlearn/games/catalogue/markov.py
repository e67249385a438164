"""Markov games of the literature; none has a horizon, and the discount is a parameter."""

from __future__ import annotations

from fractions import Fraction

from gtlearn.games.catalogue.entry import Entry
from gtlearn.games.kinds.markov.building import markov_game
from gtlearn.games.kinds.markov.game import MarkovGame


def _big_match(discount: Fraction = Fraction(9, 10)) -> MarkovGame:
    """States: open, then for ever what the day on which the row player stopped was worth."""
    digits = ("0", "1")
    payoffs = [[[1, 0], [0, 1]], [[0, 0], [0, 0]], [[1, 1], [1, 1]]]
    stay = ([1, 0, 0], [0, 1, 0], [0, 0, 1])
    transitions = [[[stay[0]] * 2, [stay[1], stay[2]]], [[stay[1]] * 2] * 2, [[stay[2]] * 2] * 2]
    opposed = [[[-v for v in row] for row in matrix] for matrix in payoffs]
    return markov_game(
        [payoffs, opposed],
        transitions,
        discount=discount,
        states=("open", "lost", "won"),
        actions=(digits, digits),
    )


def _stochastic_dilemma(
    b1: Fraction = Fraction(2),
    b2: Fraction = Fraction(6, 5),
    c: Fraction = Fraction(1),
    discount: Fraction = Fraction(24, 25),
) -> MarkovGame:
    """A donation game whose benefit is b1 after mutual cooperation and at the start, else b2."""
    row = [[[b - c, -c], [b, Fraction(0)]] for b in (b1, b2)]
    column = [[[m[j][i] for j in (0, 1)] for i in (0, 1)] for m in row]
    good, poor = [1, 0], [0, 1]
    return markov_game(
        [row, column],
        [[[good, poor], [poor, poor]]] * 2,
        discount=discount,
        states=("1", "2"),
        actions=(("C", "D"), ("C", "D")),
    )


MARKOV_GAMES = (
    Entry(
        "big_match",
        "Markov game, zero-sum: predict the other's bit each day; predicting 1 fixes that day's "
        "outcome for ever",
        "Gillette (1957), Stochastic Games with Zero Stop Probabilities, Annals of Mathematics "
        "Studies 39; Blackwell & Ferguson (1968), The Big Match, Annals of Mathematical Statistics "
        "39",
        _big_match,
    ),
    Entry(
        "stochastic_dilemma",
        "Markov game: mutual cooperation leads to a richer dilemma, anything else to a poorer one",
        "Hilbe, Simsa, Chatterjee & Nowak (2018), Evolution of cooperation in stochastic games, "
        "Nature 559, Figure 2 (the discount is not theirs: they take the limit)",
        _stochastic_dilemma,
    ),
)
