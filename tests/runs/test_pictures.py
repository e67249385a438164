"""Curves: the mean, its interval, and what the caption says."""

import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest
from scipy import stats
from test_loop import config

from gtlearn.errors import InputError
from gtlearn.learning.registry import find_algorithm
from gtlearn.runs import folder, pictures
from gtlearn.runs.config import RunConfig
from gtlearn.runs.metrics import sample_rows


def written(parent, config, rows):
    """The folder of a run with these (env_steps, learned)."""
    found = folder.create(config, parent / f"{len(list(parent.iterdir()))}")
    lines = [
        json.dumps({"step": k, "env_steps": steps, "learned": value, "exact": 2.5, "loss": -value})
        for k, (steps, value) in enumerate(rows, 1)
    ]
    found.metrics_file.write_text("\n".join([*lines, ""]))
    return found.path


def test_the_interval_is_scipys():
    samples = np.random.default_rng(0).normal(size=(7, 3))
    mean, low, high = pictures.mean_interval(samples)
    expected = stats.ttest_1samp(samples, 0).confidence_interval(0.95)
    np.testing.assert_allclose(mean, samples.mean(axis=0))
    np.testing.assert_allclose([low, high], [expected.low, expected.high])


def test_the_interval_holds_the_mean_as_often_as_it_says():
    samples = np.random.default_rng(0).normal(size=(5, 20_000))
    _, low, high = pictures.mean_interval(samples)
    inside = np.mean((low <= 0) & (high >= 0))
    assert abs(inside - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 20_000)


def test_seeds_of_one_config_become_one_curve(toy, tmp_path):
    paths = [
        written(tmp_path, config(toy, 0), [(1, 1.0), (3, 2.0), (6, 3.0)]),
        written(tmp_path, config(toy, 1), [(2, 3.0), (3, 4.0), (5, 5.0)]),
    ]
    (curve,) = pictures.curves_of(paths)
    assert (curve.label, curve.seeds, curve.exact) == ("toy, hill", (0, 1), 2.5)
    assert curve.steps.tolist() == [2, 3, 5]
    assert curve.mean.tolist() == [2.0, 3.0, 3.5]
    half = stats.t.ppf(0.975, 1)  # the deviation of two numbers 2 apart is sqrt(2)
    np.testing.assert_allclose(curve.high - curve.mean, [half, half, 1.5 * half])
    assert pictures.curves_of([tmp_path])[0].mean.tolist() == [2.0, 3.0, 3.5]
    (loss,) = pictures.curves_of(paths, "loss")
    assert loss.mean.tolist() == [-2.0, -3.0, -3.5] and loss.exact is None


def test_configs_that_differ_become_curves_of_their_own(toy, tmp_path):
    rows = [(1, 1.0), (2, 2.0)]
    one = config(toy, 0)
    paths = [
        written(tmp_path, c, rows)
        for c in (one, config(toy, 0, noise=0.5), config(toy, 1, noise=0.5), config(toy, game="b"))
    ]
    curves = pictures.curves_of(paths)
    assert [curve.label for curve in curves] == [
        "toy, hill, noise 0.3",
        "toy, hill, noise 0.5",
        "toy, b, noise 0.3",
    ]
    assert [len(curve.seeds) for curve in curves] == [1, 2, 1]


def curve(count):
    x = np.array([1.0, 2.0])
    return pictures.Curve("c", tuple(range(count)), x, x, x, x, exact=2.0 if count > 5 else None)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ([1], "One run (n = 1), without an interval."),
        ([5], "Line: mean over n = 5 seeds. Band: its 95 % interval (Student's t, n - 1 degrees"),
        ([3, 10], "n = 3 to 10 seeds"),
        ([10], "Dashed: the exact value."),
        ([1, 4], "A single run has none."),
    ],
)
def test_captions_say_n_and_the_method(counts, words):
    assert words in pictures.caption([curve(count) for count in counts])


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_pictures_are_written(tmp_path, suffix):
    pytest.importorskip("matplotlib")
    picture = pictures.draw([curve(3), curve(6)], tmp_path / f"p.{suffix}")
    begin = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[suffix]
    data = picture.read_bytes()
    assert data.startswith(begin)
    if suffix == "svg":
        assert b"c (n = 3)" in data and b"Student" in data


