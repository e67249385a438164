"""The environments: other libraries' checkers, and agreement with the vectorised game."""

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from pettingzoo.test import parallel_api_test, parallel_seed_test
from stable_baselines3 import PPO
from stable_baselines3.common.env_checker import check_env as check_env_of_stable_baselines

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.learning.stackelberg.environments import LeaderEnvironment, PairEnvironment
from gtlearn.learning.stackelberg.followers.protocol import OracleFollower
from gtlearn.learning.stackelberg.game import leader_game, pure_tables
from gtlearn.solvers import evaluate

GAMES = {
    "horizon": games.iterated("prisoners_dilemma", horizon=10),
    "discount": games.iterated("chicken", discount="4/5"),
    "3x3": games.iterated("rock_paper_scissors", horizon=3),
    "one shot": games.iterated("battle_of_the_sexes", horizon=1),
}
BEST = [1, 0, 1, 0, 1]  # the dilemma's best deterministic commitment


def leader_environment(name="horizon", **options):
    game = leader_game(GAMES[name])
    return LeaderEnvironment(game, OracleFollower(game), **options)


def played(environment, actions, **options):
    """The rewards of an episode, and whether it terminated or was truncated."""
    environment.reset(**options)
    rewards = []
    for action in actions:
        _, reward, terminated, truncated, _ = environment.step(action)
        rewards.append(reward)
    return rewards, terminated, truncated


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("binding", [True, False])
@pytest.mark.parametrize("name", GAMES)
def test_gymnasium_accepts_the_leaders_environment(name, binding):
    check_env(leader_environment(name, binding=binding), skip_render_check=True)


def test_stable_baselines_accepts_the_leaders_environment():
    check_env_of_stable_baselines(leader_environment(), warn=False)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", GAMES)
def test_pettingzoo_accepts_the_pair(name):
    game = leader_game(GAMES[name])
    parallel_api_test(PairEnvironment(game), num_cycles=50)
    parallel_seed_test(lambda: PairEnvironment(game), num_cycles=20)


def test_answers_bind_whatever_is_done_afterwards():
    for actions in ([0] * 10, [1] * 10):
        rewards, terminated, truncated = played(leader_environment(), BEST + actions)
        assert rewards[:5] == [0] * 5
        assert sum(rewards) == 29  # 2.9 a step, the exact optimum
        assert terminated and not truncated


def test_answers_that_do_not_bind_deceive():
    environment = leader_environment(binding=False)
    rewards, _, _ = played(environment, BEST + [1] * 10)
    # C was promised after DC, so the follower cooperates in all steps but the last
    assert sum(rewards) == 9 * 4 + 2


def test_a_commitment_may_be_given_instead_of_answers():
    commitment = pure_tables(np.array(BEST), 2)
    rewards, _, _ = played(leader_environment(), [0] * 10, options={"commitment": commitment})
    assert sum(rewards) == 29


def test_mixed_commitments_are_drawn_from_the_seed():
    commitment = np.full((5, 2), 0.5)
    environment = leader_environment()
    one, two, other = (
        played(environment, [0] * 10, seed=seed, options={"commitment": commitment})[0]
        for seed in (3, 3, 4)
    )
    assert one == two != other


def test_the_leaders_rewards_are_the_exact_value():
    rng = np.random.default_rng(0)
    game = leader_game(GAMES["horizon"], leader=1)
    follower = OracleFollower(game, "stationary")
    environment = LeaderEnvironment(game, follower)
    for _ in range(8):
        answers = rng.integers(2, size=5)
        table = pure_tables(answers, 2)
        rewards, _, _ = played(environment, [*answers.tolist(), *[0] * 10])
        exact = evaluate(game.game, game.ordered(table, follower.tables(table[None])[0])).payoffs
        assert sum(rewards) / 10 == pytest.approx(float(exact[1]), abs=1e-12)


def test_games_without_a_horizon_are_truncated():
    environment = leader_environment("discount")
    steps = environment.game.steps
    _, terminated, truncated = played(environment, [0] * (5 + steps))
    assert truncated and not terminated
    assert 0.8**steps <= 0.01


def test_only_states_that_can_be_met_are_asked_about():
    environment = leader_environment("one shot")
    _, info = environment.reset()
    assert info["asked"]
    _, _, _, _, info = environment.step(0)
    assert not info["asked"]
    _, reward, terminated, _, info = environment.step(1)
    assert (reward, terminated, info["played"]) == (2, True, 0)


def test_the_pair_is_paid_as_the_matrix_says():
    environment = PairEnvironment(leader_game(GAMES["horizon"]))
    environment.reset()
    for step in range(10):
        seen, rewards, terminated, _, _ = environment.step({"leader": 1, "follower": 0})
        assert rewards == {"leader": 4, "follower": 1}
        assert seen["leader"].tolist() == [0, 0, 0, 1, 0]  # DC
        assert set(terminated.values()) == {step == 9}
    assert environment.agents == []


def test_a_library_learns_in_the_leaders_environment_by_its_own_loop():
    model = PPO(
        "MlpPolicy",
        leader_environment(),
        seed=0,
        n_steps=750,
        batch_size=750,
        learning_rate=0.05,
        gamma=1.0,
        gae_lambda=1.0,
        policy_kwargs={"net_arch": []},
        device="cpu",
    )
    model.learn(6000)
    answers = model.predict(np.eye(5, dtype=np.float32), deterministic=True)[0].tolist()
    rewards, _, _ = played(leader_environment(), answers + [0] * 10)
    assert sum(rewards) >= 28


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda e: e.step(2), "2 is no action of the leader; choose from 0 to 1"),
        (lambda e: e.reset(options={"commitment": [[1, 0]]}), r"shape \[1, 1, 2\]"),
        (lambda e: [e.step(0) for _ in range(16)], "the episode is over"),
    ],
)
def test_bad_input_to_the_leaders_environment(use, message):
    environment = leader_environment()
    environment.reset()
    with pytest.raises(InputError, match=message):
        use(environment)


def test_stepping_before_the_first_reset():
    with pytest.raises(InputError, match="reset the environment"):
        leader_environment().step(0)


@pytest.mark.parametrize("actions", [{"leader": 0}, {"leader": 0, "follower": 2}])
def test_bad_input_to_the_pair(actions):
    environment = PairEnvironment(leader_game(GAMES["horizon"]))
    environment.reset()
    with pytest.raises(InputError):
        environment.step(actions)
