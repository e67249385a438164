"""`gtlearn doctor`: what is missing, what does not work, and its exit codes."""

import os
import subprocess
import sys
from importlib import metadata

import highspy
import pytest

from gtlearn.cli import doctor as working


@pytest.fixture
def complete(monkeypatch):
    """Every package is installed, and every trial passes; returns the failures by trial name."""
    failures = {}

    def failure(trial, **environment):
        return failures.get((trial.__name__, environment.get("MUJOCO_GL", "")), "")

    monkeypatch.setattr(metadata, "version", lambda package: "9999")
    monkeypatch.setattr(working, "_failure", failure)
    monkeypatch.setattr(working.importlib.util, "find_spec", lambda module: module)
    monkeypatch.setattr(working.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.delenv("MUJOCO_GL", raising=False)
    return failures


def without(monkeypatch, *packages, version=None):
    """Lets these packages be missing, or be there in a version."""

    def found(package):
        if package in packages and version is None:
            raise metadata.PackageNotFoundError(package)
        return version if package in packages else "9999"

    monkeypatch.setattr(metadata, "version", found)


def test_everything_is_named(gtlearn):
    code, out, _ = gtlearn("doctor")
    assert code == 0 and "numpy" in out and "torch" in out and "ray" in out
    assert "hypothesis" not in out and "lrsnash" not in out
    out = gtlearn("doctor", *working.DEVELOPERS)[1]
    assert "hypothesis" in out and "lrsnash" in out and "numpy" not in out


def test_parts_are_those_of_the_metadata():
    parts = set(metadata.metadata("gtlearn").get_all("Provides-Extra")) - {"all"}
    assert parts | {working.CORE} == set(working.PURPOSES)
    assert "click" in [requirement.name for requirement in working.needed("core")]
    assert {"ale-py", "pygame"} <= {requirement.name for requirement in working.needed("atari")}


@pytest.mark.parametrize("extras", [[], ["envs"], ["atari", "envs", "peers"], ["core"]])
def test_all_is_well(gtlearn, complete, extras):
    code, out, err = gtlearn("doctor", *extras)
    assert (code, err) == (0, "") and "To " not in out
    assert ("torch" in out) == (not extras)
    assert ("MuJoCo's physics" in out) == (extras != ["core"])


def test_what_is_missing_fails_where_it_is_asked_for(gtlearn, complete, monkeypatch):
    without(monkeypatch, "ray")
    code, out, _ = gtlearn("doctor", "scale", "envs")
    assert code == 1 and out.endswith("To add scale: pip install 'ray>=2.59'\n")
    assert gtlearn("doctor", "envs")[0] == 0
    code, out, _ = gtlearn("doctor")
    assert code == 0 and "To add scale" in out


def test_a_version_that_is_not_admitted(gtlearn, complete, monkeypatch):
    without(monkeypatch, "highspy", version="1.14.0")
    code, out, _ = gtlearn("doctor")
    assert code == 1 and "1.14.0; needed !=1.14.0,>=1.11" in out
    assert out.endswith("To mend core: pip install 'highspy!=1.14.0,>=1.11'\n")


def test_the_core_must_work(gtlearn, complete):
    assert "linear and integer programs   yes     by highspy 9999" in gtlearn("doctor", "core")[1]
    complete["solve_programs", ""] = "the optimum is 9, not 15"
    code, out, _ = gtlearn("doctor")
    assert code == 1 and out.endswith(
        "To use linear and integer programs: install another version of highspy; "
        "highspy 9999 is wrong here (the optimum is 9, not 15)\n"
    )


def test_wrong_optima_are_noticed(monkeypatch):
    working.solve_programs()
    monkeypatch.setattr(highspy.Highs, "changeColIntegrality", lambda *arguments: None)
    with pytest.raises(RuntimeError, match="of PuLP's tests is 64, not "):
        working.solve_programs()


def test_what_does_not_work_fails_where_it_is_asked_for(gtlearn, complete):
    complete["load_rom", ""] = "no such file"
    code, out, _ = gtlearn("doctor", "atari")
    assert code == 1
    last = "pip install --force-reinstall ale-py multi-agent-ale-py (no such file)\n"
    assert out.endswith(f"To use Space Invaders: {last}")
    assert gtlearn("doctor")[0] == gtlearn("doctor", "envs")[0] == 0


def test_a_way_to_draw_is_looked_for(gtlearn, complete, monkeypatch):
    complete["draw_ball", ""] = "no display"
    code, out, _ = gtlearn("doctor", "envs")
    assert code == 0 and "set the variable MUJOCO_GL to egl" in out
    complete["draw_ball", "egl"] = "no driver"
    assert "set the variable MUJOCO_GL to osmesa" in gtlearn("doctor", "envs")[1]
    complete["draw_ball", "osmesa"] = "no library"
    code, out, _ = gtlearn("doctor", "envs")
    assert code == 1 and "install libegl1 or libosmesa6" in out and "(no display)" in out


def test_a_way_to_draw_that_was_chosen_must_work(gtlearn, complete, monkeypatch):
    monkeypatch.setenv("MUJOCO_GL", "osmesa")
    assert "with MUJOCO_GL=osmesa" in gtlearn("doctor", "envs")[1]
    complete["draw_ball", ""] = "no library"
    code, out, _ = gtlearn("doctor", "envs")
    assert code == 1 and out.endswith(
        "To use MuJoCo's pictures: set the variable MUJOCO_GL to egl\n"
    )


def test_lrsnash_is_a_peer(gtlearn, complete, monkeypatch):
    monkeypatch.setattr(working.shutil, "which", lambda name: None)
    code, out, _ = gtlearn("doctor", "peers")
    assert code == 1 and out.endswith("To use lrsnash: install Debian's package lrslib\n")


def test_nothing_is_tried_that_is_not_there(monkeypatch):
    monkeypatch.setattr(working.importlib.util, "find_spec", lambda module: None)
    found = working.findings(["core", "envs", "atari", "peers"])
    assert [finding.what for finding in found] == ["linear and integer programs", "lrsnash"]


def test_unknown_extras(refused):
    assert "'atri' is unknown; did you mean atari?" in refused("doctor", "atri")
    assert "'xyz' is unknown; use core, learn, plots" in refused("doctor", "envs", "xyz")


def test_a_trial_that_crashes_or_hangs_is_a_failure(monkeypatch):
    assert working._failure(os.getpid) == ""
    assert working._failure(os.abort) == "it ended with the code -6"
    assert working._failure(os.wait).startswith("ChildProcessError")  # it has no children
    monkeypatch.setattr(working, "_SECONDS", 0.001)  # Python does not start so fast
    assert working._failure(os.getpid) == "it took longer than 0.001 s"


def test_mujoco_moves_and_the_emulator_loads():
    pytest.importorskip("mujoco", reason="mujoco is missing; pip install -e '.[envs]'")
    working.move_ball()
    pytest.importorskip(
        "multi_agent_ale_py", reason="multi_agent_ale_py is missing; pip install -e '.[atari]'"
    )
    assert working._failure(working.load_rom) == ""


def test_the_doctor_imports_nothing_heavy():
    code = (
        "import sys; from gtlearn.cli import run; run(['doctor', 'scale']);"
        "heavy = {'torch', 'scipy', 'matplotlib', 'mujoco', 'pettingzoo', 'multi_agent_ale_py'};"
        "print(heavy & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "set()\n"
