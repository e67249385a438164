"""Every leader: it reaches the exact optimum, and goes on bit-equally from its state."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.learning.stackelberg.contexts import sampled_action
from gtlearn.learning.stackelberg.followers.protocol import OracleFollower, best_response
from gtlearn.learning.stackelberg.game import leader_game
from gtlearn.learning.stackelberg.leaders import (
    BanditLeader,
    EvolutionLeader,
    ExactLeader,
    PolicyGradientLeader,
)
from gtlearn.learning.stackelberg.leaders.listed import upper_confidence_bounds
from gtlearn.learning.stackelberg.leaders.logits import antithetic_noise, evolution_gradient
from gtlearn.learning.stackelberg.leaders.protocol import episodes_in
from gtlearn.learning.stackelberg.leaders.sb3 import DQNLeader, PPOLeader
from gtlearn.learning.stackelberg.play import rollout

torch.set_num_threads(1)

DILEMMA = leader_game(games.iterated("prisoners_dilemma", horizon=10))
STEPS = 15  # environment steps of an episode of ten steps, five queries counted


@dataclass(frozen=True)
class Case:
    make: object  # game -> leader
    steps: int  # environment steps within which it must reach the optimum
    names: tuple = ("deadlock", "chicken", "battle")


def fast_dqn(game):
    return DQNLeader(game, learning_rate=0.003, exploration_steps=20_000, batch_steps=60)


HARDER = ("prisoners_dilemma", "chicken", "battle")
CASES = {
    "exact": Case(ExactLeader, STEPS, HARDER),
    "bandit": Case(BanditLeader, 32 * STEPS, HARDER),
    "policy gradient": Case(PolicyGradientLeader, 5_000, HARDER),
    "ppo": Case(PPOLeader, 10_000, HARDER),
    "dqn": Case(fast_dqn, 15_000, ("deadlock", "battle")),
    "evolution": Case(lambda game: EvolutionLeader(game, deterministic=True), 5_000),
}
MIXED = {
    "mixed policy gradient": lambda game: PolicyGradientLeader(game, mixed=True),
    "mixed ppo": lambda game: PPOLeader(game, mixed=True, batch_steps=100),
    "mixed evolution": lambda game: EvolutionLeader(game, population=6, repeats=2),
    "learning dqn": lambda game: DQNLeader(game, learning_starts=30, replay_size=40),
}
MAKERS = {name: case.make for name, case in CASES.items()} | MIXED


def iterate(leader, follower, rng, iterations):
    """Trains a leader; returns the last metrics."""
    metrics = {}
    for _ in range(iterations):
        tables = leader.propose(leader.episodes, rng)
        shown = sampled_action(tables, rng) if getattr(leader, "mixed", False) else None
        answers = follower.tables(tables if shown is None else shown)
        metrics = leader.learn(tables, rollout(leader.game, tables, answers, rng), shown)
    return metrics


def true_value(game, table):
    """The leader's exact value against the exact best response, ties in its favour."""
    return best_response(game, table, "optimal", "strong").payoffs[game.leader]


@pytest.mark.parametrize(
    ("name", "stage"), [(name, stage) for name, case in CASES.items() for stage in case.names]
)
def test_it_reaches_the_exact_deterministic_optimum(name, stage):
    case = CASES[name]
    game = leader_game(games.iterated(stage, horizon=10))
    leader = case.make(game)
    iterations = case.steps // (leader.episodes * STEPS)
    iterate(leader, OracleFollower(game), np.random.default_rng(0), iterations)
    optimum = ExactLeader(game).solution[0].value
    assert true_value(game, leader.table()) == optimum


@pytest.mark.parametrize("name", MAKERS)
def test_half_and_half_is_the_whole(name):
    """An unbroken run, and one whose second half starts from the first one's state in a new leader,
    after other code drew from the global generators: bit-equal."""
    whole, first, second = (MAKERS[name](DILEMMA) for _ in range(3))
    follower = OracleFollower(DILEMMA)
    rng, other = np.random.default_rng(1), np.random.default_rng(1)
    iterate(whole, follower, rng, 8)
    iterate(first, follower, other, 4)
    state = first.state_dict()
    iterate(first, follower, np.random.default_rng(2), 4)  # the state is a copy
    torch.rand(3), np.random.rand(3)  # noqa: NPY002
    second.load_state_dict(state)
    iterate(second, follower, other, 4)
    assert_same(second.state_dict(), whole.state_dict())
    assert np.array_equal(second.table(), whole.table())


