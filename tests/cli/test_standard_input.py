"""GAME or PROFILE on standard input, "-"."""

import io
import sys
from pathlib import Path

import pytest

from gtlearn import games


@pytest.fixture(name="fed")
def _fed(gtlearn, monkeypatch):
    """The command line, with these bytes on standard input."""

    def call(data, *arguments):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        return gtlearn(*arguments)

    return call


@pytest.mark.parametrize(
    ("arguments", "data", "code", "said"),
    [
        (["solve", "-"], b"prisoners_dilemma\n", 0, "D     D        2, 2"),
        (["solve", "-"], b"3,3 0,5; 5,0 1,1", 0, "2     2        1, 1"),
        (["solve", "-", "--zero-sum"], b"0;5\n1;3\n4;2\n", 0, "zero-sum"),
        (["games", "show", "-"], b'NFG 1 R "g" { "A" "B" } { 1 1 } 7 8', 0, "7, 8"),
        (["solve", "-", "--input-format", "csv"], b"3 3,0 5\n5 0,1 1", 0, "2     2        1, 1"),
        (["check", "[[0,1],[0,1]]", "-"], b"prisoners_dilemma", 0, "This is a Nash equilibrium"),
        (["check", "-", "chicken"], b"[[0,1],[1,0]]", 0, "This is a Nash equilibrium"),
        (["check", "-", "-"], b"x", 2, "standard input cannot be both PROFILE and GAME"),
        (["solve", "-"], b"1,1\n2,2\n", 2, "could be CSV or a literal"),
        (["solve", "-"], b"", 2, "standard input: the game is an empty string"),
        (["solve", "-"], b"\xff\xfe\x00", 2, "is no text"),
        (["solve", "-", "--max-size", "4"], b"chicken", 2, "larger than 4 bytes"),
        (
            ["solve", "-", "--max-size", "x"],
            b"chicken",
            2,
            "'x' is no size; give one such as 500MB",
        ),
        (["solve", "chicken", "--input-format", "csv"], b"", 2, "for a GAME on standard input"),
        (["solve", "-"], f"{Path(__file__)}\n".encode(), 2, "path of a file"),
    ],
)
def test_standard_input(fed, arguments, data, code, said):
    status, out, err = fed(data, *arguments)
    assert status == code, err
    assert said in (err if code else out)


def test_convert_standard_input(fed, tmp_path):
    target = tmp_path / "out.json"
    data = games.dumps(games.load("chicken"), "nfg").encode()
    assert fed(data, "games", "convert", "-", target)[0] == 0
    assert games.load(target).payoffs == games.load("chicken").payoffs
