"""What Ctrl-C, SIGTERM and SIGKILL leave of `train`, `sweep` and `reproduce`: all work, and no
process."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from gtlearn.learning.registry import ALGORITHMS
from gtlearn.runs import checkpoint

TOYS = str(Path(__file__).parents[1] / "runs")
ENDLESS = ("--iterations", "1000000000", "--checkpoint-every", "1000000000", "--no-tensorboard")
ENDLESS += ("--log-every", "1")  # a row an iteration, so that what is lost can be counted
SCRIPT = """
from toy_learner import TOY
from gtlearn import reproduce
from gtlearn.learning.registry import ALGORITHMS
ALGORITHMS["toy"] = TOY
FIGURE = dict(
    title="", source="", algorithm="toy", seeds="0..1", statements=[],
    options={"iterations": 1000000000},
    run={"checkpoint_every": 1000000000, "log_every": 1, "tensorboard": False},
    panels=[{"name": "panel", "options": {}}],
    methods=[{"name": "method", "label": "", "options": {}}],
)
reproduce.read_figure = lambda name, quick: reproduce.figure.parse_figure(name, FIGURE)
from gtlearn.cli import main
main()
"""
PATIENCE = 120  # seconds, on a busy machine

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are those of POSIX")


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", TOYS, prepend=os.pathsep)


@pytest.fixture
def begun():
    """Begins a command in a session of its own; what is left of it is killed."""
    processes = []

    def begin(*arguments):
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, *arguments],
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        processes.append(process)
        return process

    yield begin
    for process in processes:
        with process.stderr:
            for one in (*family(process), psutil.Process(process.pid)) if alive(process) else ():
                one.kill()


def alive(process):
    return process.poll() is None


def family(process):
    return psutil.Process(process.pid).children(recursive=True)


def until(process, happened):
    """Waits until it has happened; the process must not end before."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert alive(process) and time.monotonic() < deadline
        threading.Event().wait(0.02)


def trained(number):
    """Whether so many runs have begun to learn."""
    return lambda: len([p for p in Path().rglob("metrics.jsonl") if p.stat().st_size]) == number


def require_kept():
    """Every row that was written belongs to a checkpoint: nothing that was done is lost."""
    runs = [path.parent for path in Path().rglob("metrics.jsonl")]
    for run in runs:
        rows = (run / "metrics.jsonl").read_bytes().splitlines()
        assert (
            checkpoint.load(run / "checkpoint")["step"] == len(rows) == json.loads(rows[-1])["step"]
        )
    assert len(runs) == 2


def stop(process, number):
    """Sends it the signal; returns its exit code once it and all its children are gone."""
    children = family(process)
    assert len(children) == 2
    if number == signal.SIGINT:  # Ctrl-C reaches all of them
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    code = process.wait(PATIENCE)
    gone, left = psutil.wait_procs(children, timeout=PATIENCE)
    assert (len(gone), left) == (2, [])
    return code


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_sweep_keeps_what_was_done_and_leaves_no_process(begun, number):
    sweep = begun("sweep", "toy", "--seeds", "0..1", "--workers", "2", *ENDLESS, "--output", "s")
    until(sweep, trained(2))
    code = stop(sweep, number)
    require_kept()
    if number == signal.SIGKILL:
        return
    assert code == 130
    assert sweep.stderr.read() == "Stopped and kept; to go on: gtlearn resume s\n"


def test_a_reproduction_keeps_what_was_done_and_leaves_no_process(begun):
    figure = begun("reproduce", "toys", "--workers", "2", "--output", "f")
    until(figure, trained(2))
    assert stop(figure, signal.SIGTERM) == 130
    require_kept()
    assert figure.stderr.read() == "Stopped and kept; to go on, give the same command\n"


def test_the_first_request_while_a_result_is_computed_is_answered(begun, monkeypatch, gtlearn):
    monkeypatch.setenv("TOY_WAITS", "waits")
    run = begun("train", "toy", "--no-tensorboard", "--output", "run")
    until(run, Path("waits").exists)
    run.send_signal(signal.SIGINT)
    assert run.wait(PATIENCE) == 130
    assert run.stderr.read() == "Stopped and kept; to go on: gtlearn resume run\n"
    assert not Path("run/result.json").exists()
    monkeypatch.delenv("TOY_WAITS")
    monkeypatch.syspath_prepend(TOYS)
    from toy_learner import TOY

    monkeypatch.setitem(ALGORITHMS, "toy", TOY)
    assert gtlearn("resume", "run")[0] == 0
    assert Path("run/result.json").exists()
