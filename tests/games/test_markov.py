"""Markov games: arrays, labels, units, what is legal, and time put into the state."""

import itertools
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games.kinds.markov import unrolled
from gtlearn.games.testing import check_game, markov_games, tables

HALF = Fraction(1, 2)
PAYOFFS = [[[3, 1], [4, 2]], [[0, 0], [0, 0]]]  # a dilemma, and a state that pays nothing
MOVES = [[[[1, 0], [0, 1]], [[0, 1], [0, 1]]], [[[0, 1]] * 2] * 2]


def game(**changes):
    column = np.swapaxes(PAYOFFS, 1, 2)
    given = {"payoffs": [PAYOFFS, column], "transitions": MOVES, "discount": HALF, **changes}
    return games.markov_game(given.pop("payoffs"), given.pop("transitions"), **given)


def test_what_is_said_by_default():
    made = game()
    assert made.players == ("Row", "Column")
    assert made.states == ("0", "1")
    assert made.actions == (("1", "2"), ("1", "2"))
    assert made.start == (1, 0)
    assert (made.num_states, made.shape, made.horizon) == (2, (2, 2), None)
    assert made.legal_profiles.all()
    assert repr(made) == "MarkovGame('Markov game', 2 states, 2x2)"


@pytest.mark.parametrize(
    ("duration", "unit", "scale"),
    [
        ({"discount": HALF}, "discounted sum of rewards", 1),
        ({"horizon": 4, "discount": None}, "mean reward a step", Fraction(1, 4)),
        ({"horizon": 4, "discount": HALF}, "discounted sum of rewards", 1),
        ({"horizon": 4, "discount": None, "averaged": False}, "sum of rewards", 1),
    ],
)
def test_units(duration, unit, scale):
    made = game(**duration)
    assert (made.unit, made.scale) == (unit, scale)


def test_numbers_of_any_kind():
    exact = game(payoffs=[[[["1/2", 0.25]]]] * 2, transitions=[[[[1], ["1"]]]], start=[Fraction(1)])
    assert exact.payoffs[0][0, 0, 0] == HALF
    assert exact.payoffs[0][0, 0, 1] == Fraction(1, 4)
    assert "exact binary values" in exact.number_note
    assert type(game(horizon=np.int64(3), discount=None).horizon) is int


def test_float_probabilities_are_made_to_sum_to_one():
    tenths = [[[[0.1, 0.2, 0.7]]], [[[0.5, 0.25, 0.25]]], [[[1.0, 0.0, 0.0]]]]
    made = game(payoffs=[[[[0]]] * 3] * 2, transitions=tenths, start=[0.3, 0.3, 0.4])
    assert sum(map(Fraction, tenths[0][0][0])) != 1
    assert made.transitions[0, 0, 0, 0] == Fraction(0.1) / sum(map(Fraction, [0.1, 0.2, 0.7]))
    assert sum(made.start) == 1
    assert "divided by their sum" in made.number_note
    decimal = game(payoffs=[[[[0]]] * 3] * 2, transitions=tenths, rationalise=True)
    assert decimal.transitions[0, 0, 0, 0] == Fraction(1, 10)
    certain = [[[[0.0, 1.0]]]] * 2
    assert game(payoffs=[[[[0]]] * 2] * 2, transitions=certain).number_note == ""


def test_a_state_that_is_never_reached_is_fine():
    stay = [[[[1, 0]]], [[[0, 1]]]]
    check_game(game(payoffs=[[[[1]], [[2]]]] * 2, transitions=stay))


def test_three_players():
    made = game(payoffs=[np.zeros((1, 2, 1, 2))] * 3, transitions=np.ones((1, 2, 1, 2, 1), int))
    assert made.players == ("Player 1", "Player 2", "Player 3")
    check_game(made)


def test_zero_sum_counts_legal_profiles_only():
    row = [[[1, 5]]]
    column = [[[-1, 7]]]
    moves = [[[[1], [1]]]]
    assert not game(payoffs=[row, column], transitions=moves).is_zero_sum
    legal = [[[True]], [[True, False]]]
    assert game(payoffs=[row, column], transitions=moves, legal=legal).is_zero_sum
    third = game(payoffs=[np.zeros((1, 1, 1, 1))] * 3, transitions=np.ones((1, 1, 1, 1, 1), int))
    assert not third.is_zero_sum


