"""A package outside gtlearn adds a kind of game, a format and a game to the catalogue.

It is found by its entry points, as one that is installed, or registers itself.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent / "games_package"
POINTS = """
[gtlearn.games]
two_roads = congestion:ENTRY
broken_game = congestion:NOT_THERE
[gtlearn.kinds]
congestion = congestion:KIND
[gtlearn.formats]
roads = congestion:ROADS
flat = congestion:FLAT
odd = congestion:KIND
"""


@pytest.fixture
def installed(tmp_path):
    """The paths of the package and of what an installer writes beside it."""
    site = tmp_path / "site"
    (site / "congestion-1.dist-info").mkdir(parents=True)
    (site / "congestion-1.dist-info" / "METADATA").write_text("Name: congestion\nVersion: 1\n")
    (site / "congestion-1.dist-info" / "entry_points.txt").write_text(POINTS)
    return f"{PACKAGE}{os.pathsep}{site}"


def python(paths, *arguments, cwd, stdin=""):
    path = os.pathsep.join([paths, *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": path},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def gtlearn(installed, tmp_path):
    return lambda *arguments, **options: python(
        installed, "-m", "gtlearn", *arguments, cwd=tmp_path, **options
    )


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
    (tmp_path / "three.roads").write_text("a 1 2 9\nb 2 3 4\n")
    assert "3 players" in gtlearn("games", "show", "three.roads").stdout
    assert json.loads((tmp_path / "town.json").read_text())["payoffs"][0][0][0] == -9
    assert (tmp_path / "other.roads").read_text() == "fast 1 4\nslow 3 3\n"
    (tmp_path / "one.flat").write_text("[[0, 1], [-1, 0]]")
    assert gtlearn("solve", "one.flat", "--zero-sum").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["solve", "broken_game"], "plug-in 'broken_game' (gtlearn.games) of the package congest"),
        (["solve", "brokn_game"], "did you mean broken_game"),
        (["solve", "two_roads", "--symmetric"], "two_roads is a whole game"),
        (["solve", "two_roads(slow=1)"], "two_roads has no parameter 'slow'"),
        (["games", "convert", "chicken", "x.odd"], "is a Kind; it must be a Format"),
        (
            ["games", "convert", "chicken", "x.roads"],
            "a normal-form game cannot be written as",
        ),
        (["games", "convert", "chicken", "x.flat"], "its name must end with .nfg, .json"),
        (["solve", "wrong.roads"], "wrong.roads, line 1: a delay is no whole number"),
        (["solve", "empty.roads"], "empty.roads is no .roads file: "),
        (["solve", "wrong.roads", "--symmetric"], "wrong.roads holds every player's payoffs"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(gtlearn, arguments, sentence, tmp_path):
    (tmp_path / "wrong.roads").write_text("a 1 x\n")
    (tmp_path / "empty.roads").write_text("\n")
    result = gtlearn(*arguments)
    assert result.returncode == 2
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


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


def test_python_takes_what_is_installed(installed, tmp_path):
    assert python(installed, "-c", IN_PYTHON, cwd=tmp_path).stderr == ""


def test_python_takes_what_was_registered(tmp_path):
    assert python(str(PACKAGE), "-c", REGISTERING + IN_PYTHON, cwd=tmp_path).stderr == ""


def test_nothing_is_loaded_that_is_not_asked_for(installed, tmp_path):
    code = "import sys, gtlearn; gtlearn.solve('chicken'); assert 'congestion' not in sys.modules"
    assert python(installed, "-c", code, cwd=tmp_path).stderr == ""
