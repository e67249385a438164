"""Training, stopping, resuming: whatever happens in between, the outcome is the same bit by bit."""

import json
import multiprocessing
import os
import pickle
import random
import signal
import sys

import numpy as np
import pytest
import torch
from toy_learner import Toy, ToyConfig

from gtlearn import files
from gtlearn.errors import DivergenceError, InputError
from gtlearn.runs import checkpoint, loop, session
from gtlearn.runs.config import Recording, RunConfig
from gtlearn.runs.metrics import read_rows

EVERY = 7


def config(toy, seed=0, *, tensorboard=False, log_every=1, **options):
    recording = Recording(log_every=log_every, checkpoint_every=EVERY, tensorboard=tensorboard)
    return RunConfig(toy, ToyConfig(**options), seed, recording)


def outcome(path):
    """All that a run leaves behind which must not depend on interruptions."""
    result = json.loads((path / "result.json").read_text())
    assert result.pop("seconds") > 0
    return result, (path / "metrics.jsonl").read_bytes()


def checkpoint_of(path):
    return (path / "checkpoint").read_bytes()


def same(a, b):
    """Whether two nested states are the same bit by bit."""
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, torch.Tensor):
        return a.dtype == b.dtype and torch.equal(a, b)
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b)
    return type(a) is type(b) and a == b


# --- what a run is


def test_a_run_leaves_a_folder(toy, tmp_path):
    ended = loop.train(config(toy, 3, tensorboard=True), tmp_path / "run")
    names = sorted(path.name for path in (tmp_path / "run").iterdir())
    assert names == [
        ".lock",
        ".seconds",
        "checkpoint",
        "config.toml",
        "metrics.jsonl",
        "result.json",
        "tensorboard",
    ]
    assert len(list((tmp_path / "run" / "tensorboard").iterdir())) == 1
    result = ended.result
    assert result == json.loads((tmp_path / "run" / "result.json").read_text())
    rows = read_rows(tmp_path / "run" / "metrics.jsonl")
    assert [row["step"] for row in rows] == list(range(1, 41))
    assert all(isinstance(row["env_steps"], int) and row["exact"] == 0 for row in rows)
    common = {"schema": "gtlearn/run/1", "algorithm": "toy", "game": "hill", "seed": 3}
    assert common.items() <= result.items()
    assert result["env_steps"] == rows[-1]["env_steps"]
    assert result["metrics"]["learned"] == rows[-1]["learned"] == result["metrics"]["learned"]
    assert (
        result["point"]
        == checkpoint.load(tmp_path / "run" / "checkpoint")["learner"]["parameters"].tolist()
    )


def test_the_toy_learns(toy, tmp_path):
    loop.train(config(toy), tmp_path / "run")
    learned = [row["learned"] for row in read_rows(tmp_path / "run" / "metrics.jsonl")]
    assert learned[-1] > -0.5 > learned[0]


def test_rows_are_as_many_as_asked_for_and_the_last_is_there(toy, tmp_path):
    loop.train(config(toy, log_every=16), tmp_path / "run")
    assert [row["step"] for row in read_rows(tmp_path / "run" / "metrics.jsonl")] == [16, 32, 40]


def test_every_part_of_the_toys_randomness_matters(toy, tmp_path):
    """Else the tests below would not see that one was forgotten."""
    loop.train(config(toy), tmp_path / "run", stop=lambda step: step == 20)
    whole = checkpoint.load(tmp_path / "run" / "checkpoint")

    def ends(damage):
        state = checkpoint.load(tmp_path / "run" / "checkpoint")
        damage(state)
        learner = Toy(ToyConfig(), 0)
        with session.seeded(0):
            learner.load_state_dict(state["learner"])
            session.restore_generators(state["generators"])
            rows = [learner.step() for _ in range(20)]
        return rows, learner.parameters.tolist()

    def changed(part, key, value):
        return ends(lambda state: state[part].__setitem__(key, value))

    fresh = Toy(ToyConfig(), 0).state_dict()
    right = ends(lambda state: None)
    assert right == ends(lambda state: None)
    for key in ("parameters", "optimiser", "generator", "rng", "env_steps", "visited"):
        assert changed("learner", key, fresh[key]) != right, key
    with session.seeded(1):
        other = session.generator_states()
    for key in ("python", "numpy", "torch"):
        assert changed("generators", key, other[key]) != right, key
    assert whole["step"] == 20