def test_what_cannot_be_drawn(toy, tmp_path):
    plan = config(toy)
    path = written(tmp_path, plan, [(1, 1.0)])
    double = written(tmp_path, plan, [(1, 1.0)])
    empty = written(tmp_path, dataclasses.replace(plan, seed=2), [])
    later = written(tmp_path, dataclasses.replace(plan, seed=3), [(4, 1.0)])
    broken = written(tmp_path, dataclasses.replace(plan, seed=4), [(4, 1.0)])
    with (broken / "metrics.jsonl").open("a") as file:
        file.write("[1]\n")
    for paths, metric, words in [
        ([path, double], "learned", "are the same run, of seed 0"),
        ([empty], "learned", "has no metrics yet"),
        ([path, later], "learned", "have no steps in common"),
        ([path], "lerned", "has no metric 'lerned'; did you mean learned?"),
        ([tmp_path / "none"], "learned", "is no folder"),
        ([broken], "learned", "line 2: this is no row of metrics"),
    ]:
        with pytest.raises(InputError) as error:
            pictures.curves_of(paths, metric)
        assert words in str(error.value)
    with pytest.raises(InputError, match="cannot be written"):
        pictures.draw([curve(2)], tmp_path / "p.xyz")


def test_a_line_cut_short_is_left_out(toy, tmp_path):
    path = written(tmp_path, config(toy), [(1, 1.0), (2, 2.0)])
    with (path / "metrics.jsonl").open("a") as file:
        file.write('{"step": 3, "env_st')
    (found,) = pictures.curves_of([path])
    assert found.steps.tolist() == [1, 2]
    assert isinstance(folder.find(path).config(), RunConfig)


@pytest.mark.parametrize(
    ("algorithm", "words"),
    [
        ("contextual-stackelberg", "true value of the leader's present table"),
        ("meta-pg", "best AUC in validation so far"),
        ("lola", "sum of the players' values"),
    ],
)
def test_the_axis_names_what_is_drawn(algorithm, words, tmp_path):
    found = find_algorithm(algorithm)
    path = written(tmp_path, RunConfig(found, found.config_type()(), 0), [(1, 1.0), (2, 2.0)])
    (found_curve,) = pictures.curves_of([path])
    assert found_curve.value == words
    (other,) = pictures.curves_of([path], "env_steps")
    assert other.value == "env steps"


def test_a_sample_of_rows_is_spread_evenly(tmp_path):
    path = tmp_path / "metrics.jsonl"
    rows = [{"step": k, "env_steps": 15 * k, "learned": k / 7} for k in range(1, 200_001)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + '{"step": 200001, "env')
    found = sample_rows(path, 1000)
    steps = [row["step"] for row in found]
    assert 900 < len(steps) <= 1000 and (steps[0], steps[-1]) == (1, 200_000)
    assert max(np.diff(steps)) < 2 * 200
    assert all(row == rows[row["step"] - 1] for row in found)
    assert sample_rows(path, 200_000) == rows


def test_pictures_of_runs_do_not_wait_for_torch(tmp_path):
    found = find_algorithm("contextual-stackelberg")
    path = written(tmp_path, RunConfig(found, found.config_type()(), 0), [(1, 1.0), (2, 2.0)])
    code = (
        "import sys; from pathlib import Path; from gtlearn.runs.pictures import draw_runs; "
        f"draw_runs([Path({str(path)!r})], Path({str(tmp_path / 'p.png')!r})); "
        "sys.exit('torch' in sys.modules)"
    )
    pytest.importorskip("matplotlib")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
