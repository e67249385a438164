"""Files, profiles and solutions of trees, damaged: read, or an InputError of one line."""

import json
import random
import string

from hypothesis import given
from hypothesis import strategies as st

from gtlearn import games, solvers
from gtlearn.errors import InputError
from gtlearn.games import ExtensiveGame
from gtlearn.games.loading import load_bytes
from gtlearn.games.testing import behaviour_strategies, extensive_games, random_tree
from gtlearn.solvers.profiles.read import read_profile
from gtlearn.solvers.verify import solution as verified

SEEDS = st.integers(0, 10**9)
FORMATS = ("efg", "json")


def attempt(function, *arguments, **options):
    try:
        return function(*arguments, **options)
    except InputError as error:
        assert str(error)
        assert "\n" not in str(error)
        assert len(str(error)) < 400
        return None


def mutated(text, seed):
    """A text with a few characters or words cut, doubled, swapped or replaced."""
    generator = random.Random(seed)
    parts = list(text) if generator.random() < 0.5 else text.replace("\n", " \n ").split(" ")
    glue = "" if len(parts) == len(text) else " "
    for _ in range(generator.randint(1, 4)):
        at = generator.randrange(len(parts))
        other = parts[generator.randrange(len(parts))]
        word = generator.choice(["0", "-1", "1/0", "1e9999", '""', "{", "null", "0.1", "p", "c"])
        character = generator.choice(string.printable)
        parts[at] = generator.choice(["", parts[at] + glue + other, other, word, character])
    return glue.join(parts)


def used(game):
    """All that is done with a game which was read."""
    if not isinstance(game, ExtensiveGame) or game.num_nodes > 100:
        return
    for format in FORMATS:
        assert games.loads(games.dumps(game, format), format).fingerprint == game.fingerprint
    attempt(game.reduced)
    for concept in ("nash", "subgame-perfect"):
        solution = attempt(solvers.solve, game, concept)
        if solution is not None and len(solution):
            assert not attempt(verified, game, solution.to_json()).false


@given(extensive_games(max_moves=5), st.sampled_from(FORMATS), SEEDS)
def test_damaged_texts(game, format, seed):
    used(attempt(games.loads, mutated(games.dumps(game, format), seed), format))


@given(extensive_games(max_moves=3), st.sampled_from(FORMATS), SEEDS)
def test_damaged_bytes(game, format, seed):
    generator = random.Random(seed)
    data = bytearray(games.dumps(game, format).encode())
    for _ in range(generator.randint(1, 4)):
        at = generator.randrange(len(data))
        data[at : at + generator.randint(0, 9)] = generator.randbytes(generator.randint(0, 3))
    used(attempt(load_bytes, bytes(data), what="the bytes"))


ATOMS = st.one_of(
    *(st.none(), st.booleans(), st.integers(-3, 3), st.integers(), st.floats()),
    st.sampled_from(["1/2", "0", "1", "1/0", "1e999", "P0", "h0", "a0", "", "root", "P0\n"]),
)
WORDS = """player set actions chance label probability then payoffs players root schema name
strategies solutions certificate regrets value h0 h1 a0 a1 a2 P0 P1 kind verified"""
VALUES = st.recursive(
    ATOMS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(WORDS.split()), inner, max_size=4)
    ),
    max_leaves=12,
)


def with_a_part_replaced(data, generator, value):
    """The JSON value with another one in a place that is found by going down at random."""
    data = json.loads(json.dumps(data))
    part = data
    for _ in range(generator.randint(1, 12)):
        keys = list(part) if isinstance(part, dict) else list(range(len(part)))
        key = generator.choice(keys)
        if not isinstance(part[key], dict | list) or not part[key]:
            break
        outer, part = part, part[key]
    else:
        part = outer
    part[key] = value
    return data


@given(extensive_games(max_moves=5), SEEDS, VALUES)
def test_json_with_a_part_replaced(game, seed, value):
    data = json.loads(games.dumps(game, "json"))
    text = json.dumps(with_a_part_replaced(data, random.Random(seed), value))
    used(attempt(games.loads, text, "json"))


def labelled(game, profile):
    return [
        {
            known.label: {a: str(p) for a, p in zip(known.actions, row, strict=True)}
            for known, row in zip(own, rows, strict=True)
        }
        for own, rows in zip(game.sets, profile, strict=True)
    ]


@given(st.data(), SEEDS, VALUES)
def test_profiles_with_a_part_replaced(data, seed, value):
    game = data.draw(extensive_games(max_moves=5))
    strategies = labelled(game, data.draw(behaviour_strategies(game)))
    profile = {"strategies": strategies}
    changed = with_a_part_replaced(profile, random.Random(seed), value)
    for given_ in (changed, changed.get("strategies"), value):
        for concept in ("nash", "subgame-perfect", "stackelberg"):
            attempt(solvers.check, given_, game, concept)
        attempt(read_profile, given_, game)


SOLVED = [
    (game, solvers.solve(game, **options).to_json())
    for game, options in (
        (games.load("kuhn_poker"), {}),
        (random_tree(5, moves=6), {"find": "all"}),
        (random_tree(7, moves=6), {"concept": "subgame-perfect"}),
        (random_tree(8, players=3, perfect_information=True), {"concept": "subgame-perfect"}),
    )
]


@given(st.sampled_from(range(len(SOLVED))), SEEDS, VALUES)
def test_solutions_with_a_part_replaced(which, seed, value):
    game, said = SOLVED[which]
    changed = with_a_part_replaced(said, random.Random(seed), value)
    attempt(verified, game, changed)
    attempt(solvers.check, changed, game)
