"""`gtlearn verify`: its parts, its exit codes, and where it reads from."""

import io
import json
import sys
from pathlib import Path

import pytest

from gtlearn import games, solvers

FINISHED = ("train", "contextual-stackelberg", "--follower", "oracle", "--leader", "exact")
SHORT = ("--horizon", "3", "--iterations", "2", "--posttraining", "1", "--no-tensorboard")


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


def solved(name, *game, **options):
    data = solvers.solve(*game, **options).to_json()
    Path(name).write_text(json.dumps(data))
    return data


def test_a_solution_that_is_proven(gtlearn):
    solved("found.json", "chicken", find="all")
    code, out, err = gtlearn("verify", "found.json", "chicken")
    assert (code, err) == (0, "")
    assert "Nothing is false and nothing is taken on trust" in out
    code, out, err = gtlearn("verify", "found.json", "chicken", "--format", "json")
    report = json.loads(out)
    assert (code, err) == (0, "")
    assert set(report) == {"schema", "false", "proven", "on_trust"}
    assert report["schema"] == "gtlearn/verification/1"
    assert (
        report["false"] == report["on_trust"] == [] and "game: the fingerprint" in report["proven"]
    )


def test_a_solution_of_another_game(gtlearn):
    solved("found.json", "chicken")
    code, out, _ = gtlearn("verify", "found.json", "prisoners_dilemma", "--trust")
    assert code == 1 and "FALSE" in out and "the fingerprint" in out


def test_what_is_on_trust(gtlearn):
    solved("found.json", "chicken", concept="stackelberg", arithmetic="float")
    code, out, _ = gtlearn("verify", "found.json", "chicken")
    assert code == 1 and "on trust" in out and "Nothing is false" in out
    assert gtlearn("verify", "found.json", "chicken", "--trust")[0] == 0


def test_standard_input_and_the_text_itself(gtlearn, monkeypatch):
    text = json.dumps(solved("found.json", "chicken"))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert gtlearn("verify", "-", "chicken")[0] == 0
    assert gtlearn("verify", text, "chicken")[0] == 0


def test_how_the_game_is_read_matters(gtlearn):
    for text, option in (("0 1; 1 0", "--zero-sum"), ("3 0; 5 1", "--symmetric")):
        code, out, _ = gtlearn("solve", text, option, "--format", "json")
        assert code == 0
        assert gtlearn("verify", out, text, option)[0] == 0
        others = {"--zero-sum", "--symmetric"} - {option}
        assert gtlearn("verify", out, text, *others)[0] == 1


def test_what_cannot_be_read(refused):
    solved("found.json", "chicken")
    assert "say in which GAME" in refused("verify", "found.json")
    assert "no such file" in refused("verify", "lost.json", "chicken")
    assert "cannot be both" in refused("verify", "-", "-")
    assert "schema" in refused("verify", "{}", "chicken")
    assert "comes twice" in refused("verify", '{"schema": 1, "schema": 2}', "chicken")
    assert "another kind of game" in refused("verify", "found.json", "big_match")
    assert "is no run" in refused("verify", ".")


def test_a_finished_run(gtlearn, refused):
    pytest.importorskip("torch")
    code, _, err = gtlearn(*FINISHED, *SHORT, "--game", "chicken", "--output", "run")
    assert (code, err) == (0, "")
    code, out, _ = gtlearn("verify", "run", "--format", "json")
    assert code == 0 and "the true_value" in json.loads(out)["proven"]
    game = "gtlearn_iterated(stage=chicken,horizon=3)"
    assert gtlearn("verify", "run", game)[0] == gtlearn("verify", "run/result.json")[0] == 0
    other = "gtlearn_iterated(stage=chicken,horizon=4)"
    code, out, _ = gtlearn("verify", "run", other)
    assert code == 1 and "is not the one that is given" in " ".join(out.split())
    file = Path("run/result.json")
    result = json.loads(file.read_text())
    metrics = {**result["metrics"], "other": 1}
    changed = {"true_value": 9.0, "seed": 7, "iterations": 8, "metrics": metrics}
    file.write_text(json.dumps({**result, **changed}))
    code, out, _ = gtlearn("verify", "run", "--format", "json")
    false = json.loads(out)["false"]
    true = result["iterations"]
    ends = "metrics.jsonl ends with"
    assert {f"{ends} iterations {true}, not 8", f"{ends} other None, not 1"} <= set(false)
    assert code == 1 and "the true_value is 4, not 9" in false and "the seed is 0, not 7" in false
    assert any("edited" in sentence for sentence in false)
    file.unlink()
    assert "not finished" in refused("verify", "run")


def test_the_game_of_a_run_whose_discount_was_given_as_a_decimal(gtlearn):
    pytest.importorskip("torch")
    options = ("--game", "chicken", "--discount", "0.96", "--iterations", "1", "--no-tensorboard")
    assert gtlearn("train", "lola", *options, "--output", "run")[0] == 0
    code, out, _ = gtlearn("verify", "run", "--format", "json")
    assert (code, json.loads(out)["false"]) == (0, [])


def test_a_log_that_proves_the_list(gtlearn, refused):
    options = ("--find", "all", "--output", "found.json", "--proof", "log.json")
    assert gtlearn("solve", "von_stengel", *options)[0] == 0
    asked = ("verify", "found.json", "von_stengel", "--proof")
    code, out, _ = gtlearn(*asked, "log.json", "--format", "json")
    assert code == 0 and "by the proof that is given" in " ".join(json.loads(out)["proven"])
    for concept in ("nash", "stackelberg"):
        sentence = refused("solve", "chicken", "--concept", concept, "--proof", "log.json")
        assert "--concept nash, --find all" in sentence
    iterated = "gtlearn_iterated(stage=chicken,horizon=2)"
    assert "normal form" in refused("solve", iterated, "--find", "all", "--proof", "log.json")
    assert "no such file" in refused(*asked, "lost.json")


def test_a_list_that_is_not_complete_has_no_log(gtlearn):
    game = games.families.uniform(40, 40, seed=1)
    Path("game.json").write_text(games.dumps(game))
    options = ("--find", "all", "--time-limit", "1", "--proof", "log.json")
    code, _, err = gtlearn("solve", "game.json", *options)
    assert code == 0 and "log.json was not written: the list is not complete" in err
    assert not Path("log.json").exists()


def test_labels_that_are_no_characters(gtlearn):
    """Half of a surrogate pair is written as JSON writes it, and read again."""
    Path("odd.json").write_text(
        r'{"players": ["\ud800", "b"], "actions": [["\udfff"], ["b"]], "payoffs": [[[1]], [[2]]]}'
    )
    assert gtlearn("solve", "odd.json", "--format", "json", "--output", "found.json")[0] == 0
    code, out, _ = gtlearn("solve", "odd.json", "--format", "json")
    Path("printed.json").write_text(out)
    assert code == 0 and r"\ud800" in out
    for name in ("found.json", "printed.json"):
        assert gtlearn("verify", name, "odd.json")[0] == 0
