"""The checker in JavaScript as a program: its report, its exit codes, what it refuses."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gtlearn import games
from gtlearn.games.formats.json import dump_json
from gtlearn.solvers import solve, verify

NODE = shutil.which("node")
PAGE = Path(__file__).parents[2] / "docs" / "certificate-format.md"
CHECKER = Path(__file__).parents[2] / "verifier" / "verify.mjs"

pytestmark = pytest.mark.skipif(NODE is None, reason="Node is not installed")

CHICKEN = games.load("chicken")


@pytest.fixture
def files(tmp_path):
    """Writes a solution and a game into files, and returns their paths."""

    def write(solution, game=CHICKEN):
        names = ("solution.json", "game.json")
        texts = (json.dumps(solution), game if isinstance(game, str) else dump_json(game))
        for name, text in zip(names, texts, strict=True):
            (tmp_path / name).write_text(text, "utf-8")
        return [str(tmp_path / name) for name in names]

    return write


def run(*words, **how):
    command = [NODE, str(CHECKER), *words]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, **how)


def test_a_correct_solution(files):
    solution = solve(CHICKEN, find="all").to_json()
    paths = files(solution)
    done = run(*paths, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == verify.solution(CHICKEN, solution).to_json()
    table = run(*paths)
    assert table.returncode == 0
    assert " proven   solution 2   the index\n" in table.stdout
    assert table.stdout.endswith("25 statements are proven from the game alone.\n")


def test_the_example_of_the_page(files):
    blocks = re.findall(r"^```json\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
    solution, game = (
        next(block for block in blocks if f"gtlearn/{schema}/1" in block)
        for schema in ("solution", "game")
    )
    done = run(*files(json.loads(solution), game))
    assert done.returncode == 0, done.stdout


def test_a_forged_one(files):
    solution = solve(CHICKEN).to_json()
    solution["solutions"][0]["payoffs"][0] = "9"
    done = run(*files(solution))
    assert done.returncode == 1
    assert " FALSE    solution 0   the payoff of 'Row' is 2, not 9\n" in done.stdout
    assert done.stdout.endswith("1 statement is false.\n")
    other = run(*files(solve(CHICKEN).to_json(), games.load("stag_hunt")), "--format=json")
    assert json.loads(other.stdout)["false"][0].startswith("game: the fingerprint: ")


def test_what_is_on_trust(files):
    paths = files({**solve(CHICKEN).to_json(), "author": "nobody"})
    done = run(*paths, "--format", "json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["on_trust"] == [
        "'author': not a statement that is known here, so it was not looked at"
    ]
    assert run(*paths, "--trust").returncode == 0


@pytest.mark.parametrize(
    ("solution", "game"),
    [
        (solve("big_match").to_json(), games.load("big_match")),
        (
            solve("gtlearn_iterated(stage=chicken,horizon=2)").to_json(),
            games.iterated("chicken", horizon=2),
        ),
        (
            {**solve(CHICKEN).to_json(), "solutions": [{"payoffs": [{"mid": "2", "radius": "1"}]}]},
            CHICKEN,
        ),
    ],
    ids=["a Markov game", "an iterated game", "enclosed numbers"],
)
def test_what_it_does_not_know_is_on_trust(solution, game, files):
    report = json.loads(run(*files(solution, game), "--format", "json").stdout)
    assert (report["false"], report["proven"]) == ([], [])
    assert len(report["on_trust"]) == 1 and "known here" in report["on_trust"][0]


def test_standard_input(files):
    solution, game = files(solve(CHICKEN).to_json())
    done = run("-", game, input=Path(solution).read_text("utf-8"))
    assert done.returncode == 0, done.stderr


GOOD = json.dumps(solve(CHICKEN).to_json())
GAME = dump_json(CHICKEN)
UNREADABLE = {
    "no text": ("", GAME),
    "no JSON": (GOOD[:-1], GAME),
    "more than JSON": (f"{GOOD}]", GAME),
    "no object": ("[]", GAME),
    "NaN": (GOOD.replace('"complete": false', '"complete": NaN'), GAME),
    "infinite": (GOOD.replace('"payoffs": ["2"', '"payoffs": [1e999'), GAME),
    "a key twice": (GOOD.replace('"complete"', '"complete": true, "complete"', 1), GAME),
    "another schema": (GOOD.replace("solution/1", "solution/9"), GAME),
    "no solutions": (GOOD.replace('"solutions"', '"solution"'), GAME),
    "nested deeply": ("[" * 100_000, GAME),
    "a strange escape": (GOOD.replace("ok", "\\x"), GAME),
    "no game": (GOOD, "3"),
    "an empty game": (GOOD, "{}"),
    "a ragged game": (GOOD, GAME.replace("[3, 2]", "[3]", 1)),
    "a word in place of a payoff": (GOOD, GAME.replace("[3, 2]", '["three", 2]', 1)),
    "a division by zero": (GOOD, GAME.replace("[3, 2]", '["3/0", 2]', 1)),
    "an action twice": (GOOD, GAME.replace('"D"', '"C"')),
    "an unknown key": (GOOD, GAME.replace('"name"', '"nome"')),
    "one player": (GOOD, '{"payoffs": [[1, 2]]}'),
    "a prior above one": (
        GOOD,
        '{"types": [{"probability": "3/2", "payoffs": [[[1]], [[1]]]}]}',
    ),
    "types of other sizes": (
        GOOD,
        '{"types": [{"probability": "1/2", "payoffs": [[[1]], [[1]]]},'
        ' {"probability": "1/2", "payoffs": [[[1], [2]], [[1], [2]]]}]}',
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_unreadable(name, tmp_path):
    for file, text in zip(("solution", "game"), UNREADABLE[name], strict=True):
        (tmp_path / file).write_text(text, "utf-8")
    refused(run(str(tmp_path / "solution"), str(tmp_path / "game")))


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["one.json"],
        ["nowhere.json", "nowhere.json"],
        ["-", "-"],
        [str(CHECKER.parent), str(CHECKER.parent)],
        [str(CHECKER), str(CHECKER), "--format", "xml"],
        [str(CHECKER), str(CHECKER), "--format"],
        [str(CHECKER), str(CHECKER), "--speed"],
    ],
)
def test_bad_command_lines(words):
    refused(run(*words))


def test_bytes_that_are_no_text(tmp_path, files):
    (tmp_path / "bytes").write_bytes(b"{\xff}")
    refused(run(str(tmp_path / "bytes"), files({})[1]))


def refused(done):
    """One line on standard error, exit code 2."""
    assert (done.returncode, done.stdout) == (2, ""), done.stdout
    assert done.stderr.startswith("verify.mjs: ") and done.stderr.count("\n") == 1, done.stderr


def test_a_page_imports_it():
    """Where nothing is as in Node, it is a module that does nothing of itself."""
    script = f"""
        const {{ verify, render, sha256 }} = await import({json.dumps(CHECKER.as_uri())});
        const report = verify({json.dumps(GOOD)}, {json.dumps(GAME)});
        const parsed = verify(JSON.parse({json.dumps(GOOD)}), JSON.parse({json.dumps(GAME)}));
        const same = JSON.stringify(report) === JSON.stringify(parsed);
        console.log(render(report).endsWith("from the game alone."), same, sha256([97, 98, 99]));
    """
    hidden = f"const hidden = globalThis.process; delete globalThis.process; {script}"
    done = subprocess.run(
        [NODE, "--input-type=module", "-e", hidden], capture_output=True, text=True, check=False
    )
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-4, B.1
    assert done.stdout.split() == ["true", "true", abc], done.stderr
