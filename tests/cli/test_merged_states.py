"""Merged states on the command line."""

import json

import pytest

from gtlearn import cli

SMALL = "nim(pile_sizes=1;2;3)"


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        code = cli.run([*arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_a_solution_is_verified_and_checked(run, tmp_path):
    for concept in ("nash", "subgame-perfect"):
        code, _, err = run("solve", SMALL, "--concept", concept, "--output", "nim.json")
        assert (code, err) == (0, "")
        assert json.loads((tmp_path / "nim.json").read_text())["game"]["kind"] == "merged"
        assert run("verify", "nim.json", SMALL)[0] == 0
        assert run("check", "nim.json", SMALL, "--concept", concept)[0] == 0
    code, _, err = run("verify", "nim.json", SMALL, "--no-merge-states")
    assert code == 2
    assert err.rstrip().endswith("was read as its tree; use --merge-states")


def test_states_are_merged_on_request(run):
    code, out, _ = run("solve", "nim", "--merge-states")
    assert code == 0
    assert "nim: 2 players, 752 merged states, 375 + 375 information sets, zero-sum" in out
    assert "Note: states that OpenSpiel prints alike are merged on trust" in out
    code, _, err = run("solve", "quoridor(board_size=3)", "--merge-states")
    assert code == 2
    assert "comes after itself, so that its text does not say all of it" in err
    assert err.rstrip().endswith("leave --merge-states out")
    code, _, err = run("solve", "chicken", "--merge-states")
    assert (code, len(err.splitlines())) == (2, 1)


def test_the_tree_on_request_and_where_it_is_needed(run):
    assert "447 nodes" in run("solve", SMALL, "--no-merge-states")[1]
    assert "53 nodes" in run("solve", "hex(board_size=2)", "--method", "sequence-form")[1]
    code, out, _ = run("games", "show", SMALL)
    assert (code, "40 merged states" in out) == (0, True)
    assert run("games", "convert", SMALL, "nim.efg")[0] == 0
    assert "447 nodes" in run("games", "show", "nim.efg")[1]
    code, _, err = run("games", "convert", SMALL, "nim.json", "--merge-states")
    assert code == 2
    assert "no file holds merged states" in err
    assert run("games", "draw", "hex(board_size=2)", "hex.tex")[0] == 0
