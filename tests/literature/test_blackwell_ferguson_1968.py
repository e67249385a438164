"""Blackwell & Ferguson (1968), The Big Match, Annals of Mathematical Statistics 39, 159-163."""

from fractions import Fraction

import pytest

from gtlearn import games


@pytest.mark.parametrize("discount", [Fraction(1, 2), Fraction(9, 10), Fraction(999, 1000)])
def test_every_discount_is_worth_a_half_a_day(discount):
    """Shapley's equation in the open state, solved by the value 1/2 a day.

    The column player mixes equally. The row player stops with a probability p that makes it
    indifferent too: 1/2 = (1 - p)(1 - d + d/2) = (1 - p) d/2 + p, in units of a day.
    """
    game = games.load(f"big_match(discount={discount})")
    assert game.is_zero_sum
    days = 1 / (1 - discount)
    worth = {"open": days / 2, "won": days, "lost": Fraction(0)}
    values = [worth[label] for label in game.states]
    for s, label in enumerate(game.states):
        auxiliary = [
            [
                game.payoffs[0][s, i, j]
                + discount * sum(game.transitions[s, i, j, t] * v for t, v in enumerate(values))
                for j in (0, 1)
            ]
            for i in (0, 1)
        ]
        if label != "open":
            assert auxiliary == [[worth[label]] * 2] * 2
            continue
        (a, b), (c, d) = auxiliary
        stop = (a - b) / (a - b - c + d)
        assert [(1 - stop) * a + stop * c, (1 - stop) * b + stop * d] == [days / 2] * 2
        assert [(a + b) / 2, (c + d) / 2] == [days / 2] * 2
        assert stop == (1 - discount) / (2 - discount)
