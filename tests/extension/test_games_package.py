"""A package outside gtlearn adds a kind of game, a format and a game to the catalogue.

It is found by its entry points, as one that is installed, or registers itself.
"""

import json


def test_its_game_is_solved_checked_and_verified(gtlearn, tmp_path):
    solved = gtlearn("solve", "two_roads", "--find", "all", "--format", "json")
    assert solved.returncode == 0, solved.stderr
    solution = json.loads(solved.stdout)
    assert solution["game"]["actions"] == [["fast", "slow"]] * 2
    # One takes the fast road and one the slow one, or both mix so that the delays are equal:
    # 1 + 3 p = 3, so p = 2/3.
    rows = {tuple(map(tuple, found["strategies"])) for found in solution["solutions"]}
    assert rows == {
        (("1", "0"), ("0", "1")),
        (("0", "1"), ("1", "0")),
        (("2/3", "1/3"), ("2/3", "1/3")),
    }
    (tmp_path / "solution.json").write_text(solved.stdout)
    assert gtlearn("verify", "solution.json", "two_roads").returncode == 0
    assert gtlearn("check", "1 0; 0 1", "two_roads").returncode == 0
    assert gtlearn("check", "1 0; 1 0", "two_roads").returncode == 1
    assert "2 x 2" in gtlearn("solve", "two_roads(fast=2)", "--time-limit", "20").stdout


def test_its_kind_is_shown_and_listed(gtlearn):
    shown = gtlearn("games", "show", "two_roads(fast=2)").stdout
    assert "two_roads(fast=2) is a congestion game. Delays by the number of users: fast [2, 5]" in (
        " ".join(shown.split())
    )
    assert "Rosenthal (1973)" in shown
    assert "-5, -5" in shown


def test_its_formats_are_read_and_written(gtlearn, tmp_path):
    (tmp_path / "town.roads").write_text("a 1 9\nb 2 4\n")
    assert json.loads(gtlearn("solve", "town.roads", "--format", "json").stdout)["solutions"]
    for source, target in (("town.roads", "town.json"), ("two_roads", "other.roads")):
        assert gtlearn("games", "convert", source, target).returncode == 0
    piped = gtlearn("solve", "-", "--input-format", "roads", stdin="a 1 9\nb 2 4\n")
    assert piped.returncode == 0 and "2 x 2" in piped.stdout
    assert "|roads" in gtlearn("solve", "--help").stdout
    (tmp_path / "three.roads").write_text("a 1 2 9\nb 2 3 4\n")
    assert "3 players" in gtlearn("games", "show", "three.roads").stdout
    assert json.loads((tmp_path / "town.json").read_text())["payoffs"][0][0][0] == -9
    assert (tmp_path / "other.roads").read_text() == "fast 1 4\nslow 3 3\n"
    (tmp_path / "one.flat").write_text("[[0, 1], [-1, 0]]")
    assert gtlearn("solve", "one.flat", "--zero-sum").returncode == 0


WRONG = {
    "solve broken_game": "plug-in 'broken_game' (gtlearn.games) of the package games_pack",
    "solve brokn_game": "did you mean broken_game",
    "solve two_roads --symmetric": "two_roads is a whole game",
    "solve 'two_roads(slow=1)'": "two_roads has no parameter 'slow'",
    "games convert chicken x.odd": "is a Kind; it must be a Format",
    "games convert chicken x.roads": "a normal-form game cannot be written as",
    "games convert chicken x.flat": "its name must end with .nfg, .json",
    "solve wrong.roads": "wrong.roads, line 1: a delay is no whole number",
    "solve empty.roads": "empty.roads is no .roads file: ",
    "solve wrong.roads --symmetric": "wrong.roads holds every player's payoffs",
    "solve two_roads --input-format roads": "--input-format is for a GAME on standard input",
    "solve - --input-format road": "'road' is unknown; did you mean",
}


def test_what_is_wrong_is_said_in_one_sentence(gtlearn_all, tmp_path):
    (tmp_path / "wrong.roads").write_text("a 1 x\n")
    (tmp_path / "empty.roads").write_text("\n")
    done = gtlearn_all("\n".join(f"gtlearn {line}" for line in WRONG))
    for sentence, (code, _, err) in zip(WRONG.values(), done, strict=True):
        assert code == 2 and sentence in err and err.count("\n") == 1, err


IN_PYTHON = """
import congestion
import gtlearn
from gtlearn import games
from gtlearn.games.given import of_games

town = congestion.CongestionGame({"a": (1, 4), "b": (3, 3)}, name="town")
assert gtlearn.solve(town).game.name == "town"
assert gtlearn.check("1 0; 0 1", town).holds
assert gtlearn.verify(gtlearn.solve(town), town).false == ()
assert games.load(town).payoff(0, (0, 0)) == -4
assert games.load(town, reduced=False) is town
assert games.iterated(town, horizon=2).stage.name == "town"
assert "payoffs" in games.dumps(town)

@of_games(congestion.CongestionGame)
def roads(game):
    return list(game.delays)

assert roads("two_roads") == ["fast", "slow"]
try:
    roads("chicken")
except games.loading.InputError as error:
    assert "roads is for a congestion game" in str(error), error
"""
REGISTERING = """
import congestion
from gtlearn import games
for row in (congestion.KIND, congestion.ENTRY, congestion.ROADS, congestion.FLAT):
    games.register(row)
"""


def test_python_takes_what_is_installed(python):
    assert python("-c", IN_PYTHON).stderr == ""


def test_python_takes_what_was_registered(python):
    assert python("-c", REGISTERING + IN_PYTHON, only_importable=True).stderr == ""


def test_nothing_is_loaded_that_is_not_asked_for(python):
    code = "import sys, gtlearn; gtlearn.solve('chicken'); assert 'congestion' not in sys.modules"
    assert python("-c", code).stderr == ""
