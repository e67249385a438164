"""The arrays of iterated games: what is played in them is worth what the exact solvers say."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games.kinds.markov.game import unrolled
from gtlearn.learning.stackelberg.contexts import all_deterministic, random_leaders
from gtlearn.learning.stackelberg.game import leader_game, pure_tables, scaled_rewards
from gtlearn.learning.stackelberg.play import rollout
from gtlearn.solvers import evaluate_exactly, evaluate_floats

DILEMMA = games.iterated("prisoners_dilemma", horizon=10)
UNEVEN = games.normal_form([[0, 1, 5], [2, -3, 4]], [[7, 1, 0], [3, 2, -1]])


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("leader", [0, 1])
@pytest.mark.parametrize("discount", [None, "1/2"])
def test_deterministic_tables_are_worth_exactly_what_the_solver_says(leader, discount):
    game = leader_game(games.iterated("chicken", horizon=10, discount=discount), leader)
    every = all_deterministic(game)
    first, second = (np.array(pair) for pair in zip(*product(every, every), strict=True))
    played = rollout(game, first, second, rng())
    exact = evaluate_exactly(game.game, game.ordered(first.astype(int), second.astype(int)))
    assert game.values(played.leader_rewards) == pytest.approx(exact.floats()[:, leader])
    assert game.values(played.follower_rewards) == pytest.approx(exact.floats()[:, 1 - leader])


@pytest.mark.parametrize("leader", [0, 1])
def test_mixed_tables_of_any_shape_are_worth_on_average_what_the_solver_says(leader):
    game = leader_game(games.iterated(UNEVEN, horizon=3), leader)
    led = rng(1).dirichlet(np.ones(game.leader_actions), size=game.num_states)
    followed = rng(2).dirichlet(np.ones(game.follower_actions), size=game.num_states)
    count = 100_000
    played = rollout(
        game, np.repeat(led[None], count, axis=0), np.repeat(followed[None], count, axis=0), rng()
    )
    exact = evaluate_floats(game.game, game.ordered(led, followed))
    for player, rewards in ((leader, played.leader_rewards), (1 - leader, played.follower_rewards)):
        values = game.values(rewards)
        assert abs(values.mean() - exact[player]) < 5 * values.std() / np.sqrt(count)


def test_a_follower_may_see_the_time():
    game = leader_game(DILEMMA)
    leaders = all_deterministic(game)
    followers = pure_tables(rng().integers(2, size=(32, 10 * 5)), 2)
    played = rollout(game, leaders, followers, rng())
    timed = [np.tile(leaders, (1, 10, 1)).astype(int), followers.astype(int)]
    exact = evaluate_exactly(unrolled(DILEMMA.markov), timed).floats()
    assert game.values(played.follower_rewards) == pytest.approx(exact[:, 1])


def test_by_hand_tit_for_tat_against_a_defector():
    game = leader_game(games.iterated("prisoners_dilemma", horizon=3))
    tit_for_tat = pure_tables(np.array([[0, 0, 1, 0, 1]]), 2)
    played = rollout(game, tit_for_tat, pure_tables(np.ones((1, 5), dtype=int), 2), rng())
    assert played.states.tolist() == [[0, 2, 4]]  # init, CD, DD
    assert played.next_states.tolist() == [[2, 4, 4]]
    assert played.leader_rewards.tolist() == [[1, 2, 2]]
    assert played.follower_rewards.tolist() == [[4, 2, 2]]
    assert played.num_steps == 3


def test_states_keep_the_order_of_the_players():
    first, second = leader_game(DILEMMA, 0), leader_game(DILEMMA, 1)
    assert DILEMMA.states[first.moves[0, 0, 1]] == "CD"
    assert DILEMMA.states[second.moves[0, 0, 1]] == "DC"  # the second player leads with C


@pytest.mark.parametrize("memory", [1, 2, 3])
def test_moves_remember_the_last_joint_actions(memory):
    game = games.iterated(UNEVEN, horizon=9, memory=memory)
    matrix = leader_game(game, 1)
    for state, held in enumerate(game.memories[::7]):
        for first, second in product(range(2), range(3)):
            after = game.state((*held, (first, second))[-memory:])
            assert matrix.moves[7 * state, second, first] == after


def test_an_endless_game_is_cut_off_where_one_percent_is_left():
    game = leader_game(games.iterated("prisoners_dilemma", discount="9/10"))
    assert game.steps == 44
    assert 0.9**44 <= 0.01 < 0.9**43
    ones = game.values(np.ones((1, 44)))
    assert ones == pytest.approx([(1 - 0.9**44) / (1 - 0.9)])
    assert leader_game(games.iterated("chicken", discount=0)).steps == 1


@pytest.mark.parametrize(
    ("horizon", "memory", "queries"), [(10, 1, 5), (1, 1, 1), (2, 2, 5), (3, 2, 21)]
)
def test_only_states_that_can_be_met_are_asked_for(horizon, memory, queries):
    game = games.iterated("prisoners_dilemma", horizon=horizon, memory=memory)
    assert leader_game(game).queries == queries


def test_scaled_rewards_are_the_papers():
    payoffs = leader_game(DILEMMA).follower_rewards
    assert scaled_rewards(np.array([1.0, 2, 3, 4]), payoffs).tolist() == [-1.5, -0.5, 0.5, 1.5]
    assert scaled_rewards(np.array([7.0]), np.full((2, 2), 7.0)).tolist() == [0]


def test_equal_generators_play_equal_episodes():
    game = leader_game(DILEMMA)
    tables = random_leaders(game, 20, rng(3), mixed=True)
    one, other = (rollout(game, tables, tables, rng(4)) for _ in range(2))
    assert np.array_equal(one.states, other.states)
    assert not np.array_equal(one.states, rollout(game, tables, tables, rng(5)).states)


def test_bad_input_is_named():
    game = leader_game(DILEMMA)
    fine = random_leaders(game, 2, rng())
    with pytest.raises(InputError, match="iterated game of two players"):
        leader_game(games.load("prisoners_dilemma"))
    with pytest.raises(InputError, match="choose 0 or 1"):
        leader_game(DILEMMA, 2)
    with pytest.raises(InputError, match="use a smaller stage game"):
        leader_game(games.iterated("travellers_dilemma", horizon=2))
    with pytest.raises(InputError, match=r"shape \[2, 4, 2\]; give \(batch, 5, 2\)"):
        rollout(game, fine[:, :4], fine, rng())
    with pytest.raises(InputError, match="as many of both"):
        rollout(game, fine, fine[:1], rng())
    for wrong in (np.nan, 0.7, -1.0):
        broken = fine.copy()
        broken[1, 2, 0] = wrong
        with pytest.raises(InputError, match=r"table 1 of the follower .* in state 'CD'"):
            rollout(game, fine, broken, rng())


def test_a_leader_who_would_have_to_wait_for_ever_is_refused():
    game = games.iterated("prisoners_dilemma", discount=f"{10**17 - 1}/{10**17}")
    with pytest.raises(InputError, match="too near for floats"):
        leader_game(game)


def test_chance_is_what_it_is_exactly_also_where_floats_round_it_away():
    moves = [[[[1 - Fraction(1, 10**400), Fraction(1, 10**400)]] * 2] * 2, [[[0, 1]] * 2] * 2]
    paid = [[[1, 2], [3, 4]]] * 2
    game = games.markov_game([paid, paid], moves, horizon=3)
    assert leader_game(game).chances is not None
