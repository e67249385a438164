"""Teammates: their file, a team that learns, and learners among them."""

import json

import numpy as np
import pytest
import torch

from gtlearn import tensors
from gtlearn.errors import InputError
from gtlearn.learning.registry import find_algorithm
from gtlearn.learning.shaping.algorithms.teammates import (
    TEAMMATES_FILE,
    TEAMMATES_SCHEMA,
    Teammates,
    packed,
    read,
    splits,
)
from gtlearn.learning.shaping.sampled import (
    EnvironmentProgram,
    GaussianPolicy,
    Numbers,
    TeamAscent,
)
from gtlearn.runs.config import RunConfig
from gtlearn.runs.loop import train

SIZE = GaussianPolicy(17, 3).shape[0]
KEPT = np.array([*range(50, 301), *range(475, 501)])


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def teammates(size=4, kept=KEPT, environment="half-cheetah"):
    generator = torch.Generator().manual_seed(0)
    return Teammates(environment, kept, torch.randn(len(kept), size, generator=generator))


def test_splits_are_the_papers():
    """Appendix D.3: 50 to 300 for training and validation, 475 to 500 for the test."""
    found = splits(teammates())
    assert found["validation"].iterations.tolist() == [75, 125, 175, 225, 275]
    both = set(found["train"].iterations) | set(found["validation"].iterations)
    assert both == set(range(50, 301))
    assert len(found["train"]) == 246
    assert found["test"].iterations.tolist() == list(range(475, 501))
    first = teammates().weights[KEPT == 75]
    assert torch.equal(found["validation"].parameters()[:1], first)


def test_a_short_training_leaves_nobody_for_the_test():
    with pytest.raises(InputError, match="leave nobody for test; train them for more than 475"):
        splits(teammates(kept=np.arange(50, 301)))


def test_the_file_holds_what_was_packed(tmp_path):
    whole = teammates()
    (tmp_path / TEAMMATES_FILE).write_bytes(packed(whole))
    for path in (tmp_path, tmp_path / TEAMMATES_FILE):
        found = read(path, "half-cheetah", 4)
        assert torch.equal(found.weights, whole.weights)
        assert found.iterations.tolist() == whole.iterations.tolist()
        assert found.checksum == whole.checksum


def test_a_changed_number_is_noticed(tmp_path):
    content = bytearray(packed(teammates()))
    content[-1] ^= 1
    (tmp_path / TEAMMATES_FILE).write_bytes(content)
    with pytest.raises(InputError, match="holds no teammates, or is damaged; remove it and make"):
        read(tmp_path, "half-cheetah", 4)
    (tmp_path / TEAMMATES_FILE).write_bytes(b"nothing")
    with pytest.raises(InputError, match="is damaged"):
        read(tmp_path, "half-cheetah", 4)


def test_a_link_is_no_file_of_teammates(tmp_path):
    """In the folder of a run; what a user names may be one."""
    (tmp_path / "run").mkdir()
    (tmp_path / "kept").write_bytes(packed(teammates()))
    link = tmp_path / "run" / TEAMMATES_FILE
    link.symlink_to(tmp_path / "kept")
    with pytest.raises(InputError, match="is a link"):
        read(tmp_path / "run", "half-cheetah", 4)
    assert len(read(link, "half-cheetah", 4)) == len(KEPT)


@pytest.mark.parametrize(
    "changed",
    [
        {"weights": torch.zeros(3, 4)},
        {"weights": torch.zeros(4)},
        {"weights": torch.zeros(len(KEPT), 4, dtype=torch.float64)},
        {"iterations": torch.zeros(len(KEPT))},
        {"iterations": torch.zeros(0, dtype=torch.int64), "weights": torch.zeros(0, 4)},
    ],
)
def test_arrays_that_are_no_teammates(tmp_path, changed):
    held = {"iterations": torch.from_numpy(KEPT), "weights": teammates().weights, **changed}
    checksum = Teammates("", held["iterations"].numpy(), held["weights"]).checksum
    texts = {"schema": TEAMMATES_SCHEMA, "environment": "half-cheetah", "sha256": checksum}
    (tmp_path / TEAMMATES_FILE).write_bytes(tensors.packed(held, texts))
    with pytest.raises(InputError, match="holds no teammates, or is damaged"):
        read(tmp_path, "half-cheetah", 4)


def test_no_teammates_or_others(tmp_path):
    with pytest.raises(InputError, match=r"no teammates at .*; make them by `gtlearn train team"):
        read(tmp_path, "half-cheetah", 4)
    (tmp_path / TEAMMATES_FILE).write_bytes(packed(teammates()))
    with pytest.raises(InputError, match="have policies of 4 numbers; half-cheetah needs 5"):
        read(tmp_path, "half-cheetah", 5)


