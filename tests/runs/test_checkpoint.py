"""Checkpoints give back what was saved, and nothing else can be loaded."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from test_loop import same

from gtlearn.errors import InputError
from gtlearn.runs import checkpoint

DTYPES = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
DTYPES += ["float16", "float32", "float64", "complex64"]
FLOATS = st.floats(allow_nan=False)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    FLOATS,
    st.text(),
    st.sampled_from(DTYPES)
    .flatmap(
        lambda name: arrays.arrays(name, arrays.array_shapes(min_dims=0, min_side=0, max_side=3))
    )
    .filter(lambda array: array.dtype.kind not in "fc" or not np.isnan(array).any()),
    st.lists(FLOATS, max_size=3).map(lambda values: torch.tensor(values, dtype=torch.float64)),
)
STATES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text() | st.integers(), inner, max_size=3),
    ),
    max_leaves=8,
)


@given(state=STATES)
def test_what_is_loaded_is_what_was_saved(tmp_path_factory, state):
    path = tmp_path_factory.getbasetemp() / "state"
    checkpoint.save(path, {"state": state})
    assert same(checkpoint.load(path), {"state": state})
    assert checkpoint.first_nan(state) is None


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.int64, torch.bool])
def test_tensors_keep_their_type(tmp_path, dtype):
    tensor = torch.tensor([[0, 1, 2]]).to(dtype).expand(3, 3).T  # neither contiguous nor own memory
    state = {"one": tensor, "two": tensor, "parameter": torch.nn.Parameter(torch.ones(2))}
    checkpoint.save(tmp_path / "c", state)
    loaded = checkpoint.load(tmp_path / "c")
    assert same(loaded["one"], tensor) and same(loaded["two"], tensor)
    assert same(loaded["parameter"], torch.ones(2))


def test_states_of_optimisers_and_generators_come_back(tmp_path):
    layer = torch.nn.Linear(2, 1)
    optimiser = torch.optim.Adam(layer.parameters())
    layer(torch.ones(2)).backward()
    optimiser.step()
    state = {
        "optimiser": optimiser.state_dict(),
        "torch": torch.Generator().get_state(),
        **{
            kind.__name__: kind(3).state
            for kind in (np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64)
        },
    }
    checkpoint.save(tmp_path / "c", state)
    loaded = checkpoint.load(tmp_path / "c")
    assert same(loaded, state)
    np.random.MT19937().state = loaded["MT19937"]


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", np.array([object()]), len])
def test_other_things_are_refused_and_leave_the_old_file(tmp_path, value):
    checkpoint.save(tmp_path / "c", {"a": 1})
    with pytest.raises(TypeError, match="a checkpoint cannot hold"):
        checkpoint.save(tmp_path / "c", {"a": value})
    assert checkpoint.load(tmp_path / "c") == {"a": 1}


@pytest.mark.parametrize(
    ("state", "place"),
    [
        ({"a": 1.0, "b": [torch.tensor([0.0]), torch.tensor([0.0, math.nan])]}, "b[1]"),
        ({"policy": {"weight": np.array([math.nan])}}, "policy.weight"),
        ({"best": math.nan}, "best"),
        ({"best": -math.inf, "limits": torch.tensor(math.inf), "none": None, "n": 3}, None),
    ],
)
def test_the_first_nan_is_named(state, place):
    assert checkpoint.first_nan(state) == place


@pytest.mark.parametrize(
    "tree", ["[]", "3", '{"dict": 3}', '{"code": "x"}', "{", '{"tensor": "7"}']
)
def test_a_wrong_tree_is_no_checkpoint(tmp_path, tree):
    from safetensors.torch import save_file

    metadata = {"schema": checkpoint.SCHEMA_BEFORE, "tree": tree}
    save_file({"0": torch.ones(1)}, tmp_path / "c", metadata=metadata)
    with pytest.raises(InputError, match="is no checkpoint of gtlearn"):
        checkpoint.load(tmp_path / "c")


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(InputError, match="cannot be read: no such file"):
        checkpoint.load(tmp_path / "c")
