"""Whatever comes in: a game, or an InputError of one line; nothing else, and no hang.

`GTLEARN_NIGHTLY=1 pytest tests/fuzz` tries 50 times as many inputs.
"""

import io
import json
import random
import string
import zipfile
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games import Game
from gtlearn.games.loading import load_bytes
from gtlearn.games.testing import markov_games, normal_form_games

FORMATS = ("nfg", "efg", "json", "csv")
BINARIES = ("xlsx", "npy", "npz")
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
        assert len(str(error)) < 400
    else:
        assert isinstance(game, Game)


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


ODD = st.sampled_from(
    [
        Decimal("1e999999999"),
        Decimal("sNaN"),
        np.float32("nan"),
        np.timedelta64(3, "s"),
        np.datetime64("2020-01-01"),
        np.ma.masked,
        np.array(3),
        np.array([1, None]),
        np.ma.array([1, 2], mask=[0, 1]),
        np.zeros(2, dtype="V3"),
        range(2),
        b"1",
        1j,
        object(),
        object,
        len,
    ]
) | st.just(5000).map(lambda digits: 10**digits)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4), st.fractions(), ODD
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3), inner)
    ),
    max_leaves=20,
)
AXES = st.sampled_from([None, "first", "last"])


@given(VALUES, st.booleans(), st.booleans(), AXES)
def test_load_any_value(value, zero_sum, rationalise, axis):
    attempt(games.load, value, zero_sum=zero_sum, rationalise=rationalise, players_axis=axis)


@st.composite
def rectangles(draw):
    """Nests of lists, tuples and arrays that could be payoffs."""
    shape = draw(st.lists(st.integers(1, 3), min_size=1, max_size=4))
    kinds = draw(st.lists(st.sampled_from([list, tuple, np.array]), min_size=4, max_size=4))

    def nest(axes):
        if not axes:
            return draw(st.integers(-3, 3) | SCALARS) if draw(st.booleans()) else 1
        kind = kinds[len(axes) - 1]
        inner = [nest(axes[1:]) for _ in range(axes[0])]
        try:
            return kind(inner)
        except ValueError:  # ragged
            return inner

    return nest(shape)


@given(rectangles(), st.booleans(), AXES)
def test_load_any_nest(value, zero_sum, axis):
    attempt(games.load, value, zero_sum=zero_sum, players_axis=axis)


DTYPES = ["f2", "f4", "f8", "g", "i1", "u8", "c16", "b1", "O", "U3", "S3", "M8[s]", "m8[s]", "V3"]


@given(
    st.sampled_from([*DTYPES, "i4,i4", "i4,f8,O"]), st.lists(st.integers(0, 3), max_size=4), AXES
)
def test_load_any_array(dtype, shape, axis):
    attempt(games.load, np.zeros(shape, dtype=dtype), players_axis=axis)
    attempt(games.load, np.zeros(shape, dtype=dtype), zero_sum=True)
    attempt(games.load, np.ma.array(np.zeros(shape, dtype=dtype)))


CELLS = st.sampled_from(
    ["", "1", "3 3", "3,3", "0;5", "(1,2)", "(1)", "#N/A", "1,000", "1.000", "0,5", "-1/2", "x"]
) | st.sampled_from(
    ["A\\B", '"', "nan", "payoff", " 7 ", "1e400", "\u00a0", "\t", "sep=;", "\ufeff"]
)


@given(
    st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=4),
    st.sampled_from([",", ";", "\t", " ", ", "]),
    st.sampled_from(["\n", "\r\n", ";", "; "]),
    st.booleans(),
)
def test_load_anything_like_a_table(rows, between, end, zero_sum):
    text = end.join(between.join(row) for row in rows)
    attempt(games.loads, text, "csv", zero_sum=zero_sum)
    attempt(games.load, text, zero_sum=zero_sum)
    attempt(load_bytes, text.encode(), what="the text", zero_sum=zero_sum)


