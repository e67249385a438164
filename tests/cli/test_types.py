"""Games with types on every side on the command line."""

import json
from pathlib import Path

import pytest

AUCTION = "first_price_private_values(form=types,values=2)"


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


def test_solve_check_and_verify(gtlearn):
    assert gtlearn("games", "convert", AUCTION, "auction.json")[0] == 0
    code, out, _ = gtlearn("solve", "auction.json", "--find", "all", "--output", "found.json")
    assert code == 0
    found = json.loads(Path("found.json").read_text())
    assert found["complete"] and set(found["solutions"][0]["strategies"][0]) == {"0", "1"}
    assert gtlearn("verify", "found.json", "auction.json")[0] == 0
    code, out, _ = gtlearn("check", "found.json", "auction.json")
    assert code == 0 and "This is a Nash equilibrium" in out
    code, out, _ = gtlearn("check", "found.json", "auction.json", "--format", "json")
    assert json.loads(out)["interim_regrets"][0] == {"0": "0", "1": "0"}


def test_every_output(gtlearn):
    for form, word in (("table", "type"), ("csv", "Bidder 1 (1)"), ("latex", "& type &")):
        code, out, _ = gtlearn("solve", AUCTION, "--format", form)
        assert code == 0 and word in out
    code, out, _ = gtlearn("games", "show", AUCTION)
    assert code == 0 and "Bidder 1 is 0, Bidder 2 is 1, with probability 1/4" in out


def test_a_proof_of_three_players(gtlearn):
    game = "first_price_private_values(players=3,values=1,maximum=2)"
    code, _, err = gtlearn("solve", game, "--find", "all", "--output", "found.json")
    assert (code, err) == (0, "")
    assert gtlearn("verify", "found.json", game)[0] == 0


def test_what_is_refused(refused):
    assert "for which stackelberg is not available" in refused(
        "solve", AUCTION, "--concept", "stackelberg"
    )
    assert "--method has no meaning" in refused("solve", AUCTION, "--method", "pure")
    profile = '{"strategies": [{"0": {"0": 1}}, {"0": {"0": 1}, "1": {"0": 1}}]}'
    assert "lacks the type '1'" in refused("check", profile, AUCTION)
    assert "two players with types" in refused(
        "solve", AUCTION, "--find", "all", "--output", "a.json", "--proof", "b.json"
    )
