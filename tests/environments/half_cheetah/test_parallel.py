"""One cheetah: PettingZoo's tests, the same numbers as the environment it wraps, faults."""

import sys

import numpy as np
import pytest

robotics = pytest.importorskip(
    "gymnasium_robotics", reason="gymnasium-robotics is missing; pip install -e '.[envs]'"
)
pytest.importorskip("mujoco", reason="mujoco is missing; pip install -e '.[envs]'")

from pettingzoo.test import parallel_api_test, parallel_seed_test  # noqa: E402

from gtlearn.environments.half_cheetah import HalfCheetah  # noqa: E402
from gtlearn.environments.half_cheetah.rules import quiet_loading  # noqa: E402
from gtlearn.errors import DivergenceError, InputError  # noqa: E402

AGENTS = ["agent_0", "agent_1"]
STILL = {agent: np.zeros(3) for agent in AGENTS}


def plain():
    with quiet_loading():
        return robotics.mamujoco_v1.parallel_env("HalfCheetah", "2x3")


def drawn(steps, size=1.0):
    """Random actions of both agents; beyond the bounds where `size` is above one."""
    actions = np.random.default_rng(3).uniform(-size, size, (steps, 2, 3))
    return [dict(zip(AGENTS, joint, strict=True)) for joint in actions]


@pytest.fixture
def begun():
    cheetah = HalfCheetah()
    cheetah.reset(seed=0)
    return cheetah


def test_pettingzoo_api():
    parallel_api_test(HalfCheetah(), num_cycles=450)


def test_pettingzoo_seeds():
    parallel_seed_test(lambda: HalfCheetah("left", horizon=50))


def test_spaces_are_the_whole_state_and_three_motors(begun):
    for agent in begun.agents:
        assert begun.observation_space(agent).shape == (17,)
        assert begun.observation_space(agent).dtype == np.float64
        space = begun.action_space(agent)
        assert (space.low.tolist(), space.high.tolist()) == ([-1.0] * 3, [1.0] * 3)


def test_back_leg_is_the_first_agent():
    legs, *_ = robotics.mamujoco_v1.get_parts_and_edges("HalfCheetah", "2x3")
    joints = [[joint.label for joint in leg] for leg in legs]
    assert joints == [["bthigh", "bshin", "bfoot"], ["fthigh", "fshin", "ffoot"]]
    assert [joint.act_ids for leg in legs for joint in leg] == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("size", [1.0, 3.0])
@pytest.mark.parametrize("seed", [0, 7])
def test_agrees_with_the_environment_it_wraps(seed, size):
    ours, theirs = HalfCheetah(), plain()
    seen, _ = ours.reset(seed=seed)
    theirs.reset(seed=seed)
    assert np.array_equal(seen["agent_0"], theirs.state())
    for actions in drawn(200, size):
        seen, rewards, ended, *_ = ours.step(actions)
        _, their_rewards, *_ = theirs.step(actions)
        assert all(np.array_equal(seen[agent], theirs.state()) for agent in AGENTS)
        assert rewards == their_rewards
        assert not any(ended.values())


def test_to_the_left_only_the_sign_of_the_velocity_differs():
    right, left = HalfCheetah("right"), HalfCheetah("left")
    right.reset(seed=5)
    left.reset(seed=5)
    for actions in drawn(50):
        seen, rewards, *_, infos = right.step(actions)
        others, leftward, *_ = left.step(actions)
        velocity, cost = infos["agent_0"]["x_velocity"], -infos["agent_0"]["reward_ctrl"]
        assert np.array_equal(seen["agent_0"], others["agent_0"])
        assert rewards == dict.fromkeys(AGENTS, velocity - cost)
        assert leftward == dict.fromkeys(AGENTS, -velocity - cost)


@pytest.mark.parametrize("horizon", [1, 30, 1_200])  # Gymnasium's own limit is 1,000
def test_truncated_at_the_horizon(horizon):
    cheetah = HalfCheetah(horizon=horizon)
    for seed in (1, None):
        cheetah.reset(seed=seed)
        for step in range(1, horizon + 1):
            _, _, ended, truncated, _ = cheetah.step(STILL)
            assert ended == dict.fromkeys(AGENTS, False)
            assert truncated == dict.fromkeys(AGENTS, step == horizon)
        assert cheetah.agents == []
    with pytest.raises(InputError, match="reset the environment when an episode is over"):
        cheetah.step(STILL)


