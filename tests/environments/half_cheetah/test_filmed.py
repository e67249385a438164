"""A cheetah on film; where nothing can draw, the tests are skipped."""

import os
import subprocess
import sys

import pytest

pytest.importorskip("mujoco", reason="the cheetah needs the extra envs")
pytest.importorskip("gymnasium_robotics", reason="the cheetah needs the extra envs")

SCRIPT = """
import numpy as np
from gtlearn.environments.half_cheetah import HalfCheetahs
from gtlearn.environments.half_cheetah.parallel import FilmedCheetah

filmed, plain = FilmedCheetah("left", 60), HalfCheetahs(1, "left")
assert np.array_equal(filmed.reset([7]), plain.reset([7]))
rng = np.random.default_rng(0)
for _ in range(3):
    actions = rng.uniform(-1, 1, (1, 2, 3))
    for mine, other in zip(filmed.step(actions), plain.step(actions), strict=True):
        assert np.array_equal(mine, other)
pictures = np.array(filmed.pictures)
assert pictures.shape == (4, 480, 480, 3)
cheetah = filmed._cheetah._cheetah.data
cheetah.qpos[0] = -30.0  # far away, where the camera must have followed it
filmed.step(np.zeros((1, 2, 3)))
reddish = [(p[..., 0].astype(int) - p[..., 2] > 40).mean() for p in filmed.pictures]
assert reddish[0] > 0.005 and reddish[-1] > 0.005, reddish
filmed.close()
"""


@pytest.fixture(scope="module")
def backend():
    """How MuJoCo draws without a screen; a failure may end the process, so each is tried in one."""
    draw = "from gtlearn.cli.doctor import draw_ball; draw_ball()"
    for name in ("egl", "osmesa"):
        environment = {**os.environ, "MUJOCO_GL": name}
        done = subprocess.run(
            [sys.executable, "-c", draw], env=environment, capture_output=True, check=False
        )
        if done.returncode == 0:
            return environment
    pytest.skip("MuJoCo cannot draw here")


def test_the_film_shows_what_is_stepped_and_follows_it(backend):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=backend, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
