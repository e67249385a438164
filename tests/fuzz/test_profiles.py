"""Whatever is given as a profile or a solution: strategies, or an InputError of one line."""

import io
import json
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtlearn import games, solvers
from gtlearn.errors import InputError
from gtlearn.solvers.profiles.joint import is_joint_tensor, joint_of
from gtlearn.solvers.profiles.read import read_profile
from gtlearn.solvers.verify import solution as verified

BOS = games.load("battle_of_the_sexes")  # actions A and B, players Row and Column
JUDGED = games.normal_form(*[[[[3], [0]], [[5], [1]]]] * 3)
ITERATED = games.iterated("chicken", horizon=2)
MARKET = games.load("big_match(discount=9/10)")
SHOTS = (BOS, JUDGED)
STEPS = (ITERATED, MARKET)


def attempt(function, *arguments, **options):
    try:
        function(*arguments, **options)
    except InputError as error:
        assert str(error)
        assert "\n" not in str(error)
        assert len(str(error)) < 400


ATOMS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.integers(),
    st.floats(),
    st.sampled_from([0.5, 0.3333333, 1.0, "1/2", "0", "1", "1/0", "A", "Row", "", "1e999", "CC"]),
    st.text(max_size=5),
)
WORDS = """strategies solutions distribution leader commitment profile probability response states
timed shown follower policy strategies_0 strategies_1 Row Column A B C D init CC open"""
KEYS = st.sampled_from(WORDS.split()) | st.text(max_size=3)
TREES = st.recursive(
    ATOMS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=15,
)
PLAUSIBLE = st.fixed_dictionaries(  # rows of numbers where rows of numbers belong
    {},
    optional={
        "strategies": st.lists(st.lists(ATOMS, max_size=3) | TREES, max_size=3),
        "commitment": st.lists(st.lists(ATOMS, max_size=2), max_size=5) | TREES,
        "response": st.lists(ATOMS, max_size=5) | TREES,
        "distribution": TREES,
        "leader": ATOMS,
        "timed": ATOMS,
        "states": st.lists(ATOMS, max_size=5),
        "solutions": st.lists(TREES, max_size=2),
    },
)
PYTHON = st.recursive(
    ATOMS
    | st.sampled_from([np.zeros((2, 2)), np.array([["a", None]], dtype=object), np.array(0.5)])
    | st.sampled_from([np.ma.array([0.5, 0.5], mask=[0, 1]), np.zeros((2, 2, 0)), object(), len])
    | st.just(5000).map(lambda digits: 10**digits),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ATOMS, inner, max_size=3),
    max_leaves=8,
)


@given(TREES | PLAUSIBLE | PYTHON)
def test_profiles(source):
    for game in (*SHOTS, *STEPS):
        attempt(known, source, game)
        attempt(read_profile, source, game, leader=1, index=1, tolerance=0.1)
    for game in SHOTS:
        attempt(joint, source, game)


def known(source, game):
    return read_profile(source, game).known()


def joint(source, game):
    if is_joint_tensor(source, game, 0):
        source = {"distribution": source}
    return joint_of(read_profile(source, game))


@given(st.text(max_size=30) | (TREES | PLAUSIBLE).map(lambda tree: json.dumps(tree)[:300]))
def test_texts(text):
    for game in (*SHOTS, *STEPS):
        attempt(read_profile, text, game)


@given(PLAUSIBLE, st.sampled_from(["nash", "stackelberg", "correlated", "coarse-correlated", "x"]))
def test_checks(source, concept):
    attempt(solvers.check, source, BOS, concept, nearest=False)
    attempt(solvers.check, source, JUDGED, concept, leader=2, ties="weak", nearest=False)


@given(st.dictionaries(KEYS, st.lists(st.lists(ATOMS, max_size=3), max_size=3), max_size=3))
def test_archives(arrays):
    stream = io.BytesIO()
    kept = {}
    for name, rows in arrays.items():
        try:
            kept[name] = np.array(rows, dtype=float)
        except (ValueError, TypeError):
            kept[name] = np.array([str(row) for row in rows])
    np.savez(stream, **{name.replace("/", "").replace("\0", ""): a for name, a in kept.items()})
    attempt(_of_file, stream.getvalue(), "npz")


@given(st.binary(), st.sampled_from(["json", "npz", "txt"]))
def test_bytes(data, suffix):
    attempt(_of_file, data, suffix)


FOLDER = {}


@pytest.fixture(autouse=True, scope="module")
def _folder(tmp_path_factory):
    FOLDER["path"] = tmp_path_factory.mktemp("profiles")


def _of_file(data, suffix):
    path = FOLDER["path"] / f"profile.{suffix}"
    path.write_bytes(data)
    try:
        read_profile(path, BOS)
    finally:
        read_profile(path, ITERATED)


SOLUTIONS = [
    (game, solvers.solve(game, **options).to_json())
    for game, options in (
        (BOS, {"find": "all"}),
        (JUDGED, {"concept": "stackelberg"}),
        (BOS, {"concept": "correlated"}),
        (ITERATED, {}),
    )
]


@given(st.sampled_from(range(len(SOLUTIONS))), st.integers(0, 10**9), TREES)
def test_solutions_with_a_part_replaced(which, seed, value):
    """Of any JSON object that looks like a solution, `verify` has a report, or a sentence."""
    generator = random.Random(seed)
    game, said = SOLUTIONS[which]
    said = json.loads(json.dumps(said))
    part, place = said, None
    for _ in range(generator.randint(1, 6)):
        keys = list(part) if isinstance(part, dict) else list(range(len(part)))
        if not keys:
            break
        place, outer = generator.choice(keys), part
        part = outer[place]
        if not isinstance(part, dict | list):
            break
    outer[place] = value
    attempt(verified, game, said)
    attempt(read_profile, said, game)
