"""Several values of options, in a text and in Python, and the grid that they make."""

from itertools import product

import numpy as np
import pytest

from gtlearn.errors import InputError
from gtlearn.runs.fields import Field
from gtlearn.runs.options import base_of, checked, grid, parsed

TEXT, NUMBER = Field("game", str), Field("rate", float | None, above=0)


@pytest.mark.parametrize(
    ("field", "text", "values"),
    [
        (NUMBER, "0.1", [0.1]),
        (NUMBER, "0.1, 1e-3,none", [0.1, 0.001, None]),
        (Field("layers", tuple[int, ...]), "3,2", [(3, 2)]),
        (Field("layers", tuple[int, ...] | None), "3", [(3,)]),
        (TEXT, "chicken,hero", ["chicken", "hero"]),
        (TEXT, "3,3 0,5; 5,0 1,1", ["3,3 0,5; 5,0 1,1"]),  # a literal game
        (TEXT, "a(b=c(1,2),d=[3,4]),e", ["a(b=c(1,2),d=[3,4])", "e"]),
        (TEXT, "f(a=1,stage=g(b),c)", ["f(a=1,stage=g(b),c)"]),
    ],
)
def test_values_between_commas(field, text, values):
    assert parsed(field, text) == values


def test_a_grid_is_every_combination(toy):
    chosen = {"noise": [0.0, 0.5], "optimiser": ["adam", "sgd"], "threads": [2]}
    configs = grid(base_of("toy"), chosen)
    found = [(one.options.noise, one.options.optimiser, one.recording.threads) for one in configs]
    assert found == list(product(*chosen.values()))


def test_what_python_gives(toy):
    base = base_of("toy")
    given = {"noise": [0, np.float64(0.5)], "layers": (3, 2), "seed": np.int64(4)}
    found = checked(base, given)
    assert found == {"noise": [0.0, 0.5], "layers": [(3, 2)], "seed": [4]}
    assert type(found["seed"][0]) is int


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"nois": 1}, "toy has no option 'nois'; did you mean noise?"),
        ({"noise": -1}, "noise = -1 cannot be used; give a number of at least 0"),
        ({"layers": [[1], "x"]}, "layers = "),
        ({"noise": "0.1"}, 'noise = "0.1" cannot be used'),
        ({"seed": 0.5}, "seed = 0.5 cannot be used"),
        ({"noise": object()}, "noise = a object cannot be used"),
    ],
)
def test_what_no_option_can_be(toy, given, words):
    with pytest.raises(InputError) as error:
        checked(base_of("toy"), given)
    assert words in str(error.value)
