"""`gtlearn games` on iterated and Markov games."""

import json

import pytest

from gtlearn import cli, games

MARKET = {
    "name": "market",
    "states": ["boom", "bust"],
    "actions": [["high", "low"], ["high", "low"]],
    "payoffs": {"boom": "4,4 1,5; 5,1 2,2", "bust": "2,2 0,3; 3,0 1,1"},
    "transitions": {
        "boom": {"high": "boom", "low": {"*": {"boom": "1/3", "bust": "2/3"}}},
        "bust": "boom",
    },
    "legal": {"bust": {"Column": ["low"]}},
    "discount": "9/10",
}


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "market.json").write_text(json.dumps(MARKET))

    def call(*arguments):
        code = cli.run([*arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_the_list_says_how_to_iterate(run):
    code, out, _ = run("games", "list")
    assert code == 0
    assert "gtlearn_iterated(stage=NAME,horizon=10)" in out
    assert "big_match" in out


def test_an_iterated_game_is_shown(run):
    code, out, err = run("games", "show", "gtlearn_iterated(stage=prisoners_dilemma,horizon=10)")
    assert (code, err) == (0, "")
    assert "5 states, 10 steps" in out
    assert "mean reward a step" in out
    assert "init, CC, CD, DC, DD" in " ".join(out.split())
    assert " C   3, 3   1, 4" in out


def test_a_markov_game_is_shown(run):
    code, out, err = run("games", "show", "market.json")
    assert (code, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    assert "2 states, discount 9/10" in out
    assert "The game starts in boom." in out
    assert ["low", "low", "boom:", "1/3,", "bust:", "2/3"] in lines
    bust = out[out.index("In state bust:") :]
    assert "Then: boom." in bust
    assert " high   0, 3" in bust  # what is not legal is not shown
    assert "2, 2" not in bust


def test_large_games_are_shortened(run):
    code, out, _ = run("games", "show", "gtlearn_iterated(stage=shapley,horizon=5,memory=2)")
    assert code == 0
    assert "and 51 more" in out
    run("games", "convert", "gtlearn_iterated(stage=shapley,horizon=5)", "shapley.json")
    code, out, _ = run("games", "show", "shapley.json")
    assert "2 more states are not shown." in out


def test_an_iterated_game_becomes_a_markov_file(run):
    text = "gtlearn_iterated(stage=ipd_meta_mapg,discount=24/25)"
    assert run("games", "convert", text, "ipd.json") == (0, "", "")
    assert run("games", "convert", "ipd.json", "again.json") == (0, "", "")
    again = games.load("again.json")
    assert again.states == ("init", "CC", "CD", "DC", "DD")
    assert again.transitions == games.load(text).markov.transitions


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "gtlearn_iterated(stage=chickn,horizon=3)"], "did you mean chicken"),
        (["show", "gtlearn_iterated(stage=chicken,horizon=0)"], "is 0; give a positive number"),
        (
            ["show", "gtlearn_iterated(stage=chicken,discount=1)"],
            "give one in [0, 1), or a horizon",
        ),
        (["show", "gtlearn_iterated(stage=chicken,horizn=1)"], "did you mean horizon?"),
        (["show", "broken.json"], "from state 'boom' under the actions low, high sum to 1/3"),
        (["convert", "market.json", "market.nfg"], "a Markov game cannot be written as nfg"),
        (["convert", "market.json", "market.efg"], "a Markov game cannot be written as efg"),
    ],
)
def test_bad_input(run, tmp_path, arguments, message):
    broken = json.loads(json.dumps(MARKET).replace("2/3", "0"))
    (tmp_path / "broken.json").write_text(json.dumps(broken))
    code, out, err = run("games", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert len(err.splitlines()) == 1
