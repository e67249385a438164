"""Markov games as JSON: the form that people write, the form of arrays, and what is wrong."""

import json
from fractions import Fraction

import pytest
from hypothesis import given

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games import MarkovGame
from gtlearn.games.testing import check_game, iterated_games, markov_games

MARKET = {
    "schema": "gtlearn/markov-game/1",
    "name": "market",
    "players": ["Incumbent", "Entrant"],
    "states": ["boom", "bust"],
    "actions": [["high", "low"], ["high", "low"]],
    "payoffs": {"boom": "4,4 1,5; 5,1 2,2", "bust": "2,2 0,3; 3,0 1/3,1"},
    "transitions": {
        "boom": {"high": {"high": "boom", "low": {"boom": "1/2", "bust": 0.5}}, "low": "bust"},
        "bust": {"high": "boom", "*": {"*": {"boom": "0.25", "bust": "3/4"}}},
    },
    "discount": 0.9,
}
BOOM, BUST, HALF, POOR = [1, 0], [0, 1], ["1/2", "1/2"], ["1/4", "3/4"]
DENSE = {
    "payoffs": [
        [[[4, 1], [5, 2]], [[2, 0], [3, "1/3"]]],
        [[[4, 5], [1, 2]], [[2, 3], [0, 1]]],
    ],
    "transitions": [[[BOOM, HALF], [BUST, BUST]], [[BOOM, BOOM], [POOR, POOR]]],
    "discount": "9/10",
}


def load(value):
    return games.loads(json.dumps(value), "json")


def market(**changes):
    value = {key: part for key, part in {**MARKET, **changes}.items() if part is not None}
    return load(value)


def parts(game):
    return (
        game.shape,
        game.start,
        game.horizon,
        game.discount,
        game.averaged,
        [array.fractions().tolist() for array in game.payoffs],
        game.transitions.fractions().tolist(),
    )


def test_the_form_that_people_write():
    game = market()
    assert isinstance(game, MarkovGame)
    assert (game.name, game.players, game.states) == (
        "market",
        *map(tuple, (MARKET[k] for k in ("players", "states"))),
    )
    assert game.payoffs[0][1, 1, 1] == Fraction(1, 3)
    assert game.transitions[0, 0, 1, 1] == Fraction(1, 2)
    assert game.discount == Fraction(9, 10)
    check_game(game)


def test_the_form_that_arrays_have():
    game = load(DENSE)
    assert (game.name, game.players, game.states) == ("game", ("Row", "Column"), ("0", "1"))
    assert parts(game) == parts(market())


def test_what_is_written_by_state():
    """Numbers for all, one number a player, and one nested list a player."""
    stages = {
        "boom": [[[1, 2], [3, 4]], [[5, 6], [7, 8]]],
        "bust": [1, "-1/2"],
        "over": 0,
    }
    follows = {"boom": "bust", "bust": {"high": {"*": "over"}, "low": "bust"}, "over": "over"}
    game = market(states=None, payoffs=stages, transitions=follows)
    assert game.states == ("boom", "bust", "over")
    assert game.payoffs[1].fractions()[1].tolist() == [[Fraction(-1, 2)] * 2] * 2
    assert not game.payoffs[0].fractions()[2].any()
    assert game.transitions[1, 0, 1, 2] == 1
    check_game(game)


def test_zero_sum_and_symmetric_texts():
    text = json.dumps({**MARKET, "payoffs": {"boom": "1 -1; -1 1", "bust": "0 2; 3 0"}})
    opposed = games.loads(text, "json", zero_sum=True)
    assert opposed.is_zero_sum
    same = games.loads(text, "json", symmetric=True)
    assert same.payoffs[1][1, 0, 1] == 3
    with pytest.raises(InputError, match="state 'boom': one payoff matrix can be meant"):
        games.loads(text, "json")
    for value in (DENSE, {**MARKET, "payoffs": {"boom": 1, "bust": 0}}):
        with pytest.raises(InputError, match="zero_sum is for a single payoff matrix"):
            games.loads(json.dumps(value), "json", zero_sum=True)


