"""Many cheetahs: bit for bit those of `HalfCheetah`, whoever stands beside them; faults."""

import sys

import numpy as np
import pytest

mujoco = pytest.importorskip("mujoco", reason="mujoco is missing; pip install -e '.[envs]'")
pytest.importorskip(
    "gymnasium_robotics", reason="gymnasium-robotics is missing; pip install -e '.[envs]'"
)

from gtlearn.environments.half_cheetah import HalfCheetah, HalfCheetahs  # noqa: E402
from gtlearn.environments.half_cheetah.rules import LARGEST_MOTION, lost  # noqa: E402
from gtlearn.errors import DivergenceError, InputError  # noqa: E402

SEEDS = [0, 3, 11, 2**40]


def drawn(steps, count, size=1.0):
    """Random actions, shape (steps, count, 2, 3)."""
    return np.random.default_rng(8).uniform(-size, size, (steps, count, 2, 3))


def played(cheetahs, seeds, actions):
    """States, shape (steps + 1, count, 17), and rewards, shape (steps, count)."""
    states = [cheetahs.reset(seeds)]
    rewards = []
    for joint in actions:
        seen, reward = cheetahs.step(joint)
        states.append(seen)
        rewards.append(reward)
    return np.array(states), np.array(rewards)


def played_alone(direction, seed, actions):
    """The same of one `HalfCheetah`."""
    cheetah = HalfCheetah(direction)
    states, rewards = [cheetah.reset(seed=seed)[0]["agent_0"]], []
    for joint in actions:
        seen, reward, *_ = cheetah.step(dict(zip(cheetah.agents, joint, strict=True)))
        states.append(seen["agent_1"])
        rewards.append(reward["agent_0"])
    return np.array(states), np.array(rewards)


@pytest.fixture
def begun():
    cheetahs = HalfCheetahs(3)
    cheetahs.reset([0, 1, 2])
    return cheetahs


@pytest.mark.parametrize(
    ("direction", "size", "dtype"),
    [
        ("right", 1.0, np.float64),
        ("right", 3.0, np.float64),  # beyond the bounds of the motors
        ("left", 1.5, np.float32),
    ],
)
def test_bit_for_bit_those_of_one_cheetah(direction, size, dtype):
    actions = drawn(200, len(SEEDS), size).astype(dtype)
    states, rewards = played(HalfCheetahs(len(SEEDS), direction), SEEDS, actions)
    for cheetah, seed in enumerate(SEEDS):
        alone, their_rewards = played_alone(direction, seed, actions[:, cheetah])
        assert np.array_equal(states[:, cheetah], alone)
        assert np.array_equal(rewards[:, cheetah], their_rewards)


def test_neither_threads_nor_neighbours_nor_the_past_matter():
    actions = drawn(100, 7)
    seeds = range(7)
    states, rewards = played(HalfCheetahs(7), seeds, actions)
    for threads in (2, 3, 50):
        cheetahs = HalfCheetahs(7, threads=threads)
        for _ in range(2):
            others, other_rewards = played(cheetahs, seeds, actions)
            assert np.array_equal(states, others)
            assert np.array_equal(rewards, other_rewards)
    alone, _ = played(HalfCheetahs(1), [4], actions[:, 4:5])
    assert np.array_equal(states[:, 4], alone[:, 0])


def test_beyond_the_bounds_motors_saturate_and_squares_are_paid():
    actions = np.ones((1, 2, 2, 3))
    actions[:, 1] = 4.0
    states, rewards = played(HalfCheetahs(2), [6, 6], actions)
    assert np.array_equal(states[1, 0], states[1, 1])
    # 0.1 * 6 * (16 - 1); the two rewards are rounded once each
    assert rewards[0, 0] - rewards[0, 1] == pytest.approx(9.0, abs=1e-14)


def test_generators_go_on_from_where_they_are():
    cheetahs = HalfCheetahs(3)
    states = cheetahs.reset([5, 5, 9])
    shared = np.random.default_rng(5)
    drawn_on = cheetahs.reset([shared, shared, np.random.default_rng(9)])
    assert np.array_equal(drawn_on[[0, 2]], states[[0, 2]])
    noise = np.random.default_rng(5)
    noise.uniform(size=9), noise.standard_normal(9)
    heights_and_angles = noise.uniform(-0.1, 0.1, 9)[1:]
    assert np.array_equal(drawn_on[1, :8], heights_and_angles)
    assert np.array_equal(drawn_on[1, 8:], 0.1 * noise.standard_normal(9))
    assert np.array_equal(cheetahs.reset(np.array([5, 5, 9])), states)