def test_the_process_keeps_its_own_generators(toy, tmp_path):
    before = session.generator_states()
    loop.train(config(toy), tmp_path / "run")
    assert same(before, session.generator_states())


def test_the_processs_generators_do_not_matter(toy, tmp_path):
    loop.train(config(toy), tmp_path / "a")
    random.random(), np.random.normal(), torch.rand(3)  # noqa: NPY002
    loop.train(config(toy), tmp_path / "b")
    assert outcome(tmp_path / "a") == outcome(tmp_path / "b")


def test_threads_are_those_of_the_config_and_given_back(toy, tmp_path):
    seen = []
    before = torch.get_num_threads()
    loop.train(config(toy), tmp_path / "a", watch=lambda *_: seen.append(torch.get_num_threads()))
    assert set(seen) == {1} and torch.get_num_threads() == before


def test_a_run_without_steps_has_a_result(toy, tmp_path):
    ended = loop.train(config(toy, iterations=0), tmp_path / "run")
    assert (ended.result["env_steps"], ended.result["metrics"]) == (0, {})


# --- halves


@pytest.mark.parametrize("half", [1, 20, 21, 39, 40])
def test_two_halves_are_the_whole(toy, tmp_path, half):
    loop.train(config(toy), tmp_path / "whole")
    stopped = loop.train(config(toy), tmp_path / "halves", stop=lambda step: step == half)
    assert stopped.result is None
    assert loop.resume(tmp_path / "halves").result is not None
    assert outcome(tmp_path / "whole") == outcome(tmp_path / "halves")
    assert checkpoint_of(tmp_path / "whole") == checkpoint_of(tmp_path / "halves")


@pytest.mark.parametrize("optimiser", ["adam", "sgd"])
def test_many_parts_are_the_whole(toy, tmp_path, optimiser):
    plan = config(toy, 5, optimiser=optimiser, log_every=3)
    loop.train(plan, tmp_path / "whole")
    loop.train(plan, tmp_path / "parts", stop=lambda step: step % 3 == 0)
    parts = 1
    while loop.resume(tmp_path / "parts", stop=lambda step: step % 3 == 0).result is None:
        parts += 1
    assert parts == 13
    assert outcome(tmp_path / "whole") == outcome(tmp_path / "parts")


def test_a_finished_run_is_only_shown_again(toy, tmp_path):
    first = loop.train(config(toy), tmp_path / "run")
    files = {path: path.read_bytes() for path in (tmp_path / "run").iterdir()}
    assert loop.resume(tmp_path / "run") == first
    assert files == {path: path.read_bytes() for path in (tmp_path / "run").iterdir()}


@pytest.mark.parametrize(("seconds", "saved"), [(0.0, 40), (1e9, 1)])
def test_without_a_number_of_iterations_checkpoints_go_by_the_clock(
    toy, tmp_path, monkeypatch, seconds, saved
):
    steps = []
    monkeypatch.setattr(session, "CHECKPOINT_SECONDS", seconds)
    monkeypatch.setattr(checkpoint, "save", lambda path, state: steps.append(state["step"]))
    plan = RunConfig(toy, ToyConfig(), 0, Recording(tensorboard=False))
    loop.train(plan, tmp_path / "run")
    assert steps == list(range(41 - saved, 41))


# --- SIGKILL


def killed_after(events, work, *arguments):
    """Does the work in a process that is killed at its `events`-th call of any function."""

    def child():
        left = events

        def count(frame, event, argument):
            nonlocal left
            left -= event in ("call", "c_call")
            if left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.setprofile(count)
        work(*arguments)

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join()
    return process.exitcode