def test_agents_do_not_share_what_they_see(begun):
    seen, *_ = begun.step(STILL)
    seen["agent_0"][:] = 0.0
    assert seen["agent_1"].any()


def test_unknown_arguments():
    with pytest.raises(InputError, match="'up' is no direction to run in; use 'right' or 'left'"):
        HalfCheetah("up")
    with pytest.raises(InputError, match="0 is no number of steps"):
        HalfCheetah(horizon=0)
    with pytest.raises(InputError, match=r"2\.5 is no number of steps"):
        HalfCheetah(horizon=2.5)
    with pytest.raises(InputError, match="'human' is no way to render; use 'rgb_array' or None"):
        HalfCheetah(render_mode="human")


@pytest.mark.parametrize("seed", [-1, 1.5, "one", True])
def test_no_seed(seed):
    with pytest.raises(InputError, match=r"the seed is .*; give a whole number from 0 on$"):
        HalfCheetah().reset(seed=seed)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ([0, np.nan, 0], r"agent_1's actions \[0.0, nan, 0.0\] is not finite"),
        ([0, 0, -np.inf], r"agent_1's actions \[0.0, 0.0, -inf\] is not finite"),
        ([1e200, 0, 0], r"agent_1's actions \[1e\+200, 0.0, 0.0\] is not finite"),
        ([0, 0], r"the actions of agent_1 have shape \(2,\); they must have shape \(3,\)"),
        (0.5, r"the actions of agent_1 have shape \(\); they must have shape \(3,\)"),
        ("left", r"the actions of agent_1 are no array of numbers; give one of shape \(3,\)"),
    ],
)
def test_actions_that_cannot_be_taken(begun, action, message):
    with pytest.raises(InputError, match=message):
        begun.step({"agent_0": np.zeros(3), "agent_1": action})


@pytest.mark.parametrize("agents", [["agent_0"], ["agent_0", "agent_2"], []])
def test_wrong_agents(begun, agents):
    with pytest.raises(InputError, match=r"\['agent_0', 'agent_1'\] play; give one an agent"):
        begun.step({agent: np.zeros(3) for agent in agents})


def test_step_before_reset():
    with pytest.raises(InputError, match="reset the environment"):
        HalfCheetah().step(STILL)


def test_divergence_is_named(begun, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where MuJoCo writes its log
    begun.step(STILL)
    begun._cheetah.data.qvel[4] = 1e8
    with pytest.raises(DivergenceError, match="the motion of the cheetah diverged at step 2"):
        begun.step(STILL)
    begun.reset(seed=0)
    begun.step(STILL)


def test_making_one_is_silent(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    HalfCheetah()
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_picture_without_a_display(monkeypatch):
    monkeypatch.setenv("MUJOCO_GL", "egl")
    cheetah = HalfCheetah(render_mode="rgb_array")
    with pytest.raises(InputError, match="nothing to draw yet; reset the environment first"):
        cheetah.render()
    cheetah.reset(seed=0)
    try:
        picture = cheetah.render()
    except InputError:
        pytest.skip("EGL is missing")
    assert (picture.shape, picture.dtype) == ((480, 480, 3), np.uint8)
    cheetah.step(drawn(1)[0])
    assert not np.array_equal(picture, cheetah.render())
    cheetah.close()


# Gymnasium's half-made viewer complains when it is deleted
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("way", "reason"), [("", "there is no display"), ("glfw", "no display"), ("pencil", "pencil")]
)
def test_no_picture(way, reason, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("MUJOCO_GL", way)
    cheetah = HalfCheetah(render_mode="rgb_array")
    cheetah.reset(seed=0)
    for _ in range(2):
        with pytest.raises(InputError, match=f"cannot draw here .*{reason}.*set the .* MUJOCO_GL"):
            cheetah.render()


def test_nothing_is_drawn_unless_asked(begun):
    assert begun.render() is None
