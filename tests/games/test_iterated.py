"""Iterated games: their names, their memories, and the Markov game of the memories."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games import IteratedGame, NormalFormGame
from gtlearn.games.openspiel.iterated import IteratedOpenSpielGame
from gtlearn.games.testing import check_game, iterated_games

DILEMMA = "gtlearn_iterated(stage=prisoners_dilemma,horizon=10)"
LITERAL = "3,3 0,5; 5,0 1,1"


def test_states_in_the_order_of_the_contract():
    game = games.load(DILEMMA)
    assert game.states == ("init", "CC", "CD", "DC", "DD")
    assert game.memories == ((), ((0, 0),), ((0, 1),), ((1, 0),), ((1, 1),))
    assert game.markov.start == (1, 0, 0, 0, 0)


@pytest.mark.parametrize("file", ["chicken.csv", "a, horizon=2 (1.json", "it's.nfg"])
def test_the_stage_in_a_file_is_called_by_its_path(tmp_path, monkeypatch, file):
    """Its own name, or the file's, may be another game's."""
    monkeypatch.chdir(tmp_path)
    other = games.normal_form([[3, 0], [5, 1]], [[3, 5], [0, 1]], name="chicken")
    games.save(other, file)
    for game in (games.iterated(file, horizon=3), games.iterated(tmp_path / file, horizon=3)):
        assert games.load(game.name).fingerprint == game.fingerprint
        assert game.stage.fingerprint == other.fingerprint
    assert games.load(f'gtlearn_iterated(stage="{file}",horizon=3)').name == (
        games.iterated(file, horizon=3).name
    )


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "chicken", "payoffs": [[[3, 0], [5, 1]], [[3, 5], [0, 1]]]}',
        "; ".join(" ".join(f"{i},{j}" for j in range(9)) for i in range(9)),
    ],
)
def test_a_stage_without_a_name_of_its_own_is_called_by_its_text(text):
    game = games.iterated(text, horizon=2)
    assert games.load(game.name).fingerprint == game.fingerprint


def test_two_steps_of_memory():
    game = games.iterated("prisoners_dilemma", horizon=10, memory=2)
    assert game.num_states == len(game.states) == 1 + 4 + 16
    assert game.states[5:8] == ("CC CC", "CC CD", "CC DC")
    after = {game.states[t] for t in game.markov.transitions.numerators[7, 1, 1].nonzero()[0]}
    assert (game.states[7], after) == ("CC DC", {"DC DD"})


def test_without_memory_there_is_one_state():
    game = games.load("gtlearn_iterated(stage=chicken,horizon=3,memory=0)")
    assert game.name == "gtlearn_iterated(stage=chicken,horizon=3,memory=0)"
    assert (game.states, game.memories) == (("init",), ((),))
    assert game.markov.transitions.numerators.tolist() == [[[[1], [1]], [[1], [1]]]]
    state = IteratedOpenSpielGame(game, recall="memory").new_initial_state()
    for joint in ([0, 0], [1, 0], [0, 1]):
        assert state.information_state_string(0) == "p0 init"
        state.apply_actions(joint)
    chicken = games.load("chicken").payoffs[0]
    assert state.returns()[0] == chicken[0, 0] + chicken[1, 0] + chicken[0, 1]


def test_which_states_can_be_reached():
    one = games.iterated("chicken", horizon=1).markov.reachable
    two = games.iterated("chicken", horizon=2, memory=2).markov.reachable
    ever = games.iterated("chicken", discount="1/2", memory=2).markov.reachable
    assert (one.sum(), two.sum(), ever.all()) == (1, 5, True)


@pytest.mark.parametrize(
    ("actions", "label"),
    [
        ([["C", "D"], ["C", "D"]], "DC"),
        ([["high", "low"], ["high", "low"]], "low,high"),
        ([["a", "b"], ["x", "yy"]], "b,x"),
        ([["go left", "stay"], ["go left", "stay"]], "21"),
        ([["a", "a,b"], ["b,c", "c"]], "21"),
        ([["a", " "], ["b", "c"]], "21"),
    ],
)
def test_labels_of_states(actions, label):
    stage = games.normal_form([[3, 0], [5, 1]], [[3, 5], [0, 1]], actions=actions)
    game = games.iterated(stage, horizon=2, memory=2)
    assert game.states[3] == label
    assert len(set(game.states)) == game.num_states == 21


@given(iterated_games(max_players=3, max_memory=2))
def test_what_is_remembered_has_its_index(game):
    assert len(game.memories) == len(set(game.memories)) == game.num_states
    assert [game.state(held) for held in game.memories] == list(range(game.num_states))


@given(iterated_games(max_players=3, max_actions=3, max_memory=2))
@settings(max_examples=60)
def test_drawn_games_pass_the_checker(game):
    check_game(game)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        (DILEMMA, "mean reward a step"),
        ("gtlearn_iterated(stage=chicken,horizon=3,discount=1/2)", "discounted sum of rewards"),
        ("gtlearn_iterated(stage=chicken,discount=0.96)", "discounted sum of rewards"),
    ],
)
def test_units(text, unit):
    assert games.load(text).markov.unit == unit


@given(st.data())
def test_the_markov_game_pays_what_the_stage_pays(data):
    """Along every history of three steps, whatever is remembered of it."""
    game = data.draw(iterated_games(max_memory=2, max_horizon=3, finite=True))
    profiles = list(itertools.product(*map(range, game.stage.shape)))
    markov = game.markov
    for history in itertools.product(profiles, repeat=game.horizon):
        place = 0
        for step, joint in enumerate(history):
            held = history[max(0, step - game.memory) : step]
            assert markov.states[place] == game.label(held)
            for k, array in enumerate(markov.payoffs):
                assert array[(place, *joint)] == game.stage.payoff(k, joint)
            row = [markov.transitions[(place, *joint, t)] for t in range(markov.num_states)]
            assert sorted(row)[-2:] in ([0, 1], [1])
            place = row.index(1)


SAME = [
    f"gtlearn_iterated(stage='{LITERAL}',horizon=2)",
    f'gtlearn_iterated( stage = "{LITERAL}" , horizon = 2 )',
    f"gtlearn_iterated(horizon=2,stage=({LITERAL}))",
    f"gtlearn_iterated(stage={LITERAL},horizon=2)",
    "gtlearn_iterated(stage=3:3 0:5; 5:0 1:1,horizon=2)",
    "gtlearn_iterated(stage=[[[3,0],[5,1]],[[3,5],[0,1]]],horizon=2)",
    'gtlearn_iterated(stage={"payoffs": [[[3,0],[5,1]],[[3,5],[0,1]]]},horizon=2)',
    "gtlearn_iterated(stage=3%2C3 0%2C5; 5%2C0 1%2C1,horizon=2,memory=1,recall=perfect)",
]


@pytest.mark.parametrize("text", SAME)
def test_one_game_in_many_words(text):
    game = games.load(text)
    assert isinstance(game, IteratedGame)
    assert (game.horizon, game.discount, game.memory) == (2, 1, 1)
    assert game.stage.payoffs == games.load(LITERAL).payoffs


def test_flags_are_for_the_stage():
    game = games.load("gtlearn_iterated(stage='3 0; 5 1',horizon=2)", symmetric=True)
    assert game.stage.payoffs == games.load(LITERAL).payoffs
    assert game.name == f"gtlearn_iterated(stage='{LITERAL}',horizon=2)"


def test_stages_with_parameters_and_of_files(tmp_path):
    duopoly = games.load("gtlearn_iterated(stage=cournot(cost=1/2,maximum=3),discount=24/25)")
    assert duopoly.stage.name == "cournot(cost=1/2,maximum=3)"
    assert duopoly.discount == Fraction(24, 25)
    games.save(games.load("chicken"), tmp_path / "own, game.json")
    own = games.load(f"gtlearn_iterated(stage='{tmp_path / 'own, game.json'}',horizon=3)")
    assert own.stage.payoffs == games.load("chicken").payoffs
    assert games.load("gtlearn_iterated(stage=matrix_pd,horizon=3)").stage.name == "matrix_pd"


@pytest.mark.parametrize(
    "text",
    [
        DILEMMA,
        "gtlearn_iterated(stage=cournot(cost=1/2),horizon=3,discount=1/2,memory=2)",
        "gtlearn_iterated(stage=ipd_meta_mapg,discount=24/25)",
        f"gtlearn_iterated(stage='{LITERAL}',discount=0)",
    ],
)
def test_a_games_name_loads_it_again(text):
    game = games.load(text)
    assert game.name == text
    assert repr(game) == f"IteratedGame({text!r})"
    assert games.load(game) is game


def test_iterated_takes_what_load_takes():
    assert games.iterated(LITERAL, discount=0.96).discount == Fraction(24, 25)
    stage = games.load("chicken")
    assert games.iterated(stage, horizon=2).stage is stage
    assert games.iterated(stage, horizon=np.int64(2), memory=np.int32(2)).num_states == 21
    with pytest.raises(InputError, match="'security_bayesian' is no normal-form game"):
        games.iterated("security_bayesian", horizon=2)
    with pytest.raises(InputError, match="'big_match' is no normal-form game"):
        games.iterated("big_match", horizon=2)


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        ("", "has no stage; write gtlearn_iterated.stage=prisoners_dilemma,horizon=10"),
        ("horizon=3", "has no stage"),
        ("chicken", "'chicken' in gtlearn_iterated.* is no parameter; write key=value"),
        ("stage=chickn,horizon=2", "the stage .* no game called 'chickn'; did you mean chicken"),
        ("stage=,horizon=2", "the stage .* empty string"),
        ("stage=security_bayesian,horizon=2", "'security_bayesian' is no normal-form game"),
        (f"stage={DILEMMA},horizon=2", "is no normal-form game, so it cannot be iterated"),
        ("stage='3 0; 5 1',horizon=2", "the stage .* symmetric or as zero-sum"),
        ("stage='3,3 x,1',horizon=2", "the stage .*: column 5: 'x' is not a number"),
        ("stage=chicken", "needs a horizon, a number of steps, or a discount"),
        ("stage=chicken,horizon=0", "the horizon .* is 0; give a positive number of steps"),
        ("stage=chicken,horizon=-1", "is -1; give a positive number"),
        ("stage=chicken,horizon=1.5", "is '1.5'; give a whole number of steps"),
        ("stage=chicken,horizon=12345678901", "is 12345678901; give fewer than 10"),
        ("stage=chicken,horizon=1000001", "is 1000001; give at most 10"),
        ("stage=chicken,discount=1", r"the discount .* is 1; give one in \[0, 1\), or a horizon"),
        ("stage=chicken,discount=-1/2", r"is -1/2; give one in \[0, 1\)"),
        ("stage=chicken,discount=3/2,horizon=2", r"is 3/2; give one in \[0, 1\]"),
        ("stage=chicken,discount=half", "the discount .*: 'half' is not a number"),
        ("stage=chicken,horizon=2,memory=-1", "the memory is -1; give a number of steps, 0 or m"),
        ("stage=chicken,horizon=2,memory=20", "has more than 1000000 states; use a smaller game"),
        ("stage=chicken,horizon=2,memory=99999", "has more than 1000000 states"),
        ("stage=chicken,horizn=2", "no parameter 'horizn'; did you mean horizon"),
        ("stage=chicken,zzz=2", "no parameter 'zzz'; its parameters are stage, arguments, hori"),
        ("stage=chicken,stage=hero,horizon=2", "'stage' of gtlearn_iterated is given twice"),
        ("stage=chicken,horizon=2,recall=some", "the recall is 'some'; give memory or perfect"),
        ("stage=chicken,discount=1/2,max_length=0", "max_length is 0; give a positive"),
    ],
)
def test_bad_input_gets_one_sentence(inside, message):
    with pytest.raises(InputError, match=message) as caught:
        games.load(f"gtlearn_iterated({inside})")
    assert "\n" not in str(caught.value)


def test_a_misspelt_name():
    with pytest.raises(InputError, match="did you mean gtlearn_iterated"):
        games.load("gtlearn_iteratd(stage=chicken,horizon=3)")


def test_a_large_stage_is_iterated_but_has_no_table_of_transitions():
    game = games.load("gtlearn_iterated(stage=travellers_dilemma,horizon=3)")
    assert game.num_states == 1 + 99 * 99
    with pytest.raises(InputError, match="transition probabilities, more than 20000000"):
        _ = game.markov


CALLS = st.text("stage=chicken,horizon,discount01/2()'\";:% []{}", max_size=40)


@given(CALLS)
def test_load_anything_like_an_iterated_game(inside):
    try:
        game = games.load(f"gtlearn_iterated({inside})")
    except InputError as error:
        assert "\n" not in str(error)
    else:
        assert isinstance(game.stage, NormalFormGame)
