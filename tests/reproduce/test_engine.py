"""Running the runs of a figure."""

import dataclasses

import pytest
import torch

from gtlearn.errors import InputError
from gtlearn.reproduce import reproduce
from gtlearn.reproduce.engine import read, run_path
from gtlearn.reproduce.figure import parse_figure
from gtlearn.reproduce.kinds.commitments import numbers_of


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def results(folder):
    return {path: path.stat().st_mtime_ns for path in sorted(folder.rglob("result.json"))}


def test_every_seed_is_run_and_finished_runs_are_not_repeated(small, tmp_path):
    calls = []
    first = reproduce(small, tmp_path, watch=lambda done, total: calls.append((done, total)))
    assert calls == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert [run.result["seed"] for run in first.runs["chicken", "planner"]] == [0, 1]
    before = results(tmp_path)
    assert len(before) == 4

    gone = run_path(tmp_path, small.panels[1], small.methods[0], 1)
    expected = (gone / "metrics.jsonl").read_bytes()
    (gone / "result.json").unlink()
    calls.clear()
    reproduce(small, tmp_path, watch=lambda done, total: calls.append((done, total)))
    assert calls == [(4, 4)]
    after = results(tmp_path)
    assert [path for path in after if after[path] != before[path]] == [gone / "result.json"]
    assert (gone / "metrics.jsonl").read_bytes() == expected


def test_the_planner_finds_the_exact_optimum_of_both_games(small, tmp_path):
    found = reproduce(small, tmp_path)
    for runs in found.runs.values():
        for run in runs:
            result, steps = run.result, run.metrics["env_steps"]
            assert result["true_value"] == result["exact_value"] == run.metrics["true_value"][-1]
            assert numbers_of([run], 0)["reached"] == 1
            assert steps[0] > 4 * 6 * 2  # pre-training and queries are counted
            assert steps[0] <= numbers_of([run], 0.02)["steps"] <= steps[-1]


def test_other_options_do_not_mix_with_runs_that_are_there(small, held, tmp_path):
    reproduce(dataclasses.replace(small, seeds=(0,)), tmp_path)
    held["options"]["horizon"] = 3
    with pytest.raises(InputError, match="was made with other options, or another version; give"):
        reproduce(parse_figure("small", held), tmp_path)


def test_a_run_that_fails_is_told(small, held, tmp_path):
    held["options"] |= {"context": "sampled_action"}  # which a bandit refuses
    with pytest.raises(
        InputError, match=r"4 of 4 runs failed; the first in .*: the leader 'bandit'"
    ):
        reproduce(parse_figure("small", held), tmp_path)


def test_missing_runs_are_told(small, tmp_path):
    with pytest.raises(InputError):
        read(small, tmp_path)