def test_what_is_not_legal_needs_no_transitions():
    legal = [np.array([[True, True], [True, False]]), np.array([[True, True], [True, False]])]
    moves = [MOVES[0], [[[0, 1], [0, 0]], [[0, 0], [0, 0]]]]
    made = game(transitions=moves, legal=legal)
    expected = np.ones((2, 2, 2), bool)
    expected[1] = [[True, False], [False, False]]
    assert np.array_equal(made.legal_profiles, expected)
    check_game(made)
    with pytest.raises(InputError, match="from state '1' under the actions 1, 2 sum to 0"):
        game(transitions=moves)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"horizon": 0}, "the horizon of Markov game is 0; give a positive number of steps"),
        ({"horizon": -3}, "is -3; give a positive"),
        ({"horizon": True}, "is True; give a positive"),
        ({"horizon": 2.0}, "is 2.0; give a positive"),
        ({"horizon": 10**9}, "is 1000000000; give at most 10"),
        ({"horizon": -(10**5000)}, "give a positive number of steps"),
        ({"discount": 1}, r"the discount of Markov game is 1; give one in \[0, 1\), or a horizon"),
        ({"discount": None}, r"is 1; give one in \[0, 1\), or a horizon"),
        ({"discount": "-1/2"}, "is -1/2"),
        ({"discount": 1.5, "horizon": 2}, r"is 3/2; give one in \[0, 1\]$"),
        ({"discount": "x"}, "'x' is not a number"),
        ({"averaged": True}, "cannot be valued by its mean payoff a step"),
        ({"payoffs": [PAYOFFS]}, "1 payoff array"),
        ({"payoffs": [PAYOFFS[0]] * 2}, "2 dimension.* one axis for the states"),
        ({"payoffs": [PAYOFFS, PAYOFFS[:1]]}, r"payoffs of 'Column' .* shape \[1, 2, 2\]; give"),
        ({"transitions": MOVES[:1]}, r"transitions of Markov game have shape \[1, 2, 2, 2\]; give"),
        ({"transitions": [[[[1]] * 2] * 2] * 2}, r"have shape \[2, 2, 2, 1\]"),
        ({"start": 2}, "there is no state 2 to start in; give one below 2"),
        ({"start": [1]}, r"the start has shape \[1\]; give one probability for each of the 2"),
        ({"start": ["1/2", "1/3"]}, "start probabilities of Markov game sum to 5/6; make them sum"),
        ({"start": [2, -1]}, "the probability of '1' is -1; give none below 0"),
        ({"states": ["a"]}, "have shape"),
        ({"states": ["a", "a"]}, "'a' is given to more than one state"),
        ({"players": ["a", ""]}, "empty label"),
        ({"players": ["a"]}, "has 1 player"),
        ({"players": ["a", "b", "c"]}, "has 3 players but actions for 2"),
        ({"actions": [["a", "a"], ["b", "c"]]}, "more than one action of player 'Row'"),
        ({"actions": [[], ["b", "c"]]}, "player 'Row' of Markov game has no action"),
        ({"legal": [[[1, 1], [0, 0]], [[1, 1], [1, 1]]]}, "'Row' .* a legal action in every state"),
        ({"legal": [[[1, 1]]] * 2}, r"of truth values of shape \[2, 2\]"),
        ({"legal": [[[1, 1], [1, 1]]]}, "2 players but says what is legal for 1"),
    ],
)
def test_bad_input_gets_one_sentence(changes, message):
    with pytest.raises(InputError, match=message) as caught:
        game(**changes)
    assert "\n" not in str(caught.value)


def test_a_row_that_does_not_sum_to_one_is_named():
    moves = np.array(MOVES, dtype=object)
    moves[0, 1, 0] = ["1/3", "1/3"]
    labels = {"states": ["boom", "bust"], "actions": [["high", "low"]] * 2}
    with pytest.raises(InputError, match="state 'boom' under the actions low, high sum to 2/3"):
        game(transitions=moves, **labels)
    moves[0, 1, 0] = ["-1/3", "4/3"]
    with pytest.raises(InputError, match="low, high: the probability of 'boom' is -1/3"):
        game(transitions=moves, **labels)


def test_games_that_are_too_large_are_refused_before_they_are_built():
    many = np.zeros((5000, 1, 1))
    with pytest.raises(InputError, match="needs 5000 x 1 x 1 x 5000 transition probabilities"):
        game(payoffs=[many] * 2)
    with pytest.raises(InputError, match="too many states and steps"):
        unrolled(game(discount=None, horizon=2000))
    with pytest.raises(InputError, match="has no horizon"):
        unrolled(game())


def value(made, strategies):
    """The expected sum of discounted payoffs by enumerating every history of the game."""
    total = [Fraction(0)] * made.num_players
    starts = [((s,), p) for s, p in enumerate(made.start) if p]
    for step in range(made.horizon):
        ends = []
        for path, chance in starts:
            s = path[-1]
            for profile in itertools.product(*map(range, made.shape)):
                p = chance
                for k, action in enumerate(profile):
                    p *= strategies[k](step, s)[action]
                if not p:
                    continue
                for k, array in enumerate(made.payoffs):
                    total[k] += p * made.discount**step * array[(s, *profile)]
                row = [made.transitions[(s, *profile, t)] for t in range(made.num_states)]
                ends += [((*path, t), p * q) for t, q in enumerate(row) if q]
        starts = ends
    return [made.scale * part for part in total]


@given(st.data())
def test_a_table_of_the_unrolled_game_is_one_that_sees_the_time(data):
    made = data.draw(markov_games(max_states=2, max_actions=2, max_horizon=3, finite=True))
    timed = unrolled(made)
    assert timed.num_states == made.num_states * made.horizon
    check_game(timed)
    chosen = [data.draw(tables(timed, k)) for k in range(2)]
    stationary = [lambda _, s, table=table: table[s] for table in chosen]
    n = made.num_states
    seeing = [lambda t, s, table=table: table[t * n + s] for table in chosen]
    assert value(timed, stationary) == value(made, seeing)


@given(markov_games(num_players=3, max_actions=2))
def test_drawn_games_pass_the_checker(made):
    check_game(made)


@given(markov_games(zero_sum=True, illegal=False, finite=False))
def test_drawn_games_are_as_asked_for(made):
    assert made.is_zero_sum
    assert made.horizon is None
    assert made.legal_profiles.all()


@given(st.data())
def test_drawn_tables_play_legal_actions(data):
    made = data.draw(markov_games())
    table = data.draw(tables(made, 1))
    for row, mask in zip(table, made.legal[1], strict=True):
        assert sum(row) == 1
        assert all(p == 0 for p, legal in zip(row, mask, strict=True) if not legal)


def test_the_checker_names_what_is_broken():
    good = game()
    with pytest.raises(InputError, match="an array of truth values"):
        check_game(replace(good, legal=tuple(mask.astype(int) for mask in good.legal)))
    with pytest.raises(InputError, match="are no Fractions"):
        check_game(replace(good, start=(1.0, 0.0)))
    with pytest.raises(InputError, match="not non-empty strings"):
        check_game(replace(good, states=(1, 2)))
