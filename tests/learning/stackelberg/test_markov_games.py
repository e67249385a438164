"""Markov games as they are learned: random moves, and actions that are not legal everywhere."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from gymnasium.utils.env_checker import check_env
from pettingzoo.test import parallel_api_test, parallel_seed_test

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.learning.stackelberg.contexts import (
    all_deterministic,
    deterministic,
    probabilities,
    random_leaders,
)
from gtlearn.learning.stackelberg.environments import LeaderEnvironment, PairEnvironment
from gtlearn.learning.stackelberg.followers import (
    ContextualFollower,
    OracleFollower,
    PlanningFollower,
    QLearningFollower,
    RelabellingFollower,
    follower_regrets,
    training_step,
)
from gtlearn.learning.stackelberg.game import drawn, leader_game, pure_tables
from gtlearn.learning.stackelberg.leaders import (
    BanditLeader,
    EvolutionLeader,
    ExactLeader,
    PolicyGradientLeader,
)
from gtlearn.learning.stackelberg.leaders.sb3 import DQNLeader, PPOLeader
from gtlearn.learning.stackelberg.play import rollout
from gtlearn.solvers import evaluate_exactly, evaluate_floats
from gtlearn.solvers.profiles.tables import deterministic_tables

torch.set_num_threads(1)

TRADE = games.load("bullet_trade")
SELLER, BUYER = (leader_game(TRADE, player) for player in (0, 1))
LEADS = {"seller": SELLER, "buyer": BUYER}
KEEP, WAIT = 0, 6  # of the seller

FOLLOWERS = {
    "contextual": ContextualFollower,
    "network": lambda game: ContextualFollower(game, model="network", seed=3),
    "q-learning": QLearningFollower,
    "relabelling": RelabellingFollower,
    "relabelling at random": lambda game: RelabellingFollower(game, epsilon=0.5),
    "planning": PlanningFollower,
    "oracle": OracleFollower,
}
LEADERS = {
    "policy gradient": PolicyGradientLeader,
    "mixed policy gradient": lambda game: PolicyGradientLeader(game, mixed=True),
    "ppo": PPOLeader,
    "mixed ppo": lambda game: PPOLeader(game, mixed=True),
    "dqn": lambda game: DQNLeader(game, learning_starts=10),
    "evolution": EvolutionLeader,
    "deterministic evolution": lambda game: EvolutionLeader(game, deterministic=True),
    "bandit": BanditLeader,
    "exact": ExactLeader,
}


def rng(seed=0):
    return np.random.default_rng(seed)


def random_game(seed, **duration):
    """A game of 3 x 2 actions in 4 states, some of them not legal, with random moves and start."""
    generator = rng(seed)
    payoffs = generator.integers(-3, 7, size=(2, 4, 3, 2))
    moves = generator.multinomial(6, np.full(4, 0.25), size=(4, 3, 2)).astype(object)
    legal = [generator.random((4, size)) < 0.6 for size in (3, 2)]
    for mask in legal:
        mask[:, -1] |= ~mask.any(axis=1)
    legal[0][0], legal[1][1] = True, True
    return games.markov_game(
        payoffs, moves * Fraction(1, 6), start=["1/2", "1/2", 0, 0], legal=legal, **duration
    )


def mixed_tables(mask, seed):
    """A table that mixes over what is legal."""
    table = rng(seed).dirichlet(np.ones(mask.shape[1]), size=len(mask)) * mask
    return table / table.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("leader", [0, 1])
@pytest.mark.parametrize("duration", [{"horizon": 5}, {"horizon": 5, "discount": "1/2"}])
@pytest.mark.parametrize("seed", range(3))
def test_random_moves_are_worth_on_average_what_the_solver_says(seed, duration, leader):
    exact = random_game(seed, **duration)
    game = leader_game(exact, leader)
    led, followed = (
        mixed_tables(mask, k) for k, mask in enumerate((game.leader_legal, game.follower_legal))
    )
    count = 40_000
    many = (np.repeat(table[None], count, axis=0) for table in (led, followed))
    played = rollout(game, *many, rng(seed))
    expected = evaluate_floats(exact, game.ordered(led, followed))
    for player, rewards in ((leader, played.leader_rewards), (1 - leader, played.follower_rewards)):
        values = game.values(rewards)
        # five standard errors: false in fewer than one of a million
        assert abs(values.mean() - expected[player]) < 5 * values.std() / np.sqrt(count)
    assert set(np.unique(played.states[:, 0])) == {0, 1}


def test_deterministic_tables_of_the_trade_are_worth_exactly_what_the_solver_says():
    game = leader_game(games.load("bullet_trade(bullets=3)"))
    asks, answers = all_deterministic(game), all_deterministic(leader_game(game.game, 1))
    first, second = np.repeat(asks, 32, axis=0), np.tile(answers, (6, 1, 1))
    played = rollout(game, first, second, rng())
    exact = evaluate_exactly(game.game, [first.astype(int), second.astype(int)]).floats()
    assert game.values(played.leader_rewards) == pytest.approx(exact[:, 0], abs=1e-12)
    assert game.values(played.follower_rewards) == pytest.approx(exact[:, 1], abs=1e-12)


def test_the_seller_is_asked_once_and_the_buyer_about_every_price():
    assert [SELLER.game.states[s] for s in SELLER.asked] == ["bullet"]
    assert [BUYER.game.states[s] for s in BUYER.asked] == [
        *("offer 0", "offer 1/4", "offer 1/2", "offer 3/4", "offer 1")
    ]
    assert (SELLER.queries, BUYER.queries, SELLER.steps) == (1, 5, 2)


def test_a_bullet_by_hand():
    asks_half = pure_tables(np.array([[3] + [WAIT] * 6]), 7)
    accepts = pure_tables(np.array([[2, 2, 0, 0, 1, 0, 0]]), 3)
    played = rollout(SELLER, asks_half, accepts, rng())
    assert played.states.tolist() == [[0, 4]]  # bullet, offer 1/2
    assert played.leader_actions.tolist() == [[3, WAIT]]
    assert played.follower_actions.tolist() == [[2, 1]]
    assert played.leader_rewards.tolist() == [[0, 0.5]]
    assert played.follower_rewards[0] == pytest.approx([0, 0.2], abs=1e-15)
    assert played.last_states.tolist() == [0]


def test_what_is_not_legal_changes_no_extreme():
    assert (SELLER.leader_rewards.min(), SELLER.leader_rewards.max()) == (0, 1)
    assert SELLER.follower_rewards.min() == pytest.approx(-0.3)
    game = leader_game(
        games.markov_game(
            [[[[1, 2], [99, 99]]], [[[3, 4], [-99, -99]]]],
            np.ones((1, 2, 2, 1), dtype=int),
            horizon=1,
            legal=[[[True, False]], [[True, True]]],
        ),
        leader=1,
    )
    assert sorted(game.leader_rewards.ravel()) == [3, 3, 3, 4]


@pytest.mark.parametrize(("name", "count"), [("seller", 6), ("buyer", 32)])
def test_contexts_are_the_legal_commitments(name, count):
    game = LEADS[name]
    every = all_deterministic(game)
    actions = list(map(list, deterministic_tables(TRADE, game.leader)))
    assert every.argmax(axis=2).tolist() == actions
    assert deterministic(game, every).tolist() == list(range(count))
    assert probabilities(game, every).shape == (count, {"seller": 6, "buyer": 10}[name])
    pure = deterministic(game, random_leaders(game, 6_000, rng()))
    frequency = np.bincount(pure, minlength=count) / 6_000
    error = np.sqrt(1 / count / 6_000)
    assert abs(frequency - 1 / count).max() < 4.5 * error  # false in fewer than one of 4000
    mixed = random_leaders(game, 10, rng(), mixed=True)
    assert mixed.sum(axis=2) == pytest.approx(1)
    assert (mixed[:, ~game.leader_legal] == 0).all()


def test_nothing_without_probability_is_ever_drawn():
    rows = np.array([[0.1] * 10 + [0.0]])  # the ten add up to less than one in floats
    assert np.cumsum(rows)[-1] < 1
    assert drawn(rows, np.array([np.nextafter(1, 0)])).tolist() == [9]


@pytest.mark.parametrize("name", LEADS)
@pytest.mark.parametrize("make", FOLLOWERS.values(), ids=FOLLOWERS)
def test_followers_play_what_is_legal_and_go_on_from_what_is_saved(make, name):
    game, generator, other = LEADS[name], rng(1), rng(1)
    whole, half, rest = make(game), make(game), make(game)
    leaders = random_leaders(game, 5, rng(2))
    for _ in range(4):
        training_step(whole, leaders, generator)
    for _ in range(2):
        training_step(half, leaders, other)
    rest.load_state_dict(half.state_dict())
    for _ in range(2):
        training_step(rest, leaders, other)
    for tables in (whole.tables(leaders), whole.explore(leaders)):
        rollout(game, leaders, tables, rng())  # complains about what is not legal
    assert np.array_equal(rest.explore(leaders), whole.explore(leaders))


@pytest.mark.parametrize("name", LEADS)
@pytest.mark.parametrize("make", LEADERS.values(), ids=LEADERS)
def test_leaders_play_what_is_legal_and_learn_in_numbers(make, name):
    game, generator = LEADS[name], rng(1)
    leader, follower = make(game), OracleFollower(game)
    for _ in range(3):
        tables = leader.propose(4, generator)
        shown = tables if not getattr(leader, "mixed", False) else random_leaders(game, 4, rng())
        episodes = rollout(game, tables, follower.tables(shown), generator)
        metrics = leader.learn(tables, episodes, None if shown is tables else shown)
        assert all(np.isfinite(value) for value in metrics.values())
    rollout(game, leader.table()[None], follower.tables(shown[:1]), generator)


@pytest.mark.parametrize("name", LEADS)
@pytest.mark.parametrize("kind", ["policy gradient", "ppo", "deterministic evolution", "bandit"])
def test_leaders_reach_the_optimum_against_an_exact_buyer_and_seller(kind, name):
    game, generator = LEADS[name], rng()
    leader, follower = LEADERS[kind](game), OracleFollower(game)
    for _ in range({"ppo": 15, "bandit": 5}.get(kind, 200)):
        tables = leader.propose(leader.episodes, generator)
        leader.learn(tables, rollout(game, tables, follower.tables(tables), generator))
    played = rollout(game, leader.table()[None], follower.tables(leader.table()[None]), generator)
    assert game.values(played.leader_rewards) == pytest.approx([ExactLeader(game).value])


@pytest.mark.parametrize("name", LEADS)
@pytest.mark.parametrize("make", [PlanningFollower, RelabellingFollower])
def test_followers_who_remember_soon_answer_every_leader_exactly(make, name):
    game, generator = LEADS[name], rng()
    follower = make(game)
    for _ in range(20):
        training_step(follower, random_leaders(game, 5, generator), generator)
    assert set(follower_regrets(follower, all_deterministic(game))) == {0}


def test_the_contextual_buyer_accepts_what_a_bullet_is_worth_more_than():
    follower, generator = ContextualFollower(SELLER), rng()
    for _ in range(300):
        training_step(follower, random_leaders(SELLER, 100, generator), generator)
    answers = follower.tables(all_deterministic(SELLER))
    # Asked a price, it is the row of this offer that counts; a bullet is worth 7/10.
    asked = [int(answers[1 + price, 2 + price].argmax()) for price in range(5)]
    assert asked == [1, 1, 1, 0, 0]


@pytest.mark.parametrize("make", [PlanningFollower, RelabellingFollower])
def test_who_remembers_needs_certain_moves(make):
    with pytest.raises(InputError, match="moves at random"):
        make(leader_game(random_game(0, horizon=3)))


def test_learners_without_memory_take_random_moves():
    game, generator = leader_game(random_game(2, horizon=3)), rng()
    for follower in (ContextualFollower(game), QLearningFollower(game), OracleFollower(game)):
        leaders = random_leaders(game, 20, generator)
        _, steps = training_step(follower, leaders, generator)
        assert steps == 20 * (3 + follower.sees_leader * game.queries)
        assert follower.tables(leaders).sum(axis=2) == pytest.approx(1)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", LEADS)
def test_other_libraries_accept_the_environments(name):
    game = LEADS[name]
    check_env(LeaderEnvironment(game, OracleFollower(game)), skip_render_check=True)
    parallel_api_test(PairEnvironment(game), num_cycles=20)
    random = leader_game(random_game(1, horizon=6))
    parallel_seed_test(lambda: PairEnvironment(random), num_cycles=20)


def test_the_buyer_answers_five_questions_which_bind():
    environment = LeaderEnvironment(BUYER, OracleFollower(BUYER))
    environment.reset(seed=0)
    rewards = [environment.step(action)[1] for action in [0, 1, 0, 0, 0, 2, 2]]
    assert rewards == pytest.approx([0] * 6 + [0.45])


def test_what_is_not_legal_counts_as_the_last_that_is():
    pair = PairEnvironment(SELLER)
    pair.reset()
    pair.step({"leader": 3, "follower": 0})  # the buyer can only wait
    observed, rewards, *_ = pair.step({"leader": KEEP, "follower": 2})
    assert rewards == pytest.approx({"leader": 0.5, "follower": 0.2})  # 2 counts as accepting
    assert observed["leader"].argmax() == 0


def test_bad_input_is_named():
    fine = [random_leaders(game, 1, rng()) for game in (SELLER, BUYER)]
    wrong = fine[1].copy()
    wrong[0, 0] = [1, 0, 0]
    with pytest.raises(InputError, match="follower plays 'reject' in state 'bullet'"):
        rollout(SELLER, fine[0], wrong, rng())
    with pytest.raises(InputError, match="leader plays 'reject' in state 'bullet'"):
        rollout(BUYER, wrong, fine[0], rng())
    idle = games.markov_game(
        [np.ones((1, 1, 2), dtype=int)] * 2, np.ones((1, 1, 2, 1), dtype=int), horizon=1
    )
    with pytest.raises(InputError, match="'Row' never has a choice in Markov game; let the other"):
        leader_game(idle)
    assert leader_game(idle, 1).queries == 1