def test_start_legal_horizon_and_mean():
    game = market(
        start={"boom": "1/3", "bust": "2/3"},
        legal={"bust": {"Entrant": ["low"]}},
        horizon=5,
        discount=None,
        averaged=False,
    )
    assert game.start == (Fraction(1, 3), Fraction(2, 3))
    assert game.legal[1].tolist() == [[True, True], [False, True]]
    assert (game.horizon, game.discount, game.averaged) == (5, 1, False)
    assert market(horizon=5.0).horizon == 5
    check_game(game)
    assert market(start="bust").start == (0, 1)
    assert market(start=["1/2", "1/2"]).start == (Fraction(1, 2), Fraction(1, 2))
    masks = market(legal=[[[True, True], [True, False]], [[True, True], [True, True]]])
    assert masks.legal[0].tolist() == [[True, True], [True, False]]


def test_what_is_not_legal_may_be_left_out():
    follows = {"boom": "bust", "bust": {"high": {"low": "boom"}, "low": {"low": "bust"}}}
    game = market(legal={"bust": {"Entrant": ["low"]}}, transitions=follows)
    assert game.transitions[1, 0, 1, 0] == 1
    with pytest.raises(InputError, match=r"'bust' under high: nothing is said for .* 'high'"):
        market(transitions=follows)


def test_an_action_may_be_called_star():
    game = market(
        actions=[["*", "low"], ["high", "low"]],
        transitions={"boom": {"*": "boom", "low": "bust"}, "bust": "bust"},
    )
    assert game.transitions[0, 1, 0, 1] == 1
    check_game(game)


def test_three_players():
    cube = [[[1, 2]], [[3, 4]]]
    game = load({"payoffs": {"a": [cube, cube, 0]}, "transitions": {"a": "a"}, "discount": 0.5})
    assert game.shape == (2, 1, 2)
    assert game.players == ("Player 1", "Player 2", "Player 3")
    check_game(game)


def test_what_is_written_is_readable():
    text = games.dumps(market())
    assert '"boom": "4,4 1,5; 5,1 2,2"' in text
    assert '"low": {"boom": "1/2", "bust": "1/2"}' in text
    assert '"low": "bust"' in text
    assert '"*": {"boom": "1/4", "bust": "3/4"}' in text


def test_an_iterated_game_is_written_as_its_markov_game(tmp_path):
    game = games.load("gtlearn_iterated(stage=ipd_meta_mapg,discount=24/25)")
    games.save(game, tmp_path / "ipd.json")
    again = games.load(tmp_path / "ipd.json")
    assert parts(again) == parts(game.markov)
    assert (again.name, again.states, again.source) == (game.name, game.states, game.stage.source)
    for format in ("nfg", "csv"):
        with pytest.raises(InputError, match="a Markov game cannot be written as"):
            games.dumps(game, format)


@given(markov_games(max_states=3))
def test_round_trip(game):
    again = games.loads(games.dumps(game), "json")
    assert parts(again)[1:5] == parts(game)[1:5]
    assert games.dumps(again) == games.dumps(game)