class Sums:
    """Two players whose actions are to add up to one; nothing else happens."""

    def __init__(self, count):
        self.states = np.zeros((count, 1))

    def reset(self, seeds):
        return self.states

    def step(self, actions):
        return self.states, -((actions.sum(axis=(1, 2)) - 1) ** 2)


def team(seed):
    return TeamAscent(
        EnvironmentProgram("sums", ("a", "b"), 0.9, Numbers(1), (Numbers(1),) * 2, Sums, limit=9.0),
        [GaussianPolicy(1, 1, units=4)] * 2,
        generator=torch.Generator().manual_seed(seed),
        trajectories=100,
        horizon=2,
        rate=0.05,
        clip=10.0,
    )


def test_a_team_learns_what_it_is_paid_for():
    """The best is zero: means that add up to one, and no deviations."""
    learning = team(0)
    first = learning.step()
    last = [learning.step() for _ in range(80)][-1]
    assert first < -2  # two deviations of one alone cost two
    assert last > -0.2
    assert all(given[-1] < -1 for given in learning.parameters)  # logarithms of deviations


def test_a_team_goes_on_where_it_was_left():
    whole, half, other = team(3), team(3), team(4)
    expected = [whole.step() for _ in range(4)]
    first = [half.step() for _ in range(2)]
    other.load_state_dict(half.state_dict())
    assert first + [other.step() for _ in range(2)] == expected


@pytest.fixture
def cheetahs(tmp_path):
    """A folder of teammates who learned nothing, for tests of what learners do with them."""
    pytest.importorskip("mujoco", reason="the cheetah needs the extra envs")
    pytest.importorskip("gymnasium_robotics", reason="the cheetah needs the extra envs")
    generator = torch.Generator().manual_seed(0)
    weights = GaussianPolicy(17, 3).initial(8, generator)
    kept = np.array([50, 75, 100, 125, 150, 475, 490, 500])
    (tmp_path / TEAMMATES_FILE).write_bytes(packed(Teammates("half-cheetah", kept, weights)))
    return tmp_path


def learner(name, seed, folder, **options):
    algorithm = find_algorithm(name, "half-cheetah")
    small = {"trajectories": 2, "horizon": 4, "chains": 2, "iterations": 4, "validate_every": 2}
    config = algorithm.config_type()(teammates=str(folder), **small, **options)
    return algorithm.learner(config, seed)


@pytest.mark.parametrize("name", ["meta-mapg", "meta-pg", "lola-dice", "reinforce"])
@pytest.mark.parametrize("critic", [False, True])
def test_two_halves_among_teammates_are_a_whole(cheetahs, name, critic):
    whole, half, other = (learner(name, seed, cheetahs, critic=critic) for seed in (3, 3, 99))
    start = whole.chosen[0]
    expected = [dict(whole.step()) for _ in range(4)]
    first = [dict(half.step()) for _ in range(2)]
    other.load_state_dict(half.state_dict())
    assert first + [dict(other.step()) for _ in range(2)] == expected
    assert not torch.equal(whole.trainer.ascent.start, start)
    found = whole.result()
    assert json.dumps(other.result()) == json.dumps(found)
    assert found["auc"] == {"all": pytest.approx(sum(found["rewards"]["all"][1:]))}
    assert len(found["rewards"]["all"]) == 3  # before and after the two updates


def test_steps_are_counted(cheetahs):
    """Two chains of three links an iteration; two, then two, then three chains to judge."""
    held = learner("meta-mapg", 0, cheetahs)
    for _ in range(4):
        held.step()
    (validation,), (test,) = held.peers["validation"], held.peers["test"]
    chains = 4 * 2 + 3 * len(validation) + len(test)
    assert held.result()["env_steps"] == chains * 3 * 2 * 4


def test_other_teammates_are_refused(cheetahs):
    held = learner("reinforce", 0, cheetahs)
    state = held.state_dict()
    kept = held.teammates.iterations
    other = Teammates("half-cheetah", kept, held.teammates.weights + 1)
    (cheetahs / TEAMMATES_FILE).write_bytes(packed(other))
    with pytest.raises(InputError, match="not those that this run began with"):
        learner("reinforce", 0, cheetahs).load_state_dict(state)


def test_a_run_of_teammates_leaves_its_file(tmp_path):
    pytest.importorskip("mujoco", reason="the cheetah needs the extra envs")
    pytest.importorskip("gymnasium_robotics", reason="the cheetah needs the extra envs")
    algorithm = find_algorithm("teammates")
    config = algorithm.config_type()(iterations=51, trajectories=2, horizon=2)
    outcome = train(RunConfig(algorithm, config), tmp_path / "run")
    found = read(tmp_path / "run", "half-cheetah", SIZE)
    assert found.iterations.tolist() == [50, 51]
    assert outcome.result["teammates_sha256"] == found.checksum
    assert outcome.result["env_steps"] == 51 * 2 * 2