def assert_same(one, two):
    assert type(one) is type(two)
    if isinstance(one, dict):
        assert one.keys() == two.keys()
        for key in one:
            assert_same(one[key], two[key])
    elif isinstance(one, list):
        for left, right in zip(one, two, strict=True):
            assert_same(left, right)
    elif isinstance(one, torch.Tensor | np.ndarray):
        assert (one == two).all()
    else:
        assert one == two


@pytest.mark.parametrize("name", MAKERS)
def test_its_tables_can_be_played_and_its_metrics_are_numbers(name):
    leader = MAKERS[name](DILEMMA)
    tables = leader.propose(4, np.random.default_rng(0))
    assert tables.shape == (4, 5, 2)
    assert tables.sum(axis=2) == pytest.approx(np.ones((4, 5)), abs=1e-6)
    metrics = iterate(leader, OracleFollower(DILEMMA), np.random.default_rng(0), 4)
    assert all(isinstance(v, float) and np.isfinite(v) for v in metrics.values())
    assert leader.table().shape == (5, 2)


@pytest.mark.parametrize("make", [PPOLeader, DQNLeader])
def test_the_global_generators_are_left_as_they_were(make):
    torch.manual_seed(5), np.random.seed(5)  # noqa: NPY002
    undisturbed = torch.rand(2).tolist(), np.random.rand(2).tolist()  # noqa: NPY002
    torch.manual_seed(5), np.random.seed(5)  # noqa: NPY002
    leader = make(DILEMMA)
    iterate(leader, OracleFollower(DILEMMA), np.random.default_rng(0), 2)
    assert (torch.rand(2).tolist(), np.random.rand(2).tolist()) == undisturbed  # noqa: NPY002


def test_the_seed_decides_the_networks():
    one, two, other = (PPOLeader(DILEMMA, seed).state_dict() for seed in (1, 1, 2))
    weight = "action_net.weight"
    assert torch.equal(one["policy"][weight], two["policy"][weight])
    assert not torch.equal(one["policy"][weight], other["policy"][weight])


def test_a_mixed_evolution_leader_learns_more_than_deterministic_tables_can_earn():
    """In the dilemma no deterministic table earns more than 2.9; the mixed optimum is 3.35."""
    leader = EvolutionLeader(DILEMMA, population=8, learning_rate=0.1)
    iterate(leader, OracleFollower(DILEMMA), np.random.default_rng(0), 60)
    table = np.round(leader.table() * 64) / 64
    assert 2.9 < true_value(DILEMMA, table) < 3.35


@pytest.mark.parametrize("stage", ["deadlock", "prisoners_delight"])
def test_a_mixed_leader_that_shows_sampled_actions_deceives(stage):
    """It seems to earn more than 3 a step, which no commitment can; what it plays is worth less."""
    game = leader_game(games.iterated(stage, horizon=10))
    follower, rng = OracleFollower(game, "stationary"), np.random.default_rng(0)
    leader = PolicyGradientLeader(game, mixed=True)
    iterate(leader, follower, rng, 300)
    tables = leader.table()[None].repeat(4000, axis=0)
    answers = follower.tables(sampled_action(tables, rng))
    seeming = rollout(game, tables, answers, rng).leader_rewards.mean()
    table = np.round(leader.table() * 64) / 64
    true = best_response(game, table, "stationary", "strong").payoffs[0]
    assert ExactLeader(game, policy="stochastic").value == 3
    assert seeming > 3.1
    assert true < 3


def test_the_evolution_gradient_of_a_linear_fitness_is_exact():
    slope = np.array([[1.0, -2], [0.5, 3]])
    axes = 2 * np.eye(4).reshape(4, 2, 2)  # plus and minus these have unit covariance
    noise = np.concatenate([axes, -axes])
    assert np.einsum("pij,pkl->ijkl", noise, noise).reshape(4, 4) / 8 == pytest.approx(np.eye(4))
    fitness = 7 + np.tensordot(0.1 * noise, slope, axes=2)
    assert evolution_gradient(noise, fitness, 0.1) == pytest.approx(slope)


