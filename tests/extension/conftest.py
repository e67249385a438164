"""Processes in which the packages of this folder are installed, as an installer would do it."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PACKAGES = ("concept_package", "games_package", "learning_package")
# An installer puts their modules on the path; learning_package is a package, the others hold one.
PATHS = [str(HERE), *(str(HERE / name) for name in PACKAGES[:2])]
COMMANDS = """
import contextlib, io, json, shlex, sys
from gtlearn import cli

done = []
for line in sys.stdin:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        done.append([cli.run(shlex.split(line)), out, err])
print(json.dumps([[code, out.getvalue(), err.getvalue()] for code, out, err in done]))
"""


@pytest.fixture
def installed(tmp_path):
    """A folder with what an installer writes of each package: its name and its entry points."""
    for name in PACKAGES:
        info = tmp_path / "site" / f"{name}-1.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        (info / "entry_points.txt").write_text((HERE / name / "entry_points.txt").read_text())
    return str(tmp_path / "site")


@pytest.fixture
def python(installed, tmp_path):
    """Runs Python in a process of its own, where the packages are only importable if asked for."""

    def run(*arguments, stdin="", only_importable=False):
        paths = [*PATHS, *[installed] * (not only_importable)]
        path = os.pathsep.join([*paths, *filter(None, [os.environ.get("PYTHONPATH")])])
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": path},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def gtlearn(python):
    """Runs one command in a process of its own."""
    return lambda *arguments, **options: python("-m", "gtlearn", *arguments, **options)


@pytest.fixture
def gtlearn_all(python):
    """Runs command lines, a line each, in one process; returns a tuple (code, out, err) of each."""

    def run(lines):
        lines = [line.strip() for line in lines.strip().splitlines()]
        assert all(shlex.split(line)[0] == "gtlearn" for line in lines)
        stdin = "\n".join(line.removeprefix("gtlearn") for line in lines)
        done = python("-c", COMMANDS, stdin=stdin)
        assert done.returncode == 0, done.stderr
        return [tuple(one) for one in json.loads(done.stdout)]

    return run
