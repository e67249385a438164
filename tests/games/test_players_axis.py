"""Which axis of nested payoffs counts the players: as it is written, or as the user says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gtlearn import games
from gtlearn.errors import InputError

PAIRS = [[(3, 3), (0, 5)], [(5, 0), (1, 1)]]  # the prisoner's dilemma, as everyone writes it
ROW, COLUMN = [[3, 0], [5, 1]], [[3, 5], [0, 1]]
CUBE = np.array([ROW, COLUMN])  # (2, 2, 2)


def payoffs(game):
    return [tensor.fractions().tolist() for tensor in game.payoffs]


def as_objects(pairs):
    out = np.empty((len(pairs), len(pairs[0])), dtype=object)
    for i, row in enumerate(pairs):
        for j, pair in enumerate(row):
            out[i, j] = pair
    return out


@pytest.mark.parametrize(
    ("spec", "options"),
    [
        (PAIRS, {}),
        (as_objects(PAIRS), {}),
        (np.array(PAIRS, dtype=[("f0", int), ("f1", int)]), {}),
        (np.array(PAIRS), {"players_axis": "last"}),
        (tuple(map(tuple, PAIRS)), {"players_axis": "last"}),
        ([[list(pair) for pair in row] for row in PAIRS], {"players_axis": "last"}),
        ([[np.array(pair) for pair in row] for row in PAIRS], {"players_axis": "last"}),
        ([ROW, COLUMN], {}),
        ((ROW, COLUMN), {}),
        ([np.array(ROW), np.array(COLUMN)], {}),
        ([tuple(ROW), tuple(COLUMN)], {}),
        (CUBE, {"players_axis": "first"}),
        ([[tuple(row) for row in ROW], [tuple(row) for row in COLUMN]], {"players_axis": "first"}),
        ("(3,3) (0,5); (5,0) (1,1)", {}),
        ("3 3, 0 5; 5 0, 1 1", {}),
        ("(3,3), (0,5); (5,0), (1,1)", {}),
        ("(3 3)(0 5)\n(5 0)(1 1)", {}),
    ],
)
def test_the_dilemma_in_many_ways(spec, options):
    assert payoffs(games.load(spec, **options)) == [ROW, COLUMN]


def test_records_name_the_players():
    game = games.load(np.array(PAIRS, dtype=[("Alice", int), ("Bob", float)]))
    assert game.players == ("Alice", "Bob")
    assert payoffs(game) == [ROW, COLUMN]
    with pytest.raises(InputError, match="3 fields and 2 axes"):
        games.load(np.zeros((2, 2), dtype=[("a", int), ("b", int), ("c", int)]))


@pytest.mark.parametrize(
    "spec",
    [
        CUBE,
        CUBE.astype(object),
        np.zeros((2, 3, 2)),
        np.zeros((3, 2, 2, 3)),
        tuple(map(tuple, PAIRS)),
        (PAIRS[0], PAIRS[1]),
        [tuple(row) for row in PAIRS],
        [[PAIRS[0][0], list(PAIRS[0][1])], PAIRS[1]],
        [[np.array(pair) for pair in row] for row in PAIRS],
    ],
    ids=lambda spec: f"{type(spec).__name__}{getattr(spec, 'shape', '')}",
)
def test_two_readings_are_refused_and_both_are_said(spec):
    with pytest.raises(InputError, match="can be read in two ways") as caught:
        games.load(spec)
    assert 'players_axis="first" or "last"' in str(caught.value)


def test_both_readings_of_a_2_by_3_by_2_array():
    with pytest.raises(InputError, match=r"a 3 x 2 game whose first .* or a 2 x 3 game whose last"):
        games.load(np.zeros((2, 3, 2)))
    array = np.arange(12).reshape(2, 3, 2)
    assert games.load(array, players_axis="first").shape == (3, 2)
    last = games.load(array, players_axis="last")
    assert last.shape == (2, 3)
    assert last.payoff(1, (1, 2)) == array[1, 2, 1]


@given(st.integers(2, 3).flatmap(lambda n: st.lists(st.integers(1, 4), min_size=n, max_size=n)))
def test_what_fits_is_read(shape):
    n = len(shape)
    array = np.arange(n * int(np.prod(shape))).reshape(n, *shape)
    first = games.load(list(array))
    assert payoffs(games.load(array, players_axis="first")) == payoffs(first)
    turned = np.moveaxis(array, 0, -1)
    assert payoffs(games.load(turned, players_axis="last")) == payoffs(first)
    if shape[-1] != n:
        assert payoffs(games.load(array)) == payoffs(first)
    if shape[0] != n:
        assert payoffs(games.load(turned)) == payoffs(first)


@given(arrays(np.int64, st.tuples(*[st.integers(1, 4)] * 3), elements=st.integers(-9, 9)))
def test_an_array_is_never_another_game_in_silence(array):
    try:
        game = games.load(array)
    except InputError:
        return
    if array.shape[0] == 2:
        assert array.shape[-1] != 2
        assert payoffs(game) == array.tolist()
    else:
        assert payoffs(game) == np.moveaxis(array, -1, 0).tolist()


def test_the_option_is_refused_where_it_says_nothing():
    for spec in ("chicken", "3,3 0,5; 5,0 1,1", games.load("chicken"), ROW):
        with pytest.raises(InputError, match="leave it out"):
            games.load(spec, players_axis="last")
    with pytest.raises(InputError, match='give "first" or "last"'):
        games.load(CUBE, players_axis="middle")
    with pytest.raises(InputError, match="need 2 payoffs an entry, not 3"):
        games.load(np.zeros((2, 2, 3)), players_axis="last")


class Units(np.ndarray):
    """An array with units, as packages have them."""


class Labelled:
    """What turns itself into an array, but carries labels: a frame of another package."""

    shape = (2, 2)
    columns = ("a", "b")

    def __array__(self, dtype=None, copy=None):
        return np.array(ROW)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.ma.array(ROW, mask=[[0, 0], [0, 1]]), r"entry \[1, 1\] is masked"),
        ([np.ma.array(ROW, mask=[[0, 0], [0, 1]]), ROW], r"entry \[1, 1\] is masked"),
        (np.array(ROW).view(Units), "the Units carries more than numbers"),
        (Labelled(), "the Labelled carries labels, which would be lost"),
        (np.array(ROW, dtype="m8[s]"), "dates or durations"),
        (np.array(ROW, dtype="M8[D]"), "dates or durations"),
        (np.array(ROW, dtype=bool), "truth value"),
        (np.array(ROW, dtype=complex), "complex128?, not a number"),
        (np.zeros((2, 2), dtype="V8"), "records"),
        ([[np.timedelta64(3, "s"), 0], [5, 1]], "timedelta64, not a number"),
        (np.array([[None, 1], [2, 3]]), "NoneType, not a number"),
        ([[float("inf"), 1], [2, 3]], "inf is not a finite number"),
    ],
)
def test_nothing_hidden_is_used(values, message):
    with pytest.raises(InputError, match=message):
        games.load(values, zero_sum=np.ndim(values) == 2)


def test_arrays_that_only_look_odd():
    assert payoffs(games.load(np.ma.array(ROW), zero_sum=True))[0] == ROW
    assert payoffs(games.load(np.array(ROW, dtype=np.uint64), zero_sum=True))[0] == ROW


@pytest.mark.parametrize(
    "values",
    [
        (([None, "x", None], []), np.timedelta64(3, "s")),
        [[[1, 2], [3, 4]], np.array(3)],
        [np.array(3), np.array(4)],
    ],
)
def test_scalars_of_numpy_are_no_arrays_of_payoffs(values):
    with pytest.raises(InputError):
        games.load(values)
