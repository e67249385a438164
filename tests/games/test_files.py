"""Round trips through files and text are exact and keep labels; bad files name line and column."""

import os
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games.testing import normal_form_games

ODD_LABELS = games.normal_form(
    [["1/3", 2], [3, "-0.25"]],
    [[1, 2], [3, 10**40]],
    name="x, y",
    players=['A "q"', "B\n2"],
    actions=[["a,b", "c\\d"], [" d", "ë\u2028"]],
    source="a source",
)


def same(first, second):
    for what in ("players", "actions", "payoffs"):
        assert getattr(first, what) == getattr(second, what)


@pytest.mark.parametrize("format", ["nfg", "json", "csv"])
def test_round_trip_with_odd_labels(format, tmp_path):
    path = tmp_path / f"game.{format}"
    games.save(ODD_LABELS, path)
    again = games.load(path)
    same(again, ODD_LABELS)
    assert os.listdir(tmp_path) == [path.name]
    if format != "csv":  # which has no place for them
        assert (again.name, again.source) == (ODD_LABELS.name, ODD_LABELS.source)


@pytest.mark.parametrize("format", ["nfg", "json", "csv"])
@given(game=normal_form_games())
def test_round_trip(format, game):
    same(games.loads(games.dumps(game, format), format), game)


LABEL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)


@given(st.lists(LABEL, min_size=7, max_size=7, unique=True))
def test_round_trip_with_any_labels(labels):
    game = games.normal_form(
        *ODD_LABELS.payoffs, players=labels[:2], actions=[labels[2:4], labels[4:6]], name=labels[6]
    )
    for format in ("json", "nfg", "csv"):
        try:
            text = games.dumps(game, format)
        except InputError as error:
            assert format != "json"
            assert "rename it" in str(error)
        else:
            same(games.loads(text, format), game)


def test_bayesian_round_trip(tmp_path):
    game = games.load("security_bayesian(thief=1/3)")
    games.save(game, tmp_path / "g.json")
    again = games.load(str(tmp_path / "g.json"))
    assert (again.name, again.types, again.prior, again.leader) == (
        game.name,
        ("thief", "vandal"),
        (Fraction(1, 3), Fraction(2, 3)),
        0,
    )
    for first, second in zip(again.games, game.games, strict=True):
        same(first, second)
    for format in ("nfg", "csv"):
        with pytest.raises(InputError, match="use json"):
            games.dumps(game, format)


def test_saving_replaces_the_whole_file_or_leaves_it(tmp_path):
    path = tmp_path / "game.json"
    games.save(games.load("chicken"), path)
    before = path.read_text()
    with pytest.raises(InputError, match="ends with a backslash"):
        bad = games.normal_form([[1]], [[1]], actions=[["a\\"], ["b"]])
        games.save(bad, tmp_path / "game.nfg")
    for target, message in [
        (tmp_path / "game.txt", "its name must end with .nfg, .efg, .json or .csv"),
        (tmp_path / "game.efg", "a normal-form game"),
        (tmp_path / "none" / "game.json", "cannot write .*: no such file or directory"),
    ]:
        with pytest.raises(InputError, match=message):
            games.save(games.load("chicken"), target)
    assert os.listdir(tmp_path) == ["game.json"]
    games.save(games.load("chicken"), path)
    assert path.read_text() == before


