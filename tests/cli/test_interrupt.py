"""Ctrl-C prints what was found; limits from the command line."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import psutil
import pytest

from gtlearn import games, limits, solvers
from gtlearn.cli.reading import interruptible

BEGUN = 1.5  # seconds of processor time by which the search is surely under way: imports take 0.5
PATIENCE = 120  # seconds, on a busy machine
SEARCHED = "gtlearn_iterated(stage=shapley,horizon=8)"  # branch and bound goes on for long

posix = pytest.mark.skipif(os.name != "posix", reason="signals are those of POSIX")


def processor_seconds(process):
    times = process.cpu_times()
    return times.user + times.system


@pytest.fixture
def interrupted(tmp_path):
    """Runs a command, presses Ctrl-C while it searches; the exit code and what it printed."""

    def run(*arguments):
        with (tmp_path / "out").open("w+") as out, (tmp_path / "err").open("w+") as err:
            command = [sys.executable, "-m", "gtlearn", *map(str, arguments)]
            process = subprocess.Popen(command, stdout=out, stderr=err, start_new_session=True)
            try:
                watched, deadline = psutil.Process(process.pid), time.monotonic() + PATIENCE
                while processor_seconds(watched) < BEGUN:
                    assert process.poll() is None and time.monotonic() < deadline
                    threading.Event().wait(0.02)
                os.killpg(process.pid, signal.SIGINT)  # as a terminal does
                code = process.wait(PATIENCE)
            finally:
                process.kill()
            out.seek(0), err.seek(0)
            return code, out.read(), err.read()

    return run


@posix
def test_solve_prints_the_equilibria_found(interrupted, tmp_path):
    draw = np.random.default_rng(0).integers(0, 1000, (2, 40, 40))
    path = tmp_path / "game.json"
    games.save(games.normal_form(*draw), path)
    code, out, err = interrupted("solve", path, "--find", "all", "--format", "json")
    found = json.loads(out)
    assert (code, found["status"], found["complete"]) == (130, "interrupted", False)
    assert "the user asked to stop" in err and "Traceback" not in err
    assert not solvers.verify.solution(games.load(path), found).false


@posix
def test_solve_prints_the_commitment_found(interrupted):
    code, out, err = interrupted("solve", SEARCHED, "--concept", "stackelberg", "--format", "json")
    found = json.loads(out)
    assert (code, found["status"], len(found["solutions"])) == (130, "interrupted", 1)
    assert "Traceback" not in err
    assert not solvers.verify.solution(games.load(SEARCHED), found).false


@posix
def test_check_prints_what_is_known(interrupted):
    table = [["1/3", "1/3", "1/3"]] * 10
    profile = json.dumps({"commitment": table})
    code, out, err = interrupted(
        "check", profile, SEARCHED, "--concept", "stackelberg", "--format", "json"
    )
    found = json.loads(out)
    assert (code, found["status"], found["holds"]) == (130, "interrupted", False)
    assert found["stackelberg"]["achieved"] and "Traceback" not in err


@posix
def test_the_second_ctrl_c_stops_at_once():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), interruptible() as asked:
        signal.raise_signal(signal.SIGINT)
        assert asked.stop
        with pytest.raises(limits.Interrupted):
            limits.check()
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_elsewhere_than_in_the_main_thread_ctrl_c_is_left_alone():
    seen = []

    def work():
        with interruptible():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGINT)]


def test_a_time_limit(gtlearn):
    code, out, _ = gtlearn(
        "solve", SEARCHED, "--concept", "stackelberg", "--time-limit", "0.5", "--format", "json"
    )
    assert (code, json.loads(out)["status"]) == (0, "time_limit")


def test_reading_counts(refused):
    assert "the time limit was reached before the game was read" in refused(
        "solve", "cournot(maximum=900)", "--time-limit", "0.1"
    )
    assert "the memory limit was reached before the game was read" in refused(
        "solve", "random_uniform(rows=1900,columns=1900)", "--memory-limit", "5"
    )


@pytest.mark.parametrize("size", ["500", "500MB", "0.5 gb", "500000kB", "500000000b"])
def test_amounts_of_memory(size, gtlearn):
    assert gtlearn("solve", "chicken", "--memory-limit", size)[0] == 0


@pytest.mark.parametrize("size", ["0", "-1", "many", "5TB5", "1.2.3", "inf", ""])
def test_amounts_of_memory_that_are_none(size, refused):
    assert "give one such as 500MB or 2GB" in refused("solve", "chicken", f"--memory-limit={size}")
