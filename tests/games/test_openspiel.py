"""OpenSpiel: registration, agreement of payoffs, and trees against OpenSpiel's own values."""

import itertools
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pyspiel
import pytest

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games.openspiel.kinds import from_openspiel


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("chicken", pyspiel.MatrixGame),
        ("ipd_meta_mapg", pyspiel.MatrixGame),
        ("public_goods", pyspiel.TensorGame),
    ],
)
def test_catalogue_games_are_openspiel_games(name, kind):
    theirs = pyspiel.load_game(f"gtlearn_normal_form(game={name})")
    assert isinstance(theirs, kind)
    ours = games.load(name)
    assert from_openspiel(theirs).payoffs == ours.payoffs
    assert from_openspiel(theirs).actions == ours.actions
    assert games.load(str(theirs)).payoffs == ours.payoffs


def test_parameters_of_catalogue_games():
    text = "gtlearn_normal_form(game=cournot,arguments=cost:1/2;maximum:3)"
    theirs = pyspiel.load_game(text)
    ours = games.load("cournot(cost=1/2,maximum=3)")
    assert from_openspiel(theirs).payoffs == ours.payoffs
    assert pyspiel.load_game(str(ours.openspiel)).num_rows() == 4


def test_registration_refuses_in_our_words():
    with pytest.raises(InputError, match="did you mean chicken"):
        pyspiel.load_game("gtlearn_normal_form(game=chickn)")
    with pytest.raises(InputError, match="Bayesian"):
        pyspiel.load_game("gtlearn_normal_form(game=security_bayesian)")


def test_a_users_game_of_a_catalogue_name_is_not_mistaken_for_it():
    own = games.normal_form([[1, 2]], [[3, 4]], name="chicken")
    assert str(own.openspiel) != str(games.load("chicken").openspiel)
    assert games.load(own.openspiel).payoffs == own.payoffs


@pytest.mark.parametrize("name", ["chicken", "rock_paper_scissors", "public_goods"])
def test_openspiels_own_test_of_games(name, capfd):
    game = pyspiel.load_game(f"gtlearn_normal_form(game={name})")
    pyspiel.random_sim_test(game, num_sims=5, serialize=False, verbose=False)
    capfd.readouterr()


def test_utilities_are_declared():
    utility = pyspiel.GameType.Utility
    for text, expected in [
        ("1 -1; -1 1", utility.ZERO_SUM),
        ("1,1 0,0; 0,0 1,1", utility.IDENTICAL),
        ("1,2 0,1; 0,0 1,1", utility.GENERAL_SUM),
        ("1,1 2,0; 0,2 1,1", utility.GENERAL_SUM),
    ]:
        game = games.load(text, zero_sum="," not in text)
        assert game.openspiel.get_type().utility == expected


def test_the_process_ends_cleanly():
    code = "import hypothesis, gtlearn.games as g; g.load('chicken').openspiel"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_importing_games_is_light():
    heavy = ("scipy", "networkx", "rich", "torch", "hypothesis", "open_spiel", "pygambit")
    code = f"import sys, gtlearn.games; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["matrix_rps", "matrix_shapleys_game", "matrix_pd", "matrix_bos"])
def test_matrix_games(name):
    game, theirs = games.load(name), pyspiel.load_game(name)
    assert game.name == name
    for i, j in np.ndindex(*game.shape):
        assert game.payoff(0, (i, j)) == theirs.row_utility(i, j)
        assert game.payoff(1, (i, j)) == theirs.col_utility(i, j)


@pytest.mark.parametrize(
    "name",
    [
        "blotto(coins=3,fields=2,players=2)",
        "blotto(coins=2,fields=2,players=3)",
        "matching_pennies_3p",
    ],
)
def test_one_shot_games(name):
    game, theirs = games.load(name), pyspiel.load_game(name)
    for profile in np.ndindex(*game.shape):
        state = theirs.new_initial_state()
        moves = [state.legal_actions(k)[a] for k, a in enumerate(profile)]
        state.apply_actions(moves)
        assert [game.payoff(k, profile) for k in range(game.num_players)] == state.returns()


def _movers(state):
    return range(state.num_players()) if state.is_simultaneous_node() else [state.current_player()]


