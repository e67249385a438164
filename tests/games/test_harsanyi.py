"""Bayesian games with types on every side: their JSON, and what is refused of it."""

import copy
import json
from fractions import Fraction

import pytest

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games.testing import check_game

BATTLE = {
    "schema": "gtlearn/bayesian/1",
    "name": "battle",
    "players": ["Row", "Column"],
    "types": [{"only": ["B", "S"]}, {"meets": ["B", "S"], "avoids": ["B", "S"]}],
    "prior": [
        {
            "types": ["only", "meets"],
            "probability": "1/2",
            "payoffs": [[[2, 0], [0, 1]], [[1, 0], [0, 2]]],
        },
        {
            "types": ["only", "avoids"],
            "probability": "1/2",
            "payoffs": [[[2, 0], [0, 1]], [[0, 2], [1, 0]]],
        },
    ],
}


def load(change=lambda data: None):
    data = copy.deepcopy(BATTLE)
    change(data)
    return games.load(json.dumps(data))


def test_json_keeps_the_game():
    game = load()
    assert game.marginals == ((1,), (Fraction(1, 2), Fraction(1, 2)))
    assert game.profiles[1].payoffs[1][0, 1] == 2
    assert games.load(games.dumps(game)).fingerprint == game.fingerprint
    check_game(game)
    check_game("first_price_private_values(players=3)")


def test_types_may_stand_under_the_players_labels():
    def by_label(data):
        data["types"] = dict(zip(data.pop("players"), data["types"], strict=True))

    assert load(by_label).fingerprint == load().fingerprint


def test_another_prior_is_another_game():
    def other(data):
        data["prior"][0]["probability"], data["prior"][1]["probability"] = "1/3", "2/3"

    assert load(other).fingerprint != load().fingerprint


def test_types_of_one_player_may_have_different_actions():
    game = games.bayesian_game(
        [{"t": "ab"}, {"few": "c", "many": "cde"}],
        {("t", "few"): "1/4", ("t", "many"): "3/4"},
        lambda types, actions: (1, 2),
    )
    assert [profile.payoffs[0].shape for profile in game.profiles] == [(2, 1), (2, 3)]
    check_game(game)


def put(*path, value):
    def change(data):
        for key in path[:-1]:
            data = data[key]
        data[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (put("prior", 0, "probability", value="1/3"), "sums to 5/6; make it sum to 1"),
        (put("prior", 0, "probability", value="-1/2"), "must be nonnegative"),
        (put("prior", 0, "probability", value="x"), "'x' is not a number"),
        (put("types", 0, "only", value=[]), "type 'only' of 'Row' of 'battle' has no action"),
        (put("types", 0, value={}), "player 0 has no type"),
        (put("types", value={"Row": {"only": ["B", "S"]}}), "has none of 'Column'"),
        (put("types", value=5), "must be one object a player"),
        (put("types", 0, "only", value=["B", "B"]), "make labels unique"),
        (put("prior", 0, "types", value=["only", "meet"]), "did you mean meets?"),
        (put("prior", 0, "types", value=["only"]), "names 1 types for 2 players"),
        (put("prior", 1, "types", value=["only", "meets"]), "twice in its prior"),
        (put("prior", 0, "payoffs", value=[[[1, 2]], [[1, 2]]]), "have shape [1, 2]"),
        (put("prior", 0, "payoffs", value=[[[1, 2], [3, 4]]]), "payoffs of 1 players, not of 2"),
        (put("prior", 0, value={"types": ["only", "meets"]}), 'has no "probability"'),
        (put("prior", value=[]), "sums to 0"),
        (put("beliefs", value=1), "unknown key 'beliefs'"),
        (lambda data: data.pop("prior"), 'has no "prior"'),
        (lambda data: data.pop("types"), 'has no "types"'),
    ],
)
def test_bad_input_gets_a_sentence(change, said):
    with pytest.raises(InputError) as error:
        load(change)
    assert said in str(error.value) and "\n" not in str(error.value)


def test_two_bidders_have_the_same_auction_in_plans_and_in_types():
    types = games.load("first_price_private_values(values=2,maximum=1,form=types)")
    plans = games.load("first_price_private_values(values=2,maximum=1)")
    expected = sum(p.probability * p.payoffs[0][p.types] for p in types.profiles)
    truthful = plans.actions[0].index("0 1")  # bids its value, the number of its type
    assert plans.payoff(0, (truthful, truthful)) == expected
