"""Symmetric games by counts of actions, and in normal form."""

from fractions import Fraction
from itertools import permutations
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games.kinds.symmetric import counts_of
from gtlearn.games.testing import check_game


@st.composite
def symmetric_games(draw, max_players=4, max_actions=3):
    players = draw(st.integers(2, max_players))
    actions = draw(st.integers(1, max_actions))
    size = actions * comb(players + actions - 2, actions - 1)
    numbers = iter(draw(st.lists(st.fractions(-9, 9), min_size=size, max_size=size)))
    labels = [f"action {k}" for k in range(actions)]
    return games.symmetric_game(lambda own, others: next(numbers), players=players, actions=labels)


@given(symmetric_games())
@settings(max_examples=50)
def test_the_normal_form_is_symmetric_and_leads_back(game):
    normal = game.normal_form()
    assert normal.is_symmetric
    again = games.symmetric_form(normal)
    assert again.fingerprint == game.fingerprint
    for moved in permutations(range(game.num_players)):
        assert normal.payoffs[moved[0]].numerators.transpose(moved).tolist() == (
            normal.payoffs[0].numerators.tolist()
        )


@given(symmetric_games())
@settings(max_examples=50)
def test_json_gives_back_the_same_game(game):
    check_game(game)
    again = games.loads(games.dumps(game, "json"), "json")
    assert again.fingerprint == game.fingerprint
    assert again.payoffs == game.payoffs


@pytest.mark.parametrize(("players", "actions"), [(0, 3), (1, 1), (4, 2), (5, 3), (3, 4)])
def test_counts(players, actions):
    counts = counts_of(players, actions)
    assert len(set(counts)) == len(counts) == comb(players + actions - 1, actions - 1)
    assert list(counts) == sorted(counts, reverse=True)
    assert all(sum(each) == players and len(each) == actions for each in counts)


def test_one_changed_payoff_is_seen():
    game = games.load("public_goods(players=4)")
    assert game.is_symmetric
    for player in range(4):
        arrays = [array.fractions() for array in game.payoffs]
        arrays[player][0, 1, 0, 1] += 1
        other = games.normal_form(*arrays, actions=game.actions)
        assert not other.is_symmetric
        with pytest.raises(InputError, match="not symmetric"):
            games.symmetric_form(other)


def test_the_first_asymmetry_is_named():
    pennies = games.load("matching_pennies")
    with pytest.raises(InputError, match=r"at \(H, H\) 'Column' earns -1, .* 'Row' earns 1$"):
        games.symmetric_form(pennies)
    with pytest.raises(InputError, match="'Column' has other actions than 'Row'"):
        games.symmetric_form(games.normal_form([[1, 2, 3], [4, 5, 6]], [[1, 2, 3], [4, 5, 6]]))


def test_an_asymmetry_among_the_others_is_named():
    """Each player earns as the first where they swap, who cares which of the others plays."""
    first = np.zeros((2, 2, 2), dtype=int)
    first[0, 0, 1] = 1
    game = games.normal_form(first, first.swapaxes(0, 1), first.swapaxes(0, 2))
    told = r"at \(1, 1, 2\) 'Player 1' earns 1, but where 'Player 2' and 'Player 3' swap their"
    with pytest.raises(InputError, match=told):
        games.symmetric_form(game)


@pytest.mark.parametrize("players", [10, 11])
def test_what_a_gift_is_worth_to_its_giver(players):
    """It costs 1 and returns the multiplier, shared by all."""
    game = games.load(f"public_goods(players={players},multiplier=3)")
    assert isinstance(game, games.SymmetricGame) == (players == 11)
    table = games.symmetric_form(game) if players == 10 else game
    gains = {table.payoffs[1, k] - table.payoffs[0, k] for k in range(players)}
    assert gains == {Fraction(3, players) - 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"schema": "gtlearn/symmetric/1", "players": 3, "payoffs": [[1]]}', '"actions" is miss'),
        (
            '{"schema": "gtlearn/symmetric/1", "players": 3, "actions": ["a", "b"], '
            '"payoffs": [[1, 2], [3, 4]]}',
            r"shape \[2, 2\], not \[2, 3\]",
        ),
        (
            '{"schema": "gtlearn/symmetric/1", "players": 1, "actions": ["a"], "payoffs": [[1]]}',
            "1 player",
        ),
        (
            '{"schema": "gtlearn/symmetric/1", "players": 99999, "actions": ["a", "b", "c"], '
            '"payoffs": [[1]]}',
            "too many counts",
        ),
    ],
)
def test_bad_json(text, message):
    with pytest.raises(InputError, match=message):
        games.loads(text, "json")


def test_a_large_normal_form_is_refused():
    with pytest.raises(InputError, match=r"2\^100 profiles"):
        games.load("public_goods(players=100)", reduced=True)
