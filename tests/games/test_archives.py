"""Games in .xlsx, .npy and .npz files; what hides something, or claims too much, is refused."""

import io
import re
import zipfile

import numpy as np
import pytest

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games.formats.npz import array_of_npy, arrays_of_npz
from gtlearn.reading import at_most

ROW, COLUMN = [[3, 0], [5, 1]], [[3, 5], [0, 1]]


def payoffs(game):
    return [tensor.fractions().tolist() for tensor in game.payoffs]


def test_npy(tmp_path):
    path = tmp_path / "game.npy"
    np.save(path, np.array(ROW))
    assert payoffs(games.load(path, zero_sum=True))[0] == ROW
    np.save(path, np.array([ROW, COLUMN]))
    with pytest.raises(InputError, match=r"game\.npy: .* can be read in two ways"):
        games.load(path)
    assert payoffs(games.load(str(path), players_axis="first")) == [ROW, COLUMN]
    np.save(path, np.array([[0.1]]))
    assert games.load(path, zero_sum=True, rationalise=True).payoff(0, (0, 0)) * 10 == 1


def test_npz(tmp_path):
    path = tmp_path / "game.npz"
    np.savez(path, np.array(ROW), np.array(COLUMN))
    assert games.load(path).players == ("Row", "Column")
    np.savez_compressed(path, Alice=np.array(ROW), Bob=np.array(COLUMN))
    game = games.load(path)
    assert (game.players, payoffs(game)) == (("Alice", "Bob"), [ROW, COLUMN])
    np.savez(path, payoffs=np.array(ROW))  # one array is read as in .npy
    game = games.load(path, zero_sum=True)
    assert (game.players, payoffs(game)[0]) == (("Row", "Column"), ROW)
    np.savez(path, payoffs=np.array([ROW, COLUMN]))
    assert payoffs(games.load(path, players_axis="first")) == [ROW, COLUMN]


def npy(header, data=b""):
    text = header.encode().ljust(118) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + data


def archive(**members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(f"{name}.npy", data)
    return stream.getvalue()


TERABYTES = npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 1000000), }", b"x")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (TERABYTES, "holds less or more than its header claims"),
        (npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }"), "header claims|numpy"),
        (npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", b"x" * 8), "objects"),
        (npy("__import__('os').system('true')"), "no array as numpy.save writes it"),
        (b"\x93NUMPY\x09\x00", "no array as numpy.save writes it"),
        (b"", "no array as numpy.save writes it"),
    ],
)
def test_headers_are_not_believed(data, message):
    with pytest.raises(InputError, match=message):
        array_of_npy(data, "the file")
    with pytest.raises(InputError, match=message):
        arrays_of_npz(archive(a=data), "the file")


def test_archives_that_are_refused():
    bomb = archive(a=bytes(300_000_000))
    assert len(bomb) < 10**6
    with pytest.raises(InputError, match="unpacks to is larger than 256 MB"):
        arrays_of_npz(bomb, "bomb.npz")
    with pytest.raises(InputError, match="no archive"):
        arrays_of_npz(bomb[:1000], "cut.npz")
    with at_most(100), pytest.raises(InputError, match="larger than 100 bytes"):
        arrays_of_npz(archive(a=bytes(200)), "small.npz")
    with pytest.raises(InputError, match="no arrays of numbers"):
        arrays_of_npz(archive(), "empty.npz")
    broken = bytearray(archive(a=npy("{}")))
    broken[40] ^= 255
    with pytest.raises(InputError, match=r"no archive|no array"):
        arrays_of_npz(bytes(broken), "broken.npz")


@pytest.fixture(name="book")
def _book():
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is an optional package")
    return openpyxl.Workbook()


def fill(sheet, rows, top=1, left=1):
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            sheet.cell(top + i, left + j, value)