def test_what_is_returned_stays(begun):
    seen, rewards = begun.step(np.zeros((3, 2, 3)))
    kept = seen.copy(), rewards.copy()
    begun.step(np.ones((3, 2, 3)))
    assert np.array_equal(seen, kept[0])
    assert np.array_equal(rewards, kept[1])


def test_unknown_arguments():
    with pytest.raises(InputError, match="0 is no number of cheetahs; give a whole number"):
        HalfCheetahs(0)
    with pytest.raises(InputError, match=r"2\.0 is no number of cheetahs"):
        HalfCheetahs(2.0)
    with pytest.raises(InputError, match="0 is no number of threads"):
        HalfCheetahs(2, threads=0)
    with pytest.raises(InputError, match="'Left' is no direction to run in"):
        HalfCheetahs(2, "Left")


@pytest.mark.parametrize(
    ("seeds", "message"),
    [
        ([0, 1], "2 seeds for 3 cheetahs; give one of each a cheetah"),
        (range(4), "4 seeds for 3 cheetahs"),
        ([0, None, 2], "the seed of cheetah 1 is None; give a whole number from 0 on or a gen"),
        ([0, 1, -2], "the seed of cheetah 2 is -2"),
        ([0.5, 1, 2], r"the seed of cheetah 0 is 0\.5"),
    ],
)
def test_seeds_that_are_none(begun, seeds, message):
    with pytest.raises(InputError, match=message):
        begun.reset(seeds)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e200])
def test_actions_that_are_not_finite(begun, bad):
    actions = np.zeros((3, 2, 3))
    actions[1, 0, 2] = bad
    with pytest.raises(InputError, match=r"cheetah 1's actions \[.*\] is not finite; give numbers"):
        begun.step(actions)


def test_actions_of_another_shape(begun):
    with pytest.raises(InputError, match=r"shape \(3, 6\); they must have shape \(3, 2, 3\)"):
        begun.step(np.zeros((3, 6)))
    with pytest.raises(InputError, match="the actions are no array of numbers"):
        begun.step([["a"]])


def test_step_before_reset():
    with pytest.raises(InputError, match="reset them before the first step"):
        HalfCheetahs(1).step(np.zeros((1, 2, 3)))


@pytest.mark.parametrize("threads", [1, 2])
def test_divergence_is_named(threads, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where MuJoCo writes its log
    cheetahs = HalfCheetahs(3, threads=threads)
    still = np.zeros((2, 3, 2, 3))
    states, _ = played(cheetahs, [0, 1, 2], still)
    cheetahs._states[2, 12] = 1e8  # a velocity
    with pytest.raises(DivergenceError, match="the motion of cheetah 2 diverged at step 3"):
        cheetahs.step(still[0])
    again, _ = played(cheetahs, [0, 1, 2], still)
    assert np.array_equal(again, states)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1.1e10])
def test_lost_motions(bad):
    motions = np.full((4, 5), -LARGEST_MOTION)
    assert lost(motions) is None
    motions[2:, 3] = bad
    assert lost(motions) == 2
    assert mujoco.mjMAXVAL == LARGEST_MOTION


@pytest.mark.parametrize("make", [HalfCheetah, lambda: HalfCheetahs(1)])
def test_missing_package_is_named(make, monkeypatch):
    monkeypatch.setitem(sys.modules, "mujoco", None)
    with pytest.raises(InputError, match=r"mujoco is needed .*; run pip install '.*'mujoco>="):
        make()


def test_making_many_is_silent(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    HalfCheetahs(2).reset([0, 1])
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_single_cheetahs_side_by_side_are_the_same():
    """What any PettingZoo environment goes through gives the same numbers."""
    from gtlearn.environments.side_by_side import SideBySide

    one_by_one, together = SideBySide(HalfCheetah, 3), HalfCheetahs(3)
    seeds = [5, 6, 7]
    assert np.array_equal(one_by_one.reset(seeds), together.reset(seeds))
    rng = np.random.default_rng(0)
    for _ in range(20):
        actions = rng.uniform(-1, 1, (3, 2, 3))
        states, rewards = one_by_one.step(actions)
        expected, shared = together.step(actions)
        assert np.array_equal(states, expected)
        assert np.array_equal(rewards, np.stack([shared, shared], axis=1))
