"""What is no tree, or no policy of one: one line on stderr, and exit code 2."""

import json

import pytest

FORGETS = """EFG 2 R "forgets" { "A" "B" } ""
p "" 1 1 "first" { "l" "r" } 0
p "" 1 2 "second" { "x" "y" } 0
t "" 1 "" { 1, 0 }
t "" 2 "" { 0, 0 }
p "" 1 2 "second" { "x" "y" } 0
t "" 3 "" { 0, 0 }
t "" 4 "" { 1, 0 }
"""
# Piccione & Rubinstein (1997): at each exit it does not know whether it has passed the other
DRIVER = """EFG 2 R "driver" { "Driver" "Nobody" }
p "" 1 1 "road" { "exit" "go on" } 0 t "" 1 "" { 0 0 }
p "" 1 1 0 t "" 2 "" { 4 0 } t "" 3 "" { 1 0 }
"""
CHANCE = 'EFG 2 R "t" { "A" "B" } c "" 1 "" { "a" 0.333333 "b" 0.666666 } 0 t "" 0 t "" 0'
ACTIONS = """EFG 2 R "t" { "A" "B" }
p "" 1 1 "a" { "x" "y" } 0
p "" 2 1 "h" { "L" "R" } 0 t "" 0 t "" 0
p "" 2 1 "h" { "L" "M" } 0 t "" 0 t "" 0
"""
HALVES = [["1/2", "1/2"]] * 6


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Files by their names, in the current folder."""
    drawn = [
        {"label": label, "probability": 0.3333333333333333, "then": {"payoffs": [0, 0]}}
        for label in "abc"
    ]
    content = {
        "forgets.efg": FORGETS,
        "driver.efg": DRIVER,
        "chance.efg": CHANCE,
        "actions.efg": ACTIONS,
        "floats.json": json.dumps(
            {"schema": "gtlearn/tree/1", "players": ["A", "B"], "root": {"chance": drawn}}
        ),
        "lacks.json": json.dumps({"strategies": [{"0": {"Pass": 1, "Bet": 0}}, HALVES]}),
        "one.json": json.dumps({"Row": HALVES}),
    }
    for name, text in content.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (
            "solve forgets.efg --concept subgame-perfect",
            "A has imperfect recall: at information set 'second' it cannot tell the histories 'l' "
            "and 'r' apart, though its own moves differ; behaviour strategies are not enough "
            "there, so `solve` it for Nash equilibria in plans, or measure mixtures of plans, with "
            "--reduced",
        ),
        ("train cfr --game forgets.efg --iterations 1", "information set 'second'"),
        (
            "solve driver.efg --concept subgame-perfect",
            "Driver is absent-minded: information set 'road' comes twice in one play, after 'the "
            "start' and 'go on'; behaviour strategies are not enough",
        ),
        ("solve chance.efg", "sum to 999999/1000000, not 1; write them as ratios p/q"),
        (
            "solve floats.json",
            "the outcomes 'a, b, c' of a move of chance in 'floats' sum to "
            '9999999999999999/10000000000000000, not 1; give exact ratios, such as "1/3"',
        ),
        (
            "solve actions.efg",
            "information set 1 of player 2 had the actions L, R before, L, M here",
        ),
        ("solve negotiation", "negotiation samples its chance moves"),
        (
            "solve oshi_zumo(coins=4,size=1,horizon=10000,min_bid=0)",
            "goes on after 4000 moves, 4002 nodes were counted; use parameters that end it",
        ),
        (
            "solve leduc_poker --max-nodes 5000",
            "5001 nodes were counted, and at most 5000 are allowed; use a smaller game, or allow "
            "more by --max-nodes",
        ),
        ("solve leduc_poker --max-nodes 0", "--max-nodes 0 allows no node; give 1 or more"),
        (
            "check lacks.json kuhn_poker",
            "the strategy of 'Row' lacks the information set '0pb'; give it a strategy there",
        ),
        (
            "check one.json kuhn_poker",
            "the profile holds no strategy of 'Column'; give one a player; what one player's",
        ),
        ("solve selten_horse --concept subgame-perfect", "3 players move in the subgame at the"),
        ("solve selten_horse --concept stackelberg", "'selten_horse' has 3 players"),
        ("train cfr --game selten_horse --iterations 1", "is no tree of two players"),
    ],
)
def test_one_sentence(files, refused, command, said):
    assert said in refused(*command.split())


@pytest.mark.parametrize("concept", ["nash", "stackelberg", "correlated"])
def test_players_who_forget_are_answered_in_plans(files, gtlearn, concept):
    for name, said in (("forgets.efg", "forgets at the"), ("driver.efg", "absent-mindedness")):
        code, out, _ = gtlearn("solve", name, "--concept", concept)
        assert code == 0 and said in out and "strategies are plans" in " ".join(out.split())


def test_a_profile_in_plans_is_checked(files, gtlearn):
    code, out, _ = gtlearn("check", "[[0, 1], [1]]", "driver.efg", "--reduced")
    assert code == 0 and "absent-mindedness" in out
