"""`gtlearn solve` and `gtlearn check` on iterated and Markov games."""

import json
from fractions import Fraction

import numpy as np
import pytest

DILEMMA = "gtlearn_iterated(stage=prisoners_dilemma,horizon=10)"
CHICKEN = "gtlearn_iterated(stage=chicken,horizon=10)"
STACKELBERG = ("--concept", "stackelberg")
JSON = ("--format", "json")
MARKET = {
    "name": "market",
    "states": ["boom", "bust"],
    "actions": [["high", "low"], ["high", "low"]],
    "payoffs": {"boom": "4,4 1,5; 5,1 2,2", "bust": "2,2 0,3; 3,0 1,1"},
    "transitions": {
        "boom": {"high": "boom", "low": {"*": {"boom": "1/3", "bust": "2/3"}}},
        "bust": "boom",
    },
    "discount": "9/10",
}


@pytest.fixture
def market(tmp_path):
    path = tmp_path / "market.json"
    path.write_text(json.dumps(MARKET))
    return path


@pytest.fixture
def policy(tmp_path):
    path = tmp_path / "policy.json"

    def write(value):
        path.write_text(json.dumps(value))
        return path

    return write


# --- solve


@pytest.mark.parametrize("follower", ["stationary", "optimal"])
@pytest.mark.parametrize("policy", ["deterministic", "stochastic"])
@pytest.mark.parametrize("ties", ["strong", "weak"])
def test_solve_names_the_class_of_everything(gtlearn, follower, policy, ties):
    options = ["--follower", follower, "--policy", policy, "--ties", ties, "--leader", 0]
    code, out, err = gtlearn("solve", CHICKEN, *STACKELBERG, *options, *JSON)
    assert (code, err) == (0, "")
    data = json.loads(out)
    assert (data["follower"], data["policy"]) == (follower, policy)
    first = data["solutions"][0]
    assert (first["leader"], first["ties"]) == (0, ties)
    assert first["states"] == ["init", "CC", "CD", "DC", "DD"]
    assert (first["value"], first["upper_bound"], first["gap"]) == ("4", "4", "0")
    assert first["unit"] == data["unit"] == "mean reward a step"
    assert data["bounds"]["folk"] == "4"


@pytest.mark.parametrize("form", ["table", "csv", "latex"])
@pytest.mark.parametrize("concept", ["nash", "stackelberg"])
def test_solve_in_every_format(gtlearn, form, concept):
    code, out, err = gtlearn("solve", CHICKEN, "--concept", concept, "--format", form)
    assert (code, err) == (0, "")
    start = {"table": CHICKEN, "csv": "solution,step,state,", "latex": "\\begin{tabular}"}
    assert out.startswith(start[form])


def test_solve_with_a_discount(gtlearn):
    game = "gtlearn_iterated(stage=ipd_meta_mapg,discount=24/25)"
    code, out, _ = gtlearn("solve", game, *STACKELBERG, *JSON)
    data = json.loads(out)
    assert code == 0 and data["unit"] == "discounted sum of rewards"
    assert data["game"]["discount"] == "24/25"
    assert data["solutions"][0]["value"] == data["bounds"]["folk"] == "25"


