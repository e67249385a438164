"""OpenSpiel games walked into Markov games, against OpenSpiel's own play."""

import random
from fractions import Fraction

import numpy as np
import pyspiel
import pytest
from open_spiel.python.algorithms import expected_game_score
from open_spiel.python.policy import UniformRandomPolicy

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games.testing import check_game

NAMES = [
    "matrix_shapleys_game",
    "matching_pennies_3p",
    "blotto(coins=2,fields=2,players=2)",
    "repeated_game(stage_game=matrix_rps(),num_repetitions=2)",
    "goofspiel(imp_info=False,num_cards=3,players=2)",
    "goofspiel(imp_info=False,num_cards=3,players=2,points_order=descending)",
    "oshi_zumo(coins=3,horizon=3,size=1)",
    "nim(pile_sizes=1;2)",
    "gtlearn_iterated(stage=prisoners_dilemma,horizon=3,discount=1/2)",
]


def legal(game, player, state):
    return np.flatnonzero(game.legal[player][state]).tolist()


def backward(game):
    """The value of uniformly random play in every state, by dynamic programming."""
    values = [[Fraction(0)] * game.num_players for _ in range(game.num_states)]
    for step in reversed(range(game.horizon)):
        now = []
        for s in range(game.num_states):
            profiles = np.argwhere(game.legal_profiles[s])
            total = [Fraction(0)] * game.num_players
            for profile in map(tuple, profiles):
                for t in np.flatnonzero(game.transitions.numerators[(s, *profile)]):
                    p = game.transitions[(s, *profile, t)]
                    total = [a + p * b for a, b in zip(total, values[t], strict=True)]
                weight = game.discount**step
                total = [
                    a + weight * array[(s, *profile)]
                    for a, array in zip(total, game.payoffs, strict=True)
                ]
            now.append([value / len(profiles) for value in total])
        values = now
    return [
        sum(p * values[s][k] for s, p in enumerate(game.start)) for k in range(game.num_players)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_random_play_is_worth_what_openspiel_says(name):
    game = games.markov_game_of(name)
    theirs = pyspiel.load_game(name)
    uniform = UniformRandomPolicy(theirs)
    sequential = theirs.get_type().dynamics == pyspiel.GameType.Dynamics.SEQUENTIAL
    policies = [uniform] * theirs.num_players() if sequential else uniform  # as OpenSpiel wants it
    expected = expected_game_score.policy_value(theirs.new_initial_state(), policies)
    # OpenSpiel adds up doubles along some thousand histories
    assert np.allclose(np.array(backward(game), float), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_walked_games_keep_every_promise(name):
    check_game(games.markov_game_of(name))


@pytest.mark.parametrize("name", NAMES[:-1])
def test_random_plays_end_in_the_same_returns(name):
    """Following OpenSpiel's moves, the rewards collected are OpenSpiel's returns."""
    game, theirs = games.markov_game_of(name), pyspiel.load_game(name)
    assert game.horizon == theirs.max_game_length() or "nim" in name or "goofspiel" in name
    rng = random.Random(2)
    for _ in range(10):
        state, total = theirs.new_initial_state(), [Fraction(0)] * game.num_players
        state, place = past_chance(game, state, game.start, rng)
        while not state.is_terminal():
            state, place, paid = step(game, state, place, rng)
            total = [a + b for a, b in zip(total, paid, strict=True)]
        assert game.states[place] == "over"
        assert total == [Fraction(value) for value in state.returns()]


def past_chance(game, state, row, rng):
    """The next node at which somebody moves, and its state among those that may follow."""
    drawn = []
    while state.is_chance_node():
        action = rng.choice(state.legal_actions())
        drawn.append(state.action_to_string(action))
        state = state.child(action)
    reached = [t for t, p in enumerate(row) if p]
    if len(reached) > 1:
        reached = [t for t in reached if game.states[t].endswith(" ".join(drawn))]
    assert len(reached) == 1
    return state, reached[0]


def step(game, state, place, rng):
    moves, profile = [], []
    for k in range(game.num_players):
        turn = state.is_simultaneous_node() or k == state.current_player()
        ids = state.legal_actions(k) if turn else []
        allowed = legal(game, k, place)
        chosen = rng.randrange(len(allowed))
        assert len(allowed) == max(1, len(ids))
        assert ids or game.actions[k][allowed[0]] == "-"
        moves.append(ids[chosen] if ids else 0)
        profile.append(allowed[chosen])
    paid = [array[(place, *profile)] for array in game.payoffs]
    row = [game.transitions[(place, *profile, t)] for t in range(game.num_states)]
    child = state.clone()
    if state.is_simultaneous_node():
        child.apply_actions(moves)
    else:
        child.apply_action(moves[state.current_player()])
    return (*past_chance(game, child, row, rng), paid)


def test_chance_is_folded_into_the_transitions():
    game = games.markov_game_of("goofspiel(imp_info=False,num_cards=3,players=2)")
    third = Fraction(1, 3)
    assert [p for p in game.start if p] == [third] * 3
    assert set(game.transitions.fractions().ravel()) == {0, Fraction(1, 2), 1}
    assert game.is_zero_sum
    assert not game.number_note  # the doubles are what the ratios round to


def test_players_who_wait_have_one_action():
    game = games.markov_game_of("nim(pile_sizes=1;2)")
    start = game.states.index("start")
    assert [labels[-1] for labels in game.actions] == ["-", "-"]
    assert len(legal(game, 0, start)) == 3
    assert [game.actions[1][a] for a in legal(game, 1, start)] == ["-"]


def test_an_iterated_game_keeps_its_few_states():
    theirs = pyspiel.load_game("gtlearn_iterated(stage=chicken,horizon=10)")
    assert games.markov_game_of(theirs) is theirs.iterated.markov


def test_payoffs_that_no_double_holds():
    exact = pyspiel.create_matrix_game([[0.1, 0]], [[0, 0]])
    assert games.markov_game_of(exact).payoffs[0][0, 0, 0] == Fraction(0.1)
    decimal = games.markov_game_of(exact, rationalise=True)
    assert decimal.payoffs[0][0, 0, 0] == Fraction(1, 10)
    assert "decimals" in decimal.number_note


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("kuhn_poker", "has imperfect information, so its players do not know the history"),
        ("goofspiel(num_cards=3,imp_info=True)", "has imperfect information"),
        ("mfg_garnet", "is a mean-field game"),
        ("catch", r"has 1 player\(s\); use a game with two or more"),
        ("blackjack", r"has 1 player\(s\)"),
        ("tic_tac_toe", "has more than 4472 histories; use a smaller game"),
        ("pig(players=2,winscore=2)", "has more than 4472 histories"),
        ("goofspiel(imp_info=False,num_cards=4)", "transition probabilities, more than"),
        ("kuhn_pokr", "OpenSpiel refuses 'kuhn_pokr': Unknown game"),
    ],
)
def test_games_that_are_refused(name, message, capfd):
    with pytest.raises(InputError, match=message) as caught:
        games.markov_game_of(name)
    assert "\n" not in str(caught.value)
    capfd.readouterr()
