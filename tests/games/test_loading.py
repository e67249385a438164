"""`games.load`: every kind of input, and one sentence for every kind of bad input."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyspiel
import pytest

from gtlearn import games
from gtlearn.errors import InputError

DILEMMA = ([[3, 0], [5, 1]], [[3, 5], [0, 1]])


def payoffs(game):
    return tuple(tensor.fractions().tolist() for tensor in game.payoffs)


@pytest.mark.parametrize(
    "spec",
    [
        "3,3 0,5; 5,0 1,1",
        " 3, 3  0 ,5 ;5,0 1,1 ; ",
        "3,3 0,5\n5,0 1,1",
        DILEMMA,
        list(DILEMMA),
        [np.array(matrix) for matrix in DILEMMA],
        [[[Fraction(3), "0"], [5.0, np.int8(1)]], DILEMMA[1]],
        json.dumps(DILEMMA),
        json.dumps({"payoffs": DILEMMA}),
        games.normal_form(*DILEMMA),
        games.normal_form(*DILEMMA).openspiel,
        pyspiel.create_matrix_game(*DILEMMA),
    ],
    ids=lambda spec: type(spec).__name__,
)
def test_the_same_game_in_many_ways(spec):
    assert payoffs(games.load(spec)) == DILEMMA


def test_one_matrix_with_a_flag():
    assert payoffs(games.load("3 0; 5 1", symmetric=True)) == DILEMMA
    assert payoffs(games.load(DILEMMA[0], symmetric=True)) == DILEMMA
    assert payoffs(games.load(np.array(DILEMMA[0]), symmetric=True)) == DILEMMA
    assert payoffs(games.load("1 -2", zero_sum=True)) == ([[1, -2]], [[-1, 2]])
    assert games.load("1/2 0; 0 1/3", zero_sum=True).is_zero_sum


def test_a_game_is_returned_as_it_is():
    game = games.load("chicken")
    assert games.load(game) is game
    bayesian = games.load("security_bayesian")
    assert games.load(bayesian) is bayesian


def test_decimals_of_text_are_exact_and_floats_are_binary():
    assert games.load("0.1 1e-3", zero_sum=True).payoff(0, (0, 0)) == Fraction(1, 10)
    binary = games.load([[0.1]], zero_sum=True)
    assert binary.payoff(0, (0, 0)) == Fraction(0.1)
    assert "exact binary values" in binary.number_note
    decimal = games.load([[0.1]], zero_sum=True, rationalise=True)
    assert decimal.payoff(0, (0, 0)) == Fraction(1, 10)
    assert "decimals" in decimal.number_note
    assert games.load([[1.0]], zero_sum=True).number_note == ""


def test_three_players_from_arrays():
    game = games.load(np.arange(24).reshape(3, 2, 2, 2))
    assert game.players == ("Player 1", "Player 2", "Player 3")
    assert game.payoff(2, (1, 0, 1)) == 21


def test_what_turns_itself_into_an_array():
    class Frame:
        def __init__(self, values):
            self.values = np.array(values)
            self.shape = self.values.shape

        def __array__(self, dtype=None, copy=None):
            return self.values

    assert payoffs(games.load([Frame(matrix) for matrix in DILEMMA])) == DILEMMA
    assert payoffs(games.load(Frame(DILEMMA[0]), symmetric=True)) == DILEMMA


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("3 0; 5 1", "exactly one of symmetric=True and zero_sum=True"),
        ("3 0; x 1", "^column 6: 'x' is not a number"),
        ("3 0\n x 1", "^line 2, column 2: 'x' is not a number"),
        ("3 0; 5", "row at column 6 has 1 cells, the first row 2"),
        ("3,3 0; 5 1", "hold 1 and 2 numbers"),
        ("1,2,3", "hold 3 numbers"),
        ("3,,4 1,1", "column 2: a comma without a number on both sides"),
        (";", "the matrix is empty"),
        ("1/0,1", "divides by zero"),
        ("nan,1; 2,3", "column 1: 'nan' is not a number"),
        ("1e999999999,1", "is not a number"),
        ("", "empty string"),
        ("gtlearn_iterated(stage=chicken,horizon=10", "a bracket of .* is not closed"),
        ("prisoner_dilemma", "no game called 'prisoner_dilemma'; did you mean prisoners_dilemma"),
        ("Prisoners' Dilemma", "did you mean prisoners_dilemma"),
        ("matrix_rpx", "did you mean matrix_rps"),
        ("random_unifrom(rows=2)", "did you mean random_uniform"),
        ("zzzzzzzzzz", "see `gtlearn games list`"),
        ("some/where", "there is no file 'some/where'"),
        ("chicken(a=1)", "chicken has no parameter 'a'; it takes no parameters"),
        ("cournot(price=1)", "no parameter 'price'; its parameters are demand"),
        ("cournot(cost)", "'cost' in cournot.* is no parameter; write key=value"),
        ("cournot(cost=1,cost=2)", "given twice"),
        ("cournot(cost=x)", "parameter 'cost' of cournot must be a number, not 'x'"),
        ("cournot(maximum=1/2)", "must be an integer, not 1/2"),
        ("cournot(maximum=-1)", "leave a player without an action"),
        ("travellers_dilemma(high=1000000000)", "999999999 x 999999999 profiles"),
        ("travellers_dilemma(high=10000000000)", "must be between"),
        ([], "empty|0 payoff array"),
        ([[]], "empty"),
        ([[1, 2], [3]], "ragged"),
        ([[[1, 2]], [[1], [2]]], r"player 2 have shape \[2, 1\], those of player 1 \[1, 2\]"),
        ([[[1]], [[1]], [[1]]], "2 dimension.* for 3 players"),
        ([[[float("nan")]], [[1]]], "nan is not a finite number"),
        ([1, 2], "dimension"),
        (np.array(3), "is no game"),
        (3, "a int is no game"),
        (None, "a NoneType is no game"),
        (b"chicken", "a bytes is no game"),
        ({"payoffs": 1}, "a dict is no game"),
    ],
)
def test_bad_input_gets_one_sentence(spec, message):
    with pytest.raises(InputError, match=message) as caught:
        games.load(spec)
    assert "\n" not in str(caught.value)


def test_flags_that_do_not_apply():
    for spec in ("3,3 0,5; 5,0 1,1", DILEMMA, "chicken", "matrix_rps", games.load("chicken")):
        with pytest.raises(InputError, match="leave it out"):
            games.load(spec, zero_sum=True)
    with pytest.raises(InputError, match="exactly one of"):
        games.load("3 0; 5 1", symmetric=True, zero_sum=True)
    with pytest.raises(InputError, match="square matrix, not 1x2"):
        games.load("3 0", symmetric=True)


def test_lists_without_end_and_deep_lists():
    endless = []
    endless.append(endless)
    deep = 1
    for _ in range(100_000):
        deep = [deep]
    for spec in (endless, deep, "[" * 100_000, '{"payoffs":' + "[" * 100_000):
        with pytest.raises(InputError, match="deep"):
            games.load(spec)


def test_files_that_cannot_be_read(tmp_path):
    binary = tmp_path / "game.nfg"
    binary.write_bytes(b"\xff\xfe\x00")
    zero = tmp_path / "game.csv"
    zero.write_bytes(b"1\x002")
    text = tmp_path / "game.txt"
    text.write_text("3 0; 5 1")
    folder = tmp_path / "folder.json"
    folder.mkdir()
    for spec, message in [
        (str(binary), "is no text .byte 0 is not UTF-8"),
        (zero, "is no text .it holds a zero byte"),
        (str(text), "has no known suffix; a game file ends with .nfg, .efg, .json, .csv, .xlsx"),
        (folder, "cannot read .*folder.json: is a directory"),
        (tmp_path / "none.json", "cannot read .*none.json: no such file or directory"),
        ("no/such/file.efg", "cannot read no/such/file.efg: no such file"),
        (Path("nothing"), "no known suffix"),
        ("x" * 5000 + ".nfg", "."),
    ]:
        with pytest.raises(InputError, match=message) as caught:
            games.load(spec)
        assert "\n" not in str(caught.value)


def test_a_name_wins_over_a_file_of_that_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("chicken").write_text("nonsense")
    assert games.load("chicken").name == "chicken"


def test_labels_must_be_distinct_and_not_empty():
    with pytest.raises(InputError, match="make labels unique"):
        games.normal_form(*DILEMMA, actions=[["a", "a"], ["b", "c"]])
    with pytest.raises(InputError, match="empty label"):
        games.normal_form(*DILEMMA, players=["", "b"])
    with pytest.raises(InputError, match="labels"):
        games.normal_form(*DILEMMA, players=["a", "b", "c"])


def test_pygambit_games():
    gambit = pytest.importorskip("pygambit", reason="pygambit is an optional peer")
    table = gambit.Game.from_arrays([[3, 0], [5, 1]], [[3, 5], ["1/3", 1]], title="pd")
    game = games.load(table)
    assert game.name == "pd"
    assert payoffs(game)[1] == [[3, 5], [Fraction(1, 3), 1]]
    tree = gambit.Game.new_tree(["A", "B"])
    tree.append_move(tree.root, "A", ["l", "r"])
    tree.set_outcome(tree.root.children["l"], tree.add_outcome("won", [1, 2]))
    plans = games.load(tree).reduced()
    assert payoffs(plans) == ([[1], [0]], [[2], [0]])
    assert plans.actions == (("l", "r"), ("-",))
