"""Whatever lies in a run's folder: it is read, or an InputError of one line says what is wrong."""

import json
import math
import random

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gtlearn import tensors
from gtlearn.errors import InputError
from gtlearn.learning.registry import ALGORITHMS
from gtlearn.learning.shaping.algorithms.teammates import Teammates, packed
from gtlearn.learning.shaping.algorithms.teammates import read as read_teammates
from gtlearn.runs import checkpoint
from gtlearn.runs import result as results
from gtlearn.runs.config import RunConfig, read_config
from gtlearn.runs.metrics import read_rows, sample_rows


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz") / "file"


def attempt(function, *arguments):
    try:
        return function(*arguments)
    except InputError as error:
        assert str(error)
        assert "\n" not in str(error)
        assert len(str(error)) < 400


def damaged(data, seed):
    """Some bits flipped, and pieces left out, doubled or replaced."""
    rng = random.Random(seed)
    data = bytearray(data)
    for _ in range(rng.randrange(1, 5)):
        place = rng.randrange(len(data) + 1)
        piece = bytes(data[place : place + rng.randrange(1, 30)])
        other = (bytes(b ^ 1 << rng.randrange(8) for b in piece[:1]) + piece[1:], b"")
        data[place : place + len(piece)] = rng.choice(
            [*other, piece * rng.randrange(2, 4), rng.randbytes(len(piece))]
        )
    return bytes(data)


SEEDS = st.integers(0, 2**32)
NUMBERS = st.integers() | st.floats() | st.sampled_from([2**63, 10**400, -1])
ATOMS = st.none() | st.booleans() | NUMBERS | st.text(max_size=8)
JSON = st.recursive(
    ATOMS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=10,
)


# --- config.toml


CONFIGS = [
    RunConfig(algorithm, algorithm.config_type()()).to_toml().encode()
    for algorithm in ALGORITHMS.values()
]
NAMES = st.sampled_from(["seed", "version", "game", "rate", "iterations", "discount", "rat"])


def written(value):
    """A value in TOML."""
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, float) and not math.isfinite(value):
        return "nan"
    return json.dumps(value) if not isinstance(value, int) or abs(value) < 10**99 else hex(value)


@given(data=st.sampled_from(CONFIGS) | st.binary(max_size=200), seed=SEEDS)
def test_damaged_configs(path, data, seed):
    path.write_bytes(damaged(data, seed))
    attempt(read_config, path)


@given(
    lines=st.lists(
        st.tuples(NAMES, st.booleans() | NUMBERS | st.text() | st.lists(NUMBERS, max_size=3)),
        max_size=4,
    )
)
def test_configs_with_any_values(path, lines):
    text = "\n".join(['algorithm = "lola"', *(f"{k} = {written(v)}" for k, v in lines)])
    path.write_text(text, encoding="utf-8", errors="replace")
    attempt(read_config, path)


# --- result.json and metrics.jsonl


RESULT = {
    "schema": results.RUN_SCHEMA,
    "algorithm": "lola",
    "game": "chicken",
    "seed": 0,
    "env_steps": 3,
    "seconds": 1.5,
    "metrics": {"learned": 1.5},
    "notes": ["a note"],
    "auc": {"all": 1.0},
    "rewards": {"all": [1.0, 2.0]},
    "sha256": {"config.toml": "0", "result.json": "1"},
}
ROW = b'{"step": 3, "env_steps": 7, "learned": 0.125}\n'


def read_result(path):
    found = results.read(path)
    results.edited(found, path.parent)


@given(key=st.sampled_from(list(RESULT)), value=JSON)
def test_results_with_a_part_replaced(path, key, value):
    path.write_text(json.dumps({**RESULT, key: value}))
    attempt(read_result, path)


@given(data=st.just(json.dumps(RESULT).encode()) | st.binary(max_size=200), seed=SEEDS)
def test_damaged_results(path, data, seed):
    path.write_bytes(damaged(data, seed))
    attempt(read_result, path)


@given(rows=st.integers(0, 300), seed=SEEDS)
def test_damaged_rows(path, rows, seed):
    path.write_bytes(damaged(ROW * rows, seed))
    attempt(read_rows, path)
    attempt(sample_rows, path, 3)


@given(row=JSON)
def test_any_rows(path, row):
    path.write_text(json.dumps(row) + "\n")
    for found in attempt(read_rows, path) or ():
        assert all(math.isfinite(float(value)) for value in found.values())


# --- checkpoint and teammates.safetensors


@pytest.fixture(scope="module")
def state(path):
    checkpoint.save(path, {"step": 3, "list": [torch.ones(2), np.zeros(3)], "none": None})
    return path.read_bytes()


@given(seed=SEEDS)
def test_damaged_checkpoints_never_pass(path, state, seed):
    data = damaged(state, seed)
    path.write_bytes(data)
    assert attempt(checkpoint.load, path) is None or data == state


SCHEMAS = st.sampled_from([checkpoint.SCHEMA_BEFORE, checkpoint.CHECKPOINT_SCHEMA])


@given(tree=JSON, schema=SCHEMAS, sums=st.dictionaries(st.just("sha256"), st.text(max_size=64)))
def test_checkpoints_with_any_tree(path, tree, schema, sums):
    texts = {"schema": schema, "tree": json.dumps(tree), **sums}
    path.write_bytes(tensors.packed({"0": torch.ones(2)}, texts))
    attempt(checkpoint.load, path)


TEAMMATES = packed(Teammates("half-cheetah", np.arange(3), torch.ones(3, 4)))


@given(seed=SEEDS)
def test_damaged_teammates_never_pass(path, seed):
    data = damaged(TEAMMATES, seed)
    path.write_bytes(data)
    assert attempt(read_teammates, path, "half-cheetah", 4) is None or data == TEAMMATES
