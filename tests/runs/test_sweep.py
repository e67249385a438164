"""A sweep's runs are the same whoever trains them."""

import os
import socket

import pytest
from test_loop import config, outcome

from gtlearn.errors import InputError
from gtlearn.runs import jobs, loop

SEEDS = (0, 1, 5)


def outcomes(found):
    """What came out, by seed, without what may differ."""
    assert sorted(one.seed for one in found) == list(SEEDS)
    assert all(one.error is None for one in found)
    return {one.seed: outcome(one.folder) for one in found}


@pytest.fixture
def serial(toy, tmp_path):
    return outcomes(list(jobs.train_all(jobs.prepare([config(toy)], SEEDS, tmp_path / "serial"))))


def test_one_after_another(toy, tmp_path, serial):
    for seed in SEEDS:
        loop.train(config(toy, seed), tmp_path / f"alone{seed}")
        assert serial[seed] == outcome(tmp_path / f"alone{seed}")
    assert len({result["best"] for result, _ in serial.values()}) == 3


def test_with_workers(toy, tmp_path, serial):
    todo = jobs.prepare([config(toy)], SEEDS, tmp_path / "workers")
    assert outcomes(list(jobs.train_all(todo, workers=2))) == serial


def test_by_ray(toy, tmp_path, serial):
    pytest.importorskip("ray", reason="ray is missing; pip install -e '.[scale]'")
    todo = jobs.prepare([config(toy)], SEEDS, tmp_path / "ray")
    assert outcomes(list(jobs.train_all(todo, workers=2, backend="ray"))) == serial


def test_an_interrupted_sweep_goes_on(toy, tmp_path, serial):
    todo = jobs.prepare([config(toy)], SEEDS, tmp_path / "again")
    loop.go_on(todo[0].folder, todo[0].config)
    loop.go_on(todo[1].folder, todo[1].config, stop=lambda step: step == 9)
    rest = jobs.unfinished(tmp_path / "again")
    assert outcomes(list(jobs.train_all(rest))) == serial


def test_a_run_that_diverges_does_not_stop_the_others(toy, tmp_path):
    todo = jobs.prepare([config(toy, bad="metric", bad_step=3)], (1,), tmp_path / "bad")
    todo += jobs.prepare([config(toy)], (2,), tmp_path / "good")
    bad, good = jobs.train_all(todo)
    assert "diverged at step 3" in bad.error and bad.result is None
    assert good.error is None and good.result["seed"] == 2


def test_a_lost_worker_is_said_and_does_not_stop_the_others(toy, tmp_path, monkeypatch):
    monkeypatch.setenv("TOY_SIGNAL", "SIGKILL")
    todo = jobs.prepare([config(toy, signal_at=17)], (3,), tmp_path / "lost")
    todo += jobs.prepare([config(toy)], (4, 5), tmp_path / "good")
    found = {one.seed: one for one in jobs.train_all(todo, workers=2)}
    assert "its worker was killed by signal 9" in found[3].error
    assert f"gtlearn resume {todo[0].folder.path}" in found[3].error
    assert found[4].result and found[5].result
    monkeypatch.delenv("TOY_SIGNAL")
    assert loop.resume(todo[0].folder.path).result


def test_a_worker_that_cannot_see_the_folder_says_so(toy, tmp_path):
    (job,) = jobs.prepare([config(toy)], (1,), tmp_path / "here")
    os.rename(tmp_path / "here", tmp_path / "elsewhere")
    assert "a worker cannot see" in jobs.finish(job).error


def test_names_hold_algorithm_game_and_seed(toy, tmp_path):
    (job,) = jobs.prepare([config(toy, game="a(b=1,c)")], (7,), tmp_path / "s")
    assert job.folder.path.name.startswith("toy_a-b-1-c_seed7_2")


@pytest.mark.parametrize(
    ("text", "seeds"),
    [("3", (3,)), ("0..3", (0, 1, 2, 3)), ("5..5, 1", (5, 1)), ("0..1,8..9", (0, 1, 8, 9))],
)
def test_seeds(text, seeds):
    assert jobs.parse_seeds(text) == seeds


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is no range of seeds; write one as 0..9"),
        ("0-9", "'0-9' is no range of seeds"),
        ("0...9", "is no range"),
        ("-1..3", "is no range"),
        ("1,,2", "is no range"),
        ("9..0", "run backwards; write 0..9"),
        ("0..3,2", "holds a seed twice"),
        ("2147483648", "the largest is 2147483647"),
        ("0..999999", "are 1000000 seeds"),
        ("٣", "is no range"),
    ],
)
def test_ranges_that_are_none(text, words):
    with pytest.raises(InputError) as error:
        jobs.parse_seeds(text)
    assert words in str(error.value)


def test_a_missing_package_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(InputError, match=r"ray is needed .*pip install 'ray>="):
        jobs.require_backend("ray", 2)


def test_a_missing_package_is_named_before_any_process_starts(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(InputError, match=r"torch is needed .*; run pip install '"):
        jobs.require_backend("local", 2)


def test_an_address_where_nothing_listens(monkeypatch):
    pytest.importorskip("ray")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(InputError, match="there is no Ray cluster at 127"):
        jobs.require_backend("ray", 2, address)