def test_formats_are_named():
    with pytest.raises(InputError, match="no format 'xml'"):
        games.loads("", "xml")
    with pytest.raises(InputError, match="a normal-form game"):
        games.dumps(games.load("chicken"), "efg")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "line 1, column 2: expecting property name"),
        ('{"payoffs": [[[1]],\n [[NaN]]]}', "NaN is not a finite number"),
        ('{"payoffs": [[[1]], [[Infinity]]]}', "Infinity is not a finite number"),
        ("3", "it holds no object"),
        ("{}", 'the key "payoffs" is missing'),
        ('{"payofs": []}', "unknown key 'payofs'; the keys are schema, name"),
        ('{"payoffs": 1}', "must be nested lists"),
        ('{"payoffs": [[[1]], [["x"]]]}', "'x' is not a number"),
        ('{"payoffs": [[[1]], [[1, 2]]]}', "those of player 1"),
        ('{"payoffs": [[[1]], [[1]]], "payoffs": 2}', "comes twice"),
        ('{"schema": "other/1", "payoffs": [[[1]], [[1]]]}', "schema is 'other/1'"),
        ('{"name": 3, "payoffs": [[[1]], [[1]]]}', '"name" must be a string, not 3'),
        ('{"players": "ab", "payoffs": [[[1]], [[1]]]}', '"players" must be a list of labels'),
        ('{"actions": [["a"], [null]], "payoffs": [[[1]], [[1]]]}', "holds None"),
        ('{"actions": [["a"]], "payoffs": [[[1]], [[1]]]}', "labels for 1"),
        ('{"types": []}', '"types" must be a list with one object'),
        ('{"types": [3]}', "type 1 must be an object"),
        ('{"types": [{"payoffs": [[[1]], [[1]]]}]}', "type '1' has no \"probability\""),
        ('{"types": [{"probability": "x", "payoffs": [[[1]], [[1]]]}]}', "probability of type '1'"),
        ('{"types": [{"probability": "1/2", "payoffs": [[[1]], [[1]]]}]}', "sums to 1/2"),
        (
            '{"types": [{"probability": 1, "payoffs": [[[1]], [[1]]]}], "leader": 2}',
            '"leader" must be 0 or 1, not 2',
        ),
        ('{"types": [{"probability": 1, "payoffs": [[[1]], [["y"]]]}]}', "type '1': .*'y'"),
    ],
)
def test_bad_json(text, message):
    with pytest.raises(InputError, match=message) as caught:
        games.loads(text, "json")
    assert "\n" not in str(caught.value)


def test_json_reads_decimals_exactly_and_large_integers():
    digits = "9" * 5000
    game = games.loads(f'{{"payoffs": [[[0.1, {digits}]], [["1/3", -0]]]}}', "json")
    assert game.payoff(0, (0, 0)) == Fraction(1, 10)
    assert game.payoff(0, (0, 1)) == 10**5000 - 1
    assert game.payoff(1, (0, 0)) == Fraction(1, 3)
    same(games.loads(games.dumps(game, "json"), "json"), game)


DILEMMA = games.load("3,3 0,5; 5,0 1,1")


@pytest.mark.parametrize(
    "text",
    [
        "3 3,0 5\n5 0,1 1\n",
        '3;3,"0,5"\n\n5 0,1 1',
        ",1,2\n1,3 3,0 5\n2,5 0,1 1\n",
        "Row\\Column,1,2\r\n1,3 3,0 5\r\n2,5 0,1 1\r\n",
        "Row,Column,payoff Row,payoff Column\n1,1,3,3\n1,2,0,5\n2,1,5,0\n2,2,1,1\n",
        "Row,Column,Payoff1,Payoff2\n1,1,3,3\n2,2,1,1\n2,1,5,0\n1,2,0,5\n",
    ],
)
def test_csv_forms(text):
    same(games.loads(text, "csv"), DILEMMA)


def test_csv_of_single_numbers():
    game = games.loads(",C,D\nC,3,0\nD,5,1\n", "csv", symmetric=True)
    assert game.payoffs == DILEMMA.payoffs
    assert game.actions == (("C", "D"), ("C", "D"))
    assert games.loads("0.1,-1/3", "csv", zero_sum=True).payoff(1, (0, 1)) == Fraction(1, 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the table is empty"),
        ("3,0\n5,1", "exactly one of"),
        ("1 2,3\n4,5", "some cells hold one number and some two"),
        ("1 2,3 x\n4 5,5 6", "line 1, column 2: 'x' is not a number"),
        ("A,x\nB,1 y", "line 2, column 2: 'y' is not a number"),
        ("A,x\nB,", "line 2, column 2: '' is not a number"),
        ("1 2 3,4 5 6", "line 1, column 1: '1 2 3' holds 3 numbers"),
        ("1 2,3 4\n5 6", "line 2 has 1 cells, the first line 2"),
        ("a", "there are no payoffs beside them"),
        ('"x', "line 1: "),
        ("a,b,payoff1,payoff2\nx,y,1,2\nx,y,3,4", "line 3 repeats the profile of line 2"),
        ("a,b,payoff1,payoff2\nx,y,1,2\nz,w,3,4", "2 x 2 profiles are needed, but 2 are listed"),
        ("a,b,payoff1,payoff2\nx,y,1,q", "line 2, column 4: 'q' is not a number"),
        ("a,b,payoff1,payoff2", "0 x 0 profiles"),
    ],
)
def test_bad_csv(text, message):
    with pytest.raises(InputError, match=message) as caught:
        games.loads(text, "csv")
    assert "\n" not in str(caught.value)
