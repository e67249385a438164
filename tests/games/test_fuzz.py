"""Whatever comes in: a game, or an InputError of one line; nothing else, and no hang."""

import json
import random
import string

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games import BayesianGame, IteratedGame, MarkovGame, NormalFormGame
from gtlearn.games.testing import markov_games, normal_form_games

FORMATS = ("nfg", "efg", "json", "csv")
EFG = """EFG 2 R "cards" { "Fred" "Alice" }
c "" 1 "" { "Red" 1/2 "Black" 1/2 } 0
p "" 1 1 "red" { "Raise" "Fold" } 0
p "" 2 1 "" { "Meet" "Pass" } 0
t "" 1 "" { 2, -2 }
t "" 2 "" { 1, -1 }
t "" 2
t "" 3 "" { -2, 2 }
"""


def attempt(function, *arguments, **options):
    try:
        game = function(*arguments, **options)
    except InputError as error:
        assert "\n" not in str(error)
        assert len(str(error)) < 1000
    else:
        assert isinstance(game, NormalFormGame | BayesianGame | MarkovGame | IteratedGame)


@given(st.text(), st.booleans(), st.booleans())
def test_load_any_text(text, symmetric, zero_sum):
    attempt(games.load, text, symmetric=symmetric, zero_sum=zero_sum)


@given(st.text("0123456789+-./eE,; \n\tx"), st.booleans())
def test_load_anything_like_a_literal(text, zero_sum):
    attempt(games.load, text, zero_sum=zero_sum)


CALLS = st.builds(
    lambda name, inside: f"{name}({inside})",
    st.sampled_from([n for n in games.catalogue_names() if n != "travellers_dilemma"] + ["x"]),
    st.text("abcdeklmnorsuvwx=,0123456789/-. ()", max_size=20),
)


@given(CALLS)
def test_load_any_call(text):
    attempt(games.load, text)


VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4), st.fractions()
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=20,
)


@given(VALUES, st.booleans(), st.booleans())
def test_load_any_value(value, zero_sum, rationalise):
    attempt(games.load, value, zero_sum=zero_sum, rationalise=rationalise)


@given(
    st.sampled_from(["f4", "f8", "i1", "u8", "c16", "b1", "O", "U3", "S3", "M8[s]"]),
    st.lists(st.integers(0, 3), max_size=4),
)
def test_load_any_array(dtype, shape):
    attempt(games.load, np.zeros(shape, dtype=dtype))
    attempt(games.load, np.zeros(shape, dtype=dtype), zero_sum=True)


@pytest.mark.parametrize("format", FORMATS)
@given(text=st.text(), zero_sum=st.booleans())
def test_parse_any_text(format, text, zero_sum):
    attempt(games.loads, text, format, zero_sum=zero_sum)


@pytest.mark.parametrize("format", FORMATS)
@given(data=st.binary())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_load_any_bytes(format, data, tmp_path):
    path = tmp_path / f"game.{format}"
    path.write_bytes(data)
    attempt(games.load, path)


def _mutated(text, seed):
    """A text with a few characters or words cut, doubled, swapped or replaced."""
    generator = random.Random(seed)
    parts = list(text) if generator.random() < 0.5 else text.replace("\n", " \n ").split(" ")
    glue = "" if len(parts) == len(text) else " "
    for _ in range(generator.randint(1, 4)):
        at = generator.randrange(len(parts))
        match generator.randrange(5):
            case 0:
                del parts[at]
            case 1:
                parts.insert(at, parts[generator.randrange(len(parts))])
            case 2:
                parts[at] = generator.choice(string.printable)
            case 3:
                other = generator.randrange(len(parts))
                parts[at], parts[other] = parts[other], parts[at]
            case 4:
                parts[at] = generator.choice(["0", "-1", "99999999999999999999", "1/0", "1e9999"])
        parts = parts or ["x"]
    return glue.join(parts)


@given(game=normal_form_games(), seed=st.integers(0, 10**9))
def test_parse_damaged_files(game, seed):
    for format in ("nfg", "json", "csv"):
        attempt(games.loads, _mutated(games.dumps(game, format), seed), format)


@given(game=markov_games(), seed=st.integers(0, 10**9))
@settings(max_examples=200)
def test_parse_damaged_markov_games(game, seed):
    attempt(games.loads, _mutated(games.dumps(game), seed), "json")


@given(seed=st.integers(0, 10**9))
@settings(max_examples=400)
def test_parse_damaged_trees(seed):
    attempt(games.loads, _mutated(EFG, seed), "efg")


JSON_KEYS = st.sampled_from(
    ["payoffs", "players", "actions", "name", "types", "probability", "leader", "source", "schema"]
)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(JSON_KEYS, inner, max_size=5),
    max_leaves=25,
)


@given(st.dictionaries(JSON_KEYS, JSON_VALUES, min_size=1))
def test_parse_any_json_with_our_keys(value):
    attempt(games.loads, json.dumps(value), "json")


MARKOV_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.sampled_from(["a", "*", "1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "*", "1", "2", "Row"]), inner, max_size=3)
    ),
    max_leaves=25,
)
MARKOV_KEYS = ("players", "states", "actions", "start", "horizon", "discount", "averaged", "legal")


@given(
    st.fixed_dictionaries(
        {"payoffs": MARKOV_VALUES, "transitions": MARKOV_VALUES},
        optional=dict.fromkeys(MARKOV_KEYS, MARKOV_VALUES),
    )
)
def test_parse_any_json_with_the_keys_of_markov_games(value):
    attempt(games.loads, json.dumps(value), "json")


PIECES = {
    "payoffs": {"a": "1,1 2,2; 0,0 3,1", "b": 0},
    "transitions": {"a": {"1": "b", "*": {"a": "1/2", "b": "1/2"}}, "b": "b"},
    "discount": "1/2",
}


@given(st.sampled_from([*PIECES, *MARKOV_KEYS]), MARKOV_VALUES)
def test_parse_a_markov_game_with_one_key_wrong(key, value):
    attempt(games.loads, json.dumps({**PIECES, key: value}), "json")