def test_solve_a_market(gtlearn, market):
    code, out, _ = gtlearn("solve", market, *JSON)
    assert code == 0
    data = json.loads(out)
    assert data["concept"] == "nash" and data["game"]["states"] == ["boom", "bust"]
    assert all(s["certificate"]["verified"] for s in data["solutions"])
    code, out, _ = gtlearn("solve", market, *STACKELBERG, *JSON)
    assert code == 0 and json.loads(out)["policy"] == "deterministic"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([DILEMMA, "--follower", "optimal"], "it goes with --concept stackelberg"),
        ([DILEMMA, *STACKELBERG, "--follower", "optimum"], "did you mean optimal?"),
        ([DILEMMA, *STACKELBERG, "--policy", "random"], "use deterministic or stochastic"),
        (
            [DILEMMA, *STACKELBERG, "--commitment", "pure"],
            "in a normal-form, a Bayesian or an extensive-form game",
        ),
        (
            [DILEMMA, "--concept", "correlated"],
            "for which correlated is not available; use",
        ),
        (
            [DILEMMA, "--arithmetic", "float"],
            "it goes with nash in a normal-form or an extensive-form game",
        ),
        (
            [DILEMMA, *STACKELBERG, "--method", "dobss"],
            "in a normal-form, a Bayesian or an extensive-form game",
        ),
        (["chicken", *STACKELBERG, "--follower", "optimal"], "an iterated or Markov game"),
        (["chicken", *STACKELBERG, "--policy", "stochastic"], "an iterated or Markov game"),
        (["gtlearn_iterated(stage=chicken,horizon=0)"], "positive number of steps"),
        (["gtlearn_iterated(stage=chicken,horizon=-3)"], "positive number of steps"),
        (["gtlearn_iterated(stage=chicken,discount=1)"], "in [0, 1)"),
        (["gtlearn_iterated(stage=chicken,discount=3/2)"], "in [0, 1)"),
        (["gtlearn_iterated(stage=chicken)"], "needs a horizon"),
        (["gtlearn_iterated(stage=chikcen,horizon=3)"], "chicken"),
        (["gtlearn_iterated(stage=chicken,horizn=3)"], "did you mean horizon?"),
    ],
)
def test_solve_refuses_in_one_line(refused, arguments, said):
    assert said in refused("solve", *arguments)


# --- check


def test_check_reads_what_solve_writes(gtlearn, tmp_path):
    path = tmp_path / "solution.json"
    for follower in ("stationary", "optimal"):
        options = [*STACKELBERG, "--follower", follower, "--policy", "deterministic"]
        assert gtlearn("solve", DILEMMA, *options, "--output", path)[0] == 0
        code, out, _ = gtlearn("check", path, DILEMMA, *STACKELBERG, *JSON)
        found = json.loads(out)["stackelberg"]
        assert (code, found["follower"], found["gap"]) == (0, follower, "0")
    assert gtlearn("solve", DILEMMA, "--output", path)[0] == 0
    code, out, _ = gtlearn("check", path, DILEMMA)
    assert code == 0 and "This is a Nash equilibrium." in out


def test_check_of_a_profile(gtlearn, policy):
    grim = [[1, 0], [1, 0], [0, 1], [0, 1], [0, 1]]
    path = policy({"strategies": [grim, grim]})
    code, out, err = gtlearn("check", path, DILEMMA, *JSON)
    assert (code, err) == (1, "")
    report = json.loads(out)
    assert report["schema"] == "gtlearn/check/1"
    assert report["payoffs"] == ["3", "3"] and report["holds"] is False
    assert report["regrets"] == ["1/10", "1/10"] and report["nash_conv"] == "1/5"
    assert report["stationary_regrets"] == ["0", "0"]
    assert gtlearn("check", path, DILEMMA, "--tolerance", "1/10")[0] == 0
    endless = DILEMMA.replace("horizon=10", "discount=24/25")
    assert gtlearn("check", path, endless)[0] == 0


def test_check_of_a_commitment_against_both_classes(gtlearn, policy):
    table = {"init": 0, "CC": 1, "CD": 0, "DC": 1, "DD": 0}  # the probability of C
    path = policy({"commitment": table})
    achieved = {}
    for follower in ("stationary", "optimal"):
        options = [*STACKELBERG, "--follower", follower]
        code, out, _ = gtlearn("check", path, DILEMMA, *options, *JSON)
        found = json.loads(out)["stackelberg"]
        assert code == 0
        assert set(found) >= {"value", "achieved", "gap", "upper_bound", "strong", "weak"}
        assert found["follower"] == follower and found["policy"] == "deterministic"
        achieved[follower] = found["achieved"]
        code, out, _ = gtlearn("check", path, DILEMMA, *options)
        assert "against a follower who" in " ".join(out.split())
    assert achieved == {"stationary": "31/10", "optimal": "29/10"}
    options = ["--policy", "stochastic"]
    code, out, _ = gtlearn("check", path, DILEMMA, *STACKELBERG, *options, *JSON)
    assert code == 1
    assert Fraction(json.loads(out)["stackelberg"]["gap"]) == Fraction(67, 20) - Fraction(29, 10)


