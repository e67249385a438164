"""`gtlearn train`, `resume`, `sweep` and `plot`, on a toy algorithm."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gtlearn.learning.registry import ALGORITHMS
from gtlearn.runs.pictures import mean_interval

TOYS = str(Path(__file__).parents[1] / "runs")
SCRIPT = """
from toy_learner import TOY
from gtlearn.learning.registry import ALGORITHMS
ALGORITHMS["toy"] = TOY
from gtlearn.cli import main
main()
"""


@pytest.fixture(autouse=True)
def toy(monkeypatch, tmp_path):
    """The toy algorithm, and a folder of its own."""
    monkeypatch.syspath_prepend(TOYS)
    monkeypatch.setenv("PYTHONPATH", TOYS, prepend=os.pathsep)
    monkeypatch.chdir(tmp_path)
    from toy_learner import TOY

    monkeypatch.setitem(ALGORITHMS, "toy", TOY)


def outcome(path):
    result = json.loads((Path(path) / "result.json").read_text())
    del result["seconds"]
    return result, (Path(path) / "metrics.jsonl").read_bytes()


def only_run():
    (path,) = Path("runs").iterdir()
    return path


QUIET = ("--no-tensorboard",)


def test_train_and_what_it_prints(gtlearn):
    code, out, err = gtlearn("train", "toy", "--seed", 3, "--noise", "0.1")
    assert (code, err) == (0, "")
    path = only_run()
    assert path.name.startswith("toy_hill_seed3_2")
    assert out.startswith("toy on hill, seed 3: ") and f"Run: {path}" in out
    assert "learned" in out and "exact" in out
    assert {"config.toml", "tensorboard", "curve.png"} <= set(os.listdir(path))
    assert "noise = 0.1" in (path / "config.toml").read_text()


def test_a_config_repeats_its_run_and_options_overrule_it(gtlearn):
    gtlearn("train", "toy", "--seed", 3, "--noise", "0.1", *QUIET, "--output", "a")
    assert gtlearn("train", "a/config.toml", "--output", "b")[0] == 0
    assert outcome("a") == outcome("b")
    assert Path("a/config.toml").read_text() == Path("b/config.toml").read_text()
    gtlearn("train", "a/config.toml", "--seed", 4, "--clip", "2", "--output", "c")
    text = Path("c/config.toml").read_text()
    assert "seed = 4" in text and "clip = 2.0" in text and "noise = 0.1" in text
    gtlearn("train", "c/config.toml", "--clip", "none", "--output", "d")
    assert 'clip = "none"' in Path("d/config.toml").read_text()


def test_help_lists_the_options_of_the_dataclass(gtlearn):
    code, out, _ = gtlearn("train", "toy", "--help")
    assert code == 0
    for words in ("Climb a hill.", "--learning-rate NUMBER", "Of Adam.", "[default: 0.1]"):
        assert words in out
    assert "[adam|sgd]" in out and "--nesterov / --no-nesterov" in out and "3,2" in out
    code, out, _ = gtlearn("train", "--help")
    assert code == 0 and "toy  " in out


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_asked_to_stop_a_run_keeps_all_its_work(gtlearn, monkeypatch, number):
    before = signal.getsignal(signal.SIGTERM)
    gtlearn("train", "toy", "--signal-at", 17, *QUIET, "--output", "whole")
    monkeypatch.setenv("TOY_SIGNAL", number)
    code, out, err = gtlearn("train", "toy", "--signal-at", 17, *QUIET, "--output", "run")
    assert (code, out) == (130, "") and "gtlearn resume run" in err
    assert len(Path("run/metrics.jsonl").read_text().splitlines()) == 17
    assert signal.getsignal(signal.SIGTERM) == before
    code, out, err = gtlearn("resume", "run")  # step 17 is behind it
    assert (code, err) == (0, "") and "Run: run" in out
    assert outcome("whole") == outcome("run")
    assert gtlearn("resume", "run")[0] == 0


def test_asked_to_stop_a_sweep_keeps_all_its_work(gtlearn, monkeypatch):
    arguments = ("sweep", "toy", "--signal-at", 17, "--seeds", "0,1", *QUIET, "--output")
    gtlearn(*arguments, "whole")
    monkeypatch.setenv("TOY_SIGNAL", "SIGINT")
    code, out, err = gtlearn(*arguments, "s")
    assert (code, out) == (130, "")
    assert err == "Stopped and kept; to go on: gtlearn resume s\n"
    assert [len(f.read_text().splitlines()) for f in Path("s").glob("*/metrics.jsonl")] == [17]
    monkeypatch.delenv("TOY_SIGNAL")
    assert gtlearn("resume", "s")[0] == 0
    for seed in (0, 1):
        (one,), (other,) = (Path(name).glob(f"*seed{seed}_*") for name in ("whole", "s"))
        assert outcome(one) == outcome(other)


def test_killed_in_another_process_and_resumed_here(gtlearn, monkeypatch):
    arguments = ("toy", "--signal-at", "17", "--checkpoint-every", "4")
    gtlearn("train", *arguments, "--output", "whole")
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT, "train", *arguments, "--output", "run"],
        env={**os.environ, "TOY_SIGNAL": "SIGKILL"},
        check=False,
    )
    assert result.returncode == -signal.SIGKILL
    assert sorted(os.listdir("run"))[-2:] == ["metrics.jsonl", "tensorboard"]
    code, _, err = gtlearn("resume", "run")
    assert (code, err) == (0, "")
    assert outcome("whole") == outcome("run")


def test_sweep_and_plot(gtlearn):
    Path("c.toml").write_text(
        'algorithm = "toy"\n[config]\nnoise = 0.2\n[run]\ntensorboard = false'
    )
    code, out, err = gtlearn("sweep", "c.toml", "--seeds", "0..2", "--output", "s")
    assert (code, err) == (0, "")
    assert "(n = 3, 95 % interval by Student's t)" in out and "Picture: s/curves.png" in out
    assert len(list(Path("s").glob("toy_hill_seed[012]_*/result.json"))) == 3
    assert gtlearn("resume", "s", "--workers", 1)[:2] == (0, out)
    gtlearn("train", "c.toml", "--noise", "0", "--output", "t")
    code, out, err = gtlearn("plot", "s", "t", "--metric", "loss", "--output", "p.svg")
    assert (code, err) == (0, "") and Path("p.svg").exists()
    assert "toy, hill, noise 0.2: loss" in out and "toy, hill, noise 0.0: loss" in out
    assert "n = 1 to 3 seeds" in out


def test_a_sweep_of_which_one_fails_says_so(gtlearn):
    code, out, err = gtlearn(
        "sweep", "toy", "--seeds", "0,1", "--bad", "metric", "--bad-step", 4, *QUIET
    )
    assert code == 2 and "failed" in out and "none finished" in out
    assert "seed 1: training diverged at step 4" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train"], "say what to train: an algorithm, or a config.toml"),
        (["train", "--seed", "3", "toy"], "write the algorithm, or a config.toml, before --seed"),
        (["train", "toi"], "there is no algorithm 'toi'; did you mean toy?"),
        (["train", "no.toml"], "no.toml cannot be read: no such file or directory"),
        (["train", "toy", "--nois", "1"], "No such option '--nois'. Did you mean '--noise'?"),
        (
            ["train", "toy", "--noise", "x"],
            'noise = "x" cannot be used; give a number of at least 0',
        ),
        (["train", "toy", "--optimiser", "adma"], "did you mean adam?"),
        (["train", "toy", "--seed", "-1"], "seed = -1 cannot be used"),
        (["train", "toy", "--game", "plain"], "game = plain has no top; use hill"),
        (["train", "toy", "--output", "."], "exists already"),
        (["train", "toy", "extra"], "extra"),
        (["train", "toy", "--bad", "metric", "--bad-step", "3"], "training diverged at step 3 of"),
        (["resume", "nothing"], "nothing is no folder"),
        (["resume", "."], "holds no config.toml"),
        (["resume"], "Missing argument 'RUN'"),
        (["sweep", "toy"], "Missing option '--seeds'"),
        (["sweep", "toy", "--seeds", "0-9"], "'0-9' is no range of seeds; write one as 0..9"),
        (["sweep", "toy", "--seeds", "0", "--backend", "rya"], "did you mean ray?"),
        (["sweep", "toy", "--seeds", "0", "--address", "auto"], "--address has no effect here"),
        (["sweep", "toy", "--seeds", "0", "--workers", "0"], "--workers"),
        (["plot", "nothing"], "nothing is no folder"),
        (["plot"], "Missing argument"),
    ],
)
def test_bad_input(refused, arguments, words):
    assert words in refused(*arguments)


def test_without_ray_it_is_said_what_to_install(refused, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    assert "run pip install 'ray>=" in refused("sweep", "toy", "--seeds", "0", "--backend", "ray")
    assert not Path("runs").exists()


def test_resume_takes_workers_for_sweeps_only(gtlearn, refused):
    gtlearn("train", "toy", *QUIET, "--output", "a")
    assert "it goes with the folder of a sweep" in refused("resume", "a", "--workers", 2)


def test_a_learner_draws_a_bar_where_a_person_watches(monkeypatch):
    from gtlearn.cli import running

    assert running.values_text(2.89941, 2.9) == "learned 2.8994, exact 2.9"
    assert running.values_text(2.0, None) == "learned 2"


GRID = ("--iterations", "3", "--noise", "0,0.2", "--layers", "3,2", "--layers", "1", *QUIET)


def test_a_sweep_over_a_grid_has_a_row_a_combination(gtlearn):
    code, out, err = gtlearn("sweep", "toy", *GRID, "--seeds", "0..1", "--output", "s")
    assert (code, err) == (0, "")
    rows = [line.split() for line in out.splitlines() if line.split()[:1] in (["0.0"], ["0.2"])]
    assert [row[-3] for row in rows] == ["0"] * 4  # the optimum
    assert [row[:3] for row in rows] == [
        [noise, layers, "2"] for noise in ("0.0", "0.2") for layers in ("3,2", "1")
    ]
    assert "Student's t, n - 1 degrees of freedom" in out
    names = sorted(path.name for path in Path("s").glob("toy_*"))
    assert len(names) == 8 and names[0].startswith("toy_hill_noise-0.0_layers-1_seed0_2")
    assert gtlearn("resume", "s")[0] == 0
    code, out, _ = gtlearn("plot", "s", "--output", "p.svg")
    assert code == 0 and out.count("(n = 2, 95 % interval") == 4
    assert "toy, hill, noise 0.2, layers 3,2: " in out


def test_the_rows_of_a_grid_are_the_means_of_its_runs(gtlearn):
    out = gtlearn("sweep", "toy", *GRID[:4], *QUIET, "--seeds", "0..3", "--output", "s")[1]
    for noise in ("0.0", "0.2"):
        found = [outcome(path)[0]["metrics"]["learned"] for path in Path("s").glob(f"*-{noise}_*")]
        assert len(found) == 4
        mean, low, high = (f"{float(x):.5g}" for x in mean_interval(np.array(found)))
        (row,) = [line.split() for line in out.splitlines() if line.split()[:1] == [noise]]
        assert row[1:6] == ["4", mean, low, "to", high]


def test_a_combination_that_fails_is_named(gtlearn):
    arguments = ("--bad", "metric,nothing", "--bad-step", "2", "--seeds", "3", *GRID[:2], *QUIET)
    code, out, err = gtlearn("sweep", "toy", *arguments)
    assert code == 2 and "failed" in out
    assert "gtlearn: bad metric, seed 3: training diverged at step 2" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--noise", "0.1,x"], 'noise = "x" cannot be used'),
        (["--noise", "0.1,0.10"], "noise is given a value twice"),
        (["--threads", "1,2"], "threads can have one value only"),
        (["--layers", "3,x"], "layers = "),
        (["--bad", "metric,nothign"], "did you mean nothing?"),
    ],
)
def test_grids_that_are_none(refused, arguments, words):
    assert words in refused("sweep", "toy", "--seeds", "0", *arguments)
    assert not Path("runs").exists()
