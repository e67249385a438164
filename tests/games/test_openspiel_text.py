"""Game strings of OpenSpiel, odd ones too: a game, or a sentence; the process goes on."""

import os
import random
import subprocess
import sys
from datetime import date

import pyspiel
import pytest

from gtlearn import child, games, limits
from gtlearn.environments.openspiel import parallel_environment
from gtlearn.errors import InputError
from gtlearn.games.openspiel import text as openspiel_text
from gtlearn.games.openspiel.kinds import from_openspiel
from gtlearn.games.openspiel.text import harmless_texts, is_harmless

nightly = pytest.mark.skipif(
    os.environ.get("GTLEARN_NIGHTLY") != "1", reason="set GTLEARN_NIGHTLY=1 for it"
)

DEADLY = [
    "universal_poker(numPlayers=3)",
    "go_fish(initial_cards=0)",
    "havannah(board_size=-1)",
    "hanabi(players=0)",
    "normal_form_extensive_game(game=go_fish(initial_cards=0))",
    "turn_based_simultaneous_game(game=havannah(board_size=-1))",
]
GREEDY = [
    "hex(board_size=100000)",
    "efg_game(filename=/)",
    "bargaining(instances_file=/)",
    "gomoku(dims=7)",
]


def shown(text):
    return text[:40]


@pytest.mark.parametrize("text", DEADLY, ids=shown)
def test_what_ends_the_process_is_refused(text, capfd):
    with pytest.raises(InputError, match=r"does not survive|refuses") as caught:
        games.load(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("text", GREEDY, ids=shown)
def test_what_fills_the_memory_is_refused(text):
    with pytest.raises(InputError, match="takes more than 2 GB"):
        games.load(text)


def test_what_takes_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(openspiel_text, "SECONDS", 0.2)
    with pytest.raises(InputError, match=r"takes more than 0\.2 s for 'blotto"):
        games.load("blotto(coins=2147483647)")


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("blotto(coins=2147483647)", {"time_limit": 0.2}),
        ("hex(board_size=100000)", {"memory_limit": 1e9}),
    ],
)
def test_a_limit_of_the_caller_is_no_error_of_the_input(text, limit):
    with limits.limited(**limit), pytest.raises(limits.LimitReached):
        games.load(text)


@pytest.mark.parametrize(
    "text",
    [
        "gtlearn_iterated(stage=havannah(board_size=-1),horizon=2)",
        "gtlearn_markov(game=havannah%28board_size%3D-1%29)",
        "repeated_game(stage_game=gtlearn_iterated(stage=havannah%28board_size%3D-1%29),"
        "num_repetitions=2)",
    ],
)
@pytest.mark.parametrize("read", [games.load, games.markov_game_of])
def test_games_inside_our_games(read, text):
    with pytest.raises(InputError):
        read(text)


@pytest.mark.parametrize("text", ["go_fish(initial_cards=0)", "nim(pile_sizes=x)"])
def test_markov_games(text):
    with pytest.raises(InputError):
        games.markov_game_of(text)


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("chess", True),
        ("chess()", True),
        ("kuhn_poker(players=3)", True),
        ("goofspiel(imp_info=True, num_cards=4)", True),
        ("goofspiel(num_cards=14)", False),
        ("kuhn_poker(players=11)", False),
        ("kuhn_poker(players=02)", False),
        ("kuhn_poker(player=2)", False),
        ("kuhn_poker(players)", False),
        ("nim(pile_sizes=1;2)", False),
        ("misere(game=kuhn_poker())", False),
        ("kuhn_poker(players=2)x", False),
        ("", False),
    ],
)
def test_what_is_harmless(text, harmless):
    assert is_harmless(text) == harmless


def test_a_harmless_game_costs_no_child(monkeypatch):
    monkeypatch.setattr(child, "call", None)
    assert games.load("kuhn_poker").num_nodes == 58
    assert games.load("kuhn_poker(players=2)").num_nodes == 58
    with pytest.raises(TypeError):
        games.load("nim(pile_sizes=1;2)")