@pytest.fixture(scope="module")
def events_of_a_run(tmp_path_factory):
    from toy_learner import TOY

    count = 0

    def counting(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    path = tmp_path_factory.mktemp("events") / "run"
    sys.setprofile(counting)
    try:
        loop.train(config(TOY), path)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("case", range(12))
def test_killed_at_a_random_moment_a_run_loses_little_and_ends_the_same(
    toy, tmp_path, case, events_of_a_run
):
    rng = random.Random(case)
    plan, path = config(toy, case), tmp_path / "killed"
    loop.train(plan, tmp_path / "whole")
    moment = rng.randrange(events_of_a_run)
    first = killed_after(moment, loop.train, plan, path)
    assert first in (0, -signal.SIGKILL)
    if not (path / "config.toml").exists():  # it was killed before it began
        with pytest.raises(InputError, match=r"is no (folder|run)"):
            loop.resume(path)
        return
    for _ in range(2):
        if (path / "metrics.jsonl").exists():
            rows = len(read_rows(path / "metrics.jsonl"))
            held = (path / "checkpoint").exists()
            kept = checkpoint.load(path / "checkpoint")["step"] if held else 0
            assert rows - kept <= EVERY
        killed_after(rng.randrange(events_of_a_run // 2), loop.resume, path)
    loop.resume(path)
    assert outcome(tmp_path / "whole") == outcome(path)
    assert checkpoint_of(tmp_path / "whole") == checkpoint_of(path)
    assert sorted(os.listdir(path)) == sorted(
        os.listdir(tmp_path / "whole")
    )  # nothing is left over


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "file"
    files.write_whole(path, b"old")

    def fail(*_):
        raise OSError(28, "No space left on device")

    for name in ("fsync", "replace"):
        with monkeypatch.context() as patch, pytest.raises(OSError):
            patch.setattr(os, name, fail)
            files.write_whole(path, b"new")
        assert [p.name for p in tmp_path.iterdir()] == ["file"] and path.read_bytes() == b"old"


def test_files_are_readable_as_the_users_others_are(toy, tmp_path):
    loop.train(config(toy), tmp_path / "run")
    (tmp_path / "other").write_text("")
    modes = {p.stat().st_mode for p in [tmp_path / "other", *(tmp_path / "run").iterdir()]}
    assert len(modes) == 1


def test_a_full_disk_is_said_in_a_sentence(toy, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint, "write_whole", full)
    with pytest.raises(InputError, match="no space left on device; once it can, go on by `gtlearn"):
        loop.train(config(toy), tmp_path / "run")


# --- numbers that are not finite


def test_a_nan_in_a_metric_stops_the_run_at_its_step(toy, tmp_path):
    plan = config(toy, bad="metric", bad_step=17)
    with pytest.raises(DivergenceError, match=r"at step 17 of .*: metric 'loss' is nan"):
        loop.train(plan, tmp_path / "run")
    assert checkpoint.load(tmp_path / "run" / "checkpoint")["step"] == 14
    assert not (tmp_path / "run" / "result.json").exists()
    with pytest.raises(DivergenceError, match="at step 17 of"):
        loop.resume(tmp_path / "run")


@pytest.mark.parametrize("bad_step", [1, 7, 17, 40])
def test_a_nan_in_a_parameter_stops_the_run_and_its_step_is_found(toy, tmp_path, bad_step):
    plan = config(toy, bad="parameter", bad_step=bad_step)
    with pytest.raises(DivergenceError, match=rf"at step {bad_step} of .*: parameters is NaN"):
        loop.train(plan, tmp_path / "run")
    kept = (bad_step - 1) // EVERY * EVERY
    path = tmp_path / "run" / "checkpoint"
    if kept == 0:
        assert not path.exists()
        return
    state = checkpoint.load(path)
    assert state["step"] == kept and checkpoint.first_nan(state) is None


# --- folders that are no runs, or others


def test_what_cannot_be_resumed_is_refused(toy, tmp_path):
    loop.train(config(toy), tmp_path / "run", stop=lambda step: step == 20)
    text = (tmp_path / "run" / "config.toml").read_text()

    def changed(old, new):
        assert old in text
        (tmp_path / "run" / "config.toml").write_text(text.replace(old, new))
        return pytest.raises(InputError)

    with pytest.raises(InputError, match="is no folder"):
        loop.resume(tmp_path / "nothing")
    with pytest.raises(InputError, match=r"holds no config\.toml"):
        loop.resume(tmp_path)
    with changed('version = "', 'version = "9.') as refusal:
        loop.resume(tmp_path / "run")
    refusal.match(r"was begun with gtlearn 9\.0\.1\.0 and this is 0\.1\.0")
    with changed('version = "0.1.0"', "") as refusal:
        loop.resume(tmp_path / "run")
    refusal.match("names no version")
    with changed("noise = 0.3", "noise = 0.2") as refusal:
        loop.resume(tmp_path / "run")
    refusal.match("is not what the checkpoint was made with")


def test_a_folder_is_never_written_over(toy, tmp_path):
    with pytest.raises(InputError, match="exists already"):
        loop.train(config(toy), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_wrong_options_leave_no_folder(toy, tmp_path):
    with pytest.raises(InputError, match="has no top"):
        loop.train(config(toy, game="plain"), tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


class Attack:
    """What a pickle can do when it is loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (self.path, "w")


@pytest.mark.parametrize("damage", ["pickle", "torch", "cut", "empty", "text", "other"])
def test_a_strangers_checkpoint_is_refused_and_runs_nothing(toy, tmp_path, damage):
    loop.train(config(toy), tmp_path / "run", stop=lambda step: step == 20)
    path, trap = tmp_path / "run" / "checkpoint", tmp_path / "trap"
    data = path.read_bytes()
    if damage == "torch":
        torch.save(Attack(str(trap)), path)
    elif damage == "other":
        state = checkpoint.load(path)
        state["learner"]["parameters"] = torch.zeros(1, 1, 7)
        checkpoint.save(path, state)
    else:
        path.write_bytes(
            {
                "pickle": pickle.dumps(Attack(str(trap))),
                "cut": data[:-9],
                "empty": b"",
                "text": b"hello",
            }[damage]
        )
    with pytest.raises(InputError, match=r"is no checkpoint|does not fit"):
        loop.resume(tmp_path / "run")
    assert not trap.exists()


@pytest.mark.parametrize("part", ["momentum", "best"])
def test_a_strangers_checkpoint_that_fails_only_later_is_refused(toy, tmp_path, part):
    loop.train(config(toy), tmp_path / "run", stop=lambda step: step == 20)
    path = tmp_path / "run" / "checkpoint"
    state = checkpoint.load(path)
    if part == "momentum":
        state["learner"]["optimiser"]["state"][0]["exp_avg"] = torch.zeros(7, dtype=torch.float64)
    else:
        state["learner"]["best"] = "none"
    checkpoint.save(path, state)
    with pytest.raises(InputError, match=r"checkpoint does not fit this run: .* \(.*Error: "):
        loop.resume(tmp_path / "run")


def test_lost_rows_are_noticed(toy, tmp_path):
    loop.train(config(toy), tmp_path / "run", stop=lambda step: step == 20)
    (tmp_path / "run" / "metrics.jsonl").write_text("")
    with pytest.raises(InputError, match="has lost rows"):
        loop.resume(tmp_path / "run")


def test_a_run_is_trained_by_one_process_at_a_time(toy, tmp_path):
    pytest.importorskip("fcntl")

    def interfere(step, learner):
        with pytest.raises(InputError, match="by another process"):
            loop.resume(tmp_path / "run")

    loop.train(config(toy, iterations=2), tmp_path / "run", watch=interfere)