@given(iterated_games(max_memory=2))
def test_round_trip_of_iterated_games(game):
    assert parts(games.loads(games.dumps(game), "json")) == parts(game.markov)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schema": "gtlearn/markov-game/2"}, "its schema is 'gtlearn/markov-game/2', not"),
        ({"payoffs": None}, 'the key "payoffs" is missing'),
        ({"transitions": None}, 'the key "transitions" is missing'),
        ({"payofs": 1}, "unknown key 'payofs'"),
        ({"payoffs": "4,4"}, "must be an object or nested lists, not '4,4'"),
        ({"payoffs": {"boom": 1}}, "state 'bust' has no payoffs; give some, or 0"),
        ({"payoffs": {"boom": 1, "bust": 0, "bost": 0}}, "'bost' is no state; did you mean b"),
        ({"payoffs": {"boom": "1,x", "bust": 0}}, "the payoffs in state 'boom': column 3: 'x'"),
        ({"payoffs": {"boom": "1,1", "bust": 0}}, "'boom' are those of 2 .* give each of the 2"),
        ({"payoffs": {"boom": [1, 2, 3], "bust": 0}}, "are those of 3 player"),
        ({"payoffs": {"boom": {}, "bust": 0}}, "the payoffs in state 'boom': the number: .*dict"),
        ({"payoffs": {"boom": 1, "bust": 0}, "actions": None}, 'give "actions", one list a player'),
        ({"payoffs": [[[[1]]], [[[1]]]]}, "but labels are given for 2 states and 2 x 2 actions"),
        ({"payoffs": [[[[1]]]]}, "must be one nested list a player, at least two"),
        ({"payoffs": []}, "must be one nested list a player"),
        ({"payoffs": [1, 2]}, "must be one nested list a player"),
        ({"payoffs": {}}, "state 'boom' has no payoffs"),
        ({"transitions": 3}, '"transitions" must be an object or nested lists, not 3'),
        ({"transitions": {"boom": "boom"}}, "state 'bust' has no transitions; name its next state"),
        (
            {"transitions": {"boom": "bost", "bust": "bust"}},
            "from state 'boom': 'bost' is no state",
        ),
        ({"transitions": {"boom": 1, "bust": "bust"}}, "'boom': write an object or a state, not 1"),
        (
            {"transitions": {"boom": {"hgh": "boom"}, "bust": "bust"}},
            "from state 'boom': 'hgh' is no action of player 1; did you mean high",
        ),
        (
            {"transitions": {"boom": {"high": "boom"}, "bust": "bust"}},
            "'boom': nothing is said for the action 'low' of player 1",
        ),
        (
            {"transitions": {"boom": {"*": {"*": 1}}, "bust": "bust"}},
            "from state 'boom' under high, high: write a state, or probabilities by state, not 1",
        ),
        (
            {"transitions": {"boom": {"*": {"*": {"boom": "x"}}}, "bust": "bust"}},
            "under high, high: the probability of 'boom': 'x' is not a number",
        ),
        (
            {"transitions": {"boom": {"*": {"*": {"boom": "1/2"}}}, "bust": "bust"}},
            "transitions of market from state 'boom' under the actions high, high sum to 1/2",
        ),
        (
            {"transitions": {"boom": "boom", "bust": {"*": {"low": {"boom": 2}, "high": "boom"}}}},
            "from state 'bust' under the actions high, low sum to 2; make them sum to 1",
        ),
        ({"transitions": [[[BOOM]]]}, r"have shape \[1, 1, 1, 2\]; give \[2, 2, 2, 2\]"),
        ({"start": "bost"}, "the start: 'bost' is no state; did you mean"),
        ({"start": 1}, '"start" must be a state, or probabilities by state, not 1'),
        ({"start": {"boom": 0.5}}, "start probabilities of market sum to 1/2"),
        ({"start": [1]}, r"the start has shape \[1\]"),
        ({"horizon": 0, "discount": None}, "the horizon of market is 0; give a positive number"),
        ({"horizon": "5", "discount": None}, "the horizon of market is '5'; give a positive"),
        ({"discount": None}, r"the discount of market is 1; give one in \[0, 1\), or a horizon"),
        ({"discount": 2}, "the discount of market is 2"),
        ({"discount": "x"}, "the discount: 'x' is not a number"),
        ({"averaged": 1}, '"averaged" must be true or false, not 1'),
        ({"averaged": True}, "cannot be valued by its mean payoff a step"),
        ({"legal": 1}, '"legal" must be an object or nested lists, not 1'),
        ({"legal": {"bost": {}}}, "\"legal\": 'bost' is no state"),
        ({"legal": {"bust": []}}, "'bust' must list actions by player, not be a list"),
        ({"legal": {"bust": {"Row": []}}}, "'Row' is no player; use Incumbent or Entrant"),
        ({"legal": {"bust": {"Entrant": "low"}}}, "'Entrant', must be a list of labels, not 'low'"),
        ({"legal": {"bust": {"Entrant": ["lo"]}}}, "'lo' is no action of player 'Entrant'"),
        ({"legal": {"bust": {"Entrant": []}}}, "needs a legal action in every state"),
        ({"legal": [[1]]}, '"legal" must hold truth values'),
        ({"legal": [[[True]]]}, "one list a player, with one list of truth values a state"),
        ({"states": "boom"}, '"states" must be a list of labels'),
        ({"states": ["boom", "boom"]}, "is given to more than one state"),
        ({"name": 3}, '"name" must be a string'),
    ],
)
def test_bad_input_gets_one_sentence(changes, message):
    with pytest.raises(InputError, match=message) as caught:
        market(**changes)
    assert "\n" not in str(caught.value)