@given(st.data())
def test_load_any_frame(data):
    pd = pytest.importorskip("pandas", reason="pandas is an optional package")
    width = data.draw(st.integers(1, 3))
    column = st.lists(SCALARS | CELLS | st.tuples(SCALARS, SCALARS), min_size=2, max_size=2)
    labels = st.lists(SCALARS, min_size=2, max_size=2)
    cells = np.empty((2, width), dtype=object)
    for k in range(width):
        for i, cell in enumerate(data.draw(column)):
            cells[i, k] = cell
    frame = pd.DataFrame(cells, index=pd.Index(data.draw(labels), dtype=object))
    attempt(games.load, frame)
    attempt(games.load, [frame, frame])
    attempt(games.load, frame, zero_sum=True)


@given(
    st.dictionaries(
        st.sampled_from(["descr", "fortran_order", "shape", "x"]),
        st.sampled_from(["<f8", "|O", "<M8[s]", "V0", True, False, (2, 2), (), (10**9,) * 3, (-1,)])
        | st.integers()
        | st.text(max_size=5),
    ),
    st.binary(max_size=40),
)
def test_load_any_npy_header(header, data):
    text = repr(header).encode().ljust(100)[:200]
    content = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + data
    attempt(load_bytes, content, "npy", what="the array")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.npy", content)
    attempt(load_bytes, packed.getvalue(), what="the arrays")


def _binary_files():
    """A valid file of each format that is no text."""
    stream = io.BytesIO()
    np.save(stream, np.array([[3.5, 0], [5, 1]]))
    files = {"npy": stream.getvalue()}
    stream = io.BytesIO()
    np.savez_compressed(stream, np.eye(2), np.eye(2))
    files["npz"] = stream.getvalue()
    try:
        import openpyxl
    except ModuleNotFoundError:
        return files
    book = openpyxl.Workbook()
    book.active.append(["3 3", 1])
    stream = io.BytesIO()
    book.save(stream)
    return {**files, "xlsx": stream.getvalue()}


FILES = _binary_files()


@given(st.sampled_from(sorted(FILES)), st.integers(0, 10**9))
def test_load_damaged_archives(format, seed):
    generator = random.Random(seed)
    data = bytearray(FILES[format])
    for _ in range(generator.randint(1, 5)):
        at = generator.randrange(len(data))
        if generator.random() < 0.2:
            del data[at : at + generator.randint(1, 30)]
        else:
            data[at] = generator.randrange(256)
    attempt(load_bytes, bytes(data), format, what="the file", zero_sum=True)


@given(seed=st.integers(0, 10**9))
def test_load_workbooks_whose_parts_are_damaged(seed):
    if "xlsx" not in FILES:
        pytest.skip("openpyxl is an optional package")
    generator = random.Random(seed)
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(FILES["xlsx"])) as archive,
        zipfile.ZipFile(packed, "w") as damaged,
    ):
        names = archive.namelist()
        chosen = generator.choice(names)
        for name in names:
            content = archive.read(name)
            if name == chosen:
                content = _mutated(content.decode(), seed).encode()
            damaged.writestr(name, content)
    attempt(load_bytes, packed.getvalue(), "xlsx", what="the book", zero_sum=True)


LITERAL = "(3,3) (0,5); (5,0) (1,1)"


@given(st.sampled_from([LITERAL, "3 3, 0 5; 5 0, 1 1", "3,3 0,5\n5,0 1,1"]), st.integers(0, 10**9))
def test_load_damaged_literals(text, seed):
    attempt(games.load, _mutated(text, seed))
    attempt(games.load, f"gtlearn_iterated(stage={_mutated(text, seed)},horizon=2)")


@pytest.mark.parametrize("format", FORMATS)
@given(text=st.text(), zero_sum=st.booleans())
def test_parse_any_text(format, text, zero_sum):
    attempt(games.loads, text, format, zero_sum=zero_sum)


@pytest.mark.parametrize("format", FORMATS + BINARIES)
@given(data=st.binary())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_load_any_bytes(format, data, tmp_path):
    path = tmp_path / f"game.{format}"
    path.write_bytes(data)
    attempt(games.load, path)
    attempt(load_bytes, data, what="the bytes")


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
def test_parse_damaged_markov_games(game, seed):
    attempt(games.loads, _mutated(games.dumps(game), seed), "json")


@given(seed=st.integers(0, 10**9))
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
