"""Lists of equilibria of trees on the command line."""

import json

import pytest

ULTIMATUM = """EFG 2 R "Ultimatum" { "Proposer" "Responder" } ""
p "" 1 1 "offer" { "0" "1" "2" } 0
p "" 2 1 "after 0" { "yes" "no" } 0
t "" 1 "" { 2, 0 }
t "" 2 "" { 0, 0 }
p "" 2 2 "after 1" { "yes" "no" } 0
t "" 3 "" { 1, 1 }
t "" 4 "" { 0, 0 }
p "" 2 3 "after 2" { "yes" "no" } 0
t "" 5 "" { 0, 2 }
t "" 6 "" { 0, 0 }
"""


@pytest.fixture
def ultimatum(tmp_path):
    path = tmp_path / "ultimatum.efg"
    path.write_text(ULTIMATUM, encoding="utf-8")
    return path


def test_all_subgame_perfect_equilibria(gtlearn, ultimatum, tmp_path):
    asked = "--find", "all", "--concept", "subgame-perfect"
    code, out, _ = gtlearn("solve", ultimatum, *asked)
    assert code == 0 and "2 subgame-perfect equilibria of infinitely many." in out
    answer = tmp_path / "answer.json"
    code, _, err = gtlearn("solve", ultimatum, *asked, "--output", answer)
    assert code == 0 and "subgames at 0" in err
    assert json.loads(answer.read_text(encoding="utf-8"))["open_subgames"] == [["0"]]
    code, out, _ = gtlearn("verify", answer, ultimatum)
    assert code == 0 and "the open subgames" in out


def test_all_pure_equilibria(gtlearn, ultimatum):
    code, out, _ = gtlearn(
        "solve", ultimatum, "--find", "all", "--method", "pure", "--format", "json"
    )
    solution = json.loads(out)
    assert code == 0 and not solution["complete"]
    assert {"2 0", "1 1", "0 2"} <= {" ".join(e["payoffs"]) for e in solution["solutions"]}