def test_check_exposes_a_leader_that_shows_another_table(gtlearn, policy):
    tit_for_tat = [[1, 0], [1, 0], [0, 1], [1, 0], [0, 1]]
    path = policy({"commitment": [[0, 1]] * 5, "shown": tit_for_tat})
    code, out, _ = gtlearn("check", path, DILEMMA, *STACKELBERG, "--follower", "stationary")
    assert code == 1
    text = " ".join(out.split())
    assert "Deception: Row shows Column another table than it plays." in text
    assert "would seem to earn 4" in text and "scored is what is played, 2." in text


def test_check_of_a_run_and_of_arrays(gtlearn, tmp_path):
    table = [["0", "1"], ["1", "0"], ["0", "1"], ["1", "0"], ["0", "1"]]
    run = {"schema": "gtlearn/run/1", "commitment": table, "follower_class": "stationary"}
    (tmp_path / "result.json").write_text(json.dumps(run))
    code, out, _ = gtlearn("check", tmp_path, DILEMMA, *STACKELBERG, *JSON)
    assert (code, json.loads(out)["stackelberg"]["achieved"]) == (0, "31/10")
    np.savez(tmp_path / "tables.npz", commitment=np.array(table, dtype=float))
    code, out, _ = gtlearn("check", tmp_path / "tables.npz", DILEMMA, *STACKELBERG, *JSON)
    assert (code, json.loads(out)["stackelberg"]["achieved"]) == (0, "29/10")


def test_check_of_a_market(gtlearn, market, policy):
    path = policy({"strategies": [{"boom": 0, "bust": 0}, {"boom": [0, 1], "bust": {"low": 1}}]})
    code, out, _ = gtlearn("check", path, market, *JSON)
    report = json.loads(out)
    assert code == (0 if report["holds"] else 1)
    assert report["game"]["states"] == ["boom", "bust"]


def test_check_says_whose_commitment_it_is(gtlearn, refused, policy):
    table = [[0, 1]] * 5
    path = policy({"commitment": table, "leader": 1})
    _, out, _ = gtlearn("check", path, DILEMMA, *STACKELBERG, *JSON)
    assert json.loads(out)["stackelberg"]["leader"] == 1
    assert "--leader 1" in refused("check", path, DILEMMA, *STACKELBERG, "--leader", 0)
    path = policy(table)
    _, out, _ = gtlearn("check", path, DILEMMA, *STACKELBERG, "--leader", 1, *JSON)
    assert json.loads(out)["stackelberg"]["leader"] == 1


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"commitment": [[1, 0]] * 4}, "give one for each of the 5 states"),
        ({"commitment": [[1, 0, 0]] * 5}, "3 probabilities"),
        ({"commitment": [[2, -1]] * 5}, "negative probability"),
        ({"commitment": [["1/2", "1/3"]] * 5}, "sums to 5/6"),
        ({"commitment": {"CCC": 1}}, "names a state 'CCC', unknown"),
        ({"commitment": dict.fromkeys(["init", "CC", "CD", "DC"], 1)}, "no row for state 'DD'"),
        ({"strategies": [[[1, 0]] * 5]}, "1 tables for 2 players"),
        ({}, "no tables"),
        (3, "is no profile"),
        ([], "0 tables for 2 players"),
    ],
)
def test_check_refuses_bad_tables_in_one_line(refused, policy, value, said):
    assert said in refused("check", policy(value), DILEMMA, *STACKELBERG)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([DILEMMA, "--follower", "optimal"], "it goes with --concept stackelberg"),
        (["chicken", *STACKELBERG, "--follower", "optimal"], "an iterated or Markov game"),
        ([DILEMMA, "--concept", "correlated"], "--concept nash or stackelberg"),
    ],
)
def test_check_refuses_options_without_a_meaning(refused, policy, arguments, said):
    assert said in refused("check", policy({"commitment": [[1, 0]] * 5}), *arguments)
