"""Tables of payoffs: what is meant is read, and what could be meant in two ways is refused."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtlearn import games
from gtlearn.errors import InputError

ROW, COLUMN = [[3, 0], [5, 1]], [[3, 5], [0, 1]]


def payoffs(game):
    return [tensor.fractions().tolist() for tensor in game.payoffs]


@pytest.mark.parametrize(
    "text",
    [
        "3 3,0 5\n5 0,1 1",
        "(3,3),(0,5)\n(5,0),(1,1)",
        '"3,3","0,5"\n"5,0","1,1"',
        '"(3,3)","(0,5)"\n(5 0),(1 1)',
        "3 3;0 5\n5 0;1 1",
        "(3,3);(0,5)\n(5,0);(1,1)",
        "3 3\t0 5\n5 0\t1 1",
        "sep=;\n3 3;0 5\n5 0;1 1",
        "sep=,\r\n3;3,0;5\r\n5;0,1;1",
        "\ufeff3 3,0 5\n5 0,1 1",
        "Row\\Column,1,2\n1,3 3,0 5\n2,5 0,1 1",
        "Row\\Column;1;2\n1;3 3;0 5\n2;5 0;1 1",
        ",1,2\n1,3 3,0 5\n2,5 0,1 1",
        "\t1\t2\n1\t3 3\t0 5\n2\t5 0\t1 1",
        "Row;Column;payoff Row;payoff Column\n1;1;3;3\n1;2;0;5,0\n2;1;5;0\n2;2;1;1,0",
    ],
)
def test_the_dilemma_in_many_tables(text):
    game = games.loads(text, "csv")
    assert payoffs(game) == [ROW, COLUMN]
    assert game.actions == (("1", "2"), ("1", "2"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        # a payoff that a spreadsheet lost is no label
        ("#N/A,0 5\n5 0,1 1", "line 1, column 1: '#N/A' is a spreadsheet's error"),
        ("#REF!,1\n2,3", "line 1, column 1: '#REF!' is a spreadsheet's error"),
        (",0 5\n5 0,1 1", "line 1, column 1: '' is not a number, as all around it are"),
        ("nan,0 5\n5 0,1 1", "line 1, column 1: 'nan' is not a number"),
        ("1O 5,0 5\n5 0,1 1", "line 1, column 1: '1O 5' is not a number"),
        ("x,1\n2,3", "line 1, column 1: 'x' is not a number"),
        ("3 3,#N/A\n5 0,1 1", "line 1, column 2: '#N/A' is not a number"),
        ("3 3,0 5\n#N/A,1 1", "line 2, column 1: '#N/A' is not a number"),
        # thousands separators are no payoffs
        ('"1,000","2,500"\n"3,000","1,200"', "thousands separator"),
        ('"1,000.50","2,500.00"\n"3,000","1,200"', "thousands separator"),
        ("1 500,2 300\n4 100,1 200", "thousands separator"),
        ("1\u00a0500;2\u00a0300", "thousands separator"),
        ('"1,000","2,500"\n"3,000","500"', "thousands separator|one number and some two"),
        ("1'000,2'500", "'1'000\" is not a number|1'000"),
        ("1.000;2.500\n3.000;1.200", "thousands separator or three decimals"),
        ("1,000;2,500\n3,000;1,200", "thousands separator|some cells hold one number"),
        # a European spreadsheet
        ("0;5\n1;3\n4;2", "exactly one of symmetric=True"),
        ("0,5;1,5\n2,5;3,5", "exactly one of symmetric=True"),
        ("3;3,0;5\n5;0,1;1", "separated by commas, .* or by semicolons"),
        ("1.000,50;2,5", "'1.000,50' is not a number|some cells hold one number and some two"),
        ("3,3 0,5; 5,0 1,1", "could be a literal, whose rows end with semicolons"),
        # tabs: the comma may be anything
        ("3,3\t0,5\n5,0\t1,1", "line 1, column 1: '3,3' may be two payoffs or one number"),
        # the players in two orders
        ("Row,Column,payoff Column,payoff row\nC,C,3,4", "'payoff Column' stands where .* 'Row'"),
        # accountants write negative numbers in brackets
        ("(5),(6)", "'[(]5[)]' has one number in brackets"),
    ],
)
def test_what_is_refused(text, message):
    with pytest.raises(InputError, match=message) as caught:
        games.loads(text, "csv")
    assert "\n" not in str(caught.value)


def test_a_european_table_of_single_numbers():
    game = games.loads("0;5\n1;3\n4;2", "csv", zero_sum=True)
    assert payoffs(game)[0] == [[0, 5], [1, 3], [4, 2]]
    halves = games.loads("0,5;-1,25\n2;,5", "csv", zero_sum=True)
    assert payoffs(halves)[0] == [[Fraction(1, 2), Fraction(-5, 4)], [2, Fraction(1, 2)]]
    labelled = games.loads("x;a;b\nu;0,5;1\nv;2;3", "csv", zero_sum=True)
    assert labelled.actions == (("u", "v"), ("a", "b"))


def test_pairs_that_could_be_decimals_are_said_to_be_pairs():
    game = games.loads('"0,5","1,5"\n"2,5","3,5"', "csv")
    assert game.number_note == "each cell, such as '0,5', read as two payoffs"
    assert game.payoff(1, (0, 0)) == 5
    assert games.loads("0 5,1 5\n2 5,3 5", "csv").number_note == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,000 2,500; 3,000 1,200", "column 1: '1,000' looks like one number"),
        ("(5) (6)", "'[(]5[)]' is no pair of payoffs"),
        ("(3,3 0,5", "a bracket without its other"),
        ("(3,,3) (0,5)", "is no pair of payoffs"),
        ("(1,2,3)", "hold 3 numbers"),
        ("3 3, 0 x; 1 1, 2 2", "column 8: 'x' is not a number"),
        ("1 2, 3 4; 5 6", "make all rows equally long"),
    ],
)
def test_literals_that_are_refused(text, message):
    with pytest.raises(InputError, match=message):
        games.load(text)


NUMBERS = st.integers(-2000, 2000) | st.fractions(max_denominator=50)
MATRICES = st.tuples(st.integers(1, 3), st.integers(1, 3)).flatmap(
    lambda shape: st.lists(
        st.tuples(NUMBERS, NUMBERS), min_size=math.prod(shape), max_size=math.prod(shape)
    ).map(lambda cells: [cells[i * shape[1] : (i + 1) * shape[1]] for i in range(shape[0])])
)


@given(MATRICES)
def test_what_is_written_unambiguously_is_read(matrix):
    row, column = ([[pair[k] for pair in line] for line in matrix] for k in (0, 1))
    for text, format in (
        ("; ".join(" ".join(f"({a},{b})" for a, b in line) for line in matrix), "literal"),
        ("\n".join(";".join(f"({a},{b})" for a, b in line) for line in matrix), "csv"),
        ("\n".join("\t".join(f"({a} {b})" for a, b in line) for line in matrix), "csv"),
        ("\n".join(",".join(f'"({a},{b})"' for a, b in line) for line in matrix), "csv"),
    ):
        game = games.load(text) if format == "literal" else games.loads(text, format)
        assert payoffs(game) == [row, column]


@given(MATRICES)
def test_what_we_write_we_read(matrix):
    row, column = ([[pair[k] for pair in line] for line in matrix] for k in (0, 1))
    game = games.normal_form(row, column)
    assert payoffs(games.loads(games.dumps(game, "csv"), "csv")) == [row, column]


def test_a_list_of_profiles_whose_payoffs_are_not_headed_so():
    with pytest.raises(InputError, match=r"line 2, column 2: 'C' .*; where each line is a profile"):
        games.loads("Row,Column,u1,u2\nC,C,3,3\nC,D,0,5\nD,C,5,0\nD,D,1,1\n", "csv")