@pytest.mark.parametrize(
    "text",
    [
        "nim(pile_sizes=1;2)",
        "misere(game=kuhn_poker())",
        "add_noise(epsilon=1.0,seed=1,game=matrix_pd())",
    ],
)
def test_a_child_reads_the_same_game(text):
    game, here = games.load(text), from_openspiel(pyspiel.load_game(text))
    assert (game.name, game.fingerprint) == (here.name, here.fingerprint)
    assert not any(array.numerators.flags.writeable for array in game.payoffs)


OWN_GAME = """
import pyspiel
from gtlearn import child, games

kinds = pyspiel.GameType
kind = kinds(
    "own", "own", kinds.Dynamics.SIMULTANEOUS, kinds.ChanceMode.DETERMINISTIC,
    kinds.Information.ONE_SHOT, kinds.Utility.GENERAL_SUM, kinds.RewardModel.TERMINAL,
    2, 2, True, True, False, False, {"stake": 1},
)
def create(parameters):
    return pyspiel.MatrixGame(kind, parameters, ["a"], ["b"], [parameters["stake"]], [0])
create.itself = create
pyspiel.register_game(kind, create)
child._can_fork = lambda: False
print(games.load("own(stake=7)").payoff(0, (0, 0)))
"""


def test_a_game_that_only_this_process_knows(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(OWN_GAME)
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True)
    assert done.stdout == "7\n"


WHOLE = ("0", "-1", "1", "2", "7", "100000", "2147483647", "-2147483648", "9" * 20, "1.5", "x", "")
DECIMAL = ("0.0", "-1.0", "1e308", "nan", "inf", "1e-320", "5", "x")
FLAG = ("True", "False", "x", "2")
TEXT = (
    "",
    "x",
    "/nowhere/at/all",
    "/",
    "/dev/null",
    "0;0;0",
    "-1",
    "1;2;3",
    "[-1]",
    "%s",
    "9" * 50,
)
GAME = (
    "",
    "5",
    "x()",
    "tic_tac_toe()",
    "matrix_pd()",
    "chess()",
    "kuhn_poker(players=-1)",
    "go_fish(initial_cards=0)",
    "universal_poker(numPlayers=3)",
    "hex(board_size=100000)",
    "efg_game(filename=/)",
    "misere(game=misere(game=kuhn_poker()))",
    "gtlearn_iterated(stage=havannah%28board_size%3D-1%29,horizon=2)",
    "gtlearn_markov(game=havannah%28board_size%3D-1%29)",
)


def odd_values(default):
    if isinstance(default, bool):
        return FLAG
    if isinstance(default, int):
        return WHOLE
    if isinstance(default, float):
        return DECIMAL
    return GAME if default == {} else TEXT


def odd_strings():
    """Every parameter of every registered game, one at a time, with every odd value."""
    for kind in pyspiel.registered_games():
        parameters = dict(kind.parameter_specification)
        inner = {key: "tic_tac_toe()" for key, value in parameters.items() if value == {}}
        for key, default in parameters.items():
            for value in odd_values(default):
                given = {**inner, key: value}
                inside = ",".join(f"{name}={text}" for name, text in given.items())
                yield f"{kind.short_name}({inside})"


def attempt(text):
    """Reads a game string in every way; a refusal is a sentence."""
    for read in (games.load, games.markov_game_of, parallel_environment):
        try:
            read(text)
        except InputError as error:
            assert "\n" not in str(error)
            assert len(str(error)) < 1000


@pytest.mark.parametrize("text", random.Random(1).sample(sorted(odd_strings()), 30), ids=shown)
def test_odd_parameters(text, monkeypatch):
    monkeypatch.setattr(openspiel_text, "SECONDS", 0.3)
    attempt(text)


@nightly
def test_more_odd_parameters(monkeypatch):
    """Other ones each day, so that all have had their turn within a week."""
    monkeypatch.setattr(openspiel_text, "SECONDS", 3)
    today = random.Random(date.today().toordinal())
    for text in today.sample(sorted(odd_strings()), 600):
        attempt(text)


@nightly
def test_what_is_loaded_without_a_child_is_harmless():
    for text in [*pyspiel.registered_names(), *harmless_texts()]:
        assert child.call(survives, text, time_limit=600, memory_limit=4e9), text


def survives(text):
    attempt(text)
    return True