def test_noise_comes_in_pairs():
    noise = antithetic_noise(5, (3, 2), np.random.default_rng(0))
    assert noise.shape == (5, 3, 2)
    assert (noise[0::2][:2] == -noise[1::2]).all()
    assert not (noise[4] == noise[0]).any()


def test_upper_confidence_bounds_by_hand():
    bounds = upper_confidence_bounds(np.array([1, 3, 0]), np.array([0.5, 3.0, 0]), 2.0)
    bonus = 2 * np.sqrt(2 * np.log(4))
    assert bounds == pytest.approx([0.5 + bonus, 1 + bonus / np.sqrt(3), np.inf])


def test_a_bandit_tries_every_table_once_before_any_twice():
    leader = BanditLeader(DILEMMA, episodes=10)
    iterate(leader, OracleFollower(DILEMMA), np.random.default_rng(0), 3)
    assert sorted(leader.state_dict()["counts"]) == [0] * 2 + [1] * 30
    iterate(leader, OracleFollower(DILEMMA), np.random.default_rng(0), 1)
    assert (leader.state_dict()["counts"] >= 1).all()


def test_states_that_cannot_be_met_are_no_arms_of_the_bandit():
    game = leader_game(games.iterated("battle_of_the_sexes", horizon=1))
    leader = BanditLeader(game)
    iterate(leader, OracleFollower(game), np.random.default_rng(0), 1)
    assert leader.state_dict()["counts"].tolist() == [4, 4]
    assert true_value(game, leader.table()) == 2


@pytest.mark.parametrize("policy", ["deterministic", "stochastic"])
@pytest.mark.parametrize("follower_class", ["stationary", "optimal"])
def test_the_exact_leader_earns_its_value(policy, follower_class):
    leader = ExactLeader(DILEMMA, follower_class=follower_class, policy=policy)
    response = best_response(DILEMMA, leader.table(), follower_class, "strong")
    assert float(response.payoffs[0]) == pytest.approx(leader.value, abs=1e-12)
    documented = {"deterministic": (3.1, 2.9), "stochastic": (3.5, 3.35)}[policy]
    assert leader.value == documented[follower_class == "optimal"]


def test_the_second_player_may_lead():
    game = leader_game(games.iterated("prisoners_dilemma", horizon=10), leader=1)
    leader = PolicyGradientLeader(game)
    iterate(leader, OracleFollower(game), np.random.default_rng(0), 40)
    assert true_value(game, leader.table()) == ExactLeader(game).solution[0].value


def test_three_actions():
    game = leader_game(games.iterated("rock_paper_scissors", horizon=2))
    for make in (PolicyGradientLeader, PPOLeader, DQNLeader, EvolutionLeader):
        leader = make(game)
        assert leader.propose(2, np.random.default_rng(0)).shape == (2, 10, 3)


def test_whole_episodes_fill_a_batch():
    assert [episodes_in(DILEMMA, steps) for steps in (1, 15, 16, 100, 1000)] == [1, 1, 2, 7, 67]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: PolicyGradientLeader(DILEMMA, batch_steps=0), "batch of 0 steps"),
        (lambda: EvolutionLeader(DILEMMA, population=1), "population of 1"),
        (lambda: EvolutionLeader(DILEMMA, repeats=2).propose(3, None), "give a multiple"),
        (
            lambda: BanditLeader(leader_game(games.iterated("rps_meta_mapg", horizon=3))),
            r"3\^10 deterministic tables",
        ),
        (lambda: ExactLeader(DILEMMA, policy="pure"), "'pure'"),
    ],
)
def test_bad_input(wrong, message):
    with pytest.raises(InputError, match=message):
        wrong()


def test_a_state_from_before_the_first_update():
    fresh, loaded = PolicyGradientLeader(DILEMMA), PolicyGradientLeader(DILEMMA)
    iterate(loaded, OracleFollower(DILEMMA), np.random.default_rng(0), 3)
    loaded.load_state_dict(fresh.state_dict())
    for leader in (fresh, loaded):
        iterate(leader, OracleFollower(DILEMMA), np.random.default_rng(1), 2)
    assert_same(loaded.state_dict(), fresh.state_dict())