def test_a_workbook(book, tmp_path):
    path = tmp_path / "game.xlsx"
    fill(book.active, [["Row\\Column", "l", 2], ["u", "3 3", "0 5"], [0.5, "5,0", "(1,1)"]], 3, 2)
    book.create_sheet("notes")
    book.save(path)
    game = games.load(path)
    assert (game.name, game.players) == ("game", ("Row", "Column"))
    assert game.actions == (("u", "0.5"), ("l", "2"))
    assert payoffs(game) == [ROW, COLUMN]


def test_numbers_of_a_workbook_are_those_that_it_spells(book, tmp_path):
    path = tmp_path / "game.xlsx"
    fill(book.active, [[0.1, -3], [1e30, 2.0]])
    book.save(path)
    assert [str(v) for v in games.load(path, zero_sum=True).payoffs[0].fractions().ravel()] == [
        "1/10",
        "-3",
        str(10**30),
        "2",
    ]
    with pytest.raises(InputError, match="exactly one of"):
        games.load(path)


def test_where_a_table_that_begins_elsewhere_is_wrong(book, tmp_path):
    path = tmp_path / "game.xlsx"
    fill(book.active, [[3, 0], [5, "x"]], 3, 2)
    book.save(path)
    with pytest.raises(InputError, match="counted from cell B3: line 2, column 2: 'x' is not a"):
        games.load(path, zero_sum=True)


def test_the_stored_value_of_a_formula_is_read(book, tmp_path):
    path = tmp_path / "game.xlsx"
    fill(book.active, [[3, 0], ["=2+3", 1]])
    book.save(path)
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    with zipfile.ZipFile(path, "w") as file:  # as a spreadsheet program leaves it
        for name, data in parts.items():
            file.writestr(name, re.sub(rb"<f>2\+3</f><v ?/?>(</v>)?", b"<f>2+3</f><v>5</v>", data))
    assert payoffs(games.load(path, zero_sum=True))[0] == ROW


def hidden_row(book):
    book.active.row_dimensions[2].hidden = True


def hidden_column(book):
    book.active.column_dimensions["B"].hidden = True


def second_sheet(book):
    book.create_sheet("more")["A1"] = 1


def merged(book):
    book.active.merge_cells("A1:A2")


def lost(book):
    book.active["A1"] = "#N/A"


def empty_cell(book):
    book.active["B2"] = None


def formula(book):
    book.active["B2"] = "=1+1"


def formula_beside(book):
    book.active["C1"], book.active["C2"] = "=A1", "=A2"


def formula_elsewhere(book):
    book.create_sheet("more")["A1"] = "=1+1"


def far_cell(book):
    book.active["XFD1048576"] = 1


def date(book):
    import datetime

    book.active["A2"] = datetime.date(2020, 1, 2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (hidden_row, "is hidden; show it"),
        (hidden_column, "is hidden; show it"),
        (second_sheet, "2 sheets hold something .'Sheet', 'more'."),
        (merged, "merged cells"),
        (lost, "line 1, column 1: '#N/A' is a spreadsheet's error"),
        (empty_cell, "line 2, column 2: '' is not a number"),
        (formula, "cell B2 holds a formula without a stored value"),
        (formula_beside, "cell C1 holds a formula without a stored value"),
        (formula_elsewhere, "2 sheets hold something .'Sheet', 'more'."),
        (far_cell, "spans 1048576 x 16384 cells"),
        (date, "cell A2: .* is a datetime, not a number"),
    ],
)
def test_workbooks_that_are_refused(book, tmp_path, change, message):
    path = tmp_path / "game.xlsx"
    fill(book.active, [[3, 0], [5, 1]])
    change(book)
    book.save(path)
    with pytest.raises(InputError, match=message):
        games.load(path, zero_sum=True)


def test_files_that_are_no_workbooks(tmp_path):
    pytest.importorskip("openpyxl", reason="openpyxl is an optional package")
    path = tmp_path / "game.xlsx"
    for data, message in (
        (b"PK\x03\x04", "no archive"),
        (b"", "no archive"),
        (archive(a=b"x"), "no workbook that can be read"),
    ):
        path.write_bytes(data)
        with pytest.raises(InputError, match=message) as caught:
            games.load(path)
        assert "\n" not in str(caught.value)
