"""A finished run of a leader is checked without naming its game."""

import json
from pathlib import Path

import pytest

ARGUMENTS = ("train", "contextual-stackelberg", "--follower", "planning", "--leader", "bandit")
SHORT = ("--posttraining", "2", "--no-tensorboard", "--output", "run")


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


def trained(gtlearn, *options):
    code, out, err = gtlearn(*ARGUMENTS, *options, *SHORT)
    assert (code, err) == (0, "")
    return out


def test_an_optimal_leader_holds(gtlearn):
    out = trained(gtlearn, "--pretraining", "6", "--iterations", "10")
    said = " ".join(out.split())
    assert "gtlearn check run" in said and "no deterministic one is worth more" in said
    code, out, _ = gtlearn("check", "run")
    assert code == 0 and "This is a best deterministic commitment" in out
    code, out, _ = gtlearn("check", "run", "--format", "json")
    found = json.loads(out)["stackelberg"]
    result = json.loads(Path("run/result.json").read_text())
    assert found["value"] == "29/10" and result["true_value"] == 2.9
    assert found["follower_regret"] == "0"


def test_a_leader_short_of_the_optimum_does_not_hold(gtlearn):
    # Eight of 32 tables were tried, and the follower has learned nothing.
    trained(gtlearn, "--pretraining", "0", "--iterations", "1")
    gap = json.loads(Path("run/result.json").read_text())["gap"]
    assert gap > 0
    assert gtlearn("check", "run")[0] == 1
    assert gtlearn("check", "run", "--tolerance", str(gap + 4))[0] == 0


def test_a_file_is_not_mistaken_for_the_game_of_its_name(gtlearn):
    """A run of the dilemma in chicken.csv is not checked in the catalogue's chicken."""
    Path("chicken.csv").write_text("Row\\Column,C,D\nC,3 3,0 5\nD,5 0,1 1\n")
    trained(gtlearn, "--pretraining", "6", "--iterations", "10", "--game", "chicken.csv")
    result = json.loads(Path("run/result.json").read_text())
    assert result["game"] == "gtlearn_iterated(stage='chicken.csv',horizon=10)"
    code, out, _ = gtlearn("check", "run", "--format", "json")
    assert (code, json.loads(out)["stackelberg"]["value"]) == (0, "29/10")
    assert gtlearn("verify", "run", "--trust")[0] == 0


def test_a_game_that_was_changed_after_it_was_played(gtlearn, refused):
    Path("stage.csv").write_text("Row\\Column,C,D\nC,3 3,0 5\nD,5 0,1 1\n")
    trained(gtlearn, "--pretraining", "6", "--iterations", "10", "--game", "stage.csv")
    Path("stage.csv").write_text("Row\\Column,C,D\nC,3 3,0 6\nD,6 0,1 1\n")
    assert "was changed since run played it" in refused("check", "run")
    code, out, _ = gtlearn("verify", "run", "--format", "json")
    assert code == 1 and "fingerprint" in json.loads(out)["false"][0]


def test_a_game_must_be_named_for_all_else(refused, tmp_path):
    assert "say in which GAME" in refused("check", "[[1, 0], [0, 1]]")
    assert "is no run" in refused("check", tmp_path)