def _choices(game):
    """Each player's information states with several actions, in the order of a walk."""
    found = [{} for _ in range(game.num_players())]
    stack = [game.new_initial_state()]
    while stack:
        state = stack.pop()
        if state.is_terminal():
            continue
        if state.is_chance_node():
            stack.extend(state.child(a) for a in reversed(state.legal_actions()))
            continue
        actions = [state.legal_actions(k) for k in _movers(state)]
        for k, legal in zip(_movers(state), actions, strict=True):
            if len(legal) > 1:
                found[k].setdefault(state.information_state_string(k), len(found[k]))
        for moves in reversed(list(itertools.product(*actions))):
            stack.append(_after(state, moves))
    return found


def _after(state, moves):
    child = state.clone()
    if state.is_simultaneous_node():
        child.apply_actions(list(moves))
    else:
        child.apply_action(moves[0])
    return child


def _expected_returns(state, plans, choices):
    """The expected returns when each player follows its plan, one action label a choice."""
    if state.is_terminal():
        return np.array(state.returns())
    if state.is_chance_node():
        outcomes = state.chance_outcomes()
        return sum(p * _expected_returns(state.child(a), plans, choices) for a, p in outcomes)
    moves = []
    for k in _movers(state):
        names = {state.action_to_string(k, a): a for a in state.legal_actions(k)}
        if len(names) > 1:
            moves.append(names[plans[k][choices[k][state.information_state_string(k)]]])
        else:
            moves.extend(names.values())
    return _expected_returns(_after(state, moves), plans, choices)


@pytest.mark.parametrize(
    "name",
    [
        "kuhn_poker",
        "tiny_hanabi",
        "goofspiel(num_cards=2,players=2,points_order=descending)",
        "repeated_game(stage_game=matrix_pd(),num_repetitions=2)",
        "liars_dice(dice_sides=2,numdice=1)",
    ],
)
def test_trees_against_openspiels_own_play(name):
    game, theirs = games.load(name).reduced(), pyspiel.load_game(name)
    choices = _choices(theirs)
    generator = np.random.default_rng(1)
    for _ in range(40):
        profile = tuple(int(generator.integers(n)) for n in game.shape)
        plans = [game.actions[k][a].split("/") for k, a in enumerate(profile)]
        expected = _expected_returns(theirs.new_initial_state(), plans, choices)
        ours = [float(game.payoff(k, profile)) for k in range(game.num_players)]
        assert np.allclose(ours, expected, atol=1e-12)


def test_kuhn_poker_is_exact():
    game = games.load("kuhn_poker").reduced()
    assert game.shape == (27, 64)
    assert game.payoffs[0].denominator == 6
    assert game.is_zero_sum
    assert game.actions[0][0] == "Pass/Pass/Pass/Pass/Pass/Pass"
    always_bet, always_pass = "Bet/*/Bet/*/Bet/*", "/".join(["Pass"] * 6)
    profile = (game.actions[0].index(always_bet), game.actions[1].index(always_pass))
    assert game.payoff(0, profile) == Fraction(1)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("leduc_poker", r"about 10\^44 x about 10\^87 profiles, and at most 1000000 are built"),
        ("goofspiel(num_cards=3)", "7077888 x 7077888 profiles"),
        ("kuhn_poker(players=3)", "6561 x 10000 x 65536 profiles"),
    ],
)
def test_normal_forms_that_are_too_large(name, size):
    with pytest.raises(InputError, match=size):
        games.load(name).reduced()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("chess", r"too large: random games suggest about 10\^[0-9]+ leaves"),
        ("go", r"too large: random games suggest about 10\^[0-9]+ leaves"),
        ("bridge", r"too large: random games suggest about 10\^[0-9]+ leaves"),
        ("oshi_zumo", r"too large: random games suggest about 10\^[0-9]+ leaves"),
        ("mfg_garnet", "mean-field game"),
        ("catch", "has 1 player"),
        ("hanabi", "no information state strings"),
        ("blotto(coins=-1)", "OpenSpiel refuses"),
        ("matrix_pd(x=1)", "OpenSpiel refuses .*: Unknown parameter 'x'$"),
        ("dark_hex(num_cols=1)", "'Column' of .* has no action in information set"),
        ("blotto(coins=x)", "OpenSpiel refuses .*Expected type: kInt"),
        ("blotto(coinz=1)", "Unknown parameter 'coinz'"),
        ("efg_game(filename=nowhere)", "OpenSpiel refuses"),
    ],
)
def test_games_that_are_refused_quietly(name, message, capfd):
    with pytest.raises(InputError, match=message) as caught:
        games.load(name)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")
